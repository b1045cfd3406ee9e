package moderationweb

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/moderation"
)

// logRow is a row of the log as the API tells it.
type logRow struct {
	ID      moderation.LogID   `json:"id"`
	At      time.Time          `json:"at"`
	Actor   actor              `json:"actor"`
	Action  moderation.Action  `json:"action"`
	Subject moderation.Subject `json:"subject"`
	Reason  string             `json:"reason"`
	Undoes  *moderation.LogID  `json:"undoes"`
}

type actor struct {
	ID   account.MemberID `json:"id"`
	Name string           `json:"name"`
}

// apiAct is POST …/hide and …/unhide: {"reason": "…"} → the row of the log.
func (h *Handlers) apiAct(kind string, a moderation.Action) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := httpx.ID[int64](c, "id")
		if err != nil {
			return err
		}
		var body struct {
			Reason string `json:"reason"`
		}
		if len(c.Body()) > 0 || a == moderation.Hide {
			if err := httpx.JSON(c, &body); err != nil {
				return err
			}
		}
		e, err := h.moderation.Decide(c.UserContext(), httpx.Of(c).Viewer, form{ID: id, Reason: body.Reason}.verdict(kind, a))
		if err != nil {
			return err
		}
		return c.JSON(rowOf(e))
	}
}

func rowOf(e moderation.Entry) logRow {
	row := logRow{ID: e.ID, At: e.At, Actor: actor{ID: e.ActorID, Name: e.ActorName}, Action: e.Action, Subject: e.Subject(), Reason: e.Reason}
	if e.Undoes != 0 {
		row.Undoes = &e.Undoes
	}
	return row
}
