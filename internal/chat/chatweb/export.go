package chatweb

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
)

const (
	// exportTime bounds an export; a part of it that a reader does not take for exportStall ends it.
	exportTime  = time.Hour
	exportStall = time.Minute
	maxExports  = 16 // at a time, on this node
)

// exportPace lets somebody take every format of a room at once, and then one a minute.
func exportPace() *httpx.Limiter { return httpx.NewLimiter(6, time.Minute) }

// format is a form in which a room is exported.
type format struct {
	name, media string
	write       func(ctx context.Context, w io.Writer, d document) error
}

// formats are those that are offered, in their order.
func formats() []format {
	return []format{
		{"html", "text/html; charset=utf-8", writeHTML},
		{"md", "text/markdown; charset=utf-8", writeMarkdown},
		{"csv", "text/csv; charset=utf-8", writeCSV},
		{"json", fiber.MIMEApplicationJSONCharsetUTF8, writeJSON},
	}
}

// export answers with a whole room as a file, which is written while it is read: memory does not grow with the room. What
// breaks on the way breaks the connection off, so that nobody takes a part for the whole. Everybody who is signed in and may
// read the room may have what can be read in it.
func (h *Handlers) export(c *fiber.Ctx) error {
	r := httpx.Of(c)
	id, err := httpx.ID[chat.RoomID](c, "id")
	if err != nil {
		return err
	}
	f, ok := formatOf(c.Query("format", "json"))
	if !ok {
		return fault.New(fault.Malformed, "error.parameter").With("Name", "format")
	}
	x, err := h.service.Export(c.UserContext(), r.Viewer, id)
	if err != nil {
		return err
	}
	d := newDocument(r, x)
	if h.Tools.Agenda != nil && x.Room.Workshop != 0 {
		if d.agenda, err = h.Tools.Agenda(c.UserContext(), x.Room.Workshop); err != nil {
			return err
		}
	}
	c.Attachment(fmt.Sprintf("room-%d-%d.%s", id, x.Seq, f.name))
	c.Set(fiber.HeaderContentType, f.media)
	c.Set(fiber.HeaderCacheControl, "no-store")
	if c.Method() == fiber.MethodHead {
		return nil
	}
	if err := h.exportPace.Check(r); err != nil {
		return err
	}
	if err := h.exports.begin(r.Viewer.ID); err != nil {
		return err
	}
	h.stream(c, f, d, func() { h.exports.end(r.Viewer.ID) })
	return nil
}

func formatOf(name string) (format, bool) {
	for _, f := range formats() {
		if f.name == name {
			return f, true
		}
	}
	return format{}, false
}

// stream answers with the document, which goes on being written when the handler has returned: it uses neither the request
// nor its deadline. The server closes the reader when the client has gone, and then writing ends.
func (h *Handlers) stream(c *fiber.Ctx, f format, d document, done func()) {
	packed := accepts(c, "gzip")
	c.Vary(fiber.HeaderAcceptEncoding)
	if packed {
		c.Set(fiber.HeaderContentEncoding, "gzip")
	}
	// Whoever packs it on the way would end a part properly.
	c.Request().Header.Del(fiber.HeaderAcceptEncoding)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), exportTime)
	pr, pw := io.Pipe()
	out := &patient{pw, c.Context().Conn()}
	c.Context().SetBodyStream(pr, -1)
	room := d.room().ID
	go func() {
		err := writeWhole(ctx, out, f, d, packed)
		if err != nil {
			level := slog.LevelWarn
			if fault.Of(err) != nil || errors.Is(err, io.ErrClosedPipe) {
				level = slog.LevelDebug
			}
			h.log.Log(context.Background(), level, "export ended early", "room", room, "format", f.name, "err", err)
		}
		// Whoever has read the end may ask for the next one at once.
		cancel()
		done()
		_ = pw.CloseWithError(err)
	}()
}

// accepts reports whether the client takes that encoding. Fiber takes a missing header for: anything.
func accepts(c *fiber.Ctx, encoding string) bool {
	return len(c.Request().Header.Peek(fiber.HeaderAcceptEncoding)) > 0 && c.AcceptsEncodings(encoding, "identity") == encoding
}

// writeWhole writes the document; a panic is an error.
func writeWhole(ctx context.Context, out io.Writer, f format, d document, packed bool) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	b := bufio.NewWriterSize(out, 32<<10)
	if !packed {
		if err := f.write(ctx, b, d); err != nil {
			return err
		}
		return b.Flush()
	}
	z, err := gzip.NewWriterLevel(b, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if err := f.write(ctx, z, d); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return b.Flush()
}

// patient gives the client time for every part, where the server would give it so much for the whole.
type patient struct {
	w    io.Writer
	conn net.Conn
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.conn.SetWriteDeadline(time.Now().Add(exportStall))
	return p.w.Write(b)
}

// exports are those that are being written on this node: one a member.
type exports struct {
	mu sync.Mutex
	by map[account.MemberID]bool
}

func (e *exports) begin(id account.MemberID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.by[id]:
		return fault.New(fault.TooMany, "room.export.running").After(10 * time.Second)
	case len(e.by) >= maxExports:
		return fault.New(fault.Unavailable, "room.export.busy").After(30 * time.Second)
	}
	e.by[id] = true
	return nil
}

func (e *exports) end(id account.MemberID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.by, id)
}
