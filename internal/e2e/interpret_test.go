package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/google/uuid"

	"senet/internal/i18n"
)

// talk is what an interpreter works on: by the language that it is read in, what was said in the other, and what becomes
// of it.
var talk = map[i18n.Locale]struct{ said, first, better, draft string }{
	i18n.En: {"**夜间**血氧监测需要更多数据。", "Oxygen monitoring at night needs more data.", "Monitoring oxygen **overnight** needs more data.", "yejian"},
	i18n.Zh: {"Monitoring oxygen **overnight** needs more data.", "晚上的血氧监测需要更多数据。", "**夜间**血氧监测需要更多数据。", "yejian"},
}

// messageOf is the id of the message with that seq.
func messageOf(t testing.TB, r room, seq int64) int64 {
	t.Helper()
	type item struct{ Data struct{ ID int64 } }
	events := call[struct{ Items []item }](t, admin(t), http.MethodGet, fmt.Sprintf("/rooms/%d/events?after=%d", r.id, seq-1), nil)
	return events.Items[0].Data.ID
}

// translate writes the translation of a message over the API.
func (m *member) translate(t testing.TB, id int64, l i18n.Locale, text string) {
	t.Helper()
	call[any](t, m, http.MethodPut, fmt.Sprintf("/messages/%d/translations/%s", id, l), map[string]string{"text": text})
}

// quoted is a text as a string of JavaScript.
func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// reads waits until the message that a window shows as translated says so.
func (w *window) readsIn(msg, text string) {
	w.t.Helper()
	w.until(msg+" reads "+text, fmt.Sprintf(`[...document.querySelectorAll("%s .prose")].filter((e) => e.checkVisibility()).map((e) => e.innerText.trim()).join() === %s`, msg, quoted(plain(text))))
}

// escape is the key that closes things.
var escape = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27}

// TestRoom_interpreter has three people in a room: one speaks, one reads the other language, and an interpreter between
// them translates and corrects without leaving it.
func TestRoom_interpreter(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		speaker := join(t, texts[l.Other()].name, l.Other())
		interpreter := join(t, texts[l].name, l)
		there, here, desk := open(t, setting{as: speaker}), open(t, setting{}), open(t, setting{as: interpreter, may: refused})
		there.enter(r, l.Other(), "live")
		here.enter(r, l, "live")
		desk.enter(r, l, "live")
		words, text := words(t, l), talk[l]

		there.fill("#body", text.said)
		there.pressEnter()
		const msg = "#log .msg:last-of-type"
		desk.readsIn(msg, text.said)
		desk.click(msg + " .msg-tools a[data-improve]")
		desk.until("the editor is ready", `document.activeElement.matches(".msg-editor textarea:not([readonly])")`)
		if got := eval[string](desk, `document.activeElement.value`); got != "" {
			t.Errorf("the editor of an untranslated message holds %q", got)
		}
		desk.readsIn(msg, text.said) // the source stays in sight
		desk.write(text.first)
		desk.pressEnter() // a new line
		desk.press(enter, ctrl)
		here.readsIn(msg, text.first)
		desk.gone(msg + " .msg-editor")
		desk.readsIn(msg, text.first)
		here.shows(msg+" .provenance", interpreter.name)
		desk.shows("[data-told]", words.T("room.translate.saved"))
		if !eval[bool](desk, `document.activeElement.matches(".provenance a[data-improve]")`) {
			t.Error("after saving, the focus is not on the way back to the translation")
		}

		desk.click(msg + " .provenance a[data-improve]")
		desk.until("the editor holds the translation", fmt.Sprintf(`document.querySelector(".msg-editor textarea").value === %s`, quoted(text.first)))
		if got := eval[string](desk, `document.querySelector(".msg-editor textarea").lang`); got != l.Tag() {
			t.Errorf("the field is marked as %q, want %q", got, l.Tag())
		}
		desk.readsIn(msg, text.said)
		desk.do("select all", evaluateQuietly(`document.activeElement.select()`))
		desk.write(text.better)
		begun := time.Now()
		desk.press(enter, ctrl)
		here.readsIn(msg, text.better)
		t.Logf("a correction takes %v to the reader's window", time.Since(begun).Round(time.Millisecond))
		desk.gone(".msg-editor")

		if eval[bool](there, fmt.Sprintf(`Boolean(document.querySelector("%s .bitext"))`, msg)) {
			t.Error("who speaks sees a translation of what was said in their own language")
		}
		there.readsIn(msg, text.said)
		speaker.say(t, r.id, texts[l.Other()].again) // the seq went on for them all the same
		there.hears(plain(text.said), texts[l.Other()].again)
		here.until("the reader hears it, too", `document.querySelectorAll("#log .msg").length === 2`)

		// What is no translation is refused in place, and what was typed stays, also over closing.
		desk.click("#log .msg:has(.bitext) .provenance a[data-improve]")
		desk.until("the editor holds the translation", fmt.Sprintf(`document.querySelector(".msg-editor textarea").value === %s`, quoted(text.better)))
		desk.do("select all", evaluateQuietly(`document.activeElement.select()`))
		desk.write(" ")
		desk.press(enter, ctrl)
		desk.shows(".msg-editor [data-why]", words.T("translations.text.empty"))
		desk.write(text.draft)
		desk.press(escape, 0)
		desk.gone(".msg-editor")
		desk.press(enter, 0) // on the way back, where the focus is
		desk.until("what was typed is there again", fmt.Sprintf(`document.querySelector(".msg-editor textarea")?.value === %s`, quoted(" "+text.draft)))
	})
}

