package notifyweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/notify/notifyweb"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/locales"
	"senet/web/ui"
)

type site struct {
	t       *testing.T
	app     *fiber.App
	store   *pg.Store
	notices *notify.Service
	me      account.Viewer
	actor   account.Viewer
}

func (s *site) BySession(_ context.Context, token string) (account.Viewer, error) {
	if token == "me" {
		return s.me, nil
	}
	return account.Visitor(), nil
}

func (s *site) ByToken(context.Context, string) (account.Viewer, error) {
	return account.Visitor(), nil
}

type assets struct{}

func (assets) URL(name string) string { return "/static/" + name }

func (assets) Imports(string) []string { return nil }

func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, store: pg.NewStore(pgtest.Tx(t))}
	s.notices = notify.New(s.store)
	s.me, s.actor = s.member("王小红"), s.member("Anna Weber")
	base, _ := url.Parse("http://hub.test")
	kit := &httpx.Kit{Bundle: words, Auth: s, Assets: assets{}, BaseURL: base, Log: slog.New(slog.DiscardHandler), Unread: s.notices.Unread}
	s.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: kit.ErrorHandler(ui.ErrorPage)})
	s.app.Use(kit.Begin)
	notifyweb.New(s.notices, words).Mount(s.app.Group("/:locale<alpha;len(2)>"), s.app.Group("/api/v1"))
	return s
}

