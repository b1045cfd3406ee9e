package chat

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"senet/internal/i18n"
)

const (
	maxPending = 5000 // events from commits kept until their turn; past it they are read from the log
	maxRun     = 500  // events delivered in one go
	readTime   = 10 * time.Second
)

// liveRoom is a room that somebody follows on this node. It delivers the log from where it stood when the first one
// came, in order and without a gap, whatever the order of the hints.
type liveRoom struct {
	hub  *Hub
	id   RoomID
	refs int // guarded by hub.mu

	beginning sync.Mutex // held while the first seq is read

	mu        sync.Mutex
	begun     bool
	delivered int64           // handed to the shards
	known     int64           // committed, as far as hints tell
	pending   map[int64]Event // committed, not yet delivered
	running   bool            // a goroutine delivers
	changed   chan struct{}   // closed when delivered grows
	readers   map[i18n.Locale]int
	presence
}

func newLiveRoom(h *Hub, id RoomID) *liveRoom {
	return &liveRoom{hub: h, id: id, pending: map[int64]Event{}, changed: make(chan struct{}),
		readers: map[i18n.Locale]int{}, presence: newPresence()}
}

// begin reads where the log stands, once.
func (r *liveRoom) begin(ctx context.Context) error {
	r.beginning.Lock()
	defer r.beginning.Unlock()
	r.mu.Lock()
	begun := r.begun
	r.mu.Unlock()
	if begun {
		return nil
	}
	seq, err := r.hub.service.head(ctx, r.id, 0)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun, r.delivered = true, seq
	r.advance()
	return nil
}

// position is how far the room has been delivered, and a channel that is closed when it goes on.
func (r *liveRoom) position() (int64, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.delivered, r.changed
}

func (r *liveRoom) hint(seq int64, events []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq <= r.delivered && r.begun {
		return
	}
	r.known = max(r.known, seq)
	if len(r.pending) > maxPending {
		clear(r.pending)
	}
	for _, e := range events {
		r.pending[e.Seq] = e
	}
	r.advance()
}

// advance sees to it that what is known gets delivered. Call it with mu held.
func (r *liveRoom) advance() {
	if r.begun && r.known > r.delivered && !r.running {
		r.running = true
		r.hub.spawn(r.run)
	}
}

// run delivers until nothing more is known. An error ends it: the next hint or poll tries again.
func (r *liveRoom) run() {
	for {
		events, langs := r.next()
		if len(events) == 0 {
			return
		}
		run := newRun(r.hub.wire, events, langs)
		r.mu.Lock()
		r.delivered = run.last
		for seq := range r.pending {
			if seq <= run.last {
				delete(r.pending, seq)
			}
		}
		close(r.changed)
		r.changed = make(chan struct{})
		r.mu.Unlock()
		for _, s := range r.hub.shards {
			s.do(func() { s.broadcast(r.id, run) })
		}
		for _, e := range events {
			if e.Kind == KindSanction {
				r.enforce(e)
			}
		}
	}
}

// enforce tells a member that he was muted, removed or readmitted, and sends out who was removed.
func (r *liveRoom) enforce(e Event) {
	var d sanctionData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		r.hub.log.Error("a sanction in the log makes no sense", "room", r.id, "seq", e.Seq, "err", err)
		return
	}
	p := r.hub.wire.Sanction(r.id, d.Sanction, d.Until)
	for _, s := range r.hub.shards {
		s.do(func() { s.enforce(r.id, d.Member, p, d.Sanction == Removed) })
	}
}

// next is what follows in the log, from the commits at hand or else read, and in which languages it is wanted.
// Empty means that the room is at rest.
func (r *liveRoom) next() ([]Event, []i18n.Locale) {
	r.mu.Lock()
	var events []Event
	for seq := r.delivered + 1; len(events) < maxRun; seq++ {
		e, ok := r.pending[seq]
		if !ok {
			break
		}
		events = append(events, e)
	}
	after, upto := r.delivered, min(r.known, r.delivered+maxRun)
	if len(events) > 0 || after >= upto {
		defer r.mu.Unlock()
		return r.rest(events)
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(r.hub.ctx, readTime)
	defer cancel()
	events, err := r.hub.service.read(ctx, r.id, after, upto)
	if err != nil && r.hub.ctx.Err() == nil {
		r.hub.log.Warn("cannot read the log of a room", "room", r.id, "after", after, "err", err)
	}
	if n := contiguous(events, after); n < len(events) {
		r.hub.log.Error("the log of a room has a gap", "room", r.id, "after", after+int64(n))
		events = events[:n]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rest(events)
}

// rest notes that the goroutine ends when nothing is to be delivered. Call it with mu held.
func (r *liveRoom) rest(events []Event) ([]Event, []i18n.Locale) {
	if len(events) == 0 {
		r.running = false
		return nil, nil
	}
	langs := make([]i18n.Locale, 0, len(r.readers))
	for l, n := range r.readers {
		if n > 0 {
			langs = append(langs, l)
		}
	}
	return events, langs
}

func contiguous(events []Event, after int64) int {
	for i, e := range events {
		if e.Seq != after+1+int64(i) {
			return i
		}
	}
	return len(events)
}

// run is a stretch of the log as wire bytes, once per language.
type run struct {
	first, last int64
	bytes       map[i18n.Locale][]byte
	starts      map[i18n.Locale][]int // where each event begins in bytes
}

func newRun(w Wire, events []Event, langs []i18n.Locale) *run {
	r := &run{first: events[0].Seq, last: events[len(events)-1].Seq,
		bytes: make(map[i18n.Locale][]byte, len(langs)), starts: make(map[i18n.Locale][]int, len(langs))}
	for _, l := range langs {
		starts := make([]int, len(events))
		var all []byte
		for i, e := range events {
			starts[i] = len(all)
			all = append(all, w.Event(l, e)...)
		}
		r.bytes[l], r.starts[l] = all, starts
	}
	return r
}

// after is the part of the run that follows seq.
func (r *run) after(l i18n.Locale, seq int64) []byte {
	if seq < r.first {
		return r.bytes[l]
	}
	return r.bytes[l][r.starts[l][seq-r.first+1]:]
}
