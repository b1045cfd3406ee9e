package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"senet/internal/i18n"
)

// asked are the texts of the questions in a part of the list, in their order.
func (w *window) asked(part string) []string {
	w.t.Helper()
	return eval[[]string](w, fmt.Sprintf(`[...document.querySelectorAll('[data-fold=%q] > li .msg-text')].map((e) => e.innerText.trim())`, part))
}

// ask asks a question over the API.
func (m *member) ask(t testing.TB, r room, body string) string {
	t.Helper()
	id := call[struct{ ID int64 }](t, m, http.MethodPost, fmt.Sprintf("/rooms/%d/questions", r.id), map[string]any{"client_id": uuid.New(), "body": body, "lang": ""}).ID
	return fmt.Sprintf("#q-%d", id)
}

// TestQuestions_twoLanguages has a member ask in Chinese while another's question comes in, somebody who reads English vote for
// it, and the host answer it: each window shows the same, and what is being typed is not touched.
func TestQuestions_twoLanguages(t *testing.T) {
	t.Parallel()
	host, asker := join(t, texts[i18n.En].name, i18n.En), join(t, texts[i18n.Zh].name, i18n.Zh)
	r := newMeeting(t, host)
	here, there := open(t, setting{as: host}), open(t, setting{as: asker})
	for w, l := range map[*window]i18n.Locale{here: i18n.En, there: i18n.Zh} {
		w.visit("/" + string(l) + r.path + "#questions")
		w.hasState("live")
	}

	there.focus("#ask-body")
	there.write("数据从")
	there.compose("na'li")
	first := host.ask(t, r, "Who pays?")
	there.shows(first, "Who pays?")
	there.press(processed, ctrl) // the Enter of the input method sends nothing
	field := func() string { return eval[string](there, `document.querySelector("#ask-body").value`) }
	if got := field(); got != "数据从na'li" {
		t.Fatalf("a question that came in has changed the field to %q", got)
	}
	if !eval[bool](there, `document.activeElement.id === "ask-body"`) {
		t.Fatal("a question that came in has taken the focus")
	}
	there.write("哪里来？")
	there.click("[name=anonymous]")
	there.shows("[data-anonymous-hint]", words(t, i18n.Zh).T("room.question.anonymous_hint"))
	there.click(submit("form[data-ask]"))
	there.until("it is asked", `[...document.querySelectorAll("[data-fold=open] .msg-text")].some((e) => e.innerText.trim() === "数据从哪里来？")`)
	there.until("the form is empty again", `document.querySelector("#ask-body").value === ""`)
	if !eval[bool](there, `document.querySelector("[name=anonymous]").checked`) {
		t.Error("whoever has asked without a name asks the next one with it")
	}
	id := "#" + eval[string](there, `[...document.querySelectorAll("[data-fold=open] li")].find((li) => li.innerText.includes("数据从哪里来")).id`)
	there.shows(id, words(t, i18n.Zh).T("room.question.own"))
	here.shows(id, "数据从哪里来？")
	here.shows(id, words(t, i18n.En).T("room.question.nameless"))
	if eval[bool](here, fmt.Sprintf(`document.querySelector(%q).innerText.includes(%q)`, id, asker.name)) {
		t.Error("who asked without a name is named")
	}

	here.click(id + " [data-vote]")
	there.shows(id+" [data-n]", "1")
	here.until("the vote is one's own", fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-pressed") === "true"`, id+" [data-vote]"))
	if got := eval[string](there, fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-pressed")`, id+" [data-vote]")); got != "false" {
		t.Error("somebody else's vote is shown as one's own")
	}
	here.shows(`[data-tab="questions"] [data-tab-count]`, "2")

	here.click(id + " [data-to=live]")
	there.shows(id, words(t, i18n.Zh).T("room.question.state.live"))
	here.until("what is being answered stands first", fmt.Sprintf(`document.querySelector("[data-fold=open] li").id === %q`, id[1:]))
	here.click(id + " [data-to=answered]")
	here.until("what is answered has left the queue", fmt.Sprintf(`document.querySelector("[data-fold=answered] %s")`, id))
	there.shows(`[data-tab="questions"] [data-tab-count]`, "1")
	there.shows("[data-fold-count]", "") // the parts are there

	there.reload()
	there.hasState("live")
	if got := there.asked("open"); len(got) != 1 || got[0] != "Who pays?" {
		t.Errorf("after a reload the queue is %q", got)
	}
	if got := eval[string](there, `document.querySelector("[data-fold=answered] li").id`); "#"+got != id {
		t.Errorf("after a reload %q is answered, want %s", got, id)
	}
}

// TestQuestions_orderWaits: the list is not put into its order under the pointer of somebody who is about to press.
func TestQuestions_orderWaits(t *testing.T) {
	t.Parallel()
	host, reader := join(t, texts[i18n.En].name, i18n.En), join(t, texts[i18n.Zh].name, i18n.Zh)
	r := newMeeting(t, host)
	first, second := host.ask(t, r, "First?"), host.ask(t, r, "Second?")
	w := open(t, setting{as: reader})
	w.visit("/zh" + r.path + "#questions")
	w.hasState("live")
	w.click(first + " [data-vote]") // the pointer stays there
	w.shows(first+" [data-n]", "1")
	w.click(first + " [data-vote]")
	w.shows(first+" [data-n]", "0")
	call[any](t, host, http.MethodPost, "/questions/"+second[len("#q-"):]+"/vote", map[string]any{"on": true})
	w.shows(second+" [data-n]", "1")
	w.until("the new order is offered", `document.querySelector("#questions .reorder.waits")`)
	if got := w.asked("open"); len(got) != 2 || got[0] != "First?" {
		t.Fatalf("under the pointer the order has become %q", got)
	}
	w.click("#questions .reorder button")
	w.until("the order is right", fmt.Sprintf(`document.querySelector("[data-fold=open] li").id === %q`, second[1:]))
}

// TestHands_takeTurns raises hands from both sides and has the host call them.
func TestHands_takeTurns(t *testing.T) {
	t.Parallel()
	host := join(t, texts[i18n.En].name, i18n.En)
	r := newMeeting(t, host)
	anna, marek := moderator(t, i18n.En), join(t, "Marek", i18n.En) // of Europe
	wang := join(t, texts[i18n.Zh].name, i18n.Zh)
	here, there := open(t, setting{as: host}), open(t, setting{as: wang})
	for w, l := range map[*window]i18n.Locale{here: i18n.En, there: i18n.Zh} {
		w.visit("/" + string(l) + r.path + "#hands")
		w.hasState("live")
	}
	raise := fmt.Sprintf("/rooms/%d/hand", r.id)
	for _, m := range []*member{anna, marek} {
		call[any](t, m, http.MethodPost, raise, map[string]any{"up": true})
	}
	there.click("[data-raise] button")
	there.shows("[data-place]", words(t, i18n.Zh).T("room.hand.place", "N", "2"))
	here.shows(`[data-tab="hands"] [data-tab-count]`, "3")
	queue := func(w *window) string {
		return eval[string](w, `[...document.querySelectorAll("[data-queue] [data-name]")].map((a) => a.textContent.trim()).join(", ")`)
	}
	wait := func(w *window, want string) {
		t.Helper()
		w.until("the queue is "+want, fmt.Sprintf(`[...document.querySelectorAll("[data-queue] [data-name]")].map((a) => a.textContent.trim()).join(", ") === %q`, want))
	}
	wait(here, "Anna Weber, "+wang.name+", Marek")

	here.click("[data-next]")
	here.shows("[data-floor]", "Anna Weber")
	wait(here, wang.name+", Marek")
	there.shows("[data-place]", words(t, i18n.Zh).T("room.hand.place_next"))
	here.click("[data-next]")
	there.shows("[data-place]", words(t, i18n.Zh).T("room.hand.place_called"))
	here.shows("[data-floor]", wang.name)
	there.click("[data-lower] button")
	here.shows("#hands", words(t, i18n.En).T("room.hand.floor_empty"))
	wait(here, "Marek")
	here.reload()
	here.hasState("live")
	if got := queue(here); got != "Marek" {
		t.Errorf("after a reload the queue is %q", got)
	}
}
