package chat

import (
	"sync"

	"senet/internal/account"
	"senet/internal/i18n"
)

// shard has a part of the connections and one goroutine that sweeps over them: whatever has been waiting when a
// sweep begins goes to each connection in one piece, and what arrives meanwhile goes out with the next. The lock of
// its inbox is held to append and to swap only.
type shard struct {
	mu      sync.Mutex
	inbox   []func()
	stopped bool
	wake    chan struct{}
	gone    chan struct{} // closed when the goroutine has ended

	// The rest belongs to the goroutine.
	follows map[RoomID][]*follow
	touched []*Conn
	joined  []byte   // what the connection before got, put together
	parts   [][]byte // of which it was put together
}

// follow is a connection's being in a room. It belongs to the goroutine of the shard.
type follow struct {
	conn   *Conn
	room   RoomID
	locale i18n.Locale
	index  int    // in shard.follows[room]; -1: not there
	ready  bool   // the replay has been sent
	last   int64  // the newest event sent
	held   []*run // what came while the replay was being read
	bytes  int    // of held, in the follower's language
	lost   bool   // more came than is held: the client has to ask again
}

// maxHeld bounds what is held back for one follower while its replay is being read. At most maxReplays wait for theirs.
const maxHeld = 1 << 20

func newShard() *shard {
	return &shard{wake: make(chan struct{}, 1), gone: make(chan struct{}), follows: map[RoomID][]*follow{}}
}

// do has the goroutine run f, after all that was handed to it before.
func (s *shard) do(f func()) {
	s.mu.Lock()
	s.inbox = append(s.inbox, f)
	s.mu.Unlock()
	s.nudge()
}

func (s *shard) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *shard) stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.nudge()
}

func (s *shard) run() {
	defer close(s.gone)
	var spare []func()
	for {
		s.mu.Lock()
		todo, stopped := s.inbox, s.stopped
		s.inbox = spare[:0]
		s.mu.Unlock()
		if len(todo) == 0 {
			if stopped {
				return
			}
			<-s.wake
			spare = todo
			continue
		}
		for i, f := range todo {
			f()
			todo[i] = nil
		}
		s.flush()
		spare = todo
	}
}

// send puts p among what the connection gets at the end of this sweep.
func (s *shard) send(c *Conn, p []byte) {
	if len(p) == 0 {
		return
	}
	if len(c.out) == 0 {
		s.touched = append(s.touched, c)
	}
	c.out = append(c.out, p)
}

// flush gives every connection what waits for it, in one piece. Most get the same, so that is put together once.
func (s *shard) flush() {
	for i, c := range s.touched {
		if len(c.out) == 1 {
			c.link.Push(c.out[0])
		} else {
			c.link.Push(s.join(c.out))
		}
		clear(c.out)
		c.out = c.out[:0]
		if cap(c.out) > 64 {
			c.out = nil
		}
		s.touched[i] = nil
	}
	s.touched = s.touched[:0]
	s.parts = s.parts[:0]
	if cap(s.joined) > 1<<20 {
		s.joined = nil
	}
}

func (s *shard) join(parts [][]byte) []byte {
	if sameParts(s.parts, parts) {
		return s.joined
	}
	s.parts = append(s.parts[:0], parts...)
	s.joined = s.joined[:0]
	for _, p := range parts {
		s.joined = append(s.joined, p...)
	}
	return s.joined
}

func sameParts(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i]) != len(b[i]) || &a[i][0] != &b[i][0] {
			return false
		}
	}
	return true
}

func (s *shard) add(f *follow) {
	f.index = len(s.follows[f.room])
	s.follows[f.room] = append(s.follows[f.room], f)
}

func (s *shard) remove(f *follow) {
	if f.index < 0 {
		return
	}
	in := s.follows[f.room]
	end := len(in) - 1
	in[f.index] = in[end]
	in[f.index].index = f.index
	in[end] = nil
	if end == 0 {
		delete(s.follows, f.room)
	} else {
		s.follows[f.room] = in[:end]
	}
	f.index = -1
}

// broadcast gives a stretch of the log to everybody here who follows the room.
func (s *shard) broadcast(room RoomID, r *run) {
	for _, f := range s.follows[room] {
		if !f.ready {
			f.hold(r)
			continue
		}
		s.deliver(f, r)
	}
}

// hold keeps a run until the replay has been sent.
func (f *follow) hold(r *run) {
	if f.lost {
		return
	}
	f.held = append(f.held, r)
	if f.bytes += len(r.bytes[f.locale]); f.bytes > maxHeld {
		f.held, f.lost = nil, true
	}
}

// deliver never skips: who would miss something is sent away to come back and ask for it.
func (s *shard) deliver(f *follow, r *run) {
	switch {
	case r.last <= f.last:
		return
	case r.first > f.last+1 || r.bytes[f.locale] == nil:
		f.conn.link.Close(CloseResync)
		return
	}
	s.send(f.conn, r.after(f.locale, f.last))
	f.last = r.last
}

// begin sends the replay, which ends with seq, and what has happened since.
func (s *shard) begin(f *follow, replay []byte, seq int64) {
	s.send(f.conn, replay)
	f.ready, f.last = true, seq
	if f.lost {
		s.flush() // what was read is not read for nothing
		f.conn.link.Close(CloseResync)
		return
	}
	for _, r := range f.held {
		s.deliver(f, r)
	}
	f.held = nil
}

// enforce gives p to one member in the room, and sends him out.
func (s *shard) enforce(room RoomID, member account.MemberID, p []byte, out bool) {
	for _, f := range s.follows[room] {
		if f.conn.member != member {
			continue
		}
		s.send(f.conn, p)
		if out {
			s.flush()
			f.conn.link.Close(CloseForbidden)
		}
	}
}

// volatile gives p, which is no event, to everybody here who follows the room but one member.
func (s *shard) volatile(room RoomID, p []byte, but account.MemberID) {
	for _, f := range s.follows[room] {
		if f.ready && (but == 0 || f.conn.member != but) {
			s.send(f.conn, p)
		}
	}
}
