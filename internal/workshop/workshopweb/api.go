package workshopweb

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/workshop"
)

func (h *Handlers) mountAPI(api fiber.Router) {
	api.Get("/workshops", h.apiList)
	api.Post("/workshops", httpx.SignedIn, h.apiCreate)
	api.Get("/workshops/:id", h.apiFind)
	api.Patch("/workshops/:id", httpx.SignedIn, h.apiEdit)
	api.Put("/workshops/:id/registration", httpx.SignedIn, h.apiRegister)
	api.Delete("/workshops/:id/registration", httpx.SignedIn, h.apiUnregister)
}

type eventJSON struct {
	ID          workshop.ID    `json:"id"`
	URL         string         `json:"url"`
	Kind        workshop.Kind  `json:"kind"`
	State       workshop.State `json:"state"`
	Title       i18n.Text      `json:"title"`
	Summary     i18n.Text      `json:"summary"`
	Challenge   string         `json:"challenge"`
	Place       string         `json:"place"`
	Link        string         `json:"link"`
	Zone        string         `json:"zone"`
	StartsAt    time.Time      `json:"starts_at"`
	EndsAt      time.Time      `json:"ends_at"`
	Capacity    int            `json:"capacity"`
	Registered  int            `json:"registered"`
	Waiting     int            `json:"waiting"`
	Sides       sidesJSON      `json:"sides"`
	Seat        workshop.Seat  `json:"seat"`
	RoomID      chat.RoomID    `json:"room_id"`
	RoomURL     string         `json:"room_url"`
	RoomState   chat.State     `json:"room_state"`
	KeepInside  bool           `json:"keep_inside"`
	Retention   int            `json:"retention_days"`
	OutcomeURL  string         `json:"outcome_url"`
	Reason      string         `json:"cancel_reason"`
	Version     int            `json:"version"`
	Description *i18n.Text     `json:"description,omitempty"`
	Agenda      []itemJSON     `json:"agenda,omitempty"`
	Speakers    []speakerJSON  `json:"speakers,omitempty"`
}

type sidesJSON struct {
	Europe    int `json:"eu"`
	China     int `json:"cn"`
	Elsewhere int `json:"other"`
}

