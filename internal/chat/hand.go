package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// HandID names a raised hand.
type HandID int64

// HandState is how far a raised hand has come.
type HandState string

const (
	Raised  HandState = "raised"
	Called  HandState = "called" // has the floor
	Done    HandState = "done"
	Lowered HandState = "lowered" // by the member, or by a host
)

// Hand is somebody's wish to speak.
type Hand struct {
	ID       HandID
	Room     RoomID
	Member   By
	Side     account.Region // when it was raised
	State    HandState
	RaisedAt time.Time
	CalledAt *time.Time
	EndedAt  *time.Time
}

// Queue puts raised hands into the order in which they get the floor: the sides take turns, the one whose turn was longest ago
// first, and within a side whoever raised first. So whoever is the first of his side lets each other side pass once at most, and
// whoever has n of his own side before him n+1 times. lastCalled is when each side last got the floor; room-order.js keeps the
// same order.
func Queue(hands []Hand, lastCalled map[account.Region]time.Time) []Hand {
	queue := slices.DeleteFunc(slices.Clone(hands), func(h Hand) bool { return h.State != Raised })
	slices.SortFunc(queue, func(a, b Hand) int { return cmp.Compare(a.ID, b.ID) })
	place := map[HandID]int{} // within its side
	seen := map[account.Region]int{}
	for _, h := range queue {
		place[h.ID] = seen[h.Side]
		seen[h.Side]++
	}
	slices.SortStableFunc(queue, func(a, b Hand) int {
		return cmp.Or(cmp.Compare(place[a.ID], place[b.ID]), lastCalled[a.Side].Compare(lastCalled[b.Side]))
	})
	return queue
}

// Floor is the speaker queue of a room.
type Floor struct {
	Speaking   []Hand // who has been called, the first first
	Queue      []Hand // who waits, in order
	LastCalled map[account.Region]time.Time
}

const handColumns = `
	select h.id, h.room_id as room, h.side, h.state, h.raised_at, h.called_at, h.ended_at,
		a.id as author_id, a.name, a.handle, a.region, a.affiliation, a.role
	from hands h join members a on a.id = h.member_id `

const (
	handsOf   = handColumns + `where h.id = any(@ids)`
	openHands = handColumns + `where h.room_id = @room and h.state in ('raised', 'called') order by h.id limit 1000`
	lastCalls = `select side, max(called_at) from hands where room_id = @room and called_at is not null group by side`
)

type handRow struct {
	ID          HandID
	Room        RoomID
	Side        account.Region
	State       HandState
	RaisedAt    time.Time
	CalledAt    *time.Time
	EndedAt     *time.Time
	AuthorID    account.MemberID
	Name        string
	Handle      string
	Region      account.Region
	Affiliation string
	Role        account.Role
}

func (r handRow) hand() *Hand {
	return &Hand{ID: r.ID, Room: r.Room, Side: r.Side, State: r.State, RaisedAt: r.RaisedAt, CalledAt: r.CalledAt, EndedAt: r.EndedAt,
		Member: By{ID: r.AuthorID, Name: r.Name, Handle: r.Handle, Region: r.Region, Affiliation: r.Affiliation, Role: r.Role}}
}

// Floor is who speaks and who waits in a room.
func (s *Service) Floor(ctx context.Context, room RoomID) (Floor, error) {
	return floor(ctx, s.store, room)
}

func floor(ctx context.Context, db pg.DB, room RoomID) (Floor, error) {
	f := Floor{LastCalled: map[account.Region]time.Time{}}
	rows, err := pg.All[handRow](ctx, db, openHands, pgx.StrictNamedArgs{"room": room})
	if err != nil {
		return f, fmt.Errorf("list hands of room %d: %w", room, err)
	}
	calls, err := db.Query(ctx, lastCalls, pgx.StrictNamedArgs{"room": room})
	if err != nil {
		return f, fmt.Errorf("list calls of room %d: %w", room, err)
	}
	var side account.Region
	var at time.Time
	_, err = pgx.ForEachRow(calls, []any{&side, &at}, func() error {
		f.LastCalled[side] = at
		return nil
	})
	if err != nil {
		return f, fmt.Errorf("list calls of room %d: %w", room, err)
	}
	var all []Hand
	for _, r := range rows {
		h := *r.hand()
		if h.State == Called {
			f.Speaking = append(f.Speaking, h)
		}
		all = append(all, h)
	}
	slices.SortStableFunc(f.Speaking, func(a, b Hand) int { return a.CalledAt.Compare(*b.CalledAt) })
	f.Queue = Queue(all, f.LastCalled)
	return f, nil
}

