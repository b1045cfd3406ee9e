// Package translationweb shows what members wrote in the reader's language, and is where they translate it: the
// components that other features draw texts with, the editor, the history of a translation, and their API. Rules and SQL
// are in package translation and what stands under it.
package translationweb

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
	"senet/internal/translation"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
)

// Handlers are the routes of translation.
type Handlers struct {
	translation *translation.Service
	glossary    *glossary.Service
	memory      *memory.Service
	writing     *httpx.Limiter // what changes a translation
	checking    *httpx.Limiter // what the page of somebody who is typing asks for by itself
	asking      *httpx.Limiter // "translate this": engines cost money

	// Challenges lists the health challenges for whose own terms the glossary has room. Package app gives it.
	Challenges func(ctx context.Context) ([]Challenge, error)
}

// New makes the routes.
func New(t *translation.Service, g *glossary.Service, m *memory.Service) *Handlers {
	return &Handlers{translation: t, glossary: g, memory: m, Challenges: func(context.Context) ([]Challenge, error) { return nil, nil },
		writing:  httpx.NewLimiter(20, 6*time.Second),
		checking: httpx.NewLimiter(60, time.Second), asking: httpx.NewLimiter(10, time.Minute)}
}

// Mount adds the routes.
func (h *Handlers) Mount(pages, api fiber.Router) {
	pages.Get("/texts", h.texts)

	const editor = "/translate/:kind/:id/:into"
	pages.Get(editor, httpx.SignedIn, h.edit)
	pages.Post(editor, httpx.SignedIn, h.write)
	pages.Post(editor+"/check", httpx.SignedIn, h.checking.Limit, h.check)
	pages.Post(editor+"/request", httpx.SignedIn, h.asking.Limit, h.request)
	pages.Get(editor+"/history", h.history)
	pages.Post(editor+"/rollback", httpx.SignedIn, h.writing.Limit, h.rollback)
	pages.Post(editor+"/review", httpx.SignedIn, h.writing.Limit, h.review)
	pages.Post(editor+"/remove", httpx.SignedIn, h.writing.Limit, h.remove)

	h.mountAPI(api)
	h.mountAdmin(pages)
}
