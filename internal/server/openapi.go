package server

import (
	_ "embed"

	"github.com/gofiber/fiber/v2"
)

// openAPI describes every route below /api/v1; a test holds the two against each other.
//
//go:embed openapi.json
var openAPI []byte

func describe(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(openAPI)
}