const handEvent = `), done as (
		select room_id, 'hand' as kind, member_id as by, null::bigint as message_id, id as subject_id,
			jsonb_build_object('state', state, 'side', side, 'at', raised_at, 'called_at', called_at) as data from changed
	)` + appended

const raiseHand = `
	with room as (` + mayAct + ` and r.id = @room and r.state = 'open'
	), changed as (
		insert into hands (room_id, member_id, side) select id, @viewer, @side from room
		on conflict (room_id, member_id) where state in ('raised', 'called') do nothing
		returning id, room_id, member_id, state, side, raised_at, called_at
	` + handEvent

// RaiseHand asks for the floor; whoever has a hand up keeps his place.
func (s *Service) RaiseHand(ctx context.Context, viewer account.Viewer, room RoomID) error {
	return s.act(ctx, fmt.Sprintf("raise hand in room %d", room), viewer, raiseHand,
		pgx.StrictNamedArgs{"room": room, "side": viewer.Region},
		func() error {
			r, err := s.FindRoom(ctx, viewer, room)
			switch {
			case err != nil:
				return err
			case r.Settings.State == Waiting:
				return errWaiting
			}
			if err := r.MayAct(viewer); err != nil {
				return err
			}
			return errPaused // also hosts: nobody has the floor in a pause
		})
}

const lowerHand = `
	with room as (select @room::bigint as id), changed as (
		update hands set state = case when state = 'called' then 'done' else 'lowered' end, ended_at = now()
		where room_id = @room and member_id = @member and state in ('raised', 'called')
		returning id, room_id, member_id, state, side, raised_at, called_at
	` + handEvent

// LowerHand takes the viewer's own hand down, or says that he has spoken; always allowed, and harmless without a hand.
func (s *Service) LowerHand(ctx context.Context, viewer account.Viewer, room RoomID) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	return s.lower(ctx, s.store, room, viewer.ID)
}

func (s *Service) lower(ctx context.Context, db pg.DB, room RoomID, member account.MemberID) error {
	var of RoomID
	var seq int64
	var ok bool
	err := db.QueryRow(ctx, lowerHand, pgx.StrictNamedArgs{"room": room, "member": member}).Scan(&of, &seq, &ok)
	if err != nil {
		return fmt.Errorf("lower hand in room %d: %w", room, err)
	}
	s.tellOnce(db, of, seq)
	return nil
}

// tellOnce tells of an event that db has written: at once, or after the commit of its transaction. seq 0 is no event.
func (s *Service) tellOnce(db pg.DB, room RoomID, seq int64) {
	if seq == 0 {
		return
	}
	if tx, in := db.(*pg.Tx); in {
		tx.OnCommit(func() { s.tell(room, seq, nil) })
		return
	}
	s.tell(room, seq, nil)
}

// lowerAll takes the hand down of who is removed from a room.
func (s *Service) lowerAll(ctx context.Context, tx *pg.Tx, room RoomID, member account.MemberID) error {
	return s.lower(ctx, tx, room, member)
}

const moveHand = `
	with room as (select room_id as id from hands where id = @id), changed as (
		update hands set state = @state, called_at = case when @state = 'called' then now() else called_at end,
			ended_at = case when @state in ('done', 'lowered') then now() end
		where id = @id and state = any(@from::text[])
		returning id, room_id, member_id, state, side, raised_at, called_at
	` + handEvent

var (
	errNoHand = fault.New(fault.NotFound, "chat.hand.not_found")
	errMoved  = fault.New(fault.Conflict, "chat.hand.moved")
)

const roomOfHand = `select room_id from hands where id = @id`

