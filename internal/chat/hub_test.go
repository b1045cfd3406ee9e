package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation/translationtest"
)

func TestHub_followsARoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	h.say(h.anna, "before")
	anna, annaHears := h.connect(hub, h.anna, i18n.En)
	li, liHears := h.connect(hub, h.li, i18n.Zh)
	h.must(anna.Join(t.Context(), h.room, nil))
	h.must(li.Join(t.Context(), h.room, ptr(int64(1))))
	h.say(h.anna, "after")
	mustFollow(t, annaHears.untilSeq(t, 2), 1, 2)
	mustFollow(t, liHears.untilSeq(t, 2), 2, 2)
	got := liHears.until(t, "html in Chinese", func(got []heard, _ int) bool { return got[len(got)-1].Op != "" })
	for _, g := range got {
		if g.Op == "event" && g.HTML != "<zh>" {
			t.Errorf("a Chinese reader got %q", g.HTML)
		}
	}
	li.Leave(h.room)
	h.say(h.anna, "without Li")
	annaHears.untilSeq(t, 3)
	h.must(li.Join(t.Context(), h.room, ptr(int64(2))))
	mustFollow(t, liHears.untilSeq(t, 3), 2, 3)
	anna.Drop()
	li.Drop()
}

func TestHub_joinAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	h.backfill(1200)
	for _, c := range []struct {
		name        string
		after       *int64
		first, last int64
		reset       bool
	}{
		{"the first time", nil, 1151, 1200, false},
		{"having missed something", ptr(int64(1190)), 1191, 1200, false},
		{"having missed the most", ptr(int64(200)), 201, 1200, false},
		{"having missed too much", ptr(int64(199)), 1151, 1200, true},
		{"from the future", ptr(int64(1201)), 1151, 1200, true},
		{"from before time", ptr(int64(-5)), 1151, 1200, true},
	} {
		conn, hears := h.connect(hub, h.anna, i18n.En)
		h.must(conn.Join(t.Context(), h.room, c.after))
		got := hears.until(t, "joined", func(got []heard, _ int) bool { return len(got) > 0 })
		if got[0].Op != "joined" || got[0].Reset != c.reset || got[0].Seq != 1200 {
			t.Errorf("%s: got %s at %d, reset %v", c.name, got[0].Op, got[0].Seq, got[0].Reset)
		}
		mustFollow(t, seqs(got), c.first, c.last)
		conn.Drop()
	}
	conn, _ := h.connect(hub, h.anna, i18n.En)
	defer conn.Drop()
	if err := conn.Join(t.Context(), 999_999, nil); !errors.Is(err, errNoRoom) {
		t.Errorf("no such room: %v", err)
	}
	if len(hub.rooms) != 0 {
		t.Errorf("a room that is not there stays open")
	}
}

func TestHub_findsWhatNoHintTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	conn, hears := h.connect(hub, h.anna, i18n.En)
	defer conn.Drop()
	h.must(conn.Join(t.Context(), h.room, ptr(int64(0))))
	h.backfill(700) // another process: only the poll can find it
	h.say(h.anna, "a hint with a gap before it")
	mustFollow(t, hears.untilSeq(t, 701), 1, 701)
	h.backfill(3)
	mustFollow(t, hears.untilSeq(t, 704), 1, 704)
}

func TestHub_hintsInAnyOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	conn, hears := h.connect(hub, h.anna, i18n.En)
	defer conn.Drop()
	h.must(conn.Join(t.Context(), h.room, ptr(int64(0))))
	h.backfill(40)
	p, err := h.service.Events(t.Context(), h.anna, h.room, 0, 40)
	h.must(err)
	var wg sync.WaitGroup
	for _, i := range rand.Perm(40) {
		wg.Go(func() {
			hub.hint(h.room, int64(i+1), p.Events[i:i+1])
			hub.hint(h.room, int64(i+1), nil)
		})
	}
	wg.Wait()
	mustFollow(t, hears.untilSeq(t, 40), 1, 40)
}

