package chatweb

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gofiber/contrib/websocket"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/i18n"
)

const (
	maxInbound = 64 << 10 // bytes of a frame from a client
	maxSaying  = 256      // messages of one connection on their way to Postgres
	joinTime   = 10 * time.Second
)

var (
	errMalformed = fault.New(fault.Malformed, "chat.malformed")
	errTooFast   = fault.New(fault.TooMany, "chat.too_fast")
)

// session is one client's socket: it reads what the client sends and answers. What happens in the rooms reaches the
// client through the hub.
type session struct {
	h       *Handlers
	ws      *websocket.Conn
	link    *link
	conn    *chat.Conn
	printer *i18n.Printer
	who     credential
	viewer  atomic.Pointer[account.Viewer]
	version atomic.Uint64 // of the member, when viewer was read
	pace    bucket        // of whatever it sends
	strikes bucket        // of what makes no sense
	saying  chan struct{}
}

// request is what a client sends.
type request struct {
	Op      string         `json:"op"`
	Room    chat.RoomID    `json:"room"`
	After   *int64         `json:"after"`
	ID      string         `json:"id"`
	Body    string         `json:"body"`
	Lang    string         `json:"lang"`
	ReplyTo chat.MessageID `json:"reply_to"`
}

// run reads until the client has gone or is sent away.
func (s *session) run() {
	for {
		s.link.alive()
		kind, r, err := s.ws.NextReader()
		if err != nil {
			return
		}
		raw, err := io.ReadAll(io.LimitReader(r, maxInbound+1))
		if err != nil {
			return
		}
		if len(raw) > maxInbound {
			s.link.Close(chat.ClosePolicy)
			s.drainInput(r)
			return
		}
		if s.link.gone() {
			continue // the goodbye is on its way; wait for the client's
		}
		s.take(kind, raw)
	}
}

// drainInput reads on for a moment: closing a connection with unread input would destroy the goodbye.
func (s *session) drainInput(r io.Reader) {
	_, _ = io.Copy(io.Discard, r)
	for {
		if _, _, err := s.ws.NextReader(); err != nil {
			return
		}
	}
}

func (s *session) take(kind int, raw []byte) {
	now := time.Now()
	var q request
	if kind != websocket.TextMessage || !utf8.Valid(raw) || json.Unmarshal(raw, &q) != nil {
		s.refuse(request{}, s.strike(now))
		return
	}
	if wait := s.pace.take(now); wait > 0 && !s.unlimited() {
		if s.strike(now) != nil {
			s.refuse(q, errTooFast.After(wait))
		}
		return
	}
	if err := s.do(q, now); err != nil {
		s.refuse(q, err)
	}
}

// strike counts nonsense; who goes on with it is sent away.
func (s *session) strike(now time.Time) error {
	if s.strikes.take(now) > 0 {
		s.link.Close(chat.ClosePolicy)
		return nil
	}
	return errMalformed
}

func (s *session) do(q request, now time.Time) error {
	switch q.Op {
	case "join":
		ctx, cancel := context.WithTimeout(context.Background(), joinTime)
		defer cancel()
		return s.conn.Join(ctx, q.Room, q.After)
	case "leave":
		s.conn.Leave(q.Room)
		return nil
	case "say":
		return s.say(q, now)
	case "typing":
		return s.conn.Typing(q.Room, now)
	case "ping":
		s.conn.Send(pong)
		return nil
	}
	return s.strike(now)
}

var pong = textFrame(struct {
	Op string `json:"op"`
}{"pong"})

// say hands a message to the writer and answers when it is committed; meanwhile the client may go on.
func (s *session) say(q request, now time.Time) error {
	id, err := uuid.Parse(q.ID)
	if err != nil {
		return s.strike(now)
	}
	viewer := *s.viewer.Load()
	if !s.unlimited() && viewer.SignedIn() {
		if wait := s.h.says.Take(memberKey(viewer.ID), now); wait > 0 {
			return errTooFast.After(wait)
		}
	}
	s.saying <- struct{}{}
	say := chat.Say{Room: q.Room, ClientID: id, Body: q.Body, Lang: q.Lang, ReplyTo: q.ReplyTo}
	// Said is said: a message is written even when its sender loses the line right after it.
	err = s.h.service.Submit(context.Background(), viewer, say, func(seq int64, err error) {
		<-s.saying
		if err != nil {
			s.refuse(q, err)
			return
		}
		s.conn.Send(textFrame(ackFrame{"ack", q.ID, seq}))
	})
	if err != nil {
		<-s.saying
	}
	return err
}

// refuse answers with an error in the client's language. Nothing happens on a nil error.
func (s *session) refuse(q request, err error) {
	if err == nil {
		return
	}
	s.conn.Send(textFrame(s.problem(q, err)))
}

func (s *session) problem(q request, err error) errorFrame {
	f := fault.Of(err)
	if f == nil {
		f = fault.New(fault.Internal, "error.internal")
		if errors.Is(err, context.DeadlineExceeded) {
			f = fault.New(fault.Unavailable, "error.slow").After(5 * time.Second)
		}
		s.h.log.Error("socket request failed", "op", q.Op, "room", q.Room, "err", err)
	}
	e := errorFrame{Op: "error", Room: q.Room, Code: f.Key, Message: s.printer.Message(f.Message),
		RetryAfter: f.RetryAfter.Milliseconds()}
	if len(q.ID) <= 64 {
		e.ID = q.ID
	}
	if f.RetryAfter > 0 && e.RetryAfter == 0 {
		e.RetryAfter = 1
	}
	for name, m := range f.Fields {
		if e.Fields == nil {
			e.Fields = map[string]string{}
		}
		e.Fields[name] = s.printer.Message(m)
	}
	return e
}

// unlimited are scripts of administrators.
func (s *session) unlimited() bool {
	v := s.viewer.Load()
	return v.Administers() && v.Session == 0
}

func memberKey(id account.MemberID) string { return "m" + strconv.FormatInt(int64(id), 10) }

// bucket lets burst things pass at once and then one every interval.
type bucket struct {
	burst int
	every time.Duration
	at    time.Time // when it will be empty again
}

// take is 0 when one may pass now, else how long to wait.
func (b *bucket) take(now time.Time) time.Duration {
	if b.at.Before(now) {
		b.at = now
	}
	if wait := b.at.Sub(now) - time.Duration(b.burst-1)*b.every; wait > 0 {
		return wait
	}
	b.at = b.at.Add(b.every)
	return 0
}
