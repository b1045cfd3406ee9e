package e2e

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// link is a line between one window and the hub that can fail as lines do: cut in the middle, losing the answers, or
// with a filter in it that lets no socket through.
type link struct {
	URL string

	hub       string
	listener  net.Listener
	mu        sync.Mutex
	down      bool
	noSockets bool
	swallow   bool
	deaf      bool
	conns     map[net.Conn]bool
	sockets   int // upgrades that were let through
}

// newLink lays a line to the hub, taken up at the end of the test.
func newLink(t testing.TB) *link {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{URL: "http://" + listener.Addr().String(), hub: strings.TrimPrefix(theHub(t).URL, "http://"),
		listener: listener, conns: map[net.Conn]bool{}}
	var serving sync.WaitGroup
	serving.Go(func() { l.accept(&serving) })
	t.Cleanup(func() {
		listener.Close()
		l.cut()
		serving.Wait()
	})
	return l
}

// cut breaks every connection and lets no new one through.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for c := range l.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // as a line breaks: without a farewell
		}
		c.Close()
	}
}

func (l *link) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down, l.deaf = false, false
}

// loseAnswers lets what the browser says pass, and nothing of what the hub says, until the line is mended.
func (l *link) loseAnswers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaf = true
}

// toBrowser is the way from the hub to a browser.
type toBrowser struct {
	link    *link
	browser net.Conn
}

func (w toBrowser) Write(p []byte) (int, error) {
	w.link.mu.Lock()
	deaf := w.link.deaf
	w.link.mu.Unlock()
	if deaf {
		return len(p), nil
	}
	return w.browser.Write(p)
}

// filterSockets answers every upgrade with 403 from now on.
func (l *link) filterSockets() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.noSockets = true
}

// swallowSockets takes every upgrade and answers nothing, as some filters do.
func (l *link) swallowSockets(is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.swallow = is
}

// swallowed waits as long as the browser does, and reports whether it has waited.
func (l *link) swallowed(in io.Reader) bool {
	l.mu.Lock()
	swallow := l.swallow
	l.mu.Unlock()
	if swallow {
		_, _ = io.Copy(io.Discard, in)
	}
	return swallow
}

// upgrades counts the sockets that were let through.
func (l *link) upgrades() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sockets
}

func (l *link) accept(serving *sync.WaitGroup) {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		serving.Go(func() { l.serve(conn) })
	}
}

func (l *link) serve(browser net.Conn) {
	if !l.keep(browser) {
		return
	}
	defer l.drop(browser)
	in := bufio.NewReader(browser)
	head, err := in.Peek(len("GET /ws"))
	if err != nil {
		return
	}
	if string(head) == "GET /ws" {
		if l.swallowed(in) {
			return
		}
		if !l.passSocket() {
			_, _ = io.WriteString(browser, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
	}
	hub, err := net.Dial("tcp", l.hub)
	if err != nil {
		return
	}
	if !l.keep(hub) {
		return
	}
	defer l.drop(hub)
	done := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(hub, in); done <- struct{}{} }()
	go func() { _, _ = io.Copy(toBrowser{l, browser}, hub); done <- struct{}{} }()
	<-done
}

// passSocket reports whether an upgrade may pass, and counts it.
func (l *link) passSocket() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.noSockets {
		return false
	}
	l.sockets++
	return true
}

// keep notes a connection to be cut; while the line is down it is refused.
func (l *link) keep(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		c.Close()
		return false
	}
	l.conns[c] = true
	return true
}

func (l *link) drop(c net.Conn) {
	c.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}
