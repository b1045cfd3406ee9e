// Package server is the HTTP front: the Fiber app, the order of its middleware, and what belongs to no feature
// (static files, health, the choice of a language). It holds no rules.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/web"
	"senet/web/ui"
)

// bodyLimit is the largest request but for files (Uploads): 64 KiB of Chinese text takes three times that as a form.
const bodyLimit = 512 << 10

// App is the built front. It has a name here so that package app, which starts and stops it, does not see Fiber.
type App = fiber.App

// Feature adds its routes: pages live under /{locale}, api under /api/v1.
type Feature interface {
	Mount(pages, api fiber.Router)
}

// Options are what the front needs.
type Options struct {
	Kit    *httpx.Kit
	Assets *web.Assets
	Ready  func(context.Context) error // what /readyz asks
	Log    *slog.Logger
	Socket func(app fiber.Router) // mounts /ws; nil: there is none
	// Calendars mounts the calendars of members, whose addresses have no language; nil: there are none.
	Calendars func(app fiber.Router)
}

// New builds the app with every feature mounted.
func New(o Options, features ...Feature) *App {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true,
		Immutable:             true, // values of a request outlive it: they go into services, caches and logs
		BodyLimit:             bodyLimit,
		ReadBufferSize:        8 << 10, // the largest header; a socket keeps it as long as it lives
		ReadTimeout:           30 * time.Second,
		WriteTimeout:          60 * time.Second,
		IdleTimeout:           2 * time.Minute,
		// A broken form would be refused before anything knows its path and language.
		DisablePreParseMultipartForm: true,
		ErrorHandler:                 o.Kit.ErrorHandler(ui.ErrorPage),
		// Behind a proxy on this machine the client's address is in X-Real-IP; nobody else is believed.
		ProxyHeader:             "X-Real-Ip",
		EnableTrustedProxyCheck: true,
		TrustedProxies:          []string{"127.0.0.1", "::1"},
		EnableIPValidation:      true,
	})
	app.Server().HeaderReceived = admitUploads(o.Kit.Auth, features)
	app.Use(recoverPanic)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", ready(o.Ready))
	app.Get("/static/*", static(o.Assets))
	app.Get("/robots.txt", func(c *fiber.Ctx) error {
		return c.SendString("User-agent: *\nDisallow: /api/\nDisallow: /*/sign-in\nDisallow: /*/join\n")
	})
	app.Use(o.Kit.Begin)
	if o.Socket != nil {
		o.Socket(app)
	}
	if o.Calendars != nil {
		o.Calendars(app)
	}
	app.Use(compress.New(compress.Config{Level: compress.LevelBestSpeed}))
	app.Get("/", func(c *fiber.Ctx) error { return toLocale(c, "") })
	api := app.Group("/api/v1")
	api.Get("/openapi.json", describe)
	pages := app.Group("/:locale", knownLocale)
	for _, f := range features {
		f.Mount(pages, api)
	}
	// What no route takes Fiber answers itself: 404, or 405 with Allow where another method would do.
	return app
}

// recoverPanic turns a panic into an error: logged with its stack, told to nobody.
func recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return c.Next()
}

func ready(check func(context.Context) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		defer cancel()
		if err := check(ctx); err != nil {
			return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
		}
		return c.SendString("ready\n")
	}
}

func static(assets *web.Assets) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, ok := assets.Find(c.Path())
		c.Set("X-Content-Type-Options", "nosniff")
		if !ok {
			return c.SendStatus(fiber.StatusNotFound)
		}
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		c.Set(fiber.HeaderContentType, f.ContentType)
		c.Set("Cross-Origin-Resource-Policy", "same-origin")
		c.Vary(fiber.HeaderAcceptEncoding)
		return c.Send(encoded(c, f))
	}
}

// encoded is the file in the best form that the client takes, and says so in a header.
func encoded(c *fiber.Ctx, f web.File) []byte {
	if len(c.Request().Header.Peek(fiber.HeaderAcceptEncoding)) == 0 { // Fiber takes that for: anything
		return f.Body
	}
	switch encoding := c.AcceptsEncodings("br", "gzip", "identity"); {
	case encoding == "br" && f.Brotli != nil:
		c.Set(fiber.HeaderContentEncoding, encoding)
		return f.Brotli
	case encoding == "gzip" && f.Gzip != nil:
		c.Set(fiber.HeaderContentEncoding, encoding)
		return f.Gzip
	}
	return f.Body
}

// shareable are the first segments of pages: an address without a language leads to the reader's own.
var shareable = map[string]bool{"c": true, "t": true, "p": true, "m": true, "challenges": true, "join": true, "sign-in": true,
	"inbox": true, "settings": true, "bookmarks": true, "drafts": true, "moderation": true, "admin": true, "privacy": true, "about": true,
	"translate": true, "glossary": true, "appearance": true, "setup": true, "workshops": true, "w": true}

func knownLocale(c *fiber.Ctx) error {
	first := c.Params("locale")
	if _, ok := i18n.Parse(first); ok || strings.HasPrefix(c.Path(), "/api/v1/") {
		return c.Next()
	}
	if shareable[first] && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) {
		return toLocale(c, strings.TrimSuffix(c.Path(), "/"))
	}
	return fault.New(fault.NotFound, "error.not_found")
}

// toLocale leads to the page in the reader's language.
func toLocale(c *fiber.Ctx, path string) error {
	r := httpx.Of(c)
	to := r.URL(path)
	if r.Query != "" {
		to += "?" + r.Query
	}
	c.Vary(fiber.HeaderAcceptLanguage, fiber.HeaderCookie)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return c.Redirect(to, fiber.StatusFound)
}
