package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app"
	"senet/internal/chat"
	"senet/internal/config"
	"senet/internal/pg"
)

// hubServer is the real thing, on the database that the parent has filled.
func hubServer(ctx context.Context, s spec) (*server, error) {
	db, err := app.OpenDatabase(ctx, config.Config{DatabaseURL: s.World.URL}, quiet, false)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	hub, err := app.Build(db, app.Options{BaseURL: config.BaseOf(ln.Addr().String()), Log: quiet})
	if err != nil {
		return nil, err
	}
	serving, cancel := context.WithCancel(ctx)
	ready, served := make(chan struct{}), make(chan error, 1)
	go func() { served <- hub.Serve(serving, ln, func() { close(ready) }) }()
	<-ready
	viewer, err := hub.Accounts.BySession(ctx, s.World.Session)
	if err != nil || !viewer.SignedIn() {
		cancel()
		return nil, errors.Join(errors.New("the session is gone"), err)
	}
	h := hubOrders{chat: hub.Chat, viewer: viewer, world: s.World}
	return &server{addr: ln.Addr().String(), do: h.do, close: func() {
		cancel()
		<-served
		db.Close()
	}}, nil
}

// hubOrders are what happens inside the hub's process, without the socket of a sender.
type hubOrders struct {
	chat   *chat.Service
	viewer account.Viewer
	world  world
}

func (h hubOrders) do(ctx context.Context, o order) (float64, error) {
	switch o.Do {
	case "burst":
		return 0, h.burst(ctx, o)
	case "sends":
		return hammer(o, func(ctx context.Context, body string) error {
			_, err := h.chat.Say(ctx, h.viewer, h.message(body))
			return err
		})
	case "inserts":
		return inserts(ctx, h.world.URL, o)
	}
	return 0, fmt.Errorf("unknown order %s", o.Do)
}

func (h hubOrders) message(body string) chat.Say {
	return chat.Say{Room: chat.RoomID(h.world.Room), ClientID: uuid.New(), Body: body, Lang: "en"}
}

// burst says N things at once and returns when all are durable.
func (h hubOrders) burst(ctx context.Context, o order) error {
	told := make(chan error, o.N)
	for range o.N {
		if err := h.chat.Submit(ctx, h.viewer, h.message(text(o.Size)), func(_ int64, err error) { told <- err }); err != nil {
			return err
		}
	}
	for range o.N {
		if err := <-told; err != nil {
			return err
		}
	}
	return nil
}

const insertBare = `insert into bench_sends (body) values ($1)`

// inserts is the floor of durable sends: as many connections as asked insert one row after the other, each its own
// transaction, without any seq. It is what pgbench would do.
func inserts(ctx context.Context, url string, o order) (float64, error) {
	pool, err := pg.Open(ctx, url, int32(o.N))
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	const table = `create table if not exists bench_sends (id bigint generated always as identity primary key,
		body text not null, created_at timestamptz not null default now())`
	if _, err := pool.Exec(ctx, table); err != nil {
		return 0, err
	}
	return hammer(o, func(ctx context.Context, body string) error {
		_, err := pool.Exec(ctx, insertBare, body)
		return err
	})
}

// hammer has N goroutines do the same again and again for so many seconds, after a fifth of that to get going, and
// returns how often a second it was done.
func hammer(o order, do func(ctx context.Context, body string) error) (float64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var done atomic.Int64
	var stop atomic.Bool
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	body := text(o.Size)
	for range o.N {
		wg.Go(func() {
			for !stop.Load() {
				if err := do(ctx, body); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	whole := time.Duration(o.Seconds * float64(time.Second))
	time.Sleep(whole / 5)
	begun, before := time.Now(), done.Load()
	time.Sleep(whole)
	rate := float64(done.Load()-before) / time.Since(begun).Seconds()
	stop.Store(true)
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return rate, nil
}

// text is plain English of that many bytes.
func text(size int) string {
	const words = "The samples of the northern sites have arrived and we compare them with last winter before the meeting. "
	return strings.TrimSpace(strings.Repeat(words, size/len(words)+1)[:size])
}
