package chat

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
)

// TestGate_beforeAnythingIsSaid: what the gate stops is neither said, nor asked, nor what a message is changed to.
func TestGate_beforeAnythingIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	said := h.say(h.li, "before")
	stop := errors.New("stopped")
	h.service.Gate = func(_ context.Context, v account.Viewer, body string) error {
		if v.ID == h.li.ID && body == "casino" {
			return stop
		}
		return nil
	}
	for what, do := range map[string]func(v account.Viewer) error{
		"say": func(v account.Viewer) error {
			_, err := h.service.Say(t.Context(), v, Say{Room: h.room, ClientID: uuid.New(), Body: "casino"})
			return err
		},
		"ask": func(v account.Viewer) error {
			_, err := h.service.Ask(t.Context(), v, Ask{Room: h.room, ClientID: uuid.New(), Body: "casino"})
			return err
		},
		"edit": func(v account.Viewer) error { return h.service.Edit(t.Context(), v, h.idOf(said), 0, "casino", "") },
	} {
		if err := do(h.li); !errors.Is(err, stop) {
			t.Errorf("%s: %v, want what the gate says", what, err)
		}
		if err := do(h.anna); errors.Is(err, stop) {
			t.Errorf("%s: somebody else is stopped", what)
		}
	}
}
