// Package forumweb is the forum as pages, feeds and API: home, challenges, threads, posts, and what is the member's
// own there (bookmarks, drafts). Rules and SQL are in package forum.
package forumweb

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/pg"
)

// Handlers are the forum's routes. The tools of moderators belong to another feature; app puts them in.
type Handlers struct {
	forum   *forum.Service
	changes *pg.Changes
	pages   *httpx.PageCache
	shared  *sharedPages
	posting *httpx.Limiter
	open    context.Context // ends with Stop
	close   context.CancelFunc

	PostTools   func(r *httpx.Request, post int64, hidden, moderates bool) templ.Component
	ThreadTools func(r *httpx.Request, t forum.Thread) templ.Component
	Done        func(r *httpx.Request) templ.Component             // "it is done · undo" after a moderator's act
	RoomNews    func(r *httpx.Request, room int64) templ.Component // "3 new" beside the link to a challenge's room

	// Next and OfChallenge are the events that are on or come next, of all and of a challenge; nil: none is announced.
	Next        func(ctx context.Context, r *httpx.Request) (templ.Component, error)
	OfChallenge func(ctx context.Context, r *httpx.Request, challenge int64) (templ.Component, error)
}

// New makes the routes. changes is the store's.
func New(f *forum.Service, changes *pg.Changes, pages *httpx.PageCache) *Handlers {
	nothing := templ.NopComponent
	open, end := context.WithCancel(context.Background())
	return &Handlers{
		forum: f, changes: changes, pages: pages, open: open, close: end, shared: newSharedPages(changes),
		posting:     httpx.NewLimiter(20, 6*time.Second),
		PostTools:   func(*httpx.Request, int64, bool, bool) templ.Component { return nothing },
		ThreadTools: func(*httpx.Request, forum.Thread) templ.Component { return nothing },
		Done:        func(*httpx.Request) templ.Component { return nothing },
		RoomNews:    func(*httpx.Request, int64) templ.Component { return nothing },
		Next:        func(context.Context, *httpx.Request) (templ.Component, error) { return nil, nil },
		OfChallenge: func(context.Context, *httpx.Request, int64) (templ.Component, error) { return nil, nil },
	}
}

// Mount adds the routes.
func (h *Handlers) Mount(pages, api fiber.Router) {
	pages.Get("/", h.home)
	pages.Get("/about", h.about)
	pages.Get("/challenges", h.challenges)
	pages.Get("/c/:slug", h.challenge)
	pages.Get("/c/:slug/feed.atom", h.challengeFeed)
	pages.Get("/c/:slug/new", httpx.SignedIn, h.newThread)
	pages.Post("/c/:slug/new", httpx.SignedIn, h.startThread)
	pages.Post("/c/:slug/follow", httpx.SignedIn, h.followChallenge)

	pages.Get("/t/:id", h.thread)
	pages.Get("/t/:id/feed.atom", h.threadFeed)
	pages.Get("/t/:id/changes", h.threadChanges)
	pages.Post("/t/:id/reply", httpx.SignedIn, h.reply)
	pages.Post("/t/:id/follow", httpx.SignedIn, h.followThread)

	pages.Get("/p/:id", h.post)
	pages.Get("/p/:id/edit", httpx.SignedIn, h.editPost)
	pages.Post("/p/:id/edit", httpx.SignedIn, h.savePost)
	pages.Get("/p/:id/history", h.history)
	pages.Get("/p/:id/quote", h.quote)
	pages.Post("/p/:id/react/:kind", httpx.SignedIn, h.react)
	pages.Post("/p/:id/bookmark", httpx.SignedIn, h.bookmark)

	pages.Get("/bookmarks", httpx.SignedIn, h.bookmarks)
	pages.Get("/drafts", httpx.SignedIn, h.drafts)
	pages.Post("/drafts/discard", httpx.SignedIn, h.discardDraft)
	pages.Post("/preview", httpx.SignedIn, h.preview)

	h.mountAPI(api)
}

// Stop answers every open page that waits for news, so that the server need not wait for them.
func (h *Handlers) Stop() { h.close() }

// longPoll is how long an open page waits for news in one request.
const longPoll = 25 * time.Second
