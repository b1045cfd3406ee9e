package mailweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/mail"
	"senet/internal/pg/pgtest"
)

// ticked are the kinds of mail that the settings show as wanted.
func ticked(a apptest.Answer) string {
	var names []string
	for _, n := range a.Find(`form[action$="/settings/mail"] input:checked`).EachIter() {
		name, _ := n.Attr("name")
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	min := s.Person("Zhang Min", account.RoleMember, i18n.Zh)
	page := s.Visit(min, "/zh/settings").Want(http.StatusOK)
	if got := page.Text(`section[aria-labelledby="mail"] p`); !strings.HasPrefix(got, "账号未填写邮箱，因此不会收到邮件。") || page.Find(`form[action$="/settings/mail"]`).Length() != 0 {
		t.Errorf("without an address the settings say %q", got)
	}
	s.Address(min, "min@clinic.example")
	page = s.Visit(min, "/en/settings").Want(http.StatusOK)
	if got := page.Text(`section[aria-labelledby="mail"] strong`); got != "min@clinic.example" {
		t.Errorf("letters go to %q", got)
	}
	if got := ticked(page); got != "events accounts" {
		t.Errorf("wanted from the beginning: %q, want events accounts", got)
	}
	a := s.Submit(min, "/en/settings/mail", url.Values{"replies": {"1"}, "nonsense": {"1"}}).Want(http.StatusSeeOther)
	if to := a.Header.Get("Location"); to != "/en/settings?done=mail#mail" {
		t.Errorf("saving leads to %s", to)
	}
	page = s.Visit(min, "/en/settings?done=mail")
	if got := ticked(page); got != "replies" || page.Text(`[role="status"]`) != "Saved." {
		t.Errorf("wanted: %q, want replies; the page says %q", got, page.Text(`[role="status"]`))
	}
	s.Submit(apptest.Person{}, "/en/settings/mail", nil).Want(http.StatusForbidden)
}

// replied is a site on which Anna has replied to Min, who wants to know by mail, and the link of the letter that turns it off.
func replied(t *testing.T) (s *apptest.Site, min apptest.Person, link *url.URL) {
	t.Helper()
	t.Parallel()
	s = apptest.New(t, pgtest.Tx(t))
	min, anna := s.Person("Zhang Min", account.RoleMember, i18n.Zh), s.Person("Anna Weber", account.RoleMember, i18n.En)
	s.Address(min, "min@clinic.example")
	if err := s.Hub.Mail.Choose(t.Context(), min.Viewer, map[mail.Group]bool{mail.Replies: true}); err != nil {
		t.Fatal(err)
	}
	thread := s.Thread(min, "Sepsis markers", 0)
	if _, err := s.Hub.Forum.Reply(t.Context(), anna.Viewer, forum.ReplyForm{Thread: thread.ID, Body: "We use lactate.", ClientID: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	letters := s.Letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters, want one", len(letters))
	}
	link, err := url.Parse(strings.Trim(letters[0].Header.Get("List-Unsubscribe"), "<>"))
	if err != nil {
		t.Fatal(err)
	}
	if letters[0].Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.Contains(letters[0].Text, link.String()) {
		t.Fatalf("the letter:\n%s", letters[0].Raw)
	}
	return s, min, link
}

// oneClick is what a mail program sends (RFC 8058), without a cookie, from elsewhere.
func oneClick(link string) *http.Request {
	req := httptest.NewRequest(http.MethodPost, link, strings.NewReader("List-Unsubscribe=One-Click"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://mail.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	return req
}

func TestOff_oneClick(t *testing.T) {
	s, min, link := replied(t)
	s.Send(apptest.Person{}, oneClick(link.RequestURI())).Want(http.StatusOK)
	if got := ticked(s.Visit(min, "/en/settings")); got != "events accounts" {
		t.Errorf("wanted after one click: %q, want events accounts", got)
	}
	s.Send(apptest.Person{}, oneClick(link.RequestURI())).Want(http.StatusOK) // again is no harm
	// Nothing else is open to such requests.
	s.Send(min, oneClick("/zh/settings/mail?"+link.RawQuery)).Want(http.StatusForbidden)
	s.Send(min, oneClick("/zh/sign-out")).Want(http.StatusForbidden)
}

// By hand: a look changes nothing, the page's button does.
func TestOff_page(t *testing.T) {
	s, min, link := replied(t)
	nobody := apptest.Person{}
	page := s.Visit(nobody, link.RequestURI()).Want(http.StatusOK)
	if page.Text("h1") != "停止接收邮件" || page.Text("main strong") != "有人回复、提到或引用我，即时通知" || page.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page: %s", page.Text("main"))
	}
	if got := ticked(s.Visit(min, "/en/settings")); got != "events accounts replies" {
		t.Errorf("a look at the page turned mail off: %q", got)
	}
	action, _ := page.Find("main form").Attr("action")
	if action != link.RequestURI() {
		t.Fatalf("the form goes to %s, want %s", action, link.RequestURI())
	}
	done := s.SubmitBare(nobody, action, url.Values{"all": {"1"}}).Want(http.StatusOK)
	if got := done.Text("main .lead"); got != "今后不会再收到本平台的任何邮件。" {
		t.Errorf("the page says %q", got)
	}
	if got := ticked(s.Visit(min, "/en/settings")); got != "" {
		t.Errorf("wanted after turning all off: %q", got)
	}
	if en := s.Visit(nobody, strings.Replace(link.RequestURI(), "/zh/", "/en/", 1)).Want(http.StatusOK); en.Text("h1") != "Turn off mail" {
		t.Errorf("in English: %s", en.Text("main"))
	}
}

func TestOff_brokenLinks(t *testing.T) {
	s, min, link := replied(t)
	q := link.Query()
	for name, change := range map[string]func(url.Values){
		"no key": func(q url.Values) { q.Del("key") }, "another's": func(q url.Values) { q.Set("m", "999999999") }, "another kind": func(q url.Values) { q.Set("of", "events") },
		"nobody": func(q url.Values) { q.Set("m", "x") }, "nothing": func(q url.Values) { clear(q) }, "half a key": func(q url.Values) { q.Set("key", q.Get("key")[:8]) },
	} {
		broken := url.Values{}
		for k, v := range q {
			broken[k] = v
		}
		change(broken)
		path := "/en/mail/off?" + broken.Encode()
		s.Visit(apptest.Person{}, path).Want(http.StatusNotFound)
		s.Send(apptest.Person{}, oneClick(path)).Want(http.StatusNotFound)
		if got := ticked(s.Visit(min, "/en/settings")); got != "events accounts replies" {
			t.Fatalf("%s: a broken link turned mail off: %q", name, got)
		}
	}
}
