package main

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy is a bad line to the hub: it delays what goes either way, and after a while a connection dies, at once with half a
// frame on its way, or by falling silent.
type proxy struct {
	net.Listener
	to       string
	delay    time.Duration
	lifetime time.Duration
	quiet    atomic.Bool // no more cuts
	cuts     atomic.Int64
	ctx      context.Context
	cancel   context.CancelFunc
	lines    sync.WaitGroup
}

func newProxy(to string, delay, lifetime time.Duration) (*proxy, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{Listener: ln, to: to, delay: delay, lifetime: lifetime}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.lines.Go(p.accept)
	return p, nil
}

// calm ends the cuts; the delay stays.
func (p *proxy) calm() { p.quiet.Store(true) }

func (p *proxy) close() {
	p.cancel()
	p.Close()
	p.lines.Wait()
}

func (p *proxy) accept() {
	for {
		c, err := p.Accept()
		if err != nil {
			return
		}
		p.lines.Go(func() { p.carry(c) })
	}
}

func (p *proxy) carry(c net.Conn) {
	defer c.Close()
	up, err := net.DialTimeout("tcp", p.to, 5*time.Second)
	if err != nil {
		return // nobody is there: the client is told by the end of the connection
	}
	defer up.Close()
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	var frozen atomic.Bool
	go p.doom(ctx, cancel, &frozen)
	over := make(chan struct{}, 2)
	pump := func(from, to net.Conn) {
		p.pump(ctx, from, to, &frozen)
		over <- struct{}{}
	}
	go pump(c, up)
	go pump(up, c)
	select {
	case <-over:
	case <-ctx.Done():
	}
	// Both ends are told of it by a reset, as when a machine on the way has forgotten the connection.
	for _, end := range []net.Conn{c, up} {
		_ = end.(*net.TCPConn).SetLinger(0)
		end.Close()
	}
	<-over
}

// doom cuts the line after a while.
func (p *proxy) doom(ctx context.Context, cut func(), frozen *atomic.Bool) {
	if !sleep(ctx, chance(p.lifetime)) || p.quiet.Load() {
		return
	}
	p.cuts.Add(1)
	if rand.IntN(3) == 0 {
		frozen.Store(true)
		sleep(ctx, 10*time.Second+chance(10*time.Second))
	}
	cut()
}

type packet struct {
	due   time.Time
	bytes []byte
}

// pump passes on what it reads after the delay. What is on its way when the line is cut is lost, a part of it perhaps not.
func (p *proxy) pump(ctx context.Context, from, to net.Conn, frozen *atomic.Bool) {
	way := make(chan packet, 64)
	go func() {
		defer close(way)
		for {
			buf := make([]byte, 8<<10)
			n, err := from.Read(buf)
			if n > 0 {
				select {
				case way <- packet{time.Now().Add(p.delay), buf[:n]}:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	for pk := range way {
		alive := sleep(ctx, time.Until(pk.due))
		for alive && frozen.Load() {
			alive = sleep(ctx, 100*time.Millisecond)
		}
		if !alive {
			if rand.IntN(2) == 0 {
				_ = to.SetWriteDeadline(time.Now().Add(time.Second))
				_, _ = to.Write(pk.bytes[:rand.IntN(len(pk.bytes))])
			}
			from.Close()
			return
		}
		if _, err := to.Write(pk.bytes); err != nil {
			from.Close()
			return
		}
	}
}

// chance is a time that is mean on average and may be much longer.
func chance(mean time.Duration) time.Duration {
	return time.Duration(rand.ExpFloat64() * float64(mean))
}

// sleep reports whether ctx lasted as long.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