func TestHub_hiddenBeforeItIsDelivered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	conn, hears := h.connect(hub, h.anna, i18n.En)
	defer conn.Drop()
	h.must(conn.Join(t.Context(), h.room, ptr(int64(0))))
	h.say(h.anna, "will go")
	hears.untilSeq(t, 1)
	h.hide(1)
	got := hears.until(t, "the removal", func(got []heard, _ int) bool { return len(seqs(got)) == 2 })
	last := got[len(got)-1]
	if last.Kind != KindRemove || last.Data["id"] == nil || last.Data["body"] != nil || last.By.ID != 0 {
		t.Errorf("the removal is %+v", last)
	}
	late, lateHears := h.connect(hub, h.li, i18n.Zh)
	defer late.Drop()
	h.must(late.Join(t.Context(), h.room, nil))
	replay := lateHears.until(t, "the replay", func(got []heard, _ int) bool { return len(got) > 0 })[0]
	if d := replay.Events[0].Data; d["removed"] != true || d["body"] != nil || replay.Events[0].HTML != "" {
		t.Errorf("who comes later gets %+v", replay.Events[0])
	}
}

// Clients come and go at random while many talk on two nodes: whoever resumes where it stopped has everything
// exactly once and in order.
func TestHub_exactlyOnceThroughReconnects(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	accounts := account.New(h.store)
	second := New(h.store, accounts, translationtest.New(t, h.store, accounts), slog.New(slog.DiscardHandler))
	second.Start()
	defer second.Stop()
	const senders, each, clients = 8, 40, 12
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var talk, listen sync.WaitGroup
	for i := range senders {
		node := []*Service{h.service, second}[i%2]
		talk.Go(func() {
			for n := range each {
				if _, err := node.Say(ctx, h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: fmt.Sprint(i, n)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range clients {
		listen.Go(func() {
			var all []int64
			last := int64(0)
			for last < senders*each && ctx.Err() == nil {
				ear := newEar()
				conn, err := hub.Connect(h.li, i18n.Locales[i%2], ear)
				if err != nil {
					t.Error(err)
					return
				}
				if err := conn.Join(ctx, h.room, ptr(last)); err != nil {
					t.Error(err)
					conn.Drop()
					return
				}
				want := last + 1 + rand.Int64N(60)
				got := ear.until(t, "some events", func(got []heard, code int) bool {
					s := seqs(got)
					return code != 0 || len(s) > 0 && s[len(s)-1] >= min(want, senders*each)
				})
				conn.Drop()
				all = append(all, seqs(got)...)
				if len(all) > 0 {
					last = all[len(all)-1]
				}
			}
			mustFollow(t, all, 1, senders*each)
		})
	}
	talk.Wait()
	listen.Wait()
}

func TestHub_presence(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	one, hears := h.connect(hub, h.anna, i18n.En)
	two, _ := h.connect(hub, h.anna, i18n.Zh) // the same member in another window
	li, _ := h.connect(hub, h.li, i18n.Zh)
	visitor, _ := h.connect(hub, account.Visitor(), i18n.En)
	for _, c := range []*Conn{one, two, li, visitor} {
		h.must(c.Join(t.Context(), h.room, nil))
	}
	count := func(n int) func([]heard, int) bool {
		return func(got []heard, _ int) bool {
			for i := len(got) - 1; i >= 0; i-- {
				if got[i].Op == "presence" {
					return got[i].Count == n
				}
			}
			return false
		}
	}
	got := hears.until(t, "three people", count(3))
	last := got[len(got)-1]
	if len(last.Sample) != 2 || last.Sample[0].Name != "李云龙" || last.Sample[1].Name != "Anna Weber" {
		t.Errorf("the sample is %+v", last.Sample)
	}
	two.Drop()
	li.Drop()
	hears.until(t, "two people", count(2))
	n := 0
	for _, g := range hears.until(t, "", func([]heard, int) bool { return true }) {
		if g.Op == "presence" {
			n++
		}
	}
	if n > 4 {
		t.Errorf("presence was sent %d times", n)
	}
	if p := hub.Presence(h.room); p.Count != 2 || p.Sides[account.Europe] != 1 {
		t.Errorf("presence is %+v", p)
	}
	one.Drop()
	visitor.Drop()
}

func TestHub_typing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	anna, annaHears := h.connect(hub, h.anna, i18n.En)
	defer anna.Drop()
	li, liHears := h.connect(hub, h.li, i18n.Zh)
	defer li.Drop()
	h.must(anna.Join(t.Context(), h.room, nil))
	h.must(li.Join(t.Context(), h.room, nil))
	now := time.Now()
	for _, after := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second} {
		h.must(anna.Typing(h.room, now.Add(after)))
	}
	h.say(h.anna, "done")
	liHears.untilSeq(t, 1)
	annaHears.untilSeq(t, 1)
	count := func(e *ear) (n int) {
		for _, g := range e.until(t, "", func([]heard, int) bool { return true }) {
			if g.Op == "typing" && g.By.Name == "Anna Weber" {
				n++
			}
		}
		return n
	}
	if count(liHears) != 2 || count(annaHears) != 0 {
		t.Errorf("want 2 for Li and none for Anna, got %d and %d", count(liHears), count(annaHears))
	}
	if err := anna.Typing(999, now); !errors.Is(err, errNotJoined) {
		t.Errorf("in a room not joined: %v", err)
	}
}

func TestHub_wait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	done := make(chan error)
	go func() { done <- hub.Wait(t.Context(), h.room, 0) }()
	h.say(h.anna, "wake up")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	h.must(hub.Wait(t.Context(), h.room, 0)) // it is there already
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	h.must(hub.Wait(ctx, h.room, 1)) // nothing comes
	go func() { done <- hub.Wait(t.Context(), h.room, 1) }()
	hub.Stop(t.Context())
	if err := <-done; err != nil && !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
}

func TestHub_stopSendsEverybodyAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	var wg sync.WaitGroup
	for range 20 {
		conn, ear := h.connect(hub, h.anna, i18n.En)
		h.must(conn.Join(t.Context(), h.room, nil))
		wg.Go(func() {
			ear.until(t, "the goodbye", func(_ []heard, code int) bool { return code == CloseRestart })
			conn.Drop()
		})
	}
	hub.Stop(t.Context())
	wg.Wait()
	if hub.Connections() != 0 {
		t.Errorf("%d connections are left", hub.Connections())
	}
	if _, err := hub.Connect(h.anna, i18n.En, newEar()); !errors.Is(err, errStopped) {
		t.Errorf("after Stop: %v", err)
	}
}

// Not parallel: it looks at every goroutine there is.
func TestStartStop_leavesNoGoroutine(t *testing.T) {
	old := goleak.IgnoreCurrent()
	store := pg.NewStore(nil)
	s := New(store, nil, translationtest.New(t, store, nil), slog.New(slog.DiscardHandler))
	hub := NewHub(s, plainWire{}, slog.New(slog.DiscardHandler))
	s.Start()
	hub.Start()
	ear := newEar()
	conn, err := hub.Connect(account.Visitor(), i18n.En, ear)
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		ear.until(t, "the goodbye", func(_ []heard, code int) bool { return code == CloseRestart })
		conn.Drop()
	}()
	hub.Stop(t.Context())
	<-gone
	s.Stop()
	s.Stop()
	goleak.VerifyNone(t, old)
}

// slowReader is a wire between whose reading of the log and whose replay presence is sent, as on a busy machine.
type slowReader struct {
	plainWire
	hub *Hub
}

func (w *slowReader) Joined(l i18n.Locale, room RoomID, p Page) []byte {
	w.hub.mu.Lock()
	r := w.hub.rooms[room]
	w.hub.mu.Unlock()
	r.sendPresence(time.Now().Add(-time.Hour)) // not to the one who joins: the replay comes first
	return w.plainWire.Joined(l, room, p)
}

func TestHub_presenceReachesWhoJoinsMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wire := &slowReader{}
	wire.hub = NewHub(h.service, wire, slog.New(slog.DiscardHandler))
	wire.hub.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		wire.hub.Stop(ctx)
	})
	li, hears := h.connect(wire.hub, h.li, i18n.Zh)
	h.must(li.Join(t.Context(), h.room, nil))
	hears.until(t, "who is there", func(got []heard, _ int) bool {
		return slices.ContainsFunc(got, func(g heard) bool { return g.Op == "presence" && g.Count == 1 })
	})
	li.Drop()
}
