package httpx_test

import (
	"bytes"
	"compress/gzip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
)

// who tells how the request was understood: member, language, path, unread.
func who(c *fiber.Ctx) error {
	r := httpx.Of(c)
	return c.SendString(strings.Join([]string{strconv.Itoa(int(r.Viewer.ID)), string(r.Locale), r.Path, r.Theme, strconv.Itoa(r.Unread)}, " "))
}

func TestBegin_whoAndWhichLanguage(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", who) })
	for _, c := range []struct {
		name, target string
		headers      []string
		want         string
	}{
		{"visitor", "/en/t/1", nil, "0 en /t/1  0"},
		{"the address decides", "/zh/t/1", []string{"Accept-Language", "en"}, "0 zh /t/1  0"},
		{"the address beats the member's setting", "/en/t/1", as("member"), "7 en /t/1  3"},
		{"the member's setting", "/t/1", as("member"), "7 zh   3"},
		{"home", "/zh", nil, "0 zh   0"},
		{"the cookie", "/t/1", []string{"Cookie", "senet_locale=zh", "Accept-Language", "en"}, "0 zh   0"},
		{"a cookie that is none", "/t/1", []string{"Cookie", "senet_locale=fr", "Accept-Language", "zh-TW"}, "0 zh   0"},
		{"the parameter", "/api/v1/x?locale=zh", []string{"Authorization", "Bearer api-admin"}, "9 zh   0"},
		{"a parameter that is none", "/api/v1/x?locale=fr", []string{"Authorization", "Bearer api-admin"}, "9 en   0"},
		{"a language nobody speaks", "/x", []string{"Accept-Language", "fr"}, "0 en   0"},
		{"a header that is none", "/x", []string{"Accept-Language", ";;;q=" + strings.Repeat("x", 2000)}, "0 en   0"},
		{"the theme", "/en", []string{"Cookie", "senet_theme=dark"}, "0 en  dark 0"},
		{"a theme that is none", "/en", []string{"Cookie", "senet_theme=\"><script>"}, "0 en   0"},
		{"an unknown session", "/en", as("stolen"), "0 en   0"},
		{"no number on the API", "/api/v1/x", as("member"), "7 zh   0"},
	} {
		if a := s.get(c.target, c.headers...); a.body != c.want {
			t.Errorf("%s: understood as %q, want %q", c.name, a.body, c.want)
		}
	}
}

func TestBegin_unknownSessionIsForgotten(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", who) })
	cookies := s.get("/en", as("stolen")...).Cookies()
	if len(cookies) != 1 || cookies[0].Name != httpx.SessionCookie || !cookies[0].Expires.Before(time.Now()) {
		t.Errorf("cookies %v, want the session's deleted", cookies)
	}
}

func TestBegin_unknownToken(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", who) })
	if a := s.get("/api/v1/x", "Authorization", "Bearer nonsense"); a.StatusCode != 401 || !strings.Contains(a.body, "account.token.unknown") {
		t.Errorf("status %d: %s", a.StatusCode, a.body)
	}
	// A session is no API token, nor the other way round.
	if a := s.get("/api/v1/x", "Authorization", "Bearer member"); a.StatusCode != 401 {
		t.Errorf("a session as bearer: status %d, want 401", a.StatusCode)
	}
	if a := s.get("/en", as("api-admin")...); a.body != "0 en   0" {
		t.Errorf("an API token as cookie: %q, want a visitor", a.body)
	}
}

// TestBegin_unreadable: broken UTF-8 and NUL in an address are refused before anybody looks at them.
func TestBegin_unreadable(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", who) })
	for _, target := range []string{"/en/%ff", "/en/a%00b", "/en?q=%ff", "/en?q=a%00", "/en?%ff=1", "/zh/%c3%28/x", "/en?q=%ED%A0%80"} {
		a := s.get(target)
		if a.StatusCode != 400 {
			t.Errorf("%s: status %d, want 400", target, a.StatusCode)
		}
		if strings.ToValidUTF8(a.body, "") != a.body || strings.Contains(a.body, "\x00") {
			t.Errorf("%s: the page repeats what is broken", target)
		}
	}
	if a := s.get("/zh/t/1-" + url.PathEscape("数据") + "?q=" + url.QueryEscape("数据")); a.StatusCode != 200 {
		t.Errorf("Chinese in an address: status %d", a.StatusCode)
	}
}

// A packed body of 50 kB can hold 50 MB, and unpacking has no bound.
func TestBegin_packedBody(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Post("/api/v1/x", func(c *fiber.Ctx) error { return c.SendString(strconv.Itoa(len(c.Body()))) })
	})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte("a"), 1<<20))
	_ = z.Close()
	auth := []string{"Authorization", "Bearer api-wang"}
	for encoding, want := range map[string]int{"": 200, "identity": 200, "gzip": 415, "br": 415, "gzip, gzip": 415} {
		a := s.ask("POST", "/api/v1/x", packed.String(), append(auth, "Content-Encoding", encoding)...)
		if a.StatusCode != want {
			t.Errorf("%q: status %d, %.80q; want %d", encoding, a.StatusCode, a.body, want)
		}
	}
}

func TestSetCookie(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Get("/*", func(c *fiber.Ctx) error {
			httpx.Of(c).SetCookie("x", "y", time.Hour)
			return nil
		})
	})
	c := s.get("/en").Cookies()[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != 2 || c.MaxAge != 3600 || c.Path != "/" {
		t.Errorf("cookie %+v, want HttpOnly, Secure, SameSite=Lax, an hour, /", c)
	}
}

