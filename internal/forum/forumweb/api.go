package forumweb

import (
	"errors"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/translation"
)

func (h *Handlers) mountAPI(api fiber.Router) {
	api.Get("/challenges", h.apiChallenges)
	api.Get("/threads", h.apiThreads)
	api.Post("/threads", httpx.SignedIn, h.apiStartThread)
	api.Get("/threads/:id", h.apiThread)
	api.Get("/threads/:id/posts", h.apiPosts)
	api.Post("/threads/:id/posts", httpx.SignedIn, h.apiReply)
	api.Get("/posts/:id", h.apiPost)
	api.Patch("/posts/:id", httpx.SignedIn, h.apiEdit)
	api.Put("/posts/:id/reactions/:kind", httpx.SignedIn, h.apiReact(true))
	api.Delete("/posts/:id/reactions/:kind", httpx.SignedIn, h.apiReact(false))
	api.Put("/posts/:id/bookmark", httpx.SignedIn, h.apiBookmark(true))
	api.Delete("/posts/:id/bookmark", httpx.SignedIn, h.apiBookmark(false))
	api.Put("/drafts", httpx.SignedIn, h.apiSaveDraft)
}

type challengeJSON struct {
	ID      forum.ChallengeID `json:"id"`
	Slug    string            `json:"slug"`
	Title   i18n.Text         `json:"title"`
	Summary i18n.Text         `json:"summary"`
	RoomID  int64             `json:"room_id"`
}

type authorJSON struct {
	ID          account.MemberID `json:"id"`
	Name        string           `json:"name"`
	Handle      string           `json:"handle"`
	Region      account.Region   `json:"region"`
	Affiliation string           `json:"affiliation"`
}

type threadJSON struct {
	ID         forum.ThreadID    `json:"id"`
	URL        string            `json:"url"`
	Challenge  string            `json:"challenge"`
	Kind       forum.Kind        `json:"kind"`
	Title      string            `json:"title"`
	Lang       string            `json:"lang"`
	Content    translation.Shown `json:"content"` // the title in the caller's language
	Author     authorJSON        `json:"author"`
	PostCount  int               `json:"post_count"`
	CreatedAt  time.Time         `json:"created_at"`
	LastPostAt time.Time         `json:"last_post_at"`
	Pinned     bool              `json:"pinned"`
	Locked     bool              `json:"locked"`
}

type postJSON struct {
	ID        forum.PostID      `json:"id"`
	ThreadID  forum.ThreadID    `json:"thread_id"`
	Number    int               `json:"number"`
	Version   int               `json:"version"`
	Author    authorJSON        `json:"author"`
	CreatedAt time.Time         `json:"created_at"`
	EditedAt  *time.Time        `json:"edited_at"`
	Content   translation.Shown `json:"content"`
	Original  originalJSON      `json:"original"`
}

type originalJSON struct {
	Text string `json:"text"`
	Lang string `json:"lang"`
}

