package httpx

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
)

// SignedIn lets members pass; a visitor is asked to sign in and brought back.
func SignedIn(c *fiber.Ctx) error {
	if !Of(c).Viewer.SignedIn() {
		return fault.New(fault.Unauthorised, "error.sign_in")
	}
	return c.Next()
}

// Moderator lets moderators and administrators pass. To others the page does not exist.
func Moderator(c *fiber.Ctx) error {
	if !Of(c).Viewer.Moderates() {
		return deny(c)
	}
	return c.Next()
}

// Desk lets those pass who moderate anything: the hub, or a challenge. What they may there the cores say.
func Desk(c *fiber.Ctx) error {
	if !Of(c).Viewer.AtDesk() {
		return deny(c)
	}
	return c.Next()
}

// Admin lets administrators pass.
func Admin(c *fiber.Ctx) error {
	if !Of(c).Viewer.Administers() {
		return deny(c)
	}
	return c.Next()
}

func deny(c *fiber.Ctx) error {
	if !Of(c).Viewer.SignedIn() {
		return fault.New(fault.Unauthorised, "error.sign_in")
	}
	return fault.New(fault.Forbidden, "error.forbidden")
}
