package translationweb

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
)

// mountAPI adds, below each collection whose members have a text, that text's translations.
func (h *Handlers) mountAPI(api fiber.Router) {
	for collection, kind := range map[string]translation.SubjectKind{
		"posts": translation.Post, "threads": translation.Thread, "messages": translation.Message, "members": translation.Profile,
		"questions": translation.Question, "polls": translation.Poll, "poll-options": translation.PollOption,
	} {
		of := func(f func(*fiber.Ctx, translation.Subject, i18n.Locale) error) fiber.Handler {
			return func(c *fiber.Ctx) error {
				id, err := httpx.ID[int64](c, "id")
				if err != nil {
					return err
				}
				return f(c, translation.Subject{Kind: kind, ID: id}, i18n.Locale(c.Params("into")))
			}
		}
		at := "/" + collection + "/:id/translations/:into"
		api.Get(at, of(h.apiFind))
		api.Put(at, httpx.SignedIn, h.writing.Limit, of(h.apiWrite))
		api.Delete(at, httpx.SignedIn, h.writing.Limit, of(h.apiRemove))
		api.Get(at+"/history", of(h.apiHistory))
		api.Post(at+"/review", httpx.SignedIn, h.writing.Limit, of(h.apiReview))
		api.Post(at+"/rollback", httpx.SignedIn, h.writing.Limit, of(h.apiRollback))
		api.Post(at+"/request", httpx.SignedIn, h.asking.Limit, of(h.apiRequest))
	}
}

type translationJSON struct {
	Text          string           `json:"text"`
	HTML          string           `json:"html"`
	Lang          string           `json:"lang"`
	Kind          translation.Kind `json:"kind"`
	Stale         bool             `json:"stale"`
	Provider      string           `json:"provider,omitempty"`
	Score         int              `json:"score,omitempty"`
	Author        *authorJSON      `json:"author,omitempty"`
	Reviewed      *reviewedJSON    `json:"reviewed,omitempty"`
	SourceVersion int              `json:"source_version"`
	Revision      int              `json:"revision"`
	At            time.Time        `json:"at"`
	Terms         []termJSON       `json:"terms"`
}

type authorJSON struct {
	ID   account.MemberID `json:"id"`
	Name string           `json:"name"`
}

type reviewedJSON struct {
	By string    `json:"by"` // "" of one who is gone
	At time.Time `json:"at"`
}

type termJSON struct {
	Source string `json:"source"`
	Target string `json:"target"`
	Used   bool   `json:"used"`
}

type revisionJSON struct {
	Revision      int              `json:"revision"`
	Kind          translation.Kind `json:"kind"`
	Text          string           `json:"text"`
	Provider      string           `json:"provider,omitempty"`
	By            string           `json:"by,omitempty"`
	ReviewedBy    string           `json:"reviewed_by,omitempty"`
	SourceVersion int              `json:"source_version"`
	Restores      int              `json:"restores,omitempty"`
	At            time.Time        `json:"at"`
}

func (h *Handlers) apiFind(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	w, t, err := h.translation.Find(c.UserContext(), sub, into)
	if err != nil {
		return err
	}
	terms, err := h.glossary.For(c.UserContext(), w.Challenge)
	if err != nil {
		return err
	}
	out := translationJSON{Text: t.Text, HTML: t.HTML, Lang: string(into), Kind: t.Kind, Stale: t.SourceVersion < w.Version,
		Provider: t.Provider, SourceVersion: t.SourceVersion, Revision: t.Revision, At: t.At.UTC(), Terms: []termJSON{}}
	if t.Kind == translation.Memory {
		out.Score = t.Score
	}
	if t.AuthorID != 0 {
		out.Author = &authorJSON{t.AuthorID, t.AuthorName}
	}
	if t.ReviewedAt != nil {
		out.Reviewed = &reviewedJSON{t.ReviewedBy, t.ReviewedAt.UTC()}
	}
	for _, check := range terms.Check(w.Source, w.Lang, t.Text, string(into)) {
		out.Terms = append(out.Terms, termJSON{check.Source, check.Target, check.Used})
	}
	return c.JSON(out)
}

func (h *Handlers) apiWrite(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	viewer := httpx.Of(c).Viewer
	in := struct {
		Text          string `json:"text"`
		SourceVersion int    `json:"source_version"`
		Revision      *int   `json:"revision"`
		Reviewed      bool   `json:"reviewed"`
	}{}
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	if in.Reviewed && !viewer.Reviews() {
		return fault.New(fault.Forbidden, "error.forbidden")
	}
	form := translation.Form{Text: in.Text, SourceVersion: in.SourceVersion, Revision: -1, Reviewed: in.Reviewed}
	if in.Revision != nil {
		if *in.Revision < 0 {
			return fault.New(fault.Malformed, "error.parameter").With("Name", "revision")
		}
		form.Revision = *in.Revision
	}
	if _, err := h.translation.Write(c.UserContext(), viewer, sub, into, form); err != nil {
		return err
	}
	return h.apiFind(c, sub, into)
}

func (h *Handlers) apiRemove(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	if err := h.translation.Remove(c.UserContext(), httpx.Of(c).Viewer, sub, into); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) apiHistory(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	_, revisions, err := h.translation.History(c.UserContext(), sub, into)
	if err != nil {
		return err
	}
	items := make([]revisionJSON, len(revisions))
	for i, v := range revisions {
		items[i] = revisionJSON{Revision: v.Revision, Kind: v.Kind, Text: v.Text, Provider: v.Provider, By: v.AuthorName,
			ReviewedBy: v.ReviewedBy, SourceVersion: v.SourceVersion, Restores: v.Restores, At: v.At.UTC()}
	}
	return c.JSON(fiber.Map{"items": items, "next": ""})
}

func (h *Handlers) apiReview(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	var in struct {
		Revision int `json:"revision"`
	}
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	if _, err := h.translation.Review(c.UserContext(), httpx.Of(c).Viewer, sub, into, in.Revision); err != nil {
		return err
	}
	return h.apiFind(c, sub, into)
}

func (h *Handlers) apiRollback(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	var in struct {
		To    int `json:"to"`
		Based int `json:"based"`
	}
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	if _, err := h.translation.Rollback(c.UserContext(), httpx.Of(c).Viewer, sub, into, in.To, in.Based); err != nil {
		return err
	}
	return h.apiFind(c, sub, into)
}

func (h *Handlers) apiRequest(c *fiber.Ctx, sub translation.Subject, into i18n.Locale) error {
	if err := h.translation.Request(c.UserContext(), httpx.Of(c).Viewer, sub, into); err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(fiber.Map{"accepted": true})
}
