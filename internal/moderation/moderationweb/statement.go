package moderationweb

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/moderation"
)

// statementView is the page of a statement of reasons.
type statementView struct {
	moderation.Statement
	Rule  string // its title
	Typed string // the appeal
	Sent  bool
	Fault *fault.Fault
}

func (v statementView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

func (h *Handlers) statement(c *fiber.Ctx) error {
	return h.showStatement(c, fiber.StatusOK, statementView{})
}

// appeal is the form on the page of a statement.
func (h *Handlers) appeal(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.LogID](c, "log")
	if err != nil {
		return err
	}
	var v statementView
	if v.Typed, err = httpx.Field(c, "text"); err != nil {
		return err
	}
	err = h.moderation.Appeal(c.UserContext(), httpx.Of(c).Viewer, id, v.Typed)
	if f := fault.Of(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		v.Fault = f
		return h.showStatement(c, httpx.Status(f.Kind), v)
	}
	if err != nil {
		return err
	}
	return h.showStatement(c, fiber.StatusOK, statementView{Sent: true})
}

func (h *Handlers) showStatement(c *fiber.Ctx, status int, v statementView) error {
	r := httpx.Of(c)
	id, err := httpx.ID[moderation.LogID](c, "log")
	if err != nil {
		return err
	}
	if v.Statement, err = h.moderation.Statement(c.UserContext(), r.Viewer, id); err != nil {
		return err
	}
	v.Reason = h.reasons.In(r.P, v.Reason)
	if v.Appeal != nil {
		v.Appeal.Reason = h.reasons.In(r.P, v.Appeal.Reason)
	}
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return err
	}
	v.Rule = ruleNames(r, rules)[v.Entry.Rule]
	return httpx.Render(c, status, statementPage(r, v))
}

// end says until when a sanction lasts.
// what says what was decided about the reader.
func (v statementView) what(r *httpx.Request) string {
	if v.SubjectKind == moderation.Member && v.Action == moderation.Reject {
		return r.T("statement.what_was_member.reject")
	}
	return r.T("statement.what_was." + string(v.Action))
}

func (v statementView) end(r *httpx.Request) string {
	if v.Until.Equal(account.ForEver) {
		return r.T("statement.ever")
	}
	return r.P.DateTime(r.In(*v.Until))
}

// fate says what became of the appeal.
func (v statementView) fate() string {
	switch {
	case v.Appeal.ClosedAt == nil:
		return "appeal.waiting"
	case v.Appeal.Outcome == moderation.Uphold:
		return "appeal.upheld"
	}
	return "appeal.overturned"
}

// recordView is a page of what was decided about the viewer.
type recordView struct {
	Entries []moderation.Entry
	Next    string
}

func (h *Handlers) record(c *fiber.Ctx) error {
	r := httpx.Of(c)
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	entries, next, err := h.moderation.Record(c.UserContext(), r.Viewer, moderation.LogID(before))
	if err != nil {
		return err
	}
	for i := range entries {
		entries[i].Reason = h.reasons.In(r.P, entries[i].Reason)
	}
	v := recordView{Entries: entries}
	if next != 0 {
		v.Next = r.URL("/settings/record?before=" + strconv.FormatInt(int64(next), 10))
	}
	return httpx.Render(c, fiber.StatusOK, recordPage(r, v))
}

// shutOutView is the appeal of somebody who cannot sign in.
type shutOutView struct {
	Login, Text string
	Sent        bool
	Fault       *fault.Fault
}

func (v shutOutView) field(name string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[name]
}

func (h *Handlers) askShutOut(c *fiber.Ctx) error {
	return httpx.Render(c, fiber.StatusOK, shutOutPage(httpx.Of(c), shutOutView{}))
}

func (h *Handlers) appealShutOut(c *fiber.Ctx) error {
	var v shutOutView
	var password string
	var err error
	for name, to := range map[string]*string{"login": &v.Login, "password": &password, "text": &v.Text} {
		if *to, err = httpx.Field(c, name); err != nil {
			return err
		}
	}
	who := account.SignInForm{Login: v.Login, Password: password, Browser: account.Browser{Address: c.IP()}}
	err = h.moderation.AppealSuspended(c.UserContext(), who, v.Text)
	f := fault.Of(err)
	switch {
	case f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict || f.Kind == fault.TooMany):
		v.Fault = f
		httpx.RetryAfter(c, f)
		return httpx.Render(c, httpx.Status(f.Kind), shutOutPage(httpx.Of(c), v))
	case err != nil:
		return err
	}
	return httpx.Render(c, fiber.StatusOK, shutOutPage(httpx.Of(c), shutOutView{Sent: true}))
}
