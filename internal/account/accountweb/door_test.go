package accountweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestJoin_page(t *testing.T) {
	s := newSite(t)
	for locale, zone := range map[string]string{"en": "Europe/Brussels", "zh": "Asia/Shanghai"} {
		p := newBrowser(t, s).visit("/" + locale + "/join?back=/" + locale + "/challenges").want(200)
		for _, field := range []string{`input[name=name][autocomplete=name][required]`, `input[name=email][type=email][autocomplete=email]:not([required])`,
			`input[name=password][autocomplete=new-password]`, `input[name=affiliation][autocomplete=organization]`,
			`input[name=region][value=cn]:not([checked])`, `input[name=consent][type=checkbox]`, `input[name=client_id]`, `input[name=_csrf]`,
			`input[name=back][value="/` + locale + `/challenges"]`, `select[name=locale] option[value=` + locale + `][selected]`,
			`select[data-zone-guess] option[value="` + zone + `"][selected]`, `script[src*="zone"]`, `a[href="/` + locale + `/privacy"]`} {
			p.has(field)
		}
		p.Find("main input:not([type=hidden]), main select").Each(func(_ int, in *goquerySelection) {
			id, ok := in.Attr("id")
			if label := p.Find(`label[for="` + id + `"]`).Length(); (!ok || label == 0) && in.ParentsFiltered("label").Length() == 0 {
				t.Errorf("%s: field %s has no label", locale, in.AttrOr("name", ""))
			}
		})
	}
}

// TestJoin_zonesInOrder: places of the same time stand in the order of the reader's language.
func TestJoin_zonesInOrder(t *testing.T) {
	s := newSite(t)
	for locale, want := range map[string]struct {
		zones []string
		utc   string
	}{
		"en": {[]string{"Amsterdam", "Berlin", "Brussels", "Madrid", "Oslo", "Paris", "Zurich"}, "Coordinated Universal Time (UTC+00:00)"},
		// 阿姆斯特丹, 奥斯陆, 巴黎, 柏林, 布鲁塞尔, 马德里, 苏黎世
		"zh": {[]string{"Amsterdam", "Oslo", "Paris", "Berlin", "Brussels", "Madrid", "Zurich"}, "协调世界时（UTC+00:00）"},
	} {
		options := newBrowser(t, s).visit("/" + locale + "/join").want(200).Find("#time_zone option")
		var got []string
		options.Each(func(_ int, o *goquery.Selection) {
			if name := strings.TrimPrefix(o.AttrOr("value", ""), "Europe/"); slices.Contains(want.zones, name) {
				got = append(got, name)
			}
		})
		if !slices.Equal(got, want.zones) {
			t.Errorf("%s: the zones stand in the order %v, want %v", locale, got, want.zones)
		}
		if got := options.Filter(`[value=UTC]`).Text(); got != want.utc {
			t.Errorf("%s: UTC is offered as %q, want %q", locale, got, want.utc)
		}
	}
}

func TestJoin(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	values := joinValues("Web Joiner")
	values.Set("locale", "zh")
	p := b.submit("/en/join?back=/en/challenges", "/en/join", values).want(http.StatusSeeOther)
	if p.location != "/zh/welcome?back=%2Fen%2Fchallenges" {
		t.Errorf("joined and led to %s", p.location)
	}
	c := p.set["senet_session"]
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge <= 0 || c.Secure {
		t.Errorf("session cookie %+v, want HttpOnly, Lax, whole site, not Secure over http", c)
	}
	w := b.visit(p.location).want(200)
	if !strings.Contains(w.text("main"), "@WebJoiner") {
		t.Errorf("the welcome does not name the handle: %s", w.text("main"))
	}
	w.has(`a.primary[href="/en/challenges"]`)
	b.visit("/en/join").want(http.StatusSeeOther) // who is a member need not join
}

