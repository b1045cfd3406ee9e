package workshopweb

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/workshop"
	"senet/web/ui"
)

// formView is the form of an event, as it is or as typed.
type formView struct {
	Event      workshop.Event // the zero Event: a new one
	Form       workshop.Form
	Numbers    numbers
	Challenges []forum.Challenge
	ClientID   string
	Fault      *fault.Fault
}

// numbers are fields of numbers as typed, so that what is no number stays to be corrected.
type numbers map[string]string

// field is what is wrong with a field of the form.
func (v formView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

// number is a field of a number: as typed, else n; 0 is blank.
func (v formView) number(name string, n int) string {
	if s, ok := v.Numbers[name]; ok {
		return s
	}
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// after is where an agenda item begins: as typed, else blank when it follows the one before.
func (v formView) after(n int) string {
	if s, ok := v.Numbers[itemField(n, "after")]; ok {
		return s
	}
	if at := v.Form.Agenda[n].After; at != nil {
		return strconv.Itoa(*at)
	}
	return ""
}

func itemField(n int, name string) string    { return "item_" + strconv.Itoa(n) + "_" + name }
func speakerField(n int, name string) string { return "speaker_" + strconv.Itoa(n) + "_" + name }

// offered is how many blank rows a form offers for agenda and speakers, and how many more the buttons bring.
const offered = 3

func (h *Handlers) newEvent(c *fiber.Ctx) error {
	r := httpx.Of(c)
	v := formView{Form: workshop.Form{Kind: workshop.Workshop, Zone: workshop.Brussels, Challenge: c.Query("challenge")}}
	v.Form.Agenda = make([]workshop.ItemForm, offered)
	v.Form.Speakers = make([]workshop.SpeakerForm, offered)
	day := r.Now.AddDate(0, 0, 14).Format(time.DateOnly)
	v.Form.Start, v.Form.End = day+"T10:00", day+"T12:00"
	return h.showForm(c, fiber.StatusOK, v)
}

func (h *Handlers) editEvent(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	if r.Path != e.Path()+"/edit" {
		return c.Redirect(r.URL(e.Path()+"/edit"), fiber.StatusFound)
	}
	v := formView{Event: e}
	if v.Form, err = h.workshops.Form(c.UserContext(), e); err != nil {
		return err
	}
	v.Form.Agenda = append(v.Form.Agenda, make([]workshop.ItemForm, offered)...)
	v.Form.Speakers = append(v.Form.Speakers, make([]workshop.SpeakerForm, offered)...)
	return h.showForm(c, fiber.StatusOK, v)
}

// organised is the event of the address, for those who may change it.
func (h *Handlers) organised(c *fiber.Ctx) (workshop.Event, error) {
	e, err := h.find(c)
	if err == nil && !e.Organises(httpx.Of(c).Viewer) {
		err = fault.New(fault.Forbidden, "error.forbidden")
	}
	return e, err
}

func (h *Handlers) showForm(c *fiber.Ctx, status int, v formView) error {
	all, err := h.forum.Named(c.UserContext())
	if err != nil {
		return err
	}
	v.Challenges = slices.DeleteFunc(all, func(ch forum.Challenge) bool { return ch.ArchivedAt != nil && ch.Slug != v.Form.Challenge })
	return httpx.Render(c, status, formPage(httpx.Of(c), v))
}

func (h *Handlers) create(c *fiber.Ctx) error {
	r := httpx.Of(c)
	v, err := readForm(c)
	if err != nil {
		return err
	}
	v.ClientID = v.Form.ClientID.String()
	if v.Fault != nil || c.FormValue("more") != "" {
		return h.again(c, v, nil)
	}
	if err := h.writing.Check(r); err != nil {
		return h.again(c, v, err)
	}
	id, err := h.workshops.Create(c.UserContext(), r.Viewer, v.Form)
	if err != nil {
		return h.again(c, v, err)
	}
	e, err := h.workshops.Find(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, e.Path())
}

func (h *Handlers) save(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	v, err := readForm(c)
	if err != nil {
		return err
	}
	v.Event = e
	if v.Fault != nil || c.FormValue("more") != "" {
		return h.again(c, v, nil)
	}
	if err := h.workshops.Edit(c.UserContext(), r.Viewer, e.ID, v.Form); err != nil {
		return h.again(c, v, err)
	}
	if e, err = h.workshops.Find(c.UserContext(), r.Viewer, e.ID); err != nil {
		return err
	}
	return httpx.SeeOther(c, e.Path())
}

// again shows the form with what was typed: with more rows when they were asked for, else with what is wrong.
func (h *Handlers) again(c *fiber.Ctx, v formView, err error) error {
	status := fiber.StatusOK
	switch c.FormValue("more") {
	case "items":
		v.Form.Agenda = append(v.Form.Agenda, make([]workshop.ItemForm, offered)...)
		return h.showForm(c, status, v)
	case "speakers":
		v.Form.Speakers = append(v.Form.Speakers, make([]workshop.SpeakerForm, offered)...)
		return h.showForm(c, status, v)
	}
	if err != nil {
		switch fault.KindOf(err) {
		case fault.Invalid, fault.Conflict, fault.TooMany:
			v.Fault = fault.Of(err)
		default:
			return err
		}
	}
	if v.Fault != nil {
		status = httpx.Status(v.Fault.Kind)
	}
	return h.showForm(c, status, v)
}

// readForm reads what was typed. Numbers that are none are in Fault.
func readForm(c *fiber.Ctx) (formView, error) {
	v := formView{Numbers: numbers{}}
	f := &v.Form
	var wrong fault.Fields
	texts := map[string]*string{"challenge": &f.Challenge, "zone": &f.Zone, "start": &f.Start, "end": &f.End, "twice": &f.Twice,
		"place": &f.Place, "link": &f.Link}
	for _, l := range i18n.Written {
		texts["title_"+string(l)], texts["summary_"+string(l)], texts["description_"+string(l)] = f.Title.Side(l), f.Summary.Side(l), f.Description.Side(l)
	}
	counts := map[string]*int{"capacity": &f.Capacity, "retention": &f.Retention, "times": &f.Times, "version": &f.Version}
	f.Agenda = make([]workshop.ItemForm, rows(c, "items", 2*workshop.MaxItems))
	for n := range f.Agenda {
		i := &f.Agenda[n]
		texts[itemField(n, "speaker")] = &i.Speaker
		for _, l := range i18n.Written {
			texts[itemField(n, "title_"+string(l))] = i.Title.Side(l)
		}
		counts[itemField(n, "minutes")] = &i.Minutes
		i.ID, _ = strconv.ParseInt(c.FormValue(itemField(n, "id")), 10, 64)
		if after := v.read(c, &wrong, itemField(n, "after")); v.Numbers[itemField(n, "after")] != "" {
			i.After = &after
		}
	}
	f.Speakers = make([]workshop.SpeakerForm, rows(c, "speakers", 2*workshop.MaxSpeakers))
	for n := range f.Speakers {
		s := &f.Speakers[n]
		texts[speakerField(n, "name")], texts[speakerField(n, "affiliation")], texts[speakerField(n, "handle")] = &s.Name, &s.Affiliation, &s.Handle
		for _, l := range i18n.Written {
			texts[speakerField(n, "role_"+string(l))] = s.Role.Side(l)
		}
		s.ID, _ = strconv.ParseInt(c.FormValue(speakerField(n, "id")), 10, 64)
	}
	for name, to := range texts {
		var err error
		if *to, err = httpx.Field(c, name); err != nil {
			return v, err
		}
	}
	for name, to := range counts {
		*to = v.read(c, &wrong, name)
	}
	f.Kind, f.Every = workshop.Kind(c.FormValue("kind")), workshop.Every(c.FormValue("every"))
	f.KeepInside, f.Announce = c.FormValue("keep_inside") != "", c.FormValue("do") == "announce"
	f.ClientID = httpx.ClientID(c)
	v.Fault = fault.Of(wrong.Err())
	return v, nil
}

// rows is how many rows of a part were sent.
func rows(c *fiber.Ctx, name string, most int) int {
	n, err := strconv.Atoi(c.FormValue(name))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, most)
}

// read reads a number; blank is 0.
func (v formView) read(c *fiber.Ctx, wrong *fault.Fields, name string) int {
	typed := strings.TrimSpace(c.FormValue(name))
	v.Numbers[name] = typed
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n > 1<<30 || n < -1<<30 {
		wrong.Add(name, "workshop.number", nil)
		return 0
	}
	return n
}

// missing are the texts that an event lacks, in the reader's words.
func missing(r *httpx.Request, e workshop.Event) []string {
	var parts []string
	for _, l := range i18n.Written {
		for _, part := range []struct {
			text i18n.Text
			key  string
		}{{e.Title(), "title"}, {e.Summary(), "summary"}, {e.Description(), "description"}} {
			if part.text.Only(l) == "" {
				parts = append(parts, r.T("workshop.lacks_"+part.key, "Language", r.T("lang."+string(l))))
			}
		}
	}
	return parts
}

// zones are those to choose from: Brussels, Beijing, the viewer's and the event's own.
func (v formView) zones(r *httpx.Request) []ui.Option {
	names := []string{workshop.Brussels, workshop.Beijing}
	for _, name := range []string{r.Viewer.Zone.String(), v.Event.Zone, v.Form.Zone} {
		if name != "" && len(name) <= 64 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var options []ui.Option
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue
		}
		options = append(options, ui.Option{Value: name, Label: workshop.ZoneName(r.P, name, r.Now.In(zone))})
	}
	return options
}

