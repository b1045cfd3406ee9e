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
	var out bytes.Buffer
	if err := h.moderation.Evidence(c.UserContext(), httpx.Of(c).Viewer, k.Subject(), &out); err != nil {
		return err
	}
	c.Attachment(fmt.Sprintf("evidence-%s-%d.zip", k.SubjectKind, k.SubjectID))
	c.Set(fiber.HeaderContentType, "application/zip")
	return c.Send(out.Bytes())
}
