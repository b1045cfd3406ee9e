package chatweb

import (
	"fmt"
	"math"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
)

// stretch is the messages that the address names: ?before=seq, ?after=seq, ?at=seq, or the newest. It notes in the page
// where there are more.
func (h *Handlers) stretch(c *fiber.Ctx, p *Page) ([]chat.Message, error) {
	before, err := httpx.Int(c, "before", math.MaxInt64, 1, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	after, err := httpx.Int(c, "after", -1, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	at, err := httpx.Int(c, "at", 0, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	around, back, on := before-1, pageSize, 0
	switch {
	case at > 0:
		around, back, on = at, pageSize/2, pageSize/2
	case after >= 0:
		around, back, on = after, 0, pageSize
	}
	st, err := h.service.Around(c.UserContext(), httpx.Of(c).Viewer, p.Room.ID, around, back, on)
	if err != nil {
		return nil, err
	}
	first, last := around+1, around
	if n := len(st.Messages); n > 0 {
		first, last = st.Messages[0].Seq, st.Messages[n-1].Seq
	}
	if st.Older {
		p.Older = first
	}
	if p.Newest = !st.Newer; st.Newer {
		p.Newer = last
	}
	return st.Messages, nil
}

// jump leads to the first message that was said on a day of the reader's, or after it; without one to the newest.
func (h *Handlers) jump(c *fiber.Ctx, room chat.Room, on string) error {
	r := httpx.Of(c)
	day, err := time.ParseInLocation(time.DateOnly, on, r.Viewer.Zone)
	if err != nil || day.Year() < 1 {
		return fault.New(fault.Malformed, "error.parameter").With("Name", "on")
	}
	id, seq, found, err := h.service.FirstSince(c.UserContext(), r.Viewer, room.ID, day)
	if err != nil {
		return err
	}
	if !found {
		return httpx.SeeOther(c, room.Path()+"#latest")
	}
	return httpx.SeeOther(c, fmt.Sprintf("%s?at=%d#m-%d", room.Path(), seq, id))
}
