package ui_test

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/locales"
	"senet/web"
	"senet/web/ui"
)

// people answers who a session cookie stands for.
type people map[string]account.Viewer

func (p people) BySession(_ context.Context, token string) (account.Viewer, error) {
	return p[token], nil
}

func (p people) ByToken(context.Context, string) (account.Viewer, error) {
	return account.Viewer{}, nil
}

var beijing = time.FixedZone("CST", 8*3600)

var known = people{
	"member": {ID: 7, Name: "王小红", Handle: "wang", Locale: i18n.Zh, Zone: beijing, Region: account.China, Role: account.RoleMember, Session: 1},
	"admin":  {ID: 8, Name: "Anna Weber", Handle: "anna", Locale: i18n.En, Zone: time.UTC, Region: account.Europe, Role: account.RoleAdmin, Session: 2},
}

// get asks for path as the member of that session cookie ("": a visitor); page draws the answer.
func get(t *testing.T, path, session string, page func(*httpx.Request) templ.Component) *goquery.Document {
	t.Helper()
	return ask(t, path, session, func(c *fiber.Ctx) error { return httpx.Render(c, 200, page(httpx.Of(c))) })
}

func ask(t *testing.T, path, session string, h fiber.Handler) *goquery.Document {
	t.Helper()
	bundle, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.Load()
	if err != nil {
		t.Fatal(err)
	}
	kit := &httpx.Kit{Bundle: bundle, Auth: known, Assets: assets, BaseURL: &url.URL{Scheme: "https", Host: "hub.example"},
		Log: slog.New(slog.DiscardHandler), Unread: func(context.Context, account.MemberID) int { return 3 }}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: kit.ErrorHandler(ui.ErrorPage)})
	app.Use(kit.Begin)
	app.All("/*", h)
	req := httptest.NewRequest("GET", path, nil)
	if session != "" {
		req.Header.Set("Cookie", httpx.SessionCookie+"="+session)
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
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if len(body) == 0 {
		t.Fatalf("%s: empty answer with status %d", path, res.StatusCode)
	}
	return doc
}

func layout(m ui.Meta) func(*httpx.Request) templ.Component {
	return func(r *httpx.Request) templ.Component { return ui.Layout(r, m) }
}

