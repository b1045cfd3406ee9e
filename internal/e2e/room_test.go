package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"senet/internal/i18n"
)

// enter opens a room and waits until its line stands.
func (w *window) enter(r room, l i18n.Locale, state string) {
	w.t.Helper()
	w.visit("/" + string(l) + r.path)
	w.hasState(state)
}

func (w *window) hasState(state string) {
	w.t.Helper()
	w.until("the room is "+state, fmt.Sprintf(`document.querySelector(".room-state").dataset.state === %q`, state))
}

// said are the messages in the list, without those that are still on their way.
func (w *window) said() []string {
	w.t.Helper()
	return eval[[]string](w, `[...document.querySelectorAll("#log [data-id] .msg-text")].map((e) => e.innerText.trim())`)
}

// hears waits for exactly these messages, in this order and no other.
func (w *window) hears(want ...string) {
	w.t.Helper()
	var got []string
	w.untilGo(fmt.Sprintf("the window shows %d messages", len(want)), func() bool {
		got = w.said()
		return len(got) >= len(want)
	})
	if !slices.Equal(got, want) {
		w.t.Fatalf("the window shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRoom_twoWindows(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		ann := join(t, texts[l].name, l)
		ben := join(t, texts[l.Other()].name, l.Other())
		here, there := open(t, setting{as: ann}), open(t, setting{as: ben})
		here.enter(r, l, "live")
		there.enter(r, l.Other(), "live")
		for _, w := range []*window{here, there} { // each sees both
			w.shows("[data-sample]", ann.name)
			w.shows("[data-sample]", ben.name)
		}
		here.shows("[data-count]", words(t, l).N("room.here", 2))
		there.shows("[data-count]", words(t, l.Other()).N("room.here", 2))

		here.fill("#body", texts[l].reply)
		there.shows("[data-typing]", words(t, l.Other()).T("room.typing", "Name", ann.name))
		here.pressEnter()
		there.hears(texts[l].reply)
		here.hears(texts[l].reply)
		here.gone("#log .pending")
		there.gone("[data-typing]:not(:empty)")
		if got := eval[string](here, `document.querySelector("#body").value`); got != "" {
			t.Errorf("the field still holds %q", got)
		}
		if got := eval[string](there, `document.querySelector("#log .msg-text").lang`); !strings.HasPrefix(got, string(l)) {
			t.Errorf("the message is marked as %q, want %q", got, l)
		}

		there.click(`#log a[data-reply]`)
		there.write(texts[l.Other()].reply)
		there.click(`form[data-say] button.primary`)
		here.hears(texts[l].reply, texts[l.Other()].reply)
		here.shows(`#log .msg:last-of-type .msg-reply`, ann.name)

		there.visit("/" + string(l.Other()) + "/challenges") // leaves
		here.shows("[data-count]", words(t, l).N("room.here", 1))
	})
}

// TestRoom_offlineAndBack loses the line in the middle of a conversation. Everything that was missed comes once and
// in order, and what was written meanwhile is sent once.
func TestRoom_offlineAndBack(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara := script(t)
		line := newLink(t)
		w := open(t, setting{as: join(t, texts[l].name, l), via: line, may: lostConnection})
		var want []string
		say := func(n int) {
			for range n {
				want = append(want, fmt.Sprintf("%d %s", len(want)+1, texts[l].again))
				clara.say(t, r.id, want[len(want)-1])
			}
		}
		say(3)
		w.enter(r, l, "live")
		w.hears(want...)

		line.cut()
		if l == i18n.Zh { // the device knows, too
			w.do("go offline", offline(true))
		}
		w.hasState("offline")
		say(60) // more than a page
		w.fill("#body", texts[l].reply)
		w.pressEnter()
		w.write(texts[l].edited)
		w.pressEnter()
		w.shows("[data-state-words]", words(t, l).N("room.waiting", 2))
		if got := len(w.said()); got != 3 {
			t.Fatalf("%d messages while the line is cut, want 3", got)
		}
		line.mend()
		if l == i18n.Zh {
			w.do("come back", offline(false))
		}
		w.hears(append(want, plain(texts[l].reply), plain(texts[l].edited))...)
		w.gone("#log .pending")
		seqs := eval[[]int64](w, `[...document.querySelectorAll("#log [data-seq]")].map((e) => Number(e.dataset.seq))`)
		for i, seq := range seqs {
			if seq != int64(i+1) {
				t.Fatalf("the seqs in the list are %v, want 1 to %d without a gap", seqs, len(want)+2)
			}
		}
		w.reload()
		w.hasState("live")
		if got := eval[int](w, `[...document.querySelectorAll("#log .msg-text")].length`); got != 50 {
			t.Errorf("after a reload the page shows %d messages, want the newest 50", got)
		}
		if got := w.said(); got[len(got)-1] != plain(texts[l].edited) || got[len(got)-2] != plain(texts[l].reply) {
			t.Errorf("after a reload the last messages are %q", got[len(got)-2:])
		}
	})
}

