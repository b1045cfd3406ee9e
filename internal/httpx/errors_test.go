package httpx_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"senet/internal/fault"
	"senet/internal/httpx"
)

// apiError is an error of the API as a caller reads it.
type apiError struct {
	Error struct {
		Code       string
		Message    string
		Fields     map[string]string
		RetryAfter int64 `json:"retry_after_ms"`
	}
}

// failing answers every request with err.
func failing(err error) func(app *fiber.App) {
	return func(app *fiber.App) { app.All("/*", func(*fiber.Ctx) error { return err }) }
}

func TestErrors_statusAndCode(t *testing.T) {
	var fields fault.Fields
	fields.Add("title", "forum.title.short", nil)
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"a fault", fault.New(fault.Conflict, "forum.thread.locked"), 409, "forum.thread.locked"},
		{"a wrapped fault", fmt.Errorf("reply: %w", fault.New(fault.NotFound, "forum.thread.not_found")), 404, "forum.thread.not_found"},
		{"fields", fields.Err(), 422, "forum.title.short"},
		{"too many", fault.New(fault.TooMany, "error.too_many"), 429, "error.too_many"},
		{"too large", fault.New(fault.TooLarge, "error.too_large"), 413, "error.too_large"},
		{"unavailable", fault.New(fault.Unavailable, "chat.restarting"), 503, "chat.restarting"},
		{"nobody's", errors.New("pq: secret"), 500, "error.internal"},
		{"Fiber's 404", fiber.ErrNotFound, 404, "error.not_found"},
		{"Fiber's 405", fiber.ErrMethodNotAllowed, 405, "error.method"},
		{"Fiber's 413", fiber.ErrRequestEntityTooLarge, 413, "error.too_large"},
		{"Fiber's 400", fiber.ErrBadRequest, 400, "error.malformed"},
		{"Fiber's 431", fiber.ErrRequestHeaderFieldsTooLarge, 400, "error.malformed"},
		{"Fiber's 500", fiber.ErrInternalServerError, 500, "error.internal"},
		{"a value no column holds", &pgconn.PgError{Code: "22021"}, 400, "error.malformed"},
		{"a constraint nobody expected", &pgconn.PgError{Code: "23505"}, 500, "error.internal"},
		{"too slow", fmt.Errorf("query: %w", context.DeadlineExceeded), 503, "error.slow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, failing(c.err))
			a := s.get("/api/v1/x?locale=zh")
			var e apiError
			if err := json.Unmarshal([]byte(a.body), &e); err != nil {
				t.Fatalf("%v: %s", err, a.body)
			}
			if a.StatusCode != c.status || e.Error.Code != c.code {
				t.Errorf("API: status %d, code %s; want %d, %s", a.StatusCode, e.Error.Code, c.status, c.code)
			}
			if e.Error.Message == "" || e.Error.Message == e.Error.Code || strings.ContainsAny(e.Error.Message, "abcdefghijklmnopqrstuvwxyz") {
				t.Errorf("message %q is not in Chinese", e.Error.Message)
			}
			page := s.get("/zh/x")
			if page.StatusCode != c.status || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
				t.Errorf("page: status %d, %s", page.StatusCode, page.Header.Get("Content-Type"))
			}
			for _, x := range []answer{a, page} {
				if strings.Contains(x.body, "secret") || strings.Contains(x.body, "22021") || strings.Contains(x.body, "reply:") {
					t.Errorf("the error itself is told: %.300s", x.body)
				}
				if x.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("an error may be cached: %q", x.Header.Get("Cache-Control"))
				}
			}
			if logged := strings.Contains(s.logged.String(), "request failed"); logged != (c.status == 500) {
				t.Errorf("logged as a failure: %v, want only 500", logged)
			}
		})
	}
}

func TestErrors_retryAfter(t *testing.T) {
	s := newSite(t, failing(fault.New(fault.TooMany, "error.too_many").After(1200*time.Millisecond)))
	a := s.get("/api/v1/x")
	var e apiError
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatal(err)
	}
	if a.Header.Get("Retry-After") != "2" || e.Error.RetryAfter != 1200 {
		t.Errorf("Retry-After %q, retry_after_ms %d; want 2 (rounded up), 1200", a.Header.Get("Retry-After"), e.Error.RetryAfter)
	}
	if page := s.get("/en/x"); page.Header.Get("Retry-After") != "2" || !strings.Contains(page.body, "2 seconds") {
		t.Errorf("the page does not say when to try again: %q", page.Header.Get("Retry-After"))
	}
}

func TestErrors_fields(t *testing.T) {
	var fields fault.Fields
	fields.Add("title", "forum.title.short", nil)
	fields.Add("title", "forum.title.empty", nil) // the first stays
	fields.Add("body", "forum.body.long", fault.Args{"Max": 64})
	s := newSite(t, failing(fields.Err()))
	var e apiError
	if err := json.Unmarshal([]byte(s.get("/api/v1/x").body), &e); err != nil {
		t.Fatal(err)
	}
	if e.Error.Code != "error.invalid" || len(e.Error.Fields) != 2 || !strings.Contains(e.Error.Fields["body"], "64") ||
		!strings.Contains(e.Error.Fields["title"], "short") {
		t.Errorf("error %+v, want both fields in words", e.Error)
	}
}

