package chat

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// newEventHouse is a house whose room is that of a workshop, open, with Anna as its host.
func newEventHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) (err error) {
		h.room, err = h.service.OpenEventRoom(t.Context(), tx, EventRoom{Workshop: 1, Title: i18n.Text{En: "Workshop", Zh: "研讨会"}, Path: "/w/1-workshop/room"})
		if err != nil {
			return err
		}
		return h.service.SetStaff(t.Context(), tx, h.anna.ID, h.room, h.anna.ID, Organiser)
	}))
	h.move(Open)
	return h
}

func (h *house) move(to State) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error { return h.service.MoveRoom(h.t.Context(), tx, h.room, to) }))
}

func (h *house) sanction(v account.Viewer, kind Sanction) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		return h.service.Sanction(h.t.Context(), tx, h.room, v.ID, kind, nil)
	}))
}

func (h *house) staff(v account.Viewer, role StaffRole) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		return h.service.SetStaff(h.t.Context(), tx, h.anna.ID, h.room, v.ID, role)
	}))
}

func (h *house) ask(v account.Viewer, body string) QuestionID {
	h.t.Helper()
	id, err := h.service.Ask(h.t.Context(), v, Ask{Room: h.room, ClientID: uuid.New(), Body: body})
	h.must(err)
	return id
}

// log is the whole log of the room as a visitor gets it.
func (h *house) log() []Event {
	h.t.Helper()
	head, err := h.service.head(h.t.Context(), h.room, 0)
	h.must(err)
	events, err := h.service.read(h.t.Context(), h.room, 0, head)
	h.must(err)
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			h.t.Fatalf("the log has seq %d at %d", e.Seq, i+1)
		}
	}
	return events
}

// of are the events of a kind.
func of(kind Kind, events []Event) (some []Event) {
	for _, e := range events {
		if e.Kind == kind {
			some = append(some, e)
		}
	}
	return some
}

// question is one of the room's as the viewer sees it.
func (h *house) question(v account.Viewer, id QuestionID) Question {
	h.t.Helper()
	qs, err := h.service.Questions(h.t.Context(), v, h.room)
	h.must(err)
	for _, q := range qs {
		if q.ID == id {
			return q
		}
	}
	h.t.Fatalf("question %d is not listed", id)
	return Question{}
}

// wantFault checks that an error is the fault with that key; "" wants none.
func wantFault(t *testing.T, what string, err error, key string) {
	t.Helper()
	f := fault.Of(err)
	switch {
	case key == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case key != "" && (f == nil || f.Key != key && !fieldSays(f, key)):
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

func fieldSays(f *fault.Fault, key string) bool {
	for _, m := range f.Fields {
		if m.Key == key {
			return true
		}
	}
	return false
}

// together runs n functions at the same time and gives their errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start, done := make(chan struct{}), make(chan struct{})
	for i := range n {
		go func() {
			<-start
			errs[i] = f(i)
			done <- struct{}{}
		}()
	}
	close(start)
	for range n {
		<-done
	}
	return errs
}

func allOf(errs []error) error { return errors.Join(errs...) }