func TestJoin_wrong(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	p := b.submit("/zh/join", "/zh/join", url.Values{"name": {"王芳"}, "email": {"not an address"}, "password": {"short"},
		"affiliation": {"某医院"}, "locale": {"zh"}, "time_zone": {"Mars/Base"}}).want(http.StatusUnprocessableEntity)
	p.has(`input[name=name][value="王芳"]`).has(`input[name=affiliation][value="某医院"]`).has(`input[name=email][value="not an address"]`)
	p.has(`[role=alert] a[href="#email"]`).has(`[role=alert] a[href="#password"]`).has(`[role=alert] a[href="#region"]`)
	p.has(`[role=alert] a[href="#consent"]`).has(`[role=alert] a[href="#time_zone"]`)
	p.has(`input[name=email][aria-invalid=true][aria-describedby~="email-error"]`)
	p.hasNot(`input[type=password][value]`).hasNot(`select[data-zone-guess]`)
	for _, id := range []string{"email", "password", "region", "consent", "time_zone"} {
		p.has("#" + id).has("#" + id + "-error")
	}
	if p.set["senet_session"] != nil {
		t.Error("a refused form opens a session")
	}
}

func TestJoin_hostile(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	broken := joinValues("x")
	broken.Set("name", "Anna\xff")
	b.submit("/en/join", "/en/join", broken).want(http.StatusBadRequest)
	for name, value := range map[string]string{"name": strings.Repeat("龙", 30_000), "email": "a\x00@b.c", "time_zone": "../../etc/passwd",
		"region": strings.Repeat("x", 9999), "locale": "../x", "affiliation": strings.Repeat("\u0301", 2000)} {
		v := joinValues("Hostile Person")
		v.Set(name, value)
		p := b.submit("/en/join", "/en/join", v)
		if p.status != http.StatusUnprocessableEntity && p.status != http.StatusSeeOther {
			t.Errorf("hostile %s: status %d", name, p.status)
		}
		b.cookies = map[string]*http.Cookie{}
	}
}

func TestJoin_forged(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	b.post("/en/join", joinValues("Forged Member")).want(http.StatusForbidden)
	b.visit("/en/join")
	values := joinValues("Forged Member")
	values.Set("_csrf", "guessed")
	b.post("/en/join", values).want(http.StatusForbidden)
	for _, path := range []string{"/en/sign-in", "/en/sign-out", "/en/settings", "/en/settings/password", "/en/settings/sessions/1", "/en/settings/sessions/others", "/en/appearance"} {
		b.post(path, url.Values{}).want(http.StatusForbidden)
	}
}

// TestJoin_trap: whoever fills in what people do not see does not become a member; somebody whose browser did it can mend that.
func TestJoin_trap(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	form := joinValues("Robot Filler")
	form.Set("website", "https://evil.example")
	b.submit("/en/join", "/en/join", form).want(http.StatusUnprocessableEntity).has("#website-error").hasNot(".visually-hidden #website").
		has(`input[name=name][value="Robot Filler"]`)
	form.Del("website")
	b.submit("/en/join", "/en/join", form).want(http.StatusSeeOther)
}

func TestJoin_limit(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	var p page
	for range 41 {
		if p = b.submit("/en/join", "/en/join", url.Values{"name": {"Kept Name"}}); p.status == http.StatusTooManyRequests {
			break
		}
	}
	p.want(http.StatusTooManyRequests).has(`input[name=name][value="Kept Name"]`)
	if s, err := strconv.Atoi(p.header.Get("Retry-After")); err != nil || s < 1 || s > 60 {
		t.Errorf("Retry-After %q", p.header.Get("Retry-After"))
	}
}

func TestJoin_takenEmailLooksTheSame(t *testing.T) {
	s := newSite(t)
	locations := map[string]bool{}
	for _, name := range []string{"First Claim", "Other Claim"} {
		values := joinValues(name)
		values.Set("email", "same@example.org")
		b := newBrowser(t, s)
		p := b.submit("/en/join", "/en/join", values).want(http.StatusSeeOther)
		locations[p.location] = true
		w := b.visit(p.location)
		locations[strings.ReplaceAll(strings.ReplaceAll(w.text("main"), name, "N"), strings.ReplaceAll(name, " ", ""), "H")] = true
		b.visit("/en/settings").has(`main:contains("same@example.org")`)
	}
	if len(locations) != 2 {
		t.Errorf("the second claim of an e-mail is answered otherwise: %v", locations)
	}
}

