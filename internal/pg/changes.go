package pg

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const channel = "senet_changes"

// maxSubjects bounds the memory of Changes: past it everything counts as changed once and counting starts afresh.
const maxSubjects = 100_000

// Changes knows, by subject ("thread:12", "member:7"), when it last changed: a number that only grows. Caches keep
// the number they were filled at and are stale when it has grown; an open page waits for it to grow. It is a hint,
// never a copy: Postgres is the truth. It hears of this process's commits at once (Store.InTx) and of other
// processes' through Listen.
type Changes struct {
	mu    sync.Mutex
	clock uint64
	floor uint64 // everything counts as changed at least then
	deaf  bool   // Listen is cut off: other processes may have changed anything
	at    map[string]uint64
	wake  map[string]chan struct{}
}

// NewChanges makes one that has seen nothing.
func NewChanges() *Changes {
	return &Changes{clock: 1, floor: 1, at: map[string]uint64{}, wake: map[string]chan struct{}{}}
}

// Touch says that these subjects have changed. Call it after commit only.
func (c *Changes) Touch(subjects ...string) {
	if len(subjects) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	if len(c.at) > maxSubjects {
		c.at = map[string]uint64{}
		c.floor = c.clock
	}
	for _, s := range subjects {
		c.at[s] = c.clock
		if w, ok := c.wake[s]; ok {
			close(w)
			delete(c.wake, s)
		}
	}
}

// TouchAll makes everything count as changed: after a time in which word of changes may have been lost.
func (c *Changes) TouchAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	c.floor = c.clock
	clear(c.at)
	for s, w := range c.wake {
		close(w)
		delete(c.wake, s)
	}
}

// Version is when the newest change of any of the subjects was. Read it before reading the database: a cache
// filled under a version read first can be too old only by being thrown away too early. While Listen is cut off every
// version is new, so that nothing is shown from a cache that another process may have made untrue.
func (c *Changes) Version(subjects ...string) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deaf {
		c.clock++
		return c.clock
	}
	return c.version(subjects)
}

func (c *Changes) version(subjects []string) uint64 {
	v := c.floor
	for _, s := range subjects {
		v = max(v, c.at[s])
	}
	return v
}

// Wait returns as soon as the subject's version differs from since, or when ctx ends; it returns the version. While
// Listen is cut off it returns after a second at the latest: look for yourself.
func (c *Changes) Wait(ctx context.Context, subject string, since uint64) uint64 {
	for {
		c.mu.Lock()
		v := c.version([]string{subject})
		if v != since && !c.deaf {
			c.mu.Unlock()
			return v
		}
		w, ok := c.wake[subject]
		if !ok {
			w = make(chan struct{})
			c.wake[subject] = w
		}
		var look <-chan time.Time
		if c.deaf {
			look = time.After(time.Second)
		}
		c.mu.Unlock()
		select {
		case <-w:
		case <-look:
			return v
		case <-ctx.Done():
			return v
		}
	}
}

// Listen hears of other processes' changes until ctx ends, over a connection of its own. While it is cut off it
// tries again with back-off, nothing counts as unchanged, and once it hears again everything counts as changed.
func (c *Changes) Listen(ctx context.Context, url string, log *slog.Logger) {
	c.hear(false)
	defer c.hear(true)
	for pause := 100 * time.Millisecond; ctx.Err() == nil; pause = min(2*pause, 5*time.Second) {
		heard, err := c.listenOnce(ctx, url)
		if ctx.Err() != nil {
			return
		}
		log.Warn("word of changes is cut off; trying again", "err", err)
		if heard {
			pause = 100 * time.Millisecond
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

func (c *Changes) listenOnce(ctx context.Context, url string) (heard bool, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen "+channel); err != nil {
		return false, err
	}
	c.hear(true)
	defer c.hear(false)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		c.Touch(n.Payload)
	}
}

// hear notes whether other processes' changes are heard of from now on.
func (c *Changes) hear(on bool) {
	c.mu.Lock()
	c.deaf = !on
	c.mu.Unlock()
	c.TouchAll()
}
