package chatweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
)

// messageJSON is a message as its reader sees it, with the text that its author can change.
type messageJSON struct {
	ID      chat.MessageID `json:"id"`
	Room    chat.RoomID    `json:"room"`
	Seq     int64          `json:"seq"`
	Body    string         `json:"body"` // Markdown, as it was written
	Lang    string         `json:"lang"`
	Version int            `json:"version"`
	Own     bool           `json:"own"`
}

// message is GET /messages/{id}.
func (h *Handlers) message(c *fiber.Ctx) error {
	m, _, err := h.findMessage(c)
	if err != nil {
		return err
	}
	own := httpx.Of(c).Viewer.SignedIn() && m.Author.ID == httpx.Of(c).Viewer.ID
	return c.JSON(messageJSON{m.ID, m.Room, m.Seq, m.Body, m.Lang, m.Version, own})
}

// findMessage is the message that the address names, with its room.
func (h *Handlers) findMessage(c *fiber.Ctx) (chat.Message, chat.Room, error) {
	id, err := httpx.ID[chat.MessageID](c, "id")
	if err != nil {
		return chat.Message{}, chat.Room{}, err
	}
	return h.service.FindMessage(c.UserContext(), httpx.Of(c).Viewer, id)
}

// editPage is GET /messages/{id}/edit.
func (h *Handlers) editPage(c *fiber.Ctx) error {
	r := httpx.Of(c)
	m, room, err := h.findMessage(c)
	switch {
	case err != nil:
		return err
	case m.Author.ID != r.Viewer.ID:
		return fault.New(fault.Forbidden, "chat.edit.not_yours")
	}
	return httpx.Render(c, fiber.StatusOK, EditPage(r, Editing{ID: m.ID, Room: room, Body: m.Body, Lang: m.Lang, Version: m.Version}))
}
