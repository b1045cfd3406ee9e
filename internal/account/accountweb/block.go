package accountweb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/httpx"
)

// setBlock mutes or blocks a member from their profile or from the list, where it leads back to.
func (h *Handlers) setBlock(c *fiber.Ctx) error {
	id, err := httpx.ID[account.MemberID](c, "id")
	if err != nil {
		return err
	}
	var kind, back string
	if err := fields(c, map[string]*string{"kind": &kind, "back": &back}); err != nil {
		return err
	}
	if err := h.accounts.SetBlock(c.UserContext(), httpx.Of(c).Viewer, id, account.Blocking(kind)); err != nil {
		return err
	}
	if back = localBack(back); back != "" {
		return c.Redirect(back, fiber.StatusSeeOther)
	}
	return httpx.SeeOther(c, "/settings/blocks")
}

func (h *Handlers) blocksPage(c *fiber.Ctx) error {
	r := httpx.Of(c)
	blocks, err := h.accounts.Blocks(c.UserContext(), r.Viewer)
	if err != nil {
		return err
	}
	return httpx.Render(c, fiber.StatusOK, blocksView(r, blocks))
}

// muted reports whether the viewer has muted or blocked a member.
func muted(r *httpx.Request, id account.MemberID) bool {
	return slices.Contains(strings.Fields(r.Viewer.Muted), strconv.FormatInt(int64(id), 10))
}
