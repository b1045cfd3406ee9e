package translationweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/engine/enginetest"
)

// bothSides are settings with an engine outside, which is asked first, and one inside.
func bothSides(outside, inside *enginetest.Server) engine.Settings {
	return engine.Settings{Order: []string{"deepl", "libretranslate"}, Inside: []string{"libretranslate"}, DeepLKey: outside.Key,
		DeepLURL: outside.URL, LibreTranslateURL: inside.URL, LibreTranslateKey: inside.Key}
}

const say = `
	with r as (update rooms set seq = seq + 1 returning id, seq)
	insert into messages (room_id, seq, author_id, client_id, body, html, lang)
	select id, seq, $1, gen_random_uuid(), 'A message of the room', 'A message of the room', 'en' from r returning id`

// TestKeepInside: what an administrator keeps inside never reaches an engine outside, title, post and message.
func TestKeepInside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		form            url.Values
		outside, inside string // texts that reach each engine
	}{
		{"neither", url.Values{}, "How to share data|Opening of How to share data|A message of the room", ""},
		{"the room", url.Values{"room_inside": {"1"}}, "How to share data|Opening of How to share data", "A message of the room"},
		{"the challenge", url.Values{"keep_inside": {"1"}}, "", "How to share data|Opening of How to share data|A message of the room"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deepl, libre := enginetest.DeepL(t), enginetest.Libre(t)
			s := apptest.New(t, pgtest.Tx(t), bothSides(deepl, libre))
			admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
			st := s.Thread(admin, "How to share data", 0)
			var message int64
			if err := s.Store.QueryRow(t.Context(), say, admin.ID).Scan(&message); err != nil {
				t.Fatal(err)
			}
			form := url.Values{"slug": {"amr"}, "title_en": {"Antimicrobial resistance"}}
			for name, value := range c.form {
				form[name] = value
			}
			path := fmt.Sprintf("/en/admin/challenges/%d", count(s, `select id from challenges`))
			s.Submit(admin, path, form).Want(303)
			page := s.Visit(admin, path).Want(200)
			for _, name := range []string{"keep_inside", "room_inside"} {
				if got, want := page.Find("[name="+name+"][checked]").Length() == 1, form.Has(name); got != want {
					t.Errorf("%s is checked: %v, want %v", name, got, want)
				}
			}
			for _, sub := range []translation.Subject{{Kind: translation.Thread, ID: int64(st.ID)}, {Kind: translation.Post, ID: int64(st.PostID)}, {Kind: translation.Message, ID: message}} {
				if err := s.Hub.Translation.Work(t.Context(), translation.Task{Subject: sub, Locale: i18n.Zh}); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Join(deepl.Texts(), "|"); got != c.outside {
				t.Errorf("outside went %q, want %q", got, c.outside)
			}
			if got := strings.Join(libre.Texts(), "|"); got != c.inside {
				t.Errorf("inside went %q, want %q", got, c.inside)
			}
		})
	}
}

func TestKeepInside_logAndUndo(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	form := url.Values{"slug": {"amr"}, "title_en": {"Antimicrobial resistance"}, "keep_inside": {"1"}}
	s.Submit(admin, fmt.Sprintf("/en/admin/challenges/%d", count(s, `select id from challenges`)), form).Want(303)
	log := s.Visit(admin, "/zh/moderation").Want(200)
	if got := log.Text(".log-row:first-child"); !strings.Contains(got, "不再发送给机构外部的引擎") || strings.Contains(got, "其聊天室的内容") {
		t.Errorf("the log says %q", got)
	}
	s.Submit(admin, log.Find(".log-row:first-child form").AttrOr("action", ""), nil).Want(303)
	if n := count(s, `select count(*) from challenges where keep_inside`); n != 0 {
		t.Error("undone, and the challenge is still kept inside")
	}
	if n := count(s, `select count(*) from challenges where title_zh <> ''`); n != 1 {
		t.Error("undone, and the Chinese title is not back")
	}
}

func TestPrivacy_noEngine(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	if got := s.Visit(apptest.Person{}, "/en/privacy").Want(200).Text(".prose"); !strings.Contains(got, "No engine is on: nothing is sent anywhere") {
		t.Errorf("without engines the page says %q", got)
	}
}

func TestPrivacy_engines(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t), bothSides(enginetest.DeepL(t), enginetest.Libre(t)))
	en := s.Visit(apptest.Person{}, "/en/privacy").Want(200).Text(".prose li")
	if !strings.Contains(en, "DeepL runs outside the house") || !strings.Contains(en, "LibreTranslate runs inside the house") {
		t.Errorf("of the engines the page says %q", en)
	}
	zh := s.Visit(apptest.Person{}, "/zh/privacy").Want(200).Text(".prose")
	for _, want := range []string{"机器翻译", "电子邮箱、链接", "可以将某项健康挑战或其聊天室排除在外"} {
		if !strings.Contains(zh, want) {
			t.Errorf("the Chinese page does not say %q", want)
		}
	}
}

// TestTrust: a moderator trusts a member, who is told, can review, and has it on their page; and takes it back.
func TestTrust(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	mod, member, other := s.Person("Anna Weber", account.RoleModerator, i18n.En), s.Person("Wang Min", account.RoleMember, i18n.Zh), s.Person("Jan Novak", account.RoleMember, i18n.En)
	page := fmt.Sprintf("/en/m/%d", member.ID)
	if s.Visit(other, page).Find("a[href*='/moderation/']").Length() > 0 {
		t.Error("a member is offered to trust another")
	}
	ask := s.Visit(mod, page).Find("a[href*='/trust']").AttrOr("href", "")
	if got := s.Visit(mod, ask).Want(200).Text("h1"); got != "Trust this member as translator" {
		t.Errorf("the form is headed %q", got)
	}
	path, _, _ := strings.Cut(ask, "?")
	s.Submit(other, path, nil).Want(403)
	to := s.Submit(mod, path, url.Values{"reason": {"译得很好"}, "back": {page}}).Want(303).Header.Get("Location")
	a := s.Visit(mod, to).Want(200)
	if got := a.Text(".profile-head .badge"); got != "Trusted translator" {
		t.Errorf("the badge says %q", got)
	}
	if got := a.Text(".moderated"); !strings.Contains(got, "A trusted translator from now on") || !strings.Contains(got, "Undo") {
		t.Errorf("of what was done the page says %q", got)
	}
	if got := s.Visit(member, "/zh/inbox").Want(200).Text(".inbox-row"); !strings.Contains(got, "您已成为受信任的译者") || !strings.Contains(got, "译得很好") {
		t.Errorf("the member reads %q", got)
	}
	if v, err := s.Hub.Accounts.BySession(t.Context(), member.Token); err != nil || !v.Reviews() {
		t.Errorf("the member reviews: %v (%v)", v.Reviews(), err)
	}
	s.Submit(mod, path, nil).Want(409)
	s.Submit(mod, strings.Replace(path, "/trust", "/distrust", 1), nil).Want(303)
	if got := s.Visit(mod, page).Find(".profile-head .badge").Length(); got != 0 {
		t.Errorf("%d badges are left", got)
	}
	if got := s.Visit(mod, "/zh/moderation").Text(".log-row:first-child"); !strings.Contains(got, "Anna Weber取消了对Wang Min的译者信任") {
		t.Errorf("the log says %q", got)
	}
	s.Submit(mod, fmt.Sprintf("/en/moderation/members/%d/trust", mod.ID), nil).Want(409)
}
