package forumweb

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/forum"
	"senet/internal/httpx"
)

func (h *Handlers) home(c *fiber.Ctx) error {
	r := httpx.Of(c)
	return h.pages.Visitor(c, []string{"challenges", "threads", "members", "workshops"}, func() error {
		challenges, err := h.forum.Challenges(c.UserContext(), r.Viewer)
		if err != nil {
			return err
		}
		newest, _, err := h.forum.ListThreads(c.UserContext(), forum.ThreadFilter{Locale: r.Locale, Limit: 12})
		if err != nil {
			return err
		}
		events, err := h.Next(c.UserContext(), r)
		if err != nil {
			return err
		}
		return httpx.Render(c, fiber.StatusOK, homePage(r, live(challenges), newest, events))
	})
}

func (h *Handlers) about(c *fiber.Ctx) error {
	return h.pages.Visitor(c, nil, func() error { return httpx.Render(c, fiber.StatusOK, aboutPage(httpx.Of(c))) })
}

// live leaves out the archived.
func live(cs []forum.Challenge) []forum.Challenge {
	for i, c := range cs {
		if c.ArchivedAt != nil {
			return cs[:i]
		}
	}
	return cs
}

func (h *Handlers) challenges(c *fiber.Ctx) error {
	r := httpx.Of(c)
	return h.pages.Visitor(c, []string{"challenges", "threads", "members"}, func() error {
		cs, err := h.forum.Challenges(c.UserContext(), r.Viewer)
		if err != nil {
			return err
		}
		return httpx.Render(c, fiber.StatusOK, challengesPage(r, cs))
	})
}

// challengeView is a challenge page as asked for.
type challengeView struct {
	Challenge forum.Challenge
	Follows   bool
	Kind      forum.Kind // "" is all
	Sort      forum.Sort
	Pinned    []forum.Thread
	Threads   []forum.Thread
	Next      string
	RoomNews  templ.Component
	Events    templ.Component // that are on or come next; nil: none
}

// link is the page's address with another kind or order, from its beginning.
func (v challengeView) link(r *httpx.Request, kind forum.Kind, sort forum.Sort) string {
	var q []string
	if kind != "" {
		q = append(q, "kind="+string(kind))
	}
	if sort != forum.ByActivity {
		q = append(q, "sort="+string(sort))
	}
	u := r.URL("/c/" + v.Challenge.Slug)
	if len(q) > 0 {
		u += "?" + strings.Join(q, "&")
	}
	return u
}

func (h *Handlers) challenge(c *fiber.Ctx) error {
	r := httpx.Of(c)
	return h.pages.Visitor(c, []string{"challenges", "challenge:" + c.Params("slug"), "members", "workshops"}, func() error {
		ch, err := h.forum.FindChallenge(c.UserContext(), c.Params("slug"))
		if err != nil {
			return err
		}
		v := challengeView{Challenge: ch, Kind: kindOf(c.Query("kind")), Sort: forum.ByActivity, RoomNews: h.RoomNews(r, ch.RoomID)}
		if c.Query("sort") == string(forum.ByNewest) {
			v.Sort = forum.ByNewest
		}
		filter := forum.ThreadFilter{Locale: r.Locale, Challenge: ch.ID, Kind: v.Kind, Sort: v.Sort}
		filter.AfterAt, filter.AfterID = readCursor(c.Query("after"))
		if v.Follows, err = h.forum.FollowsChallenge(c.UserContext(), r.Viewer, ch.ID); err != nil {
			return err
		}
		if v.Events, err = h.OfChallenge(c.UserContext(), r, int64(ch.ID)); err != nil {
			return err
		}
		if filter.AfterID == 0 && v.Kind == "" {
			if v.Pinned, err = h.forum.PinnedThreads(c.UserContext(), r.Locale, ch.ID); err != nil {
				return err
			}
		}
		threads, more, err := h.forum.ListThreads(c.UserContext(), filter)
		if err != nil {
			return err
		}
		v.Threads = without(threads, v.Pinned)
		if more {
			v.Next = v.link(r, v.Kind, v.Sort)
			sep := "?"
			if strings.Contains(v.Next, "?") {
				sep = "&"
			}
			v.Next += sep + "after=" + cursor(threads[len(threads)-1])
		}
		return httpx.Render(c, fiber.StatusOK, challengePage(r, v))
	})
}

func kindOf(s string) forum.Kind {
	for _, k := range forum.Kinds {
		if string(k) == s {
			return k
		}
	}
	return ""
}

// without leaves the pinned threads out of the list below them.
func without(ts, pinned []forum.Thread) []forum.Thread {
	if len(pinned) == 0 {
		return ts
	}
	on := make(map[forum.ThreadID]bool, len(pinned))
	for _, t := range pinned {
		on[t.ID] = true
	}
	rest := make([]forum.Thread, 0, len(ts))
	for _, t := range ts {
		if !on[t.ID] {
			rest = append(rest, t)
		}
	}
	return rest
}

// cursor continues a list behind t: microseconds of its last post, and its id.
func cursor(t forum.Thread) string {
	return strconv.FormatInt(t.LastPostAt.UnixMicro(), 10) + "-" + strconv.FormatInt(int64(t.ID), 10)
}

// readCursor reads one; what is no cursor is the beginning.
func readCursor(s string) (time.Time, forum.ThreadID) {
	at, id, _ := strings.Cut(s, "-")
	us, err := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if err != nil || err2 != nil || us < 0 || us > 1<<52 || n <= 0 {
		return time.Time{}, 0
	}
	return time.UnixMicro(us), forum.ThreadID(n)
}

func (h *Handlers) followChallenge(c *fiber.Ctx) error {
	slug := c.Params("slug")
	if err := h.forum.FollowChallenge(c.UserContext(), httpx.Of(c).Viewer, slug, c.FormValue("on") == "1"); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/c/"+slug)
}
