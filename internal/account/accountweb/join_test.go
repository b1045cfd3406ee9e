package accountweb_test

import (
	"net/http"
	"testing"
	"time"

	"senet/internal/i18n"
)

// TestJoin_quick: who is too fast finds everything as it was typed, one plain word, and a stamp with which it works.
func TestJoin_quick(t *testing.T) {
	s := newSite(t)
	s.Exec(`update moderation_policy set join_seconds = 1, raid_until = now() + interval '1 hour'`)
	for locale, word := range map[string]string{"en": "That was quick. Please send it once more.", "zh": "提交得太快了，请再提交一次。"} {
		b := newBrowser(t, s)
		path := "/" + locale + "/join"
		first := b.visit(path).Find("input[name=stamp]").AttrOr("value", "")
		form := joinValues("Quick Typist " + locale)
		p := b.submit(path, path, form).want(http.StatusUnprocessableEntity)
		p.has(`input[name=name][value="Quick Typist ` + locale + `"]`).has(`input[name=affiliation][value="Institute"]`).has("#consent[checked]")
		if got := p.text("main [role=alert]"); got != word {
			t.Errorf("%s: the page says %q, want %q", locale, got, word)
		}
		stamp := p.Find("input[name=stamp]").AttrOr("value", "")
		if stamp == "" || stamp == first {
			t.Errorf("%s: the stamp is %q, want a fresh one", locale, stamp)
		}
		form.Set("stamp", stamp)
		form.Set("_csrf", p.Find("main input[name=_csrf]").AttrOr("value", ""))
		time.Sleep(1100 * time.Millisecond) // what is tested is the time itself
		b.post(path, form).want(http.StatusSeeOther)
	}
}

// TestJoin_mistyped: somebody who has mistyped something does not wait again.
func TestJoin_mistyped(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	form := joinValues("Slow Typist")
	form.Set("password", "short")
	form.Set("stamp", "kept")
	b.submit("/en/join", "/en/join", form).want(http.StatusUnprocessableEntity).has(`input[name=stamp][value=kept]`)
}

// TestJoin_raid: while the raid switch is on the page sets a puzzle, and who joins without scripts waits and is told so.
func TestJoin_raid(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s)
	b.visit("/en/join").hasNot("[data-puzzle]").hasNot(`script[src*="puzzle"]`)
	s.Exec(`update moderation_policy set raid_until = now() + interval '1 hour'`)
	p := b.visit("/en/join").has(`[data-puzzle][data-parts="8"][data-bits="12"]`).has(`script[type=module][src*="puzzle"]`).has("main .notice")
	token := p.Find("input[name=puzzle]").AttrOr("value", "")
	form := joinValues("Wrong Solver")
	form.Set("proof", "1,2,3,4,5,6,7,8")
	p = b.submit("/en/join", "/en/join", form).want(http.StatusUnprocessableEntity).has(`input[name=name][value="Wrong Solver"]`)
	if fresh := p.Find("input[name=puzzle]").AttrOr("value", ""); fresh == "" || fresh == token {
		t.Errorf("the puzzle is %q, want another one", fresh)
	}
	form.Del("proof")
	form.Set("name", "Scriptless Person")
	b.submit("/en/join", "/en/join", form).want(http.StatusSeeOther)
	for locale, words := range map[i18n.Locale]string{
		"en": "An administrator or moderator will look at your application. Until then you can read everything, and write nothing.",
		"zh": "您的加入申请将由管理员或版主审核。通过之前，您可以浏览全部内容，但不能发言。"} {
		if got := b.visit("/" + string(locale) + "/challenges").text(".site-waiting"); got != words {
			t.Errorf("%s: the banner says %q", locale, got)
		}
	}
}
