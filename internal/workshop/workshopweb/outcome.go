package workshopweb

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/workshop"
)

// outcomeView is the page on which hosts write what came of an event.
type outcomeView struct {
	Event      workshop.Event
	Draft      workshop.Outcome
	Material   workshop.Material // what a new draft was made of
	Fresh      bool              // the draft was made now and is not saved
	Saved      bool              // it was saved just now
	Preview    bool              // the texts are to be seen as they will look
	HTML       i18n.Text         // of the texts
	Theirs     *workshop.Outcome // what somebody else has saved meanwhile
	Lacking    map[i18n.Locale]int
	Empty      []i18n.Locale
	Challenges []forum.Challenge // to choose from, where the event is about none
	Fault      *fault.Fault
}

// mountOutcome adds the routes, where there is something to write outcomes with.
func (h *Handlers) mountOutcome(pages fiber.Router) {
	if h.Outcomes == nil {
		return
	}
	pages.Get("/w/:id/outcome", httpx.SignedIn, h.outcome)
	pages.Post("/w/:id/outcome", httpx.SignedIn, h.saveOutcome)
}

// outcome shows the draft as it was saved last, or one that is made of the room now: when there is none, or with ?fresh=1.
func (h *Handlers) outcome(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.find(c)
	if err != nil {
		return err
	}
	v := outcomeView{Event: e, Saved: c.Query("saved") != ""}
	if v.Draft, err = h.Outcomes.Find(c.UserContext(), r.Viewer, e); err != nil {
		return err
	}
	if v.Draft.PublishedAt == nil && (v.Draft.Version == 0 || c.Query("fresh") != "") {
		if v.Material, err = h.Outcomes.Material(c.UserContext(), r.Viewer, e); err != nil {
			return err
		}
		version := v.Draft.Version
		v.Draft, v.Fresh = h.draft(r, e, v.Material), true
		v.Draft.Version = version
	}
	return h.showOutcome(c, fiber.StatusOK, v)
}

// saveOutcome keeps the draft, and shows it as it will look or publishes it.
func (h *Handlers) saveOutcome(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.find(c)
	if err != nil {
		return err
	}
	v := outcomeView{Event: e}
	if v.Draft, err = typedOutcome(c); err != nil {
		return err
	}
	if err = h.writing.Check(r); err == nil {
		err = h.keepOutcome(c, &v)
	}
	f := fault.Of(err)
	switch {
	case f == nil && err != nil:
		return err
	case f == nil && !v.Preview:
		return nil
	case f == nil:
		return h.showOutcome(c, fiber.StatusOK, v)
	case f.Key == "outcome.published":
		return httpx.SeeOther(c, e.Path()+"/outcome")
	case f.Kind == fault.Forbidden || f.Kind == fault.NotFound || f.Kind == fault.Malformed:
		return err
	}
	v.Fault = f
	if f.Key == "outcome.changed" {
		now, err := h.Outcomes.Find(c.UserContext(), r.Viewer, e)
		if err != nil {
			return err
		}
		v.Theirs, v.Draft.Version = &now, now.Version
	}
	httpx.RetryAfter(c, f)
	return h.showOutcome(c, httpx.Status(f.Kind), v)
}

// keepOutcome does what the button says. With a preview the page is still to be shown.
func (h *Handlers) keepOutcome(c *fiber.Ctx, v *outcomeView) error {
	r := httpx.Of(c)
	if c.FormValue("do") == "publish" {
		started, err := h.Outcomes.Publish(c.UserContext(), r.Viewer, v.Event, v.Draft)
		if err != nil {
			return err
		}
		return httpx.SeeOther(c, started.Path())
	}
	version, err := h.Outcomes.Save(c.UserContext(), r.Viewer, v.Event, v.Draft)
	if err != nil {
		return err
	}
	if c.FormValue("do") != "preview" {
		return httpx.SeeOther(c, v.Event.Path()+"/outcome?saved=1")
	}
	v.Draft.Version, v.Preview = version, true
	for _, l := range i18n.Written {
		*v.HTML.Side(l) = markup.Render(v.Draft.Body.Only(l), markup.Options{Lang: string(l), IDPrefix: string(l) + "-"})
	}
	return nil
}

func typedOutcome(c *fiber.Ctx) (workshop.Outcome, error) {
	o := workshop.Outcome{Kind: forum.Kind(c.FormValue("kind")), Lang: i18n.Locale(c.FormValue("lang")), Challenge: c.FormValue("challenge")}
	o.Version, _ = strconv.Atoi(c.FormValue("version")) // none is 0: a draft that nobody has saved
	for _, l := range i18n.Written {
		for name, to := range map[string]*string{"title_": o.Title.Side(l), "body_": o.Body.Side(l)} {
			var err error
			if *to, err = httpx.Field(c, name+string(l)); err != nil {
				return o, err
			}
		}
	}
	return o, nil
}

func (h *Handlers) showOutcome(c *fiber.Ctx, status int, v outcomeView) error {
	if v.Draft.PublishedAt == nil {
		v.Lacking, v.Empty = h.lacking(v.Draft), empty(v.Draft)
		if v.Event.ChallengeSlug == "" {
			var err error
			if v.Challenges, err = h.forum.Challenges(c.UserContext(), httpx.Of(c).Viewer); err != nil {
				return err
			}
		}
	}
	return httpx.Render(c, status, outcomePage(httpx.Of(c), v))
}

// field is what is wrong with a field of the form.
func (v outcomeView) field(name string) fault.Message { return fieldOf(v.Fault, name) }

// kinds are those that the viewer may publish.
func (v outcomeView) kinds(r *httpx.Request) []forum.Kind {
	if r.Viewer.Moderates() {
		return []forum.Kind{forum.Discussion, forum.Announcement}
	}
	return []forum.Kind{forum.Discussion}
}

// made says what a new draft was made of, in words.
func (v outcomeView) made(r *httpx.Request) string {
	var parts []string
	for _, p := range []struct {
		key string
		n   int
	}{{"outcome.made.decisions", len(v.Material.Decisions)}, {"outcome.made.answers", len(v.Material.Answers)},
		{"outcome.made.polls", len(v.Material.Polls)}, {"outcome.made.pinned", len(v.Material.Pinned)}} {
		if p.n > 0 {
			parts = append(parts, r.N(p.key, p.n))
		}
	}
	return r.P.List(parts...)
}

// hosts reports whether the viewer runs the event.
func hosts(r *httpx.Request, e workshop.Event) bool {
	return e.Organises(r.Viewer) || r.Viewer.SignedIn() && e.Role == chat.Host
}
