package accountweb

import (
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

// settingsView is the page of settings; what is wrong with one form does not touch the other.
type settingsView struct {
	Form                        account.SettingsForm
	Email                       string
	Sessions                    []account.Session
	Mail                        templ.Component
	Done                        string // the message key of what has just been done
	ProfileFault, PasswordFault *fault.Fault
}

func of(f *fault.Fault, field string) fault.Message {
	if f == nil {
		return fault.Message{}
	}
	return f.Fields[field]
}

// done are what the page says after a form, by the value of ?done=.
var done = map[string]string{
	"saved": "settings.saved", "password": "settings.password_saved", "session": "settings.session_ended", "others": "settings.others_ended", "mail": "settings.saved",
}

func (h *Handlers) settingsPage(c *fiber.Ctx) error {
	v, err := h.settings(c)
	if err != nil {
		return err
	}
	v.Done = done[c.Query("done")]
	return httpx.Render(c, fiber.StatusOK, settingsPage(httpx.Of(c), v))
}

// settings is the page as it is stored.
func (h *Handlers) settings(c *fiber.Ctx) (settingsView, error) {
	viewer := httpx.Of(c).Viewer
	m, err := h.accounts.FindMember(c.UserContext(), viewer, viewer.ID)
	if err != nil {
		return settingsView{}, err
	}
	sessions, err := h.accounts.Sessions(c.UserContext(), viewer)
	if err != nil {
		return settingsView{}, err
	}
	mail, err := h.Mail(httpx.Of(c))
	if err != nil {
		return settingsView{}, err
	}
	return settingsView{Email: m.Email, Mail: mail, Sessions: sessions, Form: account.SettingsForm{Name: m.Name, Affiliation: m.Affiliation,
		Region: m.Region, Locale: m.Locale, TimeZone: m.TimeZone, About: m.About}}, nil
}

func (h *Handlers) saveSettings(c *fiber.Ctx) error {
	var f account.SettingsForm
	var region, locale string
	err := fields(c, map[string]*string{"name": &f.Name, "affiliation": &f.Affiliation, "region": &region, "locale": &locale, "time_zone": &f.TimeZone,
		"about": &f.About})
	if err != nil {
		return err
	}
	f.Region, f.Locale = account.Region(region), i18n.Locale(locale)
	if err := h.accounts.UpdateSettings(c.UserContext(), httpx.Of(c).Viewer, f); err != nil {
		return h.settingsAgain(c, err, func(v *settingsView, refused *fault.Fault) { v.Form, v.ProfileFault = f, refused })
	}
	return c.Redirect("/"+locale+"/settings?done=saved", fiber.StatusSeeOther)
}

func (h *Handlers) changePassword(c *fiber.Ctx) error {
	var current, password string
	if err := fields(c, map[string]*string{"current_password": &current, "new_password": &password}); err != nil {
		return err
	}
	if err := h.accounts.ChangePassword(c.UserContext(), httpx.Of(c).Viewer, current, password); err != nil {
		return h.settingsAgain(c, err, func(v *settingsView, f *fault.Fault) { v.PasswordFault = f })
	}
	return httpx.SeeOther(c, "/settings?done=password")
}

// settingsAgain shows the page with what is wrong; other errors pass.
func (h *Handlers) settingsAgain(c *fiber.Ctx, err error, note func(*settingsView, *fault.Fault)) error {
	f := refusal(c, err)
	if f == nil {
		return err
	}
	v, err := h.settings(c)
	if err != nil {
		return err
	}
	note(&v, f)
	return httpx.Render(c, httpx.Status(f.Kind), settingsPage(httpx.Of(c), v))
}

func (h *Handlers) endSession(c *fiber.Ctx) error {
	id, err := httpx.ID[int64](c, "id")
	if err != nil {
		return err
	}
	r := httpx.Of(c)
	if id == r.Viewer.Session {
		return h.signOut(c)
	}
	if err := h.accounts.Revoke(c.UserContext(), r.Viewer, id); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/settings?done=session#sessions")
}

func (h *Handlers) endOthers(c *fiber.Ctx) error {
	if err := h.accounts.RevokeOthers(c.UserContext(), httpx.Of(c).Viewer); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/settings?done=others#sessions")
}
