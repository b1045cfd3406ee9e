package httpx

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

// Render writes a page. When the component fails half-way nothing of it is sent.
func Render(c *fiber.Ctx, status int, page templ.Component) error {
	c.Status(status)
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	if c.GetRespHeader(fiber.HeaderCacheControl) == "" {
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
	}
	if err := page.Render(c.UserContext(), c.Response().BodyWriter()); err != nil {
		c.Response().ResetBody()
		return fmt.Errorf("render %s: %w", c.Path(), err)
	}
	return nil
}

// SeeOther sends the browser on after a form: path without the locale, or with "?" and "#" parts.
func SeeOther(c *fiber.Ctx, path string) error {
	return c.Redirect(Of(c).URL(path), fiber.StatusSeeOther)
}

// Back is SeeOther to the form's field "back" when it names a page of this hub, else to path.
func Back(c *fiber.Ctx, path string) error {
	if b := c.FormValue("back"); LocalPath(b) {
		return c.Redirect(b, fiber.StatusSeeOther)
	}
	return SeeOther(c, path)
}

// LocalPath reports whether s is a path on this hub and cannot lead elsewhere.
func LocalPath(s string) bool {
	return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.ContainsAny(s, "\\\r\n\t\x00")
}
