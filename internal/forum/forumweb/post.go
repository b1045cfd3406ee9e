package forumweb

import (
	"fmt"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/markup"
)

// post leads to a post on the page of its thread where it stands now.
func (h *Handlers) post(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	return h.toPost(c, id)
}

func (h *Handlers) toPost(c *fiber.Ctx, id forum.PostID) error {
	pl, err := h.forum.PlaceOf(c.UserContext(), id)
	if err != nil {
		return err
	}
	path := pl.Path()
	if pl.After > 0 {
		path += fmt.Sprintf("?after=%d", pl.After)
	}
	return httpx.SeeOther(c, fmt.Sprintf("%s#post-%d", path, id))
}

// own finds a post that the viewer may edit.
func (h *Handlers) own(c *fiber.Ctx) (forum.Post, forum.Thread, error) {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return forum.Post{}, forum.Thread{}, err
	}
	p, err := h.forum.FindPost(c.UserContext(), httpx.Of(c).Locale, id)
	if err != nil {
		return p, forum.Thread{}, err
	}
	if p.AuthorID != httpx.Of(c).Viewer.ID {
		return p, forum.Thread{}, fault.New(fault.Forbidden, "error.forbidden")
	}
	t, err := h.forum.FindThread(c.UserContext(), httpx.Of(c).Viewer, httpx.Of(c).Locale, p.ThreadID)
	return p, t, err
}

func editing(r *httpx.Request, p forum.Post) compose {
	return compose{Place: fmt.Sprintf("post:%d", p.ID), Near: fmt.Sprintf("thread=%d", p.ThreadID), Action: r.URL(fmt.Sprintf("/p/%d/edit", p.ID)),
		SubmitKey: "forum.save", Body: p.Body, Lang: p.Lang, Version: p.Version}
}

func (h *Handlers) editPost(c *fiber.Ctx) error {
	r := httpx.Of(c)
	p, t, err := h.own(c)
	if err != nil {
		return err
	}
	v := editing(r, p)
	d, err := h.forum.FindDraft(c.UserContext(), r.Viewer, v.Place)
	if err != nil {
		return err
	}
	if d.Body != "" {
		v.Body, v.Lang, v.SavedAt = d.Body, d.Lang, d.UpdatedAt
	}
	return httpx.Render(c, fiber.StatusOK, editPage(r, t, p, v))
}

func (h *Handlers) savePost(c *fiber.Ctx) error {
	r := httpx.Of(c)
	p, t, err := h.own(c)
	if err != nil {
		return err
	}
	body, err := httpx.Field(c, "body")
	if err != nil {
		return err
	}
	v := editing(r, p)
	version := p.Version
	fmt.Sscanf(c.FormValue("version"), "%d", &version)
	v.Body, v.Lang, v.Version = body, c.FormValue("lang"), version
	if c.FormValue("preview") != "" {
		v.Preview = renderPreview(body, v.Lang)
		return httpx.Render(c, fiber.StatusOK, editPage(r, t, p, v))
	}
	err = h.forum.Edit(c.UserContext(), r.Viewer, forum.EditForm{Post: p.ID, Body: body, Lang: v.Lang, Version: version})
	if err != nil {
		f, status, err := formFault(c, err)
		if err != nil {
			return err
		}
		v.Fault = f
		return httpx.Render(c, status, editPage(r, t, p, v))
	}
	return h.toPost(c, p.ID)
}

// change is one edit in a post's history.
type change struct {
	forum.Revision
	Chunks []markup.Chunk // against the version before; nil for the first
}

func (h *Handlers) history(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	p, err := h.forum.FindPost(c.UserContext(), httpx.Of(c).Locale, id)
	if err != nil {
		return err
	}
	revisions, err := h.forum.Revisions(c.UserContext(), httpx.Of(c).Viewer, id)
	if err != nil {
		return err
	}
	changes := make([]change, len(revisions))
	for i, rev := range revisions {
		changes[i].Revision = rev
		if i+1 < len(revisions) {
			changes[i].Chunks = markup.Diff(revisions[i+1].Body, rev.Body)
		}
	}
	t, err := h.forum.FindThread(c.UserContext(), httpx.Of(c).Viewer, httpx.Of(c).Locale, p.ThreadID)
	if err != nil {
		return err
	}
	withheld, err := h.forum.Withheld(c.UserContext(), id)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, historyPage(httpx.Of(c), t, p, changes, withheld))
}

// quote is the Markdown that quotes a post, for a composer.
func (h *Handlers) quote(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	p, err := h.forum.FindPost(c.UserContext(), httpx.Of(c).Locale, id)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return c.SendString(markup.Quote(p.AuthorHandle, p.Body))
}

