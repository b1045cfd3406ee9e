package e2e

import (
	"testing"
	"unicode/utf16"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"senet/internal/i18n"
)

// pressEnter presses and releases Enter, with the text that it types unless the page prevents it.
func (w *window) pressEnter() { w.t.Helper(); w.press(enter, 0) }

var enter = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}

// processed is the Enter of which an input method has already made use.
var processed = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Process", Code: "Enter", WindowsVirtualKeyCode: 229}

// composing is that Enter as browsers tell it that mark it by isComposing alone.
var composing = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}

func (w *window) press(down input.DispatchKeyEventParams, modifiers int64) {
	w.t.Helper()
	down.Modifiers = modifiers
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	w.do("press "+down.Key, command(input.DispatchKeyEvent, down), command(input.DispatchKeyEvent, up))
}

// compose shows text as an input method shows what is being typed, before a word is chosen.
func (w *window) compose(text string) {
	w.t.Helper()
	end := int64(len(utf16.Encode([]rune(text))))
	w.do("compose "+text, command(input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: end, SelectionEnd: end}))
}

// endWord waits until the page has taken note that the word is chosen: a key that follows sooner than people type is the
// word's.
func (w *window) endWord() {
	w.t.Helper()
	w.do("end the word", chromedp.Evaluate[chromedp.Void](`new Promise((done) => setTimeout(done))`, chromedp.EvalAwaitPromise))
}

// TestRoom_composingNeverSends types Chinese as people do: Enter belongs to the input method until a word is chosen.
func TestRoom_composingNeverSends(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara := script(t)
		w := open(t, setting{as: join(t, texts[l].name, l)})
		w.enter(r, l, "live")
		w.focus("#body")
		w.compose("ni'hao")
		w.press(processed, 0)
		w.press(composing, 0)
		field := func() string { return eval[string](w, `document.querySelector("#body").value`) }
		if got := field(); got != "ni'hao" {
			t.Fatalf("while composing the field holds %q, want what is being composed", got)
		}

		clara.say(t, r.id, texts[l].again) // what comes in touches nothing
		w.hears(texts[l].again)
		if got := field(); got != "ni'hao" {
			t.Fatalf("a message that came in has changed the field to %q", got)
		}
		if !eval[bool](w, `document.activeElement.id === "body"`) {
			t.Fatal("a message that came in has taken the focus")
		}

		w.write("你好") // the word is chosen
		if got := field(); got != "你好" {
			t.Fatalf("the field holds %q, want the chosen word", got)
		}
		w.do("press Enter as Safari tells it", evaluateQuietly(`(() => {
			const field = document.querySelector("#body");
			field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
			field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "你好" }));
			field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Enter", keyCode: 229 }));
			field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Enter", keyCode: 13 }));
		})()`))
		clara.say(t, r.id, texts[l].title) // whatever had been sent before would stand before it
		w.hears(texts[l].again, texts[l].title)
		if n := eval[int](w, `document.querySelectorAll("#log .pending").length`); n != 0 {
			t.Fatalf("%d messages are on their way, want none", n)
		}

		w.press(enter, shift)
		w.write("世界")
		if got := field(); got != "你好\n世界" {
			t.Errorf("Shift and Enter make %q, want a new line", got)
		}
		w.pressEnter()
		w.hears(texts[l].again, texts[l].title, "你好\n世界")
		if got := field(); got != "" {
			t.Errorf("after sending the field holds %q", got)
		}
	})
}

const (
	ctrl  = 2
	shift = 8
)

// TestThread_composingNeverSends holds the same of the long form, which is sent by Ctrl and Enter.
func TestThread_composingNeverSends(t *testing.T) {
	t.Parallel()
	m := join(t, texts[i18n.Zh].name, i18n.Zh)
	th := m.start(t, texts[i18n.Zh].title, texts[i18n.Zh].body)
	w := open(t, setting{as: m})
	w.visit(th.in(i18n.Zh))
	w.until("the script is there", `document.querySelector("form[data-composer] button[data-preview]")?.type === "button"`)
	w.focus("#body")
	w.compose("ni'hao")
	w.press(processed, ctrl)
	w.press(composing, ctrl)
	w.write("你好")
	if got := w.path(); got != th.in(i18n.Zh) {
		t.Fatalf("composing has led to %s", got)
	}
	w.pressEnter()
	w.write("世界")
	if got := eval[string](w, `document.querySelector("#body").value`); got != "你好\n世界" {
		t.Errorf("the field holds %q, want both lines", got)
	}
	w.endWord()
	w.press(enter, ctrl)
	w.until("it is posted", `document.querySelectorAll("main article").length === 2 && location.hash`)
	w.shows("main article:last-of-type .prose", "你好\n世界")
}
