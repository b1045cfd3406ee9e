package workshopweb

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
)

// file is one event as a calendar file.
func (h *Handlers) file(c *fiber.Ctx) error {
	e, err := h.find(c)
	if err != nil {
		return err
	}
	c.Attachment(fmt.Sprintf("workshop-%d.ics", e.ID))
	return sendCalendar(c, h.workshops.File(httpx.Of(c).Locale, "", e))
}

// calendar is a member's own, by its secret address.
func (h *Handlers) calendar(c *fiber.Ctx) error {
	token, ok := strings.CutSuffix(c.Params("token"), ".ics")
	if !ok {
		return fault.New(fault.NotFound, "error.not_found")
	}
	events, l, err := h.workshops.Calendar(c.UserContext(), token)
	if err != nil {
		return err
	}
	return sendCalendar(c, h.workshops.File(l, h.words.For(l).T("workshop.calendar_name"), events...))
}

// sendCalendar sends a calendar, or says that it is as it was.
func sendCalendar(c *fiber.Ctx, ics []byte) error {
	sum := sha256.Sum256(ics)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, "private, max-age=300")
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	return c.Send(ics)
}

// calendarView is the page of a member's own calendar.
type calendarView struct {
	Since *time.Time
	Token string // just made: it is shown this once
}

// address is the calendar's, with the scheme that has programs subscribe to it.
func (v calendarView) address(r *httpx.Request, scheme string) string {
	_, rest, _ := strings.Cut(r.BaseURL, "://")
	if scheme == "" {
		return r.BaseURL + "/calendar/" + v.Token + ".ics"
	}
	return scheme + "://" + rest + "/calendar/" + v.Token + ".ics"
}

func (h *Handlers) calendarPage(c *fiber.Ctx) error {
	return h.showCalendar(c, "")
}

func (h *Handlers) showCalendar(c *fiber.Ctx, token string) error {
	r := httpx.Of(c)
	v := calendarView{Token: token}
	var err error
	if v.Since, err = h.workshops.CalendarSince(c.UserContext(), r.Viewer); err != nil {
		return err
	}
	if token != "" {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	return httpx.Render(c, fiber.StatusOK, calendarPage(r, v))
}

func (h *Handlers) makeCalendar(c *fiber.Ctx) error {
	r := httpx.Of(c)
	if err := h.writing.Check(r); err != nil {
		return err
	}
	token, err := h.workshops.NewCalendar(c.UserContext(), r.Viewer)
	if err != nil {
		return err
	}
	return h.showCalendar(c, token)
}

func (h *Handlers) dropCalendar(c *fiber.Ctx) error {
	if err := h.workshops.DropCalendar(c.UserContext(), httpx.Of(c).Viewer); err != nil {
		return err
	}
	return httpx.SeeOther(c, "/workshops/calendar")
}
