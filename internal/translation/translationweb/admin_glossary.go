package translationweb

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
	"senet/internal/translation/glossary"
	"senet/web/ui"
)

// termsView is a page of the glossary.
type termsView struct {
	Search    string
	Challenge string // its slug, "all" or "everywhere"
	Deleted   bool
	Before    glossary.TermID
	Page      glossary.Page
	Places    places
	Done      string // what was just done: "saved", "deleted", "restored"
	Term      glossary.TermID
}

// The choices of a challenge that are none.
const (
	allPlaces  = ""
	everywhere = "everywhere"
)

// places are the health challenges that terms can belong to.
type places []Challenge

// name is a challenge in the reader's words; its slug where the list does not have it.
func (ps places) name(r *httpx.Request, slug string) string {
	for _, p := range ps {
		if p.Slug == slug {
			title, _ := p.Title.In(r.Locale)
			return title
		}
	}
	return slug
}

func (ps places) id(slug string) (int64, bool) {
	for _, p := range ps {
		if p.Slug == slug {
			return p.ID, true
		}
	}
	return 0, false
}

func (ps places) slug(id int64) string {
	for _, p := range ps {
		if p.ID == id {
			return p.Slug
		}
	}
	return ""
}

// options are the choices of a form: first, and each challenge.
func (ps places) options(r *httpx.Request, first ...ui.Option) []ui.Option {
	for _, p := range ps {
		first = append(first, ui.Option{Value: p.Slug, Label: ps.name(r, p.Slug)})
	}
	return first
}

func (h *Handlers) terms(c *fiber.Ctx) error {
	r := httpx.Of(c)
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	done, err := httpx.Int(c, "term", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	v := termsView{Search: c.Query("q"), Challenge: c.Query("challenge"), Before: glossary.TermID(before), Term: glossary.TermID(done)}
	if v.Places, err = h.Challenges(c.UserContext()); err != nil {
		return err
	}
	f := glossary.Filter{Text: v.Search, Before: v.Before}
	switch id, known := v.Places.id(v.Challenge); {
	case known:
		f.Challenge = id
	case v.Challenge == everywhere:
		f.Challenge = glossary.OnlyGlobal
	default:
		v.Challenge = allPlaces
	}
	if r.Viewer.Administers() {
		v.Deleted = c.Query("deleted") != ""
		f.Deleted = v.Deleted
		switch c.Query("done") {
		case "saved", "deleted", "restored":
			v.Done = c.Query("done")
		}
	}
	if v.Page, err = h.glossary.List(c.UserContext(), r.Viewer, f); err != nil {
		return err
	}
	if v.Before == 0 && v.Page.Next == 0 { // the list is whole: in the order in which the reader looks things up
		i18n.Sort(r.P, v.Page.Terms, func(t glossary.Term) string { return inReading(r, t.Texts) })
	}
	return httpx.Render(c, fiber.StatusOK, termsPage(r, v))
}

// inReading is a term in the first of the reader's languages that it has.
func inReading(r *httpx.Request, texts map[string]string) string {
	for _, l := range readersOrder(r) {
		if texts[string(l)] != "" {
			return texts[string(l)]
		}
	}
	return ""
}

// url is the same list from there on; before 0 is its beginning.
func (v termsView) url(r *httpx.Request, before glossary.TermID) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Search, "challenge": v.Challenge} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Deleted {
		q.Set("deleted", "1")
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(int64(before), 10))
	}
	u := r.URL("/glossary")
	if len(q) > 0 {
		u += "?" + q.Encode()
	}
	return u
}

// next is the address of the page after it; "" when it is the last.
func (v termsView) next(r *httpx.Request) string {
	if v.Page.Next == 0 {
		return ""
	}
	return v.url(r, v.Page.Next)
}

// filtered reports whether the list is not all that the glossary has.
func (v termsView) filtered() bool { return v.Search != "" || v.Challenge != "" || v.Deleted }

// termView is the form of a term, as kept or as typed.
type termView struct {
	Form   glossary.Form
	Slug   string // of the chosen challenge; "" is everywhere
	Places places
	Fault  *fault.Fault
}

