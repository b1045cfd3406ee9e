// Package chatweb is rooms over HTTP: the page of a room, the socket, the long poll and the API. It encodes what
// the hub delivers; the rules are chat's.
package chatweb

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
)

// Handlers serve rooms. Set the exported fields before the first request.
type Handlers struct {
	Limits  Limits
	Tools   Tools
	service *chat.Service
	hub     *chat.Hub
	wire    *Wire
	auth    httpx.Authenticator
	base    *url.URL
	log     *slog.Logger
	says    *httpx.Limiter
	acts    *httpx.Limiter
	reads   *httpx.Limiter
	asks    *httpx.Limiter
	sockets sockets

	exports    exports
	exportPace *httpx.Limiter
}

// New makes the handlers. wire is the hub's.
func New(service *chat.Service, hub *chat.Hub, wire *Wire, kit *httpx.Kit) *Handlers {
	h := &Handlers{
		Limits: DefaultLimits, service: service, hub: hub, wire: wire, auth: kit.Auth, base: kit.BaseURL, log: kit.Log,
		says:    httpx.NewLimiter(10, 500*time.Millisecond),
		acts:    actPace(),
		reads:   httpx.NewLimiter(30, time.Second),
		asks:    httpx.NewLimiter(5, 6*time.Second),
		sockets: sockets{places: map[string]int{}, open: map[*session]int{}},
		exports: exports{by: map[account.MemberID]bool{}}, exportPace: exportPace(),
	}
	h.sockets.tails = newTails(func() int64 { return h.Limits.Waiting })
	hub.Alongside(h.watch)
	return h
}

// Mount registers the page of a room and its API.
func (h *Handlers) Mount(pages, api fiber.Router) {
	pages.Get("/c/:slug/room", h.page(h.standingRoom))
	pages.Post("/c/:slug/room", httpx.SignedIn, h.sayForm(h.standingRoom))
	pages.Get("/w/:workshop/room", h.page(h.workshopRoom))
	pages.Post("/w/:workshop/room", httpx.SignedIn, h.sayForm(h.workshopRoom))
	for _, a := range h.roomActs() {
		pages.Post(a.path, httpx.SignedIn, a.page)
		api.Post(a.path, httpx.SignedIn, a.api)
	}
	pages.Get("/rooms/:id/export", httpx.SignedIn, h.export)
	api.Get("/rooms/:id/export", httpx.SignedIn, h.export)
	api.Get("/rooms/:id", h.room)
	api.Get("/rooms/:id/events", h.events)
	api.Get("/rooms/:id/questions", h.questions)
	api.Get("/rooms/:id/hands", h.hands)
	api.Get("/rooms/:id/polls", h.polls)
	api.Get("/messages/:id", h.message)
	pages.Get("/messages/:id/edit", httpx.SignedIn, h.editPage)
	api.Post("/rooms/:id/messages", h.sayJSON)
	api.Post("/rooms/:id/read", httpx.SignedIn, h.markRead)
}
