package chatweb

import (
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/httpx"
)

type readBody struct {
	Seq int64 `json:"seq"`
}

// markRead is POST /rooms/{id}/read: the viewer has read the room up to seq. The answer says where the marker of all their
// devices stands.
func (h *Handlers) markRead(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return err
	}
	var b readBody
	if err := httpx.JSON(c, &b); err != nil {
		return err
	}
	if err := h.reads.Check(r); err != nil {
		return err
	}
	seq, err := h.service.MarkRead(c.UserContext(), r.Viewer, id, b.Seq)
	if err != nil {
		return err
	}
	return c.JSON(readBody{seq})
}

// News says how many messages of a room the viewer has not read, beside a link to it: "3 new".
func (h *Handlers) News(r *httpx.Request, room int64) templ.Component {
	unread, err := h.service.Unread(r.Fiber().UserContext(), r.Viewer, chat.RoomID(room))
	if err != nil {
		h.log.Warn("cannot count what is unread", "room", room, "err", err)
	}
	if n := unread[chat.RoomID(room)]; n > 0 {
		return news(r, n)
	}
	return templ.NopComponent
}
