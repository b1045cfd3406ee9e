package pg_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

const insertLink = `insert into setup_links (token_hash, expires_at) values ($1, now())`

// links counts the rows that a test has made.
func links(t *testing.T, db pg.DB) int {
	t.Helper()
	var n int
	if err := db.QueryRow(t.Context(), `select count(*) from setup_links`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTx_commitsThenTells(t *testing.T) {
	t.Parallel()
	store := pg.NewStore(pgtest.DB(t))
	before := store.Changes.Version("thread:1")
	var order []string
	err := store.InTx(t.Context(), func(tx *pg.Tx) error {
		tx.Touch("thread:1")
		tx.OnCommit(func() { order = append(order, fmt.Sprintf("first %d", links(t, store))) })
		tx.OnCommit(func() { order = append(order, fmt.Sprintf("second %v", store.Changes.Version("thread:1") > before)) })
		_, err := tx.Exec(t.Context(), insertLink, []byte{1})
		if v := store.Changes.Version("thread:1"); v != before {
			t.Error("the change is told before it is committed")
		}
		if len(order) != 0 {
			t.Error("OnCommit ran before the commit")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Each sees the row committed and the change told.
	if want := []string{"first 1", "second true"}; !slices.Equal(order, want) {
		t.Errorf("after the commit %q, want %q", order, want)
	}
	if store.Changes.Version("thread:2") != before {
		t.Error("another subject changed with it")
	}
}

func TestInTx_failureTellsNothing(t *testing.T) {
	t.Parallel()
	store := pg.NewStore(pgtest.DB(t))
	before := store.Changes.Version("thread:1")
	mine := errors.New("mine")
	ran := false
	for name, f := range map[string]func(tx *pg.Tx) error{
		"an error of one's own": func(*pg.Tx) error { return mine },
		"a statement that fails": func(tx *pg.Tx) error {
			_, err := tx.Exec(t.Context(), insertLink, []byte{1}) // the second of the same key
			return err
		},
	} {
		err := store.InTx(t.Context(), func(tx *pg.Tx) error {
			tx.Touch("thread:1")
			tx.OnCommit(func() { ran = true })
			if _, err := tx.Exec(t.Context(), insertLink, []byte{1}); err != nil {
				return err
			}
			return f(tx)
		})
		if err == nil || name == "an error of one's own" && err != mine {
			t.Errorf("%s: %v, want it unchanged", name, err)
		}
		if n := links(t, store); n != 0 || ran || store.Changes.Version("thread:1") != before {
			t.Errorf("%s: %d rows, OnCommit ran %v, version %d", name, n, ran, store.Changes.Version("thread:1"))
		}
	}
}

// TestInTx_callerGone: when the caller's context ends inside, all is rolled back and the connection is whole again.
func TestInTx_callerGone(t *testing.T) {
	t.Parallel()
	pool := pgtest.DB(t)
	store := pg.NewStore(pool)
	ctx, cancel := context.WithCancel(t.Context())
	err := store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, insertLink, []byte{1}); err != nil {
			return err
		}
		tx.Touch("thread:1")
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled in it", err)
	}
	if n := links(t, store); n != 0 {
		t.Errorf("%d rows were committed for nobody", n)
	}
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are still taken", n)
	}
	if err := store.InTx(ctx, func(*pg.Tx) error { t.Error("f ran in a context that is over"); return nil }); err == nil {
		t.Error("a transaction began in a context that is over")
	}
}

func TestInTx_panicRollsBack(t *testing.T) {
	t.Parallel()
	pool := pgtest.DB(t)
	store := pg.NewStore(pool)
	func() {
		defer func() { _ = recover() }()
		_ = store.InTx(t.Context(), func(tx *pg.Tx) error {
			if _, err := tx.Exec(t.Context(), insertLink, []byte{1}); err != nil {
				t.Error(err)
			}
			panic("in the middle")
		})
	}()
	if n := links(t, store); n != 0 || pool.Stat().AcquiredConns() != 0 {
		t.Errorf("%d rows, %d connections taken", n, pool.Stat().AcquiredConns())
	}
}

// TestInTx_savepoint: a store over a transaction, as tests have it, makes savepoints.
func TestInTx_savepoint(t *testing.T) {
	t.Parallel()
	store := pg.NewStore(pgtest.Tx(t))
	before := links(t, store)
	_ = store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, _ = tx.Exec(t.Context(), insertLink, []byte("a"))
		return errors.New("no")
	})
	if err := store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := tx.Exec(t.Context(), insertLink, []byte("b"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n := links(t, store) - before; n != 1 {
		t.Errorf("%d rows, want the one that was committed", n)
	}
}

// TestInTx_leavesConnectionsToReadWith: many wait for one lock, and whoever has it reads outside of its transaction.
func TestInTx_leavesConnectionsToReadWith(t *testing.T) {
	t.Parallel()
	pool := pgtest.DB(t)
	store := pg.NewStore(pool)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	n := 2 * int(pool.Config().MaxConns)
	done := make(chan error, n)
	for range n {
		go func() {
			done <- store.InTx(ctx, func(tx *pg.Tx) error {
				if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(7)`); err != nil {
					return err
				}
				return store.QueryRow(ctx, `select pg_sleep(0.01)::text`).Scan(new(string))
			})
		}()
	}
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestConstraint(t *testing.T) {
	t.Parallel()
	store := pg.NewStore(pgtest.DB(t))
	const insert = `insert into members (name, handle, handle_key, region) values ($1, $2, $2, $3)`
	try := func(name, handle, region string) error {
		_, err := store.Exec(t.Context(), insert, name, handle, region)
		if err != nil {
			return fmt.Errorf("join: %w", err)
		}
		return nil
	}
	if err := try("Anna", "anna", "eu"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"unique", try("Anna", "anna", "eu"), "members_handle_taken"},
		{"check", try("Anna", "other", "mars"), "members_region_known"},
		{"a value that no column holds", try("a\x00b", "nul", "eu"), ""},
		{"no error of Postgres", errors.New("x"), ""},
		{"none", nil, ""},
		{"a class that only looks alike", &pgconn.PgError{Code: "2", ConstraintName: "x"}, ""},
	} {
		if got := pg.Constraint(c.err); got != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.want, c.err)
		}
	}
}

func TestOrNotFound(t *testing.T) {
	missing := fault.New(fault.NotFound, "forum.thread.not_found")
	other := errors.New("x")
	if err := pg.OrNotFound(fmt.Errorf("find: %w", pgx.ErrNoRows), missing); err != missing {
		t.Errorf("no rows became %v", err)
	}
	if err := pg.OrNotFound(other, missing); err != other {
		t.Errorf("another error became %v", err)
	}
	if err := pg.OrNotFound(nil, missing); err != nil {
		t.Errorf("nil became %v", err)
	}
}

func TestOneAndAll(t *testing.T) {
	t.Parallel()
	store := pg.NewStore(pgtest.Tx(t))
	type row struct {
		N    int
		Name string
	}
	const series = `select n, 'n' || n as name from generate_series(1, @last) n`
	all, err := pg.All[row](t.Context(), store, series, pgx.StrictNamedArgs{"last": 2})
	if want := []row{{1, "n1"}, {2, "n2"}}; err != nil || !slices.Equal(all, want) {
		t.Errorf("All: %v, %v", all, err)
	}
	none, err := pg.All[row](t.Context(), store, series, pgx.StrictNamedArgs{"last": 0})
	if err != nil || none == nil || len(none) != 0 {
		t.Errorf("All of nothing: %#v, %v; want an empty slice", none, err)
	}
	if _, err := pg.One[row](t.Context(), store, series, pgx.StrictNamedArgs{"last": 0}); !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("One of none: %v, want ErrNoRows", err)
	}
	if _, err := pg.One[row](t.Context(), store, series, pgx.StrictNamedArgs{"last": 2}); err == nil {
		t.Error("One of two: no error")
	}
	if _, err := pg.All[row](t.Context(), store, series, pgx.StrictNamedArgs{"last": 1, "other": 1}); err == nil {
		t.Error("an argument that no query names: no error")
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := pg.Open(t.Context(), url, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if n := pool.Config().MaxConns; n != 3 {
		t.Errorf("%d connections, want 3", n)
	}
	if other, err := pg.Open(t.Context(), url, 0); err != nil || other.Config().MaxConns < 8 {
		t.Errorf("default: %v, want at least 8 connections", err)
	} else {
		other.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for _, bad := range []string{"postgres://127.0.0.1:1/x?connect_timeout=2", "nonsense=\x00"} {
		if _, err := pg.Open(ctx, bad, 0); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
