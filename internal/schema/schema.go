// Package schema brings a database to the shape this program expects. It is the only importer of goose.
package schema

import (
	"context"
	"database/sql"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver that goose speaks to
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

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
