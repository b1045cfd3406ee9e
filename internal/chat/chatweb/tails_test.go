package chatweb

import (
	"net"
	"testing"
	"time"

	"senet/internal/chat"
)

// A burst of thousands of messages waits for a client that is slow to read, and reaches it whole.
func TestLink_burstCutsNobody(t *testing.T) {
	t.Parallel()
	l, c := pair(t, true)
	const n = 3000
	for i := range n {
		l.Push(frame(opText, make([]byte, 1200+i%100)))
	}
	if l.gone() {
		t.Fatal("cut by a burst of 4 MB")
	}
	l.Close(chat.CloseRestart)
	texts, code := frames(t, c)
	if len(texts) != n || code != chat.CloseRestart {
		t.Fatalf("got %d frames and code %d", len(texts), code)
	}
	for i, size := range texts {
		if size != 1200+i%100 {
			t.Fatalf("frame %d has %d bytes", i, size)
		}
	}
	l.end()
}

// crowd are links of one node that share a bound.
func crowd(t *testing.T, n int, limit int64) (*tails, []*link, []net.Conn) {
	t.Helper()
	all := newTails(func() int64 { return limit })
	links, clients := make([]*link, n), make([]net.Conn, n)
	for i := range links {
		links[i], clients[i] = pair(t, true)
		links[i].tails = all
	}
	return all, links, clients
}

// overflow pushes until something of it waits for the client.
func overflow(l *link) {
	for l.Push(frame(opText, make([]byte, 60_000))); ; l.Push(frame(opText, make([]byte, 60_000))) {
		l.mu.Lock()
		waits := l.draining
		l.mu.Unlock()
		if waits || l.gone() {
			return
		}
	}
}

// What waits for all together is bounded: past it those who are farthest behind are told to come back, with whole frames
// until then, and the others stay.
func TestTails_theSlowestAreSentAway(t *testing.T) {
	t.Parallel()
	const limit = 4 << 20
	all, links, clients := crowd(t, 6, limit)
	for _, l := range links {
		overflow(l)
	}
	greedy := links[2]
	for !greedy.gone() {
		greedy.Push(frame(opText, make([]byte, 50_000)))
		if held := all.held(); held > limit+limit/8 {
			t.Fatalf("%d bytes are held, more than an eighth over the bound of %d", held, limit)
		}
	}
	for i, l := range links {
		if l != greedy && l.gone() {
			t.Errorf("link %d is gone, which was less far behind", i)
		}
	}
	if _, code := frames(t, clients[2]); code != chat.CloseResync {
		t.Errorf("who is farthest behind gets code %d, want %d", code, chat.CloseResync)
	}
	for i, l := range links {
		if l != greedy {
			l.Close(chat.CloseRestart)
			if _, code := frames(t, clients[i]); code != chat.CloseRestart {
				t.Errorf("link %d ends with %d", i, code)
			}
		}
		l.end()
	}
	if held := all.held(); held != 0 || len(all.of) != 0 {
		t.Errorf("when all are gone %d bytes of %d links are held", held, len(all.of))
	}
}

// Pushed by all at once, the bound holds at any time.
func TestTails_boundHoldsWhileAllPush(t *testing.T) {
	t.Parallel()
	const limit = 2 << 20
	all, links, _ := crowd(t, 8, limit)
	done := make(chan struct{})
	for _, l := range links {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 400 {
				l.Push(frame(opText, make([]byte, 20_000)))
			}
		}()
	}
	for left := len(links); left > 0; {
		select {
		case <-done:
			left--
		default:
			// Each of those who push may have doubled its tail and be about to cut itself.
			if held := all.held(); held > 3*limit {
				t.Fatalf("%d bytes are held, want at most three times the bound of %d", held, limit)
			}
		}
	}
	for _, l := range links {
		l.mu.Lock()
		l.kill()
		l.mu.Unlock()
		l.end()
	}
	if held := all.held(); held != 0 {
		t.Errorf("at the end %d bytes are held", held)
	}
}

// A tail that has mostly been sent gives its memory back.
func TestLink_givesMemoryBack(t *testing.T) {
	t.Parallel()
	all, links, clients := crowd(t, 1, 1<<30)
	l, c := links[0], clients[0]
	l.Push(frame(opText, make([]byte, 24<<20)))
	most := all.held()
	buf := make([]byte, 64<<10)
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		l.mu.Lock()
		waits, held := len(l.tail), all.held()
		l.mu.Unlock()
		if held > int64(4*waits+4*chunk) && waits > 0 {
			t.Fatalf("%d bytes are held for %d that wait", held, waits)
		}
		if waits < int(most/8) {
			break
		}
		if _, err := c.Read(buf); err != nil {
			t.Fatal(err)
		}
	}
	l.mu.Lock()
	l.kill()
	l.mu.Unlock()
	l.end()
}

func TestCloseFrame_reason(t *testing.T) {
	t.Parallel()
	l, c := pair(t, true)
	l.reason = (&Handlers{sockets: sockets{total: 4000}}).reason
	l.Close(chat.CloseRestart)
	l.end()
	got := make([]byte, 64)
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := c.Read(got)
	if want := "\x88\x10\x0f\xa1spread_ms=8000"; err != nil || string(got[:n]) != want {
		t.Errorf("the goodbye is %q, %v; want %q", got[:n], err, want)
	}
}
