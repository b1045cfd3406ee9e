package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"senet/internal/httpx"
	"senet/internal/i18n"
)

// tab opens another tab of a window: the same cookies and the same storage.
func (w *window) tab() *window {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx, chromedp.WithListener(w.watch.hear))
	w.t.Cleanup(cancel)
	other := &window{t: w.t, ctx: ctx, origin: w.origin, watch: w.watch}
	if err := chromedp.Do(ctx); err != nil {
		w.t.Fatalf("open a tab: %v", err)
	}
	other.do("prepare the tab", prepare(setting{}, w.origin))
	return other
}

// crash ends the tab's process, as a lack of memory would.
func (w *window) crash() {
	w.t.Helper()
	go func() { _ = chromedp.Do(w.ctx, command(page.Crash, cdp.Empty{})) }() // it never answers
}

// pending are the messages on their way, each with its state.
func (w *window) pending(want ...string) {
	w.t.Helper()
	js := `[...document.querySelectorAll("#log .pending")].map((li) => li.querySelector("[data-state-of-message]").innerText.trim() + ": " + li.querySelector("[data-text]").innerText.trim())`
	all := make([]string, len(want))
	for i, one := range want {
		all[i] = quoted(one)
	}
	w.until(fmt.Sprintf("%q are on their way", want), fmt.Sprintf("JSON.stringify(%s) === JSON.stringify([%s])", js, strings.Join(all, ",")))
}

// TestRoom_outbox keeps what waits to be sent over a crash, shares it between tabs, says each once and in order, says why
// something was refused, and forgets all when its author signs out.
func TestRoom_outbox(t *testing.T) {
	t.Parallel()
	const l = i18n.Zh
	p := words(t, l)
	waits, fails := p.T("room.state.queued"), p.T("room.state.failed")
	r := newRoom(t)
	clara := script(t)
	line := newLink(t)
	author := join(t, texts[l].name, l)
	desk := open(t, setting{as: author, via: line, may: func(trouble string) bool {
		return lostConnection(trouble) || strings.Contains(trouble, "/read") // of a page whose member has gone
	}})
	first := desk.tab()
	first.enter(r, l, "live")
	clara.say(t, r.id, texts[l].again)
	first.hears(texts[l].again)

	// The hub is told, its word gets lost, and the tab crashes with the message in flight and another behind it.
	line.loseAnswers()
	first.fill("#body", "第一条")
	first.pressEnter()
	first.untilGo("the hub has it", func() bool { return author.stands(t, r) == 2 })
	first.fill("#body", "第二条")
	first.pressEnter()
	first.pending(p.T("room.state.sending")+": 第一条", p.T("room.state.sending")+": 第二条")
	line.cut()
	first.crash()
	line.mend()
	second := desk.tab()
	second.enter(r, l, "live")
	second.hears(texts[l].again, "第一条", "第二条")
	second.gone("#log .pending")

	// Two tabs have one outbox: what one writes off line the other shows, and it is said once, in order.
	third := desk.tab()
	third.enter(r, l, "live")
	line.cut()
	for _, w := range []*window{second, third} {
		w.hasState("offline")
	}
	second.fill("#body", "第三条")
	second.pressEnter()
	third.pending(waits + ": 第三条")
	third.fill("#body", "第四条")
	third.pressEnter()
	second.pending(waits+": 第三条", waits+": 第四条")
	second.shows("[data-state-words]", p.N("room.waiting", 2))
	third.do("let a message be", evaluateQuietly(`[...document.querySelectorAll("#log .pending")].at(-1).querySelector("[data-discard]").click()`))
	second.pending(waits + ": 第三条")
	line.mend()
	for _, w := range []*window{second, third} {
		w.do("tell it so", evaluateQuietly(`dispatchEvent(new Event("online"))`))
		w.hears(texts[l].again, "第一条", "第二条", "第三条")
		w.gone("#log .pending")
	}
	if got := author.stands(t, r); got != 4 {
		t.Errorf("the log stands at %d, want 4", got)
	}

	// What is refused says why, in every tab, until somebody decides.
	long := strings.Repeat("长", 2001)
	second.fill("#body", long)
	second.pressEnter()
	third.pending(fails + ": " + long)
	for _, w := range []*window{second, third} {
		w.shows("#log .pending [data-why]", p.T("chat.body.long", "Max", 4000))
	}
	second.shows("[data-alarm]", p.T("chat.body.long", "Max", 4000))
	if got := eval[string](second, `document.querySelector("form[action$='/sign-out']").dataset.confirm`); got != p.N("room.unsent", 1) {
		t.Errorf("who signs out is asked %q", got)
	}

	// Another member on the same computer neither sees nor sends it; and after signing out it is not there any more.
	third.do("be somebody else", command(network.SetCookie, network.SetCookieParams{Name: httpx.SessionCookie,
		Value: join(t, texts[i18n.En].name, l).session, URL: third.origin, HTTPOnly: new(true)}))
	third.enter(r, l, "live")
	if n := eval[int](third, `document.querySelectorAll("#log .pending").length`); n != 0 {
		t.Errorf("another member sees %d messages on their way", n)
	}
	third.do("agree", evaluateQuietly(`window.confirm = () => true`))
	third.do("sign out", evaluateQuietly(`document.querySelector("form[action$='/sign-out']").requestSubmit()`))
	third.until("nobody is signed in", `document.querySelector("main a[href*='/sign-in'], header a[href*='/sign-in']")`)
	third.until("nothing is kept", `(indexedDB.databases().then((all) => { window.left = all.length; }), window.left === 0)`)
	second.pending() // it has heard, too
}

// stands is where the log of a room stands.
func (m *member) stands(t testing.TB, r room) int64 {
	t.Helper()
	return call[struct{ Seq int64 }](t, m, "GET", fmt.Sprintf("/rooms/%d", r.id), nil).Seq
}

// TestRoom_outboxInMemory has no database: what waits is in the page alone, which says so, and leaving it asks first.
func TestRoom_outboxInMemory(t *testing.T) {
	t.Parallel()
	const l = i18n.En
	r := newRoom(t)
	line := newLink(t)
	w := open(t, setting{as: join(t, texts[l].name, l), via: line, may: lostConnection})
	w.do("have no database", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `IDBFactory.prototype.open = () => { throw new DOMException("", "SecurityError"); };`}))
	w.enter(r, l, "live")
	asks := `(() => { const e = new Event("beforeunload", { cancelable: true }); dispatchEvent(e); return e.defaultPrevented; })()`
	if eval[bool](w, asks) {
		t.Error("leaving asks although there is nothing to lose")
	}
	line.cut()
	w.hasState("offline")
	w.fill("#body", texts[l].reply)
	w.pressEnter()
	w.pending(words(t, l).T("room.state.queued") + ": " + texts[l].reply)
	w.shows("[data-state-words]", words(t, l).T("room.only_here"))
	if !eval[bool](w, asks) {
		t.Error("leaving does not ask, and what waits would be lost")
	}
	line.mend()
	w.hears(texts[l].reply)
	w.gone("#log .pending")
	if eval[bool](w, asks) {
		t.Error("leaving still asks after all is sent")
	}
}