// TestRoom_twoInterpreters has another correct what one is correcting: it is said and shown, the field stays as it is, and
// who has seen it may save.
func TestRoom_twoInterpreters(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara, text := script(t), talk[l]
		id := messageOf(t, r, clara.say(t, r.id, text.said))
		clara.translate(t, id, l, text.first)
		w := open(t, setting{as: join(t, texts[l].name, l), may: refused})
		w.enter(r, l, "live")
		w.click("#log .provenance a[data-improve]")
		w.until("the editor holds the translation", fmt.Sprintf(`document.querySelector(".msg-editor textarea").value === %s`, quoted(text.first)))
		w.write(text.draft)
		clara.translate(t, id, l, text.better)
		w.shows(".msg-editor [data-why]", words(t, l).T("room.translate.changed"))
		w.readsIn("#log .msg", text.better)
		if got := eval[string](w, `document.querySelector(".msg-editor textarea").value`); got != text.first+text.draft {
			t.Errorf("the field holds %q, want what was typed", got)
		}
		w.untilGo("it is saved once it has been seen", func() bool { // at first, perhaps, before the page knows the newest revision
			w.press(enter, ctrl)
			return eval[bool](w, `!document.querySelector(".msg-editor")`)
		})
		w.readsIn("#log .msg", text.first+text.draft)
	})
}

// refused is the trouble of a test that saves what the hub refuses.
func refused(trouble string) bool {
	return strings.Contains(trouble, "status of 422") || strings.Contains(trouble, "status of 409")
}

// TestRoom_composingNeverSaves types Chinese into the editor of a translation.
func TestRoom_composingNeverSaves(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	script(t).say(t, r.id, talk[i18n.Zh].said)
	w := open(t, setting{as: join(t, texts[i18n.Zh].name, i18n.Zh)})
	w.enter(r, i18n.Zh, "live")
	w.click("#log .msg .msg-tools a[data-improve]")
	w.until("the editor is ready", `document.activeElement.matches(".msg-editor textarea:not([readonly])")`)
	w.compose("ni'hao")
	w.press(processed, ctrl)
	w.press(composing, ctrl)
	w.do("press Escape as Safari tells it", evaluateQuietly(`(() => {
		const field = document.activeElement;
		field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
		field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
		field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Enter", ctrlKey: true, keyCode: 229 }));
		field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Enter", ctrlKey: true, keyCode: 13 }));
		field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Escape", keyCode: 229 }));
	})()`))
	field := func() string { return eval[string](w, `document.querySelector(".msg-editor textarea")?.value`) }
	if got := field(); got != "ni'hao" {
		t.Fatalf("while composing the field holds %q", got)
	}
	w.write("你好")
	w.pressEnter()
	w.write("世界")
	if got := field(); got != "你好\n世界" {
		t.Fatalf("the field holds %q, want both lines", got)
	}
	if n := eval[int](w, `document.querySelectorAll("#log .bitext").length`); n != 0 {
		t.Error("composing has saved something")
	}
	w.untilGo("the editor saves", func() bool { // a key that comes while the word settles is the input method's
		if eval[bool](w, `document.querySelector(".msg-editor textarea") === null`) {
			return true
		}
		w.press(enter, ctrl)
		return false
	})
	w.readsIn("#log .msg", "你好\n世界")
}

