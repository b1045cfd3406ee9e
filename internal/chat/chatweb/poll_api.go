package chatweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/httpx"
	"senet/internal/translation"
)

// pollJSON is a poll as its reader sees it. What may not be seen yet is not in it: votes, shares, the mean, a cloud's options.
type pollJSON struct {
	ID       chat.PollID       `json:"id"`
	Kind     chat.PollKind     `json:"kind"`
	Author   chat.By           `json:"author"`
	At       string            `json:"at"`
	Content  translation.Shown `json:"content"`
	Original originalJSON      `json:"original"`
	Options  []optionJSON      `json:"options"`
	Results  chat.Results      `json:"results"`
	Closed   bool              `json:"closed"`
	Voters   int               `json:"voters"`
	Mean     *float64          `json:"mean,omitempty"` // of a scale
	Own      []chat.OptionID   `json:"own"`
	OwnWords []string          `json:"own_words,omitempty"` // of a cloud
}

type optionJSON struct {
	ID       chat.OptionID     `json:"id"`
	Content  translation.Shown `json:"content"`
	Original originalJSON      `json:"original"`
	Votes    *int              `json:"votes,omitempty"`
	Share    *int              `json:"share,omitempty"` // percent
}

// polls is GET /rooms/{id}/polls: the open ones first, then the newest, at most chat.MaxPolls.
func (h *Handlers) polls(c *fiber.Ctx) error {
	r := httpx.Of(c)
	room, err := h.roomOf(c)
	if err != nil {
		return err
	}
	ps, err := h.service.Polls(c.UserContext(), r.Viewer, room.ID)
	if err != nil {
		return err
	}
	items := make([]pollJSON, len(ps))
	for i, p := range ps {
		items[i] = asJSON(r, p)
	}
	return c.JSON(fiber.Map{"items": items, "next": ""})
}

func asJSON(r *httpx.Request, p chat.Poll) pollJSON {
	out := pollJSON{ID: p.ID, Kind: p.Kind, Author: p.Author, At: chat.Stamp(p.At), Content: p.Content(r.Locale),
		Original: originalJSON{p.Body, p.Lang}, Options: make([]optionJSON, len(p.Options)), Results: p.Results, Closed: p.Closed,
		Voters: p.Voters, Own: append([]chat.OptionID{}, p.Own...), OwnWords: p.OwnWords}
	for i, o := range p.Options {
		out.Options[i] = optionJSON{ID: o.ID, Content: o.Content(r.Locale), Original: originalJSON{o.Body, o.Lang}}
		if p.Shown() {
			share := p.Share(o)
			out.Options[i].Votes, out.Options[i].Share = &o.Votes, &share
		}
	}
	if mean := p.Mean(); p.Kind == chat.Scale && mean > 0 {
		out.Mean = &mean
	}
	return out
}
