package chat

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"senet/internal/i18n"
)

// stalledWire holds every replay up until it is let go.
type stalledWire struct {
	plainWire
	begun chan struct{}
	letGo chan struct{}
}

func (w *stalledWire) Joined(l i18n.Locale, room RoomID, p Page) []byte {
	w.begun <- struct{}{}
	<-w.letGo
	return w.plainWire.Joined(l, room, p)
}

func (h *house) stalled() (*Hub, *stalledWire) {
	h.t.Helper()
	wire := &stalledWire{begun: make(chan struct{}, 64), letGo: make(chan struct{})}
	hub := NewHub(h.service, wire, slog.New(slog.DiscardHandler))
	hub.Start()
	h.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		hub.Stop(ctx)
	})
	return hub, wire
}

// What happens while a replay is being read is held back for its reader, up to a bound: past it the reader gets the replay
// and is told to come back for the rest.
func TestHub_heldBackWithinBounds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub, wire := h.stalled()
	h.say(h.anna, "before")
	li, hears := h.connect(hub, h.li, i18n.Zh)
	joined := make(chan error)
	go func() { joined <- li.Join(t.Context(), h.room, ptr(int64(0))) }()
	<-wire.begun
	const n = 400 // of 3 kB each
	body := strings.Repeat("many words ", 270)
	for range n {
		h.say(h.anna, body)
	}
	f := followOf(li)
	waitFor(t, "the bound to be reached", func() bool { return inShard(li, func() bool { return f.lost }) })
	if held := inShard(li, func() bool { return f.held == nil }); !held {
		t.Error("what is lost anyway is still held")
	}
	close(wire.letGo)
	h.must(<-joined)
	got := hears.until(t, "the goodbye", func(_ []heard, code int) bool { return code == CloseResync })
	mustFollow(t, seqs(got), 1, 1)
	li.Drop()

	li, hears = h.connect(hub, h.li, i18n.Zh)
	h.must(li.Join(t.Context(), h.room, ptr(int64(1))))
	mustFollow(t, hears.untilSeq(t, n+1), 2, n+1)
	li.Drop()
}

func followOf(c *Conn) *follow { return c.joined[0].follow }

// inShard asks something of what belongs to the shard's goroutine.
func inShard[T any](c *Conn, ask func() T) T {
	answer := make(chan T)
	c.shard.do(func() { answer <- ask() })
	return <-answer
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-late:
			t.Fatal("waited in vain for " + what)
		case <-time.After(time.Millisecond):
		}
	}
}

// However many join at once, so many replays are read at a time; who gives up waiting gets an error and follows nothing.
func TestHub_replaysTakeTurns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub, wire := h.stalled()
	h.say(h.anna, "before")
	const n = maxReplays + 10
	joined := make(chan error, n)
	conns := make([]*Conn, n)
	for i := range conns {
		conns[i], _ = h.connect(hub, h.li, i18n.Zh)
		go func() { joined <- conns[i].Join(t.Context(), h.room, nil) }()
	}
	for range maxReplays {
		<-wire.begun
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	late, _ := h.connect(hub, h.li, i18n.En)
	if err := late.Join(ctx, h.room, nil); err == nil || len(late.joined) != 0 {
		t.Errorf("who does not wait joins: %v", err)
	}
	select {
	case <-wire.begun:
		t.Errorf("more than %d replays are read at a time", maxReplays)
	default:
	}
	close(wire.letGo)
	for range n {
		h.must(<-joined)
	}
	for _, c := range append(conns, late) {
		c.Drop()
	}
}

// A replay that would take too much memory is a fresh start, as one of too many events is.
func TestEvents_tooMuchTextStartsAfresh(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(600)
	for _, c := range []struct {
		bytes int // of each message
		reset bool
		n     int
	}{{10_000, false, 600}, {20_000, true, FirstPage}} {
		_, err := h.pool.Exec(t.Context(), `update messages set html = repeat('x', $2) where room_id = $1`, h.room, c.bytes)
		h.must(err)
		p, err := h.service.Events(t.Context(), h.anna, h.room, 0, MaxReplay)
		h.must(err)
		if p.Reset != c.reset || len(p.Events) != c.n || p.Seq != 600 || p.Events[c.n-1].Seq != 600 {
			t.Errorf("%d bytes a message: reset %v with %d events up to %d", c.bytes, p.Reset, len(p.Events), p.Seq)
		}
		for i, e := range p.Events {
			if e.Seq != int64(600-c.n+1+i) {
				t.Fatalf("%d bytes a message: event %d has seq %d", c.bytes, i, e.Seq)
			}
		}
	}
}