// TestRoom_correctionMovesNobody corrects messages above and at what somebody reads, selects and has turned over.
func TestRoom_correctionMovesNobody(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara, text := script(t), talk[l]
		const messages = 40
		ids := make([]int64, messages)
		for n := range ids {
			ids[n] = messageOf(t, r, clara.say(t, r.id, text.said))
		}
		long := strings.Repeat(text.better+"\n\n", 6)
		clara.translate(t, ids[20], l, text.first)
		clara.translate(t, ids[21], l, text.first)
		w := open(t, setting{as: join(t, texts[l].name, l)})
		w.enter(r, l, "live")
		at := func(id int64) string { return fmt.Sprintf("#m-%d", id) }
		w.do("read in the middle", evaluateQuietly(fmt.Sprintf(`document.querySelector("%s").scrollIntoView({ block: "center" })`, at(ids[20]))))
		w.do("put it a third down", evaluateQuietly(fmt.Sprintf(`(() => {
			const scroll = document.querySelector("[data-scroll]"), sight = scroll.getBoundingClientRect();
			scroll.scrollTop += document.querySelector("%s").getBoundingClientRect().top - sight.top - sight.height / 3 + 2;
		})()`, at(ids[20]))))
		w.do("let it settle", nextFrame)
		place := func(id int64) float64 {
			return eval[float64](w, fmt.Sprintf(`document.querySelector("%s").getBoundingClientRect().top`, at(id)))
		}
		stays := func(what string, id int64, change func()) {
			t.Helper()
			before := place(id)
			change()
			w.do("wait for the next frame", nextFrame)
			if after := place(id); math.Abs(after-before) > 1.5 {
				t.Errorf("%s moves what is read from %.1f to %.1f", what, before, after)
			}
		}
		stays("a translation far above", ids[20], func() {
			clara.translate(t, ids[5], l, long)
			w.until("it has come", fmt.Sprintf(`document.querySelector("%s .bitext")`, at(ids[5])))
		})
		stays("a translation just above", ids[20], func() {
			clara.translate(t, ids[19], l, long)
			w.until("it has come", fmt.Sprintf(`document.querySelector("%s .bitext")`, at(ids[19])))
		})
		stays("its own correction", ids[20], func() {
			clara.translate(t, ids[20], l, long)
			w.until("it has come", fmt.Sprintf(`document.querySelector("%s .translated strong")`, at(ids[20])))
		})

		// Turned over, its original selected, the focus on its switch: all of it outlives a correction.
		w.click(at(ids[20]) + " .provenance label")
		w.readsIn(at(ids[20]), text.said)
		w.do("select a word", evaluateQuietly(fmt.Sprintf(`getSelection().selectAllChildren(document.querySelector("%s .original strong"))`, at(ids[20]))))
		w.do("focus the switch", evaluateQuietly(fmt.Sprintf(`document.querySelector("%s .flip").focus({ preventScroll: true })`, at(ids[20]))))
		word := strings.Split(text.said, "**")[1]
		clara.translate(t, ids[20], l, text.better)
		w.until("the correction has come", fmt.Sprintf(`document.querySelector("%s .prose.translated").innerText.trim() === %s`, at(ids[20]), quoted(plain(text.better))))
		w.readsIn(at(ids[20]), text.said)
		if got := eval[string](w, `getSelection().toString()`); got != word {
			t.Errorf("%q is selected, want %q", got, word)
		}
		if !eval[bool](w, fmt.Sprintf(`document.activeElement === document.querySelector("%s .flip")`, at(ids[20]))) {
			t.Error("the correction has taken the focus")
		}

		// A selection in words that come again stays, too; and so does the original that is selected when the first
		// translation comes.
		sel := fmt.Sprintf(`(() => { const text = document.querySelector("%s .prose.translated p").firstChild; getSelection().setBaseAndExtent(text, 0, text, 6); return getSelection().toString() })()`, at(ids[21]))
		word = eval[string](w, sel)
		clara.translate(t, ids[21], l, text.first+" ✓")
		w.until("the correction has come", fmt.Sprintf(`document.querySelector("%s .prose.translated").innerText.includes("✓")`, at(ids[21])))
		if got := eval[string](w, `getSelection().toString()`); got != word {
			t.Errorf("%q is selected, want %q", got, word)
		}
		w.do("select an original", evaluateQuietly(fmt.Sprintf(`getSelection().selectAllChildren(document.querySelector("%s .msg-text strong"))`, at(ids[22]))))
		word = strings.Split(text.said, "**")[1]
		clara.translate(t, ids[22], l, text.better)
		w.until("the translation has come", fmt.Sprintf(`document.querySelector("%s .bitext")`, at(ids[22])))
		w.readsIn(at(ids[22]), text.said)
		if got := eval[string](w, `getSelection().toString()`); got != word {
			t.Errorf("%q is selected, want %q", got, word)
		}
		if live := eval[string](w, fmt.Sprintf(`document.querySelector("%s").closest("[aria-live]").getAttribute("aria-live")`, at(ids[22]))); live != "off" {
			t.Errorf("a screen reader hears the patched message: aria-live is %q", live)
		}

		// Who reads the end stays at the end.
		w.do("go to the end", evaluateQuietly(`(() => { const s = document.querySelector("[data-scroll]"); s.scrollTop = s.scrollHeight })()`))
		w.do("let it settle", nextFrame)
		clara.translate(t, ids[messages-1], l, long)
		w.until("the translation has come", fmt.Sprintf(`document.querySelector("%s .bitext")`, at(ids[messages-1])))
		if gap := eval[float64](w, `(() => { const s = document.querySelector("[data-scroll]"); return s.scrollHeight - s.scrollTop - s.clientHeight })()`); gap > 2 {
			t.Errorf("the end is %.0f px away", gap)
		}
	})
}

