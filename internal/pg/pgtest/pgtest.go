// Package pgtest gives tests databases on a real Postgres that have the project's migrations applied.
//
// The first call in a test binary starts a private cluster in memory, copied from one that was migrated once and is
// cached; it is gone with the binary, however that ends. No TestMain is needed. Everything here is safe in parallel
// tests.
package pgtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// shared is the cluster of this test binary. It is a package variable because tests of one binary share nothing else.
var shared = sync.OnceValues(startCluster)

// Tx returns a transaction that is rolled back at the end of the test: the default, at about 3 ms. Tests in parallel
// do not see each other's rows, but wait for each other when they insert the same unique value. Ids do not begin at 1.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), get(t).url)
	if err != nil {
		t.Fatalf("pgtest: connect: %v", err)
	}
	t.Cleanup(func() { closeWithin(t, "connection", func(ctx context.Context) error { return conn.Close(ctx) }) })
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatalf("pgtest: begin: %v", err)
	}
	return tx
}

// DB returns a pool on a database of the test's own, dropped at its end: for tests where commits matter.
func DB(t testing.TB) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(URL(t))
	if err != nil {
		t.Fatalf("pgtest: read url: %v", err)
	}
	cfg.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatalf("pgtest: open pool: %v", err)
	}
	t.Cleanup(func() {
		closeWithin(t, "pool: is a row set or transaction still open?", func(context.Context) error { pool.Close(); return nil })
	})
	return pool
}

// URL returns the URL of a database of the test's own, dropped at its end with whoever is still connected.
func URL(t testing.TB) string {
	t.Helper()
	url, drop, err := get(t).clone(t.Context())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { closeWithin(t, "database", drop) })
	return url
}

func get(t testing.TB) *cluster {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("pgtest: start postgres: %v", err)
	}
	return c
}

// patience is how long a test may keep what it has been given after its end.
const patience = 10 * time.Second

func closeWithin(t testing.TB, what string, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("pgtest: close %s: %v", what, err)
		}
	case <-ctx.Done():
		t.Errorf("pgtest: cannot close %s", what)
	}
}
