package chat

import (
	"encoding/json"
	"slices"
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
	KindEdit        Kind = "edit"
	KindTranslation Kind = "translation"
	KindReaction    Kind = "reaction"
	KindMark        Kind = "mark"

	KindQuestion            Kind = "question"
	KindVote                Kind = "vote"
	KindQuestionState       Kind = "question_state"
	KindQuestionRemove      Kind = "question_remove"
	KindQuestionRestore     Kind = "question_restore"
	KindQuestionTranslation Kind = "question_translation"

	KindPoll              Kind = "poll"
	KindBallot            Kind = "ballot"
	KindPollState         Kind = "poll_state"
	KindPollRemove        Kind = "poll_remove"
	KindPollRestore       Kind = "poll_restore"
	KindPollTranslation   Kind = "poll_translation"
	KindOption            Kind = "option"
	KindOptionRemove      Kind = "option_remove"
	KindOptionTranslation Kind = "option_translation"

	KindHand     Kind = "hand"
	KindState    Kind = "state"
	KindStaff    Kind = "staff"
	KindSanction Kind = "sanction"
)

// about is the kind of thing that events of a kind have as their subject.
func (k Kind) about() translation.SubjectKind {
	switch k {
	case KindQuestion, KindVote, KindQuestionState, KindQuestionRemove, KindQuestionRestore, KindQuestionTranslation:
		return translation.Question
	case KindPoll, KindBallot, KindPollState, KindPollRemove, KindPollRestore, KindPollTranslation, KindOption, KindOptionRemove,
		KindOptionTranslation:
		return translation.Poll
	}
	return ""
}

// nameless are kinds whose readers need not know who did it.
func (k Kind) nameless() bool {
	switch k {
	case KindRemove, KindTranslation, KindQuestionRemove, KindQuestionTranslation, KindPollTranslation, KindOption, KindOptionRemove,
		KindOptionTranslation, KindVote, KindBallot, KindSanction, KindPollRemove, KindPollRestore:
		return true
	}
	return false
}

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

// Event is one entry of a room's log, with what it is about as that is now.
type Event struct {
	Room     RoomID
	Seq      int64
	Kind     Kind
	At       time.Time
	By       By // the zero By where nobody is named
	Message  *Message
	Question *Question
	Poll     *Poll
	Subject  int64 // the question, poll or hand
	Data     json.RawMessage
}

// Message is what somebody said, as it is now. Of a hidden one Body and HTML are empty.
type Message struct {
	ID       MessageID
	Room     RoomID // only where the message was asked for by itself
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

	Version      int // of the text; an edit is another
	Announcement bool
	Reactions    map[Reaction]int
	Pinned       bool
	Decision     bool
	Withdrawn    bool // its author took it back; it is hidden as well
}

// Translations are those of a text, by the language they are in.
type Translations map[i18n.Locale]translation.Found

// Text is the message as its author wrote it.
func (m Message) Text() translation.Text {
	return translation.Text{Source: m.Body, HTML: m.HTML, Lang: m.Lang, Version: m.Version}
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

	Announcement bool             `json:"announcement,omitempty"`
	Edited       bool             `json:"edited,omitempty"`
	Reactions    map[Reaction]int `json:"reactions,omitempty"`
}

type removedData struct {
	ID      int64 `json:"id"`
	Removed bool  `json:"removed"`
}

// translationData is the data of an event that brings a translation.
type translationData struct {
	ID     int64       `json:"id"`
	Locale i18n.Locale `json:"locale"`
	translation.Shown
}

type withdrawnData struct {
	ID        int64 `json:"id"`
	Withdrawn bool  `json:"withdrawn"`
}

type subjectData struct {
	ID int64 `json:"id"`
}

// markData is what the log keeps of a mark.
type markData struct {
	Mark Mark `json:"mark"`
	On   bool `json:"on"`
}

// Stamp is a moment as the wire writes it: RFC 3339, UTC, milliseconds.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Shows reports whether the event brings something to be shown to readers of that locale: only then it has html.
func (e Event) Shows(l i18n.Locale) bool {
	if e.hidden() {
		return false
	}
	switch e.Kind {
	case KindMessage, KindRestore, KindEdit:
		return e.Message != nil
	case KindQuestion, KindQuestionState, KindQuestionRestore:
		return e.Question != nil
	case KindPoll, KindPollState, KindPollRestore:
		return e.Poll != nil
	case KindOption:
		return e.Option() != nil
	case KindTranslation, KindQuestionTranslation, KindPollTranslation:
		return e.own().Locale == translation.Reading(l)
	case KindOptionTranslation:
		return e.own().Locale == translation.Reading(l) && e.Option() != nil
	}
	return false
}

// hidden reports whether what the event is about may not be seen.
func (e Event) hidden() bool {
	switch {
	case e.Message != nil:
		return e.Message.Hidden
	case e.Question != nil:
		return e.Question.Hidden
	case e.Poll != nil:
		return e.Poll.Hidden
	}
	return false
}

// ownData is what this package itself puts into the data of events and looks at again.
type ownData struct {
	Locale i18n.Locale `json:"locale,omitempty"`
	Option OptionID    `json:"option,omitempty"`
}

// own is our part of the data.
func (e Event) own() (d ownData) {
	_ = json.Unmarshal(e.Data, &d) // our own; broken it is nothing
	return d
}

