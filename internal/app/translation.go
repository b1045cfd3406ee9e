package app

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
	"senet/internal/translation/translationweb"
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

// translationPages are the pages of translation, which learn of the forum's challenges here.
func (h *Hub) translationPages() *translationweb.Handlers {
	pages := translationweb.New(h.Translation, h.Glossary, h.Memory)
	pages.Challenges = func(ctx context.Context) ([]translationweb.Challenge, error) {
		named, err := h.Forum.Named(ctx)
		if err != nil {
			return nil, err
		}
		cs := make([]translationweb.Challenge, len(named))
		for i, c := range named {
			cs[i] = translationweb.Challenge{ID: int64(c.ID), Slug: c.Slug, Title: c.Title()}
		}
		return cs, nil
	}
	return pages
}
