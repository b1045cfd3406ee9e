package chatweb_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
	"senet/internal/pg"
)

// browser is a member's browser, without JavaScript.
type browser struct {
	h      *house
	client http.Client
}

func (h *house) browse(name string, role account.Role) (*browser, account.Member) {
	h.t.Helper()
	email, password := uuid.NewString()+"@example.org", "a long enough secret 42"
	m, err := h.accounts.CreateMember(h.t.Context(), account.NewMember{Name: name, Email: email, Password: password, Role: role})
	h.must(err)
	_, token, err := h.accounts.SignIn(h.t.Context(), account.SignInForm{Login: email, Password: password})
	h.must(err)
	jar, _ := cookiejar.New(nil)
	at, _ := url.Parse("http://" + h.addr)
	jar.SetCookies(at, []*http.Cookie{{Name: httpx.SessionCookie, Value: token}})
	return &browser{h: h, client: http.Client{Jar: jar}}, m
}

func (b *browser) get(path string, status int) *goquery.Document {
	b.h.t.Helper()
	res, err := b.client.Get("http://" + b.h.addr + path)
	return b.read(res, err, status)
}

func (b *browser) post(path string, form url.Values, status int) *goquery.Document {
	b.h.t.Helper()
	res, err := b.client.PostForm("http://"+b.h.addr+path, form)
	return b.read(res, err, status)
}

func (b *browser) read(res *http.Response, err error, status int) *goquery.Document {
	b.h.t.Helper()
	b.h.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.h.must(err)
	if res.StatusCode != status {
		b.h.t.Fatalf("%s: want %d, got %d: %.500s", res.Request.URL, status, res.StatusCode, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	b.h.must(err)
	return doc
}

func (b *browser) form(doc *goquery.Document) url.Values {
	form := url.Values{}
	doc.Find("#composer").Find("input, textarea").Each(func(_ int, f *goquery.Selection) {
		form.Set(f.AttrOr("name", ""), strings.TrimPrefix(f.AttrOr("value", f.Text()), "\n"))
	})
	return form
}

const roomPath = "/en/c/infection-amr/room"

func TestPage_writesWithoutJavaScript(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.browse("Anna Weber", account.RoleMember)
	form := b.form(b.get(roomPath, 200))
	if form.Get("_csrf") == "" || form.Get("client_id") == "" {
		t.Fatalf("the form has %v", form)
	}
	form.Set("body", "我们需要更多数据")
	b.post("/zh/c/infection-amr/room", form, 200)
	doc := b.post(roomPath, form, 200) // sent twice
	if n := doc.Find("#log .msg").Length(); n != 1 {
		t.Fatalf("want one message, got %d", n)
	}
	m := doc.Find("#log .msg")
	if m.Find(".msg-text").AttrOr("lang", "") != "zh-Hans" || strings.TrimSpace(m.Find(".msg-text").Text()) != "我们需要更多数据" || m.Find(".msg-name").Text() != "Anna Weber" {
		html, _ := m.Html()
		t.Errorf("the message is %s", html)
	}
	id := m.AttrOr("data-id", "")
	if m.AttrOr("id", "") != "m-"+id || m.AttrOr("data-seq", "") != "1" {
		t.Errorf("its anchor is %q, its seq %q", m.AttrOr("id", ""), m.AttrOr("data-seq", ""))
	}
	form = b.form(b.get(roomPath+"?reply="+id, 200))
	if form.Get("reply_to") != id {
		t.Errorf("the answer answers %q", form.Get("reply_to"))
	}
	form.Set("body", strings.Repeat("长", 2001))
	doc = b.post(roomPath, form, 422)
	if got := b.form(doc); got.Get("body") != form.Get("body") || doc.Find("[role=alert]").Length() != 1 {
		t.Errorf("what was typed is lost, or nothing says why")
	}
	form.Set("body", "yes")
	doc = b.post(roomPath, form, 200)
	if got := doc.Find(".msg-reply").Text(); !strings.Contains(got, "我们需要更多数据") {
		t.Errorf("the answer quotes %q", got)
	}
}

// TestPage_whoIsHere: the people in a room stand in the order of the reader's language, whoever came last.
func TestPage_whoIsHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, m := range []member{h.li, h.admin, h.anna} {
		c := h.dial(m, "")
		c.send(`{"op":"join","room":%d}`, h.room)
		c.until("joined")
	}
	b, _ := h.browse("Ben Visitor", account.RoleMember)
	for path, want := range map[string]string{
		roomPath:                   "Ada Admin Anna Weber 李云龙",
		"/zh/c/infection-amr/room": "李云龙 Ada Admin Anna Weber",
	} {
		names := b.get(path, 200).Find("[data-sample] li a").Map(func(_ int, a *goquery.Selection) string { return a.Text() })
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s lists %s, want %s", path, got, want)
		}
	}
}

