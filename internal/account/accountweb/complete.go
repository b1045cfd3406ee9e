package accountweb

import (
	"context"
	"math"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/httpx"
)

// Company finds the members of a place whom somebody there probably means, the likeliest first; the faults of finding the
// place where the viewer may not see it.
type Company func(ctx context.Context, viewer account.Viewer, id int64) ([]account.MemberID, error)

func nobody(context.Context, account.Viewer, int64) ([]account.MemberID, error) { return nil, nil }

type namedJSON struct {
	ID          account.MemberID `json:"id"`
	Name        string           `json:"name"`
	Handle      string           `json:"handle"`
	Region      account.Region   `json:"region"`
	Affiliation string           `json:"affiliation"`
}

type namesJSON struct {
	Items []namedJSON `json:"items"`
	Next  string      `json:"next"`
}

// complete is GET /members?q=&room=&thread=&limit=: whom somebody may mean who has typed the beginning of a name.
func (h *Handlers) complete(c *fiber.Ctx) error {
	r := httpx.Of(c)
	limit, err := httpx.Int(c, "limit", account.MaxCompletions, 1, account.MaxCompletions)
	if err != nil {
		return err
	}
	near, err := h.near(c, r)
	if err != nil {
		return err
	}
	found, err := h.accounts.Complete(c.UserContext(), r.Viewer, c.Query("q"), near, int(limit))
	if err != nil {
		return err
	}
	out := namesJSON{Items: make([]namedJSON, len(found))}
	for i, m := range found {
		out.Items[i] = namedJSON(m)
	}
	return c.JSON(out)
}

// near are the members of the room and the thread that the request names.
func (h *Handlers) near(c *fiber.Ctx, r *httpx.Request) ([]account.MemberID, error) {
	var near []account.MemberID
	for _, place := range []struct {
		name string
		find Company
	}{{"room", h.InRoom}, {"thread", h.InThread}} {
		id, err := httpx.Int(c, place.name, 0, 1, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		if id == 0 {
			continue
		}
		there, err := place.find(c.UserContext(), r.Viewer, id)
		if err != nil {
			return nil, err
		}
		near = append(near, there...)
	}
	return near, nil
}
