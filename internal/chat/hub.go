package chat

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/i18n"
	"senet/internal/pg"
)

const (
	pollEvery = 2 * time.Second // how often the hub asks Postgres where its open rooms stand
	pollTime  = 10 * time.Second
	tickEvery = time.Second / 4
)

// Wire turns what the hub delivers into the bytes of a transport. What it returns is never changed again: it is
// shared by everybody who reads that language.
type Wire interface {
	Event(l i18n.Locale, e Event) []byte
	Joined(l i18n.Locale, room RoomID, p Page) []byte
	Presence(room RoomID, p Presence) []byte
	Typing(room RoomID, by By) []byte
	Sanction(room RoomID, kind Sanction, until *time.Time) []byte // told to whom it concerns
}

// Hub tells the connections of this node what happens in the rooms they follow, each event once and in order. It
// keeps no text: what it cannot deliver from the commit at hand it reads from the log.
type Hub struct {
	service *Service
	wire    Wire
	log     *slog.Logger
	shards  []*shard
	replays chan struct{} // holds a token for each that is being read

	mu        sync.Mutex
	rooms     map[RoomID]*liveRoom
	conns     map[*Conn]struct{}
	connected int // connections ever made: they go round the shards
	stopping  bool
	stopped   bool
	empty     chan struct{} // closed when the last connection has gone while stopping

	beside []func(context.Context)
	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	work   sync.WaitGroup // goroutines of the hub
}

// NewHub makes a hub over the service's log. It works between Start and Stop.
func NewHub(s *Service, wire Wire, log *slog.Logger) *Hub {
	h := &Hub{service: s, wire: wire, log: log, rooms: map[RoomID]*liveRoom{}, conns: map[*Conn]struct{}{},
		empty: make(chan struct{}), replays: make(chan struct{}, maxReplays)}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	for range runtime.GOMAXPROCS(0) {
		h.shards = append(h.shards, newShard())
	}
	s.onCommit(h.hint)
	return h
}

// Alongside has f run in a goroutine of its own from Start on; its ctx ends with Stop, which waits for it. Call it
// before Start.
func (h *Hub) Alongside(f func(context.Context)) { h.beside = append(h.beside, f) }

// Start starts the hub's goroutines.
func (h *Hub) Start() {
	for _, s := range h.shards {
		h.work.Go(s.run)
	}
	h.work.Go(h.poll)
	h.work.Go(h.tick)
	for _, f := range h.beside {
		h.work.Go(func() { f(h.ctx) })
	}
}

// Stop takes no more connections, closes those it has with CloseRestart, waits for them at most until ctx ends, and
// ends the hub's goroutines.
func (h *Hub) Stop(ctx context.Context) {
	h.mu.Lock()
	if h.stopping {
		h.mu.Unlock()
		return
	}
	h.stopping = true
	left := make([]*Conn, 0, len(h.conns))
	for c := range h.conns {
		left = append(left, c)
	}
	if len(left) == 0 {
		close(h.empty)
	}
	h.mu.Unlock()
	h.cancel() // wakes who waits in Wait
	for _, c := range left {
		c.Close(CloseRestart)
	}
	select {
	case <-h.empty:
	case <-ctx.Done():
		h.log.Warn("connections left behind", "count", h.Connections())
	}
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	for _, s := range h.shards {
		s.stop()
	}
	h.work.Wait()
}

// spawn runs f unless the hub has stopped, and lets Stop wait for it.
func (h *Hub) spawn(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopped {
		h.work.Go(f)
	}
}

// Connections is how many connections the hub has.
func (h *Hub) Connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// hint says that a room's log has reached seq; events are its newest, where they are at hand.
func (h *Hub) hint(room RoomID, seq int64, events []Event) {
	h.mu.Lock()
	r := h.rooms[room]
	h.mu.Unlock()
	if r != nil {
		r.hint(seq, events)
	}
}

// open is the room, followed from now on; release ends that.
func (h *Hub) open(ctx context.Context, id RoomID) (*liveRoom, error) {
	h.mu.Lock()
	if h.stopping {
		h.mu.Unlock()
		return nil, errStopped
	}
	r := h.rooms[id]
	if r == nil {
		r = newLiveRoom(h, id)
		h.rooms[id] = r
	}
	r.refs++
	h.mu.Unlock()
	if err := r.begin(ctx); err != nil {
		h.release(r)
		return nil, err
	}
	return r, nil
}

func (h *Hub) release(r *liveRoom) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.refs--
	if r.refs == 0 {
		delete(h.rooms, r.id)
	}
}

// beginReplay waits for leave to read the log for somebody who joins: after a restart everybody comes at once, and what is
// read, and held back meanwhile, must find room in memory.
func (h *Hub) beginReplay(ctx context.Context) error {
	select {
	case h.replays <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-h.ctx.Done():
		return errStopped
	}
}

func (h *Hub) endReplay() { <-h.replays }

// Wait returns nil as soon as the room's log has passed seq after, or when ctx ends or the hub stops.
func (h *Hub) Wait(ctx context.Context, room RoomID, after int64) error {
	r, err := h.open(ctx, room)
	if err != nil {
		return err
	}
	defer h.release(r)
	for {
		seq, changed := r.position()
		if seq > after {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		case <-h.ctx.Done():
			return nil
		}
	}
}

const roomHeads = `select id, seq from rooms where id = any(@rooms)`

// poll finds what no hint told: another process wrote, or a reading failed.
func (h *Hub) poll() {
	t := time.NewTicker(pollEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := h.pollOnce(); err != nil && h.ctx.Err() == nil {
				h.log.Warn("cannot ask where rooms stand", "err", err)
			}
		case <-h.ctx.Done():
			return
		}
	}
}

type roomAt struct {
	ID  RoomID
	Seq int64
}

func (h *Hub) pollOnce() error {
	h.mu.Lock()
	ids := make([]int64, 0, len(h.rooms))
	for id := range h.rooms {
		ids = append(ids, int64(id))
	}
	h.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(h.ctx, pollTime)
	defer cancel()
	heads, err := pg.All[roomAt](ctx, h.service.store, roomHeads, pgx.StrictNamedArgs{"rooms": ids})
	for _, r := range heads {
		h.hint(r.ID, r.Seq, nil)
	}
	return err
}

// tick sends presence where it has changed.
func (h *Hub) tick() {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		select {
		case now := <-t.C:
			h.mu.Lock()
			open := make([]*liveRoom, 0, len(h.rooms))
			for _, r := range h.rooms {
				open = append(open, r)
			}
			h.mu.Unlock()
			for _, r := range open {
				r.sendPresence(now)
			}
		case <-h.ctx.Done():
			return
		}
	}
}