func TestSignIn(t *testing.T) {
	s := newSite(t)
	joined(t, s, "Returning Person")
	b := newBrowser(t, s)
	b.visit("/en/sign-in").want(200).has(`input[name=login][autocomplete=username]`).has(`input[name=password][autocomplete=current-password]`).
		has(`a[href="/en/join"]`)
	p := b.submit("/zh/sign-in", "/zh/sign-in", url.Values{"login": {"ReturningPerson"}, "password": {password}}).want(http.StatusSeeOther)
	if p.location != "/en" {
		t.Errorf("led to %s, want home in the member's language", p.location)
	}
	first := p.set["senet_session"].Value
	if c := p.set["senet_session"]; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %+v", c)
	}
	if q := b.visit("/en/sign-in?back=/en/t/1").want(http.StatusSeeOther); q.location != "/en/t/1" {
		t.Errorf("who is signed in is led to %s", q.location)
	}
	b.submit("/en/settings", "/en/sign-out", nil).want(http.StatusSeeOther)
	if b.cookies["senet_session"] != nil {
		t.Error("signing out leaves the cookie")
	}
	b.cookies["senet_session"] = &http.Cookie{Name: "senet_session", Value: first}
	if q := b.visit("/en/settings").want(http.StatusSeeOther); q.location != "/en/sign-in?back=%2Fen%2Fsettings" {
		t.Errorf("the old token leads to %s", q.location)
	}
}

func TestSignIn_back(t *testing.T) {
	s := newSite(t)
	joined(t, s, "Backward Person")
	for back, want := range map[string]string{"/zh/t/7?x=1#post-9": "/zh/t/7?x=1#post-9", "//evil.example": "/en", "https://evil.example": "/en",
		`/\evil.example`: "/en", "/en\r\nSet-Cookie: x=1": "/en", "": "/en"} {
		b := newBrowser(t, s)
		p := b.submit("/en/sign-in?back="+url.QueryEscape(back), "/en/sign-in", url.Values{"login": {"@backwardperson"}, "password": {password}}).want(http.StatusSeeOther)
		if p.location != want {
			t.Errorf("back %q leads to %q, want %q", back, p.location, want)
		}
		b = newBrowser(t, s)
		p = b.submit("/en/sign-in", "/en/sign-in", url.Values{"login": {"@backwardperson"}, "password": {password}, "back": {back}}).want(http.StatusSeeOther)
		if p.location != want {
			t.Errorf("typed back %q leads to %q, want %q", back, p.location, want)
		}
	}
}

func TestSignIn_wrong(t *testing.T) {
	s := newSite(t)
	joined(t, s, "Known Person")
	var answers []string
	for _, login := range []string{"KnownPerson", "NobodyThere"} {
		p := newBrowser(t, s).submit("/en/sign-in?back=/en/challenges", "/en/sign-in", url.Values{"login": {login}, "password": {"wrong"}}).want(422)
		p.has(`[role=alert]`).has(`input[name=login][value="` + login + `"]`).hasNot(`input[type=password][value]`).has(`input[name=back][value="/en/challenges"]`)
		answers = append(answers, strings.ReplaceAll(p.text("main"), login, ""))
	}
	if answers[0] != answers[1] {
		t.Errorf("known: %s\nunknown: %s", answers[0], answers[1])
	}
	b := newBrowser(t, s)
	b.submit("/en/sign-in", "/en/sign-in", url.Values{"login": {"\xff"}, "password": {"x"}}).want(400)
	b.submit("/en/sign-in", "/en/sign-in", url.Values{"login": {strings.Repeat("x", 100_000)}, "password": {strings.Repeat("y", 100_000)}}).want(422)
	b.submit("/en/sign-in", "/en/sign-in", nil).want(422)
}

