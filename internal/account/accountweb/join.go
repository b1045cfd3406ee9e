package accountweb

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

// joinView is the form of joining, as typed. With Setup it makes the first administrator.
type joinView struct {
	Name, Email, Affiliation, Region, Locale, TimeZone string
	Consent                                            bool
	Back                                               string
	Setup                                              string // the link's token
	Chosen                                             bool   // the time zone was chosen by the visitor, so no script guesses it
	Fault                                              *fault.Fault
	Ticket                                             account.Ticket
}

// action is where the form is sent.
func (v joinView) action(r *httpx.Request) string {
	if v.Setup != "" {
		return r.URL("/setup/" + url.PathEscape(v.Setup))
	}
	return r.URL("/join")
}

func (v joinView) err(field string) fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields[field]
}

func emptyJoin(c *fiber.Ctx) joinView {
	r := httpx.Of(c)
	return joinView{Locale: string(r.Locale), TimeZone: r.Locale.Zone(), Back: localBack(c.Query("back"))}
}

func (h *Handlers) joinPage(c *fiber.Ctx) error {
	r := httpx.Of(c)
	if r.Viewer.SignedIn() {
		return httpx.SeeOther(c, "")
	}
	v := emptyJoin(c)
	var err error
	if v.Ticket, err = h.accounts.NewTicket(c.UserContext()); err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, joinForm(r, v))
}

func (h *Handlers) join(c *fiber.Ctx) error {
	v, f, err := readJoin(c)
	if err != nil {
		return err
	}
	r := httpx.Of(c)
	if err := h.joins.Check(r); err != nil {
		return h.again(c, v, err)
	}
	_, token, err := h.accounts.Join(c.UserContext(), f)
	if err != nil {
		return h.again(c, v, err)
	}
	return welcome(c, v, f, token)
}

func (h *Handlers) setupPage(c *fiber.Ctx) error {
	v := emptyJoin(c)
	v.Setup = c.Params("token")
	if err := h.accounts.CheckSetupLink(c.UserContext(), v.Setup); err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, joinForm(httpx.Of(c), v))
}

func (h *Handlers) setup(c *fiber.Ctx) error {
	v, f, err := readJoin(c)
	if err != nil {
		return err
	}
	v.Setup = c.Params("token")
	if err := h.joins.Check(httpx.Of(c)); err != nil {
		return answerJoin(c, v, err)
	}
	_, token, err := h.accounts.UseSetupLink(c.UserContext(), v.Setup, f)
	if err != nil {
		return answerJoin(c, v, err)
	}
	return welcome(c, v, f, token)
}

// readJoin reads the form, once to be shown again and once for the core.
func readJoin(c *fiber.Ctx) (joinView, account.JoinForm, error) {
	var v joinView
	var password, consent, trap, puzzle, proof string
	err := fields(c, map[string]*string{"name": &v.Name, "email": &v.Email, "password": &password, "affiliation": &v.Affiliation,
		"region": &v.Region, "locale": &v.Locale, "time_zone": &v.TimeZone, "consent": &consent, "website": &trap, "back": &v.Back,
		"stamp": &v.Ticket.Stamp, "puzzle": &puzzle, "proof": &proof})
	if err != nil {
		return v, account.JoinForm{}, err
	}
	v.Back, v.Consent, v.Chosen = localBack(v.Back), consent != "", true
	return v, account.JoinForm{
		Name: v.Name, Email: v.Email, Password: password, Affiliation: v.Affiliation, Region: account.Region(v.Region),
		Locale: i18n.Locale(v.Locale), TimeZone: v.TimeZone, Consent: v.Consent,
		ClientID: httpx.ClientID(c), Browser: browser(c), Trap: trap,
		Stamp: v.Ticket.Stamp, Puzzle: puzzle, Proof: proof,
	}, nil
}

// again shows the form of joining again with a ticket: its stamp stays as long as it is good, so that nobody waits for having
// mistyped, and its puzzle is another one.
func (h *Handlers) again(c *fiber.Ctx, v joinView, err error) error {
	f := refusal(c, err)
	if f == nil {
		return err
	}
	fresh, ticketErr := h.accounts.NewTicket(c.UserContext())
	if ticketErr != nil {
		return ticketErr
	}
	if !account.Untimely(f) {
		fresh.Stamp = v.Ticket.Stamp
	}
	v.Ticket = fresh
	return answerJoin(c, v, err)
}

// answerJoin shows the form again with what is wrong; other errors pass.
func answerJoin(c *fiber.Ctx, v joinView, err error) error {
	if v.Fault = refusal(c, err); v.Fault == nil {
		return err
	}
	return httpx.Render(c, httpx.Status(v.Fault.Kind), joinForm(httpx.Of(c), v))
}

// welcome signs the browser in and leads to the page that says how to come back, in the member's language.
func welcome(c *fiber.Ctx, v joinView, f account.JoinForm, token string) error {
	httpx.Of(c).SetCookie(httpx.SessionCookie, token, cookieAge)
	to := "/" + string(f.Locale) + "/welcome"
	if v.Back != "" {
		to += "?back=" + url.QueryEscape(v.Back)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

func (h *Handlers) welcomePage(c *fiber.Ctx) error {
	r := httpx.Of(c)
	m, err := h.accounts.FindMember(c.UserContext(), r.Viewer, r.Viewer.ID)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, welcomePage(r, m, localBack(c.Query("back"))))
}
