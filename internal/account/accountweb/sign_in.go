package accountweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
)

// signInView is the form of signing in, as typed.
type signInView struct {
	Login, Back string
	Fault       *fault.Fault
}

// shutOut reports whether the right password met a closed door.
func (v signInView) shutOut() bool { return v.Fault != nil && v.Fault.Kind == fault.Forbidden }

func (h *Handlers) signInPage(c *fiber.Ctx) error {
	r := httpx.Of(c)
	v := signInView{Back: localBack(c.Query("back"))}
	if r.Viewer.SignedIn() {
		if v.Back != "" {
			return c.Redirect(v.Back, fiber.StatusSeeOther)
		}
		return home(c, r.Viewer.Locale)
	}
	return httpx.Render(c, fiber.StatusOK, signInForm(r, v))
}

func (h *Handlers) signIn(c *fiber.Ctx) error {
	var v signInView
	var password string
	if err := fields(c, map[string]*string{"login": &v.Login, "password": &password, "back": &v.Back}); err != nil {
		return err
	}
	v.Back = localBack(v.Back)
	r := httpx.Of(c)
	who, token, err := h.accounts.SignIn(c.UserContext(), account.SignInForm{Login: v.Login, Password: password, Browser: browser(c)})
	if err != nil {
		if v.Fault = refusal(c, err); v.Fault == nil {
			return err
		}
		return httpx.Render(c, httpx.Status(v.Fault.Kind), signInForm(r, v))
	}
	r.SetCookie(httpx.SessionCookie, token, cookieAge)
	if v.Back != "" {
		return c.Redirect(v.Back, fiber.StatusSeeOther)
	}
	return home(c, who.Locale)
}

func (h *Handlers) signOut(c *fiber.Ctx) error {
	r := httpx.Of(c)
	if r.Viewer.SignedIn() {
		if err := h.accounts.SignOut(c.UserContext(), r.Viewer); err != nil {
			return err
		}
	}
	r.SetCookie(httpx.SessionCookie, "", -1)
	return httpx.SeeOther(c, "")
}