func TestSignIn_paused(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	for range 10 {
		b.submit("/zh/sign-in", "/zh/sign-in", url.Values{"login": {"PausedTarget"}, "password": {"wrong"}}).want(422)
	}
	p := b.submit("/zh/sign-in", "/zh/sign-in", url.Values{"login": {"PausedTarget"}, "password": {"wrong"}}).want(429)
	if s, err := strconv.Atoi(p.header.Get("Retry-After")); err != nil || s < 800 || s > 900 {
		t.Errorf("Retry-After %q", p.header.Get("Retry-After"))
	}
	p.has(`[role=alert]`)
}

func TestSetup(t *testing.T) {
	s := newSite(t)
	token, ok, err := s.Hub.Accounts.SetupLink(t.Context())
	if err != nil || !ok {
		t.Fatalf("setup link: %v, %v", ok, err)
	}
	b := newBrowser(t, s)
	b.visit("/en/setup/made-up").want(404)
	path := "/en/setup/" + token
	b.visit(path).want(200).hasNot(`a[href^="/en/sign-in"].door-other`)
	b.submit(path, path, url.Values{"name": {"Half Filled"}}).want(422).has(`input[name=name][value="Half Filled"]`)
	b.submit(path, path, joinValues("First Administrator")).want(http.StatusSeeOther)
	b.visit("/en/admin/members").want(200).has(`main:contains("First Administrator")`)
	again := newBrowser(t, s)
	again.visit(path).want(404)
	again.visit("/en/join") // for the token of forms
	values := joinValues("Second Administrator")
	values.Set("_csrf", again.visit("/en/join").Find("main input[name=_csrf]").AttrOr("value", ""))
	again.post(path, values).want(404)
}

func TestPages_withoutMember(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	for _, locale := range []string{"en", "zh"} {
		p := b.visit("/" + locale + "/privacy").want(200).has("h1").has(`code:contains("senet_visitor")`)
		if len(p.set) != 0 {
			t.Errorf("the privacy page sets cookies: %v", p.set)
		}
		for _, path := range []string{"/join", "/sign-in", "/privacy", "/appearance"} {
			if text := b.visit("/" + locale + path).want(200).text("main"); strings.Contains(text, "{{") || strings.Contains(text, "join.") || strings.Contains(text, "privacy.") {
				t.Errorf("%s%s shows a key: %s", locale, path, text)
			}
		}
	}
	for _, path := range []string{"/en/settings", "/en/welcome", "/en/admin/members"} {
		b.visit(path).want(http.StatusSeeOther)
	}
	for _, path := range []string{"/en/m/0", "/en/m/99999999999999999999", "/en/m/nobody", "/en/m/%00", "/en/m/%ff", "/en/m/-1"} {
		if p := b.visit(path); p.status != 404 && p.status != 400 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
}

func TestAppearance(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	b.visit("/en/appearance").has(`input[name=theme][value=auto][checked]`)
	p := b.submit("/en/appearance", "/en/appearance", url.Values{"theme": {"dark"}}).want(http.StatusSeeOther)
	if c := p.set["senet_theme"]; c == nil || c.Value != "dark" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %+v", p.set)
	}
	b.visit("/en/appearance").has(`html[data-theme=dark]`).has(`input[name=theme][value=dark][checked]`)
	b.submit("/en/appearance", "/en/appearance", url.Values{"theme": {"auto"}}).want(http.StatusSeeOther)
	b.visit("/en/appearance").has(`html:not([data-theme])`)
	b.submit("/en/appearance", "/en/appearance", url.Values{"theme": {"pink"}}).want(400)
}

func TestSecureCookie_https(t *testing.T) {
	req := httptest.NewRequest(http.MethodGet, "/en/appearance", nil)
	if c := secureSite(t).send(req).set["senet_visitor"]; c == nil || !c.Secure || !c.HttpOnly {
		t.Errorf("over https the cookie is %+v, want Secure", c)
	}
}
