package moderationweb

import (
	"bytes"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"senet/internal/httpx"
	"senet/internal/moderation"
)

// evidence sends the ZIP of what a case is about. It is a POST, because the log tells of it.
func (h *Handlers) evidence(c *fiber.Ctx) error {
	id, err := httpx.ID[moderation.CaseID](c, "id")
	if err != nil {
		return err
	}
	k, err := h.moderation.FindCase(c.UserContext(), httpx.Of(c).Viewer, id)
	if err != nil {
		return err
	}
	return h.sendEvidence(c, k.Subject())
}

// evidenceOf is the same for anything that has no case.
func (h *Handlers) evidenceOf(c *fiber.Ctx) error {
	id, err := httpx.ID[int64](c, "id")
	if err != nil {
		return err
	}
	return h.sendEvidence(c, moderation.Subject{Kind: c.Params("kind"), ID: id})
}

func (h *Handlers) sendEvidence(c *fiber.Ctx, of moderation.Subject) error {
	var out bytes.Buffer
	if err := h.moderation.Evidence(c.UserContext(), httpx.Of(c).Viewer, of, &out); err != nil {
		return err
	}
	c.Attachment(fmt.Sprintf("evidence-%s-%d.zip", of.Kind, of.ID))
	c.Set(fiber.HeaderContentType, "application/zip")
	return c.Send(out.Bytes())
}