// MoveHand gives a raised hand the floor (Called), says that a called one has spoken (Done), puts a called one back (Raised), or
// lowers one, for hosts. A hand that is not in the state that this follows on is a Conflict: somebody was quicker.
func (s *Service) MoveHand(ctx context.Context, viewer account.Viewer, id HandID, to HandState) error {
	from := map[HandState][]HandState{Called: {Raised}, Done: {Called}, Raised: {Called}, Lowered: {Raised, Called}}[to]
	if from == nil {
		return fault.New(fault.Invalid, "chat.hand.unknown_state")
	}
	if _, err := s.hostedRoom(ctx, viewer, roomOfHand, int64(id), errNoHand); err != nil {
		return err
	}
	return s.moveHand(ctx, s.store, id, to, from)
}

func (s *Service) moveHand(ctx context.Context, db pg.DB, id HandID, to HandState, from []HandState) error {
	var room RoomID
	var seq int64
	var ok bool
	err := db.QueryRow(ctx, moveHand, pgx.StrictNamedArgs{"id": id, "state": to, "from": from}).Scan(&room, &seq, &ok)
	switch {
	case err != nil:
		return fmt.Errorf("move hand %d: %w", id, err)
	case seq == 0:
		return errMoved
	}
	s.tellOnce(db, room, seq)
	return nil
}

// NextSpeaker says that whoever has the floor has spoken, and gives it to the first in the queue, for hosts. after is the hand
// that was given the floor last as the host sees it, 0 when nobody has it: where somebody else has it by now, another host
// was quicker, nothing is changed, and that hand is what is returned, so that it is harmless to ask twice; nil asks for the next
// whoever speaks. ok is false when nobody waits.
func (s *Service) NextSpeaker(ctx context.Context, viewer account.Viewer, id RoomID, after *HandID) (next Hand, ok bool, err error) {
	room, err := s.FindRoom(ctx, viewer, id)
	if err != nil {
		return Hand{}, false, err
	}
	if !room.Hosts(viewer) {
		return Hand{}, false, errForbidden
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		next, ok, err = s.nextSpeaker(ctx, tx, id, after)
		return err
	})
	return next, ok, wrap(fmt.Sprintf("call the next speaker of room %d", id), err)
}

const (
	// One host at a time asks for the next speaker.
	lockFloor = `select pg_advisory_xact_lock(hashtextextended('chat.floor:' || @room::bigint, 0))`
	// The hands that change are locked before the first event locks the room.
	lockHands = `
		select count(*) from (select id from hands where id = any(@speaking) and state = 'called' or id = @next and state = 'raised'
			order by id for no key update) h`
)

func (s *Service) nextSpeaker(ctx context.Context, tx *pg.Tx, room RoomID, after *HandID) (next Hand, ok bool, err error) {
	if _, err := tx.Exec(ctx, lockFloor, pgx.StrictNamedArgs{"room": room}); err != nil {
		return Hand{}, false, err
	}
	for {
		f, err := floor(ctx, tx, room)
		if err != nil {
			return Hand{}, false, err
		}
		n := len(f.Speaking)
		if n > 0 && after != nil && f.Speaking[n-1].ID != *after {
			return f.Speaking[n-1], true, nil
		}
		moving := make([]HandID, n)
		for i, h := range f.Speaking {
			moving[i] = h.ID
		}
		want := n
		if ok = len(f.Queue) > 0; ok {
			next = f.Queue[0]
			want++
		}
		var held int
		err = tx.QueryRow(ctx, lockHands, pgx.StrictNamedArgs{"speaking": moving, "next": next.ID}).Scan(&held)
		if err != nil {
			return Hand{}, false, err
		}
		if held != want {
			next = Hand{}
			continue // somebody was quicker: look again
		}
		for _, id := range moving {
			if err := s.moveHand(ctx, tx, id, Done, []HandState{Called}); err != nil {
				return Hand{}, false, err
			}
		}
		if !ok {
			return Hand{}, false, nil
		}
		return next, true, s.moveHand(ctx, tx, next.ID, Called, []HandState{Raised})
	}
}
