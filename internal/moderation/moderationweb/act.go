package moderationweb

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify/notifyweb"
	"senet/web/ui"
)

// form is what the form of an act holds, as typed.
type form struct {
	ID        int64
	Reason    string
	Picked    string // one of the offered reasons
	Title     string // rename
	Lang      string
	Challenge string // move: the challenge's id
	Role      string // role
	Back      string // the page the act was started from
}

// reason is the one that was picked, if any, and what was added in own words below it.
func (f form) reason() string { return strings.TrimSpace(f.Picked + "\n" + f.Reason) }

// acts are what can be done with one kind of subject.
type acts struct {
	kind string
	do   map[moderation.Action]act
}

type act func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error)

var postActs = acts{kind: moderation.Post, do: map[moderation.Action]act{
	moderation.Hide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.HidePost(c.UserContext(), httpx.Of(c).Viewer, forum.PostID(f.ID), f.Reason)
	},
	moderation.Unhide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.UnhidePost(c.UserContext(), httpx.Of(c).Viewer, forum.PostID(f.ID), f.Reason)
	},
}}

var messageActs = acts{kind: moderation.Message, do: map[moderation.Action]act{
	moderation.Hide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.HideMessage(c.UserContext(), httpx.Of(c).Viewer, chat.MessageID(f.ID), f.Reason)
	},
	moderation.Unhide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.UnhideMessage(c.UserContext(), httpx.Of(c).Viewer, chat.MessageID(f.ID), f.Reason)
	},
}}

var questionActs = acts{kind: moderation.Question, do: map[moderation.Action]act{
	moderation.Hide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.HideQuestion(c.UserContext(), httpx.Of(c).Viewer, chat.QuestionID(f.ID), f.Reason)
	},
	moderation.Unhide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.UnhideQuestion(c.UserContext(), httpx.Of(c).Viewer, chat.QuestionID(f.ID), f.Reason)
	},
}}

var pollActs = acts{kind: moderation.Poll, do: map[moderation.Action]act{
	moderation.Hide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.HidePoll(c.UserContext(), httpx.Of(c).Viewer, chat.PollID(f.ID), f.Reason)
	},
	moderation.Unhide: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.UnhidePoll(c.UserContext(), httpx.Of(c).Viewer, chat.PollID(f.ID), f.Reason)
	},
}}

var threadActs = acts{kind: moderation.Thread, do: map[moderation.Action]act{
	moderation.Lock: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Lock(c.UserContext(), httpx.Of(c).Viewer, forum.ThreadID(f.ID), f.Reason)
	},
	moderation.Unlock: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Unlock(c.UserContext(), httpx.Of(c).Viewer, forum.ThreadID(f.ID), f.Reason)
	},
	moderation.Pin: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Pin(c.UserContext(), httpx.Of(c).Viewer, forum.ThreadID(f.ID), f.Reason)
	},
	moderation.Unpin: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Unpin(c.UserContext(), httpx.Of(c).Viewer, forum.ThreadID(f.ID), f.Reason)
	},
	moderation.Move: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		to, _ := strconv.ParseInt(f.Challenge, 10, 64) // not a number: no challenge, which the core says
		return h.moderation.Move(c.UserContext(), httpx.Of(c).Viewer, forum.ThreadID(f.ID),
			moderation.Target{Challenge: forum.ChallengeID(to), Reason: f.Reason})
	},
	moderation.Rename: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Rename(c.UserContext(), httpx.Of(c).Viewer, forum.ThreadID(f.ID),
			moderation.Title{Title: f.Title, Lang: f.Lang, Reason: f.Reason})
	},
}}

var memberActs = acts{kind: moderation.Member, do: map[moderation.Action]act{
	moderation.Role: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.SetRole(c.UserContext(), httpx.Of(c).Viewer, account.MemberID(f.ID),
			moderation.RoleChange{Role: account.Role(f.Role), Reason: f.Reason})
	},
}}

var trustActs = acts{kind: moderation.Member, do: map[moderation.Action]act{
	moderation.Trust: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Trust(c.UserContext(), httpx.Of(c).Viewer, account.MemberID(f.ID), f.Reason)
	},
	moderation.Distrust: func(h *Handlers, c *fiber.Ctx, f form) (moderation.Entry, error) {
		return h.moderation.Distrust(c.UserContext(), httpx.Of(c).Viewer, account.MemberID(f.ID), f.Reason)
	},
}}

// action is the one that the address names; the route of roles has one only, and names none.
func (as acts) action(c *fiber.Ctx) (moderation.Action, error) {
	a := moderation.Action(c.Params("act"))
	if a == "" {
		a = moderation.Role
	}
	if as.do[a] == nil {
		return "", fault.New(fault.NotFound, "error.not_found")
	}
	return a, nil
}