// TestForgery: what changes something passes with this viewer's token and from our own pages only.
func TestForgery(t *testing.T) {
	s := newSite(t, func(app *fiber.App) { app.All("/*", ok) })
	const visitor = "0123456789abcdefghijklmnopqrstuv"
	anonymous := []string{"Cookie", "senet_visitor=" + visitor}
	form := func(secret string) url.Values { return url.Values{"_csrf": {httpx.CSRFToken(secret)}} }
	with := func(base []string, more ...string) []string { return append(append([]string{}, base...), more...) }
	for _, c := range []struct {
		name    string
		form    url.Values
		headers []string
		want    int
	}{
		{"member, own token in the form", form("member"), as("member"), 200},
		{"member, own token in the header", nil, asSelf("member"), 200},
		{"member, none", nil, as("member"), 403},
		{"member, another's", form("admin"), as("member"), 403},
		{"member, a visitor's, with both cookies", form(visitor), []string{"Cookie", "senet_session=member; senet_visitor=" + visitor}, 403},
		{"member, empty", url.Values{"_csrf": {""}}, as("member"), 403},
		{"visitor, own", form(visitor), anonymous, 200},
		{"visitor, none", nil, anonymous, 403},
		{"visitor without cookie, token of nothing", form(""), nil, 403},
		{"an unknown session's token", form("stolen"), as("stolen"), 403},
		{"API token: none needed", nil, []string{"Authorization", "Bearer api-wang"}, 200},
		{"API token, the scheme in small letters", nil, []string{"Authorization", "bearer api-wang"}, 200},
		{"API token beside a session", nil, with(as("member"), "Authorization", "Bearer api-wang"), 200},
		{"another scheme beside a session", nil, with(as("member"), "Authorization", "Basic eDp5"), 403},
		{"from our own page", form("member"), with(as("member"), "Sec-Fetch-Site", "same-origin", "Origin", "https://hub.example"), 200},
		{"typed address", form("member"), with(as("member"), "Sec-Fetch-Site", "none"), 200},
		{"from another site", form("member"), with(as("member"), "Sec-Fetch-Site", "cross-site"), 403},
		{"from a sibling domain", form("member"), with(as("member"), "Sec-Fetch-Site", "same-site"), 403},
		{"another origin", form("member"), with(as("member"), "Origin", "https://evil.example"), 403},
		{"origin null", form("member"), with(as("member"), "Origin", "null"), 403},
		{"origin that is none", form("member"), with(as("member"), "Origin", "://"), 403},
		{"origin by the host asked for", form("member"), with(as("member"), "Origin", "http://example.com"), 200},
	} {
		if a := s.post("/en/x", c.form, c.headers...); a.StatusCode != c.want {
			t.Errorf("%s: status %d, want %d", c.name, a.StatusCode, c.want)
		}
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		if a := s.ask(method, "/api/v1/x", "", as("member")...); a.StatusCode != 403 {
			t.Errorf("%s without a token: status %d, want 403", method, a.StatusCode)
		}
	}
	if a := s.ask("POST", "/api/v1/x", ""); a.StatusCode != 401 {
		t.Errorf("API, nobody: status %d, want 401", a.StatusCode)
	}
}

// TestCSRF_visitorGetsCookieOnce: the token of a visitor lives as long as its cookie.
func TestCSRF_visitorGetsCookieOnce(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Get("/*", func(c *fiber.Ctx) error {
			r := httpx.Of(c)
			if first := r.CSRF(); first != r.CSRF() {
				t.Error("two tokens in one page")
			}
			return c.SendString(r.CSRF())
		})
		app.Post("/*", ok)
	})
	first := s.get("/en")
	cookies := first.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || !cookies[0].Secure {
		t.Fatalf("cookies %v, want one for the visitor", cookies)
	}
	cookie := []string{"Cookie", cookies[0].Name + "=" + cookies[0].Value}
	again := s.get("/en", cookie...)
	if again.body != first.body || len(again.Cookies()) != 0 {
		t.Errorf("token %q, then %q with cookies %v", first.body, again.body, again.Cookies())
	}
	if a := s.post("/en", url.Values{"_csrf": {first.body}}, cookie...); a.StatusCode != 200 {
		t.Errorf("the token does not pass: %d", a.StatusCode)
	}
}

func TestGuards(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Get("/:l/member", httpx.SignedIn, ok)
		app.Get("/:l/moderator", httpx.Moderator, ok)
		app.Get("/:l/admin", httpx.Admin, ok)
	})
	for path, want := range map[string][4]int{ // visitor, member, moderator, admin
		"/en/member":    {303, 200, 200, 200},
		"/en/moderator": {303, 403, 200, 200},
		"/en/admin":     {303, 403, 403, 200},
	} {
		for i, session := range []string{"", "member", "moderator", "admin"} {
			var headers []string
			if session != "" {
				headers = as(session)
			}
			a := s.get(path+"?q=1", headers...)
			if a.StatusCode != want[i] {
				t.Errorf("%s as %q: status %d, want %d", path, session, a.StatusCode, want[i])
			}
			if to := a.Header.Get("Location"); want[i] == 303 && to != "/en/sign-in?back="+url.QueryEscape(path+"?q=1") {
				t.Errorf("%s leads to %q", path, to)
			}
		}
	}
}
