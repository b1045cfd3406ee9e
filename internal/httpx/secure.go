package httpx

import (
	"crypto/subtle"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
)

// The policy has no nonce because no page has an inline script or style: nothing inline runs at all. Forms and
// sockets reach this origin only, and nothing is ever loaded from another.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func secure(c *fiber.Ctx, r *Request) {
	c.Set("Content-Security-Policy", contentSecurityPolicy)
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()")
	c.Set("X-Request-Id", r.ID)
	if r.secure {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// guardForgery lets a request that changes something pass only with this viewer's token, in the field _csrf or the
// header X-CSRF-Token, and only from our own pages. A bearer token needs none: no browser sends it by itself.
func guardForgery(c *fiber.Ctx, r *Request) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return nil
	}
	if c.Get(fiber.HeaderAuthorization) != "" && r.Viewer.SignedIn() && r.Viewer.Session == 0 {
		return nil
	}
	forged := fault.New(fault.Forbidden, "error.csrf")
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return forged
	}
	if origin := c.Get(fiber.HeaderOrigin); origin != "" && origin != r.BaseURL {
		u, err := url.Parse(origin)
		if err != nil || u.Host != string(c.Request().Host()) {
			return forged
		}
	}
	token := c.Get("X-CSRF-Token")
	if token == "" {
		token = c.FormValue("_csrf")
	}
	secret := c.Cookies(visitorCookie)
	if r.Viewer.SignedIn() {
		secret = c.Cookies(SessionCookie)
	}
	if secret == "" || subtle.ConstantTimeCompare([]byte(token), []byte(CSRFToken(secret))) != 1 {
		if isAPI(c) && !r.Viewer.SignedIn() {
			return fault.New(fault.Unauthorised, "error.sign_in")
		}
		return forged
	}
	return nil
}
