// Package accountweb is the members' door on the web: joining, signing in and out, settings, profiles, the look of the
// pages, the privacy page, the first administrator and the list of members. It holds no rules: those are account's.
package accountweb

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

// cookieAge is longer than any session lasts without being used: when it ends is decided here, not in the browser.
const cookieAge = 400 * 24 * time.Hour

// Handlers are the pages of accounts. What other features add to them app puts in.
type Handlers struct {
	Done    func(*httpx.Request) templ.Component                 // on top of a page after a moderator's act
	Tools   func(*httpx.Request, account.Member) templ.Component // a moderator's, on a member
	Engines func(*httpx.Request) templ.Component                 // of the privacy page: who translates, and sees what
	// About is what a member says of themselves, as the reader sees it; an empty component when nothing.
	About func(context.Context, *httpx.Request, account.Member) (templ.Component, error)
	// Who is in a room and who writes in a thread: they are found first.
	InRoom, InThread Company

	// Mail is the part of the settings that is about mail.
	Mail func(*httpx.Request) (templ.Component, error)

	accounts *account.Service
	joins    *httpx.Limiter
	lookups  *httpx.Limiter
}

// New makes the pages over the service.
func New(accounts *account.Service) *Handlers {
	nothing := templ.ComponentFunc(func(context.Context, io.Writer) error { return nil })
	return &Handlers{
		Done:     func(*httpx.Request) templ.Component { return nothing },
		Tools:    func(*httpx.Request, account.Member) templ.Component { return nothing },
		Engines:  func(*httpx.Request) templ.Component { return nothing },
		About:    func(context.Context, *httpx.Request, account.Member) (templ.Component, error) { return nothing, nil },
		Mail:     func(*httpx.Request) (templ.Component, error) { return nothing, nil },
		InRoom:   nobody,
		InThread: nobody,
		accounts: accounts,
		joins:    httpx.NewLimiter(40, time.Minute),          // a full room joins a workshop from one address
		lookups:  httpx.NewLimiter(40, 200*time.Millisecond), // nobody types faster for long, and scripts may walk through all members no faster
	}
}

// Mount adds the routes. Of accounts the API has the finding of members only.
func (h *Handlers) Mount(pages, api fiber.Router) {
	api.Get("/members", httpx.SignedIn, h.lookups.Limit, h.complete)
	pages.Get("/join", h.joinPage)
	pages.Post("/join", h.join)
	pages.Get("/welcome", httpx.SignedIn, h.welcomePage)
	pages.Get("/setup/:token", h.setupPage)
	pages.Post("/setup/:token", h.setup)
	pages.Get("/sign-in", h.signInPage)
	pages.Post("/sign-in", h.signIn)
	pages.Post("/sign-out", h.signOut)
	pages.Get("/settings", httpx.SignedIn, h.settingsPage)
	pages.Post("/settings", httpx.SignedIn, h.saveSettings)
	pages.Post("/settings/password", httpx.SignedIn, h.changePassword)
	pages.Post("/settings/sessions/others", httpx.SignedIn, h.endOthers)
	pages.Post("/settings/sessions/:id", httpx.SignedIn, h.endSession)
	pages.Get("/settings/blocks", httpx.SignedIn, h.blocksPage)
	pages.Post("/settings/blocks/:id", httpx.SignedIn, h.setBlock)
	pages.Get("/m/:who", h.memberPage)
	pages.Get("/appearance", h.appearancePage)
	pages.Post("/appearance", h.setAppearance)
	pages.Get("/privacy", h.privacyPage)
	pages.Get("/admin/members", httpx.Admin, h.membersPage)
}

// fields reads form fields into their places; the first that is broken ends it.
func fields(c *fiber.Ctx, to map[string]*string) error {
	for name, place := range to {
		s, err := httpx.Field(c, name)
		if err != nil {
			return err
		}
		*place = s
	}
	return nil
}

// refusal is the fault that is shown on the form again; nil when err is none that a form can mend.
func refusal(c *fiber.Ctx, err error) *fault.Fault {
	f := fault.Of(err)
	if f == nil {
		return nil
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Forbidden:
		return f
	case fault.TooMany:
		httpx.RetryAfter(c, f)
		return f
	}
	return nil
}

// browser is the one that sends the request.
func browser(c *fiber.Ctx) account.Browser {
	return account.Browser{
		UserAgent: strings.ToValidUTF8(c.Get(fiber.HeaderUserAgent), ""),
		Address:   c.IP(),
		Token:     c.Cookies(httpx.SessionCookie),
	}
}

// localBack is the page to go back to; "" unless it is one of this hub.
func localBack(s string) string {
	if httpx.LocalPath(s) && len(s) <= 2000 {
		return s
	}
	return ""
}

// home leads to the home page in that language.
func home(c *fiber.Ctx, l i18n.Locale) error {
	return c.Redirect("/"+string(l), fiber.StatusSeeOther)
}
