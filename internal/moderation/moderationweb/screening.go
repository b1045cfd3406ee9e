package moderationweb

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/moderation"
	"senet/web/ui"
)

// screeningView is the page of filters and of what new members may.
type screeningView struct {
	Policy  moderation.Policy
	Filters []moderation.Filtering
	Form    moderation.Filtering
	Sample  string
	Trial   *moderation.Trial
	Fault   *fault.Fault
}

func (v screeningView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

func (h *Handlers) screening(c *fiber.Ctx) error {
	return h.showScreening(c, fiber.StatusOK, screeningView{Form: moderation.Filtering{Kind: "word", Action: "note"}})
}

func (h *Handlers) showScreening(c *fiber.Ctx, status int, v screeningView) (err error) {
	viewer := httpx.Of(c).Viewer
	if v.Policy, err = h.moderation.Policy(c.UserContext()); err != nil {
		return err
	}
	if v.Filters, err = h.moderation.Filters(c.UserContext(), viewer); err != nil {
		return err
	}
	return httpx.Render(c, status, screeningPage(httpx.Of(c), v))
}

// addFilter tries a filter or adds it.
func (h *Handlers) addFilter(c *fiber.Ctx) error {
	var v screeningView
	var try string
	var err error
	for name, to := range map[string]*string{"kind": &v.Form.Kind, "pattern": &v.Form.Pattern, "action": &v.Form.Action, "sample": &v.Sample, "try": &try} {
		if *to, err = httpx.Field(c, name); err != nil {
			return err
		}
	}
	viewer := httpx.Of(c).Viewer
	if try != "" {
		trial, tryErr := h.moderation.Try(c.UserContext(), viewer, v.Form, v.Sample)
		err, v.Trial = tryErr, &trial
	} else {
		_, err = h.moderation.AddFilter(c.UserContext(), viewer, v.Form)
	}
	if f := fault.Of(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		v.Fault, v.Trial = f, nil
		return h.showScreening(c, httpx.Status(f.Kind), v)
	}
	if err != nil {
		return err
	}
	if v.Trial != nil {
		return h.showScreening(c, fiber.StatusOK, v)
	}
	return httpx.SeeOther(c, "/admin/screening")
}

func (h *Handlers) setFilter(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.FilterID](c, "id")
	if err != nil {
		return err
	}
	to, err := httpx.Field(c, "to")
	if err != nil {
		return err
	}
	if _, err := h.moderation.SetFilter(c.UserContext(), httpx.Of(c).Viewer, id, to); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/screening")
}

// raids are how long the raid switch may be on.
var raids = map[string]time.Duration{"h2": 2 * time.Hour, "h12": 12 * time.Hour, "d3": 72 * time.Hour}

func (h *Handlers) setPolicy(c *fiber.Ctx) error {
	var first, links, same, raid string
	var err error
	for name, to := range map[string]*string{"hold_first": &first, "new_links": &links, "hold_same": &same, "raid": &raid} {
		if *to, err = httpx.Field(c, name); err != nil {
			return err
		}
	}
	p, err := h.moderation.Policy(c.UserContext())
	if err != nil {
		return err
	}
	p.HoldFirst, p.HoldSame = first, same != ""
	p.NewLinks = number(links)
	for name, to := range map[string]*int{"join_seconds": &p.JoinSeconds, "new_posts": &p.New.Posts, "new_linked": &p.New.Linked,
		"regular_posts": &p.Regular.Posts, "regular_linked": &p.Regular.Linked} {
		typed, err := httpx.Field(c, name)
		if err != nil {
			return err
		}
		if typed != "" { // else it stays as it is
			*to = number(typed)
		}
	}
	switch lasts, ok := raids[raid]; {
	case ok:
		end := time.Now().Add(lasts)
		p.RaidUntil = &end
	case raid == "off":
		p.RaidUntil = nil
	}
	_, err = h.moderation.SetPolicy(c.UserContext(), httpx.Of(c).Viewer, p)
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		return h.showScreening(c, httpx.Status(f.Kind), screeningView{Form: moderation.Filtering{Kind: "word", Action: "note"}, Fault: f})
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/screening")
}

// number is what was typed; -1, which the core refuses, when it is none.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return -1
	}
	return n
}

// choices are options with those values, each with its name.
func choices(name func(string) string, values ...string) []ui.Option {
	options := make([]ui.Option, len(values))
	for i, value := range values {
		options[i] = ui.Option{Value: value, Label: name(value)}
	}
	return options
}

func first(r *httpx.Request) func(string) string {
	return func(v string) string { return r.T("screening.first." + v) }
}

func raiding(r *httpx.Request) func(string) string {
	return func(v string) string { return r.T("screening.raiding." + v) }
}

func kinds(r *httpx.Request) func(string) string {
	return func(v string) string { return r.T("screening.kinds." + v) }
}

func actions(r *httpx.Request) func(string) string {
	return func(v string) string { return r.T("screening.actions." + v) }
}
