package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/config"
	"senet/internal/pg"
	"senet/internal/pg/local"
	"senet/internal/schema"
)

// Database is a migrated database and the pool on it.
type Database struct {
	Store *pg.Store
	URL   string
	pool  *pgxpool.Pool
	own   *local.Server // the private Postgres that this process started; nil: somebody else's
}

// OpenDatabase opens the database of the settings: the given one, else the private Postgres of the data directory,
// which it starts; beside a running hub on that directory it uses the hub's when share is set, and refuses
// otherwise (local.ErrInUse). The schema is brought up to date. Close it.
func OpenDatabase(ctx context.Context, cfg config.Config, log *slog.Logger, share bool) (*Database, error) {
	db := &Database{URL: cfg.DatabaseURL}
	if db.URL == "" {
		if err := db.private(ctx, cfg, log, share); err != nil {
			return nil, err
		}
	}
	if err := schema.Up(ctx, db.URL); err != nil {
		db.Close()
		return nil, err
	}
	pool, err := pg.Open(ctx, db.URL, 0)
	if err != nil {
		db.Close()
		return nil, err
	}
	db.pool = pool
	db.Store = pg.NewStore(pool)
	return db, nil
}

// sharePatience is how long a command waits for a hub that is just starting on its data directory.
const sharePatience = 20 * time.Second

func (db *Database) private(ctx context.Context, cfg config.Config, log *slog.Logger, share bool) error {
	patience := time.Now().Add(sharePatience)
	for {
		if share {
			if url, ok := local.Find(cfg.DataDir); ok {
				db.URL = url
				return nil
			}
		}
		own, err := local.Start(ctx, local.Config{DataDir: cfg.DataDir, Mirror: cfg.PostgresMirror, Logger: log})
		if err == nil {
			db.own, db.URL = own, own.URL()
			return nil
		}
		if !share || !errors.Is(err, local.ErrInUse) || time.Now().After(patience) {
			return fmt.Errorf("start the private Postgres: %w", err)
		}
		select { // a hub that is just starting: its Postgres cannot be found yet
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait for the private Postgres: %w", ctx.Err())
		}
	}
}

// Given is a database that somebody else opened and will close, such as a test's.
func Given(store *pg.Store) *Database { return &Database{Store: store} }

// Ready reports whether the database answers.
func (db *Database) Ready(ctx context.Context) error {
	_, err := db.Store.Exec(ctx, `select`)
	return err
}

// Close closes the pool and stops the private Postgres if this process started it.
func (db *Database) Close() error {
	if db.pool != nil {
		db.pool.Close()
	}
	if db.own == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	return db.own.Stop(ctx)
}

// gone is closed when the private Postgres is gone for good; nil, and so never, when there is none.
func (db *Database) gone() <-chan struct{} {
	if db.own == nil {
		return nil
	}
	return db.own.Done()
}