func (v formView) kinds(r *httpx.Request) []ui.Option {
	options := make([]ui.Option, len(workshop.Kinds))
	for i, k := range workshop.Kinds {
		options[i] = ui.Option{Value: string(k), Label: r.T("workshop.kind." + string(k))}
	}
	return options
}

func (v formView) everies(r *httpx.Request) []ui.Option {
	options := make([]ui.Option, len(workshop.Everies))
	for i, e := range workshop.Everies {
		key := string(e)
		if e == workshop.Once {
			key = "once"
		}
		options[i] = ui.Option{Value: string(e), Label: r.T("workshop.every." + key)}
	}
	return options
}

// asksTwice reports whether the form must ask which of two moments is meant.
func (v formView) asksTwice() bool { return v.Form.Twice != "" || v.field("twice").Key != "" }

func (v formView) twices(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: workshop.Earlier, Label: r.T("workshop.twice.earlier")}, {Value: workshop.Later, Label: r.T("workshop.twice.later")}}
	if v.Form.Twice == "" {
		options = slices.Insert(options, 0, ui.Option{Label: r.T("workshop.twice.choose")})
	}
	return options
}

func (v formView) action(r *httpx.Request) string {
	if v.Event.ID == 0 {
		return r.URL("/workshops/new")
	}
	return r.URL(v.Event.Path() + "/edit")
}

