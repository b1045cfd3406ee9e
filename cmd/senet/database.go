package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"senet/internal/app"
	"senet/internal/config"
	"senet/internal/mail"
	"senet/internal/moderation"
	"senet/internal/pg"
	"senet/internal/schema"
	"senet/internal/translation/engine"
)

// withDatabase runs f on the database of the settings: beside a running hub on that hub's, else on one that is
// started for it.
func withDatabase(ctx context.Context, c console, cfg config.Config, f func(db *app.Database) error) error {
	db, err := app.OpenDatabase(ctx, cfg, logger(c), true)
	if err != nil {
		return err
	}
	defer db.Close()
	return f(db)
}

// openStore is withDatabase for commands that want the store only. Call the function it returns when done.
func openStore(ctx context.Context, c console, cfg config.Config) (*pg.Store, func() error, error) {
	db, err := app.OpenDatabase(ctx, cfg, logger(c), true)
	if err != nil {
		return nil, nil, err
	}
	return db.Store, db.Close, nil
}

func migrate(ctx context.Context, c console, args []string) error {
	if wantsHelp(c, "migrate", args) {
		return nil
	}
	cfg, err := config.Parse(args, c.env)
	if err != nil {
		return err
	}
	return withDatabase(ctx, c, cfg, func(*app.Database) error {
		fmt.Fprintln(c.out, c.words.T("cli.migrated"))
		return nil
	})
}

func loadDemo(ctx context.Context, c console, args []string) error {
	if wantsHelp(c, "demo", args) {
		return nil
	}
	cfg, err := config.Parse(args, c.env)
	if err != nil {
		return err
	}
	return withDatabase(ctx, c, cfg, func(db *app.Database) error {
		loaded, err := app.LoadDemo(ctx, db)
		if err != nil {
			return err
		}
		if !loaded {
			return fmt.Errorf("%s", c.words.T("cli.demo_not_empty"))
		}
		fmt.Fprintln(c.out, c.words.T("cli.demo_loaded", "Password", app.DemoPassword))
		return nil
	})
}

// doctor looks at what a hub needs and says what it found, one line each.
func doctor(ctx context.Context, c console, args []string) error {
	if wantsHelp(c, "doctor", args) {
		return nil
	}
	cfg, err := config.Parse(args, c.env)
	if err != nil {
		return err
	}
	return withDatabase(ctx, c, cfg, func(db *app.Database) error {
		var version string
		if err := db.Store.QueryRow(ctx, `select current_setting('server_version')`).Scan(&version); err != nil {
			return fmt.Errorf("ask Postgres for its version: %w", err)
		}
		fmt.Fprintln(c.out, c.words.T("cli.doctor.postgres", "Version", version))
		pending, err := schema.Pending(ctx, db.URL)
		if err != nil {
			return err
		}
		if !pending {
			fmt.Fprintln(c.out, c.words.T("cli.doctor.schema"))
		}
		if err := tellEngines(c, cfg); err != nil {
			return err
		}
		if err := tellLog(ctx, c, db.Store); err != nil {
			return err
		}
		post, err := mail.Tally(ctx, db.Store)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.out, c.words.T("cli.doctor.mail", "Waiting", post.Waiting, "Failed", post.Failed))
		client := http.Client{Timeout: 3 * time.Second}
		resp, err := client.Get("http://" + cfg.Listen + "/readyz")
		if err != nil {
			fmt.Fprintln(c.out, c.words.T("cli.doctor.not_serving", "Address", cfg.Listen))
			return nil
		}
		resp.Body.Close()
		fmt.Fprintln(c.out, c.words.T("cli.doctor.serving", "Address", cfg.Listen, "Status", resp.StatusCode))
		return nil
	})
}

// tellLog says whether the moderation log is as it was written; an error when it is not.
func tellLog(ctx context.Context, c console, store *pg.Store) error {
	chain, err := moderation.VerifyLog(ctx, store)
	switch {
	case err != nil:
		return err
	case chain.Broken != 0:
		return errors.New(c.words.T("cli.doctor.log_broken", "ID", int64(chain.Broken)))
	case chain.Short:
		return errors.New(c.words.T("cli.doctor.log_short", "Rows", chain.Rows))
	}
	fmt.Fprintln(c.out, c.words.T("cli.doctor.log", "Rows", chain.Rows, "Head", chain.Head))
	return nil
}

// tellEngines names the translation engines that are set, in their order.
func tellEngines(c console, cfg config.Config) error {
	engines, err := engine.New(engine.Settings(cfg.Translator))
	if err != nil {
		return err
	}
	if len(engines) == 0 {
		fmt.Fprintln(c.out, c.words.T("cli.doctor.no_engine"))
		return nil
	}
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.Label()
		if !e.Outside() {
			names[i] = c.words.T("cli.doctor.inside", "Engine", e.Label())
		}
	}
	fmt.Fprintln(c.out, c.words.T("cli.doctor.engines", "Engines", c.words.List(names...)))
	return nil
}
