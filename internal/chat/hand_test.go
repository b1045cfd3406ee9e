package chat

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"senet/internal/account"
)

func (h *house) raise(vs ...account.Viewer) {
	h.t.Helper()
	for _, v := range vs {
		h.must(h.service.RaiseHand(h.t.Context(), v, h.room))
	}
}

func (h *house) floor() Floor {
	h.t.Helper()
	f, err := h.service.Floor(h.t.Context(), h.room)
	h.must(err)
	return f
}

func members(hands []Hand) (ids []account.MemberID) {
	for _, hand := range hands {
		ids = append(ids, hand.Member.ID)
	}
	return ids
}

func TestRaiseHand_twiceIsOnce(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.raise(h.li)
	first := h.floor().Queue[0]
	h.must(allOf(together(10, func(int) error { return h.service.RaiseHand(t.Context(), h.li, h.room) })))
	if q := h.floor().Queue; len(q) != 1 || q[0].ID != first.ID || q[0].Side != account.China {
		t.Errorf("the queue is %+v", q)
	}
	events := of(KindHand, h.log())
	if len(events) != 1 || events[0].By.ID != h.li.ID {
		t.Fatalf("the log has %+v", events)
	}
	data := events[0].Frame("").Data.(map[string]any)
	if data["id"] != int64(first.ID) || data["state"] != "raised" || data["side"] != "cn" || data["at"] == nil {
		t.Errorf("the data of a hand is %v", data)
	}
	h.must(h.service.LowerHand(t.Context(), h.li, h.room))
	h.must(h.service.LowerHand(t.Context(), h.li, h.room))
	h.raise(h.li)
	if q := h.floor().Queue; len(q) != 1 || q[0].ID == first.ID {
		t.Errorf("raised again, the queue is %+v", q)
	}
	if n := len(of(KindHand, h.log())); n != 3 {
		t.Errorf("the log has %d events, want raised, lowered, raised", n)
	}
	wantFault(t, "a visitor lowers", h.service.LowerHand(t.Context(), account.Visitor(), h.room), "error.sign_in")
	wantFault(t, "a room that is not there", h.service.RaiseHand(t.Context(), h.li, 1<<40), "chat.room.not_found")
}

// TestNextSpeaker_sidesTakeTurns walks through a meeting.
func TestNextSpeaker_sidesTakeTurns(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	eu := []account.Viewer{h.member("E1", account.Europe, account.RoleMember), h.member("E2", account.Europe, account.RoleMember), h.member("E3", account.Europe, account.RoleMember)}
	cn := []account.Viewer{h.member("C1", account.China, account.RoleMember), h.member("C2", account.China, account.RoleMember)}
	other := h.member("O1", account.Elsewhere, account.RoleMember)
	h.raise(eu...)
	h.raise(cn...)
	h.raise(other)
	var spoke []string
	for {
		next, ok, err := h.service.NextSpeaker(t.Context(), h.anna, h.room, nil)
		h.must(err)
		if !ok {
			break
		}
		if f := h.floor(); len(f.Speaking) != 1 || f.Speaking[0].ID != next.ID || f.Speaking[0].CalledAt == nil {
			t.Fatalf("%s was called, and on the floor are %+v", next.Member.Name, f.Speaking)
		}
		spoke = append(spoke, next.Member.Name)
	}
	if want := []string{"E1", "C1", "O1", "E2", "C2", "E3"}; !slices.Equal(spoke, want) {
		t.Errorf("the floor went to %v, want %v", spoke, want)
	}
	if f := h.floor(); len(f.Speaking)+len(f.Queue) != 0 {
		t.Errorf("in the end there are %+v", f)
	}
	// Who raises now finds that his side spoke last.
	h.raise(eu[0], cn[0])
	if got := members(h.floor().Queue); !slices.Equal(got, []account.MemberID{cn[0].ID, eu[0].ID}) {
		t.Errorf("the queue is %v", got)
	}
}

