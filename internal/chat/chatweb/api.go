package chatweb

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

const (
	maxWait  = 30 // seconds that a long poll may wait
	pollPage = 200
)

type roomJSON struct {
	ID       chat.RoomID   `json:"id"`
	Title    i18n.Text     `json:"title"`
	Seq      int64         `json:"seq"`
	Read     int64         `json:"read"`
	ReadOnly bool          `json:"read_only"`
	URL      string        `json:"url"`
	Presence chat.Presence `json:"presence"`
}

// room is GET /rooms/{id}.
func (h *Handlers) room(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return err
	}
	room, err := h.service.FindRoom(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	return c.JSON(roomJSON{room.ID, room.Title, room.Seq, room.Read, room.ReadOnly(), r.URL(room.Path()), h.hub.Presence(id)})
}

type eventsJSON struct {
	Items    []chat.Frame   `json:"items"`
	Seq      int64          `json:"seq"`
	Reset    bool           `json:"reset"`
	Next     int64          `json:"next"` // what to give as after to go on
	Presence *chat.Presence `json:"presence,omitempty"`
	Sanction *chat.Sanction `json:"sanction,omitempty"` // the caller's, where a sanction is among the items; "" is none
}

// events is GET /rooms/{id}/events?after=&wait=: what the socket would replay. Where nothing was missed it waits,
// at most so many seconds, for something to happen.
func (h *Handlers) events(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return err
	}
	after, err := httpx.Int(c, "after", -1, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	wait, err := httpx.Int(c, "wait", 0, 0, math.MaxInt32)
	if err != nil {
		return err
	}
	if other, err := another(c, r.Viewer); err != nil || other {
		return cmp.Or(err, error(fault.New(fault.Forbidden, "error.forbidden")))
	}
	// The request's own deadline is shorter than a long poll.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), (maxWait+10)*time.Second)
	defer cancel()
	page, err := h.read(ctx, r, id, after)
	if err != nil {
		return err
	}
	if after >= 0 && wait > 0 && len(page.Events) == 0 && !page.Reset {
		if page, err = h.await(ctx, r, id, after, time.Duration(min(wait, maxWait))*time.Second); err != nil {
			return err
		}
	}
	next := page.Seq
	if n := len(page.Events); n > 0 {
		next = page.Events[n-1].Seq
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	here := h.hub.Presence(id)
	answer := eventsJSON{Items: h.wire.presentAll(r.Locale, page.Events), Seq: page.Seq, Reset: page.Reset, Next: next, Presence: &here}
	if slices.ContainsFunc(page.Events, func(e chat.Event) bool { return e.Kind == chat.KindSanction }) {
		room, err := h.service.FindRoom(ctx, r.Viewer, id)
		if err != nil {
			return err
		}
		answer.Sanction = &room.Mine.Sanction
	}
	return c.Send(encode(answer))
}

func (h *Handlers) read(ctx context.Context, r *httpx.Request, id chat.RoomID, after int64) (chat.Page, error) {
	if after < 0 {
		return h.service.Newest(ctx, r.Viewer, id, chat.FirstPage)
	}
	return h.service.Events(ctx, r.Viewer, id, after, pollPage)
}

// await is read as soon as there is something to read, or after the wait. A member counts as a socket while
// waiting, so that nobody can make the hub hold waiters without end.
func (h *Handlers) await(ctx context.Context, r *httpx.Request, id chat.RoomID, after int64, wait time.Duration) (chat.Page, error) {
	key := placeKey(r.Fiber(), r.Viewer)
	if err := h.sockets.sit(key, h.Limits, r.Viewer); err != nil {
		return chat.Page{}, err
	}
	defer h.sockets.rise(key)
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := h.hub.Wait(waiting, id, after); err != nil {
		return chat.Page{}, err
	}
	return h.read(ctx, r, id, after)
}

type sayBody struct {
	ID      string         `json:"id"`
	Body    string         `json:"body"`
	Lang    string         `json:"lang"`
	ReplyTo chat.MessageID `json:"reply_to"`
}

// sayJSON is POST /rooms/{id}/messages. The answer comes when the message is committed.
func (h *Handlers) sayJSON(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return err
	}
	var b sayBody
	if err := httpx.JSON(c, &b); err != nil {
		return err
	}
	client, err := uuid.Parse(b.ID)
	if err != nil {
		return errMalformed
	}
	if err := h.says.Check(r); err != nil {
		return err
	}
	say := chat.Say{Room: id, ClientID: client, Body: b.Body, Lang: b.Lang, ReplyTo: b.ReplyTo}
	seq, err := h.service.Say(c.UserContext(), r.Viewer, say)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"seq": seq})
}