func TestLayout_languages(t *testing.T) {
	doc := get(t, "/zh/t/12-title?after=5", "", layout(ui.Meta{Title: "标题"}))
	for selector, want := range map[string]string{
		`html[lang]`:                          "zh-Hans",
		`link[rel=canonical]`:                 "https://hub.example/zh/t/12-title?after=5",
		`link[hreflang=en]`:                   "https://hub.example/en/t/12-title?after=5",
		`link[hreflang=zh]`:                   "https://hub.example/zh/t/12-title?after=5",
		`link[hreflang=x-default]`:            "https://hub.example/t/12-title?after=5",
		`header a[data-switch-language]`:      "/en/t/12-title?after=5",
		`header a.wordmark`:                   "/zh",
		`header nav a[href="/zh/sign-in"]`:    "",
		`.site-you a[href="/zh/sign-in"]`:     "/zh/sign-in",
		`footer a[href="/zh/appearance"]`:     "/zh/appearance",
		`script[type=module]`:                 "",
		`header a[href="/zh/moderation"]`:     "",
		`header nav a[href="/zh/challenges"]`: "/zh/challenges",
	} {
		s := doc.Find(selector).First()
		got := s.AttrOr("href", s.AttrOr("lang", ""))
		if got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if got := doc.Find("title").Text(); got != "标题 · SENET Hub" {
		t.Errorf("title %q", got)
	}
}

// TestLayout_switcher: with one other language it is one link, in that language's own name.
func TestLayout_switcher(t *testing.T) {
	for path, want := range map[string][4]string{
		"/zh/about?x=1": {"/en/about?x=1", "en", "en", "English"},
		"/en/about":     {"/zh/about", "zh", "zh-Hans", "中文"},
	} {
		doc := get(t, path, "", layout(ui.Meta{}))
		for _, place := range []string{"header .site-you", "footer nav"} {
			links := doc.Find(place + " a[data-switch-language]")
			got := [4]string{links.AttrOr("href", ""), links.AttrOr("hreflang", ""), links.AttrOr("lang", ""), strings.TrimSpace(links.Text())}
			if links.Length() != 1 || got != want || doc.Find("details.switcher").Length() > 0 {
				t.Errorf("%s: %s leads to %q in %d links, want %q", path, place, got, links.Length(), want)
			}
		}
	}
}

// TestName: readers of English are told how a Chinese name is said, readers of Chinese are not.
func TestName(t *testing.T) {
	for _, c := range []struct{ path, name, lang, said string }{
		{"/en", "李云龙", "zh-Hans", "Li Yunlong"},
		{"/en", "欧阳静", "zh-Hans", "Ouyang Jing"},
		{"/en", "Anna Weber", "", ""},
		{"/zh", "李云龙", "", ""},
		{"/zh", "Anna Weber", "en", ""},
	} {
		doc := get(t, c.path, "", func(r *httpx.Request) templ.Component { return ui.Name(r, c.name) })
		if s := doc.Find("span"); doc.Text() != c.name || s.AttrOr("lang", "") != c.lang || s.AttrOr("title", "") != c.said {
			html, _ := doc.Html()
			t.Errorf("%s: %s is %s", c.path, c.name, html)
		}
		doc = get(t, c.path, "", func(r *httpx.Request) templ.Component {
			return templ.Join(templ.Raw("<i>beside</i>"), ui.Reading(r, c.name))
		})
		if s := doc.Find("span"); s.Text() != c.said || c.said != "" && s.AttrOr("lang", "") != "zh-Latn-pinyin" {
			t.Errorf("%s: beside %s stands %q", c.path, c.name, s.Text())
		}
	}
}

// TestLangMark is the language's own short name, whatever language the page is in.
func TestLangMark(t *testing.T) {
	for _, c := range []struct{ path, lang, mark, title, tag string }{
		{"/en", "zh", "中文", "Chinese", "zh-Hans"}, {"/zh", "en", "EN", "英文", "en"}, {"/zh", "zh", "中文", "中文", "zh-Hans"}, {"/en", "fr", "", "", ""},
	} {
		doc := get(t, c.path, "", func(r *httpx.Request) templ.Component {
			return templ.Join(templ.Raw("<i></i>"), ui.LangMark(r, c.lang))
		})
		s := doc.Find(".lang-mark")
		if s.Text() != c.mark || s.AttrOr("title", "") != c.title || s.Find("span").AttrOr("lang", "") != c.tag {
			t.Errorf("%s: the mark of %q is %q, %q", c.path, c.lang, s.Text(), s.AttrOr("title", ""))
		}
	}
}

// Pages of visitors are cached for all of them: nothing in the frame may be one visitor's.
func TestLayout_visitorHasNoToken(t *testing.T) {
	doc := get(t, "/en", "", layout(ui.Meta{}))
	if n := doc.Find("form, [name=_csrf]").Length(); n != 0 {
		t.Errorf("the frame of a visitor's page has %d forms or tokens, want none", n)
	}
	if inline := doc.Find("style, [style], script:not([src]), [onclick]").Length(); inline != 0 {
		t.Errorf("%d inline styles or scripts: the content security policy blocks them", inline)
	}
}

func TestLayout_rolesAndInbox(t *testing.T) {
	member := get(t, "/zh/inbox", "member", layout(ui.Meta{Section: "inbox"}))
	if member.Find(`a[href="/zh/moderation"], a[href="/zh/admin"]`).Length() != 0 {
		t.Error("a member is shown the moderators' or administrators' pages")
	}
	inbox := member.Find(`a[href="/zh/inbox"]`)
	if label := inbox.AttrOr("aria-label", ""); !strings.Contains(label, "3") || inbox.AttrOr("aria-current", "") == "" {
		t.Errorf("inbox link %q, current %q; want the number of unread and the mark", label, inbox.AttrOr("aria-current", ""))
	}
	if member.Find(`form[action="/zh/sign-out"] [name=_csrf]`).Length() != 1 {
		t.Error("signing out has no token")
	}
	admin := get(t, "/en", "admin", layout(ui.Meta{}))
	if admin.Find(`header nav a[href="/en/moderation/queue"], header nav a[href="/en/admin"]`).Length() != 2 {
		t.Error("an administrator misses moderation or administration in the navigation")
	}
}

func TestErrorPage_everyStatus(t *testing.T) {
	for kind, title := range map[fault.Kind]string{
		fault.Malformed: "could not be read", fault.Forbidden: "not open to you", fault.NotFound: "nothing here",
		fault.Conflict: "in the meantime", fault.TooLarge: "too large", fault.Invalid: "corrected",
		fault.TooMany: "One moment", fault.Internal: "our side", fault.Unavailable: "busy",
	} {
		doc := ask(t, "/en/x", "", func(*fiber.Ctx) error {
			return fault.New(kind, "error.too_many").After(70 * time.Second)
		})
		if got := doc.Find("h1").Text(); !strings.Contains(got, title) {
			t.Errorf("kind %d: title %q, want one with %q", kind, got, title)
		}
		if text := doc.Find("main").Text(); !strings.Contains(text, "Try again in 2 minutes") {
			t.Errorf("kind %d: the page does not say when to try again: %s", kind, text)
		}
	}
}

// A form of an earlier session is refused like what is closed to the member, and must not look like that.
func TestErrorPage_expiredForm(t *testing.T) {
	doc := get(t, "/en/x", "", func(r *httpx.Request) templ.Component {
		return ui.ErrorPage(r, 403, fault.New(fault.Forbidden, "error.csrf"), nil)
	})
	if got := doc.Find("h1").Text(); got != "This form has expired" {
		t.Errorf("the heading is %q", got)
	}
}

func TestErrorPage_keepsWhatWasTyped(t *testing.T) {
	kept := []httpx.Kept{{Name: "title", Value: "标题"}, {Name: "body", Value: "\nfirst line is empty <b>"}}
	doc := get(t, "/zh/x", "", func(r *httpx.Request) templ.Component {
		return ui.ErrorPage(r, 413, fault.New(fault.TooLarge, "error.too_large"), kept)
	})
	areas := doc.Find("textarea[readonly]")
	if areas.Length() != 2 || areas.Eq(1).Text() != kept[1].Value {
		t.Errorf("kept text is %q in %d areas, want %q in 2", areas.Eq(1).Text(), areas.Length(), kept[1].Value)
	}
}

func TestField_errorAndHintBelongToIt(t *testing.T) {
	doc := get(t, "/en", "", func(r *httpx.Request) templ.Component {
		return ui.Field(r, ui.Input{Name: "title", LabelKey: "ui.nav.you", HintKey: "ui.skip", Required: true, MaxLength: 9,
			Value: `a"b`, Err: fault.Message{Key: "error.invalid"}})
	})
	in := doc.Find("input#title")
	if got := in.AttrOr("aria-describedby", ""); got != "title-hint title-error" {
		t.Errorf("described by %q", got)
	}
	if doc.Find("#title-hint").Text() == "" || !strings.Contains(doc.Find("#title-error").Text(), "corrected") {
		t.Error("hint or error is not in the page")
	}
	if in.AttrOr("aria-invalid", "") != "true" || in.AttrOr("maxlength", "") != "9" || in.AttrOr("value", "") != `a"b` {
		t.Errorf("input is %v", in.Nodes[0].Attr)
	}
	if _, ok := in.Attr("required"); !ok || doc.Find(`label[for=title] .optional`).Length() != 0 {
		t.Error("a required field is not marked as such")
	}
}

func TestField_textareaKeepsTheFirstEmptyLine(t *testing.T) {
	const typed = "\n\nsecond"
	doc := get(t, "/en", "", func(r *httpx.Request) templ.Component {
		return ui.Field(r, ui.Input{Name: "body", Type: "textarea", LabelKey: "ui.skip", Value: typed})
	})
	if got := doc.Find("textarea").Text(); got != typed {
		t.Errorf("textarea holds %q, want %q", got, typed)
	}
}

func TestField_passwordIsNeverSentBack(t *testing.T) {
	doc := get(t, "/en", "", func(r *httpx.Request) templ.Component {
		return ui.Field(r, ui.Input{Name: "password", Type: "password", LabelKey: "ui.skip", Value: "secret"})
	})
	if v, ok := doc.Find("input").Attr("value"); ok {
		t.Errorf("the page carries the password %q", v)
	}
}

func TestTime_zoneOfTheViewer(t *testing.T) {
	at := time.Date(2026, 3, 1, 20, 30, 0, 0, time.UTC)
	doc := get(t, "/zh/x", "member", func(r *httpx.Request) templ.Component {
		r.Now = at.Add(3 * time.Hour)
		return ui.Time(r, at)
	})
	el := doc.Find("time")
	if el.AttrOr("datetime", "") != "2026-03-01T20:30:00Z" || el.AttrOr("title", "") != "2026年3月2日 04:30 CST" || el.Text() != "3小时前" {
		t.Errorf("time is %v %q", el.Nodes[0].Attr, el.Text())
	}
}

func TestProblem_linksToEachField(t *testing.T) {
	var fs fault.Fields
	fs.Add("title", "error.invalid", nil)
	fs.Add("body", "error.utf8", nil)
	doc := get(t, "/en", "", func(r *httpx.Request) templ.Component { return ui.Problem(r, fault.Of(fs.Err())) })
	if doc.Find(`[role=alert] a[href="#title"], [role=alert] a[href="#body"]`).Length() != 2 {
		t.Error("the summary does not link to both fields")
	}
}

func TestProblem_noneIsNothing(t *testing.T) {
	var out strings.Builder
	if err := ui.Problem(nil, nil).Render(t.Context(), &out); err != nil || out.String() != "" {
		t.Errorf("a form without a problem shows %q, %v; want nothing", out.String(), err)
	}
}
