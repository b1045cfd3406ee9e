package workshopweb

import (
	"github.com/gofiber/fiber/v2"

	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/workshop"
)

// staffView is the page on which organisers give roles.
type staffView struct {
	Event  workshop.Event
	Staff  []chat.StaffMember
	Handle string // as typed
	Role   string
	Fault  *fault.Fault
}

// roles lists those that are given.
var roles = []chat.StaffRole{chat.Organiser, chat.Host, chat.Interpreter}

func (h *Handlers) staff(c *fiber.Ctx) error {
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	return h.showStaff(c, fiber.StatusOK, staffView{Event: e, Role: string(chat.Host)})
}

func (h *Handlers) showStaff(c *fiber.Ctx, status int, v staffView) error {
	var err error
	if v.Staff, err = h.workshops.Staff(c.UserContext(), v.Event); err != nil {
		return err
	}
	return httpx.Render(c, status, staffPage(httpx.Of(c), v))
}

func (h *Handlers) setStaff(c *fiber.Ctx) error {
	r := httpx.Of(c)
	e, err := h.organised(c)
	if err != nil {
		return err
	}
	v := staffView{Event: e, Role: c.FormValue("role")}
	if v.Handle, err = httpx.Field(c, "handle"); err != nil {
		return err
	}
	if err := h.writing.Check(r); err != nil {
		return err
	}
	err = h.workshops.SetStaff(c.UserContext(), r.Viewer, e.ID, v.Handle, chat.StaffRole(v.Role))
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.Conflict {
		v.Fault = fault.Of(err)
		return h.showStaff(c, httpx.Status(kind), v)
	}
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, e.Path()+"/staff")
}