func (s *site) member(name string) account.Viewer {
	s.t.Helper()
	v := account.Visitor()
	v.Name, v.Role, v.Session = name, account.RoleMember, 1
	const insert = `insert into members (name, handle, handle_key) values ($1, $2, $2) returning id`
	if err := s.store.QueryRow(s.t.Context(), insert, name, uuid.NewString()).Scan(&v.ID); err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *site) tell(n notify.Notice) {
	s.t.Helper()
	n.To = s.me.ID
	if err := s.store.InTx(s.t.Context(), func(tx *pg.Tx) error { return s.notices.Tell(s.t.Context(), tx, n) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) send(method, path, token string, form url.Values) (int, string, *goquery.Document) {
	s.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.AddCookie(&http.Cookie{Name: httpx.SessionCookie, Value: token})
	}
	res, err := s.app.Test(req, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), doc
}

func (s *site) inbox(locale string) *goquery.Document {
	s.t.Helper()
	status, _, doc := s.send("GET", "/"+locale+"/inbox", "me", nil)
	if status != 200 {
		s.t.Fatalf("inbox: status %d: %s", status, doc.Text())
	}
	return doc
}

func words(sel *goquery.Selection) string { return strings.Join(strings.Fields(sel.Text()), " ") }

func TestInbox_emptyUnreadRead(t *testing.T) {
	s := newSite(t)
	if got := words(s.inbox("zh").Find(".empty-title")); got != "还没有通知" {
		t.Errorf("the empty inbox says %q", got)
	}
	s.tell(notify.Notice{Kind: notify.KindReply, Actor: s.actor.ID, Subject: "post:1", Path: "/p/1", Data: notify.Data{Title: "Sepsis", Lang: "en"}})
	s.tell(notify.Notice{Kind: notify.KindReply, Actor: s.actor.ID, Subject: "post:2", Path: "/p/2", Data: notify.Data{Title: "老龄"}})
	doc := s.inbox("zh")
	if got := doc.Find(".inbox-row.unread").Length(); got != 2 {
		t.Errorf("%d unread rows, want 2", got)
	}
	if got := words(doc.Find(".inbox-link .count")); got != "2" {
		t.Errorf("the bell says %q, want 2", got)
	}
	if got := words(doc.Find(".inbox-row:nth-child(2) .inbox-what p:first-child")); got != "未读： Anna Weber回复了您关注的主题" {
		t.Errorf("the row says %q", got)
	}
	for i, lang := range []string{"zh-Hans", "en"} {
		if got, _ := doc.Find(".inbox-title a [lang]").Eq(i).Attr("lang"); got != lang {
			t.Errorf("title %d has lang %q, want %s", i, got, lang)
		}
	}

	href, _ := doc.Find(".inbox-title a").First().Attr("href")
	status, to, _ := s.send("GET", href, "me", nil)
	if status != 303 || to != "/zh/p/2" {
		t.Errorf("the notice leads with %d to %q", status, to)
	}
	doc = s.inbox("en")
	if got := doc.Find(".inbox-row.unread").Length(); got != 1 {
		t.Errorf("%d unread rows after one was opened, want 1", got)
	}
	token, _ := doc.Find("main [name=_csrf]").Attr("value")
	if status, _, _ := s.send("POST", "/en/inbox/read", "me", url.Values{"_csrf": {"forged"}}); status != 403 {
		t.Errorf("a forged form: %d, want 403", status)
	}
	if status, to, _ := s.send("POST", "/en/inbox/read", "me", url.Values{"_csrf": {token}}); status != 303 || to != "/en/inbox" {
		t.Errorf("mark all: %d to %q", status, to)
	}
	doc = s.inbox("en")
	if doc.Find(".inbox-row.unread, main form").Length() != 0 {
		t.Error("something is still unread, or can be marked as read")
	}
}

func TestInbox_everyKindHasWords(t *testing.T) {
	s := newSite(t)
	kinds := []notify.Kind{notify.KindReply, notify.KindMention, notify.KindQuote, notify.KindThread, notify.KindHidden,
		notify.KindRestored, notify.KindLocked, notify.KindUnlocked, notify.KindMoved, notify.KindRenamed, notify.KindRole, "of the future"}
	for i, k := range kinds {
		s.tell(notify.Notice{Kind: k, Actor: s.actor.ID, Subject: notify.Subject("post", int64(i+1))})
		s.tell(notify.Notice{Kind: k, Actor: s.actor.ID, Subject: notify.Subject("message", int64(i+1)),
			Data: notify.Data{Challenge: &i18n.Text{En: "Ageing"}, Role: account.RoleAdmin, Reason: "<b>why</b>", Was: "Before"}})
	}
	for _, locale := range []string{"en", "zh"} {
		doc := s.inbox(locale)
		if got := doc.Find(".inbox-row").Length(); got != 2*len(kinds) {
			t.Errorf("%d rows, want %d", got, 2*len(kinds))
		}
		if got := doc.Find("main").Text(); strings.Contains(got, "notify.") || strings.Contains(got, "inbox.") || strings.Contains(got, "<no value>") {
			t.Errorf("words are missing in %s: %s", locale, got)
		}
		if doc.Find("main b").Length() > 0 {
			t.Error("a reason is read as HTML")
		}
	}
}

func TestInbox_aPickedReasonIsReadInOnesOwnLanguage(t *testing.T) {
	s := newSite(t)
	s.tell(notify.Notice{Kind: notify.KindHidden, Subject: "post:1", Data: notify.Data{Reason: "Advertising"}})
	s.tell(notify.Notice{Kind: notify.KindHidden, Subject: "post:2", Data: notify.Data{Reason: "In my own words"}})
	doc := s.inbox("zh")
	if got := words(doc.Find(".reason")); !strings.Contains(got, "广告宣传") || !strings.Contains(got, "In my own words") {
		t.Errorf("the reasons read %q", got)
	}
}

func TestInbox_isForMembers(t *testing.T) {
	s := newSite(t)
	if status, to, _ := s.send("GET", "/en/inbox", "", nil); status != 303 || !strings.HasPrefix(to, "/en/sign-in") {
		t.Errorf("a visitor gets %d to %q, want the way to sign in", status, to)
	}
	for path, want := range map[string]int{"/en/inbox?before=x": 400, "/en/inbox/x": 404, "/en/inbox/999999999": 404} {
		if status, _, _ := s.send("GET", path, "me", nil); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}
