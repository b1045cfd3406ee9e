// Package pg is the way to Postgres: the pool, transactions that tell the world only after commit, and the
// translation of constraint violations into faults. It knows no table.
package pg

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/fault"
)

// DB is what a pool and a transaction have in common; a Begin on a transaction is a savepoint.
type DB interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Store is what every core is given: the database, and the word of what changed in it.
type Store struct {
	DB
	Changes *Changes
	writing chan struct{} // holds a token for each transaction that runs; nil over a transaction
}

// NewStore makes a Store over a pool, or over a transaction in tests. A quarter of a pool's connections is never given to
// transactions: one that waits for another's lock holds its connection, and the other may need one more to read with.
func NewStore(db DB) *Store {
	s := &Store{DB: db, Changes: NewChanges()}
	if pool, ok := db.(*pgxpool.Pool); ok {
		most := pool.Config().MaxConns
		s.writing = make(chan struct{}, max(1, most-max(1, most/4)))
	}
	return s
}

// Open connects a pool to url and checks that it answers. maxConns 0 is pgx's default, at least 8.
func Open(ctx context.Context, url string, maxConns int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("pg: read database url: %w", err)
	}
	cfg.MaxConns = max(cfg.MaxConns, 8)
	if maxConns > 0 {
		cfg.MaxConns = maxConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("pg: open pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("pg: connect: %w", err)
	}
	return pool, nil
}

// Tx is a transaction that collects what is to be told once it is committed.
type Tx struct {
	pgx.Tx
	touched  []string
	onCommit []func()
}

// Touch notes that a subject ("thread:12") changes with this transaction: after commit, and never before, Changes
// learns of it here and in every other process on the same database.
func (t *Tx) Touch(subjects ...string) { t.touched = append(t.touched, subjects...) }

// OnCommit runs f after a successful commit, in the caller's goroutine, in the order given.
func (t *Tx) OnCommit(f func()) { t.onCommit = append(t.onCommit, f) }

const announce = `select pg_notify('` + channel + `', s) from unnest($1::text[]) s`

// InTx runs f in one transaction: committed when f returns nil, else rolled back. It returns f's error unchanged. One
// InTx within another waits for itself when many do so: hand tx down instead.
func (s *Store) InTx(ctx context.Context, f func(tx *Tx) error) error {
	tx, err := s.commit(ctx, f)
	if err != nil {
		return err
	}
	s.Changes.Touch(tx.touched...)
	for _, f := range tx.onCommit {
		f()
	}
	return nil
}

// commit runs f in a transaction that is over when it returns.
func (s *Store) commit(ctx context.Context, f func(tx *Tx) error) (*Tx, error) {
	if s.writing != nil {
		select {
		case s.writing <- struct{}{}:
			defer func() { <-s.writing }()
		case <-ctx.Done():
			return nil, fmt.Errorf("pg: begin: %w", ctx.Err())
		}
	}
	raw, err := s.DB.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("pg: begin: %w", err)
	}
	// A rollback must happen even when the caller has gone; after a commit it does nothing.
	defer raw.Rollback(context.WithoutCancel(ctx))
	tx := &Tx{Tx: raw}
	if err := f(tx); err != nil {
		return nil, err
	}
	if len(tx.touched) > 0 {
		if _, err := raw.Exec(ctx, announce, tx.touched); err != nil {
			return nil, fmt.Errorf("pg: announce: %w", err)
		}
	}
	if err := raw.Commit(ctx); err != nil {
		return nil, fmt.Errorf("pg: commit: %w", err)
	}
	return tx, nil
}

// Constraint is the name of the constraint that err violates; empty when it violates none.
func Constraint(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && len(pe.Code) == 5 && pe.Code[:2] == "23" {
		return pe.ConstraintName
	}
	return ""
}

// OrNotFound turns pgx.ErrNoRows into the fault notFound, and leaves every other error as it is.
func OrNotFound(err error, notFound *fault.Fault) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return notFound
	}
	return err
}

// One runs a query that yields one row and collects it by column name; no row is pgx.ErrNoRows.
func One[T any](ctx context.Context, db DB, sql string, args ...any) (T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		var zero T
		return zero, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// All runs a query and collects its rows by column name; never nil.
func All[T any](ctx context.Context, db DB, sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}
