package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/server"
	"senet/locales"
	"senet/web"
)

// nobody knows no member.
type nobody struct{}

func (nobody) BySession(context.Context, string) (account.Viewer, error) {
	return account.Viewer{}, nil
}
func (nobody) ByToken(context.Context, string) (account.Viewer, error) { return account.Viewer{}, nil }

// feature is one whose routes the test writes.
type feature func(pages, api fiber.Router)

func (f feature) Mount(pages, api fiber.Router) { f(pages, api) }

// front is the server with a feature of the test's own, and what it logs.
func front(t *testing.T, base string, ready error, f feature) (*server.App, *bytes.Buffer) {
	t.Helper()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.Load()
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	kit := &httpx.Kit{Bundle: words, Auth: nobody{}, Assets: assets, BaseURL: at, Log: log}
	return server.New(server.Options{Kit: kit, Assets: assets, Log: log, Ready: func(context.Context) error { return ready }}, f), &logged
}

func nothing(fiber.Router, fiber.Router) {}

// get sends a request with headers ("Name", "value", …).
func get(t *testing.T, app *server.App, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// TestHeaders_everyPage: the security headers, word by word, on a page, an error, JSON and a redirect.
func TestHeaders_everyPage(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
			"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), browsing-topics=()",
		"Strict-Transport-Security":    "max-age=31536000",
	}
	app, _ := front(t, "https://hub.example", nil, func(pages, _ fiber.Router) {
		pages.Get("/panic", func(*fiber.Ctx) error { panic("secret") })
		pages.Get("/page", func(c *fiber.Ctx) error { return c.SendString("page") })
	})
	for _, path := range []string{"/en/page", "/en/nowhere", "/en/panic", "/api/v1/nowhere", "/api/v1/openapi.json", "/"} {
		res, _ := get(t, app, "GET", path)
		for name, value := range want {
			if got := res.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
		if len(res.Header.Get("X-Request-Id")) < 10 {
			t.Errorf("%s has no request id", path)
		}
		if res.Header.Get("Server") != "" {
			t.Errorf("%s tells what serves it: %q", path, res.Header.Get("Server"))
		}
	}
	plain, _ := front(t, "http://hub.example", nil, nothing)
	if res, _ := get(t, plain, "GET", "/en"); res.Header.Get("Strict-Transport-Security") != "" {
		t.Error("a hub without TLS tells browsers to come by TLS only")
	}
}

func TestPanic_toldToNobody(t *testing.T) {
	app, logged := front(t, "http://hub.example", nil, func(pages, api fiber.Router) {
		pages.Get("/panic", func(*fiber.Ctx) error { panic("the secret reason") })
		api.Get("/panic", func(*fiber.Ctx) error { panic("the secret reason") })
	})
	for _, path := range []string{"/zh/panic", "/api/v1/panic"} {
		res, body := get(t, app, "GET", path)
		if res.StatusCode != 500 {
			t.Errorf("%s: status %d, want 500", path, res.StatusCode)
		}
		if strings.Contains(body, "secret") || strings.Contains(body, ".go:") {
			t.Errorf("%s tells of the panic: %.300s", path, body)
		}
		if id := res.Header.Get("X-Request-Id"); !strings.Contains(logged.String(), id) {
			t.Errorf("%s: the log knows nothing of request %s", path, id)
		}
	}
	if !strings.Contains(logged.String(), "the secret reason") || !strings.Contains(logged.String(), "server_test.go") {
		t.Errorf("the log lacks the panic or its stack: %.300s", logged)
	}
}

func TestHealth(t *testing.T) {
	up, _ := front(t, "http://hub.example", nil, nothing)
	down, _ := front(t, "http://hub.example", errors.New("no database"), nothing)
	for _, c := range []struct {
		name string
		app  *server.App
		path string
		want int
	}{{"up", up, "/healthz", 200}, {"up", up, "/readyz", 200}, {"down", down, "/healthz", 200}, {"down", down, "/readyz", 503}} {
		res, body := get(t, c.app, "GET", c.path)
		if res.StatusCode != c.want || strings.Contains(body, "database") {
			t.Errorf("%s, %s: status %d (%q), want %d without the reason", c.name, c.path, res.StatusCode, body, c.want)
		}
		if len(res.Cookies()) != 0 {
			t.Errorf("%s sets cookies", c.path)
		}
	}
}

func TestStatic_immutableAndCompressed(t *testing.T) {
	app, _ := front(t, "http://hub.example", nil, nothing)
	assets, err := web.Load()
	if err != nil {
		t.Fatal(err)
	}
	path := assets.URL("app.css")
	_, plain := get(t, app, "GET", path)
	for encoding, open := range map[string]func(string) (io.Reader, error){
		"":     func(s string) (io.Reader, error) { return strings.NewReader(s), nil },
		"gzip": func(s string) (io.Reader, error) { return gzip.NewReader(strings.NewReader(s)) },
		"br":   func(s string) (io.Reader, error) { return brotli.NewReader(strings.NewReader(s)), nil },
	} {
		res, body := get(t, app, "GET", path, "Accept-Encoding", encoding)
		for name, want := range map[string]string{"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "text/css; charset=utf-8",
			"X-Content-Type-Options": "nosniff", "Content-Encoding": encoding, "Vary": "Accept-Encoding"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%q: %s is %q, want %q", encoding, name, got, want)
			}
		}
		r, err := open(body)
		if err != nil {
			t.Fatalf("%q: %v", encoding, err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != plain {
			t.Errorf("%q: %d bytes, %v; want the %d of the plain file", encoding, len(text), err, len(plain))
		}
		if encoding != "" && len(body)*2 > len(plain) {
			t.Errorf("%q: %d bytes of %d", encoding, len(body), len(plain))
		}
	}
	// A file too small to be worth compressing is whole, whatever the client would take.
	icon := assets.URL("icon.svg")
	_, drawn := get(t, app, "GET", icon)
	if res, body := get(t, app, "GET", icon, "Accept-Encoding", "br"); res.Header.Get("Content-Encoding") == "" && body != drawn || body == "" {
		t.Errorf("%s in brotli has %d bytes, %d without", icon, len(body), len(drawn))
	}
	for _, bad := range []string{"/static/app.css", "/static/../go.mod", "/static/%2e%2e/go.mod", "/static/"} {
		if res, _ := get(t, app, "GET", bad); res.StatusCode != 404 {
			t.Errorf("%s: status %d, want 404", bad, res.StatusCode)
		}
	}
}

func TestPages_compressed(t *testing.T) {
	app, _ := front(t, "http://hub.example", nil, func(pages, _ fiber.Router) {
		pages.Get("/long", func(c *fiber.Ctx) error {
			c.Set("Content-Type", "text/html; charset=utf-8")
			return c.SendString(strings.Repeat("健康 health ", 500))
		})
	})
	res, body := get(t, app, "GET", "/en/long", "Accept-Encoding", "gzip, br")
	if res.Header.Get("Content-Encoding") == "" || len(body) > 1000 {
		t.Errorf("a long page is not compressed: %q, %d bytes", res.Header.Get("Content-Encoding"), len(body))
	}
}

// TestLocale_addressWithoutLanguage: such an address leads to the reader's own language, whoever shared it.
func TestLocale_addressWithoutLanguage(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	wang := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	for _, c := range []struct {
		name, path, want string
		who              apptest.Person
		headers          []string
	}{
		{"nothing known", "/", "/en", apptest.Person{}, nil},
		{"accepts Chinese", "/", "/zh", apptest.Person{}, []string{"Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8"}},
		{"the cookie beats the header", "/", "/en", apptest.Person{}, []string{"Accept-Language", "zh", "Cookie", "senet_locale=en"}},
		{"the member's setting beats the header", "/", "/zh", wang, []string{"Accept-Language", "en"}},
		{"a thread with its query", "/t/12-title?after=30", "/zh/t/12-title?after=30", wang, nil},
		{"a challenge", "/c/amr", "/en/c/amr", apptest.Person{}, nil},
	} {
		req := httptest.NewRequest("GET", c.path, nil)
		for i := 0; i+1 < len(c.headers); i += 2 {
			req.Header.Set(c.headers[i], c.headers[i+1])
		}
		a := site.Send(c.who, req)
		if a.Status != 302 || a.Header.Get("Location") != c.want {
			t.Errorf("%s: status %d to %q, want 302 to %q", c.name, a.Status, a.Header.Get("Location"), c.want)
		}
		if vary := strings.Join(a.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
			t.Errorf("%s: Vary is %q", c.name, vary)
		}
	}
}

// TestNowhere: what is not there is 404, in a language, as JSON below /api and nowhere else; never a page in no
// language, never a 500.
func TestNowhere(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	for path, kind := range map[string]string{
		"/fr":                        "text/html",
		"/fr/challenges":             "text/html",
		"/EN":                        "text/html",
		"/en/nowhere":                "text/html",
		"/zh/t/0":                    "text/html",
		"/zh/t/99999999999999999999": "text/html",
		"/en/t/-1":                   "text/html",
		"/wp-login.php":              "text/html",
		"/api":                       "",
		"/api/challenges":            "application/json",
		"/api/v1/nowhere":            "application/json",
		"/api/v1/threads/abc":        "application/json",
		"/api/v2/challenges":         "application/json",
	} {
		a := site.Visit(apptest.Person{}, path)
		if a.Status != 404 || !strings.HasPrefix(a.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: status %d, %s; want 404, %s", path, a.Status, a.Header.Get("Content-Type"), kind)
		}
	}
}

// A form that falls apart is answered like any other mistake: in the reader's language, as JSON below /api.
func TestBrokenForm(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	member := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	for path, kind := range map[string]string{"/api/v1/threads": "application/json", "/zh/c/amr/new": "text/html"} {
		req := httptest.NewRequest("POST", path, strings.NewReader("--y\r\nbroken"))
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		req.Header.Set("X-CSRF-Token", httpx.CSRFToken(member.Token))
		a := site.Send(member, req)
		if a.Status < 400 || a.Status >= 500 || !strings.HasPrefix(a.Header.Get("Content-Type"), kind) || !strings.Contains(a.Body, "。") {
			t.Errorf("%s: status %d, %s, %.200s; want a 4xx in Chinese as %s", path, a.Status, a.Header.Get("Content-Type"), a.Body, kind)
		}
	}
}

// TestMethods: HEAD is GET without the body, a method that an address does not know is 405 and says which it knows.
func TestMethods(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	member := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	send := func(method, path string) apptest.Answer {
		req := httptest.NewRequest(method, path, nil)
		req.Header.Set("X-CSRF-Token", httpx.CSRFToken(member.Token))
		return site.Send(member, req)
	}
	for _, path := range []string{"/en/challenges", "/en/c/amr", "/api/v1/challenges", "/en"} {
		head := send("HEAD", path)
		if head.Status != 200 || head.Body != "" || head.Header.Get("Content-Type") != send("GET", path).Header.Get("Content-Type") {
			t.Errorf("HEAD %s: status %d, %d bytes, %s", path, head.Status, len(head.Body), head.Header.Get("Content-Type"))
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{"POST", "/en/challenges", "GET"},
		{"DELETE", "/en/c/amr", "GET"},
		{"PUT", "/api/v1/challenges", "GET"},
		{"DELETE", "/api/v1/drafts", "PUT"},
		{"POST", "/api/v1/posts/1", "PATCH"},
	} {
		a := send(c.method, c.path)
		if a.Status != 405 || !strings.Contains(a.Header.Get("Allow"), c.allow) {
			t.Errorf("%s %s: status %d, Allow %q; want 405 with %s", c.method, c.path, a.Status, a.Header.Get("Allow"), c.allow)
		}
	}
	if a := send("TRACE", "/en"); a.Status < 400 || a.Status >= 500 {
		t.Errorf("TRACE: status %d", a.Status)
	}
}