// TestNextSpeaker_isFair raises and calls at random: nobody is lost, nobody is called twice for one hand, nobody passes
// anybody of his own side, and whoever is the first of his side lets each other side pass once at most.
func TestNextSpeaker_isFair(t *testing.T) {
	t.Parallel()
	sides := []account.Region{account.Europe, account.China, account.Elsewhere}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		var all []Hand
		last := map[account.Region]time.Time{}
		ahead := map[HandID]int{}                     // of one's own side, when one raised
		passed := map[HandID]map[account.Region]int{} // how many of another side have passed, in all
		first := map[HandID]map[account.Region]int{}  // the same, while one was the first of his side
		now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		call := func() {
			now = now.Add(time.Second)
			queue := Queue(all, last)
			waiting := 0
			for _, hand := range all {
				if hand.State == Raised {
					waiting++
				}
			}
			if len(queue) != waiting {
				t.Fatalf("seed %d: %d wait, the queue has %d", seed, waiting, len(queue))
			}
			if len(queue) == 0 {
				return
			}
			called := queue[0]
			seen := map[account.Region]bool{}
			for i := range all {
				hand := &all[i]
				if hand.State != Raised {
					continue
				}
				if hand.ID != called.ID && hand.Side == called.Side && hand.ID < called.ID {
					t.Fatalf("seed %d: %d passed %d of his own side", seed, called.ID, hand.ID)
				}
				if hand.ID < called.ID {
					passed[hand.ID][called.Side]++
					if !seen[hand.Side] {
						first[hand.ID][called.Side]++
					}
				}
				seen[hand.Side] = true
			}
			for i := range all {
				if all[i].ID == called.ID {
					all[i].State = Done
				}
			}
			last[called.Side] = now
		}
		weights := []int{r.IntN(5) + 1, r.IntN(5) + 1, r.IntN(3)}
		for range 120 {
			if r.IntN(5) < 3 {
				n := r.IntN(weights[0] + weights[1] + weights[2])
				side := sides[0]
				if n >= weights[0] {
					side = sides[1]
				}
				if n >= weights[0]+weights[1] {
					side = sides[2]
				}
				hand := Hand{ID: HandID(len(all) + 1), Side: side, State: Raised}
				for _, other := range all {
					if other.State == Raised && other.Side == side {
						ahead[hand.ID]++
					}
				}
				all = append(all, hand)
				passed[hand.ID], first[hand.ID] = map[account.Region]int{}, map[account.Region]int{}
			} else {
				call()
			}
		}
		for range all {
			call()
		}
		for _, hand := range all {
			if hand.State != Done {
				t.Fatalf("seed %d: hand %d was never called", seed, hand.ID)
			}
			for side, n := range first[hand.ID] {
				if n > 1 {
					t.Fatalf("seed %d: hand %d, the first of %s, was passed %d times by %s", seed, hand.ID, hand.Side, n, side)
				}
			}
			for side, n := range passed[hand.ID] {
				if n > ahead[hand.ID]+1 {
					t.Fatalf("seed %d: hand %d with %d of its side before it was passed %d times by %s", seed, hand.ID, ahead[hand.ID], n, side)
				}
			}
		}
	}
}

// TestMoveHand_twoHosts has two hosts call the same hand: one of them was quicker, and the other is told.
func TestMoveHand_twoHosts(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.raise(h.li)
	id := h.floor().Queue[0].ID
	hosts := []account.Viewer{h.anna, h.mod}
	refused := 0
	for _, err := range together(2, func(i int) error { return h.service.MoveHand(t.Context(), hosts[i], id, Called) }) {
		if err != nil {
			wantFault(t, "the second", err, "chat.hand.moved")
			refused++
		}
	}
	if refused != 1 || len(h.floor().Speaking) != 1 {
		t.Errorf("%d of two hosts were refused, on the floor are %d", refused, len(h.floor().Speaking))
	}
	h.must(h.service.MoveHand(t.Context(), h.anna, id, Raised)) // put back
	if f := h.floor(); len(f.Speaking) != 0 || len(f.Queue) != 1 || f.Queue[0].ID != id {
		t.Errorf("put back, the floor is %+v", f)
	}
	h.must(h.service.MoveHand(t.Context(), h.anna, id, Lowered))
	wantFault(t, "lowered twice", h.service.MoveHand(t.Context(), h.anna, id, Lowered), "chat.hand.moved")
	wantFault(t, "called after it was lowered", h.service.MoveHand(t.Context(), h.anna, id, Called), "chat.hand.moved")
	wantFault(t, "to no state", h.service.MoveHand(t.Context(), h.anna, id, "up"), "chat.hand.unknown_state")
	wantFault(t, "by who does not host", h.service.MoveHand(t.Context(), h.li, id, Called), "error.forbidden")
	wantFault(t, "a hand that is not there", h.service.MoveHand(t.Context(), h.anna, 1<<40, Called), "chat.hand.not_found")
	_, _, err := h.service.NextSpeaker(t.Context(), h.li, h.room, nil)
	wantFault(t, "next by who does not host", err, "error.forbidden")
}

