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
// filled under a version read first can be too old only by being thrown away too early.
func (c *Changes) Version(subjects ...string) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version(subjects)
}

func (c *Changes) version(subjects []string) uint64 {
	v := c.floor
	for _, s := range subjects {
		v = max(v, c.at[s])
	}
	return v
}

// Wait returns as soon as the subject's version differs from since, or when ctx ends; it returns the version.
func (c *Changes) Wait(ctx context.Context, subject string, since uint64) uint64 {
	for {
		c.mu.Lock()
		v := c.version([]string{subject})
		if v != since {
			c.mu.Unlock()
			return v
		}
		w, ok := c.wake[subject]
		if !ok {
			w = make(chan struct{})
			c.wake[subject] = w
		}
		c.mu.Unlock()
		select {
		case <-w:
		case <-ctx.Done():
			return v
		}
	}
}

// Listen hears of other processes' changes until ctx ends, over a connection of its own. While it is cut off it
// tries again with back-off, and counts everything as changed once it hears again.
func (c *Changes) Listen(ctx context.Context, url string, log *slog.Logger) {
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
	c.TouchAll()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		c.Touch(n.Payload)
	}
}
