package workshopweb

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
	"senet/internal/workshop"
)

// eventView is the page of an event.
type eventView struct {
	workshop.Event
	Agenda   []workshop.Item
	Speakers []workshop.Speaker
	Staff    []chat.StaffMember
	Guests   []workshop.Guest // for members
	InLine   int              // the viewer's place on the waiting list
	Series   []workshop.Event // the others that were made with it and are to come
}

func (h *Handlers) event(c *fiber.Ctx) error {
	id, err := httpx.ID[workshop.ID](c, "id")
	if err != nil {
		return err
	}
	return h.pages.Visitor(c, []string{workshop.Subject, "members"}, func() error {
		r := httpx.Of(c)
		e, err := h.workshops.Find(c.UserContext(), r.Viewer, id)
		if err != nil {
			return err
		}
		if want := e.Path(); r.Path != want {
			if r.Query != "" {
				want += "?" + r.Query
			}
			// A title that is changed and changed back would lead a browser that remembers round in a circle.
			c.Set(fiber.HeaderCacheControl, "private, no-cache")
			return c.Redirect(r.URL(want), fiber.StatusMovedPermanently)
		}
		v, err := h.view(c, e)
		if err != nil {
			return err
		}
		return httpx.Render(c, fiber.StatusOK, eventPage(r, v))
	})
}

func (h *Handlers) view(c *fiber.Ctx, e workshop.Event) (eventView, error) {
	r, ctx := httpx.Of(c), c.UserContext()
	v := eventView{Event: e}
	var err error
	if v.Agenda, err = h.workshops.Agenda(ctx, e.ID); err != nil {
		return v, err
	}
	if v.Speakers, err = h.workshops.Speakers(ctx, e.ID); err != nil {
		return v, err
	}
	if v.Staff, err = h.workshops.Staff(ctx, e); err != nil {
		return v, err
	}
	if v.Guests, err = h.workshops.Guests(ctx, r.Viewer, e); err != nil {
		return v, err
	}
	if e.Mine == workshop.Waiting {
		if v.InLine, err = h.workshops.InLine(ctx, r.Viewer, e.ID); err != nil {
			return v, err
		}
	}
	if e.SeriesID != nil {
		all, _, err := h.workshops.List(ctx, r.Viewer, workshop.Filter{Series: e.SeriesID, Limit: 12})
		if err != nil {
			return v, err
		}
		for _, other := range all {
			if other.ID != e.ID {
				v.Series = append(v.Series, other)
			}
		}
	}
	return v, nil
}

// seated are the guests with that seat.
func (v eventView) seated(seat workshop.Seat) []workshop.Guest {
	var some []workshop.Guest
	for _, g := range v.Guests {
		if g.Seat == seat {
			some = append(some, g)
		}
	}
	return some
}

// open reports whether seats can be taken and given up.
func (v eventView) open(r *httpx.Request) bool {
	return v.State == workshop.Announced && !v.Over(r.Now)
}

// lacks are the texts that the organisers have not written yet, in the reader's words.
func (v eventView) lacks(r *httpx.Request) []string {
	if !v.Organises(r.Viewer) {
		return nil
	}
	parts := missing(r, v.Event)
	if v.State != workshop.Draft && v.DescriptionEn+v.DescriptionZh == "" {
		return nil // it needs none
	}
	return parts
}

func signIn(r *httpx.Request, e workshop.Event) string {
	return r.URL("/sign-in") + "?back=" + url.QueryEscape(r.URL(e.Path()))
}

func memberPath(id account.MemberID) string { return "/m/" + strconv.FormatInt(int64(id), 10) }

func (h *Handlers) register(c *fiber.Ctx) error {
	return h.seat(c, func(viewer account.Viewer, id workshop.ID) error {
		_, err := h.workshops.Register(c.UserContext(), viewer, id)
		return err
	})
}

func (h *Handlers) unregister(c *fiber.Ctx) error {
	return h.seat(c, func(viewer account.Viewer, id workshop.ID) error {
		return h.workshops.Unregister(c.UserContext(), viewer, id)
	})
}

func (h *Handlers) seat(c *fiber.Ctx, do func(account.Viewer, workshop.ID) error) error {
	r := httpx.Of(c)
	e, err := h.find(c)
	if err != nil {
		return err
	}
	if err := h.seats.Check(r); err != nil {
		return err
	}
	if err := do(r.Viewer, e.ID); err != nil {
		return err
	}
	return httpx.SeeOther(c, e.Path()+"#seat")
}
