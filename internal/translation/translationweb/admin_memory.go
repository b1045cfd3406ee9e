package translationweb

import (
	"context"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
	"senet/internal/translation/memory"
)

// unitsView is a page of the translation memory.
type unitsView struct {
	Search string
	Origin string // "", memory.FromFiles or memory.FromReviews
	Before memory.UnitID
	Page   memory.Page
	Paths  map[translation.Subject]string // of the texts that taught units
	Size   int
	Done   string // what was just done: "saved" or "deleted"
}

func (h *Handlers) units(c *fiber.Ctx) error {
	r := httpx.Of(c)
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	v := unitsView{Search: c.Query("q"), Before: memory.UnitID(before)}
	switch c.Query("origin") {
	case memory.FromFiles, memory.FromReviews:
		v.Origin = c.Query("origin")
	}
	switch c.Query("done") {
	case "saved", "deleted":
		v.Done = c.Query("done")
	}
	v.Page, err = h.memory.List(c.UserContext(), r.Viewer, memory.Filter{Text: v.Search, Origin: v.Origin, Before: v.Before})
	if err != nil {
		return err
	}
	if v.Paths, err = h.teachers(c.UserContext(), v.Page.Units...); err != nil {
		return err
	}
	if v.Size, err = h.memory.Size(c.UserContext()); err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, unitsPage(r, v))
}

// teachers are the pages of the texts whose reviewed translations taught the units.
func (h *Handlers) teachers(ctx context.Context, units ...memory.Unit) (map[translation.Subject]string, error) {
	var subs []translation.Subject
	for _, u := range units {
		if sub, ok := translation.Taught(u); ok {
			subs = append(subs, sub)
		}
	}
	return h.translation.Paths(ctx, subs...)
}

// teacher is the page of the text that taught a unit, without the locale; "" when it is gone or the unit was imported.
func teacher(paths map[translation.Subject]string, u memory.Unit) string {
	sub, _ := translation.Taught(u)
	return paths[sub]
}

// url is the same list from there on; before 0 is its beginning.
func (v unitsView) url(r *httpx.Request, before memory.UnitID) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Search, "origin": v.Origin} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(int64(before), 10))
	}
	u := r.URL("/admin/memory")
	if len(q) > 0 {
		u += "?" + q.Encode()
	}
	return u
}

func (v unitsView) next(r *httpx.Request) string {
	if v.Page.Next == 0 {
		return ""
	}
	return v.url(r, v.Page.Next)
}

// unitView is the form of a unit, as kept or as typed.
type unitView struct {
	Unit  memory.Unit
	Texts map[string]string
	Paths map[translation.Subject]string
	Fault *fault.Fault
}

// field is what is wrong with the text in a language.
func (v unitView) field(lang string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[lang]
}

// languages are those that the unit has a text in, in one order.
func languages(u memory.Unit) []i18n.Locale {
	var ls []i18n.Locale
	for _, lang := range slices.Sorted(maps.Keys(u.Texts)) {
		ls = append(ls, i18n.Locale(lang))
	}
	return ls
}

func (h *Handlers) findUnit(c *fiber.Ctx) (v unitView, err error) {
	id, err := httpx.ID[memory.UnitID](c, "id")
	if err != nil {
		return v, err
	}
	if v.Unit, err = h.memory.FindUnit(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return v, err
	}
	v.Texts = v.Unit.Texts
	v.Paths, err = h.teachers(c.UserContext(), v.Unit)
	return v, err
}

func (h *Handlers) editUnit(c *fiber.Ctx) error {
	v, err := h.findUnit(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, unitPage(httpx.Of(c), v))
}

func (h *Handlers) saveUnit(c *fiber.Ctx) error {
	r := httpx.Of(c)
	v, err := h.findUnit(c)
	if err != nil {
		return err
	}
	v.Texts = map[string]string{}
	for _, l := range languages(v.Unit) {
		if v.Texts[string(l)], err = httpx.Field(c, string(l)); err != nil {
			return err
		}
	}
	err = h.memory.Change(c.UserContext(), r.Viewer, v.Unit.ID, v.Texts)
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		v.Fault = f
		return httpx.Render(c, fiber.StatusUnprocessableEntity, unitPage(r, v))
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/memory?done=saved")
}

// askDeleteUnit asks before a unit is deleted: it is for good.
func (h *Handlers) askDeleteUnit(c *fiber.Ctx) error {
	v, err := h.findUnit(c)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, deleteUnitPage(httpx.Of(c), v))
}

func (h *Handlers) deleteUnit(c *fiber.Ctx) error {
	id, err := httpx.ID[memory.UnitID](c, "id")
	if err != nil {
		return err
	}
	if err := h.memory.Delete(c.UserContext(), httpx.Of(c).Viewer, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/admin/memory?done=deleted")
}

func (h *Handlers) exportUnits(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), importTime)
	defer cancel()
	return download(c, "senet-memory.tmx", "application/xml; charset=utf-8", func(w io.Writer) error {
		return h.memory.Export(ctx, w, string(i18n.Written[0]), string(i18n.Written[1]))
	})
}

func unitPath(id memory.UnitID) string {
	return "/admin/memory/" + strconv.FormatInt(int64(id), 10)
}
