package chat

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
)

// Kind says what happened; the package comment lists them with their data.
type Kind string

const (
	KindMessage Kind = "message"
	KindRemove  Kind = "remove"
	KindRestore Kind = "restore"
)

// MessageID names a message.
type MessageID int64

// By is a member as others in the room see them.
type By struct {
	ID          account.MemberID `json:"id"`
	Name        string           `json:"name"`
	Handle      string           `json:"handle"`
	Region      account.Region   `json:"region"`
	Affiliation string           `json:"affiliation"`
	Role        account.Role     `json:"role"`
}

// ByViewer is the viewer as others see them.
func ByViewer(v account.Viewer) By {
	return By{ID: v.ID, Name: v.Name, Handle: v.Handle, Region: v.Region, Affiliation: v.Affiliation, Role: v.Role}
}

// Event is one entry of a room's log, with its message as it is now.
type Event struct {
	Room    RoomID
	Seq     int64
	Kind    Kind
	At      time.Time
	By      By       // the zero By where nobody is named
	Message *Message // the subject of message, remove and restore
	Data    json.RawMessage
}

// Message is what somebody said, as it is now. Of a hidden one Body and HTML are empty.
type Message struct {
	ID       MessageID
	ClientID uuid.UUID
	Seq      int64 // of the event that brought it
	Author   By
	Body     string
	HTML     string // safe HTML of Body
	Lang     string
	At       time.Time
	ReplyTo  *Reply
	Hidden   bool
}

// Reply is the message that another one answers. Of a hidden one Excerpt is empty.
type Reply struct {
	ID      MessageID
	Author  string
	Excerpt string
	Lang    string
	Hidden  bool
}

// Frame is an event as it goes over the wire.
type Frame struct {
	Op   string `json:"op"`
	Room RoomID `json:"room"`
	Seq  int64  `json:"seq"`
	Kind Kind   `json:"kind"`
	At   string `json:"at"`
	By   *By    `json:"by,omitempty"`
	Data any    `json:"data"`
	HTML string `json:"html,omitempty"`
}

// messageData is the data of an event that shows a message.
type messageData struct {
	ID       MessageID  `json:"id"`
	ClientID uuid.UUID  `json:"client_id"`
	Body     string     `json:"body"`
	Lang     string     `json:"lang"`
	ReplyTo  *MessageID `json:"reply_to"`
	At       string     `json:"at,omitempty"`
}

type removedData struct {
	ID      MessageID `json:"id"`
	Removed bool      `json:"removed"`
}

type subjectData struct {
	ID MessageID `json:"id"`
}

// Stamp is a moment as the wire writes it: RFC 3339, UTC, milliseconds.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Shows reports whether the event brings a message's text to the reader: only then it has html.
func (e Event) Shows() bool {
	return (e.Kind == KindMessage || e.Kind == KindRestore) && e.Message != nil && !e.Message.Hidden
}

// Frame makes the event ready for the wire. html is its message drawn for the reader; it is left out where the
// event shows none.
func (e Event) Frame(html string) Frame {
	f := Frame{Op: "event", Room: e.Room, Seq: e.Seq, Kind: e.Kind, At: Stamp(e.At)}
	if e.By.ID != 0 {
		f.By = &e.By
	}
	m := e.Message
	switch {
	case m == nil:
		f.Data = e.Data
	case e.Shows():
		d := messageData{ID: m.ID, ClientID: m.ClientID, Body: m.Body, Lang: m.Lang}
		if m.ReplyTo != nil {
			d.ReplyTo = &m.ReplyTo.ID
		}
		if e.Kind != KindMessage {
			d.At = Stamp(m.At)
		}
		f.Data, f.HTML = d, html
	case e.Kind == KindRemove:
		f.Data = subjectData{m.ID}
	default:
		f.Data = removedData{m.ID, true}
	}
	return f
}
