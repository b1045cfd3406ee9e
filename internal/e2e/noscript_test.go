package e2e

import (
	"fmt"
	"testing"

	"senet/internal/i18n"
)

// TestWithoutScript reads, joins, posts, replies, edits and talks in a room with JavaScript off.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		w := open(t, setting{noScript: true})
		w.visit("/" + string(l) + longThread(t) + "?after=30")
		w.until("the second page of a long thread can be read", `document.querySelectorAll("main article .prose").length >= 1`)

		w.visit("/" + string(l) + "/join")
		w.fill("#name", texts[l].name)
		w.fill("#password", password)
		w.choose("region", "eu")
		w.click("#consent")
		w.follow(submit("main form"))
		w.shows("h1", words(t, l).T("join.welcome.title", "Name", texts[l].name))

		w.visit("/" + string(l) + "/c/digital-health/new")
		w.fill("#title", texts[l].title)
		w.fill("#body", texts[l].body)
		w.follow(`form[data-composer] button[name=preview]`)
		w.shows(".preview strong", "")
		if got := eval[string](w, `document.querySelector("#title").value`); got != texts[l].title {
			t.Errorf("after the preview the title is %q", got)
		}
		w.follow(submit("form[data-composer]"))
		w.shows("h1", texts[l].title)
		w.fill("#body", texts[l].reply)
		w.follow(submit("form[data-composer]"))
		w.shows("main article:last-of-type .prose", texts[l].reply)
		w.follow(`main article:last-of-type a[href$="/edit"]`)
		w.fill("#body", texts[l].edited)
		w.follow(submit("form[data-composer]"))
		w.shows("main article:last-of-type .prose", plain(texts[l].edited))
		w.follow(`main article button[data-bookmark]`)
		w.until("the bookmark is kept", `document.querySelector("main article button[data-bookmark]").getAttribute("aria-pressed") === "true"`)

		w.visit("/" + string(l) + r.path)
		w.shows(".room-state", words(t, l).T("room.no_script"))
		w.fill("#body", texts[l].reply)
		w.follow(submit("form[data-say]"))
		w.hears(texts[l].reply)
		script(t).say(t, r.id, texts[l].again)
		w.follow(`a[data-refresh]`)
		w.hears(texts[l].reply, texts[l].again)
		w.follow(fmt.Sprintf(`a[href^="/%s"][data-switch-language]`, l.Other()))
		w.hears(texts[l].reply, texts[l].again)
	})
}
