package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

// HidePost takes a post away from everybody but moderators; with an opening post goes its thread. Its author is told
// the reason, and the notices that led others to it are taken back.
func (s *Service) HidePost(ctx context.Context, viewer account.Viewer, id forum.PostID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hidePost(id, true, reason))
}

// UnhidePost shows it again.
func (s *Service) UnhidePost(ctx context.Context, viewer account.Viewer, id forum.PostID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hidePost(id, false, reason))
}

// HideMessage takes a message of a room away from everybody but moderators, in every open room and every replay.
func (s *Service) HideMessage(ctx context.Context, viewer account.Viewer, id chat.MessageID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hideMessage(viewer, id, true, reason))
}

// UnhideMessage shows it again.
func (s *Service) UnhideMessage(ctx context.Context, viewer account.Viewer, id chat.MessageID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hideMessage(viewer, id, false, reason))
}

// HideQuestion takes a question asked in a room away from everybody but moderators, in every open room and every replay. Its
// author is told, the room is not told whose it was.
func (s *Service) HideQuestion(ctx context.Context, viewer account.Viewer, id chat.QuestionID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hideQuestion(viewer, id, true, reason))
}

// UnhideQuestion shows it again.
func (s *Service) UnhideQuestion(ctx context.Context, viewer account.Viewer, id chat.QuestionID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hideQuestion(viewer, id, false, reason))
}

// HidePoll takes a poll of a room away from everybody, with its answers and results, in every open room and every replay.
func (s *Service) HidePoll(ctx context.Context, viewer account.Viewer, id chat.PollID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hidePoll(viewer, id, true, reason))
}

// UnhidePoll shows it again.
func (s *Service) UnhidePoll(ctx context.Context, viewer account.Viewer, id chat.PollID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.hidePoll(viewer, id, false, reason))
}

func hiding(hide bool) (Action, notify.Kind) {
	if hide {
		return Hide, notify.KindHidden
	}
	return Unhide, notify.KindRestored
}

func (s *Service) hidePost(id forum.PostID, hide bool, reason string) decision {
	action, kind := hiding(hide)
	d := decision{action: action, subject: Subject{Kind: Post, ID: int64(id)}, reason: reason}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, err := s.forum.SetHidden(ctx, tx, id, hide)
		if err != nil {
			return outcome{}, err
		}
		var number int
		if err := tx.QueryRow(ctx, numberOfPost, pgx.StrictNamedArgs{"id": id}).Scan(&number); err != nil {
			return outcome{}, fmt.Errorf("look at post %d: %w", id, err)
		}
		out := aboutThread(sub, kind)
		// A post that is hidden has no page of its own; the place where it stood has.
		out.data.Path = fmt.Sprintf("/t/%d?after=%d#post-%d", sub.ThreadID, number-1, id)
		out.notice.Path = sub.Path
		if !hide {
			return out, nil
		}
		out.notice.Path = out.data.Path
		subjects := []string{d.subject.String()}
		if number == 1 { // with the opening post its thread is gone
			out.notice.Path = ""
			subjects = append(subjects, out.notice.Within)
		}
		return out, s.notify.RetractFor(ctx, tx, subjects...)
	}
	return d
}

const numberOfPost = `select number from posts where id = @id`

func (s *Service) hideMessage(viewer account.Viewer, id chat.MessageID, hide bool, reason string) decision {
	change := s.chat.Unhide
	if hide {
		change = s.chat.Hide
	}
	return s.hideInRoom(Subject{Kind: Message, ID: int64(id)}, hide, reason, func(ctx context.Context, tx *pg.Tx) (chat.Subject, error) {
		return change(ctx, tx, viewer, id)
	})
}

func (s *Service) hideQuestion(viewer account.Viewer, id chat.QuestionID, hide bool, reason string) decision {
	change := s.chat.UnhideQuestion
	if hide {
		change = s.chat.HideQuestion
	}
	return s.hideInRoom(Subject{Kind: Question, ID: int64(id)}, hide, reason, func(ctx context.Context, tx *pg.Tx) (chat.Subject, error) {
		return change(ctx, tx, viewer, id)
	})
}

func (s *Service) hidePoll(viewer account.Viewer, id chat.PollID, hide bool, reason string) decision {
	change := s.chat.UnhidePoll
	if hide {
		change = s.chat.HidePoll
	}
	return s.hideInRoom(Subject{Kind: Poll, ID: int64(id)}, hide, reason, func(ctx context.Context, tx *pg.Tx) (chat.Subject, error) {
		return change(ctx, tx, viewer, id)
	})
}

// hideInRoom is the decision to hide what stands in a room, or to show it again, by change.
func (s *Service) hideInRoom(of Subject, hide bool, reason string, change func(context.Context, *pg.Tx) (chat.Subject, error)) decision {
	action, kind := hiding(hide)
	d := decision{action: action, subject: of, reason: reason}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, err := change(ctx, tx)
		if err != nil {
			return outcome{}, err
		}
		if hide {
			if err := s.notify.RetractFor(ctx, tx, d.subject.String()); err != nil {
				return outcome{}, err
			}
		}
		notice := notify.Notice{Kind: kind, Within: notify.Subject("room", sub.Room), Path: sub.Path}
		return outcome{author: sub.AuthorID, data: Data{Path: sub.Path}, notice: notice}, nil
	}
	return d
}

// aboutThread is the outcome of a decision about a thread or one of its posts.
func aboutThread(sub forum.Subject, kind notify.Kind) outcome {
	out := outcome{author: sub.AuthorID, data: Data{Title: sub.Title, Path: sub.Path}}
	if kind != "" {
		out.notice = notify.Notice{Kind: kind, Within: notify.Subject(Thread, sub.ThreadID), Path: sub.Path,
			Data: notify.Data{Title: sub.Title, Lang: markup.Lang(sub.Title)}}
	}
	return out
}
