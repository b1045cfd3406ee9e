package httpx_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/locales"
	"senet/web/ui"
)

// people are the members by session and by API token, which begins with "api-".
type people map[string]account.Viewer

func (p people) BySession(_ context.Context, token string) (account.Viewer, error) {
	if token == "broken" {
		return account.Viewer{}, errors.New("the database is away")
	}
	if v, ok := p[token]; ok && !strings.HasPrefix(token, "api-") {
		return v, nil
	}
	return account.Visitor(), nil
}

func (p people) ByToken(_ context.Context, token string) (account.Viewer, error) {
	if v, ok := p[token]; ok && strings.HasPrefix(token, "api-") {
		v.Session = 0
		return v, nil
	}
	return account.Visitor(), nil
}

var known = people{
	"member":    {ID: 7, Name: "王敏", Locale: i18n.Zh, Zone: time.UTC, Role: account.RoleMember, Session: 1},
	"moderator": {ID: 8, Name: "Anna", Locale: i18n.En, Zone: time.UTC, Role: account.RoleModerator, Session: 2},
	"admin":     {ID: 9, Name: "Clara", Locale: i18n.En, Zone: time.UTC, Role: account.RoleAdmin, Session: 3},
	"api-admin": {ID: 9, Name: "Clara", Locale: i18n.En, Zone: time.UTC, Role: account.RoleAdmin},
	"api-wang":  {ID: 7, Name: "王敏", Locale: i18n.Zh, Zone: time.UTC, Role: account.RoleMember},
}

type assets struct{}

func (assets) URL(name string) string { return "/static/" + name }

func (assets) Imports(string) []string { return nil }

// site is a kit with routes of the test's own.
type site struct {
	t      *testing.T
	app    *fiber.App
	logged *bytes.Buffer
}

func newSite(t *testing.T, mount func(app *fiber.App)) site {
	t.Helper()
	t.Parallel()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := site{t: t, logged: &bytes.Buffer{}}
	kit := &httpx.Kit{Bundle: words, Auth: known, Assets: assets{}, BaseURL: &url.URL{Scheme: "https", Host: "hub.example"},
		Log: slog.New(slog.NewTextHandler(s.logged, nil)), Unread: func(context.Context, account.MemberID) int { return 3 }}
	s.app = fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, BodyLimit: 64 << 10, ErrorHandler: kit.ErrorHandler(ui.ErrorPage)})
	s.app.Use(kit.Begin)
	mount(s.app)
	return s
}

// answer is what the site said.
type answer struct {
	*http.Response
	body string
}

// ask sends a request with headers ("Name", "value", …).
func (s site) ask(method, target, body string, headers ...string) answer {
	s.t.Helper()
	return s.send(httptest.NewRequest(method, target, strings.NewReader(body)), headers...)
}

func (s site) send(req *http.Request, headers ...string) answer {
	s.t.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := s.app.Test(req, -1)
	if err != nil {
		s.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res, string(b)}
}

func (s site) get(target string, headers ...string) answer {
	s.t.Helper()
	return s.ask("GET", target, "", headers...)
}

// post sends a form.
func (s site) post(target string, form url.Values, headers ...string) answer {
	s.t.Helper()
	return s.ask("POST", target, form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

// find selects from the page.
func (s site) find(a answer, selector string) *goquery.Selection {
	s.t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		s.t.Fatal(err)
	}
	return d.Find(selector)
}

// as are the headers of a member's browser.
func as(session string) []string { return []string{"Cookie", httpx.SessionCookie + "=" + session} }

// asSelf adds the token against forgery.
func asSelf(session string) []string {
	return append(as(session), "X-CSRF-Token", httpx.CSRFToken(session))
}

func ok(c *fiber.Ctx) error { return c.SendString("ok") }
