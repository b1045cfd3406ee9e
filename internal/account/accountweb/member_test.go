package accountweb_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"senet/internal/account"
	"senet/internal/app"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

type goquerySelection = goquery.Selection

// secureSite is a browser at a hub whose base URL is https.
func secureSite(t *testing.T) *browser {
	t.Helper()
	t.Parallel()
	base, _ := url.Parse("https://hub.test")
	hub, err := app.Build(app.Given(pg.NewStore(pgtest.Tx(t))), app.Options{BaseURL: base, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return newBrowser(t, &apptest.Site{T: t, Hub: hub})
}

func TestSettings(t *testing.T) {
	s := newSite(t)
	b := joined(t, s, "Settled Person")
	b.visit("/en/settings").want(200).has(`input[name=name][value="Settled Person"]`).has(`input[name=region][value=eu][checked]`).
		has(`option[value="Europe/Brussels"][selected]`).has(`main:contains("@SettledPerson")`).has(`.session:contains("Firefox")`).hasNot(`select[data-zone-guess]`)
	p := b.submit("/en/settings", "/en/settings", url.Values{"name": {"改名的人"}, "affiliation": {"某大学"}, "region": {"cn"}, "locale": {"zh"},
		"time_zone": {"America/Indiana/Knox"}}).want(http.StatusSeeOther)
	if p.location != "/zh/settings?done=saved" {
		t.Errorf("saved and led to %s, want the page in the new language", p.location)
	}
	b.visit(p.location).want(200).has(`[role=status]`).has(`input[name=name][value="改名的人"]`).has(`option[value="America/Indiana/Knox"][selected]`)
	p = b.submit("/en/settings", "/en/settings", url.Values{"name": {""}, "affiliation": {"Kept Text"}, "region": {"x"}, "locale": {"x"}, "time_zone": {"x"}}).want(422)
	p.has(`input[name=affiliation][value="Kept Text"]`).has(`[role=alert] a[href="#name"]`).has(`[role=alert] a[href="#locale"]`)
	if l := b.visit("/en/settings?done=%3Cscript%3E").want(200); l.Find("main [role=status]").Length() != 0 {
		t.Error("an unknown ?done= says something")
	}
}

func TestSettings_password(t *testing.T) {
	s := newSite(t)
	b := joined(t, s, "Changing Person")
	const path = "/en/settings/password"
	p := b.submit("/en/settings", path, url.Values{"current_password": {"wrong one here"}, "new_password": {"eight quiet herons"}}).want(422)
	p.has(`#current_password-error`).hasNot(`input[type=password][value]`).has(`input[name=name][value="Changing Person"]`)
	b.submit("/en/settings", path, url.Values{"current_password": {password}, "new_password": {"short"}}).want(422).has(`#new_password-error`)
	b.submit("/en/settings", path, url.Values{"current_password": {password}, "new_password": {"eight quiet herons"}}).want(http.StatusSeeOther)
	b.visit("/en/settings").want(200)
	newBrowser(t, s).submit("/en/sign-in", "/en/sign-in", url.Values{"login": {"ChangingPerson"}, "password": {"eight quiet herons"}}).want(http.StatusSeeOther)
}

func TestSettings_sessions(t *testing.T) {
	s := newSite(t)
	one := joined(t, s, "Sessional Person")
	two := newBrowser(t, s)
	two.submit("/en/sign-in", "/en/sign-in", url.Values{"login": {"SessionalPerson"}, "password": {password}}).want(http.StatusSeeOther)
	p := one.visit("/en/settings").want(200)
	if n := p.Find(".session").Length(); n != 2 {
		t.Fatalf("%d sessions are listed, want 2", n)
	}
	action := p.Find(".session form").AttrOr("action", "")
	stranger := joined(t, s, "Strange Person")
	stranger.post(action, url.Values{"_csrf": {stranger.visit("/en/settings").Find("main input[name=_csrf]").AttrOr("value", "")}}).want(404)
	two.visit("/en/settings").want(200)
	one.submit("/en/settings", action, nil).want(http.StatusSeeOther)
	two.visit("/en/settings").want(http.StatusSeeOther) // to sign in
	one.visit("/en/settings").want(200).hasNot(`form[action="/en/settings/sessions/others"]`)
}

func TestProfile(t *testing.T) {
	s := newSite(t)
	values := joinValues("张 敏")
	values.Set("email", "zhang@example.cn")
	values.Set("region", "cn")
	b := newBrowser(t, s)
	b.submit("/zh/join", "/zh/join", values).want(http.StatusSeeOther)
	visitor := newBrowser(t, s)
	p := visitor.visit("/en/m/" + url.PathEscape("张敏")).want(200)
	if text := p.text("main"); !strings.Contains(text, "张 敏") || !strings.Contains(text, "Institute") || !strings.Contains(text, "China") || strings.Contains(text, "zhang@") {
		t.Errorf("profile: %s", text)
	}
	if got := p.text("h1 .reading"); got != "Zhang Min" {
		t.Errorf("a reader of English is told that 张 敏 is read %q", got)
	}
	visitor.visit("/zh/m/张敏").want(200).hasNot(`.reading`).has(`.facts [lang=en]:contains("English")`)
	visitor.visit("/en/m/@%E5%BC%A0%E6%95%8F").want(200)
	b.visit("/zh/m/张敏").want(200).has(`a[href="/zh/settings"]`)
	if q := visitor.visit("/m/1"); q.status != http.StatusFound || q.location != "/en/m/1" {
		t.Errorf("an address without a language: %d %s", q.status, q.location)
	}
}

func TestMembers(t *testing.T) {
	s := newSite(t)
	admin := as(t, s, "Listing Admin", account.RoleAdmin)
	target := s.Person("Listed Target", account.RoleMember, i18n.En)
	as(t, s, "Other Moderator", account.RoleModerator).visit("/en/admin/members").want(403)
	p := admin.visit("/en/admin/members?q=listed").want(200).has(`main:contains("Listed Target")`).hasNot(`tr:contains("Listing Admin")`)
	action := p.Find("tbody form").AttrOr("action", "")
	p.has(`tbody form select[name=role] option[value=member][selected]`).has(`tbody form textarea[name=reason]`)
	q := admin.submit("/en/admin/members?q=listed", action, url.Values{"role": {"moderator"}, "reason": {"Knows the field"}}).want(http.StatusSeeOther)
	if !strings.HasPrefix(q.location, "/en/admin/members?") {
		t.Errorf("led to %s", q.location)
	}
	admin.visit(q.location).want(200)
	if m, err := s.Hub.Accounts.FindMember(t.Context(), account.Visitor(), target.ID); err != nil || m.Role != account.RoleModerator {
		t.Errorf("%+v, %v", m, err)
	}
	admin.visit("/zh/admin/members?role=moderator").want(200).has(`tr:contains("Listed Target")`).hasNot(`tr:contains("Listing Admin")`)
	admin.visit("/en/admin/members?q=listing").want(200).hasNot(`tbody form`) // nobody changes their own role
	admin.visit("/en/admin/members?q=nobody+at+all").want(200).has(`.empty`)
	admin.visit("/en/admin/members?before=x").want(400)
	admin.visit("/en/admin/members?q=%00").want(400)
	admin.visit("/en/admin/members?q=%ff").want(400)
	admin.visit("/en/admin/members?role=king").want(200)
}

// TestMember_waiting: moderators see on a profile that its owner waits for one of them, and where to answer.
func TestMember_waiting(t *testing.T) {
	s := newSite(t)
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	s.Exec(`update members set applied_at = now() where id = $1`, anna.ID)
	mod := as(t, s, "Moderator", account.RoleModerator)
	mod.visit("/en/m/annaweber").want(200).has(`.badge:contains("Waits for a moderator")`).
		has(fmt.Sprintf(`a[href^="/en/moderation/members/%d/approve"]`, anna.ID)).has(fmt.Sprintf(`a[href^="/en/moderation/members/%d/reject"]`, anna.ID))
	as(t, s, "Reader", account.RoleMember).visit("/en/m/annaweber").want(200).hasNot(`.badge:contains("Waits")`).hasNot(`a[href*="/approve"]`)
	as(t, s, "Admin", account.RoleAdmin).visit("/zh/admin/members?q=annaweber").want(200).has(`.badge:contains("申请待审")`)
}