// quoted is the quote of a post, or nothing when it cannot be quoted any more.
func (h *Handlers) quoted(c *fiber.Ctx, id forum.PostID) string {
	p, err := h.forum.FindPost(c.UserContext(), httpx.Of(c).Locale, id)
	if err != nil {
		return ""
	}
	return markup.Quote(p.AuthorHandle, p.Body)
}

func (h *Handlers) react(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	on := c.FormValue("on") != "0"
	if err := h.forum.React(c.UserContext(), httpx.Of(c).Viewer, id, forum.Reaction(c.Params("kind")), on); err != nil {
		return err
	}
	return h.toPost(c, id)
}

func (h *Handlers) bookmark(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	if err := h.forum.Bookmark(c.UserContext(), httpx.Of(c).Viewer, id, c.FormValue("on") != "0"); err != nil {
		return err
	}
	return h.toPost(c, id)
}

// preview is a text as it would be posted, as a fragment for the composer's script.
func (h *Handlers) preview(c *fiber.Ctx) error {
	body, err := httpx.Field(c, "body")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return c.SendString(renderPreview(body, c.FormValue("lang")))
}

func (h *Handlers) bookmarks(c *fiber.Ctx) error {
	r := httpx.Of(c)
	after, err := httpx.Int(c, "after", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	bs, more, err := h.forum.Bookmarks(c.UserContext(), r.Viewer, r.Locale, forum.PostID(after))
	if err != nil {
		return err
	}
	next := ""
	if more {
		next = fmt.Sprintf("%s?after=%d", r.URL("/bookmarks"), bs[len(bs)-1].PostID)
	}
	return httpx.Render(c, fiber.StatusOK, bookmarksPage(r, bs, next))
}

func (h *Handlers) drafts(c *fiber.Ctx) error {
	r := httpx.Of(c)
	ds, err := h.forum.Drafts(c.UserContext(), r.Viewer)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, draftsPage(r, ds))
}

func (h *Handlers) discardDraft(c *fiber.Ctx) error {
	place, err := httpx.Field(c, "place")
	if err != nil {
		return err
	}
	if _, err := h.forum.SaveDraft(c.UserContext(), httpx.Of(c).Viewer, forum.Draft{Place: place}); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/drafts")
}

func (h *Handlers) newThread(c *fiber.Ctx) error {
	r := httpx.Of(c)
	ch, err := h.forum.FindChallenge(c.UserContext(), c.Params("slug"))
	if err != nil {
		return err
	}
	d, err := h.forum.FindDraft(c.UserContext(), r.Viewer, "challenge:"+ch.Slug)
	if err != nil {
		return err
	}
	v := starting(r, ch)
	v.Title, v.Body, v.Lang, v.SavedAt = d.Title, d.Body, d.Lang, d.UpdatedAt
	kind := kindOf(c.Query("kind"))
	if d.Kind != "" {
		kind = kindOf(d.Kind)
	}
	return httpx.Render(c, fiber.StatusOK, newThreadPage(r, ch, v, kind))
}

func starting(r *httpx.Request, ch forum.Challenge) compose {
	return compose{Place: "challenge:" + ch.Slug, Action: r.URL("/c/" + ch.Slug + "/new"), SubmitKey: "forum.start_submit"}
}

func (h *Handlers) startThread(c *fiber.Ctx) error {
	r := httpx.Of(c)
	title, err := httpx.Field(c, "title")
	if err != nil {
		return err
	}
	body, err := httpx.Field(c, "body")
	if err != nil {
		return err
	}
	form := forum.ThreadForm{Challenge: c.Params("slug"), Kind: forum.Kind(c.FormValue("kind")), Title: title, Body: body,
		Lang: c.FormValue("lang"), ClientID: httpx.ClientID(c)}
	if c.FormValue("preview") != "" {
		return h.startAgain(c, form, nil)
	}
	if err := h.posting.Check(r); err != nil {
		return h.startAgain(c, form, err)
	}
	started, err := h.forum.StartThread(c.UserContext(), r.Viewer, form)
	if err != nil {
		return h.startAgain(c, form, err)
	}
	if started.Held {
		return httpx.Render(c, fiber.StatusAccepted, heldPage(r, "/c/"+form.Challenge))
	}
	return httpx.SeeOther(c, started.Path())
}

func (h *Handlers) startAgain(c *fiber.Ctx, form forum.ThreadForm, err error) error {
	f, status, err := formFault(c, err)
	if err != nil {
		return err
	}
	ch, err := h.forum.FindChallenge(c.UserContext(), form.Challenge)
	if err != nil {
		return err
	}
	v := starting(httpx.Of(c), ch)
	v.Title, v.Body, v.Lang, v.Fault = form.Title, form.Body, form.Lang, f
	if form.ClientID != uuid.Nil {
		v.ClientID = form.ClientID.String()
	}
	if f == nil {
		v.Preview = renderPreview(form.Body, form.Lang)
	}
	return httpx.Render(c, status, newThreadPage(httpx.Of(c), ch, v, form.Kind))
}