// TestErrors_unauthorised: a page that is read leads to signing in; a form and the API are told.
func TestErrors_unauthorised(t *testing.T) {
	s := newSite(t, failing(fault.New(fault.Unauthorised, "error.sign_in")))
	const visitor = "0123456789abcdefghijklmnopqrstuv"
	if a := s.get("/zh/t/1?after=3"); a.StatusCode != 303 || a.Header.Get("Location") != "/zh/sign-in?back="+url.QueryEscape("/zh/t/1?after=3") {
		t.Errorf("status %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	a := s.post("/zh/t/1", url.Values{"body": {"写了很久"}, "_csrf": {httpx.CSRFToken(visitor)}}, "Cookie", "senet_visitor="+visitor)
	if a.StatusCode != 401 || s.find(a, "textarea").Text() != "写了很久" {
		t.Errorf("status %d, kept %q", a.StatusCode, s.find(a, "textarea").Text())
	}
	if a := s.get("/api/v1/x"); a.StatusCode != 401 {
		t.Errorf("API: status %d", a.StatusCode)
	}
}

// TestErrors_keepWhatWasTyped: title, text and reason come back, whatever went wrong; nothing else does.
func TestErrors_keepWhatWasTyped(t *testing.T) {
	s := newSite(t, failing(errors.New("broken")))
	form := url.Values{"title": {"标题"}, "body": {"\n<b>text</b>"}, "reason": {"why"}, "password": {"secret"}}
	a := s.post("/en/x", form, asSelf("member")...)
	kept := s.find(a, "textarea")
	if a.StatusCode != 500 || kept.Length() != 3 || kept.Eq(1).Text() != "\n<b>text</b>" {
		t.Errorf("status %d, %d kept, text %q", a.StatusCode, kept.Length(), kept.Eq(1).Text())
	}
	if strings.Contains(a.body, "secret") || strings.Contains(a.body, "<b>text") {
		t.Error("the page repeats a password, or text as HTML")
	}
	// A form that was refused as forged keeps the text too.
	if a := s.post("/en/x", form, as("member")...); a.StatusCode != 403 || s.find(a, "textarea").Length() != 3 {
		t.Errorf("forged: status %d, %d kept", a.StatusCode, s.find(a, "textarea").Length())
	}
	// Broken UTF-8 is not repeated.
	if a := s.post("/en/x", url.Values{"body": {"a\xff"}}, asSelf("member")...); s.find(a, "textarea").Length() != 0 {
		t.Error("broken UTF-8 is repeated")
	}
}

// TestErrors_beforeBegin: the server itself refuses some requests, before anybody knows who asks; the answer is in the
// language of the address all the same, and as safe as any.
func TestErrors_beforeBegin(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", ok) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.app.Listener(ln)
	t.Cleanup(func() { s.app.Shutdown() })
	const form = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 8\r\n\r\nnonsense"
	for _, c := range []struct {
		name, path, rest string
		status           int
		words            string
	}{
		{"too large", "/zh/x", "Content-Length: 70000\r\n\r\n", 413, "内容过大"},
		{"too large", "/en/x", "Content-Length: 70000\r\n\r\n", 413, "too large"},
		{"too large", "/api/v1/x", "Accept-Language: zh\r\nContent-Length: 70000\r\n\r\n", 413, "发送的内容超出上限"},
		{"a form that is none", "/en/x", form, 400, "could not be read"},
		{"a broken path", "/zh/%ff", "Content-Length: 70000\r\n\r\n", 413, "内容过大"},
		{"too many headers", "/en/x", "X: " + strings.Repeat("x", 9000) + "\r\n\r\n", 400, "could not be read"},
	} {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: hub.example\r\n%s", c.path, c.rest)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s, %s: %v", c.name, c.path, err)
		}
		body, _ := io.ReadAll(res.Body)
		conn.Close()
		if res.StatusCode != c.status || !strings.Contains(string(body), c.words) {
			t.Errorf("%s, %s: status %d, want %d with %q: %.200s", c.name, c.path, res.StatusCode, c.status, c.words, body)
		}
		if res.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s, %s: no security headers", c.name, c.path)
		}
		if !utf8.Valid(body) {
			t.Errorf("%s, %s: the page repeats broken UTF-8", c.name, c.path)
		}
	}
}

func TestErrors_authenticatorFails(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", ok) })
	if a := s.get("/zh/x", as("broken")...); a.StatusCode != 500 || !strings.Contains(a.body, "zh-Hans") || strings.Contains(a.body, "database") {
		t.Errorf("status %d: %.200s", a.StatusCode, a.body)
	}
}