func TestPage_visitorReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(120, "<p>words</p>")
	v := &browser{h: h}
	doc := v.get(roomPath, 200)
	if n := doc.Find("#log .msg").Length(); n != 50 || doc.Find(".day").Length() != 1 || doc.Find("#composer").Length() != 0 {
		t.Errorf("%d messages, %d days, %d composers", n, doc.Find(".day").Length(), doc.Find("#composer").Length())
	}
	if first, last := doc.Find("#log .msg").First(), doc.Find("#log .msg").Last(); first.AttrOr("data-seq", "") != "71" || last.AttrOr("data-seq", "") != "120" {
		t.Errorf("shows %s to %s", first.AttrOr("data-seq", ""), last.AttrOr("data-seq", ""))
	}
	if doc.Find(".room").AttrOr("data-seq", "") != "120" || doc.Find("meta[http-equiv=refresh]").Length() != 0 || doc.Find(".room-state a[data-refresh]").Length() != 1 {
		t.Error("the page does not say where the log stands, renews itself or cannot be renewed")
	}
	seen := 50
	for path, ok := doc.Find("a[data-older]").Attr("href"); ok; path, ok = doc.Find("a[data-older]").Attr("href") {
		doc = v.get(path, 200)
		seen += doc.Find("#log .msg").Length()
		if doc.Find("a[data-newest]").Length() != 1 {
			t.Error("no way back to the newest")
		}
	}
	if seen != 120 || doc.Find("#log .msg").First().AttrOr("data-seq", "") != "1" {
		t.Errorf("scrolling back shows %d messages", seen)
	}
	doc = v.get(roomPath+"?at=60", 200)
	if doc.Find(`#log .msg[data-seq="60"]`).Length() != 1 {
		t.Error("the message that is asked for is not shown")
	}
	for path, status := range map[string]int{roomPath + "?before=x": 400, roomPath + "?at=-1": 400, "/en/c/nothing/room": 404,
		roomPath + "?at=99999": 200, roomPath + "?reply=x": 200} {
		v.get(path, status)
	}
}

func TestPage_moderatorsTools(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(2, "<p>secret</p>")
	var id chat.MessageID
	h.must(h.pool.QueryRow(t.Context(), `select id from messages where seq = 1`).Scan(&id))
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.Hide(t.Context(), tx, h.admin.viewer(), id)
		return err
	}))
	h.handlers.Tools.Message = tool
	mod, _ := h.browse("Marta Ruiz", account.RoleModerator)
	member, _ := h.browse("Anna Weber", account.RoleMember)
	doc := mod.get(roomPath, 200)
	if got := doc.Find(".msg tool").Map(func(_ int, s *goquery.Selection) string { return s.Text() }); fmt.Sprint(got) != fmt.Sprintf("[%d true %d false]", id, id+1) {
		t.Errorf("the moderator's tools are %v", got)
	}
	if doc.Find("template[data-moderate]").Length() != 1 {
		t.Error("no tools for messages that arrive")
	}
	for who, b := range map[string]*browser{"moderator": mod, "member": member} {
		doc := b.get(roomPath, 200)
		if html, _ := doc.Find("#m-" + fmt.Sprint(id)).Html(); strings.Contains(html, "secret") || !strings.Contains(html, "removed") {
			t.Errorf("a %s sees %s", who, html)
		}
	}
	if member.get(roomPath, 200).Find("tool, template[data-moderate]").Length() != 0 {
		t.Error("a member has a moderator's tools")
	}
}

func TestPage_archivedRoomIsReadOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.browse("Anna Weber", account.RoleMember)
	form := b.form(b.get(roomPath, 200))
	_, err := h.pool.Exec(t.Context(), `update challenges set archived_at = now()`)
	h.must(err)
	form.Set("body", "too late")
	doc := b.post(roomPath, form, 409)
	if doc.Find("#composer").Length() != 0 || doc.Find(".room-closed").Length() != 1 {
		t.Error("an archived room has a composer")
	}
}

// tool stands for a moderator's tools.
func tool(_ *httpx.Request, id int64, hidden bool) templ.Component {
	return templ.Raw(fmt.Sprintf("<tool>%d %v</tool>", id, hidden))
}