// field is what is wrong with a field of the form.
func (v termView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

func (h *Handlers) newTerm(c *fiber.Ctx) error {
	return h.showTerm(c, fiber.StatusOK, termView{Slug: c.Query("challenge")})
}

func (h *Handlers) editTerm(c *fiber.Ctx) error {
	id, err := httpx.ID[glossary.TermID](c, "id")
	if err != nil {
		return err
	}
	t, err := h.glossary.Find(c.UserContext(), httpx.Of(c).Viewer, id)
	if err != nil {
		return err
	}
	if t.DeletedAt != nil {
		return fault.New(fault.Conflict, "glossary.term.deleted")
	}
	return h.showTerm(c, fiber.StatusOK, termView{Slug: t.ChallengeSlug,
		Form: glossary.Form{ID: id, Challenge: t.Challenge, Texts: t.Texts, Note: t.Note}})
}

func (h *Handlers) showTerm(c *fiber.Ctx, status int, v termView) (err error) {
	r := httpx.Of(c)
	if v.Places, err = h.Challenges(c.UserContext()); err != nil {
		return err
	}
	return httpx.Render(c, status, termPage(r, v))
}

func (h *Handlers) saveTerm(c *fiber.Ctx) error {
	r := httpx.Of(c)
	v, err := h.readTerm(c)
	if err != nil {
		return err
	}
	id, err := h.glossary.Save(c.UserContext(), r.Viewer, v.Form)
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		v.Fault = f
		return h.showTerm(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return termDone(c, "saved", id)
}

func (h *Handlers) readTerm(c *fiber.Ctx) (v termView, err error) {
	if c.Params("id") != "" {
		if v.Form.ID, err = httpx.ID[glossary.TermID](c, "id"); err != nil {
			return v, err
		}
	}
	v.Form.Texts = map[string]string{}
	for _, l := range i18n.Written {
		if v.Form.Texts[string(l)], err = httpx.Field(c, string(l)); err != nil {
			return v, err
		}
	}
	if v.Form.Note, err = httpx.Field(c, "note"); err != nil {
		return v, err
	}
	if v.Slug, err = httpx.Field(c, "challenge"); err != nil {
		return v, err
	}
	if v.Slug == "" {
		return v, nil
	}
	var ps places
	ps, err = h.Challenges(c.UserContext())
	if err != nil {
		return v, err
	}
	id, ok := ps.id(v.Slug)
	if !ok {
		id = -1 // no challenge, which the core says
	}
	v.Form.Challenge = id
	return v, nil
}

func (h *Handlers) deleteTerm(c *fiber.Ctx) error {
	return h.setTerm(c, "deleted", h.glossary.Delete)
}

func (h *Handlers) restoreTerm(c *fiber.Ctx) error {
	return h.setTerm(c, "restored", h.glossary.Restore)
}

func (h *Handlers) setTerm(c *fiber.Ctx, done string, set func(context.Context, account.Viewer, glossary.TermID) error) error {
	id, err := httpx.ID[glossary.TermID](c, "id")
	if err != nil {
		return err
	}
	if err := set(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return err
	}
	return termDone(c, done, id)
}

// termDone leads to the glossary, which says what was done.
func termDone(c *fiber.Ctx, done string, id glossary.TermID) error {
	q := url.Values{"done": {done}, "term": {strconv.FormatInt(int64(id), 10)}}
	return httpx.SeeOther(c, "/glossary?"+q.Encode())
}

// termChangesView is a page of the record of changes, of one term or of all.
type termChangesView struct {
	Term   glossary.TermID // 0: of all
	Before glossary.ChangeID
	Page   glossary.ChangePage
	Places places
}

func (h *Handlers) termChanges(c *fiber.Ctx) error {
	r := httpx.Of(c)
	var v termChangesView
	var err error
	if c.Params("id") != "" {
		if v.Term, err = httpx.ID[glossary.TermID](c, "id"); err != nil {
			return err
		}
	}
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	v.Before = glossary.ChangeID(before)
	if v.Page, err = h.glossary.Changes(c.UserContext(), r.Viewer, v.Term, v.Before); err != nil {
		return err
	}
	if v.Term != 0 && v.Before == 0 && len(v.Page.Changes) == 0 {
		return fault.New(fault.NotFound, "glossary.term.not_found")
	}
	if v.Places, err = h.Challenges(c.UserContext()); err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, termChangesPage(r, v))
}

func (v termChangesView) next(r *httpx.Request) string {
	if v.Page.Next == 0 {
		return ""
	}
	return r.URL(changesPath(v.Term) + "?before=" + strconv.FormatInt(int64(v.Page.Next), 10))
}

func (h *Handlers) exportTerms(format glossary.Format) fiber.Handler {
	contentType := "text/csv; charset=utf-8"
	if format == glossary.TBX {
		contentType = "application/xml; charset=utf-8"
	}
	return func(c *fiber.Ctx) error {
		if err := h.asking.Check(httpx.Of(c)); err != nil {
			return err
		}
		return download(c, "senet-glossary."+string(format), contentType, func(w io.Writer) error {
			return h.glossary.Export(c.UserContext(), w, format)
		})
	}
}

func termPath(id glossary.TermID) string {
	return "/glossary/" + strconv.FormatInt(int64(id), 10)
}

// changesPath is the record of changes of a term; 0: of all.
func changesPath(id glossary.TermID) string {
	if id == 0 {
		return "/glossary/changes"
	}
	return termPath(id) + "/changes"
}

// readersOrder are the languages of texts, the reader's first.
func readersOrder(r *httpx.Request) []i18n.Locale {
	first := translation.Reading(r.Locale)
	return []i18n.Locale{first, first.Other()}
}

// changeSentence says who did what to a term.
func changeSentence(r *httpx.Request, ch glossary.Change) string {
	return r.T("glossary.did."+string(ch.Action), "Name", cmp.Or(ch.ActorName, r.T("glossary.operator")))
}