func (v formView) heading(r *httpx.Request) string {
	if v.Event.ID == 0 {
		return r.T("workshop.new")
	}
	return r.T("workshop.edit")
}

// back is where the form leads without being sent.
func (v formView) back(r *httpx.Request) string {
	if v.Event.ID == 0 {
		return r.URL("/workshops")
	}
	return r.URL(v.Event.Path())
}

func (h *Handlers) announce(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	err = h.workshops.Announce(c.UserContext(), r.Viewer, e.ID)
	if fault.KindOf(err) != fault.Invalid {
		if err != nil {
			return err
		}
		return httpx.SeeOther(c, e.Path())
	}
	// What is missing is written in the form.
	v := formView{Event: e, Fault: fault.Of(err)}
	if v.Form, err = h.workshops.Form(c.UserContext(), e); err != nil {
		return err
	}
	return h.showForm(c, fiber.StatusUnprocessableEntity, v)
}

func (h *Handlers) cancel(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	reason, err := httpx.Field(c, "reason")
	if err != nil {
		return err
	}
	if err := h.workshops.Cancel(c.UserContext(), r.Viewer, e.ID, reason); err != nil {
		return err
	}
	return httpx.SeeOther(c, e.Path())
}

func (h *Handlers) discard(c *fiber.Ctx) error {
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	if err := h.workshops.Discard(c.UserContext(), httpx.Of(c).Viewer, e.ID); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/workshops")
}
