package chatweb

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"senet/internal/chat"
)

func TestBoundary(t *testing.T) {
	t.Parallel()
	sizes := []int{0, 5, 125, 126, 300, 65_535, 65_536, 70_000, 1}
	var p []byte
	ends := []int{0}
	for _, n := range sizes {
		p = append(p, frame(opText, bytes.Repeat([]byte("a"), n))...)
		ends = append(ends, len(p))
	}
	for i, end := range ends {
		if got := boundary(p, end); got != end {
			t.Errorf("at the end of frame %d, %d: got %d", i, end, got)
		}
		if i > 0 {
			for _, within := range []int{ends[i-1] + 1, end - 1} {
				if got := boundary(p, within); within > ends[i-1] && got != end {
					t.Errorf("within frame %d, at %d: want %d, got %d", i, within, end, got)
				}
			}
		}
	}
}

// pair is a link and the client's end of its connection. With plain false the link must use its goroutine.
func pair(t *testing.T, plain bool) (*link, net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	if !plain {
		server = struct{ net.Conn }{server}
	}
	return newLink(server, newTails(func() int64 { return 0 })), client
}

// frames reads frames until the connection ends, and returns the sizes of the texts and the close code.
func frames(t *testing.T, c net.Conn) (texts []int, code int) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			return texts, code
		}
		size := int(head[1])
		switch size {
		case 126:
			b := make([]byte, 2)
			_, _ = io.ReadFull(c, b)
			size = int(binary.BigEndian.Uint16(b))
		case 127:
			b := make([]byte, 8)
			_, _ = io.ReadFull(c, b)
			size = int(binary.BigEndian.Uint64(b))
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(c, body); err != nil {
			t.Errorf("a frame of %d bytes is torn", size)
			return texts, code
		}
		switch head[0] & 0xf {
		case opText:
			texts = append(texts, size)
		case opClose:
			return texts, int(binary.BigEndian.Uint16(body[:2]))
		}
	}
}

func TestLink_sendsEverythingInOrderThenGoodbye(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{true, false} {
		l, c := pair(t, plain)
		go func() {
			for i := range 300 {
				l.Push(append(frame(opText, make([]byte, i)), frame(opText, make([]byte, 1000+i))...))
			}
			l.Close(chat.CloseRestart)
			l.Push(frame(opText, []byte("too late")))
		}()
		texts, code := frames(t, c)
		if len(texts) != 600 || code != chat.CloseRestart {
			t.Fatalf("plain %v: got %d frames and code %d", plain, len(texts), code)
		}
		for i := range 300 {
			if texts[2*i] != i || texts[2*i+1] != 1000+i {
				t.Fatalf("frame %d has %d and %d bytes", i, texts[2*i], texts[2*i+1])
			}
		}
		l.end()
	}
}

// Cut at any moment, a client gets whole frames and the code, whatever was on its way.
func TestLink_cutBetweenFrames(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{true, false} {
		l, c := pair(t, plain)
		pushed := 0
		for ; !l.gone() && pushed < 10_000; pushed++ {
			p := frame(opText, make([]byte, 3000+pushed))
			if pushed%7 == 0 {
				p = append(p, frame(opText, make([]byte, 90_000))...)
			}
			l.Push(p)
		}
		texts, code := frames(t, c)
		// Where nothing is written without waiting, the cut may come before the first frame has left.
		if code != chat.CloseResync || plain && len(texts) == 0 || len(texts) >= pushed+pushed/7 {
			t.Errorf("plain %v: got %d frames of %d pushes and code %d", plain, len(texts), pushed, code)
		}
		l.end()
	}
}

func TestLink_longReplayIsNotHeldAgainstTheClient(t *testing.T) {
	t.Parallel()
	l, c := pair(t, true)
	l.Push(frame(opText, make([]byte, 20<<20)))
	for range 100 {
		l.Push(frame(opText, make([]byte, 1000)))
	}
	if l.gone() {
		t.Fatal("cut")
	}
	l.Close(chat.CloseRestart)
	if texts, code := frames(t, c); len(texts) != 101 || code != chat.CloseRestart {
		t.Errorf("got %d frames and code %d", len(texts), code)
	}
	l.end()
}

func TestBucket(t *testing.T) {
	t.Parallel()
	b := bucket{burst: 3, every: time.Second}
	now := time.Now()
	for i := range 3 {
		if wait := b.take(now); wait != 0 {
			t.Errorf("%d: wait %v", i, wait)
		}
	}
	if wait := b.take(now); wait != time.Second {
		t.Errorf("want a second, got %v", wait)
	}
	if wait := b.take(now.Add(time.Second)); wait != 0 {
		t.Errorf("after a second: %v", wait)
	}
}
