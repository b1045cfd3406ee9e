package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// memory is what an idle connection keeps in the server's process, joined to a room, against a socket of the
// library that only echoes.
func (b *bench) memory(context.Context) ([]row, error) {
	n := pick(b, 4000, 1000)
	hub := func() (float64, error) {
		return b.perConnection("hub", n, func(c *child, n int) (*swarm, error) { return b.enterRoom(c, n) })
	}
	echo := func() (float64, error) {
		return b.perConnection("echo", n, func(c *child, n int) (*swarm, error) {
			return newSwarm(c.Addr, n, frameOther, func(_ int, rw io.ReadWriter) ([]byte, error) {
				return handshake(rw, c.Addr, "/ws", "")
			})
		})
	}
	got, err := alternate(pick(b, 3, 1), hub, echo)
	if err != nil {
		return nil, err
	}
	return []row{against(fmt.Sprintf("idle joined connection, of %d", n), "kB", got[0], got[1])}, nil
}

// perConnection is kB of resident memory a connection, in a fresh process.
func (b *bench) perConnection(mode string, n int, open func(*child, int) (*swarm, error)) (float64, error) {
	c, err := b.start(spec{Mode: mode})
	if err != nil {
		return 0, err
	}
	defer c.stop()
	few, err := open(c, 50) // what the first ones bring along is nobody's
	if err != nil {
		return 0, err
	}
	defer few.close()
	before, err := c.ask(order{Do: "memory"})
	if err != nil {
		return 0, err
	}
	const atOnce = 250 // joining is not what is measured: no storm of it
	for opened := 0; opened < n; opened += atOnce {
		more, err := open(c, min(atOnce, n-opened))
		if err != nil {
			return 0, fmt.Errorf("after %d connections: %w", opened, err)
		}
		defer more.close()
	}
	time.Sleep(1500 * time.Millisecond) // the room has told who is there
	after, err := c.ask(order{Do: "memory"})
	if err == nil && b.profile != "" {
		_, err = c.ask(order{Do: "heap", Path: filepath.Join(b.profile, "memory-"+mode+".pprof")})
	}
	return (after - before) / float64(n) / 1024, err
}
