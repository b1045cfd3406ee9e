package accountweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
)

// visitorCookie is named on the privacy page; httpx sets it.
const visitorCookie = "senet_visitor"

func (h *Handlers) appearancePage(c *fiber.Ctx) error {
	return httpx.Render(c, fiber.StatusOK, appearancePage(httpx.Of(c), c.Query("done") != ""))
}

// setAppearance remembers light or dark in this browser; "auto" forgets it.
func (h *Handlers) setAppearance(c *fiber.Ctx) error {
	theme, err := httpx.Field(c, "theme")
	if err != nil {
		return err
	}
	r := httpx.Of(c)
	switch theme {
	case "light", "dark":
		r.SetCookie(httpx.ThemeCookie, theme, cookieAge)
	case "auto":
		r.SetCookie(httpx.ThemeCookie, "", -1)
	default:
		return fault.New(fault.Malformed, "error.parameter").With("Name", "theme")
	}
	return httpx.Back(c, "/appearance?done=1")
}

func (h *Handlers) privacyPage(c *fiber.Ctx) error {
	return httpx.Render(c, fiber.StatusOK, h.privacy(httpx.Of(c)))
}