// TestRoom_originals turns one message over and then all of them, and finds the choice kept.
func TestRoom_originals(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara, text := script(t), talk[l]
		first := messageOf(t, r, clara.say(t, r.id, text.said))
		answer := messageOf(t, r, call[struct{ Seq int64 }](t, clara, http.MethodPost, fmt.Sprintf("/rooms/%d/messages", r.id),
			map[string]any{"id": uuid.New(), "body": texts[l].again, "reply_to": first}).Seq)
		w := open(t, setting{})
		w.enter(r, l, "live")
		msg, quote := fmt.Sprintf("#m-%d", first), fmt.Sprintf("#m-%d .msg-reply", answer)
		w.shows(quote, plain(text.said))
		clara.translate(t, first, l, text.better)
		w.readsIn(msg, text.better)
		w.shows(quote, plain(text.better)) // the answer quotes what is read
		w.click(msg + " .provenance label")
		w.readsIn(msg, text.said)
		w.click(msg + " .provenance label")
		w.readsIn(msg, text.better)
		w.click("a[data-texts]")
		w.readsIn(msg, text.said)
		w.shows(quote, plain(text.said))
		clara.translate(t, first, l, text.first) // comes unseen
		w.until("the correction has come", fmt.Sprintf(`document.querySelector("%s .translated").textContent.trim() === %s`, msg, quoted(text.first)))
		w.readsIn(msg, text.said)
		w.untilGo("the choice is kept", func() bool {
			w.reload()
			return eval[bool](w, `document.documentElement.dataset.texts === "original"`)
		})
		w.readsIn(msg, text.said)
		w.click("a[data-texts]")
		w.readsIn(msg, text.first)
		w.shows(quote, plain(text.first))
	})
}

// TestRoom_correctionWithoutSocket has a translation come over the long poll, and after a break.
func TestRoom_correctionWithoutSocket(t *testing.T) {
	t.Parallel()
	l := i18n.Zh
	r := newRoom(t)
	clara, text := script(t), talk[l]
	line := newLink(t)
	line.filterSockets()
	id := messageOf(t, r, clara.say(t, r.id, text.said))
	w := open(t, setting{via: line, may: lostConnection})
	w.enter(r, l, "polling")
	clara.translate(t, id, l, text.first)
	w.readsIn("#log .msg", text.first)
	line.cut()
	w.hasState("offline")
	clara.translate(t, id, l, text.better)
	clara.say(t, r.id, texts[l].again)
	line.mend()
	w.until("what was missed is there", `document.querySelectorAll("#log .msg").length === 2`)
	w.readsIn("#log .msg:has(.bitext)", text.better)
}

// TestRoom_composerTellsTheLanguage shows what is recognised while one writes, and takes what one chooses.
func TestRoom_composerTellsTheLanguage(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		w := open(t, setting{as: join(t, texts[l].name, l)})
		w.enter(r, l, "live")
		for _, written := range i18n.Written {
			w.fill("#body", texts[written].reply)
			w.shows("[data-lang-guess]", words(t, l).T("room.lang_guess", "Language", words(t, l).T("lang."+string(written))))
			if got := eval[string](w, `document.querySelector("#body").lang`); got != string(written) {
				t.Errorf("the field is marked as %q, want %q", got, written)
			}
		}
		w.pressEnter()
		w.until("the words are gone with the text", `document.querySelector("[data-lang-guess]").textContent === ""`)
		w.fill("#body", "OK 👍 SENET")
		w.choose("lang", string(i18n.Zh))
		w.do("tell of the choice", evaluateQuietly(`document.querySelector("#lang").dispatchEvent(new Event("change", { bubbles: true }))`))
		w.until("a choice needs no words", `document.querySelector("[data-lang-guess]").textContent === ""`)
		w.focus("#body")
		w.pressEnter()
		w.until("it is said in the language chosen", `document.querySelectorAll("#log .msg:not(.pending) .prose[lang='zh-Hans']").length > 0 && [...document.querySelectorAll("#log .msg:not(.pending)")].at(-1)?.querySelector(".prose").innerText.includes("SENET")`)
	})
}
