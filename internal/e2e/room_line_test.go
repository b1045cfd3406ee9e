package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"senet/internal/i18n"
)

// TestRoom_lineThatHangs has a filter that swallows sockets: the room goes on by long poll within seconds. When sockets come
// through again it takes one, and when that falls silent without a word it notices.
func TestRoom_lineThatHangs(t *testing.T) {
	t.Parallel()
	const l = i18n.En
	r := newRoom(t)
	clara := script(t)
	line := newLink(t)
	line.swallowSockets(true)
	w := open(t, setting{as: join(t, texts[l].name, l), via: line, may: lostConnection})
	w.enter(r, l, "polling")
	w.shows("[data-state-words]", words(t, l).T("room.state.polling"))
	clara.say(t, r.id, texts[l].again)
	w.hears(texts[l].again)
	w.fill("#body", texts[l].reply)
	w.pressEnter()
	w.hears(texts[l].again, texts[l].reply)

	line.swallowSockets(false)
	line.cut()
	line.mend()
	w.do("say that it may work now", evaluateQuietly(`dispatchEvent(new Event("online"))`))
	w.hasState("live")

	line.loseAnswers()
	w.do("look at the window again", evaluateQuietly(`document.dispatchEvent(new Event("visibilitychange"))`))
	w.until("the silence is noticed", `document.querySelector(".room-state").dataset.state !== "live"`)
	line.cut()
	line.mend()
	w.do("say that it may work now", evaluateQuietly(`dispatchEvent(new Event("online"))`))
	w.hasState("live")
	clara.say(t, r.id, texts[l].title)
	w.hears(texts[l].again, texts[l].reply, texts[l].title)
}

// TestRoom_comesBack spreads those who were sent away by a restart over the time that the hub has told them, and every other
// try over a time that grows, from nothing on.
func TestRoom_comesBack(t *testing.T) {
	t.Parallel()
	w := open(t, setting{})
	w.enter(newRoom(t), i18n.En, "live")
	for _, c := range []struct {
		calls       string
		above, upto float64
	}{
		{`line.closed(4001, "spread_ms=8000")`, 4000, 8000},
		{`line.closed(4001, "")`, 2000, 4000},
		{`line.closed(4000)`, 100, 200},
		{`(line.failures = 0, line.closed(1006))`, 500, 1000},
		{`(line.failures = 4, line.closed(1006))`, 8000, 16_000},
		{`(line.failures = 50, line.closed(1006))`, 15_000, 30_000},
	} {
		waits := ask(w, "draw waits", chromedp.Evaluate[[]float64](fmt.Sprintf(
			`import(performance.getEntriesByType("resource").find((e) => e.name.includes("/room-line.")).name).then(({ Line }) => {
				const line = new Line({ on: { state() {} } }), later = setTimeout, waits = [];
				window.setTimeout = (f, ms) => waits.push(ms);
				for (let i = 0; i < 200; i++) %s;
				window.setTimeout = later;
				return waits;
			})`, c.calls), chromedp.EvalAwaitPromise))
		if most, least := slices.Max(waits), slices.Min(waits); len(waits) != 200 || most > c.upto || most < c.above || least > c.upto/10 {
			t.Errorf("%s waits from %.0f to %.0f ms, want from next to nothing to nearly %.0f", c.calls, least, most, c.upto)
		}
	}
	for _, c := range []struct {
		tries             int
		how               string
		from, above, upto float64
	}{
		{0, `{ after: 4000 }`, 4000, 4500, 5000}, // what the hub says, and a moment that differs
		{9, `{ after: 60_000 }`, 60_000, 60_500, 61_000},
		{0, `{ passing: true }`, 0, 500, 1000},
		{3, `{ passing: true }`, 0, 4000, 8000},
		{40, `{ passing: true }`, 0, 30_000, 60_000},
	} {
		pauses := ask(w, "draw pauses", chromedp.Evaluate[[]float64](fmt.Sprintf(
			`import(performance.getEntriesByType("resource").find((e) => e.name.includes("/room-send.")).name).then(async ({ Sender }) => {
				const pauses = [], message = { id: "1", tries: %d };
				const sender = Object.assign(Object.create(Sender.prototype), { show() {}, outbox: {
					entries: new Map([["1", message]]), later: async (id, ms) => pauses.push(ms) } });
				for (let i = 0; i < 200; i++) await sender.refused("1", "", %s);
				return pauses;
			})`, c.tries, c.how), chromedp.EvalAwaitPromise))
		if most, least := slices.Max(pauses), slices.Min(pauses); len(pauses) != 200 || most > c.upto || most < c.above || least < c.from || least > c.from+(c.upto-c.from)/10 {
			t.Errorf("after %d tries and %s a message waits from %.0f to %.0f ms, want from %.0f to nearly %.0f", c.tries, c.how, least, most, c.from, c.upto)
		}
	}
}
