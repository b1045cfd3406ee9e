package chat

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/translation"
)

// Kind says what happened; the package comment lists them with their data.
type Kind string

const (
	KindMessage     Kind = "message"
	KindRemove      Kind = "remove"
	KindRestore     Kind = "restore"
	KindTranslation Kind = "translation"
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
	Message *Message // the subject of every kind so far
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
	Found    Translations
}

// Translations are those of a text, by the language they are in.
type Translations map[i18n.Locale]translation.Found

// Text is the message as its author wrote it.
func (m Message) Text() translation.Text {
	return translation.Text{Source: m.Body, HTML: m.HTML, Lang: m.Lang, Version: 1}
}

// Content is what a reader of that locale sees.
func (m Message) Content(l i18n.Locale) translation.Shown {
	return translation.Content(m.Text(), m.Found[translation.Reading(l)], l)
}

// Reply is the message that another one answers. Of a hidden one Body is empty.
type Reply struct {
	ID     MessageID
	Author string
	Body   string // its beginning
	Lang   string
	Hidden bool
	Found  Translations
}

// Excerpt is the beginning of what a reader of that locale sees of it, and the language it is in.
func (r Reply) Excerpt(l i18n.Locale) (excerpt, lang string) {
	shown := translation.Content(translation.Text{Source: r.Body, Lang: r.Lang, Version: 1}, r.Found[translation.Reading(l)], l)
	return markup.Excerpt(shown.Text, excerptWeight), shown.Lang
}

// Original is the beginning of it as its author wrote it.
func (r Reply) Original() string { return markup.Excerpt(r.Body, excerptWeight) }

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

// translationData is the data of an event that brings a translation.
type translationData struct {
	ID     MessageID   `json:"id"`
	Locale i18n.Locale `json:"locale"`
	translation.Shown
}

type subjectData struct {
	ID MessageID `json:"id"`
}

// Stamp is a moment as the wire writes it: RFC 3339, UTC, milliseconds.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Shows reports whether the event brings a message's text to readers of that locale: only then it has html.
func (e Event) Shows(l i18n.Locale) bool {
	switch {
	case e.Message == nil || e.Message.Hidden:
		return false
	case e.Kind == KindTranslation:
		return e.translated() == translation.Reading(l)
	}
	return e.Kind == KindMessage || e.Kind == KindRestore
}

// translated is the language of the translation that the event tells of.
func (e Event) translated() i18n.Locale {
	var d struct{ Locale i18n.Locale }
	_ = json.Unmarshal(e.Data, &d) // our own; broken it is no language
	return d.Locale
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
	case e.Kind == KindTranslation && !m.Hidden:
		l := e.translated()
		f.Data, f.HTML = translationData{ID: m.ID, Locale: l, Shown: m.Content(l)}, html
	case !m.Hidden && e.Kind != KindRemove:
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
