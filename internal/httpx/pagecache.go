package httpx

import (
	"hash/maphash"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"senet/internal/pg"
)

const (
	pageAge   = 30 * time.Second // relative times ("3 minutes ago") may lag by this much
	pageBytes = 64 << 20         // all kept pages together
	pageKey   = 300              // bytes; longer addresses are not worth keeping
)

// PageCache keeps pages as visitors see them, ready as bytes, until a subject of the page changes. What changes
// while a page is being rendered counts: the version is read first.
type PageCache struct {
	changes *pg.Changes
	seed    maphash.Seed

	mu    sync.Mutex
	pages map[string]*page
	bytes int
}

type page struct {
	subjects []string
	version  uint64
	until    time.Time
	etag     string
	plain    []byte

	once     sync.Once
	gzip, br []byte
}

// NewPageCache makes an empty cache that listens to changes.
func NewPageCache(changes *pg.Changes) *PageCache {
	return &PageCache{changes: changes, seed: maphash.MakeSeed(), pages: map[string]*page{}}
}

// Visitor answers a visitor's GET from memory, or has render make the page and keeps it under these subjects. For
// members it only renders: their pages are theirs.
func (pc *PageCache) Visitor(c *fiber.Ctx, subjects []string, render func() error) error {
	r := Of(c)
	key := r.Theme + " " + r.Texts + " " + c.OriginalURL()
	if r.Viewer.SignedIn() || c.Method() != fiber.MethodGet || len(key) > pageKey {
		return render()
	}
	if p := pc.find(key, r.Now); p != nil {
		return p.send(c)
	}
	version := pc.changes.Version(subjects...)
	if err := render(); err != nil {
		return err
	}
	resp := c.Response()
	if resp.StatusCode() != fiber.StatusOK || r.private || len(resp.Header.Peek(fiber.HeaderSetCookie)) > 0 {
		return nil
	}
	body := append([]byte(nil), resp.Body()...)
	p := &page{subjects: subjects, version: version, until: r.Now.Add(pageAge), plain: body,
		etag: `"` + strconv.FormatUint(maphash.Bytes(pc.seed, body), 36) + `"`}
	pc.keep(key, p)
	return p.send(c)
}

func (pc *PageCache) find(key string, now time.Time) *page {
	pc.mu.Lock()
	p := pc.pages[key]
	pc.mu.Unlock()
	if p == nil || now.After(p.until) || pc.changes.Version(p.subjects...) != p.version {
		return nil
	}
	return p
}

func (pc *PageCache) keep(key string, p *page) {
	pc.mu.Lock()
	defer pc.mu.Unlock()
	if pc.bytes > pageBytes {
		clear(pc.pages)
		pc.bytes = 0
	}
	if old, ok := pc.pages[key]; ok {
		pc.bytes -= len(old.plain)
	}
	pc.pages[key] = p
	pc.bytes += len(p.plain)
}

func (p *page) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Set(fiber.HeaderETag, p.etag)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == p.etag {
		c.Response().ResetBody()
		return c.SendStatus(fiber.StatusNotModified)
	}
	encoding := ""
	if accept := c.Request().Header.Peek(fiber.HeaderAcceptEncoding); len(accept) > 0 {
		encoding = c.AcceptsEncodings("br", "gzip", "identity")
	}
	switch encoding {
	case "br":
		p.once.Do(p.compress)
		c.Set(fiber.HeaderContentEncoding, "br")
		c.Response().SetBodyRaw(p.br)
	case "gzip":
		p.once.Do(p.compress)
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Response().SetBodyRaw(p.gzip)
	default:
		c.Response().SetBodyRaw(p.plain)
	}
	return nil
}

func (p *page) compress() {
	p.br = fasthttp.AppendBrotliBytesLevel(nil, p.plain, 4)
	p.gzip = fasthttp.AppendGzipBytesLevel(nil, p.plain, 6)
}
