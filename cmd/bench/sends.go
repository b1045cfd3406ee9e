package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// sends are durable messages into one room from 256 senders who each wait for their ack, against bare single-row
// inserts without a seq by 64 connections into the same Postgres. Both are acked after commit.
func (b *bench) sends(context.Context) ([]row, error) {
	const senders, connections, body = 256, 64, 240
	hub, err := b.start(spec{Mode: "hub"})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	sockets := make([]*socket, senders)
	for i := range sockets {
		// An administrator's token has no rate limit. The senders do not follow the room: that is another case.
		if sockets[i], err = dial(hub.Addr, "/ws", "Authorization: Bearer "+b.world.Token+"\r\n"); err != nil {
			return nil, err
		}
		defer sockets[i].Close()
	}
	long := pick(b, 1.0, 0.5)
	got, err := alternate(pick(b, 9, 5),
		func() (float64, error) { return hub.ask(order{Do: "sends", N: senders, Size: body, Seconds: long}) },
		func() (float64, error) { return b.socketSends(sockets, body, long) },
		func() (float64, error) {
			return hub.ask(order{Do: "inserts", N: connections, Size: body, Seconds: long})
		})
	if err != nil {
		return nil, err
	}
	err = b.profiled(hub, "sends", func() error {
		_, err := hub.ask(order{Do: "sends", N: senders, Size: body, Seconds: 4})
		return err
	})
	return []row{
		against("256 senders, in process", "msg/s", got[0], got[2]).atLeast(1.5),
		against("256 senders, a socket each", "msg/s", got[1], got[2]), // 256 clients share its processors: no bound
	}, err
}

func (b *bench) socketSends(sockets []*socket, size int, seconds float64) (float64, error) {
	free := make(chan *socket, len(sockets))
	for _, s := range sockets {
		_ = s.SetDeadline(time.Now().Add(2 * time.Minute))
		free <- s
	}
	return hammer(order{N: len(sockets), Size: size, Seconds: seconds}, func(_ context.Context, body string) error {
		s := <-free // as many as there are goroutines: nobody waits
		defer func() { free <- s }()
		say, err := json.Marshal(map[string]any{"op": "say", "room": b.world.Room, "id": uuid.NewString(), "body": body, "lang": "en"})
		if err != nil {
			return err
		}
		if _, err := s.Write(clientFrame(opText, string(say))); err != nil {
			return fmt.Errorf("say: %w", err)
		}
		_, err = s.await("ack")
		return err
	})
}
