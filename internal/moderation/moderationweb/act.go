package moderationweb

import (
	"cmp"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
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
	Challenge string         // move: the challenge's id
	Role      string         // role
	Text      string         // edit_out
	Into      string         // merge: the other thread
	Posts     []forum.PostID // split
	Lasts     string         // silence, suspend, slow: see lengthOf
	Case      string         // the case it is decided for
	Rule      string         // the rule that it applies
	Back      string         // the page the act was started from
}

// reason is the one that was picked, if any, and what was added in own words below it.
func (f form) reason() string { return strings.TrimSpace(f.Picked + "\n" + f.Reason) }

// verdict is what the form decides.
func (f form) verdict(kind string, a moderation.Action) moderation.Verdict {
	to, _ := strconv.ParseInt(f.Challenge, 10, 64) // not a number: no challenge, which the core says
	of, _ := strconv.ParseInt(f.Case, 10, 64)
	return moderation.Verdict{Action: a, Subject: moderation.Subject{Kind: kind, ID: f.ID},
		Why:       moderation.Why{Reason: f.reason(), Rule: f.Rule, Case: moderation.CaseID(of)},
		Challenge: forum.ChallengeID(to), Text: f.Text, Into: threadIn(f.Into), Posts: f.Posts, Title: f.Title, Lang: f.Lang, Role: account.Role(f.Role), For: lengthOf(f.Lasts)}
}

// threadNumber finds the number of a thread in what was typed: an address of the hub's, or the number itself.
var threadNumber = regexp.MustCompile(`^\s*(?:\S*/t/)?(\d{1,18})(?:[-?#]\S*)?\s*$`)

// threadIn is 0, which is no thread's, where there is none.
func threadIn(typed string) forum.ThreadID {
	if m := threadNumber.FindStringSubmatch(typed); m != nil {
		id, _ := strconv.ParseInt(m[1], 10, 64)
		return forum.ThreadID(id)
	}
	return 0
}

// lengthOf reads how long something lasts: one of lengths, or seconds as "s300".
func lengthOf(lasts string) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimPrefix(lasts, "s")); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return lengths[lasts]
}

// action is the one that the address names; the route of roles has one only, and names none.
func action(c *fiber.Ctx, kind string) (moderation.Action, error) {
	a := moderation.Action(cmp.Or(c.Params("act"), string(moderation.Role)))
	if !moderation.Possible(kind, a) {
		return "", fault.New(fault.NotFound, "error.not_found")
	}
	return a, nil
}

// ask shows the form of an act.
func (h *Handlers) ask(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a, err := action(c, kind)
		if err != nil {
			return err
		}
		id, err := httpx.ID[int64](c, "id")
		if err != nil {
			return err
		}
		f := form{ID: id, Back: c.Query("back"), Case: c.Query("case"), Rule: c.Query("rule"), Role: string(account.RoleModerator), Lasts: "d1"}
		if a == moderation.EditOut {
			if f.Text, err = h.textOf(c, moderation.Subject{Kind: kind, ID: id}); err != nil {
				return err
			}
		}
		if a == moderation.Rename || a == moderation.Slow {
			t, err := h.forum.FindThread(c.UserContext(), httpx.Of(c).Viewer, httpx.Of(c).Locale, forum.ThreadID(id))
			if err != nil {
				return err
			}
			f.Title, f.Lang = t.Title, t.Lang
			if a == moderation.Slow {
				f.Lasts = "s" + strconv.Itoa(t.Slow)
			}
		}
		return h.showForm(c, fiber.StatusOK, actView{Kind: kind, Action: a, Form: f})
	}
}

// textOf is the text of a post or message as it is to be changed, without its links when the address asks for that.
func (h *Handlers) textOf(c *fiber.Ctx, of moderation.Subject) (string, error) {
	text, err := h.moderation.SourceOf(c.UserContext(), httpx.Of(c).Viewer, of)
	if c.Query("links") == "none" {
		text = markup.Unlink(text)
	}
	return text, err
}

