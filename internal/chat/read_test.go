package chat

import (
	"errors"
	"sync"
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
)

func (h *house) markRead(v account.Viewer, seq int64) int64 {
	h.t.Helper()
	stands, err := h.service.MarkRead(h.t.Context(), v, h.room, seq)
	h.must(err)
	return stands
}

func TestMarkRead_neverGoesBackNorPastTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(10)
	for i, step := range []struct{ seq, want int64 }{{4, 4}, {2, 4}, {-1, 4}, {7, 7}, {1 << 62, 10}, {9, 10}} {
		if got := h.markRead(h.anna, step.seq); got != step.want {
			t.Errorf("step %d, read up to %d: the marker stands at %d, want %d", i, step.seq, got, step.want)
		}
	}
	for v, want := range map[*account.Viewer]int64{&h.anna: 10, &h.li: 0, {}: 0} {
		room, err := h.service.FindRoom(t.Context(), *v, h.room)
		h.must(err)
		if room.Read != want {
			t.Errorf("%q has read up to %d, want %d", v.Name, room.Read, want)
		}
	}
	if _, err := h.service.MarkRead(t.Context(), account.Visitor(), h.room, 3); fault.Of(err) == nil || fault.Of(err).Kind != fault.Unauthorised {
		t.Errorf("a visitor marks the room: %v", err)
	}
	if _, err := h.service.MarkRead(t.Context(), h.anna, h.room+99, 3); !errors.Is(err, errNoRoom) {
		t.Errorf("a room that is not there: %v", err)
	}
}

// Two devices tell at once: whatever the order, the farther one counts.
func TestMarkRead_atOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(40)
	var telling sync.WaitGroup
	for seq := range int64(41) {
		telling.Go(func() {
			if _, err := h.service.MarkRead(t.Context(), h.anna, h.room, seq); err != nil {
				t.Error(err)
			}
		})
	}
	telling.Wait()
	if got := h.markRead(h.anna, 0); got != 40 {
		t.Errorf("the marker stands at %d, want 40", got)
	}
}

func TestUnread_countsMessagesOfOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unread := func(v account.Viewer) int {
		t.Helper()
		n, err := h.service.Unread(t.Context(), v, h.room, h.room+99)
		h.must(err)
		return n[h.room]
	}
	h.say(h.anna, "first")
	if got := unread(h.li); got != 0 {
		t.Errorf("who has never been here has %d unread messages, want none", got)
	}
	h.markRead(h.li, 1)
	h.say(h.anna, "second")
	h.say(h.li, "my own")
	h.say(h.mod, "third")
	h.hide(4) // an event, and no message any more
	h.say(h.mod, "fourth")
	if got := unread(h.li); got != 2 {
		t.Errorf("%d unread messages, want 2: not my own, not what is hidden", got)
	}
	if got := unread(account.Visitor()); got != 0 {
		t.Errorf("a visitor has %d", got)
	}
	h.backfill(300)
	if got := unread(h.li); got != MaxUnread+1 {
		t.Errorf("of hundreds %d are counted, want %d", got, MaxUnread+1)
	}
	h.markRead(h.li, 1000)
	if got := unread(h.li); got != 0 {
		t.Errorf("after all is read %d are unread", got)
	}
}
