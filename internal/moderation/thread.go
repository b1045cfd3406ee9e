package moderation

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

// lock closes a thread for new replies, or opens it again.
func (s *Service) lock(id forum.ThreadID, lock bool) decision {
	action, kind := Unlock, notify.KindUnlocked
	if lock {
		action, kind = Lock, notify.KindLocked
	}
	d := onThread(action, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, err := s.forum.SetLocked(ctx, tx, id, lock)
		return aboutThread(sub, kind), err
	}
	return d
}

// pin puts a thread on top of its challenge, or lets it go its way again. It tells nobody: to its author a pinned thread is no more than a thread that is read.
func (s *Service) pin(id forum.ThreadID, pin bool) decision {
	action := Unpin
	if pin {
		action = Pin
	}
	d := onThread(action, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, err := s.forum.SetPinned(ctx, tx, id, pin)
		return aboutThread(sub, ""), err
	}
	return d
}

// move puts a thread into another challenge.
func (s *Service) move(id forum.ThreadID, to forum.ChallengeID) decision {
	d := onThread(Move, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		now, err := challengeState(ctx, tx, to)
		if fault.KindOf(err) == fault.NotFound {
			var fields fault.Fields
			fields.Add("challenge", errNoChallenge.Key, nil)
			return outcome{}, fields.Err()
		}
		if err != nil {
			return outcome{}, err
		}
		sub, err := s.forum.Move(ctx, tx, id, to)
		if err != nil {
			return outcome{}, err
		}
		was, err := strconv.ParseInt(sub.Was, 10, 64)
		if err != nil {
			return outcome{}, fmt.Errorf("read former challenge: %w", err)
		}
		out := aboutThread(sub, notify.KindMoved)
		if out.data.WasChallenge, err = challengeState(ctx, tx, forum.ChallengeID(was)); err != nil {
			return outcome{}, err
		}
		out.data.NowChallenge = now
		out.notice.Data.Challenge = &now.Title
		return out, nil
	}
	return d
}

// rename gives a thread another title, in a language or ("") the one that it seems to be in.
func (s *Service) rename(id forum.ThreadID, title, lang string) decision {
	d := onThread(Rename, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, err := s.forum.Rename(ctx, tx, id, title, lang)
		if err != nil {
			return outcome{}, err
		}
		named := notify.Data{Title: sub.Title, Lang: markup.Lang(sub.Title)}
		if err := s.notify.Retitle(ctx, tx, d.subject.String(), named); err != nil {
			return outcome{}, err
		}
		out := aboutThread(sub, notify.KindRenamed)
		out.data.Was, out.data.Now = sub.Was, sub.Title
		out.notice.Data.Was = sub.Was
		return out, nil
	}
	return d
}

// slow has every member wait so many seconds between two replies. Nobody is told: the page says so to who would reply.
func (s *Service) slow(id forum.ThreadID, seconds int) decision {
	d := onThread(Slow, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, err := s.forum.SetSlow(ctx, tx, id, seconds)
		if err != nil {
			return outcome{}, err
		}
		out := aboutThread(sub, "")
		out.data.Was, out.data.Now = sub.Was, strconv.Itoa(seconds)
		return out, nil
	}
	return d
}

// merge puts the posts of a thread behind those of another one.
func (s *Service) merge(id, into forum.ThreadID) decision {
	d := onThread(Merge, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		from, err := titleOf(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		sub, moved, err := s.forum.Merge(ctx, tx, id, into)
		if fault.KindOf(err) == fault.NotFound {
			var fields fault.Fields
			fields.Add("into", "forum.thread.not_found", nil)
			return outcome{}, fields.Err()
		}
		if err != nil {
			return outcome{}, err
		}
		sub.AuthorID = from.AuthorID
		out := aboutThread(sub, notify.KindMerged)
		out.data.Was, out.data.Now, out.data.Moved = from.Title, sub.Title, &moved
		return out, nil
	}
	return d
}

// split makes a thread of some replies of another one.
func (s *Service) split(id forum.ThreadID, posts []forum.PostID, title, lang string) decision {
	d := onThread(Split, id)
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		from, err := titleOf(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		sub, moved, err := s.forum.Split(ctx, tx, id, posts, title, lang)
		if err != nil {
			return outcome{}, err
		}
		sub.AuthorID = from.AuthorID
		out := aboutThread(sub, notify.KindSplit)
		out.data.Was, out.data.Now, out.data.Moved = from.Title, sub.Title, &moved
		return out, nil
	}
	return d
}

// moveBack takes back a merging or a splitting: the one is the other's way back.
func (s *Service) moveBack(e Entry) decision {
	action, kind, back := Split, notify.KindSplit, s.forum.Unmerge
	if e.Action == Split {
		action, kind, back = Merge, notify.KindMerged, s.forum.Unsplit
	}
	d := onThread(action, forum.ThreadID(e.SubjectID))
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		sub, moved, err := back(ctx, tx, *e.Data.Moved)
		if err != nil {
			return outcome{}, err
		}
		sub.AuthorID = e.AuthorID
		out := aboutThread(sub, kind)
		out.data.Was, out.data.Now, out.data.Moved = e.Data.Now, e.Data.Was, &moved
		return out, nil
	}
	return d
}

const authorAndTitle = `select author_id, title from threads where id = @id`

// titleOf is a thread as the log calls it.
func titleOf(ctx context.Context, tx *pg.Tx, id forum.ThreadID) (sub forum.Subject, err error) {
	err = tx.QueryRow(ctx, authorAndTitle, pgx.StrictNamedArgs{"id": id}).Scan(&sub.AuthorID, &sub.Title)
	return sub, pg.OrNotFound(err, fault.New(fault.NotFound, "forum.thread.not_found"))
}

func onThread(action Action, id forum.ThreadID) decision {
	return decision{action: action, subject: Subject{Kind: Thread, ID: int64(id)}}
}

const findChallengeState = `
	select id, slug, title_en, title_zh, summary_en, summary_zh, keep_inside, slow_seconds,
		(select keep_inside from rooms where challenge_id = c.id) as room_inside
	from challenges c where id = @id`

type challengeRow struct {
	ID                                           int64
	Slug, TitleEn, TitleZh, SummaryEn, SummaryZh string
	KeepInside                                   bool
	SlowSeconds                                  int
	RoomInside                                   *bool // nil: it has no room
}

// challengeState is a challenge as the transaction sees it.
func challengeState(ctx context.Context, tx *pg.Tx, id forum.ChallengeID) (*ChallengeState, error) {
	c, err := pg.One[challengeRow](ctx, tx, findChallengeState, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return nil, fmt.Errorf("find challenge %d: %w", id, pg.OrNotFound(err, errNoChallenge))
	}
	return &ChallengeState{ID: c.ID, Slug: c.Slug, Title: i18n.Text{En: c.TitleEn, Zh: c.TitleZh},
		Summary: i18n.Text{En: c.SummaryEn, Zh: c.SummaryZh}, KeepInside: &c.KeepInside, Slow: &c.SlowSeconds, RoomInside: c.RoomInside}, nil
}
