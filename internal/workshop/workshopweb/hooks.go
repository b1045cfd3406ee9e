package workshopweb

import (
	"context"

	"github.com/a-h/templ"

	"senet/internal/chat/chatweb"
	"senet/internal/httpx"
	"senet/internal/workshop"
)

// Next is what the home page says of events: what is on now, else what comes next. Nil when nothing is announced.
func (h *Handlers) Next(ctx context.Context, r *httpx.Request) (templ.Component, error) {
	return h.upcoming(ctx, r, 0)
}

// OfChallenge is what the page of a challenge says of events about it. Nil when none is announced.
func (h *Handlers) OfChallenge(ctx context.Context, r *httpx.Request, challenge int64) (templ.Component, error) {
	return h.upcoming(ctx, r, challenge)
}

// shownNext is how many events are shown beside something else.
const shownNext = 2

func (h *Handlers) upcoming(ctx context.Context, r *httpx.Request, challenge int64) (templ.Component, error) {
	events, err := h.workshops.Next(ctx, challenge, shownNext)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	return nextEvents(r, events), nil
}

// RoomAgenda is the agenda of an event for the export of its room.
func (h *Handlers) RoomAgenda(ctx context.Context, workshopID int64) ([]chatweb.AgendaItem, error) {
	items, err := h.workshops.Agenda(ctx, workshop.ID(workshopID))
	if err != nil {
		return nil, err
	}
	agenda := make([]chatweb.AgendaItem, len(items))
	for i, item := range items {
		agenda[i] = chatweb.AgendaItem{ID: item.ID, At: item.StartsAt, Title: item.Title(), Speaker: item.Speaker}
	}
	return agenda, nil
}

// RoomAside stands beside the talk in an event's room: agenda with the item that is on, speakers, times, the viewer's
// seat, and what the organisers promise. currentItem is the room's Settings.Item; 0: none.
func (h *Handlers) RoomAside(ctx context.Context, r *httpx.Request, workshopID, currentItem int64) (templ.Component, error) {
	e, err := h.workshops.Find(ctx, r.Viewer, workshop.ID(workshopID))
	if err != nil {
		return nil, err
	}
	v := eventView{Event: e}
	if v.Agenda, err = h.workshops.Agenda(ctx, e.ID); err != nil {
		return nil, err
	}
	if v.Speakers, err = h.workshops.Speakers(ctx, e.ID); err != nil {
		return nil, err
	}
	if e.Mine == workshop.Waiting {
		if v.InLine, err = h.workshops.InLine(ctx, r.Viewer, e.ID); err != nil {
			return nil, err
		}
	}
	return roomAside(r, v, currentItem), nil
}
