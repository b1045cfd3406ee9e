package translationweb

import (
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/translation"
)

// editor is the page on which a text is translated, beside its source.
type editor struct {
	translation.Writing
	Into    i18n.Locale
	Now     translation.Translation // what is there; its zero where nothing is
	There   bool
	Whole   bool           // the text is edited in one piece, as the only row
	ByRow   bool           // it could be edited row by row as well
	Rows    []editRow      // to translate, and those that are copied
	Changed []markup.Chunk // the source since it was translated; nil: it has not changed, or nobody knows how
	Engines []translation.EngineState
	CanAsk  bool // something could translate it

	// Of a form that comes back.
	Typed    bool // rows hold what was typed
	Version  int  // of the source that was translated
	Revision int  // that was corrected
	Fault    *fault.Fault
	Theirs   []markup.Chunk // from what somebody else saved meanwhile to what was typed
	Preview  string
	Asked    bool // a machine was asked just now
}

// Stale reports whether the source was changed since it was translated.
func (e *editor) Stale() bool { return e.There && e.Now.SourceVersion < e.Writing.Version }

// Locked reports whether only reviewers may change what is there.
func (e *editor) Locked(r *httpx.Request) bool {
	return e.There && e.Now.ReviewedAt != nil && !e.Stale() && !r.Viewer.Reviews()
}

// Shown is the translation as readers see it, for its label.
func (e *editor) Shown() translation.Shown {
	t := e.Now
	return translation.Shown{Text: t.Text, Lang: string(e.Into), Kind: t.Kind, Stale: e.Stale(), Provider: t.Provider,
		By: t.AuthorName, Reviewed: t.ReviewedAt != nil, Score: t.Score, At: &t.At}
}

// named reads from the address which text is meant, and into which language.
func named(c *fiber.Ctx) (translation.Subject, i18n.Locale, error) {
	id, err := httpx.ID[int64](c, "id")
	return translation.Subject{Kind: translation.SubjectKind(c.Params("kind")), ID: id}, i18n.Locale(c.Params("into")), err
}

func isNone(err error) bool { return errors.Is(err, fault.New(fault.NotFound, "translations.none")) }
func isSame(err error) bool {
	return errors.Is(err, fault.New(fault.Conflict, "translations.same_language"))
}
func isChanged(err error) bool {
	return errors.Is(err, fault.New(fault.Conflict, "translations.changed_meanwhile"))
}

// open finds the text and its translation. The text alone comes with the fault that it is in that language already.
func (h *Handlers) open(c *fiber.Ctx) (*editor, error) {
	sub, into, err := named(c)
	if err != nil {
		return nil, err
	}
	e := &editor{Into: into}
	e.Writing, e.Now, err = h.translation.Find(c.UserContext(), sub, into)
	switch {
	case isSame(err):
		return e, err
	case err == nil:
		e.There = true
	case !isNone(err):
		return nil, err
	}
	e.Version, e.Revision = e.Writing.Version, e.Now.Revision
	return e, nil
}

// edit is the page.
func (h *Handlers) edit(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.open(c)
	if isSame(err) {
		return httpx.Render(c, fiber.StatusOK, samePage(r, e))
	}
	if err != nil {
		return err
	}
	e.Asked = c.Query("asked") != ""
	if err := h.lay(c.UserContext(), e, c.Query("whole") != ""); err != nil {
		return err
	}
	return h.draw(c, fiber.StatusOK, e)
}

// draw adds what helps and shows the page.
func (h *Handlers) draw(c *fiber.Ctx, status int, e *editor) error {
	ctx := c.UserContext()
	if err := h.help(ctx, e); err != nil {
		return err
	}
	all := h.translation.Engines()
	e.Engines = slices.DeleteFunc(slices.Clone(all), func(s translation.EngineState) bool { return e.KeepInside && s.Outside })
	size, err := h.memory.Size(ctx)
	if err != nil {
		return err
	}
	e.CanAsk = len(e.Engines) > 0 || len(all) == 0 && size > 0
	return httpx.Render(c, status, editPage(httpx.Of(c), e))
}

