package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
)

const (
	crowdedRoom = 500 // sockets in the room that is measured
	otherRooms  = 19
	inOthers    = 20                     // sockets in each of the others
	pace        = 100 * time.Millisecond // between two messages into the room
)

// rooms is how long a message takes from being said in the server's process to the last of 500 readers, ten times a second,
// while 19 other rooms talk as well: the 99th percentile, and the floor's, which writes a frame of the same bytes that is
// ready beforehand to 500 plain sockets on one thread.
func (b *bench) rooms(context.Context) ([]row, error) {
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
	crowd, err := b.enterRoom(hub, crowdedRoom)
	if err != nil {
		return nil, err
	}
	defer crowd.close()
	rawCrowd, err := newSwarm(raw.Addr, crowdedRoom, frameOther, enterNothing)
	if err != nil {
		return nil, err
	}
	defer rawCrowd.close()
	if _, err := raw.ask(order{Do: "accept", N: crowdedRoom}); err != nil {
		return nil, err
	}
	quietDown, err := b.talkElsewhere(hub)
	if err != nil {
		return nil, err
	}
	got, err := alternate(pick(b, 5, 2),
		func() (float64, error) { return slowest(hub, crowd, pick(b, 200, 50)) },
		func() (float64, error) { return slowest(raw, rawCrowd, pick(b, 200, 50)) })
	if e := quietDown(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("p99 of %d B to %d of 20 rooms' readers", size, crowdedRoom)
	return []row{against(what, "ms", got[0], got[1]).atMost(2)}, nil
}

// slowest is the 99th percentile of how long one message takes to everybody, in milliseconds.
func slowest(c *child, s *swarm, n int) (float64, error) {
	times := make([]float64, n)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := range times {
		<-tick.C
		begun := time.Now()
		if _, err := burst(c, s, 1, crowdedRoom); err != nil {
			return 0, err
		}
		times[i] = float64(time.Since(begun).Microseconds()) / 1000
	}
	slices.Sort(times)
	return times[(n*99-1)/100], nil
}

// talkElsewhere fills the other rooms and has somebody talk in them, one message every pace, until it is told to stop.
func (b *bench) talkElsewhere(hub *child) (stop func() error, err error) {
	crowds := make([]*swarm, 0, len(b.world.Others))
	closeAll := func() {
		for _, s := range crowds {
			s.close()
		}
	}
	for _, room := range b.world.Others {
		s, err := newSwarm(hub.Addr, inOthers, frameJoined, b.follow(hub.Addr, room))
		if err == nil {
			crowds = append(crowds, s)
			err = s.wait(30 * time.Second)
		}
		if err != nil {
			closeAll()
			return nil, fmt.Errorf("fill the other rooms: %w", err)
		}
	}
	speaker, err := dial(hub.Addr, "/ws", "Authorization: Bearer "+b.world.Token+"\r\n")
	if err != nil {
		closeAll()
		return nil, err
	}
	_ = speaker.SetDeadline(time.Now().Add(10 * time.Minute))
	done, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- b.talk(speaker, done) }()
	return func() error {
		close(done)
		err := <-ended
		speaker.Close()
		closeAll()
		return err
	}, nil
}

func (b *bench) talk(speaker *socket, done <-chan struct{}) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-done:
			return nil
		case <-tick.C:
		}
		say, err := json.Marshal(map[string]any{"op": "say", "room": b.world.Others[i%len(b.world.Others)], "id": uuid.NewString(),
			"body": text(burstBody), "lang": "en"})
		if err != nil {
			return err
		}
		if _, err := speaker.Write(clientFrame(opText, string(say))); err != nil {
			return fmt.Errorf("talk in another room: %w", err)
		}
		if _, err := speaker.await("ack"); err != nil {
			return fmt.Errorf("talk in another room: %w", err)
		}
	}
}

const (
	shortLog = 100
	longLog  = 1_000_000
)

// join is how many joins a second one socket gets of a room with a million events, against one with a hundred.
func (b *bench) join(ctx context.Context) ([]row, error) {
	lengths := []int{shortLog, pick(b, longLog, longLog/10)}
	for i, n := range lengths {
		if err := b.fillLog(ctx, b.world.Others[i], n); err != nil {
			return nil, err
		}
	}
	hub, err := b.start(spec{Mode: "hub"})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	joins := func(room int64) func() (float64, error) {
		return func() (float64, error) { return joinRate(hub, room, pick(b, 200, 50)) }
	}
	got, err := alternate(pick(b, 9, 5), joins(b.world.Others[1]), joins(b.world.Others[0]))
	if err != nil {
		return nil, err
	}
	return []row{against(fmt.Sprintf("joins of a room of %d events, of one of %d", lengths[1], lengths[0]), "joins/s", got[0], got[1]).atLeast(0.8)}, nil
}

func joinRate(hub *child, room int64, n int) (float64, error) {
	s, err := dial(hub.Addr, "/ws", "")
	if err != nil {
		return 0, err
	}
	defer s.Close()
	begun := time.Now()
	for range n {
		if _, err := s.Write(joinFrame(room)); err != nil {
			return 0, err
		}
		if _, err := s.await("joined"); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begun).Seconds(), nil
}

func enterNothing(int, io.ReadWriter) ([]byte, error) { return nil, nil }
