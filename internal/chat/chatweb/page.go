package chatweb

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
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

	Reacting bool // offers the reactions, to those without JavaScript
}

// Page is what the page of a room shows.
type Page struct {
	Room     chat.Room
	Rows     []Row
	Older    int64  // what to give as before to see older messages; 0: there are none
	Newer    int64  // what to give as after to see newer ones
	Newest   bool   // the newest messages are on the page: there are no newer ones
	Today    string // 2026-11-23, where the reader is
	Presence chat.Presence
	Composer Composer
	Tools    Tools

	Own       map[chat.MessageID][]chat.Reaction // the viewer's own
	Marked    []chat.Message                     // the key messages
	Questions []chat.Question
	Polls     []chat.Poll
	Floor     chat.Floor
	Staff     []chat.StaffMember
	Sanctions []chat.Sanctioned // for hosts

	Sanctioning chat.By         // who is to be muted or removed, with the form for it
	Aside       templ.Component // what the room is about: the agenda of a workshop
	Ask         Asking
	Polling     Polling
}

// Event reports whether the room is a workshop's, with questions, polls and a speaker queue.
func (p Page) Event() bool { return p.Room.Workshop != 0 }

// section is the part of the hub that the room belongs to.
func (p Page) section() string {
	if p.Event() {
		return "workshops"
	}
	return "challenges"
}

// Asking is the form of a question with what was typed.
type Asking struct {
	Body, Lang string
	Anonymous  bool
	Problem    *fault.Fault
}

// Polling is the form of a poll with what was typed.
type Polling struct {
	Kind                chat.PollKind
	Body, Options, Lang string
	Results             chat.Results
	Problem             *fault.Fault
}

// Composer is the form with what was typed.
type Composer struct {
	Body, Lang string
	ReplyTo    *chat.Message
	Problem    *fault.Fault
}

// finding is how a page finds its room.
type finding func(c *fiber.Ctx) (chat.Room, error)

func (h *Handlers) standingRoom(c *fiber.Ctx) (chat.Room, error) {
	return h.service.RoomOfSlug(c.UserContext(), httpx.Of(c).Viewer, c.Params("slug"))
}

func (h *Handlers) workshopRoom(c *fiber.Ctx) (chat.Room, error) {
	id, err := httpx.ID[int64](c, "workshop")
	if err != nil {
		return chat.Room{}, err
	}
	return h.service.RoomOfWorkshop(c.UserContext(), httpx.Of(c).Viewer, id)
}

// page shows a room: the newest messages, or those before a seq, after one or around one, or those of a day.
func (h *Handlers) page(find finding) fiber.Handler {
	return func(c *fiber.Ctx) error {
		room, err := find(c)
		if err != nil {
			return err
		}
		r := httpx.Of(c)
		if r.Path != room.Path() { // the title has changed since
			return c.Redirect(r.URL(room.Path())+query(r), fiber.StatusMovedPermanently)
		}
		if on := c.Query("on"); on != "" {
			return h.jump(c, room, on)
		}
		p, err := h.load(c, room)
		if err != nil {
			return err
		}
		return httpx.Render(c, fiber.StatusOK, RoomPage(r, p))
	}
}

func query(r *httpx.Request) string {
	if r.Query == "" {
		return ""
	}
	return "?" + r.Query
}

func (h *Handlers) load(c *fiber.Ctx, room chat.Room) (Page, error) {
	r := httpx.Of(c)
	tools := h.Tools
	tools.moderate = room.Hosts(r.Viewer)
	p := Page{Room: room, Presence: h.hub.Presence(room.ID), Tools: tools, Today: r.In(r.Now).Format(time.DateOnly)}
	// The room's seq was read before: what is said meanwhile is on the page and replayed, which harms nobody; the other way
	// round it would be missed.
	messages, err := h.stretch(c, &p)
	if err != nil {
		return Page{}, err
	}
	p.Rows = rows(r, messages)
	if id, err := strconv.ParseInt(c.Query("reply"), 10, 64); err == nil {
		for i := range messages {
			if messages[i].ID == chat.MessageID(id) && !messages[i].Hidden {
				p.Composer.ReplyTo = &messages[i]
			}
		}
	}
	if id, err := strconv.ParseInt(c.Query("of"), 10, 64); err == nil {
		for _, m := range messages {
			if m.ID == chat.MessageID(id) {
				p.Sanctioning = m.Author
			}
		}
	}
	if id, err := strconv.ParseInt(c.Query("react"), 10, 64); err == nil {
		for i := range p.Rows {
			p.Rows[i].Reacting = p.Rows[i].ID == chat.MessageID(id)
		}
	}
	return p, h.loadBeside(c.UserContext(), r, &p)
}

// loadBeside reads what stands beside the talk.
func (h *Handlers) loadBeside(ctx context.Context, r *httpx.Request, p *Page) (err error) {
	ids := make([]chat.MessageID, len(p.Rows))
	for i, row := range p.Rows {
		ids[i] = row.ID
	}
	if p.Own, err = h.service.OwnReactions(ctx, r.Viewer, ids); err != nil {
		return err
	}
	if p.Marked, err = h.service.Marked(ctx, p.Room.ID); err != nil {
		return err
	}
	if !p.Event() {
		return nil
	}
	if p.Questions, err = h.service.Questions(ctx, r.Viewer, p.Room.ID); err != nil {
		return err
	}
	if p.Polls, err = h.service.Polls(ctx, r.Viewer, p.Room.ID); err != nil {
		return err
	}
	if p.Floor, err = h.service.Floor(ctx, p.Room.ID); err != nil {
		return err
	}
	if p.Staff, err = h.service.Staff(ctx, p.Room.ID); err != nil {
		return err
	}
	if p.Room.Hosts(r.Viewer) {
		if p.Sanctions, err = h.service.Sanctions(ctx, r.Viewer, p.Room); err != nil {
			return err
		}
	}
	if h.Tools.Aside != nil {
		p.Aside, err = h.Tools.Aside(ctx, r, p.Room.Workshop, p.Room.Settings.Item)
	}
	return err
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

// sayForm is the composer's, for those without JavaScript.
func (h *Handlers) sayForm(find finding) fiber.Handler {
	return func(c *fiber.Ctx) error {
		room, err := find(c)
		if err != nil {
			return err
		}
		return h.sayIn(c, room)
	}
}

func (h *Handlers) sayIn(c *fiber.Ctx, room chat.Room) error {
	r := httpx.Of(c)
	body, err := httpx.Field(c, "body")
	if err != nil {
		return err
	}
	say := chat.Say{Room: room.ID, ClientID: httpx.ClientID(c), Body: body, Lang: c.FormValue("lang"), Announce: c.FormValue("announce") != ""}
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
	p, loadErr := h.load(c, room)
	if loadErr != nil {
		return loadErr
	}
	p.Composer.Body, p.Composer.Lang, p.Composer.Problem = body, say.Lang, f
	return httpx.Render(c, httpx.Status(f.Kind), RoomPage(r, p))
}
