package translationweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/translation"
)

// past is what a translation was over time.
type past struct {
	translation.Writing
	Into   i18n.Locale
	Now    translation.Translation
	There  bool
	States []state
}

// state is one of them.
type state struct {
	translation.Revision
	Chunks []markup.Chunk // against the one before; nil: it is the first, or nothing was there
}

// Based is the newest revision, which whoever changes something has seen.
func (p *past) Based() int {
	if p.There {
		return p.Now.Revision
	}
	return 0
}

// Locked reports whether only reviewers may change what is there.
func (p *past) Locked(r *httpx.Request) bool {
	return p.There && p.Now.ReviewedAt != nil && p.Now.SourceVersion == p.Writing.Version && !r.Viewer.Reviews()
}

// history is the page of what a translation was.
func (h *Handlers) history(c *fiber.Ctx) error {
	r := httpx.Of(c)
	sub, into, err := named(c)
	if err != nil {
		return err
	}
	w, revisions, err := h.translation.History(c.UserContext(), sub, into)
	if isSame(err) {
		return httpx.Render(c, fiber.StatusOK, samePage(r, &editor{Writing: w, Into: into}))
	}
	if err != nil {
		return err
	}
	p := &past{Writing: w, Into: into, States: make([]state, len(revisions))}
	if _, p.Now, err = h.translation.Find(c.UserContext(), sub, into); err == nil {
		p.There = true
	} else if !isNone(err) {
		return err
	}
	for i, rev := range revisions {
		p.States[i].Revision = rev
		if i+1 < len(revisions) && !rev.Removed() && !revisions[i+1].Removed() {
			p.States[i].Chunks = markup.Diff(revisions[i+1].Text, rev.Text)
		}
	}
	return httpx.Render(c, fiber.StatusOK, historyPage(r, p))
}

// rollback takes up an earlier state again.
func (h *Handlers) rollback(c *fiber.Ctx) error {
	sub, into, err := named(c)
	if err != nil {
		return err
	}
	to, based := number(c.FormValue("to"), 0), number(c.FormValue("based"), 0)
	if _, err := h.translation.Rollback(c.UserContext(), httpx.Of(c).Viewer, sub, into, to, based); err != nil {
		return err
	}
	return httpx.SeeOther(c, path(sub, into)+"/history")
}

// review marks the newest state as checked.
func (h *Handlers) review(c *fiber.Ctx) error {
	sub, into, err := named(c)
	if err != nil {
		return err
	}
	if _, err := h.translation.Review(c.UserContext(), httpx.Of(c).Viewer, sub, into, number(c.FormValue("revision"), 0)); err != nil {
		return err
	}
	return httpx.SeeOther(c, path(sub, into)+"/history")
}

// remove takes the translation away.
func (h *Handlers) remove(c *fiber.Ctx) error {
	sub, into, err := named(c)
	if err != nil {
		return err
	}
	if err := h.translation.Remove(c.UserContext(), httpx.Of(c).Viewer, sub, into); err != nil {
		return err
	}
	return httpx.SeeOther(c, path(sub, into)+"/history")
}
