package mail

import (
	"context"
	"encoding/json"
	"time"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/mail/transport"
)

// Kind names what a letter tells: "workshop.confirmed". It never changes once letters are stored.
type Kind string

// Letter is one to be sent.
type Letter struct {
	To      account.MemberID
	Kind    Kind      // a registered one
	Subject string    // what it is about: notify.Subject("workshop", 7)
	Moment  string    // tells one occasion from the next of the same kind and subject: a version, a start; "" when there is one only
	After   time.Time // not before; zero: at once
	Until   time.Time // not after, however often sending has failed; zero: three days after After
	Data    any       // for Compose, kept as JSON: ids and values, no texts of members; nil: none
}

// Recipient is who a letter is for, as they are when it is sent.
type Recipient struct {
	ID     account.MemberID
	Name   string
	Locale i18n.Locale
	Zone   *time.Location // never nil
	P      *i18n.Printer  // speaks Locale
}

// T is a message in the recipient's language.
func (r Recipient) T(key string, args ...any) string { return r.P.T(key, args...) }

// N is a counted message in the recipient's language.
func (r Recipient) N(key string, n int, args ...any) string { return r.P.N(key, n, args...) }

// In is t in the recipient's time zone.
func (r Recipient) In(t time.Time) time.Time { return t.In(r.Zone) }

// Content is what a letter says, in the words of its recipient. The same parts make its text and its HTML, in this
// order, between a greeting and the lines that say why it came and how to turn it off. All are plain text; only Subject
// and Lines must be there. Control characters and line breaks where none belong are taken out.
type Content struct {
	Subject  string   // one line
	Lines    []string // what has happened, a paragraph each
	Title    Words    // what it is about, set as a heading
	Facts    []Fact   // when, where
	Quote    Words    // what somebody wrote: a reason, the beginning of a reply; its line breaks stay
	Action   Action   // what to do now
	Closing  []string // paragraphs after it
	Calendar *Calendar
}

// Words are a text whose language may be another than the letter's.
type Words struct {
	Text string
	Lang string // as texts have it, "en" or "zh"; "": the letter's own
	Note string // where the words come from, in the letter's language: Machine translation; "": nothing to say
}

// Fact is what and its value, of one line or several: When, 23 Nov 2026, 14:00 CET (Brussels).
type Fact struct {
	Label, Value string
	Lang         string // of Value, as in Words
}

// Action is a link, shown as a button; the zero Action is none.
type Action struct {
	Label string
	Path  string // without the locale: "/w/7-title"
}

// Calendar is an event for the recipient's own calendar (iMIP, RFC 6047): its Method (REQUEST, CANCEL or PUBLISH, as in
// the ICS), the file's Name ("workshop-7.ics") and the ICS itself (RFC 5545). Mail programs offer to take it; it goes with
// the letter as a file, too.
type Calendar = transport.Calendar

// Compose puts a letter into words for its recipient, from what is true now; data are the Letter's. ok false: it is no
// longer true (cancelled, hidden, read already) and is not sent. It reads only, and is called again when sending failed.
type Compose func(ctx context.Context, to Recipient, data json.RawMessage) (c Content, ok bool, err error)
