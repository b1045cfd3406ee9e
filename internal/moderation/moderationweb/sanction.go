package moderationweb

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
	"senet/internal/moderation"
)

type sanctionBody struct {
	Member  account.MemberID `json:"member"`
	Kind    chat.Sanction    `json:"kind"`    // "muted", "removed", or "": none any more
	Minutes int64            `json:"minutes"` // 0: until it is taken back
	Reason  string           `json:"reason"`
}

// sanction is POST /rooms/{id}/sanctions, by the room's hosts and by moderators.
func (h *Handlers) sanction(c *fiber.Ctx) error {
	var b sanctionBody
	if err := httpx.JSON(c, &b); err != nil {
		return err
	}
	e, err := h.doSanction(c, b)
	if err != nil {
		return err
	}
	return c.JSON(rowOf(e))
}

// sanctionForm is the same from the page of the room.
func (h *Handlers) sanctionForm(c *fiber.Ctx) error {
	reason, err := httpx.Field(c, "reason")
	if err != nil {
		return err
	}
	member, _ := strconv.ParseInt(c.FormValue("member"), 10, 64) // not a number: nobody, which the core says
	minutes, _ := strconv.ParseInt(c.FormValue("minutes"), 10, 64)
	e, err := h.doSanction(c, sanctionBody{account.MemberID(member), chat.Sanction(c.FormValue("kind")), minutes, reason})
	if err != nil {
		return err
	}
	return httpx.Back(c, e.Data.Path)
}

func (h *Handlers) doSanction(c *fiber.Ctx, b sanctionBody) (moderation.Entry, error) {
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return moderation.Entry{}, err
	}
	most := int64(moderation.MaxSanction / time.Minute)
	return h.moderation.Sanction(c.UserContext(), httpx.Of(c).Viewer, moderation.RoomSanction{Room: id, Member: b.Member, Kind: b.Kind,
		For: time.Duration(min(max(b.Minutes, -1), most+1)) * time.Minute, Reason: b.Reason})
}