type itemJSON struct {
	ID       int64     `json:"id"`
	After    int       `json:"after_minutes"`
	Minutes  int       `json:"minutes"`
	Title    i18n.Text `json:"title"`
	Speaker  string    `json:"speaker"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

type speakerJSON struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Affiliation string    `json:"affiliation"`
	Role        i18n.Text `json:"role"`
	Handle      string    `json:"handle"`
}

func eventOf(r *httpx.Request, e workshop.Event) eventJSON {
	j := eventJSON{ID: e.ID, URL: r.BaseURL + r.URL(e.Path()), Kind: e.Kind, State: e.State, Title: e.Title(), Summary: e.Summary(),
		Challenge: e.ChallengeSlug, Place: e.Place, Link: e.Link, Zone: e.Zone, StartsAt: e.StartsAt.UTC(), EndsAt: e.EndsAt.UTC(),
		Capacity: e.Capacity, Registered: e.Registered, Waiting: e.Waiting, Sides: sidesJSON{e.Europe, e.China, e.Elsewhere}, Seat: e.Mine,
		RoomID: e.RoomID, RoomState: e.RoomState, KeepInside: e.KeepInside, Retention: e.RetentionDays, Reason: e.CancelReason, Version: e.Version}
	if e.RoomID != 0 {
		j.RoomURL = j.URL + "/room"
	}
	if path := e.OutcomePath(); path != "" {
		j.OutcomeURL = r.BaseURL + r.URL(path)
	}
	return j
}

func (h *Handlers) apiList(c *fiber.Ctx) error {
	r := httpx.Of(c)
	limit, err := httpx.Int(c, "limit", workshop.PageSize, 1, 100)
	if err != nil {
		return err
	}
	f := workshop.Filter{Limit: int(limit)}
	switch c.Query("when") {
	case "", "upcoming":
	case "past":
		f.Past = true
	default:
		return fault.New(fault.Malformed, "error.parameter").With("Name", "when")
	}
	if slug := c.Query("challenge"); slug != "" {
		ch, err := h.forum.FindChallenge(c.UserContext(), slug)
		if err != nil {
			return err
		}
		f.Challenge = int64(ch.ID)
	}
	if after := c.Query("after"); after != "" {
		if f.AfterAt, f.AfterID = readCursor(after); f.AfterID == 0 {
			return fault.New(fault.Malformed, "error.parameter").With("Name", "after")
		}
	}
	events, more, err := h.workshops.List(c.UserContext(), r.Viewer, f)
	if err != nil {
		return err
	}
	items, next := make([]eventJSON, len(events)), ""
	for i, e := range events {
		items[i] = eventOf(r, e)
	}
	if more {
		next = cursor(events[len(events)-1], f.Past)
	}
	return c.JSON(fiber.Map{"items": items, "next": next})
}

func (h *Handlers) apiFind(c *fiber.Ctx) error {
	id, err := httpx.ID[workshop.ID](c, "id")
	if err != nil {
		return err
	}
	return h.answer(c, fiber.StatusOK, id)
}

// answer is the whole event.
func (h *Handlers) answer(c *fiber.Ctx, status int, id workshop.ID) error {
	r := httpx.Of(c)
	e, err := h.workshops.Find(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	items, err := h.workshops.Agenda(c.UserContext(), id)
	if err != nil {
		return err
	}
	people, err := h.workshops.Speakers(c.UserContext(), id)
	if err != nil {
		return err
	}
	j := eventOf(r, e)
	description := e.Description()
	j.Description = &description
	for _, i := range items {
		j.Agenda = append(j.Agenda, itemJSON{i.ID, i.StartsMin, i.Minutes, i.Title(), i.Speaker, i.StartsAt.UTC(), i.EndsAt.UTC()})
	}
	for _, s := range people {
		j.Speakers = append(j.Speakers, speakerJSON{s.ID, s.Name, s.Affiliation, s.Role(), s.Handle})
	}
	return c.Status(status).JSON(j)
}

// writtenJSON is what a caller writes of an event; what is absent stays as it is, of a new event it is empty.
type writtenJSON struct {
	Kind        *workshop.Kind  `json:"kind"`
	Title       *i18n.Text      `json:"title"`
	Summary     *i18n.Text      `json:"summary"`
	Description *i18n.Text      `json:"description"`
	Challenge   *string         `json:"challenge"`
	Zone        *string         `json:"zone"`
	Start       *string         `json:"start"`
	End         *string         `json:"end"`
	Twice       *string         `json:"twice"`
	Place       *string         `json:"place"`
	Link        *string         `json:"link"`
	Capacity    *int            `json:"capacity"`
	KeepInside  *bool           `json:"keep_inside"`
	Retention   *int            `json:"retention_days"`
	Agenda      *[]itemWritten  `json:"agenda"`
	Speakers    *[]speakerJSON  `json:"speakers"`
	State       *workshop.State `json:"state"` // announced, or of a new one draft
	Version     int             `json:"version"`
	Every       workshop.Every  `json:"every"`
	Times       int             `json:"times"`
	ClientID    string          `json:"client_id"`
	Reason      string          `json:"cancel_reason"`
}

type itemWritten struct {
	ID      int64     `json:"id"`
	After   *int      `json:"after_minutes"`
	Minutes int       `json:"minutes"`
	Title   i18n.Text `json:"title"`
	Speaker string    `json:"speaker"`
}

func give[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (in writtenJSON) into(f *workshop.Form) {
	give(&f.Kind, in.Kind)
	give(&f.Title, in.Title)
	give(&f.Summary, in.Summary)
	give(&f.Description, in.Description)
	give(&f.Challenge, in.Challenge)
	give(&f.Zone, in.Zone)
	if in.Start != nil || in.End != nil {
		f.Twice = ""
	}
	give(&f.Start, in.Start)
	give(&f.End, in.End)
	give(&f.Twice, in.Twice)
	give(&f.Place, in.Place)
	give(&f.Link, in.Link)
	give(&f.Capacity, in.Capacity)
	give(&f.KeepInside, in.KeepInside)
	give(&f.Retention, in.Retention)
	if in.Agenda != nil {
		f.Agenda = nil
		for _, i := range *in.Agenda {
			f.Agenda = append(f.Agenda, workshop.ItemForm(i))
		}
	}
	if in.Speakers != nil {
		f.Speakers = nil
		for _, s := range *in.Speakers {
			f.Speakers = append(f.Speakers, workshop.SpeakerForm(s))
		}
	}
	f.Version, f.Every, f.Times = in.Version, in.Every, in.Times
	f.Announce = in.State != nil && *in.State == workshop.Announced
}

func (h *Handlers) apiCreate(c *fiber.Ctx) error {
	r := httpx.Of(c)
	var in writtenJSON
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	f := workshop.Form{Kind: workshop.Workshop, Zone: workshop.Brussels, ClientID: uuid.New()}
	if in.ClientID != "" {
		id, err := uuid.Parse(in.ClientID)
		if err != nil {
			var fields fault.Fields
			fields.Add("client_id", "error.client_id", nil)
			return fields.Err()
		}
		f.ClientID = id
	}
	if err := in.check(workshop.Draft, workshop.Announced); err != nil {
		return err
	}
	if err := h.writing.Check(r); err != nil {
		return err
	}
	in.into(&f)
	id, err := h.workshops.Create(c.UserContext(), r.Viewer, f)
	if err != nil {
		return err
	}
	return h.answer(c, fiber.StatusCreated, id)
}

// check refuses a state that is none of those.
func (in writtenJSON) check(allowed ...workshop.State) error {
	if in.State == nil {
		return nil
	}
	for _, s := range allowed {
		if *in.State == s {
			return nil
		}
	}
	var fields fault.Fields
	fields.Add("state", "workshop.state_unknown", nil)
	return fields.Err()
}

func (h *Handlers) apiEdit(c *fiber.Ctx) error {
	r, ctx := httpx.Of(c), c.UserContext()
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	var in writtenJSON
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	if err := in.check(e.State, workshop.Announced, workshop.Cancelled); err != nil {
		return err
	}
	if in.State != nil && *in.State == workshop.Cancelled {
		if err := h.workshops.Cancel(ctx, r.Viewer, e.ID, in.Reason); err != nil {
			return err
		}
		return h.answer(c, fiber.StatusOK, e.ID)
	}
	f, err := h.workshops.Form(ctx, e)
	if err != nil {
		return err
	}
	in.into(&f)
	if err := h.workshops.Edit(ctx, r.Viewer, e.ID, f); err != nil {
		return err
	}
	return h.answer(c, fiber.StatusOK, e.ID)
}

func (h *Handlers) apiRegister(c *fiber.Ctx) error {
	return h.apiSeat(c, func(viewer account.Viewer, id workshop.ID) error {
		_, err := h.workshops.Register(c.UserContext(), viewer, id)
		return err
	})
}

func (h *Handlers) apiUnregister(c *fiber.Ctx) error {
	return h.apiSeat(c, func(viewer account.Viewer, id workshop.ID) error {
		return h.workshops.Unregister(c.UserContext(), viewer, id)
	})
}

// apiSeat answers with the viewer's seat as it is then.
func (h *Handlers) apiSeat(c *fiber.Ctx, do func(account.Viewer, workshop.ID) error) error {
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
	if e, err = h.workshops.Find(c.UserContext(), r.Viewer, e.ID); err != nil {
		return err
	}
	line, err := h.workshops.InLine(c.UserContext(), r.Viewer, e.ID)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"seat": e.Mine, "in_line": line, "registered": e.Registered, "waiting": e.Waiting})
}
