package e2e

import (
	"fmt"
	"strings"
	"testing"

	"senet/internal/i18n"
)

// texts are what people type, in their language.
var texts = map[i18n.Locale]struct{ name, title, body, reply, edited, again string }{
	i18n.En: {"Maeve Doyle", "Does a pulse oximeter count as wearable?", "We disagree in our group. **What would you say?**",
		"It does, if it is worn.", "It does, if it is worn **overnight**.", "A third opinion."},
	i18n.Zh: {"周敏", "指夹血氧仪算不算可穿戴设备？", "我们组里意见不一。**您怎么看？**",
		"只要戴在身上就算。", "只要**整夜**戴在身上就算。", "再补充一点意见。"},
}

func TestThread_postReplyEdit(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		text := texts[l]
		w := open(t, setting{as: join(t, text.name, l)})
		w.visit("/" + string(l) + "/c/digital-health")
		w.follow(`main a[href$="/c/digital-health/new"]`)
		w.click(`input[name=kind][value=question]`)
		w.fill(`#title`, text.title)
		w.fill(`#body`, text.body)
		w.follow(submit("form[data-composer]"))
		w.until("the thread is shown", fmt.Sprintf(`document.querySelector("h1").innerText === %q`, text.title))
		if got, want := w.text("main article .prose strong"), strings.Trim(strings.SplitN(text.body, "**", 3)[1], "*"); got != want {
			t.Errorf("the strong words are %q, want %q", got, want)
		}
		if lang := eval[string](w, `document.querySelector("main article .prose").lang`); !strings.HasPrefix(lang, string(l)) {
			t.Errorf("the post is marked as %q, want %q", lang, l)
		}

		w.fill(`#body`, text.reply)
		w.follow(submit("form[data-composer]"))
		w.until("the reply is in its place", fmt.Sprintf(
			`location.hash.startsWith("#post-") && document.querySelector(location.hash)?.innerText.includes(%q)`, text.reply))
		if got := eval[string](w, `document.querySelector("#body").value`); got != "" {
			t.Errorf("the form still holds %q after sending", got)
		}

		w.follow(`main article:last-of-type a[href$="/edit"]`)
		w.fill(`#body`, text.edited)
		w.follow(submit("form[data-composer]"))
		w.shows(`main article:last-of-type .prose strong`, strings.Split(text.edited, "**")[1])

		w.follow(`main article:last-of-type a[href$="/history"]`)
		w.shows("main ins", strings.Split(text.edited, "**")[1])
		if versions := eval[int](w, `document.querySelectorAll("main ol > li").length`); versions != 2 {
			t.Errorf("the history shows %d versions, want 2", versions)
		}
	})
}

func TestSwitchLanguage_keepsPlaceAndAnchor(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		m := join(t, texts[l].name, l)
		th := m.start(t, texts[l].title, texts[l].body)
		reply := m.reply(t, th, texts[l].reply)
		w := open(t, setting{})
		rest := fmt.Sprintf("%s?after=1#post-%d", th.path, reply.ID)
		w.visit("/" + string(l) + rest)
		w.follow(`header [data-switch-language]`)
		if got, want := w.path(), "/"+string(l.Other())+rest; got != want {
			t.Errorf("the switcher leads to %s, want %s", got, want)
		}
		if got := eval[string](w, `document.documentElement.lang`); !strings.HasPrefix(got, string(l.Other())) {
			t.Errorf("the page is in %q, want %q", got, l.Other())
		}
		w.shows(fmt.Sprintf("#post-%d", reply.ID), texts[l].reply)
	})
}

