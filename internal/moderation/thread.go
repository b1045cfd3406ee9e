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
