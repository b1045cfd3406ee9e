package pg_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// patience bounds what must happen; nothing waits this long when all is well.
const patience = 20 * time.Second

func TestChanges_versionsGrow(t *testing.T) {
	c := pg.NewChanges()
	start := c.Version("a", "b")
	c.Touch("a")
	first := c.Version("a")
	if first <= start || c.Version("b") != start || c.Version("a", "b") != first || c.Version("b", "a") != first {
		t.Errorf("a %d, b %d, both %d, at the start %d", first, c.Version("b"), c.Version("a", "b"), start)
	}
	c.Touch("b", "c")
	if c.Version("a") != first || c.Version("b") <= first || c.Version("b") != c.Version("c") {
		t.Errorf("a %d, b %d, c %d", c.Version("a"), c.Version("b"), c.Version("c"))
	}
	before := c.Version("never")
	c.Touch()
	if c.Version("never") != before {
		t.Error("touching nothing changed something")
	}
	c.TouchAll()
	for _, s := range []string{"a", "b", "never"} {
		if c.Version(s) <= before {
			t.Errorf("%s did not change with everything", s)
		}
	}
}

// TestChanges_boundedMemory: when there are too many subjects everything counts as changed, and nothing is lost.
func TestChanges_boundedMemory(t *testing.T) {
	c := pg.NewChanges()
	c.Touch("kept")
	before := c.Version("kept")
	for i := range 100_002 {
		c.Touch(fmt.Sprint(i))
	}
	if c.Version("kept") <= before {
		t.Error("what was forgotten counts as unchanged")
	}
	now := c.Version("kept")
	c.Touch("kept")
	if c.Version("kept") <= now {
		t.Error("after starting afresh a change goes unnoticed")
	}
}

func TestChanges_wait(t *testing.T) {
	c := pg.NewChanges()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	since := c.Version("a")
	got := make(chan uint64, 3)
	for range 3 {
		go func() { got <- c.Wait(ctx, "a", since) }()
	}
	c.Touch("b") // wakes nobody
	c.Touch("a")
	for range 3 {
		if v := <-got; v != c.Version("a") {
			t.Errorf("woken at %d, want %d", v, c.Version("a"))
		}
	}
	if v := c.Wait(ctx, "a", since); v == since { // what has changed already is not waited for
		t.Error("waited for what had happened")
	}
	over, end := context.WithCancel(t.Context())
	end()
	if now := c.Version("a"); c.Wait(over, "a", now) != now {
		t.Error("a wait that is over tells of a change")
	}
	since = c.Version("a")
	go func() { got <- c.Wait(ctx, "a", since) }()
	c.TouchAll()
	if <-got == since {
		t.Error("everything changed, and a waiter was not told")
	}
}

// TestChanges_waitersAndTouchersAtOnce is for the race detector, and for a waiter that misses its wake-up.
func TestChanges_waitersAndTouchersAtOnce(t *testing.T) {
	c := pg.NewChanges()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	const last = 200
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for v := uint64(0); v < last && ctx.Err() == nil; {
				v = c.Wait(ctx, "a", v)
			}
		})
	}
	for range last {
		c.Touch("a")
	}
	all.Wait()
	if ctx.Err() != nil {
		t.Error("somebody waited for a change that had happened")
	}
}

// listen makes another process's Changes of the same database.
func listen(t *testing.T, url string) *pg.Changes {
	t.Helper()
	c := pg.NewChanges()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	since := c.Version("any")
	go func() {
		defer close(done)
		c.Listen(ctx, url, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { cancel(); <-done })
	wait, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	hears := func() bool { v := c.Version("any"); return v != since && v == c.Version("any") }
	for !hears() {
		if c.Wait(wait, "any", since); wait.Err() != nil {
			t.Fatal("it never began to listen")
		}
	}
	return c
}

func TestListen_hearsOtherProcesses(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := pg.Open(t.Context(), url, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	here, there := pg.NewStore(pool), listen(t, url)
	since, quiet := there.Version("thread:1"), there.Version("thread:2")
	if err := here.InTx(t.Context(), func(tx *pg.Tx) error { tx.Touch("thread:1", "threads"); return nil }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if there.Wait(ctx, "thread:1", since) == since {
		t.Fatal("a commit elsewhere is not heard of")
	}
	if there.Wait(ctx, "threads", since) == since || there.Version("thread:2") != quiet {
		t.Error("other subjects are mixed up")
	}
}

// TestListen_cutOff: what happens while the line is cut counts as changed once it is there again.
func TestListen_cutOff(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := pg.Open(t.Context(), url, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	c := listen(t, url)
	since := c.Version("thread:1")
	const cut = `select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query like 'listen %'`
	var n int
	if err := pool.QueryRow(t.Context(), cut).Scan(&n); err != nil || n != 1 {
		t.Fatalf("cut %d lines: %v", n, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if c.Wait(ctx, "thread:1", since) == since {
		t.Fatal("after the cut nothing counts as changed")
	}
	since = c.Version("thread:1")
	if err := pg.NewStore(pool).InTx(t.Context(), func(tx *pg.Tx) error { tx.Touch("thread:1"); return nil }); err != nil {
		t.Fatal(err)
	}
	if c.Wait(ctx, "thread:1", since) == since {
		t.Error("after the cut it hears nothing")
	}
}

// TestListen_deaf: while the line is cut nothing is trusted to be unchanged, and nobody waits for a word that cannot come.
func TestListen_deaf(t *testing.T) {
	t.Parallel()
	c := pg.NewChanges()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	before := c.Version("thread:1")
	go func() {
		defer close(done)
		c.Listen(ctx, "postgres:///none?host="+t.TempDir(), slog.New(slog.DiscardHandler))
	}()
	deadline, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	for c.Version("thread:1") == before && deadline.Err() == nil {
		c.Wait(deadline, "thread:1", before)
	}
	if a, b := c.Version("thread:1"), c.Version("thread:1"); a == b {
		t.Error("a cache would be trusted while the line is cut")
	}
	if c.Wait(deadline, "thread:1", c.Version("thread:1")); deadline.Err() != nil {
		t.Error("a waiter is left hanging while the line is cut")
	}
	cancel()
	<-done
}
