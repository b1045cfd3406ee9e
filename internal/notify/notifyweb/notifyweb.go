// Package notifyweb shows the inbox.
package notifyweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/notify"
)

// Handlers serve the inbox.
type Handlers struct {
	notify  *notify.Service
	reasons *Reasons
}

// New makes the handlers; words are those of every language, because a notice may hold words of another's.
func New(n *notify.Service, words *i18n.Bundle) *Handlers {
	return &Handlers{notify: n, reasons: NewReasons(words)}
}

// Mount registers the pages.
func (h *Handlers) Mount(pages, _ fiber.Router) {
	pages.Get("/inbox", httpx.SignedIn, h.inbox)
	pages.Post("/inbox/read", httpx.SignedIn, h.markRead)
	pages.Get("/inbox/:id", httpx.SignedIn, h.open)
}

func (h *Handlers) inbox(c *fiber.Ctx) error {
	r := httpx.Of(c)
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	page, err := h.notify.List(c.UserContext(), r.Viewer, r.Locale, notify.ID(before))
	if err != nil {
		return err
	}
	view := inboxView{Before: before, Next: page.Next, Unread: r.Unread > 0, Rows: make([]row, len(page.Items))}
	for i, item := range page.Items {
		view.Rows[i] = h.row(r, item)
		view.Unread = view.Unread || item.ReadAt == nil
	}
	return httpx.Render(c, fiber.StatusOK, inboxPage(r, view))
}

// open leads to what a notice is about and remembers that it was read. It is a link and not a form because reading
// is what a link does; following it again changes nothing.
func (h *Handlers) open(c *fiber.Ctx) error {
	id, err := httpx.ID[notify.ID](c, "id")
	if err != nil {
		return err
	}
	path, err := h.notify.Open(c.UserContext(), httpx.Of(c).Viewer, id)
	if err != nil {
		return err
	}
	if path == "" {
		path = "/inbox"
	}
	return httpx.SeeOther(c, path)
}

func (h *Handlers) markRead(c *fiber.Ctx) error {
	if err := h.notify.MarkAllRead(c.UserContext(), httpx.Of(c).Viewer); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/inbox")
}
