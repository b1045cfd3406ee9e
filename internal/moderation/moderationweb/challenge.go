package moderationweb

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
)

func (h *Handlers) overview(c *fiber.Ctx) error {
	return httpx.Render(c, fiber.StatusOK, overviewPage(httpx.Of(c)))
}

func (h *Handlers) challenges(c *fiber.Ctx) error {
	r := httpx.Of(c)
	cs, err := h.forum.Challenges(c.UserContext(), r.Viewer)
	if err != nil {
		return err
	}
	open, archived := split(cs)
	return httpx.Render(c, fiber.StatusOK, challengesPage(r, open, archived))
}

// split parts open challenges from archived ones.
func split(cs []forum.Challenge) (open, archived []forum.Challenge) {
	for _, ch := range cs {
		if ch.ArchivedAt == nil {
			open = append(open, ch)
		} else {
			archived = append(archived, ch)
		}
	}
	return open, archived
}

func (h *Handlers) newChallenge(c *fiber.Ctx) error {
	return httpx.Render(c, fiber.StatusOK, challengePage(httpx.Of(c), challengeView{}))
}

// challengeView is the form of one challenge, as curated or as typed.
type challengeView struct {
	Form       moderation.ChallengeForm
	Fault      *fault.Fault
	Moderators []account.Moderator
	Handle     string // as typed, of who is to moderate it
}

// pace is how often a member may reply in new threads, as the form says it.
func (v challengeView) pace() string {
	if v.Form.Slow == nil {
		return "s0"
	}
	return "s" + strconv.Itoa(*v.Form.Slow)
}

// field is what is wrong with a field of the form.
func (v challengeView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

func (h *Handlers) editChallenge(c *fiber.Ctx) error {
	return h.showChallenge(c, fiber.StatusOK, challengeView{})
}

// showChallenge shows the form of a challenge as it stands.
func (h *Handlers) showChallenge(c *fiber.Ctx, status int, v challengeView) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ChallengeID](c, "id")
	if err != nil {
		return err
	}
	cs, err := h.forum.Challenges(c.UserContext(), r.Viewer)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(cs, func(ch forum.Challenge) bool { return ch.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "forum.challenge.not_found")
	}
	form := forum.ChallengeForm{ID: id, Slug: cs[i].Slug, Title: cs[i].Title(), Summary: cs[i].Summary(), KeepInside: &cs[i].KeepInside, Slow: &cs[i].Slow}
	v.Form = moderation.ChallengeForm{ChallengeForm: form, RoomInside: &cs[i].RoomInside}
	if v.Moderators, err = h.accounts.Moderators(c.UserContext(), int64(id)); err != nil {
		return err
	}
	return httpx.Render(c, status, challengePage(r, v))
}

// appoint makes somebody moderator of a challenge, by handle, or no longer, by id.
func (h *Handlers) appoint(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ChallengeID](c, "id")
	if err != nil {
		return err
	}
	handle, err := httpx.Field(c, "handle")
	if err != nil {
		return err
	}
	verdict := moderation.Verdict{Action: moderation.Recall, Challenge: id, Subject: moderation.Subject{Kind: moderation.Member}}
	if verdict.Subject.ID, err = strconv.ParseInt(c.FormValue("recall"), 10, 64); err != nil {
		m, err := h.accounts.FindByHandle(c.UserContext(), r.Viewer, handle)
		if fault.KindOf(err) == fault.NotFound {
			return h.showChallenge(c, fiber.StatusUnprocessableEntity, challengeView{Fault: fault.New(fault.Invalid, "admin.moderator_unknown"), Handle: handle})
		}
		if err != nil {
			return err
		}
		verdict.Action, verdict.Subject.ID = moderation.Appoint, int64(m.ID)
	}
	e, err := h.moderation.Decide(c.UserContext(), r.Viewer, verdict)
	if f := fault.Of(err); f != nil && f.Kind == fault.Conflict {
		return h.showChallenge(c, fiber.StatusConflict, challengeView{Fault: f, Handle: handle})
	}
	if err != nil {
		return err
	}
	return done(c, e, r.URL(challengePath(id)))
}

