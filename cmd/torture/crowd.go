package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// crowd is everybody who follows and speaks.
type crowd struct {
	world     *world
	proxy     *proxy
	plan      plan
	followers []*follower
	speakers  []*speaker

	calm     atomic.Bool // the storm is over: nobody goes away any more
	events   atomic.Int64
	connects atomic.Int64
	kills    atomic.Int64
	ends     [2]int // of the hub: in good order, killed

	mu     sync.Mutex
	broken []string

	all  sync.WaitGroup
	stop context.CancelFunc
}

func newCrowd(w *world, p *proxy, plan plan) *crowd {
	c := &crowd{world: w, proxy: p, plan: plan}
	for i := range plan.Clients {
		c.followers = append(c.followers, &follower{c: c, n: i, room: w.rooms[i%len(w.rooms)], poll: i%20 == 19})
	}
	for i := range plan.Speakers {
		c.speakers = append(c.speakers, &speaker{c: c, n: i, room: w.rooms[i%len(w.rooms)], token: w.tokens[i%len(w.tokens)]})
	}
	return c
}

// dial reaches the hub over the bad line, whatever the address.
func (c *crowd) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", c.proxy.Addr().String())
}

// patience is how long a client stays before it vanishes.
func (c *crowd) patience() time.Duration {
	if c.calm.Load() {
		return time.Hour
	}
	return chance(2 * c.plan.Lifetime)
}

func (c *crowd) wrong(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = append(c.broken, fmt.Sprintf(format, args...))
}

// start lets everybody in within some seconds; they run until finish.
func (c *crowd) start(ctx context.Context) {
	ctx, c.stop = context.WithCancel(ctx)
	for _, f := range c.followers {
		late := time.Duration(rand.Int64N(int64(min(c.plan.Time/4, 20*time.Second))))
		c.all.Go(func() {
			sleep(ctx, late)
			f.run(ctx)
		})
	}
	for _, s := range c.speakers {
		c.all.Go(func() { s.run(ctx) })
	}
	for i, room := range c.world.rooms {
		c.all.Go(func() { c.meddle(ctx, room, c.world.tokens[i%len(c.world.tokens)]) })
	}
}

// disturb ends the hub now and then, in good order or not, until ctx ends.
func (c *crowd) disturb(ctx context.Context, h *hub, say func(string, ...any)) {
	for sleep(ctx, c.plan.Restart/2+chance(c.plan.Restart/2)) {
		how, sig := 0, syscall.SIGTERM
		if rand.IntN(2) == 0 {
			how, sig = 1, syscall.SIGKILL
		}
		h.end(sig)
		c.ends[how]++
		sleep(ctx, chance(2*time.Second))
		if err := h.revive(context.WithoutCancel(ctx)); err != nil {
			c.wrong("the hub does not come back: %v", err)
			return
		}
	}
}

func (c *crowd) report(ctx context.Context, say func(string, ...any)) {
	for sleep(ctx, 15*time.Second) {
		unsaid := 0
		for _, s := range c.speakers {
			unsaid += len(s.waiting())
		}
		say("%d events told, %d connections made, %d cut, %d clients vanished, %d messages wait", c.events.Load(), c.connects.Load(),
			c.proxy.cuts.Load(), c.kills.Load(), unsaid)
	}
}

// restTime is how long everybody may take to know everything when the storm is over.
const restTime = 90 * time.Second

// finish waits until every message is acknowledged and everybody knows where the log of his room ends.
func (c *crowd) finish(ctx context.Context, say func(string, ...any)) {
	c.calm.Store(true)
	ctx, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	begun := time.Now()
	for sleep(ctx, 200*time.Millisecond) {
		if heads, err := c.heads(ctx); err == nil && c.atRest(heads) {
			say("all is told after %v", time.Since(begun).Round(time.Second))
			break
		}
	}
	c.stop()
	c.all.Wait()
}

func (c *crowd) atRest(heads map[int64]int64) bool {
	for _, s := range c.speakers {
		if len(s.waiting()) > 0 {
			return false
		}
	}
	for _, f := range c.followers {
		if f.where() != heads[f.room] {
			return false
		}
	}
	return true
}
