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

func hiding(hide bool) (Action, notify.Kind) {
	if hide {
		return Hide, notify.KindHidden
	}
	return Unhide, notify.KindRestored
}

// hidePost takes a post away from everybody but moderators, or shows it again; with an opening post goes its thread. Its
// author is told, and the notices that led others to it are taken back.
func (s *Service) hidePost(id forum.PostID, hide bool) decision {
	action, kind := hiding(hide)
	d := decision{action: action, subject: Subject{Kind: Post, ID: int64(id)}}
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

// hideMessage takes a message away in every open room and every replay, or shows it again.
func (s *Service) hideMessage(viewer account.Viewer, id chat.MessageID, hide bool) decision {
	change := s.chat.Unhide
	if hide {
		change = s.chat.Hide
	}
	return s.hideInRoom(Subject{Kind: Message, ID: int64(id)}, hide, func(ctx context.Context, tx *pg.Tx) (chat.Subject, error) {
		return change(ctx, tx, viewer, id)
	})
}

// hideQuestion does so with a question. Its author is told, the room is not told whose it was.
func (s *Service) hideQuestion(viewer account.Viewer, id chat.QuestionID, hide bool) decision {
	change := s.chat.UnhideQuestion
	if hide {
		change = s.chat.HideQuestion
	}
	return s.hideInRoom(Subject{Kind: Question, ID: int64(id)}, hide, func(ctx context.Context, tx *pg.Tx) (chat.Subject, error) {
		return change(ctx, tx, viewer, id)
	})
}

// hidePoll does so with a poll, its answers and its results.
func (s *Service) hidePoll(viewer account.Viewer, id chat.PollID, hide bool) decision {
	change := s.chat.UnhidePoll
	if hide {
		change = s.chat.HidePoll
	}
	return s.hideInRoom(Subject{Kind: Poll, ID: int64(id)}, hide, func(ctx context.Context, tx *pg.Tx) (chat.Subject, error) {
		return change(ctx, tx, viewer, id)
	})
}

// hideInRoom is the decision to hide what stands in a room, or to show it again, by change.
func (s *Service) hideInRoom(of Subject, hide bool, change func(context.Context, *pg.Tx) (chat.Subject, error)) decision {
	action, kind := hiding(hide)
	d := decision{action: action, subject: of}
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
		return aboutMessage(sub, kind), nil
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
