package chat

import (
	"fmt"
	"slices"
	"testing"

	"senet/internal/account"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	first, second, third, waiting := h.ask(h.li, "Who pays?"), h.ask(h.li, "Who leads?"), h.ask(h.li, "When?"), h.ask(h.li, "Why?")
	set := func(id QuestionID, to QuestionState) { h.must(h.service.SetQuestion(t.Context(), h.anna, id, to)) }
	h.say(h.anna, "before")
	set(second, Live)
	led := h.say(h.anna, "We lead.")
	gone := h.say(h.li, "nonsense")
	h.hide(gone)
	set(first, Live) // the one before is answered
	var paid []int64
	for i := range MaxSaid + 3 {
		paid = append(paid, h.say(h.anna, fmt.Sprintf("Payer %d", i)))
	}
	liked := paid[len(paid)-1]
	h.must(h.service.React(t.Context(), h.li, h.idOf(liked), "agree", true))
	set(first, Answered)
	set(third, Answered)
	h.say(h.anna, "after")
	got, err := h.service.Answers(t.Context(), h.li, h.room)
	h.must(err)
	if len(got) != 3 || got[0].ID != second || got[1].ID != first || got[2].ID != third {
		t.Fatalf("answered: %+v; %d waits", got, waiting)
	}
	if said := got[0].Said; len(said) != 1 || said[0].Seq != led || got[0].From == 0 || got[0].Upto < led {
		t.Errorf("the first answer is %+v", got[0])
	}
	var seqs []int64
	for _, m := range got[1].Said {
		seqs = append(seqs, m.Seq)
	}
	if want := append(slices.Clone(paid[:MaxSaid-1]), liked); !slices.Equal(seqs, want) {
		t.Errorf("of much that was said there is %v, want what got a reaction and the first: %v", seqs, want)
	}
	if a := got[2]; a.From != 0 || a.Upto == 0 || len(a.Said) != 0 {
		t.Errorf("a question that was never live has %+v", a)
	}
	if _, err := h.service.Answers(t.Context(), account.Visitor(), h.room+1000); err != errNoRoom {
		t.Errorf("of no room: %v", err)
	}
	ms, qs, err := h.service.Shown(t.Context(), h.store, h.room, []MessageID{h.idOf(led), h.idOf(gone), 99999}, []QuestionID{first, 99999})
	h.must(err)
	if len(ms) != 1 || len(qs) != 1 {
		t.Errorf("%v and %v can be seen", ms, qs)
	}
}