// TestNextSpeaker_twoHosts has many ask for the next at once, all seeing the same speaker: the floor moves on by one.
func TestNextSpeaker_twoHosts(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.raise(h.members(9)...)
	hosts := []account.Viewer{h.anna, h.mod}
	after := HandID(0)
	for range 4 {
		want := h.floor().Queue[0].ID
		h.must(allOf(together(4, func(i int) error {
			got, ok, err := h.service.NextSpeaker(t.Context(), hosts[i%2], h.room, &after)
			if err == nil && (!ok || got.ID != want) {
				err = fmt.Errorf("the floor went to %d, want %d", got.ID, want)
			}
			return err
		})))
		if f := h.floor(); len(f.Speaking) != 1 || f.Speaking[0].ID != want {
			t.Fatalf("on the floor are %+v, want %d", f.Speaking, want)
		}
		after = want
	}
	if n := len(h.floor().Queue); n != 5 {
		t.Errorf("%d wait, want 5", n)
	}
}

// TestHands_allAtOnce raises, lowers, calls and removes at the same time: no two wait for each other in a circle, and in the
// end everybody has one hand at most.
func TestHands_allAtOnce(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	vs := h.members(12)
	h.raise(vs...)
	h.must(allOf(together(len(vs)+2, func(i int) error {
		if i >= len(vs) {
			for range 4 {
				if _, _, err := h.service.NextSpeaker(t.Context(), h.anna, h.room, nil); err != nil {
					return err
				}
			}
			return nil
		}
		if i%4 == 0 {
			h.sanction(vs[i], Removed)
			return nil
		}
		for range 3 {
			if err := h.service.LowerHand(t.Context(), vs[i], h.room); err != nil {
				return err
			}
			if err := h.service.RaiseHand(t.Context(), vs[i], h.room); err != nil {
				return err
			}
		}
		return nil
	})))
	f := h.floor()
	all := members(append(f.Queue, f.Speaking...))
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("somebody has two hands: %v", all)
	}
	for i := 0; i < len(vs); i += 4 {
		if slices.Contains(all, vs[i].ID) {
			t.Errorf("%s was removed and waits", vs[i].Name)
		}
	}
	// What a reader folds is what the database has.
	folded := map[int64]string{}
	for _, e := range of(KindHand, h.log()) {
		folded[e.Subject] = e.Frame("").Data.(map[string]any)["state"].(string)
	}
	for _, hand := range append(f.Queue, f.Speaking...) {
		if folded[int64(hand.ID)] != string(hand.State) {
			t.Errorf("hand %d is %s, the log says %s", hand.ID, hand.State, folded[int64(hand.ID)])
		}
		delete(folded, int64(hand.ID))
	}
	for id, state := range folded {
		if state == "raised" || state == "called" {
			t.Errorf("the log ends with hand %d %s, and it is not up", id, state)
		}
	}
}

// TestHands_whoIsAwayKeepsHisPlace: a hand is in the database, not on a line.
func TestHands_whoIsAwayKeepsHisPlace(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	hub := h.hub()
	c, _ := h.connect(hub, h.li, "zh")
	h.must(c.Join(t.Context(), h.room, nil))
	h.raise(h.li, h.member("E1", account.Europe, account.RoleMember))
	c.Drop()
	if got := members(h.floor().Queue); len(got) != 2 || got[0] != h.li.ID {
		t.Errorf("who lost the line has the place %v", got)
	}
	h.move(Paused)
	if got := members(h.floor().Queue); len(got) != 2 {
		t.Errorf("in a pause wait %v", got)
	}
	h.must(h.service.LowerHand(t.Context(), h.li, h.room)) // always
	h.sanction(h.li, Muted)
	if got := members(h.floor().Queue); len(got) != 1 {
		t.Errorf("lowered, there wait %v", got)
	}
}
