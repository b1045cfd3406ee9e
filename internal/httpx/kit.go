package httpx

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
)

// Deadline bounds every request but the long polls, which set their own.
const Deadline = 20 * time.Second

// Authenticator finds who is behind a session cookie or a bearer token; the zero Viewer when nobody is.
type Authenticator interface {
	BySession(ctx context.Context, token string) (account.Viewer, error)
	ByToken(ctx context.Context, token string) (account.Viewer, error)
}

// Kit is what the middleware needs, built once by app.
type Kit struct {
	Bundle  *i18n.Bundle
	Auth    Authenticator
	Assets  Assets
	BaseURL *url.URL
	Log     *slog.Logger
	// ByLink are the pages, without the locale, whose address is itself the right to what their form does, as that of a link
	// in a letter: mail programs send it, without a session of ours.
	ByLink []string
	Unread func(context.Context, account.MemberID) int // the number on the inbox; nil: none is shown
}

// Begin is the first middleware: request id, deadline, security headers, who asks, and in which language.
func (k *Kit) Begin(c *fiber.Ctx) error {
	r := k.request(c)
	ctx, cancel := context.WithTimeout(c.UserContext(), Deadline)
	defer cancel()
	c.SetUserContext(ctx)

	if e := c.Get(fiber.HeaderContentEncoding); e != "" && !strings.EqualFold(e, "identity") {
		return fiber.ErrUnsupportedMediaType // unpacking has no bound: 50 kB become 50 MB
	}
	if !readable(c) {
		return fault.New(fault.Malformed, "error.utf8")
	}
	r.Query = string(c.Request().URI().QueryString())
	if t := c.Cookies(ThemeCookie); t == "light" || t == "dark" {
		r.Theme = t
	}
	if c.Cookies(TextsCookie) == "original" {
		r.Texts = "original"
	}
	if err := k.authenticate(ctx, c, r); err != nil {
		return err
	}
	r.setLocale(k, k.choose(c, r))
	if r.Viewer.SignedIn() && k.Unread != nil && c.Method() == fiber.MethodGet && !isAPI(c) {
		r.Unread = k.Unread(ctx, r.Viewer.ID)
	}
	if err := guardForgery(c, r); err != nil && !slices.Contains(k.ByLink, r.Path) {
		return err
	}
	return c.Next()
}

// request is what is known before anybody is asked: a visitor, in the language of the address or of the browser, so
// that even the earliest error has one.
func (k *Kit) request(c *fiber.Ctx) *Request {
	r := &Request{
		Viewer: account.Visitor(), Now: time.Now(), Assets: k.Assets, ID: rand.Text()[:12],
		BaseURL: strings.TrimSuffix(k.BaseURL.String(), "/"), secure: k.BaseURL.Scheme == "https", c: c,
	}
	c.Locals(requestKey{}, r)
	r.setLocale(k, i18n.Match(c.Get(fiber.HeaderAcceptLanguage)))
	r.setLocale(k, k.choose(c, r))
	secure(c, r)
	return r
}

// Bearer is the token in the header Authorization. The name of the scheme is in any case (RFC 9110, section 11.1).
func Bearer(c *fiber.Ctx) (token string, ok bool) {
	scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

func (k *Kit) authenticate(ctx context.Context, c *fiber.Ctx, r *Request) error {
	if token, ok := Bearer(c); ok {
		v, err := k.Auth.ByToken(ctx, token)
		if err != nil {
			return err
		}
		if !v.SignedIn() {
			return fault.New(fault.Unauthorised, "account.token.unknown")
		}
		r.Viewer = v
		return nil
	}
	token := c.Cookies(SessionCookie)
	if token == "" {
		return nil
	}
	v, err := k.Auth.BySession(ctx, token)
	if err != nil {
		return err
	}
	if !v.SignedIn() {
		r.SetCookie(SessionCookie, "", -1)
		return nil
	}
	r.Viewer = v
	return nil
}

// choose picks the language: the URL's, else ?locale= (API), the member's setting, the cookie, Accept-Language.
func (k *Kit) choose(c *fiber.Ctx, r *Request) i18n.Locale {
	first, rest, _ := strings.Cut(strings.TrimPrefix(c.Path(), "/"), "/")
	if l, ok := i18n.Parse(first); ok {
		if rest != "" && text([]byte(rest)) {
			r.Path = "/" + rest
		}
		return l
	}
	if l, ok := i18n.Parse(c.Query("locale")); ok {
		return l
	}
	if l, ok := i18n.Parse(string(r.Viewer.Locale)); ok && r.Viewer.SignedIn() {
		return l
	}
	if l, ok := i18n.Parse(c.Cookies(LocaleCookie)); ok {
		return l
	}
	return r.Locale
}

func (r *Request) setLocale(k *Kit, l i18n.Locale) {
	r.Locale = l
	r.P = k.Bundle.For(l)
}

// readable reports whether path and query, decoded, are valid UTF-8 without NUL.
func readable(c *fiber.Ctx) bool {
	good := text(c.Request().URI().Path())
	c.Request().URI().QueryArgs().VisitAll(func(k, v []byte) { good = good && text(k) && text(v) })
	return good
}

func text(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// isAPI reports whether the answer is JSON: that of the API, and of a socket that is refused.
func isAPI(c *fiber.Ctx) bool { return strings.HasPrefix(c.Path(), "/api/") || c.Path() == "/ws" }
