// Package mailweb is which mail a member wants: a part of the settings, and the page that links in letters lead to, which
// turns mail off without signing in. It holds no rules: those are mail's.
package mailweb

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/mail"
)

// Handlers are the pages of mail.
type Handlers struct {
	mail *mail.Service
	offs *httpx.Limiter
}

// New makes the pages over the service.
func New(m *mail.Service) *Handlers {
	return &Handlers{mail: m, offs: httpx.NewLimiter(60, time.Second)} // mail providers turn off for all their users from a few addresses
}

// Mount adds the routes. There is no API for mail.
func (h *Handlers) Mount(pages, _ fiber.Router) {
	pages.Post("/settings/mail", httpx.SignedIn, h.choose)
	pages.Get(mail.OffPath, h.offPage)
	pages.Post(mail.OffPath, h.turnOff)
}

// Settings is the part of the settings page.
func (h *Handlers) Settings(r *httpx.Request) (templ.Component, error) {
	c, err := h.mail.Choices(r.Fiber().UserContext(), r.Viewer)
	if err != nil {
		return nil, err
	}
	return settings(r, c), nil
}

func (h *Handlers) choose(c *fiber.Ctx) error {
	wants := map[mail.Group]bool{}
	for _, g := range mail.Groups() {
		wants[g] = c.FormValue(string(g)) != ""
	}
	if err := h.mail.Choose(c.UserContext(), httpx.Of(c).Viewer, wants); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/settings?done=mail#mail")
}

// off is the link of a letter. What is wrong with it the service says.
func off(c *fiber.Ctx) mail.Off {
	member, _ := strconv.ParseInt(c.Query("m"), 10, 64)
	return mail.Off{Member: account.MemberID(member), Group: mail.Group(c.Query("of")), Key: c.Query("key")}
}

// offPage asks. That it changes nothing matters: programs that look through mail follow links.
func (h *Handlers) offPage(c *fiber.Ctx) error {
	o := off(c)
	if err := h.mail.CheckOff(c.UserContext(), o); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return httpx.Render(c, fiber.StatusOK, offPage(httpx.Of(c), o))
}

// turnOff does it, for the page's form and for mail programs, which send "List-Unsubscribe=One-Click" (RFC 8058) without
// a cookie and without a token of ours: the link is the right to it.
func (h *Handlers) turnOff(c *fiber.Ctx) error {
	r, o := httpx.Of(c), off(c)
	if err := h.offs.Check(r); err != nil {
		return err
	}
	all := c.FormValue("all") != ""
	if err := h.mail.TurnOff(c.UserContext(), o, all); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return httpx.Render(c, fiber.StatusOK, turnedOffPage(r, o, all))
}
