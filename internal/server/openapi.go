package server

import (
	"bytes"
	_ "embed"

	"github.com/gofiber/fiber/v2"

	"senet/internal/i18n"
)

// openAPI describes every route below /api/v1; a test holds the two against each other. Where it says "{locale}" it
// lists the languages of the interface.
//
//go:embed openapi.json
var openAPI []byte

func describe(c *fiber.Ctx) error {
	codes := make([][]byte, len(i18n.Locales))
	for i, l := range i18n.Locales {
		codes[i] = []byte(l)
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(bytes.Replace(openAPI, []byte("{locale}"), bytes.Join(codes, []byte(`", "`)), 1))
}
