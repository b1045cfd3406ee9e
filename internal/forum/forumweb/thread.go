package forumweb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/markup"
	"senet/internal/translation"
)

// threadView is one page of a thread.
type threadView struct {
	Thread  forum.Thread
	Title   translation.Shown // of the thread, to the reader
	Posts   []forum.Post
	First   int // numbers of this page are in (First, Last]
	Last    int
	Prev    string // addresses of the pages beside it
	Next    string
	Opening string // describes the thread to search engines and previews: the beginning of the page's first post
	Kin     []forum.Kin
	Mine    forum.Mine
	Compose compose

	ready []string // the posts, when they are drawn already
}

// hiddenBetween are, for moderators, the hidden posts that stood between two numbers.
func (v threadView) hiddenBetween(after, before int) []forum.HiddenPost {
	var hs []forum.HiddenPost
	for _, p := range v.Mine.Hidden {
		if p.Number > after && p.Number < before {
			hs = append(hs, p)
		}
	}
	return hs
}

// before is the number of the post shown before the i-th.
func (v threadView) before(i int) int {
	if i == 0 {
		return v.First
	}
	return v.Posts[i-1].Number
}

func (h *Handlers) thread(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	return h.pages.Visitor(c, subjects(id), func() error {
		after, err := httpx.Int(c, "after", 0, 0, 1<<31-1)
		if err != nil {
			return err
		}
		v, err := h.view(c, id, int(after))
		if fault.KindOf(err) == fault.NotFound || err == nil && v.Thread.HiddenAt != nil {
			if gone, err := h.merged(c, id); gone || err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		r := httpx.Of(c)
		if want := v.Thread.Path(); r.Path != want {
			if r.Query != "" {
				want += "?" + r.Query
			}
			// A title that is changed and changed back would lead a browser that remembers round in a circle.
			c.Set(fiber.HeaderCacheControl, "private, no-cache")
			return c.Redirect(r.URL(want), fiber.StatusMovedPermanently)
		}
		if d := v.Mine.Draft; d.Body != "" {
			v.Compose.Body, v.Compose.Lang, v.Compose.SavedAt = d.Body, d.Lang, d.UpdatedAt
		}
		if q, err := strconv.ParseInt(c.Query("quote"), 10, 64); err == nil && q > 0 && v.Compose.Body == "" {
			v.Compose.Body = h.quoted(c, forum.PostID(q))
		}
		return httpx.Render(c, fiber.StatusOK, threadPage(h, r, v))
	})
}

// merged leads to the thread into which one was merged; false when it was not.
func (h *Handlers) merged(c *fiber.Ctx, id forum.ThreadID) (bool, error) {
	path, err := h.forum.MergedInto(c.UserContext(), id)
	if err != nil || path == "" {
		return false, err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache") // a moderator may part them again
	return true, c.Redirect(httpx.Of(c).URL(path), fiber.StatusMovedPermanently)
}

// view loads a page of a thread: its shared part and what of it is the viewer's.
func (h *Handlers) view(c *fiber.Ctx, id forum.ThreadID, after int) (threadView, error) {
	r, ctx := httpx.Of(c), c.UserContext()
	p, mine, err := h.sharedAndMine(ctx, r, sharedKey{id, after, r.Locale})
	if err != nil {
		return threadView{}, err
	}
	t := p.thread
	v := threadView{Thread: t, Title: t.TitleIn(r.Locale), Posts: p.posts, First: after, Last: t.LastNumber, Opening: p.opening, Kin: p.kin, Mine: mine}
	if p.more {
		v.Last = p.posts[len(p.posts)-1].Number
		v.Next = fmt.Sprintf("%s?after=%d", r.URL(t.Path()), v.Last)
	}
	if after > 0 {
		v.Prev = r.URL(t.Path())
		if before := after - forum.PageSize; before > 0 {
			v.Prev += fmt.Sprintf("?after=%d", before)
		}
	}
	v.Compose = compose{Place: fmt.Sprintf("thread:%d", id), Near: fmt.Sprintf("thread=%d", id), Action: r.URL(fmt.Sprintf("/t/%d/reply", id)), SubmitKey: "forum.reply"}
	v.ready, err = h.ready(ctx, r, p, mine)
	return v, err
}

// sharedAndMine is the shared part, from memory when that is as Postgres has it now, and the viewer's: then one query.
func (h *Handlers) sharedAndMine(ctx context.Context, r *httpx.Request, key sharedKey) (*sharedPage, forum.Mine, error) {
	var p *sharedPage
	if r.Viewer.SignedIn() { // visitors have whole pages
		p = h.shared.find(key, r.Now)
	}
	for kept := p != nil; ; kept = false {
		if !kept {
			var err error
			if p, err = h.load(ctx, r.Viewer, key, r.Now); err != nil {
				return nil, forum.Mine{}, err
			}
		}
		last := p.thread.LastNumber
		if p.more {
			last = p.posts[len(p.posts)-1].Number
		}
		mine, err := h.forum.MineOf(ctx, r.Viewer, p.thread.ChallengeID, key.thread, p.ids, key.after, last)
		if err != nil || !kept || mine.Change == p.thread.Change {
			return p, mine, err
		}
	}
}

func (h *Handlers) reply(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	body, err := httpx.Field(c, "body")
	if err != nil {
		return err
	}
	form := forum.ReplyForm{Thread: id, Body: body, Lang: c.FormValue("lang"), ClientID: httpx.ClientID(c)}
	if c.FormValue("preview") != "" {
		return h.replyAgain(c, form, nil)
	}
	if err := h.posting.Check(r); err != nil {
		return h.replyAgain(c, form, err)
	}
	post, err := h.forum.Reply(c.UserContext(), r.Viewer, form)
	if errors.Is(err, forum.ErrHeld) {
		return httpx.Render(c, fiber.StatusAccepted, heldPage(r, fmt.Sprintf("/t/%d", id)))
	}
	if err != nil {
		return h.replyAgain(c, form, err)
	}
	return h.toPost(c, post)
}

// replyAgain shows the thread's last page with the text kept: as a preview when err is nil, else with what is wrong.
func (h *Handlers) replyAgain(c *fiber.Ctx, form forum.ReplyForm, err error) error {
	f, status, err := formFault(c, err)
	if err != nil {
		return err
	}
	t, err := h.forum.FindThread(c.UserContext(), httpx.Of(c).Viewer, httpx.Of(c).Locale, form.Thread)
	if err != nil {
		return err
	}
	v, err := h.view(c, form.Thread, max(0, t.LastNumber-forum.PageSize))
	if err != nil {
		return err
	}
	v.Compose.Body, v.Compose.Lang, v.Compose.Fault, v.Compose.ClientID = form.Body, form.Lang, f, form.ClientID.String()
	if f == nil {
		v.Compose.Preview = renderPreview(form.Body, form.Lang)
	}
	return httpx.Render(c, status, threadPage(h, httpx.Of(c), v))
}

// formFault tells what a form can show (wrong fields, locked, too fast) from what it cannot.
func formFault(c *fiber.Ctx, err error) (*fault.Fault, int, error) {
	if err == nil {
		return nil, fiber.StatusOK, nil
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooMany, fault.TooLarge:
		f := fault.Of(err)
		httpx.RetryAfter(c, f)
		return f, httpx.Status(f.Kind), nil
	}
	return nil, 0, err
}

func (h *Handlers) followThread(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	if err := h.forum.FollowThread(c.UserContext(), httpx.Of(c).Viewer, id, c.FormValue("on") == "1"); err != nil {
		return err
	}
	return httpx.Back(c, fmt.Sprintf("/t/%d", id))
}

// changes is what an open page is told: the thread's change count, the posts of its range as they are now, and how
// many there are behind it. A post that is missing has been hidden; one in another state has been edited or translated.
type changes struct {
	Change int64           `json:"change"`
	Posts  []forum.Version `json:"posts"`
	Newer  int             `json:"newer"`
	Words  string          `json:"words"` // "3 new replies"
}

func (h *Handlers) threadChanges(c *fiber.Ctx) error {
	id, err := httpx.ID[forum.ThreadID](c, "id")
	if err != nil {
		return err
	}
	since, err1 := httpx.Int(c, "since", -1, -1, 1<<62)
	first, err2 := httpx.Int(c, "first", 0, 0, 1<<31-1)
	last, err3 := httpx.Int(c, "last", 0, 0, 1<<31-1)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return err
		}
	}
	base := context.WithoutCancel(c.UserContext()) // longer than the deadline of ordinary requests
	ctx, cancel := context.WithTimeout(base, longPoll)
	defer cancel()
	defer context.AfterFunc(h.open, cancel)()
	name := fmt.Sprintf("thread:%d", id)
	c.Set(fiber.HeaderCacheControl, "no-store")
	for {
		version := h.changes.Version(name)
		state, err := h.forum.ThreadState(base, httpx.Of(c).Viewer, httpx.Of(c).Locale, id, int(first), int(last))
		if err != nil {
			return err
		}
		if state.Change != since || ctx.Err() != nil {
			return c.JSON(changes{Change: state.Change, Posts: state.Posts, Newer: state.Newer,
				Words: httpx.Of(c).N("forum.newer", state.Newer)})
		}
		h.changes.Wait(ctx, name, version)
	}
}

// renderPreview is the text as it would be posted, mentions aside.
func renderPreview(body, lang string) string {
	clean, ok := markup.Clean(body)
	if !ok || len(clean) > forum.MaxBody {
		return ""
	}
	if lang == "" {
		lang = markup.Lang(clean)
	}
	return markup.Render(clean, markup.Options{Lang: lang, IDPrefix: "preview-"})
}

// compose is a form for text: a reply, a new thread, an edit.
type compose struct {
	Place     string // of the draft
	Near      string // whose people are mentioned first: "thread=12"
	Action    string
	SubmitKey string
	Title     string
	Body      string
	Lang      string
	ClientID  string // kept when the form comes back; "" makes a fresh one
	Version   int    // of the post being edited
	SavedAt   time.Time
	Preview   string
	Fault     *fault.Fault
}

// err is what is wrong with a field.
func (c compose) err(field string) fault.Message {
	if c.Fault == nil {
		return fault.Message{}
	}
	return c.Fault.Fields[field]
}
