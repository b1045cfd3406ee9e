package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"senet/internal/i18n"
)

var (
	tab  = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9}
	down = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40}
	up   = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "ArrowUp", Code: "ArrowUp", WindowsVirtualKeyCode: 38}
	undo = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "z", Code: "KeyZ", WindowsVirtualKeyCode: 90, Commands: []string{"undo"}}
)

// offered are the names in the open list, the chosen one with a star; "" when there is none.
func (w *window) offered() string {
	w.t.Helper()
	return eval[string](w, offeredJS)
}

const offeredJS = `[...document.querySelectorAll(".mentions [role=option]")].map((o) => o.querySelector("[data-name]").textContent + (o.ariaSelected === "true" ? "*" : "")).join(", ")`

// offers waits until the list offers those names.
func (w *window) offers(want string) {
	w.t.Helper()
	w.until("the list offers "+want, fmt.Sprintf("(%s) === %q", offeredJS, want))
}

// holds is what the field of the page holds.
func (w *window) holds(want string) {
	w.t.Helper()
	if got := eval[string](w, `document.querySelector("#body").value`); got != want {
		w.t.Fatalf("the field holds %q, want %q", got, want)
	}
}

// completes waits until names are completed in the field.
func (w *window) completes() {
	w.t.Helper()
	w.until("names are completed", `document.querySelector("#body")?.getAttribute("aria-autocomplete") === "list"`)
	w.focus("#body")
}

// TestMention completes names in a room and in a thread as people write them: with a keyboard, a finger, and an input
// method.
func TestMention(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	qu, quade := join(t, "曲一鸣", i18n.Zh), join(t, "Quentin Quade", i18n.En)
	me := join(t, "Ann Qvist", i18n.En)
	clara := script(t)
	qu.say(t, r.id, "一")
	w := open(t, setting{as: me})
	w.enter(r, i18n.En, "live")
	w.completes()

	w.mentionsByKey(t)
	w.mentionsWhileComposing(t, func(text string) {
		clara.say(t, r.id, text)
		w.until("the message is there", fmt.Sprintf(`[...document.querySelectorAll("#log [data-id] .msg-text")].some((e) => e.innerText.trim() === %q)`, text))
	})
	w.mentionsWithoutAnswer(t)
	w.mentionsOnAPhone()
	w.mentionsInAThread(t, me, quade)

	if got := qu.get(t, theHub(t).URL+"/zh/inbox"); !strings.Contains(got, me.name) {
		t.Errorf("who was mentioned in the room reads nothing of it:\n%s", got)
	}
}

// mentionsByKey opens the list, goes through it, sends it away, chooses and takes that back.
func (w *window) mentionsByKey(t *testing.T) {
	t.Helper()
	w.write("请@")
	if got := w.offered(); got != "" {
		t.Errorf("an @ alone offers %q", got)
	}
	w.write("qu")
	w.offers("曲一鸣*, Quentin Quade") // who is near first
	for _, c := range []struct{ what, js string }{
		{"a combobox", `document.querySelector("#body").role === "combobox" && document.querySelector("#body").ariaExpanded === "true"`},
		{"that controls a list", `document.getElementById(document.querySelector("#body").getAttribute("aria-controls")).matches("[role=listbox][aria-label]")`},
		{"with a chosen option", `document.getElementById(document.querySelector("#body").getAttribute("aria-activedescendant")).ariaSelected === "true"`},
		{"and a word of how many", fmt.Sprintf(`document.querySelector("form[data-say] > [role=status]").textContent === %q`, words(t, i18n.En).N("ui.mention.count", 2))},
		{"beside the field", `document.querySelector(".mentions").getBoundingClientRect().bottom <= document.querySelector("#body").getBoundingClientRect().bottom`},
	} {
		w.until("the field is "+c.what, c.js)
	}
	w.press(down, 0)
	w.offers("曲一鸣, Quentin Quade*")
	w.press(down, 0)
	w.offers("曲一鸣*, Quentin Quade")
	w.press(up, 0)
	w.offers("曲一鸣, Quentin Quade*")
	w.press(up, 0)
	w.press(escape, 0)
	w.gone(".mentions")
	w.until("the field is a plain one", `!document.querySelector("#body").hasAttribute("role") && !document.querySelector("#body").hasAttribute("aria-activedescendant")`)
	w.write("e")
	w.holds("请@que")
	w.fill("#body", "请")
	w.write("@qym")
	w.offers("曲一鸣*")
	w.pressEnter()
	w.holds("请@曲一鸣 ")
	w.gone(".mentions")
	if n := eval[int](w, `document.querySelectorAll("#log .pending").length`); n != 0 {
		t.Fatalf("the Enter that chose has sent %d messages", n)
	}
	w.press(undo, ctrl)
	w.holds("请@qym")
	w.offers("曲一鸣*")
	w.press(tab, 0)
	w.holds("请@曲一鸣 ")
	if !eval[bool](w, `document.activeElement.id === "body"`) {
		t.Error("the Tab that chose has left the field")
	}
	w.pressEnter()
	w.until("it is sent, with a link", `document.querySelector("#log [data-id]:last-of-type .msg-text a.mention")?.innerText === "@曲一鸣"`)
	w.holds("")
	w.write("me@qu") // an address
	w.write(" @quen")
	w.offers("Quentin Quade*")
	w.click(".mentions [role=option]")
	w.holds("me@qu @QuentinQuade ")
	if !eval[bool](w, `document.activeElement.id === "body"`) {
		t.Error("the click has left the field")
	}
}

