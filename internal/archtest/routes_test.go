package archtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// open are the routes that change something and are open to visitors, each with the reason.
var open = map[string]string{
	"POST /:locale/join":              "joining makes the member",
	"POST /:locale/appeal":            "who is shut out cannot sign in, and gives name and password",
	"POST /:locale/sign-in":           "signing in makes the session",
	"POST /:locale/sign-out":          "who is signed out already has what was asked for",
	"POST /:locale/setup/:token":      "the one-time link is the right to it",
	"POST /:locale/appearance":        "a cookie of the browser, for visitors too",
	"POST /:locale/mail/off":          "the signed link of a letter is the right to it; mail programs follow it without a session",
	"POST /api/v1/rooms/:id/messages": "chat itself asks who says it, for the socket as well",
}

// guard is the name of a guard; "" when the handler is none.
func guard(h fiber.Handler) string {
	name := runtime.FuncForPC(reflect.ValueOf(h).Pointer()).Name()
	if g, ok := strings.CutPrefix(name, "senet/internal/httpx."); ok && (g == "SignedIn" || g == "Desk" || g == "Moderator" || g == "Admin") {
		return g
	}
	return ""
}

// desk are the beginnings of routes that are open to moderators of one challenge as well.
var desk = []string{"/moderation/queue", "/moderation/cases/", "/moderation/undo/", "/moderation/posts/", "/moderation/messages/", "/moderation/threads/",
	"/api/v1/moderation/queue", "/api/v1/moderation/cases/", "/api/v1/moderation/decisions", "/api/v1/moderation/log/:id/undo", "/api/v1/posts/:id/hide", "/api/v1/posts/:id/unhide"}

// needs is the guard that a route must have: the least right that opens it; "" where anybody may.
func needs(method, path string) string {
	page := strings.TrimPrefix(path, "/:locale")
	api := strings.HasPrefix(path, "/api/")
	switch {
	case page == "/admin" || strings.HasPrefix(page, "/admin/") || strings.HasPrefix(path, "/api/v1/admin/"):
		return "Admin"
	case slices.ContainsFunc(desk, func(d string) bool { return strings.HasPrefix(page, d) }):
		return "Desk"
	case page == "/moderation" || strings.HasPrefix(page, "/moderation/") || strings.HasPrefix(path, "/api/v1/moderation/"),
		api && strings.HasPrefix(path, "/api/v1/posts/") && (strings.HasSuffix(path, "/hide") || strings.HasSuffix(path, "/unhide")):
		return "Moderator"
	case method != fiber.MethodGet && method != fiber.MethodHead && open[method+" "+path] == "":
		return "SignedIn"
	}
	return ""
}

// TestRoutes_guarded: the guard is the first handler of a route, so that nothing of it runs for others.
func TestRoutes_guarded(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	there := map[string]bool{}
	for _, r := range site.Hub.App().GetRoutes(true) {
		there[r.Method+" "+r.Path] = true
		want, got := needs(r.Method, r.Path), guard(r.Handlers[0])
		switch {
		case want == "", want == got, want == "SignedIn" && got != "", want == "Moderator" && got == "Admin":
		case open[r.Method+" "+r.Path] == "" && want == "SignedIn":
			t.Errorf("%s %s changes something and has no guard: put httpx.SignedIn first, or say in archtest why it is open", r.Method, r.Path)
		default:
			t.Errorf("%s %s: the first handler after the path must be httpx.%s, not %q", r.Method, r.Path, want, got)
		}
	}
	for route := range open {
		if !there[route] {
			t.Errorf("archtest says why %s is open, and it is not there", route)
		}
	}
}

// TestRoutes_closed asks for every guarded route as those who must not: nobody gets a page, a change or a 500.
func TestRoutes_closed(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	member := site.Person("Wang Min", account.RoleMember, i18n.En)
	moderator := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	started := site.Thread(member, "How to share data", 1)
	fill := strings.NewReplacer(":locale", "en", ":slug", site.Challenge, ":kind", "agree", ":act", "hide", ":log", "1",
		":id", strings.TrimPrefix(started.Path()[:strings.IndexByte(started.Path(), '-')], "/t/"), ":token", "x", ":word", "1", ":workshop", "1", ":session", "1", ":into", "zh")
	asked := 0
	for _, r := range site.Hub.App().GetRoutes(true) {
		g := guard(r.Handlers[0])
		if g == "" || r.Method == fiber.MethodHead {
			continue
		}
		path := fill.Replace(r.Path)
		if strings.Contains(path, ":") {
			t.Errorf("archtest cannot fill in %s", r.Path)
		}
		asked++
		try := func(who string, p apptest.Person, want int) {
			if a := ask(site, p, r.Method, path); a.Status != want {
				t.Errorf("%s %s as %s: status %d, want %d", r.Method, path, who, a.Status, want)
			} else if want == http.StatusSeeOther && a.Header.Get("Location") != "/en/sign-in?back="+url.QueryEscape(path) {
				t.Errorf("%s %s as %s leads to %s, want to signing in and back", r.Method, path, who, a.Header.Get("Location"))
			}
		}
		visitors := http.StatusUnauthorized
		if r.Method == fiber.MethodGet && !strings.HasPrefix(path, "/api/") {
			visitors = http.StatusSeeOther
		}
		try("a visitor", apptest.Person{}, visitors)
		if g != "SignedIn" {
			try("a member", member, http.StatusForbidden)
		}
		if g == "Admin" {
			try("a moderator", moderator, http.StatusForbidden)
		}
	}
	if asked < 40 {
		t.Errorf("only %d guarded routes found", asked)
	}
}

// ask sends a request with a valid token against forgery, so that only the guard can refuse it.
func ask(site *apptest.Site, p apptest.Person, method, path string) apptest.Answer {
	secret := p.Token
	req := httptest.NewRequest(method, path, strings.NewReader(""))
	if secret == "" {
		secret = "0123456789abcdefghijklmnopqrstuv"
		req.AddCookie(&http.Cookie{Name: "senet_visitor", Value: secret})
	}
	req.Header.Set("X-CSRF-Token", httpx.CSRFToken(secret))
	return site.Send(p, req)
}
