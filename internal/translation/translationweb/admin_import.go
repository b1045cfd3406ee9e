package translationweb

import (
	"context"
	"io"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/translation/glossary"
)

// importTime bounds the import of a file: most of it is Postgres at work.
const importTime = 2 * time.Minute

// files is a kind of file that administrators bring in.
type files struct {
	path     string // of the list that it fills, without the locale
	listKey  string // of the list's name
	titleKey string
	hintKey  string
	accept   string // what a browser offers to choose from
	take     func(h *Handlers, ctx context.Context, by account.MemberID, f given) (counts, error)
}

// given is a file as it was sent.
type given struct {
	io.Reader
	name string
}

// counts are what became of the entries of a file.
type counts struct{ Added, Updated, Known, Skipped int }

var termFiles = files{path: "/glossary", listKey: "glossary.title", titleKey: "glossary.import.title", hintKey: "glossary.import.hint",
	accept: ".csv,.tbx,.xml",
	take: func(h *Handlers, ctx context.Context, by account.MemberID, f given) (counts, error) {
		format := glossary.TBX
		switch strings.ToLower(filepath.Ext(f.name)) {
		case ".tbx", ".xml":
		case ".csv", ".txt":
			format = glossary.CSV
		default:
			return counts{}, fault.New(fault.Invalid, "glossary.import.format")
		}
		report, err := h.glossary.Import(ctx, f, format, by, nil)
		return counts{report.Added, report.Updated, report.Known, report.Skipped}, err
	}}

var unitFiles = files{path: "/admin/memory", listKey: "memory.title", titleKey: "memory.import.title", hintKey: "memory.import.hint",
	accept: ".tmx,.xml",
	take: func(h *Handlers, ctx context.Context, by account.MemberID, f given) (counts, error) {
		report, err := h.memory.Import(ctx, f, by, nil)
		return counts{Added: report.Added, Known: report.Known, Skipped: report.Skipped}, err
	}}

// importView is the page on which a file is sent.
type importView struct {
	Files files
	Done  *counts // of the file before; nil: none was sent
	Fault *fault.Fault
}

func (h *Handlers) importPage(fs files) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := importView{Files: fs}
		if c.Query("added") != "" {
			var done counts
			for name, n := range map[string]*int{"added": &done.Added, "updated": &done.Updated, "known": &done.Known, "skipped": &done.Skipped} {
				value, err := httpx.Int(c, name, 0, 0, 1<<30)
				if err != nil {
					return err
				}
				*n = int(value)
			}
			v.Done = &done
		}
		return httpx.Render(c, fiber.StatusOK, importPage(httpx.Of(c), v))
	}
}

// importFile takes a file, whole or not at all. What is wrong with it stands on the page, with its line.
func (h *Handlers) importFile(fs files) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := httpx.Of(c)
		done, err := h.takeFile(c, fs)
		if f := fault.Of(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.TooLarge) {
			return httpx.Render(c, httpx.Status(f.Kind), importPage(r, importView{Files: fs, Fault: f}))
		}
		if err != nil {
			return err
		}
		q := url.Values{}
		for name, n := range map[string]int{"added": done.Added, "updated": done.Updated, "known": done.Known, "skipped": done.Skipped} {
			q.Set(name, strconv.Itoa(n))
		}
		return httpx.SeeOther(c, fs.path+"/import?"+q.Encode())
	}
}

func (h *Handlers) takeFile(c *fiber.Ctx, fs files) (counts, error) {
	header, err := c.FormFile("file")
	if err != nil || header.Filename == "" {
		var fields fault.Fields
		fields.Add("file", "translations.file.missing", nil)
		return counts{}, fields.Err()
	}
	file, err := header.Open()
	if err != nil {
		return counts{}, err
	}
	defer file.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), importTime)
	defer cancel()
	return fs.take(h, ctx, httpx.Of(c).Viewer.ID, given{file, header.Filename})
}

// field is what is wrong with the field of the file.
func (v importView) field() fault.Message {
	if v.Fault == nil {
		return fault.Message{}
	}
	return v.Fault.Fields["file"]
}

// download answers with a file of that name. It is put together before it is sent: what fails on the way is an error and
// not half a file.
func download(c *fiber.Ctx, name, contentType string, write func(w io.Writer) error) error {
	if err := write(c.Response().BodyWriter()); err != nil {
		c.Response().ResetBody()
		return err
	}
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Attachment(name)
	c.Set(fiber.HeaderContentType, contentType)
	return nil
}
