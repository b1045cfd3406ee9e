package chatweb

import (
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"senet/internal/chat"
)

const (
	maxTail   = 4 << 20          // bytes that may wait for a slow client: a burst of a thousand messages cuts nobody
	chunk     = 16 << 10         // of the tail, written at a time
	chunkTime = 15 * time.Second // in which a client must take a chunk
	cutTime   = 15 * time.Second // in which a client that is sent away must take its goodbye
	lingering = 2 * time.Second  // how long a client may take to answer a goodbye
	silence   = 80 * time.Second // without a sign of life; pings go out more often
)

// link carries frames to one client over the TCP connection under its WebSocket. Who sends never waits: what the
// kernel does not take at once becomes the client's tail, which a goroutine writes that lives as long as the tail.
// A tail past its bounds, in bytes or in time, or in what all tails may hold together, is cut after the frame that is on its
// way, and the client is told to come back.
type link struct {
	conn   net.Conn
	raw    syscall.RawConn // nil: nothing can be written without waiting
	tails  *tails
	reason func(code int) string // of a goodbye; nil: none is given

	mu       sync.Mutex
	tail     []byte
	sent     int // bytes of the tail's memory that stand before it
	rest     int // bytes of the tail's first frame, which is partly written
	flying   int // bytes of the tail that are being written
	bound    int // of the tail
	draining bool
	closing  bool // the goodbye is sent or waits in the tail
	dead     bool
	drains   sync.WaitGroup
}

func newLink(conn net.Conn, all *tails) *link {
	// Fiber's connection is a pooled wrapper that cannot be closed; what is under it stays ours.
	if w, ok := conn.(interface{ UnsafeConn() net.Conn }); ok {
		conn = w.UnsafeConn()
	}
	l := &link{conn: conn, tails: all, bound: maxTail}
	if sc, ok := conn.(syscall.Conn); ok && canTry {
		if raw, err := sc.SyscallConn(); err == nil {
			l.raw = raw
		}
	}
	return l
}

// Push sends p, which holds whole frames, or keeps a copy of what the client does not take now.
func (l *link) Push(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing || l.dead {
		return
	}
	l.push(p)
}

func (l *link) push(p []byte) {
	if !l.draining {
		n, err := l.try(p)
		if err != nil {
			l.kill()
			return
		}
		if n == len(p) {
			return
		}
		l.rest = boundary(p, n) - n
		l.tail = append([]byte(nil), p[n:]...)
		// A long replay to somebody on a thin line must not count against what follows it.
		l.bound = maxTail + len(l.tail)
		l.drain()
		if !l.hold() {
			l.cut(chat.CloseResync)
		}
		return
	}
	if len(l.tail)+len(p) > l.bound {
		l.cut(chat.CloseResync)
		return
	}
	l.add(p)
	if !l.hold() {
		l.cut(chat.CloseResync)
	}
}

// add puts p behind the tail.
func (l *link) add(p []byte) {
	room := cap(l.tail)
	l.tail = append(l.tail, p...)
	if cap(l.tail) != room {
		l.sent = 0 // it has moved to memory of its own
	}
}

// hold tells how much memory the tail takes; false when there is none for it.
func (l *link) hold() bool { return l.tails.hold(l, int64(l.sent+cap(l.tail))) }

// try writes what the kernel takes at once.
func (l *link) try(p []byte) (n int, err error) {
	if l.raw == nil {
		return 0, nil
	}
	werr := l.raw.Write(func(fd uintptr) bool {
		n, err = tryWrite(fd, p)
		return true
	})
	if err == nil {
		err = werr
	}
	return max(n, 0), err
}

// Close says goodbye after all that was pushed.
func (l *link) Close(code int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing || l.dead {
		return
	}
	if code == chat.CloseResync && l.draining {
		l.cut(code)
		return
	}
	l.push(l.goodbye(code))
	l.closing = true
	if l.draining {
		l.conn.SetWriteDeadline(time.Now().Add(cutTime))
		return
	}
	l.linger()
}

func (l *link) goodbye(code int) []byte {
	if l.reason == nil {
		return closeFrame(code, "")
	}
	return closeFrame(code, l.reason(code))
}

// cut throws away all of the tail but the frame that is on its way, and says goodbye.
func (l *link) cut(code int) {
	keep := l.rest
	if l.flying > keep {
		keep += boundary(l.tail[keep:], l.flying-keep)
	}
	l.tail = append(slices.Clone(l.tail[:keep]), l.goodbye(code)...)
	l.sent = 0
	l.hold()
	l.closing = true
	l.conn.SetWriteDeadline(time.Now().Add(cutTime))
}

// drain writes the tail until nothing is left of it. Call it with mu held.
func (l *link) drain() {
	l.draining = true
	l.drains.Go(func() {
		for {
			l.mu.Lock()
			if len(l.tail) == 0 || l.dead {
				l.tail, l.sent, l.draining, l.bound = nil, 0, false, maxTail
				l.hold()
				l.conn.SetWriteDeadline(time.Time{})
				if l.closing && !l.dead {
					l.linger()
				}
				l.mu.Unlock()
				return
			}
			p := l.tail[:min(len(l.tail), chunk)]
			if l.sent+cap(l.tail) > 4*chunk {
				p = slices.Clone(p) // while it flies a long tail may be cut, and its memory is to be free
			}
			l.flying = len(p)
			if !l.closing {
				l.conn.SetWriteDeadline(time.Now().Add(chunkTime))
			}
			l.mu.Unlock()
			n, err := l.conn.Write(p)
			l.mu.Lock()
			l.wrote(n)
			if err != nil {
				l.kill()
			}
			l.mu.Unlock()
		}
	})
}

// wrote takes n bytes off the tail. Call it with mu held.
func (l *link) wrote(n int) {
	l.flying = 0
	if n > l.rest {
		l.rest += boundary(l.tail[l.rest:], n-l.rest)
	}
	l.rest -= n
	l.tail = l.tail[n:]
	l.sent += n
	if l.sent > 3*cap(l.tail) {
		l.tail, l.sent = slices.Clone(l.tail), 0 // most of its memory was used up
	}
	l.hold()
}

// linger gives the client a moment to answer the goodbye, so that it is not lost with the connection.
func (l *link) linger() {
	l.conn.SetReadDeadline(time.Now().Add(lingering))
}

// kill ends the connection at once. Call it with mu held.
func (l *link) kill() {
	if !l.dead {
		l.dead = true
		l.conn.Close()
	}
}

// alive notes a sign of life from the client.
func (l *link) alive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closing && !l.dead {
		l.conn.SetReadDeadline(time.Now().Add(silence))
	}
}

// gone reports whether the goodbye has been said.
func (l *link) gone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closing || l.dead
}

// end waits until nothing uses the connection any more. Push and Close do nothing afterwards.
func (l *link) end() {
	l.mu.Lock()
	if l.draining && !l.closing {
		l.kill()
	}
	l.closing = true
	l.mu.Unlock()
	l.drains.Wait()
	l.mu.Lock()
	l.dead = true
	l.tails.hold(l, 0)
	l.mu.Unlock()
}
