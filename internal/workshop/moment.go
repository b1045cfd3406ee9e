package workshop

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/jobs"
	"senet/internal/notify"
	"senet/internal/pg"
)

// moment is something that happens at its time.
type moment string

const (
	dayBefore  moment = "day"
	hourBefore moment = "hour"
	doors      moment = "doors" // the room opens
	begins     moment = "begins"
	closes     moment = "closes" // the room ends
)

// moments are all of them, in the order of time.
var moments = []moment{dayBefore, hourBefore, doors, begins, closes}

// of is the time of the event that a moment belongs to: its start or its end.
func (m moment) of(e Event) time.Time {
	if m == closes {
		return e.EndsAt
	}
	return e.StartsAt
}

// due is when it is to happen, and until when it is not too late for it: of reminders that a hub that was down could not
// send, only the newest is still true.
func (m moment) due(e Event) (at, until time.Time) {
	switch m {
	case dayBefore:
		return e.StartsAt.Add(-24 * time.Hour), e.StartsAt.Add(-time.Hour)
	case hourBefore:
		return e.StartsAt.Add(-time.Hour), e.StartsAt
	case doors:
		return e.StartsAt.Add(-RoomOpens), e.EndsAt
	case begins:
		return e.StartsAt, e.EndsAt
	}
	return e.EndsAt.Add(RoomEnds), e.EndsAt.AddDate(100, 0, 0)
}

// momentJob does what happens at a moment of an event, if the event is then still at the time that the job was made for.
type momentJob struct {
	Workshop ID     `json:"workshop"`
	Moment   moment `json:"moment"`
	Of       int64  `json:"of"` // seconds since 1970
}

// Kind implements jobs.Args.
func (momentJob) Kind() string { return "workshop_moment" }

// schedule enqueues what is to happen of an announced event. Reminders whose time is past are none.
func (s *Service) schedule(ctx context.Context, tx *pg.Tx, e Event) error {
	now := s.now()
	var all []jobs.Job
	for _, m := range moments {
		at, until := m.due(e)
		reminds := m == dayBefore || m == hourBefore
		if now.After(until) || reminds && !at.After(now) {
			continue
		}
		all = append(all, jobs.Job{Args: momentJob{e.ID, m, m.of(e).Unix()}, Priority: jobs.Soon, After: at})
	}
	return s.queue.Add(ctx, tx, all...)
}

const lockForMoment = `select id from workshops where id = $1 and state = 'announced' for update`

// doMoment does one job. It looks at the event as it is now.
func (s *Service) doMoment(ctx context.Context, job momentJob) error {
	var early time.Duration
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		var got ID
		if err := tx.QueryRow(ctx, lockForMoment, job.Workshop).Scan(&got); err != nil {
			return pg.OrNotFound(err, errNotFound) // cancelled, or gone
		}
		e, err := find(ctx, tx, hub(), job.Workshop)
		if err != nil {
			return err
		}
		at, until := job.Moment.due(e)
		now := s.now()
		switch {
		case job.Moment.of(e).Unix() != job.Of, !now.Before(until):
			return nil // moved: there is a job for the new time; or too late
		case now.Before(at):
			early = at.Sub(now)
			return nil
		}
		return s.do(ctx, tx, job.Moment, e)
	})
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil
	case err != nil:
		return wrap(fmt.Sprintf("do %s of workshop %d", job.Moment, job.Workshop), err)
	case early > 0:
		return jobs.Later(early)
	}
	return nil
}

// hub is who looks when the hub itself does: it sees everything.
func hub() account.Viewer {
	v := account.Visitor()
	v.Role = account.RoleModerator
	return v
}

const noteMoment = `
	insert into workshop_moments (workshop_id, moment, of) values (@workshop, @moment, @of) on conflict do nothing`

// do does what a moment brings, once.
func (s *Service) do(ctx context.Context, tx *pg.Tx, m moment, e Event) error {
	tag, err := tx.Exec(ctx, noteMoment, pgx.StrictNamedArgs{"workshop": e.ID, "moment": m, "of": m.of(e)})
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	switch m {
	case dayBefore:
		return s.remind(ctx, tx, notify.KindEventTomorrow, e)
	case hourBefore:
		return s.remind(ctx, tx, notify.KindEventSoon, e)
	case begins:
		return s.remind(ctx, tx, notify.KindEventNow, e)
	case doors:
		if e.RoomState != chat.Waiting {
			return nil
		}
		touch(tx, e.ID)
		return s.chat.MoveRoom(ctx, tx, e.RoomID, chat.Open)
	}
	if e.RoomState == chat.Ended {
		return nil
	}
	touch(tx, e.ID)
	return s.chat.MoveRoom(ctx, tx, e.RoomID, chat.Ended)
}

func (s *Service) remind(ctx context.Context, tx *pg.Tx, kind notify.Kind, e Event) error {
	touch(tx, e.ID) // pages that say what is on
	to, err := s.concerned(ctx, tx, e, false)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, notify.Notice{Kind: kind}, e, to...)
}

const unscheduled = `
	select w.id from workshops w join rooms r on r.workshop_id = w.id
	where w.state = 'announced' and (w.ends_at > @now or r.state <> 'ended' and w.ends_at > @now - interval '60 days')
	order by w.starts_at limit 1000`

// Catch enqueues again what is to happen of every event that is not over. What is enqueued already, or was done, stays as
// it is: it is for events that came into the tables without their jobs, as from a backup or a demo. Call it when the hub
// starts and now and then.
func (s *Service) Catch(ctx context.Context) error {
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, unscheduled, pgx.StrictNamedArgs{"now": s.now()})
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
		if err != nil {
			return fmt.Errorf("list workshops to come: %w", err)
		}
		for _, id := range ids {
			e, err := find(ctx, tx, hub(), id)
			if err != nil {
				return err
			}
			if err := s.schedule(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}
