package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// locales alternate among the sockets of a room, as its readers do.
var locales = []string{"en", "zh"}

// follow is a visitor's socket of the hub that joins a room; visitors may be many from one address here.
func (b *bench) follow(addr string, room int64) func(i int, rw io.ReadWriter) ([]byte, error) {
	return func(i int, rw io.ReadWriter) ([]byte, error) {
		left, err := handshake(rw, addr, "/ws?locale="+locales[i%2], "")
		if err == nil {
			_, err = rw.Write(joinFrame(room))
		}
		return left, err
	}
}

// enterRoom opens n sockets and returns when all have joined.
func (b *bench) enterRoom(hub *child, n int) (*swarm, error) {
	crowd, err := newSwarm(hub.Addr, n, frameJoined, b.follow(hub.Addr, b.world.Room))
	if err != nil {
		return nil, err
	}
	if err := crowd.wait(30 * time.Second); err != nil {
		crowd.close()
		return nil, fmt.Errorf("join: %w", err)
	}
	return crowd, nil
}

// fanout is a burst of messages in a room with 1,000 sockets, from the first being said in the server's process
// (chat.Service.Submit: sockets of senders are not what is measured, and members are limited in what they may say) to
// the last being read by everybody: Markdown, one commit a batch, encoding, delivery. The floor writes frames of
// the same bytes that are ready beforehand to plain TCP sockets.
func (b *bench) fanout(context.Context) ([]row, error) {
	const sockets = 1000
	hub, err := b.start(spec{Mode: "hub"})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	files, size, err := b.sampleFrames(hub)
	if err != nil {
		return nil, err
	}
	raw, err := b.start(spec{Mode: "raw", Files: files})
	if err != nil {
		return nil, err
	}
	defer raw.stop()
	crowd, err := b.enterRoom(hub, sockets)
	if err != nil {
		return nil, err
	}
	defer crowd.close()
	rawCrowd, err := newSwarm(raw.Addr, sockets, frameOther, enterNothing)
	if err != nil {
		return nil, err
	}
	defer rawCrowd.close()
	if _, err := raw.ask(order{Do: "accept", N: sockets}); err != nil {
		return nil, err
	}

	var rows []row
	for _, n := range []int{10, 100} {
		measure := func(c *child, s *swarm) func() (float64, error) {
			return func() (float64, error) { return burst(c, s, n, sockets) }
		}
		got, err := alternate(pick(b, 15, 5), measure(hub, crowd), measure(raw, rawCrowd))
		if err != nil {
			return rows, err
		}
		what := fmt.Sprintf("bursts of %d × %d B to %d sockets", n, size, sockets)
		rows = append(rows, against(what, "deliveries/s", got[0], got[1]).atLeast(0.3))
		err = b.profiled(hub, fmt.Sprintf("fanout-%d", n), func() error {
			for range 3000 / n {
				if _, err := burst(hub, crowd, n, sockets); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// burst is deliveries a second of n messages to every socket.
func burst(c *child, s *swarm, n, sockets int) (float64, error) {
	s.expect(frameEvent, n*sockets)
	begun := time.Now()
	asked := make(chan error, 1)
	go func() {
		_, err := c.ask(order{Do: "burst", N: n, Size: burstBody})
		asked <- err
	}()
	err := s.wait(30 * time.Second)
	took := time.Since(begun)
	if e := <-asked; e != nil {
		return 0, e
	}
	return float64(n*sockets) / took.Seconds(), err
}

// burstBody is a short message, because every frame carries a message's text twice, as Markdown and as HTML.
const burstBody = 40

// sampleFrames keeps a frame of the hub in each language, and tells their mean size.
func (b *bench) sampleFrames(hub *child) (files []string, size int, err error) {
	for _, l := range locales {
		s, err := dial(hub.Addr, "/ws?locale="+l, "")
		if err != nil {
			return nil, 0, err
		}
		defer s.Close()
		if _, err := s.Write(joinFrame(b.world.Room)); err != nil {
			return nil, 0, err
		}
		if _, err := s.await("joined"); err != nil {
			return nil, 0, err
		}
		if _, err := hub.ask(order{Do: "burst", N: 1, Size: burstBody}); err != nil {
			return nil, 0, err
		}
		frame, err := s.await("event")
		if err != nil {
			return nil, 0, err
		}
		file := filepath.Join(b.dir, "frame-"+l)
		if err := os.WriteFile(file, frame, 0o600); err != nil {
			return nil, 0, err
		}
		files = append(files, file)
		size += len(frame) / len(locales)
	}
	return files, size, nil
}