// mentionsWhileComposing types with an input method, with the list closed and open, in the order of events of Chromium
// and in that of Safari. say brings in a message: what would have happened has happened by then.
func (w *window) mentionsWhileComposing(t *testing.T, say func(text string)) {
	t.Helper()
	w.fill("#body", "@")
	w.compose("qu")
	say("closed it stays")
	if got := w.offered(); got != "" {
		t.Errorf("what is being composed offers %q", got)
	}
	w.press(processed, 0)
	w.press(composing, 0)
	w.holds("@qu")
	w.write("qu") // taken as it is
	w.offers("曲一鸣*, Quentin Quade")

	w.compose("en")
	w.press(down, 0)
	w.press(processed, 0)
	w.press(composing, 0)
	w.do("press an option and Tab while composing", evaluateQuietly(`(() => {
		document.querySelector(".mentions [role=option]:last-child").click();
		document.querySelector("#body").dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Tab", isComposing: true }));
	})()`))
	say("open it stays")
	w.holds("@quen")
	if got := w.offered(); got != "曲一鸣*, Quentin Quade" {
		t.Errorf("composing has changed the list to %q", got)
	}
	w.write("en")
	w.offers("Quentin Quade*")

	w.do("end a word with Enter as Safari tells it", evaluateQuietly(`(() => {
		const field = document.querySelector("#body");
		const key = (keyCode) => field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Enter", keyCode }));
		field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
		field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "en" }));
		key(229);
		key(13);
		setTimeout(() => key(229), 50); // late, on a busy machine
	})()`))
	say("nothing is chosen")
	w.holds("@quen")
	w.offers("Quentin Quade*")
	if n := eval[int](w, `document.querySelectorAll("#log .pending").length`); n != 0 {
		t.Fatalf("%d messages were sent", n)
	}
	w.pressEnter()
	w.holds("@QuentinQuade ")
}

// mentionsWithoutAnswer has the hub not answer, and then fail: who writes does not notice.
func (w *window) mentionsWithoutAnswer(t *testing.T) {
	t.Helper()
	w.do("hold the answers", evaluateQuietly(`(() => {
		window.heldFetch = window.fetch;
		window.held = [];
		window.fetch = (url, options) => {
			if (!String(url).includes("/api/v1/members")) return heldFetch(url, options);
			return new Promise((answer, fail) => {
				held.push({ url, answer });
				options.signal.addEventListener("abort", () => { held.at(-1).aborted = true; fail(new DOMException("", "AbortError")); });
			});
		};
	})()`))
	w.fill("#body", "@dub")
	w.until("the hub is asked", `held.length === 1 && !held[0].aborted`)
	w.write("o")
	w.until("the older question is taken back, and a newer put", `held[0].aborted && held.length === 2 && held[1].url.endsWith("q=dubo")`)
	w.pressEnter()
	w.until("it is sent", `[...document.querySelectorAll("#log [data-id] .msg-text")].at(-1).innerText === "@dubo"`)
	w.holds("")
	w.fill("#body", "@clar")
	w.until("the hub is asked again", `held.at(-1).url.endsWith("q=clar") && !held.at(-1).aborted`)
	w.do("fail", evaluateQuietly(`held.at(-1).answer(new Response("", { status: 503 }))`))
	w.write("a")
	w.until("it is asked for more", `held.at(-1).url.endsWith("q=clara")`)
	w.holds("@clara")
	if got := w.offered(); got != "" {
		t.Errorf("without an answer it offers %q", got)
	}
	w.do("answer again", evaluateQuietly(`window.fetch = window.heldFetch`))
	w.fill("#body", "@dubois")
	w.offers("Clara Dubois*")
	w.press(escape, 0)
}

// mentionsOnAPhone holds the list above the field, on the screen and as wide as the field.
func (w *window) mentionsOnAPhone() {
	w.t.Helper()
	w.do("turn into a phone", screen(390, 700, "light"))
	w.fill("#body", "@q")
	w.until("the list is above the field", `(() => {
		const list = document.querySelector(".mentions")?.getBoundingClientRect();
		const field = document.querySelector("#body").getBoundingClientRect();
		return list && list.height > 40 && list.top >= 0 && list.bottom <= field.top && list.left >= 0 && list.right <= innerWidth && list.width === field.width;
	})()`)
	w.press(escape, 0)
	w.fill("#body", "")
	w.do("turn back", screen(1280, 900, "light"))
}

// mentionsInAThread names who takes part first, in the long form.
func (w *window) mentionsInAThread(t *testing.T, me, quade *member) {
	t.Helper()
	th := me.start(t, texts[i18n.En].title, texts[i18n.En].body)
	quade.reply(t, th, "Yes.")
	w.visit(th.in(i18n.En))
	w.completes()
	w.fill("#body", "Thanks\n＠ｑu")
	w.offers("Quentin Quade*, 曲一鸣")
	w.until("the list is at the line that is written, not at the edge of the field", `(() => {
		const list = document.querySelector(".mentions").getBoundingClientRect(), field = document.querySelector("#body").getBoundingClientRect();
		return list.bottom > field.top && list.top < field.bottom;
	})()`)
	w.press(tab, 0)
	w.holds("Thanks\n@QuentinQuade ")
	w.write("and @annq")
	w.offers("Ann Qvist*")
	w.press(enter, ctrl) // sends, as ever
	w.until("it is posted", `document.querySelectorAll("main article").length === 3 && location.hash`)
	w.shows("main article:last-of-type .prose", "@Quentin Quade and @annq")
}