func (h *Handlers) saveChallenge(c *fiber.Ctx) error {
	r := httpx.Of(c)
	form, err := readChallenge(c)
	if err != nil {
		return err
	}
	e, err := h.moderation.SaveChallenge(c.UserContext(), r.Viewer, form)
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		return httpx.Render(c, fiber.StatusUnprocessableEntity, challengePage(r, challengeView{Form: form, Fault: f}))
	}
	if err != nil {
		return err
	}
	return done(c, e, r.URL("/admin/challenges"))
}

func readChallenge(c *fiber.Ctx) (moderation.ChallengeForm, error) {
	var f moderation.ChallengeForm
	var err error
	if c.Params("id") != "" {
		if f.ID, err = httpx.ID[forum.ChallengeID](c, "id"); err != nil {
			return f, err
		}
	}
	for name, to := range map[string]*string{"slug": &f.Slug, "title_en": &f.Title.En, "title_zh": &f.Title.Zh,
		"summary_en": &f.Summary.En, "summary_zh": &f.Summary.Zh} {
		if *to, err = httpx.Field(c, name); err != nil {
			return f, err
		}
	}
	keep, room := c.FormValue("keep_inside") != "", c.FormValue("room_inside") != ""
	f.KeepInside, f.RoomInside = &keep, &room
	if c.FormValue("slow") != "" {
		slow := int(lengthOf(c.FormValue("slow")).Seconds())
		f.Slow = &slow
	}
	return f, nil
}

// orderChallenges moves one challenge up or down: the button's name says which way, its value which challenge.
func (h *Handlers) orderChallenges(c *fiber.Ctx) error {
	r := httpx.Of(c)
	cs, err := h.forum.Challenges(c.UserContext(), r.Viewer)
	if err != nil {
		return err
	}
	open, _ := split(cs)
	ids := make([]forum.ChallengeID, len(open))
	for i, ch := range open {
		ids[i] = ch.ID
	}
	from, to := moved(ids, c.FormValue("up"), c.FormValue("down"))
	if from < 0 || to < 0 || to >= len(ids) {
		return httpx.SeeOther(c, "/admin/challenges") // the end of the list, or somebody was faster
	}
	ids[from], ids[to] = ids[to], ids[from]
	e, err := h.moderation.OrderChallenges(c.UserContext(), r.Viewer, ids)
	if err != nil {
		return err
	}
	return done(c, e, r.URL("/admin/challenges"))
}

// moved is where a challenge is and where it goes; -1 when it is none of ids.
func moved(ids []forum.ChallengeID, up, down string) (from, to int) {
	value, step := up, -1
	if up == "" {
		value, step = down, 1
	}
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return -1, -1
	}
	from = slices.Index(ids, forum.ChallengeID(id))
	return from, from + step
}

func (h *Handlers) archive(c *fiber.Ctx) error   { return h.setArchived(c, h.moderation.Archive) }
func (h *Handlers) unarchive(c *fiber.Ctx) error { return h.setArchived(c, h.moderation.Unarchive) }

type challengeAct func(ctx context.Context, viewer account.Viewer, id forum.ChallengeID) (moderation.Entry, error)

func (h *Handlers) setArchived(c *fiber.Ctx, act challengeAct) error {
	r := httpx.Of(c)
	id, err := httpx.ID[forum.ChallengeID](c, "id")
	if err != nil {
		return err
	}
	e, err := act(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	return done(c, e, r.URL("/admin/challenges"))
}

// missing are the texts that a challenge lacks, in the reader's words.
func missing(r *httpx.Request, ch forum.Challenge) []string {
	var parts []string
	for _, l := range i18n.Written {
		if ch.Title().Only(l) == "" {
			parts = append(parts, r.T("admin.part_title_"+string(l)))
		}
		if ch.Summary().Only(l) == "" {
			parts = append(parts, r.T("admin.part_summary_"+string(l)))
		}
	}
	return parts
}