// ask shows the form of an act.
func (h *Handlers) ask(as acts) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a, err := as.action(c)
		if err != nil {
			return err
		}
		id, err := httpx.ID[int64](c, "id")
		if err != nil {
			return err
		}
		f := form{ID: id, Back: c.Query("back"), Role: string(account.RoleModerator)}
		if a == moderation.Rename {
			t, err := h.forum.FindThread(c.UserContext(), httpx.Of(c).Viewer, httpx.Of(c).Locale, forum.ThreadID(id))
			if err != nil {
				return err
			}
			f.Title, f.Lang = t.Title, t.Lang
		}
		return h.showForm(c, fiber.StatusOK, actView{Kind: as.kind, Action: a, Form: f})
	}
}

// do acts, and leads back to where the act was started. What was typed wrong comes back in the form.
func (h *Handlers) do(as acts) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a, err := as.action(c)
		if err != nil {
			return err
		}
		f, err := readForm(c)
		if err != nil {
			return err
		}
		typed := f.Reason
		f.Reason = f.reason()
		e, err := as.do[a](h, c, f)
		f.Reason = typed
		if fl := fault.Of(err); fl != nil && fl.Kind == fault.Invalid {
			return h.showForm(c, fiber.StatusUnprocessableEntity, actView{Kind: as.kind, Action: a, Form: f, Fault: fl})
		}
		if err != nil {
			return err
		}
		return done(c, e, f.Back)
	}
}

func (h *Handlers) undo(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.LogID](c, "log")
	if err != nil {
		return err
	}
	back, err := httpx.Field(c, "back")
	if err != nil {
		return err
	}
	e, err := h.moderation.Undo(c.UserContext(), httpx.Of(c).Viewer, id)
	if err != nil {
		return err
	}
	return done(c, e, back)
}

func readForm(c *fiber.Ctx) (form, error) {
	var f form
	var err error
	if f.ID, err = httpx.ID[int64](c, "id"); err != nil {
		return f, err
	}
	for name, to := range map[string]*string{"reason": &f.Reason, "picked": &f.Picked, "title": &f.Title, "lang": &f.Lang,
		"challenge": &f.Challenge, "role": &f.Role, "back": &f.Back} {
		if *to, err = httpx.Field(c, name); err != nil {
			return f, err
		}
	}
	return f, nil
}

// actView is the page of one act.
type actView struct {
	Kind   string
	Action moderation.Action
	About  moderation.About
	Form   form
	Fault  *fault.Fault
	Offer  []ui.Option // challenges to move to, or roles to give
}

// reasonHint says who will read the reason.
func (v actView) reasonHint() string {
	switch {
	case v.Kind == moderation.Member:
		return "moderation.member_reads"
	case v.Action == moderation.Hide:
		return "moderation.reason_hint"
	}
	return "moderation.author_reads"
}

func (h *Handlers) showForm(c *fiber.Ctx, status int, v actView) error {
	r := httpx.Of(c)
	var err error
	if v.About, err = h.moderation.About(c.UserContext(), r.Viewer, moderation.Subject{Kind: v.Kind, ID: v.Form.ID}); err != nil {
		return err
	}
	switch v.Action {
	case moderation.Move:
		cs, err := h.forum.Challenges(c.UserContext(), r.Viewer)
		if err != nil {
			return err
		}
		for _, ch := range cs {
			if ch.ArchivedAt == nil {
				title, _ := ch.Title().In(r.Locale)
				v.Offer = append(v.Offer, ui.Option{Value: strconv.FormatInt(int64(ch.ID), 10), Label: title})
			}
		}
	case moderation.Rename:
		for _, l := range i18n.Written {
			v.Offer = append(v.Offer, ui.Option{Value: string(l), Label: r.T("lang." + string(l))})
		}
	case moderation.Role:
		for _, role := range []account.Role{account.RoleMember, account.RoleModerator, account.RoleAdmin} {
			v.Offer = append(v.Offer, ui.Option{Value: string(role), Label: roleName(r, string(role))})
		}
	}
	return httpx.Render(c, status, actPage(r, v))
}

// pickable are the offered reasons, and none.
func pickable(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("moderation.pick")}}
	for _, reason := range notifyweb.OfferedReasons(r) {
		options = append(options, ui.Option{Value: reason, Label: reason})
	}
	return options
}

// field is what is wrong with a field of the form.
func (v actView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

// done leads back after an act; the page there says what was done and offers to undo it (Done).
func done(c *fiber.Ctx, e moderation.Entry, back string) error {
	r := httpx.Of(c)
	if !httpx.LocalPath(back) {
		back = r.URL("/moderation")
		if e.Data.Path != "" {
			back = r.URL(e.Data.Path)
		}
	}
	u, err := url.Parse(back)
	if err != nil {
		u = &url.URL{Path: r.URL("/moderation")}
	}
	q := u.Query()
	q.Set(doneParameter, string(e.Action)+"."+strconv.FormatInt(int64(e.ID), 10))
	u.RawQuery = q.Encode()
	return c.Redirect(u.String(), fiber.StatusSeeOther)
}
