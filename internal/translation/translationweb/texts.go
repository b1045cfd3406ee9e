package translationweb

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
)

// textsKept is how long a browser remembers which texts it shows.
const textsKept = 365 * 24 * time.Hour

// texts has this browser show originals before translations, or translations again, and leads back. It is a link, so
// that pages that are the same for everybody can hold it: it changes nothing but the browser's own cookie.
func (h *Handlers) texts(c *fiber.Ctx) error {
	r := httpx.Of(c)
	if c.Query("show") == "original" {
		r.SetCookie(httpx.TextsCookie, "original", textsKept)
	} else {
		r.SetCookie(httpx.TextsCookie, "", -1)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if back := c.Query("back"); httpx.LocalPath(back) {
		return c.Redirect(back, fiber.StatusSeeOther)
	}
	return httpx.SeeOther(c, "")
}