func TestDraft_survivesReloadAndAnotherDevice(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		m := join(t, texts[l].name, l)
		th := m.start(t, texts[l].title, texts[l].body)
		w := open(t, setting{as: m})
		w.visit(th.in(l))
		w.fill(`#body`, texts[l].reply)
		saved, _, _ := strings.Cut(words(t, l).T("forum.draft.saved", "Time", "|"), "|")
		w.shows(`[data-draft-status]`, strings.TrimSpace(saved))
		w.reload()
		if got := eval[string](w, `document.querySelector("#body").value`); got != texts[l].reply {
			t.Errorf("after a reload the form holds %q, want %q", got, texts[l].reply)
		}

		other := open(t, setting{as: m})
		other.visit(th.in(l.Other()))
		if got := eval[string](other, `document.querySelector("#body").value`); got != texts[l].reply {
			t.Errorf("on another device the form holds %q, want %q", got, texts[l].reply)
		}
		other.follow(submit("form[data-composer]"))
		other.shows("main article:last-of-type", texts[l].reply)

		w.visit(th.in(l))
		if got := eval[string](w, `document.querySelector("#body").value`); got != "" {
			t.Errorf("after it was posted the draft is still there: %q", got)
		}
	})
}

func TestThread_newRepliesAppear(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		m := join(t, texts[l].name, l)
		th := m.start(t, texts[l].title, texts[l].body)
		w := open(t, setting{})
		w.visit(th.in(l))
		m.reply(t, th, texts[l].reply)
		w.shows(`[data-newer]`, words(t, l).N("forum.newer", 1))
		m.reply(t, th, texts[l].again)
		w.shows(`[data-newer]`, words(t, l).N("forum.newer", 2))
		if n := eval[int](w, `document.querySelectorAll("main article").length`); n != 1 {
			t.Errorf("%d posts before they were asked for, want 1: nothing that is being read may move", n)
		}
		w.click(`[data-newer] a`)
		w.until("both are there", `document.querySelectorAll("main article").length === 3`)
		w.gone(`[data-newer]`)
		m.reply(t, th, texts[l].edited)
		w.shows(`[data-newer]`, words(t, l).N("forum.newer", 1))
		w.click(`[data-newer] a`)
		w.until("the third is there, once", `[...document.querySelectorAll("main article")].map((a) => a.dataset.number).join() === "1,2,3,4"`)
	})
}

// TestThread_smallThings reacts, keeps, quotes and previews, each without a new page.
func TestThread_smallThings(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		author, reader := join(t, texts[l.Other()].name, l.Other()), join(t, texts[l].name, l)
		th := author.start(t, texts[l.Other()].title, texts[l.Other()].body)
		w := open(t, setting{as: reader})
		w.visit(th.in(l))
		w.until("the script is there", `document.querySelector("form[data-composer] button[data-preview]")?.type === "button"`)
		eval[bool](w, `window.samePage = true`)
		w.click(`button[data-react=insight]`)
		w.shows(`button[data-react=insight][aria-pressed=true] [data-count]`, "1")
		w.click(`button[data-bookmark]`)
		w.until("it is kept", `document.querySelector("button[data-bookmark]").getAttribute("aria-pressed") === "true"`)

		w.click(`a[data-quote-url]`)
		w.until("the quote is in the form", `document.querySelector("#body").value.startsWith("> ")`)
		w.write(texts[l].edited)
		w.click(`button[data-preview]`)
		w.shows(`[data-preview-region] blockquote`, plain(texts[l.Other()].body))
		w.shows(`[data-preview-region] .prose > p strong`, strings.Split(texts[l].edited, "**")[1])
		if !eval[bool](w, `window.samePage === true`) {
			t.Error("one of these has opened a new page")
		}

		answered := func() bool { return !w.watch.waits("/api/v1/posts/") } // the page shows it before the hub has it
		w.untilGo("the hub has it", answered)
		w.reload()
		w.shows(`button[data-react=insight][aria-pressed=true] [data-count]`, "1")
		w.click(`button[data-react=insight]`)
		w.until("it is taken back", `document.querySelector("button[data-react=insight]").getAttribute("aria-pressed") === "false"`)
		w.untilGo("the hub has it", answered)
		w.visit("/" + string(l) + "/bookmarks")
		w.shows("main", texts[l.Other()].title)

		told := open(t, setting{as: author}) // who was quoted hears of it once it is posted
		w.visit(th.in(l))
		w.follow(submit("form[data-composer]"))
		told.visit("/" + string(l.Other()) + "/inbox")
		told.shows("main", reader.name)
	})
}