// write saves what was typed, or shows how it would look.
func (h *Handlers) write(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.open(c)
	if isSame(err) {
		return httpx.Render(c, fiber.StatusConflict, samePage(r, e))
	}
	if err != nil {
		return err
	}
	text, err := h.typed(c, e)
	if err != nil {
		return err
	}
	if c.FormValue("preview") != "" {
		e.Preview = preview(e, text)
		return h.draw(c, fiber.StatusOK, e)
	}
	if err := h.writing.Check(r); err != nil {
		return h.again(c, e, text, err)
	}
	_, err = h.translation.Write(c.UserContext(), r.Viewer, e.Subject, e.Into, translation.Form{Text: text, SourceVersion: e.Version,
		Revision: e.Revision, Reviewed: c.FormValue("reviewed") != ""})
	if err != nil {
		return h.again(c, e, text, err)
	}
	return httpx.SeeOther(c, e.Path)
}

// again is the form with what was typed and what is wrong with it. Where somebody else has saved meanwhile, it shows
// theirs, and saving once more goes on from that.
func (h *Handlers) again(c *fiber.Ctx, e *editor, text string, refused error) error {
	f := fault.Of(refused)
	if f == nil || !slices.Contains([]fault.Kind{fault.Invalid, fault.Conflict, fault.TooMany, fault.Forbidden}, f.Kind) {
		return refused
	}
	e.Fault = f
	if isChanged(refused) {
		now, err := h.open(c)
		if err != nil {
			return err
		}
		e.Writing, e.Now, e.There, e.Revision = now.Writing, now.Now, now.There, now.Revision
		e.Theirs = markup.Diff(e.Now.Text, text)
	}
	return h.draw(c, httpx.Status(f.Kind), e)
}

// typed reads the form into the editor, and gives the whole text. Rows that belong to an earlier version of the source are
// put together by that one, and shown in one piece. A row left empty stays in the original; when all are, so is the text.
func (h *Handlers) typed(c *fiber.Ctx, e *editor) (string, error) {
	e.Typed = true
	e.Version, e.Revision = number(c.FormValue("source_version"), e.Version), number(c.FormValue("revision"), e.Revision)
	if c.Request().PostArgs().Has("text") {
		text, err := httpx.Field(c, "text")
		if err != nil {
			return "", err
		}
		e.layWhole(text)
		return text, nil
	}
	var targets []string
	for _, row := range c.Request().PostArgs().PeekMulti("row") {
		if !utf8.Valid(row) {
			return "", fault.New(fault.Malformed, "error.utf8")
		}
		targets = append(targets, string(row))
	}
	source := e.Source
	if e.Version != e.Writing.Version {
		former, err := h.translation.Former(c.UserContext(), e.Writing, e.Version)
		if err != nil {
			return "", err
		}
		source = former
	}
	text, fits := join(source, !e.Plain, targets)
	if !fits || source != e.Source || len(targets) == 0 {
		e.layWhole(text)
		return text, nil
	}
	e.layRows(targets)
	return text, nil
}

// number reads one from a form; def when it is none.
func number(s string, def int) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return n
	}
	return def
}

// preview is the HTML of a translation as it would be shown, but for mentions.
func preview(e *editor, text string) string {
	clean, ok := markup.Clean(text)
	if !ok || len(clean) > e.Limit {
		return ""
	}
	if e.Plain {
		return templ.EscapeString(clean)
	}
	return markup.Render(clean, markup.Options{Lang: string(e.Into), IDPrefix: "preview-"})
}

// checked is what the page's script gets while somebody types.
type checked struct {
	Used [][]bool `json:"used"` // by row: whether each of its terms is used, in the order of the page
	HTML string   `json:"html"` // of the whole, as it would be shown
}

// check tells which terms of the glossary the typed text uses, and how it would look.
func (h *Handlers) check(c *fiber.Ctx) error {
	e, err := h.open(c)
	if err != nil {
		return err
	}
	text, err := h.typed(c, e)
	if err != nil {
		return err
	}
	if err := h.mark(c.UserContext(), e); err != nil {
		return err
	}
	out := checked{Used: [][]bool{}, HTML: preview(e, text)}
	for _, row := range e.Rows {
		if row.Number == 0 {
			continue
		}
		used := make([]bool, len(row.Terms))
		for i, t := range row.Terms {
			used[i] = t.Used
		}
		out.Used = append(out.Used, used)
	}
	return c.JSON(out)
}

// request has a machine translate the text.
func (h *Handlers) request(c *fiber.Ctx) error {
	sub, into, err := named(c)
	if err != nil {
		return err
	}
	if err := h.translation.Request(c.UserContext(), httpx.Of(c).Viewer, sub, into); err != nil {
		return err
	}
	return httpx.SeeOther(c, path(sub, into)+"?asked=1")
}
