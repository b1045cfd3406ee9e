package main

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"
)

// newFiber is Fiber as internal/server sets it up, without middleware.
func newFiber() *fiber.App {
	return fiber.New(fiber.Config{
		DisableStartupMessage: true, Immutable: true, BodyLimit: 512 << 10, ReadBufferSize: 16 << 10,
		ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		ProxyHeader: "X-Real-Ip", EnableTrustedProxyCheck: true, TrustedProxies: []string{"127.0.0.1", "::1"},
		EnableIPValidation: true,
	})
}

func serveFiber(app *fiber.App) (*server, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() { _ = app.Listener(ln) }()
	return &server{addr: ln.Addr().String(), close: func() { _ = app.ShutdownWithTimeout(time.Second) }}, nil
}

// staticServer is the floor of pages: GET /0, /1, … answer with the bytes of the files.
func staticServer(_ context.Context, s spec) (*server, error) {
	app := newFiber()
	for i, name := range s.Files {
		page, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		app.Get("/"+strconv.Itoa(i), func(c *fiber.Ctx) error {
			c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
			return c.Send(page)
		})
	}
	return serveFiber(app)
}

// echoServer is the floor of a connection's memory: the library's socket and nothing else.
func echoServer(context.Context, spec) (*server, error) {
	app := newFiber()
	app.Get("/ws", websocket.New(func(c *websocket.Conn) {
		for {
			kind, p, err := c.ReadMessage()
			if err != nil || c.WriteMessage(kind, p) != nil {
				return
			}
		}
	}))
	return serveFiber(app)
}

// rawServer is the floor of fan-out: one thread, plain TCP, and all that waits for a socket in one write. The i-th
// socket gets the i-th of the files as its frame, over and over.
func rawServer(_ context.Context, s spec) (*server, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &rawFanout{accepted: make(chan *net.TCPConn)}
	for _, name := range s.Files {
		frame, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f.frames = append(f.frames, frame)
	}
	go f.accept(ln)
	return &server{addr: ln.Addr().String(), do: f.do, close: func() { ln.Close() }}, nil
}

type rawFanout struct {
	frames   [][]byte
	conns    []*net.TCPConn
	accepted chan *net.TCPConn
}

func (f *rawFanout) accept(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		f.accepted <- conn.(*net.TCPConn)
	}
}

func (f *rawFanout) do(_ context.Context, o order) (float64, error) {
	switch o.Do {
	case "accept": // N sockets
		for range o.N {
			f.conns = append(f.conns, <-f.accepted)
		}
		return 0, nil
	case "burst": // of N frames
		return 0, f.burst(o.N)
	}
	return 0, errors.New("unknown order " + o.Do)
}

// rest is what a socket has not taken yet.
type rest struct {
	conn *net.TCPConn
	p    []byte
}

func (f *rawFanout) burst(n int) error {
	joined := make([][]byte, len(f.frames))
	for i, frame := range f.frames {
		for range n {
			joined[i] = append(joined[i], frame...)
		}
	}
	left := make([]rest, len(f.conns))
	for i, c := range f.conns {
		left[i] = rest{c, joined[i%len(joined)]}
	}
	for len(left) > 0 {
		kept := left[:0]
		moved := false
		for _, r := range left {
			n, err := tryWrite(r.conn, r.p)
			if err != nil {
				return err
			}
			moved = moved || n > 0
			if n < len(r.p) {
				kept = append(kept, rest{r.conn, r.p[n:]})
			}
		}
		left = kept
		if !moved {
			time.Sleep(50 * time.Microsecond)
		}
	}
	return nil
}
