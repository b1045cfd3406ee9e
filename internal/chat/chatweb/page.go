package chatweb

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

const (
	pageSize = 50
	// together is how close messages of one author are to stand under one name.
	together = 5 * time.Minute
)

// Row is a message as it stands in the list.
type Row struct {
	chat.Message
	Day     string // of a message that begins a day: the day's name
	DayKey  string // 2026-11-23
	Follows bool   // stands under the name of the one before
}

// Page is what the page of a room shows.
type Page struct {
	Room     chat.Room
	Rows     []Row
	Older    int64 // seq of the oldest message shown, where there are older ones; else 0
	Newest   bool  // the newest messages are on the page
	Presence chat.Presence
	Composer Composer
	Tools    Tools
}

// Composer is the form with what was typed.
type Composer struct {
	Body, Lang string
	ReplyTo    *chat.Message
	Problem    *fault.Fault
}

// page is GET /c/{slug}/room: the newest messages, or those before a seq, or those around one.
func (h *Handlers) page(c *fiber.Ctx) error {
	p, err := h.load(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, RoomPage(httpx.Of(c), p))
}

func (h *Handlers) load(c *fiber.Ctx) (Page, error) {
	r := httpx.Of(c)
	ctx := c.UserContext()
	room, err := h.service.RoomOfSlug(ctx, r.Viewer, c.Params("slug"))
	if err != nil {
		return Page{}, err
	}
	before, err := httpx.Int(c, "before", math.MaxInt64, 1, math.MaxInt64)
	if err != nil {
		return Page{}, err
	}
	at, err := httpx.Int(c, "at", 0, 0, math.MaxInt64/2)
	if err != nil {
		return Page{}, err
	}
	if at > 0 && at+pageSize/2 <= room.Seq {
		before = at + pageSize/2
	}
	// The room's seq was read first: what is said meanwhile is on the page and replayed, which harms nobody; the
	// other way round it would be missed.
	messages, more, err := h.service.Before(ctx, r.Viewer, room.ID, before, pageSize)
	if err != nil {
		return Page{}, err
	}
	p := Page{Room: room, Rows: rows(r, messages), Newest: before > room.Seq, Presence: h.hub.Presence(room.ID), Tools: h.Tools}
	if more {
		p.Older = messages[0].Seq
	}
	if id, err := strconv.ParseInt(c.Query("reply"), 10, 64); err == nil {
		for i := range messages {
			if messages[i].ID == chat.MessageID(id) && !messages[i].Hidden {
				p.Composer.ReplyTo = &messages[i]
			}
		}
	}
	return p, nil
}

// sample is some of those who are here in the order of the reader's language; room.js keeps the same order.
func sample(r *httpx.Request, p chat.Presence) []chat.By {
	here := slices.Clone(p.Sample)
	i18n.Sort(r.P, here, func(by chat.By) string { return by.Name })
	return here
}

// rows puts messages under days and names.
func rows(r *httpx.Request, messages []chat.Message) []Row {
	out := make([]Row, len(messages))
	for i, m := range messages {
		at := r.In(m.At)
		out[i] = Row{Message: m, DayKey: at.Format(time.DateOnly)}
		if i == 0 || out[i-1].DayKey != out[i].DayKey {
			out[i].Day = r.P.Date(at)
			continue
		}
		prev := out[i-1]
		out[i].Follows = !m.Hidden && !prev.Hidden && m.ReplyTo == nil && prev.Author.ID == m.Author.ID && m.At.Sub(prev.At) < together
	}
	return out
}

// sayForm is POST /c/{slug}/room, for those without JavaScript.
func (h *Handlers) sayForm(c *fiber.Ctx) error {
	r := httpx.Of(c)
	body, err := httpx.Field(c, "body")
	if err != nil {
		return err
	}
	room, err := h.service.RoomOfSlug(c.UserContext(), r.Viewer, c.Params("slug"))
	if err != nil {
		return err
	}
	say := chat.Say{Room: room.ID, ClientID: httpx.ClientID(c), Body: body, Lang: c.FormValue("lang")}
	if id, err := strconv.ParseInt(c.FormValue("reply_to"), 10, 64); err == nil {
		say.ReplyTo = chat.MessageID(id)
	}
	if err = h.says.Check(r); err == nil {
		_, err = h.service.Say(c.UserContext(), r.Viewer, say)
	}
	f := fault.Of(err)
	switch {
	case err == nil:
		return httpx.SeeOther(c, room.Path()+"#latest")
	case f == nil:
		return err
	}
	p, loadErr := h.load(c)
	if loadErr != nil {
		return loadErr
	}
	p.Composer.Body, p.Composer.Lang, p.Composer.Problem = body, say.Lang, f
	return httpx.Render(c, httpx.Status(f.Kind), RoomPage(r, p))
}
