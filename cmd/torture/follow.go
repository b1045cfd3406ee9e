package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
)

// event is what a client keeps of an event.
type event struct {
	seq  int64
	kind string
	id   int64  // of what it is about
	body string // of a message; "" when it was hidden by then
}

// eventJSON is an event as the socket and the API bring it.
type eventJSON struct {
	Seq  int64  `json:"seq"`
	Kind string `json:"kind"`
	Data struct {
		ID   int64  `json:"id"`
		Body string `json:"body"`
	} `json:"data"`
}

func (e eventJSON) kept() event {
	k := event{seq: e.Seq, kind: e.Kind, id: e.Data.ID}
	if e.Kind == "message" {
		k.body = e.Data.Body
	}
	return k
}

// follower is one client that follows a room, and the log as it was told to it.
type follower struct {
	c    *crowd
	n    int
	room int64
	poll bool // by long poll: its socket is blocked

	mu     sync.Mutex
	log    []event
	joined bool  // it has been told where the log stands
	last   int64 // the newest it knows of
	resets int   // how often it was told that it had missed too much
	broken []string
}

// where is how far it has come.
func (f *follower) where() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// take is given what a join or a long poll answered, or one event; it must follow on what is known.
func (f *follower) take(events []eventJSON, answer bool, seq int64, reset bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if reset {
		f.resets++
	}
	if answer && (!f.joined || reset) {
		f.joined = true
		f.last = seq
		if len(events) > 0 {
			f.last = events[0].Seq - 1
		}
	}
	for _, e := range events {
		if e.Seq != f.last+1 {
			f.wrong("event %d after %d", e.Seq, f.last)
			if e.Seq <= f.last {
				continue
			}
		}
		f.last = e.Seq
		f.log = append(f.log, e.kept())
		f.c.events.Add(1)
	}
	if answer && f.last < seq && !f.poll {
		f.wrong("joined at %d, but was given events to %d only", seq, f.last)
	}
}

// wrong notes a broken promise. Call it with mu held.
func (f *follower) wrong(format string, args ...any) {
	f.broken = append(f.broken, fmt.Sprintf("client %d in room %d: ", f.n, f.room)+fmt.Sprintf(format, args...))
}

// run follows until ctx ends: it comes, is cut off or goes by itself, and comes again after a while.
func (f *follower) run(ctx context.Context) {
	for times := 0; ctx.Err() == nil; times++ {
		err := f.stay(ctx)
		wait := chance(2 * time.Second)
		switch {
		case f.n%50 == 7 && times == 0: // one in fifty misses very much
			wait = f.c.plan.Time / 2
		case websocket.IsCloseError(err, 4000):
			wait = 0
		case f.c.calm.Load():
			wait = time.Duration(rand.Int64N(int64(time.Second)))
		case rand.IntN(20) == 0:
			wait = min(chance(f.c.plan.Lifetime), restTime/2) // away for long
		}
		sleep(ctx, wait)
	}
}

func (f *follower) stay(ctx context.Context) error {
	if f.poll {
		return f.ask(ctx)
	}
	d := websocket.Dialer{NetDialContext: f.c.dial, HandshakeTimeout: 20 * time.Second}
	ws, resp, err := d.DialContext(ctx, "ws://hub/ws?locale="+[]string{"en", "zh"}[f.n%2], nil)
	if err != nil {
		if resp != nil && resp.StatusCode < 500 {
			f.mu.Lock()
			f.wrong("no socket: %d", resp.StatusCode)
			f.mu.Unlock()
		}
		return err
	}
	defer ws.Close()
	f.c.connects.Add(1)
	join := map[string]any{"op": "join", "room": f.room}
	f.mu.Lock()
	if f.joined {
		join["after"] = f.last
	}
	f.mu.Unlock()
	if err := ws.WriteJSON(join); err != nil {
		return err
	}
	// Now and then a client just vanishes.
	life, cancel := context.WithTimeout(ctx, f.c.patience())
	defer cancel()
	defer context.AfterFunc(life, func() {
		f.c.kills.Add(1)
		_ = ws.UnderlyingConn().(*net.TCPConn).SetLinger(0)
		ws.UnderlyingConn().Close()
	})()
	for {
		_ = ws.SetReadDeadline(time.Now().Add(45 * time.Second)) // the hub pings more often
		var frame struct {
			Op string `json:"op"`
			eventJSON
			Events []eventJSON `json:"events"`
			Reset  bool        `json:"reset"`
		}
		_, p, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		if err := json.Unmarshal(p, &frame); err != nil {
			return err
		}
		switch frame.Op {
		case "joined":
			f.take(frame.Events, true, frame.Seq, frame.Reset)
		case "event":
			f.take([]eventJSON{frame.eventJSON}, false, 0, false)
		}
	}
}

// ask follows by long polls.
func (f *follower) ask(ctx context.Context) error {
	client := &http.Client{Transport: &http.Transport{DialContext: f.c.dial}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		url := fmt.Sprintf("http://hub/api/v1/rooms/%d/events?wait=20", f.room)
		f.mu.Lock()
		if f.joined {
			url += fmt.Sprintf("&after=%d", f.last)
		}
		f.mu.Unlock()
		var page struct {
			Items []eventJSON
			Seq   int64
			Reset bool
		}
		if err := call(ctx, client, "GET", url, "", nil, &page); err != nil {
			if no := new(refused); errors.As(err, &no) && no.status < 500 && no.status != http.StatusTooManyRequests {
				f.mu.Lock()
				f.wrong("no answer: %v", err)
				f.mu.Unlock()
			}
			return err
		}
		f.take(page.Items, true, page.Seq, page.Reset)
	}
	return ctx.Err()
}
