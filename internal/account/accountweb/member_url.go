package accountweb

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/httpx"
)

// pathValue is a part of the path as it was meant: Chinese handles arrive percent-encoded.
func pathValue(c *fiber.Ctx, name string) string {
	raw := c.Params(name)
	if s, err := url.PathUnescape(raw); err == nil {
		return s
	}
	return raw
}

// url is the same list from there on; before 0 is its beginning.
func (v membersView) url(r *httpx.Request, before account.MemberID) string {
	q := url.Values{}
	if v.Search != "" {
		q.Set("q", v.Search)
	}
	if v.Role != "" {
		q.Set("role", v.Role)
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(int64(before), 10))
	}
	u := r.URL("/admin/members")
	if len(q) > 0 {
		u += "?" + q.Encode()
	}
	return u
}

// memberURL is the member's page.
func memberURL(r *httpx.Request, m account.Member) string {
	return r.URL("/m/" + strconv.FormatInt(int64(m.ID), 10))
}

// roleURL is where a change of role is sent; the moderation feature answers there.
func roleURL(r *httpx.Request, m account.Member) string {
	return r.URL("/admin/members/" + strconv.FormatInt(int64(m.ID), 10) + "/role")
}
