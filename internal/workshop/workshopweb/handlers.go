// Package workshopweb is events as pages, forms, calendar files and API: the list, a page for each, the form of its
// organisers, who comes, and a member's own calendar. Rules and SQL are in package workshop; the room of an event is
// chatweb's.
package workshopweb

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/workshop"
)

// Handlers are the routes of events.
type Handlers struct {
	// Outcomes are the threads that come of events; nil: there are none. Set it before Mount.
	Outcomes  *workshop.Outcomes
	workshops *workshop.Service
	forum     *forum.Service
	pages     *httpx.PageCache
	words     *i18n.Bundle
	seats     *httpx.Limiter // registering, and giving up a seat
	writing   *httpx.Limiter
	feeds     *httpx.Limiter // calendars, which programs ask for again and again
}

// New makes the routes. words are those of every language, because a calendar is in its owner's.
func New(workshops *workshop.Service, f *forum.Service, pages *httpx.PageCache, words *i18n.Bundle) *Handlers {
	return &Handlers{workshops: workshops, forum: f, pages: pages, words: words,
		seats: httpx.NewLimiter(30, 2*time.Second), writing: httpx.NewLimiter(20, 6*time.Second), feeds: httpx.NewLimiter(60, 10*time.Second)}
}

// Mount adds the routes.
func (h *Handlers) Mount(pages, api fiber.Router) {
	pages.Get("/workshops", h.list)
	pages.Get("/workshops/new", httpx.Moderator, h.newEvent)
	pages.Post("/workshops/new", httpx.Moderator, h.create)
	pages.Get("/workshops/calendar", httpx.SignedIn, h.calendarPage)
	pages.Post("/workshops/calendar", httpx.SignedIn, h.makeCalendar)
	pages.Post("/workshops/calendar/drop", httpx.SignedIn, h.dropCalendar)

	pages.Get("/w/:id", h.event)
	pages.Get("/w/:id/event.ics", h.feeds.Limit, h.file)
	pages.Post("/w/:id/register", httpx.SignedIn, h.register)
	pages.Post("/w/:id/unregister", httpx.SignedIn, h.unregister)
	pages.Get("/w/:id/edit", httpx.SignedIn, h.editEvent)
	pages.Post("/w/:id/edit", httpx.SignedIn, h.save)
	pages.Post("/w/:id/announce", httpx.SignedIn, h.announce)
	pages.Post("/w/:id/cancel", httpx.SignedIn, h.cancel)
	pages.Post("/w/:id/discard", httpx.SignedIn, h.discard)
	pages.Get("/w/:id/staff", httpx.SignedIn, h.staff)
	pages.Post("/w/:id/staff", httpx.SignedIn, h.setStaff)

	h.mountOutcome(pages)
	h.mountAPI(api)
}

// MountCalendars adds the address of members' calendars, which has no language: a calendar is in its owner's.
func (h *Handlers) MountCalendars(app fiber.Router) {
	app.Get("/calendar/:token", h.feeds.Limit, h.calendar)
}

// find reads the event of the address as the viewer may see it.
func (h *Handlers) find(c *fiber.Ctx) (workshop.Event, error) {
	id, err := httpx.ID[workshop.ID](c, "id")
	if err != nil {
		return workshop.Event{}, err
	}
	return h.workshops.Find(c.UserContext(), httpx.Of(c).Viewer, id)
}
