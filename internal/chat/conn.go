package chat

import (
	"context"
	"slices"
	"time"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
)

// Close codes. After CloseResync a client comes back at once, after CloseRestart following a random wait, after the
// others not by itself.
const (
	CloseResync    = 4000 // too slow: come back and ask for what was missed
	CloseRestart   = 4001 // the server goes away; its reason, spread_ms=8000, says over how long to spread that wait
	CloseForbidden = 4003 // signed out, or may not be here
	ClosePolicy    = 4008 // broke the rules of the protocol
)

const (
	maxJoined  = 64 // rooms that one connection follows
	maxReplays = 16 // joins that read the log at a time; the others wait for their turn
)

var (
	errManyRooms = fault.New(fault.TooMany, "chat.too_many_rooms")
	errNotJoined = fault.New(fault.Conflict, "chat.not_joined")
)

// Link carries bytes to one client. Both methods return at once and are safe for concurrent use.
type Link interface {
	// Push sends p, or keeps a copy of what the client does not take; past its bounds it closes with CloseResync.
	Push(p []byte)
	// Close sends what waits and says goodbye with a code; later calls change nothing.
	Close(code int)
}

// Conn is a client's connection to the hub. Join, Leave, Typing and Drop are for the one goroutine that reads from the
// client; Send and Close for anybody.
type Conn struct {
	hub    *Hub
	shard  *shard
	link   Link
	locale i18n.Locale
	member account.MemberID // 0: a visitor
	by     By
	joined []*joined

	typed time.Time
	out   [][]byte // belongs to the shard's goroutine
}

type joined struct {
	room   *liveRoom
	follow *follow
}

// Connect makes a connection for a viewer who reads that language. Drop ends it.
func (h *Hub) Connect(viewer account.Viewer, l i18n.Locale, link Link) (*Conn, error) {
	c := &Conn{hub: h, link: link, locale: l, member: viewer.ID, by: ByViewer(viewer)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return nil, errStopped
	}
	h.conns[c] = struct{}{}
	c.shard = h.shards[h.connected%len(h.shards)]
	h.connected++
	return c, nil
}

// Send sends p, which is not changed any more, after everything that was sent before.
func (c *Conn) Send(p []byte) { c.shard.do(func() { c.shard.send(c, p) }) }

// Close says goodbye after what was sent before.
func (c *Conn) Close(code int) {
	c.shard.do(func() {
		c.shard.flush()
		c.link.Close(code)
	})
}

// Join follows a room: first the replay of what came after seq after (nil: the newest), then every event as it
// happens. Joining again begins anew.
func (c *Conn) Join(ctx context.Context, id RoomID, after *int64) error {
	c.Leave(id)
	if len(c.joined) >= maxJoined {
		return errManyRooms
	}
	r, err := c.hub.open(ctx, id)
	if err != nil {
		return err
	}
	if err := c.hub.beginReplay(ctx); err != nil {
		c.hub.release(r)
		return err
	}
	defer c.hub.endReplay()
	// First follow, then read: what happens in between is held back and sorted out by seq.
	f := &follow{conn: c, room: id, locale: c.locale, index: -1}
	j := &joined{r, f}
	c.joined = append(c.joined, j)
	r.enter(c)
	c.shard.do(func() { c.shard.add(f) })
	p, err := c.replay(ctx, id, after)
	if err != nil {
		c.Leave(id)
		return err
	}
	replay := c.hub.wire.Joined(c.locale, id, p)
	c.shard.do(func() { c.shard.begin(f, replay, p.Seq) })
	r.showPresence() // what was sent of it while the log was being read did not reach this connection
	return nil
}

func (c *Conn) replay(ctx context.Context, id RoomID, after *int64) (Page, error) {
	if after == nil {
		return c.hub.service.Newest(ctx, account.Viewer{ID: c.member}, id, FirstPage)
	}
	return c.hub.service.Events(ctx, account.Viewer{ID: c.member}, id, max(*after, 0), MaxReplay)
}

// Leave stops following a room; of one that is not followed it does nothing.
func (c *Conn) Leave(id RoomID) {
	i := slices.IndexFunc(c.joined, func(j *joined) bool { return j.room.id == id })
	if i < 0 {
		return
	}
	j := c.joined[i]
	c.joined = slices.Delete(c.joined, i, i+1)
	c.shard.do(func() { c.shard.remove(j.follow) })
	j.room.leave(c)
	c.hub.release(j.room)
}

// Drop ends the connection. When it returns nothing touches the link any more.
func (c *Conn) Drop() {
	for len(c.joined) > 0 {
		c.Leave(c.joined[0].room.id)
	}
	done := make(chan struct{})
	c.shard.do(func() {
		c.shard.flush()
		close(done)
	})
	select {
	case <-done:
	case <-c.shard.gone:
	}
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	delete(c.hub.conns, c)
	if c.hub.stopping && len(c.hub.conns) == 0 {
		close(c.hub.empty)
	}
}

// typingEvery is how often one connection may be seen typing.
const typingEvery = 3 * time.Second

// Typing shows the others in the room that this member is typing. It is never logged, and dropped when it comes
// too often.
func (c *Conn) Typing(id RoomID, now time.Time) error {
	if c.member == 0 {
		return errSignIn
	}
	i := slices.IndexFunc(c.joined, func(j *joined) bool { return j.room.id == id })
	if i < 0 {
		return errNotJoined
	}
	if now.Sub(c.typed) < typingEvery || !c.joined[i].room.mayType(now) {
		return nil
	}
	c.typed = now
	p := c.hub.wire.Typing(id, c.by)
	for _, s := range c.hub.shards {
		s.do(func() { s.volatile(id, p, c.member) })
	}
	return nil
}

// MemberVersion counts the changes of a member that this process has heard of.
func (s *Service) MemberVersion(id account.MemberID) uint64 {
	return s.store.Changes.Version(account.Subject(id))
}
