package accountweb_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

const password = "seven quiet herons"

func newSite(t *testing.T) *apptest.Site {
	t.Helper()
	t.Parallel()
	return apptest.New(t, pgtest.Tx(t))
}

// browser keeps cookies and fills in forms, as a person without JavaScript does.
type browser struct {
	t       *testing.T
	site    *apptest.Site
	cookies map[string]*http.Cookie
	address string
}

func newBrowser(t *testing.T, s *apptest.Site) *browser {
	return &browser{t: t, site: s, cookies: map[string]*http.Cookie{}}
}

// page is an answer.
type page struct {
	t        *testing.T
	status   int
	header   http.Header
	location string
	set      map[string]*http.Cookie
	*goquery.Document
}

func (b *browser) send(req *http.Request) page {
	b.t.Helper()
	for _, c := range b.cookies {
		req.AddCookie(c)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if b.address != "" {
		req.Header.Set("X-Real-Ip", b.address)
	}
	res, err := b.site.Hub.App().Test(req, -1)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	p := page{t: b.t, status: res.StatusCode, header: res.Header, location: res.Header.Get("Location"), set: map[string]*http.Cookie{}}
	for _, c := range res.Cookies() {
		p.set[c.Name] = c
		if b.cookies[c.Name] = c; c.Value == "" {
			delete(b.cookies, c.Name)
		}
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if p.Document, err = goquery.NewDocumentFromReader(strings.NewReader(string(body))); err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *browser) visit(path string) page {
	b.t.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

// submit opens the page, fills its form that goes to action and sends it with everything hidden in it.
func (b *browser) submit(path, action string, fill url.Values) page {
	b.t.Helper()
	p := b.visit(path).want(http.StatusOK)
	form := p.Find(`form[method="post"][action="` + action + `"]`)
	if form.Length() != 1 {
		b.t.Fatalf("%s has %d forms to %s, want 1", path, form.Length(), action)
	}
	values := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) { values.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	for name, v := range fill {
		values[name] = v
	}
	return b.post(action, values)
}

// post sends a form as it is.
func (b *browser) post(path string, values url.Values) page {
	b.t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(req)
}

func (p page) want(status int) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d: %s", p.status, status, p.text("main"))
	}
	return p
}

func (p page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

func (p page) has(selector string) page {
	p.t.Helper()
	if p.Find(selector).Length() == 0 {
		h, _ := p.Find("main").Html()
		p.t.Errorf("there is no %s in %.3000s", selector, h)
	}
	return p
}

func (p page) hasNot(selector string) page {
	p.t.Helper()
	if p.Find(selector).Length() != 0 {
		p.t.Errorf("there is %s", selector)
	}
	return p
}

func joinValues(name string) url.Values {
	return url.Values{"name": {name}, "password": {password}, "affiliation": {"Institute"}, "region": {"eu"}, "locale": {"en"},
		"time_zone": {"Europe/Brussels"}, "consent": {"1"}}
}

// joined is a browser whose owner has just become a member.
func joined(t *testing.T, s *apptest.Site, name string) *browser {
	t.Helper()
	b := newBrowser(t, s)
	b.submit("/en/join", "/en/join", joinValues(name)).want(http.StatusSeeOther)
	return b
}

// as is a browser in which p is signed in.
func as(t *testing.T, s *apptest.Site, name string, role account.Role) *browser {
	t.Helper()
	p := s.Person(name, role, i18n.En)
	b := newBrowser(t, s)
	b.cookies["senet_session"] = &http.Cookie{Name: "senet_session", Value: p.Token}
	return b
}
