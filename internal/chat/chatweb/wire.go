package chatweb

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/a-h/templ"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

// Wire encodes what the hub delivers: each event once per language, as WebSocket frames.
type Wire struct {
	readers map[i18n.Locale]*httpx.Request
}

// NewWire makes the encoder of a hub.
func NewWire(b *i18n.Bundle) *Wire {
	w := &Wire{readers: map[i18n.Locale]*httpx.Request{}}
	for _, l := range i18n.Locales {
		w.readers[l] = &httpx.Request{Viewer: account.Visitor(), Locale: l, P: b.For(l), Now: time.Now()}
	}
	return w
}

// present is an event as a reader of that language gets it, over the socket and the API.
func (w *Wire) present(l i18n.Locale, e chat.Event) chat.Frame {
	if !e.Shows(l) {
		return e.Frame("")
	}
	var html bytes.Buffer
	if err := w.view(l, e).Render(context.Background(), &html); err != nil {
		return e.Frame("") // a bytes.Buffer takes everything
	}
	return e.Frame(html.String())
}

// view is what the event brings, drawn for every reader of that language.
func (w *Wire) view(l i18n.Locale, e chat.Event) templ.Component {
	r := w.readers[l]
	switch {
	case e.Message != nil:
		return MessageView(r, Row{Message: *e.Message}, nil, Tools{})
	case e.Question != nil:
		return QuestionView(r, *e.Question, nil)
	case e.Kind == chat.KindOption || e.Kind == chat.KindOptionTranslation:
		return OptionNews(r, *e.Poll, *e.Option())
	}
	return PollView(r, *e.Poll, Seat{})
}

func (w *Wire) presentAll(l i18n.Locale, events []chat.Event) []chat.Frame {
	frames := make([]chat.Frame, len(events))
	for i, e := range events {
		frames[i] = w.present(l, e)
	}
	return frames
}

// Event is an event as a frame.
func (w *Wire) Event(l i18n.Locale, e chat.Event) []byte { return textFrame(w.present(l, e)) }

type joinedFrame struct {
	Op     string       `json:"op"`
	Room   chat.RoomID  `json:"room"`
	Seq    int64        `json:"seq"`
	Reset  bool         `json:"reset,omitempty"`
	Events []chat.Frame `json:"events"`
}

// Joined answers a join.
func (w *Wire) Joined(l i18n.Locale, room chat.RoomID, p chat.Page) []byte {
	return textFrame(joinedFrame{"joined", room, p.Seq, p.Reset, w.presentAll(l, p.Events)})
}

type presenceFrame struct {
	Op   string      `json:"op"`
	Room chat.RoomID `json:"room"`
	chat.Presence
}

// Presence says who is in a room.
func (w *Wire) Presence(room chat.RoomID, p chat.Presence) []byte {
	return textFrame(presenceFrame{"presence", room, p})
}

type typingFrame struct {
	Op   string      `json:"op"`
	Room chat.RoomID `json:"room"`
	By   chat.By     `json:"by"`
}

// Typing says that somebody is typing.
func (w *Wire) Typing(room chat.RoomID, by chat.By) []byte {
	return textFrame(typingFrame{"typing", room, by})
}

type sanctionFrame struct {
	Op       string        `json:"op"`
	Room     chat.RoomID   `json:"room"`
	Sanction chat.Sanction `json:"sanction"` // "": none any more
	Until    *time.Time    `json:"until,omitempty"`
}

// Sanction tells a member that he was muted, removed or readmitted.
func (w *Wire) Sanction(room chat.RoomID, kind chat.Sanction, until *time.Time) []byte {
	return textFrame(sanctionFrame{"sanction", room, kind, until})
}

type ackFrame struct {
	Op  string `json:"op"`
	ID  string `json:"id"`
	Seq int64  `json:"seq"`
}

type errorFrame struct {
	Op         string            `json:"op"`
	ID         string            `json:"id,omitempty"`
	Room       chat.RoomID       `json:"room,omitempty"`
	Code       string            `json:"code"`
	Message    string            `json:"message"`
	Fields     map[string]string `json:"fields,omitempty"`
	RetryAfter int64             `json:"retry_after_ms,omitempty"`
}

// textFrame is v as JSON in a frame. What is in it always encodes. HTML stays as it is: nobody puts a frame into
// a script of a page.
func textFrame(v any) []byte { return frame(opText, encode(v)) }

func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}