type listJSON[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

func authorOf(a forum.Author) authorJSON {
	return authorJSON{ID: a.AuthorID, Name: a.AuthorName, Handle: a.AuthorHandle, Region: a.AuthorRegion, Affiliation: a.AuthorAffiliation}
}

func threadOf(r *httpx.Request, t forum.Thread) threadJSON {
	return threadJSON{ID: t.ID, URL: r.BaseURL + r.URL(t.Path()), Challenge: t.ChallengeSlug, Kind: t.Kind, Title: t.Title, Lang: t.Lang, Content: t.TitleIn(r.Locale),
		Author: authorOf(t.Author), PostCount: t.PostCount, CreatedAt: t.CreatedAt.UTC(), LastPostAt: t.LastPostAt.UTC(),
		Pinned: t.PinnedAt != nil, Locked: t.LockedAt != nil}
}

func postOf(r *httpx.Request, p forum.Post) postJSON {
	j := postJSON{ID: p.ID, ThreadID: p.ThreadID, Number: p.Number, Version: p.Version, Author: authorOf(p.Author),
		CreatedAt: p.CreatedAt.UTC(), Content: p.Content(r.Locale), Original: originalJSON{Text: p.Body, Lang: p.Lang}}
	if p.EditedAt != nil {
		at := p.EditedAt.UTC()
		j.EditedAt = &at
	}
	return j
}

func (h *Handlers) apiChallenges(c *fiber.Ctx) error {
	cs, err := h.forum.Challenges(c.UserContext(), account.Visitor())
	if err != nil {
		return err
	}
	out := listJSON[challengeJSON]{Items: make([]challengeJSON, len(cs))}
	for i, ch := range cs {
		out.Items[i] = challengeJSON{ID: ch.ID, Slug: ch.Slug, Title: ch.Title(), Summary: ch.Summary(), RoomID: ch.RoomID}
	}
	return c.JSON(out)
}

func (h *Handlers) apiThreads(c *fiber.Ctx) error {
	r := httpx.Of(c)
	limit, err := httpx.Int(c, "limit", forum.PageSize, 1, 100)
	if err != nil {
		return err
	}
	filter := forum.ThreadFilter{Locale: r.Locale, Kind: kindOf(c.Query("kind")), Limit: int(limit)}
	if slug := c.Query("challenge"); slug != "" {
		ch, err := h.forum.FindChallenge(c.UserContext(), slug)
		if err != nil {
			return err
		}
		filter.Challenge = ch.ID
	}
	if after := c.Query("after"); after != "" {
		if filter.AfterAt, filter.AfterID = readCursor(after); filter.AfterID == 0 {
			return fault.New(fault.Malformed, "error.parameter").With("Name", "after")
		}
	}
	ts, more, err := h.forum.ListThreads(c.UserContext(), filter)
	if err != nil {
		return err
	}
	out := listJSON[threadJSON]{Items: make([]threadJSON, len(ts))}
	for i, t := range ts {
		out.Items[i] = threadOf(r, t)
	}
	if more {
		out.Next = cursor(ts[len(ts)-1])
	}
	return c.JSON(out)
}

func (h *Handlers) apiThread(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	t, err := h.forum.FindThread(c.UserContext(), account.Visitor(), httpx.Of(c).Locale, id)
	if err != nil {
		return err
	}
	return c.JSON(threadOf(httpx.Of(c), t))
}

func (h *Handlers) apiPosts(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	after, err := httpx.Int(c, "after", 0, 0, 1<<31-1)
	if err != nil {
		return err
	}
	limit, err := httpx.Int(c, "limit", forum.PageSize, 1, 100)
	if err != nil {
		return err
	}
	if _, err := h.forum.FindThread(c.UserContext(), account.Visitor(), httpx.Of(c).Locale, id); err != nil {
		return err
	}
	ps, more, err := h.forum.ListPosts(c.UserContext(), r.Locale, id, int(after), int(limit))
	if err != nil {
		return err
	}
	out := listJSON[postJSON]{Items: make([]postJSON, len(ps))}
	for i, p := range ps {
		out.Items[i] = postOf(r, p)
	}
	if more {
		out.Next = strconv.Itoa(ps[len(ps)-1].Number)
	}
	return c.JSON(out)
}

type textJSON struct {
	Body     string `json:"body"`
	Lang     string `json:"lang"`
	ClientID string `json:"client_id"`
}

// clientID reads the id that makes a retry harmless; a caller who gives none gets no such promise.
func clientID(s string) (uuid.UUID, error) {
	if s == "" {
		return uuid.New(), nil
	}
	id, err := uuid.Parse(s)
	if err != nil {
		var fields fault.Fields
		fields.Add("client_id", "error.client_id", nil)
		return id, fields.Err()
	}
	return id, nil
}

func (h *Handlers) apiStartThread(c *fiber.Ctx) error {
	r := httpx.Of(c)
	var in struct {
		Challenge string `json:"challenge"`
		Kind      string `json:"kind"`
		Title     string `json:"title"`
		textJSON
	}
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	client, err := clientID(in.ClientID)
	if err != nil {
		return err
	}
	if err := h.posting.Check(r); err != nil {
		return err
	}
	st, err := h.forum.StartThread(c.UserContext(), r.Viewer, forum.ThreadForm{Challenge: in.Challenge, Kind: forum.Kind(in.Kind),
		Title: in.Title, Body: in.Body, Lang: in.Lang, ClientID: client})
	if err != nil {
		return err
	}
	if st.Held {
		return c.Status(fiber.StatusAccepted).JSON(fiber.Map{"id": st.ID, "url": r.BaseURL + r.URL(st.Path()), "post_id": st.PostID, "held": true})
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"id": st.ID, "url": r.BaseURL + r.URL(st.Path()), "post_id": st.PostID})
}

func (h *Handlers) apiReply(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	var in textJSON
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	client, err := clientID(in.ClientID)
	if err != nil {
		return err
	}
	if err := h.posting.Check(r); err != nil {
		return err
	}
	post, err := h.forum.Reply(c.UserContext(), r.Viewer, forum.ReplyForm{Thread: id, Body: in.Body, Lang: in.Lang, ClientID: client})
	if errors.Is(err, forum.ErrHeld) {
		return c.Status(fiber.StatusAccepted).JSON(fiber.Map{"id": post, "held": true})
	}
	if err != nil {
		return err
	}
	return h.answerPost(c, fiber.StatusCreated, post)
}

func (h *Handlers) apiPost(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	return h.answerPost(c, fiber.StatusOK, id)
}

func (h *Handlers) answerPost(c *fiber.Ctx, status int, id forum.PostID) error {
	p, err := h.forum.FindPost(c.UserContext(), httpx.Of(c).Locale, id)
	if err != nil {
		return err
	}
	return c.Status(status).JSON(postOf(httpx.Of(c), p))
}

func (h *Handlers) apiEdit(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.PostID](c, "id")
	if err != nil {
		return err
	}
	var in struct {
		textJSON
		Version int `json:"version"`
	}
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	err = h.forum.Edit(c.UserContext(), httpx.Of(c).Viewer, forum.EditForm{Post: id, Body: in.Body, Lang: in.Lang, Version: in.Version})
	if err != nil {
		return err
	}
	return h.answerPost(c, fiber.StatusOK, id)
}

func (h *Handlers) apiReact(on bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := httpx.ID[forum.PostID](c, "id")
		if err != nil {
			return err
		}
		if err := h.forum.React(c.UserContext(), httpx.Of(c).Viewer, id, forum.Reaction(c.Params("kind")), on); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
}

func (h *Handlers) apiBookmark(on bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := httpx.ID[forum.PostID](c, "id")
		if err != nil {
			return err
		}
		if err := h.forum.Bookmark(c.UserContext(), httpx.Of(c).Viewer, id, on); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
}

func (h *Handlers) apiSaveDraft(c *fiber.Ctx) error {
	var in struct {
		Title string `json:"title"`
		Body  string `json:"body"`
		Lang  string `json:"lang"`
		Kind  string `json:"kind"`
	}
	if err := httpx.JSON(c, &in); err != nil {
		return err
	}
	at, err := h.forum.SaveDraft(c.UserContext(), httpx.Of(c).Viewer,
		forum.Draft{Place: c.Query("place"), Title: in.Title, Body: in.Body, Lang: in.Lang, Kind: in.Kind})
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"saved_at": at.UTC()})
}