// Option is the answer that the event is about; nil where it is about none, or it was taken out.
func (e Event) Option() *Option {
	if e.Poll == nil {
		return nil
	}
	id := e.own().Option
	if i := slices.IndexFunc(e.Poll.Options, func(o Option) bool { return o.ID == id }); i >= 0 {
		return &e.Poll.Options[i]
	}
	return nil
}

// Frame makes the event ready for the wire. html is what it brings, drawn for the reader; it is left out where the event
// shows nothing.
func (e Event) Frame(html string) Frame {
	f := Frame{Op: "event", Room: e.Room, Seq: e.Seq, Kind: e.Kind, At: Stamp(e.At), HTML: html}
	if e.By.ID != 0 {
		f.By = &e.By
	}
	switch {
	case e.Kind == KindSanction:
		f.Data = struct{}{} // who was muted or removed is not for everybody
	case e.Message != nil:
		f.Data = e.messageData()
	case e.Question != nil:
		f.Data = e.questionData()
	case e.Poll != nil:
		f.Data = e.pollData()
	case e.Subject != 0:
		f.Data = with(e.Subject, e.Data)
	default:
		f.Data = e.Data
	}
	if e.hidden() {
		f.HTML = ""
	}
	return f
}

func (e Event) messageData() any {
	m := e.Message
	switch {
	case e.Kind == KindRemove && m.Withdrawn:
		return withdrawnData{int64(m.ID), true}
	case e.Kind == KindRemove:
		return subjectData{int64(m.ID)}
	case m.Hidden:
		return removedData{int64(m.ID), true}
	case e.Kind == KindTranslation:
		l := e.own().Locale
		return translationData{ID: int64(m.ID), Locale: l, Shown: m.Content(l)}
	case e.Kind == KindReaction, e.Kind == KindMark:
		return with(int64(m.ID), e.Data)
	}
	d := messageData{ID: m.ID, ClientID: m.ClientID, Body: m.Body, Lang: m.Lang, Announcement: m.Announcement, Edited: m.Version > 1,
		Reactions: m.Reactions}
	if m.ReplyTo != nil {
		d.ReplyTo = &m.ReplyTo.ID
	}
	if e.Kind != KindMessage {
		d.At = Stamp(m.At)
	}
	return d
}

type questionData struct {
	ID        QuestionID    `json:"id"`
	ClientID  uuid.UUID     `json:"client_id"`
	Body      string        `json:"body"`
	Lang      string        `json:"lang"`
	Anonymous bool          `json:"anonymous,omitempty"`
	Votes     int           `json:"votes"`
	State     QuestionState `json:"state"`
	Into      QuestionID    `json:"into,omitempty"`
}

func (e Event) questionData() any {
	q := e.Question
	switch {
	case e.Kind == KindQuestionRemove:
		return subjectData{int64(q.ID)}
	case q.Hidden:
		return removedData{int64(q.ID), true}
	case e.Kind == KindVote:
		return with(int64(q.ID), e.Data)
	case e.Kind == KindQuestionTranslation:
		l := e.own().Locale
		return translationData{ID: int64(q.ID), Locale: l, Shown: q.Content(l)}
	}
	return questionData{q.ID, q.ClientID, q.Body, q.Lang, q.Anonymous, q.Votes, q.State, q.Into}
}

type pollData struct {
	ID       PollID       `json:"id"`
	ClientID uuid.UUID    `json:"client_id"`
	Kind     PollKind     `json:"kind"`
	Body     string       `json:"body"`
	Lang     string       `json:"lang"`
	Options  []pollOption `json:"options"`
	Results  Results      `json:"results"`
	Closed   bool         `json:"closed"`
	Voters   int          `json:"voters"`
}

type pollOption struct {
	ID    OptionID `json:"id"`
	Body  string   `json:"body"`
	Lang  string   `json:"lang,omitempty"`
	Votes *int     `json:"votes,omitempty"` // where they may be shown
}

func (e Event) pollData() any {
	p := e.Poll
	switch {
	case e.Kind == KindPollRemove:
		return subjectData{int64(p.ID)}
	case p.Hidden:
		return removedData{int64(p.ID), true}
	case e.Kind == KindBallot, e.Kind == KindOptionRemove:
		return with(int64(p.ID), e.Data)
	case e.Kind == KindOption, e.Kind == KindOptionTranslation:
		o := e.Option()
		if o == nil { // taken out, or not to be seen yet
			return subjectData{int64(p.ID)}
		}
		if e.Kind == KindOption {
			return map[string]any{"id": p.ID, "option": p.option(*o)}
		}
		l := e.own().Locale
		return map[string]any{"id": p.ID, "option": o.ID, "locale": l, "content": o.Content(l)}
	case e.Kind == KindPollTranslation:
		l := e.own().Locale
		return translationData{ID: int64(p.ID), Locale: l, Shown: p.Content(l)}
	}
	d := pollData{p.ID, p.ClientID, p.Kind, p.Body, p.Lang, make([]pollOption, len(p.Options)), p.Results, p.Closed, p.Voters}
	for i, o := range p.Options {
		d.Options[i] = p.option(o)
	}
	return d
}

func (p Poll) option(o Option) pollOption {
	out := pollOption{ID: o.ID, Body: o.Body, Lang: o.Lang}
	if p.Shown() {
		out.Votes = &o.Votes
	}
	return out
}

// with puts the id of the subject into data that the log keeps.
func with(id int64, data json.RawMessage) any {
	all := map[string]any{}
	_ = json.Unmarshal(data, &all) // our own; broken it is nothing
	all["id"] = id
	return all
}

// data is v as the log keeps it. What is in it always encodes.
func data(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}
