package httpx_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/pg"
)

// cached is a site whose page counts how often it was drawn; draw may do more.
type cached struct {
	site
	changes *pg.Changes
	drawn   int
	draw    func(c *fiber.Ctx) error
}

func newCached(t *testing.T) *cached {
	p := &cached{changes: pg.NewChanges()}
	pages := httpx.NewPageCache(p.changes)
	p.site = newSite(t, func(app *fiber.App) {
		app.All("/*", func(c *fiber.Ctx) error {
			return pages.Visitor(c, []string{"thread:1", "threads"}, func() error {
				p.drawn++
				c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
				c.Set(fiber.HeaderCacheControl, "private, no-cache")
				if p.draw != nil {
					if err := p.draw(c); err != nil {
						return err
					}
				}
				return c.SendString(fmt.Sprintf("%s drawn %d %s", c.Path(), p.drawn, strings.Repeat("健康 ", 200)))
			})
		})
	})
	return p
}

// want asks and expects that the page shown was the n-th drawn.
func (p *cached) want(n int, target string, headers ...string) answer {
	p.t.Helper()
	a := p.get(target, headers...)
	if !strings.Contains(a.body, fmt.Sprintf("drawn %d ", n)) {
		p.t.Errorf("%s: %.40q, want the page drawn as number %d", target, a.body, n)
	}
	return a
}

func TestPageCache_untilChanged(t *testing.T) {
	p := newCached(t)
	p.want(1, "/en/t/1")
	p.want(1, "/en/t/1")
	p.want(2, "/zh/t/1") // another language is another page
	p.want(3, "/en/t/1?after=30")
	p.want(4, "/en/t/1", "Cookie", "senet_theme=dark")
	p.changes.Touch("thread:2")
	p.want(1, "/en/t/1")
	p.changes.Touch("thread:1")
	p.want(5, "/en/t/1")
	p.want(5, "/en/t/1")
	p.changes.TouchAll()
	p.want(6, "/en/t/1")
}

// TestPageCache_changeWhileDrawing: what changes while a page is drawn is not lost.
func TestPageCache_changeWhileDrawing(t *testing.T) {
	p := newCached(t)
	p.draw = func(*fiber.Ctx) error {
		p.draw = nil
		p.changes.Touch("threads")
		return nil
	}
	p.want(1, "/en/t/1")
	p.want(2, "/en/t/1")
	p.want(2, "/en/t/1")
}

func TestPageCache_membersHaveTheirOwn(t *testing.T) {
	p := newCached(t)
	p.want(1, "/en/t/1", as("member")...)
	p.want(2, "/en/t/1")
	p.want(3, "/en/t/1", as("member")...)
	p.want(4, "/en/t/1", as("admin")...)
	p.want(2, "/en/t/1")
	p.want(5, "/en/t/1", "Authorization", "Bearer api-wang")
	if a := p.want(2, "/en/t/1", as("stolen")...); len(a.Cookies()) != 1 { // signed out: a visitor, whose cookie goes
		t.Errorf("cookies %v", a.Cookies())
	}
}

// TestPageCache_notKept: pages that are one visitor's, errors, and what is no GET.
func TestPageCache_notKept(t *testing.T) {
	for name, draw := range map[string]func(c *fiber.Ctx) error{
		"a cookie":        func(c *fiber.Ctx) error { httpx.Of(c).SetCookie("x", "y", time.Hour); return nil },
		"a token":         func(c *fiber.Ctx) error { httpx.Of(c).CSRF(); return nil },
		"another status":  func(c *fiber.Ctx) error { c.Status(203); return nil },
		"an error":        func(c *fiber.Ctx) error { return fault.New(fault.NotFound, "error.not_found") },
		"a HEAD, as such": nil,
	} {
		t.Run(name, func(t *testing.T) {
			p := newCached(t)
			p.draw = draw
			if draw == nil {
				p.ask("HEAD", "/en/t/1", "")
				p.want(2, "/en/t/1")
				return
			}
			// The visitor's cookie is there already, so that the token alone must keep the page out.
			visitor := []string{"Cookie", "senet_visitor=0123456789abcdefghijklmnopqrstuv"}
			p.get("/en/t/1", visitor...)
			p.get("/en/t/1", visitor...)
			if p.drawn != 2 {
				t.Errorf("drawn %d times, want twice", p.drawn)
			}
			p.draw = nil
			p.want(3, "/en/t/1")
		})
	}
}

func TestPageCache_notModified(t *testing.T) {
	p := newCached(t)
	first := p.want(1, "/en/t/1")
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("ETag %q, Cache-Control %q", tag, first.Header.Get("Cache-Control"))
	}
	for _, encoding := range []string{"", "br"} {
		a := p.get("/en/t/1", "If-None-Match", tag, "Accept-Encoding", encoding)
		if a.StatusCode != 304 || a.body != "" || a.Header.Get("ETag") != tag {
			t.Errorf("%q: status %d, %d bytes, ETag %q", encoding, a.StatusCode, len(a.body), a.Header.Get("ETag"))
		}
	}
	p.changes.Touch("thread:1")
	if a := p.get("/en/t/1", "If-None-Match", tag); a.StatusCode != 200 || a.Header.Get("ETag") == tag {
		t.Errorf("after a change: status %d, ETag %q", a.StatusCode, a.Header.Get("ETag"))
	}
}

func TestPageCache_compressed(t *testing.T) {
	p := newCached(t)
	plain := p.want(1, "/en/t/1").body
	for encoding, open := range map[string]func(r io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	} {
		a := p.get("/en/t/1", "Accept-Encoding", encoding)
		r, err := open(strings.NewReader(a.body))
		if err != nil {
			t.Fatalf("%s: %v", encoding, err)
		}
		text, err := io.ReadAll(r)
		if err != nil || string(text) != plain || a.Header.Get("Content-Encoding") != encoding || !strings.Contains(a.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %d bytes (%v), Content-Encoding %q, Vary %q", encoding, len(text), err, a.Header.Get("Content-Encoding"), a.Header.Get("Vary"))
		}
	}
}
