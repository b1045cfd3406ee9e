package accountweb

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
)

// memberPage shows a member by number, as mentions link to them, or by handle.
func (h *Handlers) memberPage(c *fiber.Ctx) error {
	r := httpx.Of(c)
	m, err := h.findMember(c)
	if err != nil {
		return err
	}
	about, err := h.About(c.UserContext(), r, m)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, h.profile(r, m, about))
}

func (h *Handlers) findMember(c *fiber.Ctx) (account.Member, error) {
	viewer, who := httpx.Of(c).Viewer, pathValue(c, "who")
	if strings.Trim(who, "0123456789") != "" {
		return h.accounts.FindByHandle(c.UserContext(), viewer, who)
	}
	id, err := strconv.ParseInt(who, 10, 64)
	if err != nil {
		return account.Member{}, fault.New(fault.NotFound, "account.member.not_found")
	}
	return h.accounts.FindMember(c.UserContext(), viewer, account.MemberID(id))
}

// membersView is a page of the list of members.
type membersView struct {
	Search, Role string
	Members      []account.Member
	First        bool
	Next         string
}

func (h *Handlers) membersPage(c *fiber.Ctx) error {
	before, err := httpx.Int(c, "before", 0, 0, 1<<62)
	if err != nil {
		return err
	}
	role, _ := account.ParseRole(c.Query("role"))
	f := account.Filter{Search: strings.ToValidUTF8(c.Query("q"), ""), Role: role}
	page, next, err := h.accounts.ListMembers(c.UserContext(), httpx.Of(c).Viewer, f, account.MemberID(before))
	if err != nil {
		return err
	}
	v := membersView{Search: f.Search, Role: string(role), Members: page, First: before == 0}
	if next != 0 {
		v.Next = v.url(httpx.Of(c), next)
	}
	return httpx.Render(c, fiber.StatusOK, h.membersList(httpx.Of(c), v))
}
