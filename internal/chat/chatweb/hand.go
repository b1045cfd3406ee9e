package chatweb

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
)

type handJSON struct {
	ID       chat.HandID    `json:"id"`
	Member   chat.By        `json:"member"`
	Side     account.Region `json:"side"` // when the hand was raised
	State    chat.HandState `json:"state"`
	At       string         `json:"at"`
	CalledAt *string        `json:"called_at"`
	Place    *int           `json:"place"` // in the queue, from 1; null of one that has the floor
}

func handOf(h chat.Hand, place *int) handJSON {
	return handJSON{h.ID, h.Member, h.Side, h.State, chat.Stamp(h.RaisedAt), stamp(h.CalledAt), place}
}

// hands is GET /rooms/{id}/hands: who has the floor, then who waits, in order.
func (h *Handlers) hands(c *fiber.Ctx) error {
	room, err := h.roomOf(c)
	if err != nil {
		return err
	}
	f, err := h.service.Floor(c.UserContext(), room.ID)
	if err != nil {
		return err
	}
	items := []handJSON{}
	for _, hand := range f.Speaking {
		items = append(items, handOf(hand, nil))
	}
	for i, hand := range f.Queue {
		place := i + 1
		items = append(items, handOf(hand, &place))
	}
	last := map[account.Region]string{}
	for side, at := range f.LastCalled {
		last[side] = chat.Stamp(at)
	}
	return c.JSON(fiber.Map{"items": items, "next": "", "last_called": last})
}

// newest is the hand that was given the floor last; 0 when nobody has it.
func newest(f chat.Floor) chat.HandID {
	if n := len(f.Speaking); n > 0 {
		return f.Speaking[n-1].ID
	}
	return 0
}

// place is that of the viewer in the queue, from 1, or 0; speaking tells whether he has the floor.
func place(r *httpx.Request, f chat.Floor) (n int, speaking bool) {
	for _, h := range f.Speaking {
		if r.Viewer.SignedIn() && h.Member.ID == r.Viewer.ID {
			return 0, true
		}
	}
	for i, h := range f.Queue {
		if r.Viewer.SignedIn() && h.Member.ID == r.Viewer.ID {
			return i + 1, false
		}
	}
	return 0, false
}

// minutes are those that somebody has had the floor, whole ones.
func minutes(r *httpx.Request, h chat.Hand) int {
	if h.CalledAt == nil {
		return 0
	}
	return max(int(r.Now.Sub(*h.CalledAt)/time.Minute), 0)
}

func handAct(r *httpx.Request, id chat.HandID) string {
	return r.URL("/hands/" + number(id) + "/state")
}

func calledAt(h chat.Hand) string { return milliseconds(h.CalledAt) }
