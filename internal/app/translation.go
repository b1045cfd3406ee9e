package app

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
)

// buildTranslation puts translation together, and the queue that does its jobs.
func (h *Hub) buildTranslation(store *pg.Store, o Options) error {
	pool, _ := store.DB.(*pgxpool.Pool) // over a test's transaction jobs are taken and not done
	var err error
	if h.queue, err = jobs.New(pool, o.Log); err != nil {
		return err
	}
	books := translation.NewBooks(store, o.Engines.Budget)
	engines, err := engine.New(o.Engines, engine.WithBudget(books), engine.WithMeter(books))
	if err != nil {
		return fmt.Errorf("set up translation engines: %w", err)
	}
	h.Memory, h.Glossary = memory.New(store), glossary.New(store)
	h.Translation = translation.New(store, translation.Parts{Accounts: h.Accounts, Memory: h.Memory, Glossary: h.Glossary,
		Queue: h.queue, Engines: engines, Budget: o.Engines.Budget, Log: o.Log})
	return nil
}
