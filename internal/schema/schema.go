// Package schema brings a database to the shape this program expects: the project's own migrations, by goose, then
// the tables of the job queue, by River's migrator. It is the only importer of either.
package schema

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver that goose speaks to
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"senet/migrations"
)

// Up applies what is missing. Several nodes may start at once: a session lock in Postgres lets one go first.
func Up(ctx context.Context, url string) error {
	p, done, err := provider(url)
	if err != nil {
		return err
	}
	defer done()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("schema: migrate: %w", err)
	}
	return queue(ctx, url)
}

// queueLock is the advisory lock under which one node at a time makes the queue's tables.
const queueLock = 0x73656e6574

// queue makes the tables of the job queue, or brings them up to date.
func queue(ctx context.Context, url string) error {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("schema: read database url: %w", err)
	}
	cfg.MaxConns = 2 // one holds the lock
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("schema: open: %w", err)
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("schema: queue: %w", err)
	}
	state, err := m.Validate(ctx, nil)
	if err == nil && state.OK {
		return nil
	}
	holder, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("schema: connect: %w", err)
	}
	defer holder.Release()
	if _, err := holder.Exec(ctx, `select pg_advisory_lock($1)`, queueLock); err != nil {
		return fmt.Errorf("schema: lock: %w", err)
	}
	defer holder.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock($1)`, queueLock)
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("schema: migrate the queue: %w", err)
	}
	return nil
}

// Pending reports whether the database lacks a migration that this program knows.
func Pending(ctx context.Context, url string) (bool, error) {
	p, done, err := provider(url)
	if err != nil {
		return false, err
	}
	defer done()
	return p.HasPending(ctx)
}

func provider(url string) (*goose.Provider, func(), error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, nil, fmt.Errorf("schema: open: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("schema: locker: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("schema: read migrations: %w", err)
	}
	return p, func() { p.Close() }, nil
}