// do acts, and leads back to where the act was started. What was typed wrong comes back in the form.
func (h *Handlers) do(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a, err := action(c, kind)
		if err != nil {
			return err
		}
		f, err := readForm(c)
		if err != nil {
			return err
		}
		e, err := h.moderation.Decide(c.UserContext(), httpx.Of(c).Viewer, f.verdict(kind, a))
		if fl := fault.Of(err); fl != nil && fl.Kind == fault.Invalid && httpx.Of(c).Viewer.AtDesk() { // hosts have no page of it
			return h.showForm(c, fiber.StatusUnprocessableEntity, actView{Kind: kind, Action: a, Form: f, Fault: fl})
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
		"challenge": &f.Challenge, "role": &f.Role, "lasts": &f.Lasts, "text": &f.Text, "into": &f.Into, "case": &f.Case, "rule": &f.Rule, "back": &f.Back} {
		if *to, err = httpx.Field(c, name); err != nil {
			return f, err
		}
	}
	for _, post := range c.Request().PostArgs().PeekMulti("posts") {
		id, err := strconv.ParseInt(string(post), 10, 64)
		if err != nil || id <= 0 || len(f.Posts) == forum.MaxMoved {
			return f, fault.New(fault.Malformed, "error.parameter").With("Name", "posts")
		}
		f.Posts = append(f.Posts, forum.PostID(id))
	}
	return f, nil
}

// lengths are how long a sanction may last; "ever", as what is none of them, does not end by itself.
var lengths = map[string]time.Duration{"h1": time.Hour, "d1": 24 * time.Hour, "d7": 7 * 24 * time.Hour, "d30": 30 * 24 * time.Hour}

// judges reports whether the act says that somebody did wrong: it names a rule and a reason.
func (v actView) judges() bool {
	switch v.Action {
	case moderation.Hide, moderation.EditOut, moderation.Erase, moderation.Warn, moderation.Silence, moderation.Suspend:
		return true
	}
	return false
}

// ruleOptions are the rules that the act may apply.
func (v actView) ruleOptions(r *httpx.Request) []ui.Option {
	options := []ui.Option{{Value: "", Label: r.T("case.no_rule")}}
	for _, rule := range v.Rules {
		options = append(options, ui.Option{Value: rule.Key, Label: ruleTitle(r, rule)})
	}
	return options
}

// actView is the page of one act.
type actView struct {
	Kind    string
	Action  moderation.Action
	About   moderation.About
	Form    form
	Fault   *fault.Fault
	Offer   []ui.Option   // challenges to move to, roles to give, or lengths
	Replies []forum.Reply // split: what there is
	Rules   []moderation.Rule
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
	if v.Rules, err = h.rules(c); err != nil {
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
	case moderation.Rename, moderation.Split:
		if v.Action == moderation.Split {
			if v.Replies, err = h.forum.Replies(c.UserContext(), forum.ThreadID(v.Form.ID)); err != nil {
				return err
			}
		}
		if v.Action == moderation.Split {
			v.Offer = append(v.Offer, ui.Option{Value: "", Label: r.T("forum.lang.auto")})
		}
		for _, l := range i18n.Written {
			v.Offer = append(v.Offer, ui.Option{Value: string(l), Label: r.T("lang." + string(l))})
		}
	case moderation.Silence, moderation.Suspend:
		for _, l := range []string{"h1", "d1", "d7", "d30", "ever"} {
			v.Offer = append(v.Offer, ui.Option{Value: l, Label: r.T("moderation.lasts." + l)})
		}
	case moderation.Slow:
		v.Offer = paces(r)
	case moderation.Role:
		for _, role := range []account.Role{account.RoleMember, account.RoleModerator, account.RoleAdmin} {
			v.Offer = append(v.Offer, ui.Option{Value: string(role), Label: roleName(r, string(role))})
		}
	}
	return httpx.Render(c, status, actPage(r, v))
}

// paces are how often a member may reply in a thread.
func paces(r *httpx.Request) (all []ui.Option) {
	for _, seconds := range forum.SlowSteps {
		step := "s" + strconv.Itoa(seconds)
		all = append(all, ui.Option{Value: step, Label: r.T("forum.slow." + step)})
	}
	return all
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
	if e.Action == moderation.Erase {
		back = r.URL("/moderation/queue") // where it stood there is nothing any more
	}
	if e.Action == moderation.Merge || e.Action == moderation.Split {
		back = r.URL(e.Data.Path) // where the posts are now
	}
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
