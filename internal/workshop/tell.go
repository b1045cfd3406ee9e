package workshop

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/notify"
	"senet/internal/pg"
)

// tell puts a notice about an event into the inboxes of members, and queues the letters that say the same.
func (s *Service) tell(ctx context.Context, tx *pg.Tx, n notify.Notice, e Event, to ...account.MemberID) error {
	title := e.Title()
	n.Subject, n.Path = subject(e.ID), e.Path()
	n.Data.Event, n.Data.Start = &title, &e.StartsAt
	if n.Kind == notify.KindEventNow {
		n.Path += "/room"
	}
	if err := s.notify.TellMany(ctx, tx, to, n); err != nil {
		return err
	}
	return s.queueLetters(ctx, tx, n, e, to)
}

const concerned = `
	select member_id from workshop_registrations where workshop_id = @workshop and (state = 'registered' or @waiting)
	union select member_id from room_staff where room_id = @room
	order by 1`

// tellAll tells everybody who comes, waits or has a role in an event, but not the one whose doing it is.
func (s *Service) tellAll(ctx context.Context, tx *pg.Tx, viewer account.Viewer, kind notify.Kind, e Event) error {
	to, err := s.concerned(ctx, tx, e, true)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, notify.Notice{Kind: kind, Actor: viewer.ID, Data: notify.Data{Reason: e.CancelReason}}, e, to...)
}

// concerned are those who come and those with a role; waiting: those who wait, too.
func (s *Service) concerned(ctx context.Context, tx *pg.Tx, e Event, waiting bool) ([]account.MemberID, error) {
	rows, err := tx.Query(ctx, concerned, pgx.StrictNamedArgs{"workshop": e.ID, "room": e.RoomID, "waiting": waiting})
	if err != nil {
		return nil, err
	}
	to, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	if err != nil {
		return nil, fmt.Errorf("list who is concerned by workshop %d: %w", e.ID, err)
	}
	return to, nil
}
