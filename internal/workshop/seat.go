package workshop

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/notify"
	"senet/internal/pg"
)

const (
	takePlace = `
		insert into workshop_registrations (workshop_id, member_id, state) values (@workshop, @member, 'waiting')
		on conflict (workshop_id, member_id) do nothing`
	leavePlace = `delete from workshop_registrations where workshop_id = @workshop and member_id = @member returning state`
	seatOf     = `select state from workshop_registrations where workshop_id = @workshop and member_id = @member`

	// The event's row is locked: nobody else counts.
	fillSeats = `
		with free as (
			select coalesce(w.capacity - (select count(*) from workshop_registrations r where r.workshop_id = w.id and r.state = 'registered'), 1000000) as n
			from workshops w where w.id = @workshop
		), next as (
			select member_id from workshop_registrations where workshop_id = @workshop and state = 'waiting'
			order by place limit greatest((select n from free), 0)
		)
		update workshop_registrations r set state = 'registered' from next
		where r.workshop_id = @workshop and r.member_id = next.member_id
		returning r.member_id`
)

// Register gives the viewer a seat at an event that is announced and not over, or the last place of the waiting list when
// all are taken or others wait already. Doing it again changes nothing.
func (s *Service) Register(ctx context.Context, viewer account.Viewer, id ID) (seat Seat, err error) {
	if err := viewer.Admitted(); err != nil { // seats are few, and who floods the hub takes none
		return "", err
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := s.open(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if seat = e.Mine; seat != "" {
			return nil
		}
		args := pgx.StrictNamedArgs{"workshop": id, "member": viewer.ID}
		if _, err := tx.Exec(ctx, takePlace, args); err != nil {
			return err
		}
		if err := s.moveUp(ctx, tx, e, viewer.ID); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, seatOf, args).Scan(&seat); err != nil {
			return err
		}
		kind := notify.KindRegistered
		if seat == Waiting {
			kind = notify.KindWaiting
		}
		e.Mine = seat
		return s.tell(ctx, tx, notify.Notice{Kind: kind}, e, viewer.ID)
	})
	return seat, wrap(fmt.Sprintf("register for workshop %d", id), err)
}

// Unregister gives up the viewer's seat or place on the waiting list; the first who waits moves up. Doing it again
// changes nothing.
func (s *Service) Unregister(ctx context.Context, viewer account.Viewer, id ID) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := s.open(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if e.Mine == "" {
			return nil
		}
		if _, err := tx.Exec(ctx, leavePlace, pgx.StrictNamedArgs{"workshop": id, "member": viewer.ID}); err != nil {
			return err
		}
		touch(tx, id)
		return s.moveUp(ctx, tx, e, viewer.ID)
	})
	return wrap(fmt.Sprintf("leave workshop %d", id), err)
}

// open locks an event whose seats can be taken and given up.
func (s *Service) open(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id ID) (Event, error) {
	if err := lock(ctx, tx, id); err != nil {
		return Event{}, err
	}
	e, err := find(ctx, tx, viewer, id)
	switch {
	case err != nil:
		return e, err
	case e.State == Draft:
		return e, errDraft
	case e.State == Cancelled:
		return e, errCancelled
	case e.Over(s.now()):
		return e, errOver
	}
	return e, nil
}

// moveUp gives free seats to those who have waited longest and tells them, but not the one whose own doing it is. The
// event's row is locked.
func (s *Service) moveUp(ctx context.Context, tx *pg.Tx, e Event, but account.MemberID) error {
	rows, err := tx.Query(ctx, fillSeats, pgx.StrictNamedArgs{"workshop": e.ID})
	if err != nil {
		return err
	}
	up, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	if err != nil {
		return fmt.Errorf("move up in workshop %d: %w", e.ID, err)
	}
	touch(tx, e.ID)
	up = slices.DeleteFunc(up, func(id account.MemberID) bool { return id == but })
	if len(up) == 0 || e.Over(s.now()) {
		return nil
	}
	return s.tell(ctx, tx, notify.Notice{Kind: notify.KindMovedUp}, e, up...)
}

// Guest is somebody who comes or waits.
type Guest struct {
	account.Card
	Seat Seat
}

// MaxGuests is how many names Guests yields.
const MaxGuests = 500

const listGuests = `
	select m.id, m.name, m.handle, m.region, m.affiliation, m.role, q.state as seat
	from workshop_registrations q join members m on m.id = q.member_id
	where q.workshop_id = @workshop and (q.state = 'registered' or @all)
	order by q.state, q.place limit @limit`

// Guests are those who come, in the order in which they registered, at most MaxGuests; for organisers those who wait
// follow. Visitors see numbers only, and no names.
func (s *Service) Guests(ctx context.Context, viewer account.Viewer, e Event) ([]Guest, error) {
	if !viewer.SignedIn() {
		return nil, nil
	}
	all, err := pg.All[Guest](ctx, s.store, listGuests, pgx.StrictNamedArgs{"workshop": e.ID, "all": e.Organises(viewer), "limit": MaxGuests})
	if err != nil {
		return nil, fmt.Errorf("list guests of workshop %d: %w", e.ID, err)
	}
	return all, nil
}

const placeInLine = `
	select count(*) from workshop_registrations q, workshop_registrations mine
	where mine.workshop_id = @workshop and mine.member_id = @member and mine.state = 'waiting'
		and q.workshop_id = @workshop and q.state = 'waiting' and q.place <= mine.place`

// InLine is the viewer's place on the waiting list, from 1; 0 when the viewer does not wait.
func (s *Service) InLine(ctx context.Context, viewer account.Viewer, id ID) (n int, err error) {
	if !viewer.SignedIn() {
		return 0, nil
	}
	err = s.store.QueryRow(ctx, placeInLine, pgx.StrictNamedArgs{"workshop": id, "member": viewer.ID}).Scan(&n)
	return n, wrap("find place on the waiting list", err)
}
