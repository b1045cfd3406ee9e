// Package httpx is the kit of every …web package: who asks and in which language (Request), rendering, guards,
// forms, the API's JSON, rate limits, the page cache, and the one place where a fault becomes a status and a page.
// It holds no rules of any feature.
package httpx

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/i18n"
)

// Cookie names.
const (
	SessionCookie = "senet_session" // the session's token
	visitorCookie = "senet_visitor" // a random value that a visitor's CSRF token is made from
	LocaleCookie  = "senet_locale"  // the language last chosen by the switcher
	ThemeCookie   = "senet_theme"   // "light" or "dark"; absent: as the system says
	TextsCookie   = "senet_texts"   // "original": originals are shown before translations; absent: translations
)

// Assets turns the name of a static file into its URL, which carries the content's hash.
type Assets interface {
	URL(name string) string
	Imports(name string) []string // the addresses of the modules that a module imports
}

// Request is what a handler knows of who asks. It lives as long as the request.
type Request struct {
	Viewer  account.Viewer
	Locale  i18n.Locale
	P       *i18n.Printer
	Theme   string // "light", "dark" or ""
	Texts   string // "original": originals are shown before translations; else ""
	Path    string // the page's path without the locale: "/t/12-title"; "" is the home page
	Query   string // the raw query string
	BaseURL string // "https://hub.example", no slash at the end
	ID      string // the request's id, as in the log
	Now     time.Time
	Assets  Assets
	Unread  int // notices the viewer has not read

	c       *fiber.Ctx
	secure  bool
	private bool // the page holds a token: it is this viewer's alone
}

// Of is the Request of c; Kit.Begin has put it there.
func Of(c *fiber.Ctx) *Request { return c.Locals(requestKey{}).(*Request) }

type requestKey struct{}

// T is a message in the viewer's language.
func (r *Request) T(key string, args ...any) string { return r.P.T(key, args...) }

// N is a counted message in the viewer's language.
func (r *Request) N(key string, n int, args ...any) string { return r.P.N(key, n, args...) }

// URL is the address of a page in the viewer's language; path as in Path.
func (r *Request) URL(path string) string { return "/" + string(r.Locale) + path }

// InLocale is this same page in that language.
func (r *Request) InLocale(l i18n.Locale) string {
	u := "/" + string(l) + r.Path
	if r.Query != "" {
		u += "?" + r.Query
	}
	return u
}

// In is t in the viewer's time zone.
func (r *Request) In(t time.Time) time.Time { return t.In(r.Viewer.Zone) }

// Fiber is the request's fiber context, for the few things the kit does not wrap.
func (r *Request) Fiber() *fiber.Ctx { return r.c }

// CSRF is the token that every form of this viewer carries. For a visitor it sets a cookie, so pages without a form
// must not call it: they are cached.
func (r *Request) CSRF() string {
	r.private = true
	secret := r.c.Cookies(SessionCookie)
	if !r.Viewer.SignedIn() {
		secret = r.c.Cookies(visitorCookie)
		if len(secret) < 22 {
			secret = rand.Text()
			r.c.Request().Header.SetCookie(visitorCookie, secret)
			r.SetCookie(visitorCookie, secret, 24*time.Hour)
		}
	}
	return CSRFToken(secret)
}

// CSRFToken is the token that belongs to the secret of a cookie.
func CSRFToken(secret string) string {
	sum := sha256.Sum256([]byte("csrf\x00" + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// SetCookie sets a cookie that scripts cannot read; a negative age deletes it.
func (r *Request) SetCookie(name, value string, age time.Duration) {
	ck := fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: r.secure, SameSite: fiber.CookieSameSiteLaxMode}
	if age < 0 {
		ck.Expires = time.Unix(1, 0)
	} else {
		ck.MaxAge = int(age / time.Second)
	}
	r.c.Cookie(&ck)
}
