package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// A vote, a reaction, a raised hand are one statement: it says who may in `room`, makes the change in `done` (no row where
// nothing changes), and appends the event in the same breath. `done` yields room_id and whatever the event needs.

// mayAct is the room of a subject, if the viewer may take part in it now: it is not archived, ended or paused for him, and he
// is neither muted nor removed. @viewer and @moderates are the query's.
const mayAct = `
	select r.id from rooms r
	left join challenges c on c.id = r.challenge_id
	left join room_roles st on st.room_id = r.id and st.member_id = @viewer
	where c.archived_at is null and r.state <> 'ended'
		and (r.state <> 'paused' or @moderates or st.role is not null)
		and (@moderates or not exists (select from room_sanctions sa where sa.room_id = r.id and sa.member_id = @viewer
			and (sa.until is null or sa.until > now())))`

// appended appends the event of `done`; kind, by and the rest are columns of done.
const appended = `, head as (
		update rooms set seq = seq + 1 where id = (select room_id from done) returning id, seq
	), event as (
		insert into room_events (room_id, seq, kind, at, member_id, message_id, subject_id, data)
		select head.id, head.seq, d.kind, clock_timestamp(), d.by, d.message_id, d.subject_id, d.data from head, done d
	)
	select coalesce((select id from head), 0), coalesce((select seq from head), 0), exists (select from room)`

// act runs such a statement. When the viewer may not take part, why says why; nil stands for no reason, as when the subject is
// not there.
func (s *Service) act(ctx context.Context, what string, viewer account.Viewer, query string, args pgx.StrictNamedArgs, why func() error) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	args["viewer"], args["moderates"] = viewer.ID, viewer.Moderates()
	var room RoomID
	var seq int64
	var may bool
	if err := s.store.QueryRow(ctx, query, args).Scan(&room, &seq, &may); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !may {
		return wrap(what, why())
	}
	if seq != 0 {
		s.tell(room, seq, nil)
	}
	return nil
}

var (
	errWaiting   = fault.New(fault.Conflict, "chat.room.waiting")
	errPaused    = fault.New(fault.Conflict, "chat.room.paused")
	errEnded     = fault.New(fault.Conflict, "chat.room.ended")
	errHostsOnly = fault.New(fault.Conflict, "chat.room.hosts_only")
	errMuted     = fault.New(fault.Forbidden, "chat.room.muted")
	errSlow      = fault.New(fault.TooMany, "chat.slow_mode")
)

// MayWrite is nil where the viewer may say something in the room now, else the reason, as Say would give it; slow mode is not
// looked at. MayAct is the same for votes, reactions and hands.
func (r Room) MayWrite(viewer account.Viewer) error {
	if err := r.MayAct(viewer); err != nil {
		return err
	}
	switch {
	case r.Staff(viewer):
		return nil
	case r.Settings.State == Waiting:
		return errWaiting
	case r.Settings.HostsOnly:
		return errHostsOnly
	}
	return nil
}

// MayAct is nil where the viewer may vote, react, ask and raise a hand in the room now, else the reason.
func (r Room) MayAct(viewer account.Viewer) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	switch {
	case r.Archived:
		return errArchived
	case r.Settings.State == Ended:
		return errEnded
	case r.Mine.Sanction == Removed && !viewer.Moderates():
		return errRemoved
	case r.Mine.Sanction == Muted && !viewer.Moderates():
		return errMuted
	case r.Settings.State == Paused && !r.Staff(viewer):
		return errPaused
	}
	return nil
}

// RoomOfMessage, RoomOfQuestion, RoomOfPoll and RoomOfHand are where something that is not hidden belongs.
func (s *Service) RoomOfMessage(ctx context.Context, id MessageID) (RoomID, error) {
	return s.roomOf(ctx, roomOfMessage, int64(id), errNoMessage)
}

// RoomOfQuestion is the room of a question.
func (s *Service) RoomOfQuestion(ctx context.Context, id QuestionID) (RoomID, error) {
	return s.roomOf(ctx, roomOfQuestion, int64(id), errNoQuestion)
}

// RoomOfPoll is the room of a poll.
func (s *Service) RoomOfPoll(ctx context.Context, id PollID) (RoomID, error) {
	return s.roomOf(ctx, roomOfPoll, int64(id), errNoPoll)
}

// RoomOfHand is the room of a hand.
func (s *Service) RoomOfHand(ctx context.Context, id HandID) (RoomID, error) {
	return s.roomOf(ctx, roomOfHand, int64(id), errNoHand)
}

func (s *Service) roomOf(ctx context.Context, query string, id int64, missing *fault.Fault) (room RoomID, err error) {
	if err = s.store.QueryRow(ctx, query, pgx.StrictNamedArgs{"id": id}).Scan(&room); err != nil {
		return 0, wrap("find room", pg.OrNotFound(err, missing))
	}
	return room, nil
}

// whyNot is why the viewer may not act on a subject: what the room says, else that the subject is not there, is over.
func (s *Service) whyNot(ctx context.Context, viewer account.Viewer, find string, id int64, missing, over *fault.Fault) error {
	room, err := s.roomOf(ctx, find, id, missing)
	if err != nil {
		return err
	}
	r, err := s.FindRoom(ctx, viewer, room)
	if err != nil {
		return err
	}
	if err := r.MayAct(viewer); err != nil {
		return err
	}
	return over
}
