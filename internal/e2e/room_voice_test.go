package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"senet/internal/i18n"
)

func key(name string) input.DispatchKeyEventParams {
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: name, Code: name,
		WindowsVirtualKeyCode: map[string]int64{"ArrowUp": 38, "ArrowDown": 40, "Home": 36, "End": 35, "PageUp": 33, "Escape": 27, "Tab": 9, "r": 82, "?": 191}[name]}
	if len(name) == 1 {
		p.Text = name
	}
	return p
}

// TestRoom_byEar hears what comes: one message with its words in their language, many by their number, one's own not at all,
// and nothing in the middle of a word.
func TestRoom_byEar(t *testing.T) {
	t.Parallel()
	const l = i18n.Zh
	p := words(t, l)
	r := newRoom(t)
	clara := script(t)
	w := open(t, setting{as: join(t, texts[l].name, l)})
	w.enter(r, l, "live")
	w.do("listen", evaluateQuietly(`(() => {
		window.heard = [];
		new MutationObserver(() => { const text = document.querySelector("[data-heard]").innerText.trim(); if (text) window.heard.push(text); })
			.observe(document.querySelector("[data-heard]"), { childList: true });
	})()`))
	heard := func() []string { t.Helper(); return eval[[]string](w, `window.heard`) }
	until := func(n int) []string {
		t.Helper()
		w.until(fmt.Sprintf("%d things are said", n), fmt.Sprintf("window.heard.length >= %d", n))
		return heard()
	}
	clara.say(t, r.id, "How many centres?")
	if got, want := until(1)[0], p.T("room.heard_one", "Name", "Clara Dubois", "Text", "How many centres?"); got != want {
		t.Errorf("of one message is said %q, want %q", got, want)
	}
	if lang := eval[string](w, `document.querySelector("[data-heard] span").lang`); !strings.HasPrefix(lang, "en") {
		t.Errorf("its words are marked as %q", lang)
	}
	clara.sayMany(t, r.id, 5)
	last := "5 " + texts[i18n.En].again
	if got, want := until(2)[1], p.T("room.heard_many", "New", p.N("room.new", 5), "Name", "Clara Dubois", "Text", last); got != want {
		t.Errorf("of five messages is said %q, want %q", got, want)
	}
	w.focus("#body")
	w.compose("ni'hao")
	clara.say(t, r.id, "In the middle of a word.")
	w.hears(append(w.said()[:6], "In the middle of a word.")...)
	w.write("你好")
	w.endWord()
	w.pressEnter()
	w.until("it is said", `[...document.querySelectorAll("#log [data-id] .msg-text")].at(-1).innerText.trim() === "你好"`)
	if got := until(3); got[2] != p.T("room.heard_one", "Name", "Clara Dubois", "Text", "In the middle of a word.") {
		t.Errorf("after the word is said %q", got[2:])
	}
	if n := len(heard()); n != 3 {
		t.Errorf("%d things are said, want 3: %q", n, heard())
	}
}

// TestRoom_byKeyboard walks the list and comes back to the field, without a mouse.
func TestRoom_byKeyboard(t *testing.T) {
	t.Parallel()
	const l = i18n.En
	r := newRoom(t)
	script(t).sayMany(t, r.id, 70)
	w := open(t, setting{as: join(t, texts[l].name, l)})
	w.enter(r, l, "live")
	seq := `document.activeElement.dataset.seq`
	at := func(what, want string) {
		t.Helper()
		w.until(what, fmt.Sprintf(`String(%s) === %q`, seq, want))
	}
	w.focus("#body")
	w.press(key("Tab"), shift)
	at("Shift and Tab lead from the field to the newest message", "70")
	w.press(key("ArrowUp"), 0)
	w.press(key("ArrowUp"), 0)
	at("arrows go up", "68")
	if got := eval[string](w, `document.activeElement.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id).innerText).join(" ")`); !strings.Contains(got, "Clara Dubois") || !strings.Contains(got, "68 "+texts[l].again) {
		t.Errorf("the message is read as %q", got)
	}
	w.press(key("ArrowDown"), 0)
	at("and down", "69")
	w.press(key("End"), 0)
	at("End is the newest", "70")
	w.press(key("PageUp"), 0)
	w.until("Page Up goes a screen up", fmt.Sprintf(`%s < 68 && %s > 50`, seq, seq))
	w.press(key("Home"), 0)
	w.until("Home goes to the first that is here", fmt.Sprintf(`%s <= 21`, seq)) // older ones may have come above it by then
	w.press(key("ArrowUp"), 0)
	w.until("and up from there come older ones", fmt.Sprintf(`%s < 21`, seq))
	w.pressEnter()
	w.until("Enter leads to its tools", `document.activeElement.closest(".msg-tools")`)
	if !eval[bool](w, `(() => { const e = document.activeElement.getBoundingClientRect(); return document.elementFromPoint(e.x + 4, e.y + 4)?.closest(".msg-tools") !== null; })()`) {
		t.Error("the tools that have the focus are not in sight")
	}
	w.press(key("Escape"), 0)
	w.until("Escape leads back to the message", `document.activeElement.matches(".msg")`)
	w.press(key("r"), 0)
	w.until("R answers", `document.activeElement.id === "body" && !document.querySelector("[data-reply-bar]").hidden`)
	w.write("r?")
	if got := eval[string](w, `document.querySelector("#body").value`); got != "r?" {
		t.Errorf("typed into the field are %q", got)
	}
	w.press(key("Tab"), shift)
	w.until("the list is one stop on the way", `document.activeElement.closest(".reply-bar, .msg, .room-more")`)
	w.do("go to a message", evaluateQuietly(`document.querySelector("#log .msg[tabindex='0']").focus()`))
	w.press(key("?"), 0)
	w.until("the keys are explained", `document.querySelector("[data-keys]").open`)
	w.press(key("?"), 0)
	w.until("and no more", `!document.querySelector("[data-keys]").open && document.activeElement.matches(".msg")`)
	w.press(key("Escape"), 0)
	w.until("Escape leads to the field", `document.activeElement.id === "body"`)
	stops := eval[int](w, `[...document.querySelectorAll("#log :is(a[href],button,summary,input,textarea,select,[tabindex])")].filter((e) => e.tabIndex >= 0).length`)
	if stops != 1 {
		t.Errorf("the list is %d stops of Tab, want 1", stops)
	}
}
