package e2e

import (
	"fmt"
	"math"
	"net/http"
	"testing"

	"senet/internal/i18n"
)

// sight has the window believe that it is in sight, or not.
func (w *window) sight(is bool) {
	w.t.Helper()
	w.do("turn the window", evaluateQuietly(fmt.Sprintf(`(Object.defineProperty(document, "hidden", { configurable: true, value: %v }), document.dispatchEvent(new Event("visibilitychange")))`, !is)))
}

// TestRoom_readOnTwoDevices reads on one device what is new on the other: the second opens where the first stopped, however
// far back, walks to the present, and the first sees that nothing is new any more.
func TestRoom_readOnTwoDevices(t *testing.T) {
	t.Parallel()
	const l = i18n.Zh
	r := newRoom(t)
	clara := script(t)
	reader := join(t, texts[l].name, l)
	marker := func() int64 {
		return call[struct{ Read int64 }](t, reader, http.MethodGet, fmt.Sprintf("/rooms/%d", r.id), nil).Read
	}
	clara.sayMany(t, r.id, 10)
	desk := open(t, setting{as: reader})
	desk.enter(r, l, "live")
	desk.untilGo("all is read", func() bool { return marker() == 10 })
	if n := eval[int](desk, `document.querySelectorAll(".unread").length`); n != 0 {
		t.Error("on the first visit something is new")
	}
	desk.sight(false)
	clara.sayMany(t, r.id, 90)
	desk.until("what is new begins after a line", `document.querySelector(".unread")?.nextElementSibling.dataset.seq === "11"`)
	if got := marker(); got != 10 {
		t.Errorf("read in a window out of sight up to %d", got)
	}

	phone := open(t, setting{as: reader, width: 390})
	phone.visit("/" + string(l) + r.path[:len(r.path)-len("/room")])
	phone.shows(`main a[href$="/room"]`, words(t, l).N("room.unread", 90))
	phone.enter(r, l, "live")
	phone.until("it opens where the other has stopped", `document.querySelector(".unread")?.nextElementSibling.dataset.seq === "11"`)
	phone.until("that is in sight", `(() => {
		const line = document.querySelector(".unread").getBoundingClientRect(), sight = document.querySelector("[data-scroll]").getBoundingClientRect();
		return line.top >= sight.top && line.bottom <= sight.bottom;
	})()`)
	if eval[bool](phone, `document.querySelector("[data-newer]") === null`) {
		t.Error("the page that opens far back leads nowhere")
	}
	clara.say(t, r.id, texts[l].again) // while the page is not at the present
	phone.shows("[data-more] button", words(t, l).N("room.new", 1))
	phone.until("walking down leads to the present", `(() => {
		const scroll = document.querySelector("[data-scroll]");
		scroll.scrollTop = scroll.scrollHeight;
		return !document.querySelector("[data-newer]") && document.querySelector("#log [data-seq='101']");
	})()`)
	clara.say(t, r.id, texts[l].title)
	phone.until("which it follows from then on", `document.querySelector("#log [data-seq='102']")`)
	if got := eval[[]int](phone, `[...document.querySelectorAll("#log [data-seq]")].map((li) => Number(li.dataset.seq))`); got[len(got)-1] != 102 || got[len(got)-1]-got[0] != len(got)-1 {
		t.Errorf("the list has a hole or a double: %v", got)
	}
	phone.untilGo("all is read", func() bool { return marker() == 102 })

	desk.do("wait as people do", evaluateQuietly(`(() => { const now = Date.now; Date.now = () => now() + 60_000; })()`))
	desk.sight(true)
	desk.until("nothing is new any more", `!document.querySelector(".unread")`)
	desk.gone("[data-more] button")
}

// TestRoom_goToDate finds the day on which a room of the demo was used, and from there the way to the present.
func TestRoom_goToDate(t *testing.T) {
	t.Parallel()
	w := open(t, setting{noScript: true})
	w.visit("/en/c/infection-amr/room?at=1")
	day := eval[string](w, `[...document.querySelectorAll("[data-day]")].at(-1).dataset.day`)
	w.click(".room-menu summary")
	w.do("give the date", evaluateQuietly(fmt.Sprintf(`document.querySelector("#on").value = %q`, day)))
	w.follow(".room-menu form button")
	w.until("the page shows the first message of that day", fmt.Sprintf(
		`document.querySelector(location.hash)?.previousElementSibling?.dataset.day === %q`, day))
	w.follow("a[data-newest]")
	w.until("and leads to the present", `!document.querySelector("a[data-newest]")`)
}

// TestRoom_staysInPlace reads in the middle and at the end, while the window gets narrower, a keyboard takes its lower half, and
// a field grows: nothing that is read moves.
func TestRoom_staysInPlace(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	script(t).sayMany(t, r.id, 45)
	w := open(t, setting{as: join(t, texts[i18n.En].name, i18n.En)})
	w.enter(r, i18n.En, "live")
	resize := func(width, height int64) {
		t.Helper()
		w.do("set the size", screen(width, height, "light"), nextFrame)
		w.do("and let it settle", nextFrame)
	}
	gap := func() float64 {
		return eval[float64](w, `(() => { const s = document.querySelector("[data-scroll]"); return s.scrollHeight - s.scrollTop - s.clientHeight })()`)
	}
	grow := evaluateQuietly(`(() => { const f = document.querySelector("#body"); f.value = "\n\n\n\n"; f.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"a keyboard", func() { resize(390, 450) }},
		{"a narrow window", func() { resize(340, 800) }},
		{"a field that grows", func() { w.do("grow", grow, nextFrame) }},
		{"the desk again", func() { resize(1280, 900) }},
	} {
		step.do()
		if g := gap(); g > 2 {
			t.Errorf("%s: the end is %.0f px away for who read it", step.what, g)
		}
	}
	resize(1280, 900)
	w.do("read in the middle", evaluateQuietly(`(() => {
		const scroll = document.querySelector("[data-scroll]"), sight = scroll.getBoundingClientRect();
		scroll.scrollTop += document.querySelector("[data-seq='20']").getBoundingClientRect().top - sight.top - sight.height / 3 + 2;
	})()`), nextFrame)
	at := func() float64 {
		return eval[float64](w, `document.querySelector("[data-seq='20']").getBoundingClientRect().top - document.querySelector("[data-scroll]").getBoundingClientRect().top`)
	}
	before := at()
	for _, width := range []int64{700, 390, 1280} {
		resize(width, 900)
		if after := at(); math.Abs(after-before) > 3 {
			t.Errorf("at %d px what is read moves from %.0f to %.0f", width, before, after)
		}
	}
	if got := eval[int](w, `new Set([...document.querySelectorAll("#log [data-seq]")].map((li) => li.dataset.seq)).size`); got != 45 {
		t.Errorf("the list shows %d messages, want 45", got)
	}
}