// TestRoom_lostAnswer says something that the hub writes down, and loses the hub's word of it: said again when the
// line is back, it is there once.
func TestRoom_lostAnswer(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara := script(t)
		line := newLink(t)
		w := open(t, setting{as: join(t, texts[l].name, l), via: line, may: lostConnection})
		w.enter(r, l, "live")
		line.loseAnswers()
		w.fill("#body", texts[l].reply)
		w.pressEnter()
		w.untilGo("the hub has it", func() bool {
			return call[struct{ Seq int64 }](t, clara, http.MethodGet, fmt.Sprintf("/rooms/%d", r.id), nil).Seq == 1
		})
		w.shows("#log .pending", texts[l].reply)
		line.cut()
		w.hasState("offline")
		line.mend()
		w.hears(texts[l].reply)
		w.gone("#log .pending")
		clara.say(t, r.id, texts[l].again) // behind whatever was said again
		w.hears(texts[l].reply, texts[l].again)
	})
}

// TestRoom_withoutSocket stands behind a filter that lets no WebSocket through.
func TestRoom_withoutSocket(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		clara := script(t)
		line := newLink(t)
		line.filterSockets()
		w := open(t, setting{as: join(t, texts[l].name, l), via: line, may: lostConnection})
		clara.say(t, r.id, texts[l].again)
		w.enter(r, l, "polling")
		clara.say(t, r.id, texts[l].title)
		w.hears(texts[l].again, texts[l].title)
		w.fill("#body", texts[l].reply)
		w.pressEnter()
		w.hears(texts[l].again, texts[l].title, texts[l].reply)
		w.gone("#log .pending")
		if n := line.upgrades(); n != 0 {
			t.Errorf("%d sockets came through the filter", n)
		}
	})
}

func TestRoom_hiddenMessageLeavesTheOtherWindow(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		r := newRoom(t)
		author := join(t, texts[l].name, l)
		author.say(t, r.id, texts[l].again)
		author.say(t, r.id, texts[l].reply)
		reader, desk := open(t, setting{}), open(t, setting{as: moderator(t, l)})
		reader.enter(r, l, "live")
		reader.hears(texts[l].again, texts[l].reply)
		desk.enter(r, l, "live")
		desk.click(`#log .msg:last-of-type details summary`)
		desk.fill(`#log .msg:last-of-type input[name=reason]`, "E2E")
		desk.click(`#log .msg:last-of-type form button.danger`)
		reader.shows("#log", words(t, l).T("room.removed"))
		reader.hears(texts[l].again)
		reader.reload()
		reader.hasState("live")
		if eval[bool](reader, fmt.Sprintf("document.documentElement.outerHTML.includes(%q)", texts[l].reply)) {
			t.Error("the removed text is still in the page")
		}
		desk.until("the desk can show it again", `document.querySelector("#log .removed form button")`)
		desk.click(`#log .removed form button`)
		reader.hears(texts[l].again, texts[l].reply)
	})
}

// plain is a message as it reads, without Markdown's stars.
func plain(markdown string) string { return strings.ReplaceAll(markdown, "**", "") }

// lostConnection is the trouble of a test that breaks the line itself.
func lostConnection(trouble string) bool {
	return strings.Contains(trouble, "net::ERR_") || strings.Contains(trouble, "WebSocket connection to")
}
