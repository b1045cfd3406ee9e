package workshopweb

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/workshop"
)

// listView is the list as asked for.
type listView struct {
	Past       bool
	Challenge  string // slug; "": all
	Challenges []forum.Challenge
	Live       []workshop.Event // of the first page
	Events     []workshop.Event
	Next       string
}

// link is the list's address, from its beginning.
func (v listView) link(r *httpx.Request, past bool) string {
	q := url.Values{}
	if v.Challenge != "" {
		q.Set("challenge", v.Challenge)
	}
	if past {
		q.Set("when", "past")
	}
	u := r.URL("/workshops")
	if len(q) > 0 {
		u += "?" + q.Encode()
	}
	return u
}

func (h *Handlers) list(c *fiber.Ctx) error {
	return h.pages.Visitor(c, []string{workshop.Subject, "challenges", "members"}, func() error {
		v, err := h.listed(c)
		if err != nil {
			return err
		}
		return httpx.Render(c, fiber.StatusOK, listPage(httpx.Of(c), v))
	})
}

func (h *Handlers) listed(c *fiber.Ctx) (listView, error) {
	r, ctx := httpx.Of(c), c.UserContext()
	v := listView{Past: c.Query("when") == "past"}
	challenges, err := h.forum.Named(ctx)
	if err != nil {
		return v, err
	}
	f := workshop.Filter{Past: v.Past}
	for _, ch := range challenges {
		if slug := c.Query("challenge"); ch.Slug == slug {
			v.Challenge, f.Challenge = slug, int64(ch.ID)
		}
		if ch.ArchivedAt == nil || ch.Slug == v.Challenge {
			v.Challenges = append(v.Challenges, ch)
		}
	}
	f.AfterAt, f.AfterID = readCursor(c.Query("after"))
	events, more, err := h.workshops.List(ctx, r.Viewer, f)
	if err != nil {
		return v, err
	}
	if more {
		v.Next = v.link(r, v.Past)
		sep := "?"
		if strings.Contains(v.Next, "?") {
			sep = "&"
		}
		v.Next += sep + "after=" + cursor(events[len(events)-1], v.Past)
	}
	for _, e := range events {
		if !v.Past && (e.Live(r.Now) || e.DoorsOpen(r.Now)) {
			v.Live = append(v.Live, e)
			continue
		}
		v.Events = append(v.Events, e)
	}
	return v, nil
}

// cursor continues a list behind an event: microseconds of its start, or end in the past, and its id.
func cursor(e workshop.Event, past bool) string {
	at := e.StartsAt
	if past {
		at = e.EndsAt
	}
	return strconv.FormatInt(at.UnixMicro(), 10) + "-" + strconv.FormatInt(int64(e.ID), 10)
}

// readCursor reads one; what is no cursor is the beginning.
func readCursor(s string) (time.Time, workshop.ID) {
	at, id, _ := strings.Cut(s, "-")
	us, err := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if err != nil || err2 != nil || us < 0 || us > 1<<52 || n <= 0 {
		return time.Time{}, 0
	}
	return time.UnixMicro(us), workshop.ID(n)
}

// mayAnnounce reports whether the viewer may make events.
func mayAnnounce(viewer account.Viewer) bool { return viewer.Moderates() }

// standing is what an event is to the viewer, in a word or two; "" when there is nothing to say.
func standing(r *httpx.Request, e workshop.Event) (key, class string) {
	free, limited := e.Seats()
	switch {
	case e.State == workshop.Cancelled:
		return "workshop.badge.cancelled", "danger"
	case e.State == workshop.Draft:
		return "workshop.badge.draft", "attention"
	case e.Live(r.Now):
		return "workshop.badge.live", "accent"
	case e.Mine == workshop.Registered:
		return "workshop.badge.registered", "done"
	case e.Mine == workshop.Waiting:
		return "workshop.badge.waiting", "attention"
	case e.Over(r.Now):
		return "", ""
	case limited && free == 0:
		return "workshop.badge.full", ""
	}
	return "", ""
}
