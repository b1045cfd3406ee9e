package chatweb

import (
	"context"
	"io"
	"time"

	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/translation"
)

type exportHead struct {
	Room      exportRoom   `json:"room"`
	AsOf      exportAsOf   `json:"as_of"`
	Zone      string       `json:"zone"` // of the reader, in whose time …_local is
	State     chat.State   `json:"state"`
	OpenedAt  *time.Time   `json:"opened_at"`
	EndedAt   *time.Time   `json:"ended_at"`
	Retention int          `json:"retention_days"` // after the end until it is erased; 0: kept
	EraseAt   *time.Time   `json:"erase_at"`
	ErasedAt  *time.Time   `json:"erased_at"`
	Staff     []exportPost `json:"staff"`
	Agenda    []AgendaItem `json:"agenda"`
}

type exportRoom struct {
	ID    chat.RoomID `json:"id"`
	Title i18n.Text   `json:"title"`
	URL   string      `json:"url"`
}

type exportAsOf struct {
	Seq     int64  `json:"seq"`
	At      string `json:"at"`
	AtLocal string `json:"at_local"`
}

type exportPost struct {
	Name   string         `json:"name"`
	Handle string         `json:"handle"`
	Role   chat.StaffRole `json:"role"`
}

type exportOriginal struct {
	Text string `json:"text"`
	Lang string `json:"lang"`
}

// exportShown is what readers of a language see, without its HTML.
type exportShown struct {
	Text         string           `json:"text"`
	Lang         string           `json:"lang"`
	Kind         translation.Kind `json:"kind"`
	Stale        bool             `json:"stale"`
	Provider     string           `json:"provider"`
	By           string           `json:"by,omitempty"`
	Reviewed     bool             `json:"reviewed,omitempty"`
	Score        int              `json:"score,omitempty"`
	Untranslated bool             `json:"untranslated,omitempty"`
	At           *time.Time       `json:"at,omitempty"`
}

type exportText struct {
	Original exportOriginal              `json:"original"`
	Content  map[i18n.Locale]exportShown `json:"content"`
}

type exportLine struct {
	Seq     int64  `json:"seq"`
	At      string `json:"at"`
	AtLocal string `json:"at_local"`
	Kind    string `json:"kind"`

	Settings *chat.Settings `json:"settings,omitempty"` // of kind state
	Removed  bool           `json:"removed,omitempty"`
	*exportMessage
}

type exportMessage struct {
	ID  chat.MessageID `json:"id"`
	By  chat.By        `json:"by"`
	URL string         `json:"url"`
	exportText
	ReplyTo      *chat.MessageID       `json:"reply_to"`
	Announcement bool                  `json:"announcement"`
	Pinned       bool                  `json:"pinned"`
	Decision     bool                  `json:"decision"`
	Edited       bool                  `json:"edited"`
	Reactions    map[chat.Reaction]int `json:"reactions"`
}

type exportQuestion struct {
	ID        chat.QuestionID    `json:"id"`
	At        string             `json:"at"`
	AtLocal   string             `json:"at_local"`
	By        *chat.By           `json:"by"` // null: asked without a name
	Anonymous bool               `json:"anonymous"`
	URL       string             `json:"url"`
	State     chat.QuestionState `json:"state"`
	Into      chat.QuestionID    `json:"into,omitempty"`
	Votes     int                `json:"votes"`
	exportText
}

type exportPoll struct {
	ID      chat.PollID   `json:"id"`
	At      string        `json:"at"`
	AtLocal string        `json:"at_local"`
	By      chat.By       `json:"by"`
	URL     string        `json:"url"`
	Kind    chat.PollKind `json:"kind"`
	Results chat.Results  `json:"results"`
	Closed  bool          `json:"closed"`
	Voters  int           `json:"voters"`
	exportText
	Options []exportOption `json:"options"`
}

type exportOption struct {
	ID chat.OptionID `json:"id"`
	exportText
	Votes *int `json:"votes,omitempty"` // where they may be shown
}

// data writes a room as one JSON value. Its last member, complete, is there only when everything was written.
type data struct {
	pen
	document
	first bool // of a list
}

func writeJSON(ctx context.Context, w io.Writer, d document) error {
	j := &data{pen: pen{w: w}, document: d}
	head := encode(j.head())
	j.printf("%s,\n", head[:len(head)-1])
	j.begin("log")
	if err := d.x.Lines(ctx, j.line); err != nil {
		return err
	}
	j.end()
	j.begin("questions")
	if err := d.x.Questions(ctx, j.question); err != nil {
		return err
	}
	j.end()
	j.begin("polls")
	if err := d.x.Polls(ctx, j.poll); err != nil {
		return err
	}
	j.end()
	return j.printf("\"complete\":true}\n")
}

func (j *data) begin(list string) {
	j.first = true
	j.printf("%q:[", list)
}

func (j *data) end() { j.printf("],\n") }

func (j *data) add(v any) error {
	if !j.first {
		j.printf(",")
	}
	j.first = false
	return j.printf("\n%s", encode(v))
}

func (j *data) head() exportHead {
	room := j.room()
	h := exportHead{Room: exportRoom{room.ID, room.Title, j.url(room.Path())},
		AsOf: exportAsOf{j.x.Seq, chat.Stamp(j.x.At), j.stampLocal(j.x.At)}, Zone: j.r.Viewer.Zone.String(), State: room.Settings.State,
		OpenedAt: room.OpenedAt, EndedAt: room.EndedAt, Retention: room.Retention, ErasedAt: room.ErasedAt,
		Staff: []exportPost{}, Agenda: append([]AgendaItem{}, j.agenda...)}
	if at, ok := room.Erases(); ok {
		h.EraseAt = &at
	}
	for _, s := range j.x.Staff {
		h.Staff = append(h.Staff, exportPost{s.Name, s.Handle, s.StaffRole})
	}
	return h
}

func (d document) stampLocal(t time.Time) string {
	return d.r.In(t).Format("2006-01-02T15:04:05.000Z07:00")
}

func textOf(body, lang string, content func(i18n.Locale) translation.Shown) exportText {
	t := exportText{Original: exportOriginal{body, lang}, Content: map[i18n.Locale]exportShown{}}
	for _, l := range i18n.Written {
		s := content(l)
		t.Content[l] = exportShown{s.Text, s.Lang, s.Kind, s.Stale, s.Provider, s.By, s.Reviewed, s.Score, s.Untranslated, s.At}
	}
	return t
}

func (j *data) line(l chat.Line) error {
	e := exportLine{Seq: l.Seq, At: chat.Stamp(l.At), AtLocal: j.stampLocal(l.At), Kind: string(chat.KindMessage), Settings: l.Now, Removed: l.Removed}
	if l.Now != nil {
		e.Kind = string(chat.KindState)
	}
	if m := l.Message; m != nil {
		e.exportMessage = &exportMessage{ID: m.ID, By: m.Author, URL: j.messageURL(m), exportText: textOf(m.Body, m.Lang, m.Content),
			Announcement: m.Announcement, Pinned: m.Pinned, Decision: m.Decision, Edited: m.Version > 1, Reactions: m.Reactions}
		if m.ReplyTo != nil {
			e.ReplyTo = &m.ReplyTo.ID
		}
	}
	return j.add(e)
}

func (j *data) question(q chat.Question) error {
	e := exportQuestion{ID: q.ID, At: chat.Stamp(q.At), AtLocal: j.stampLocal(q.At), Anonymous: q.Anonymous, URL: j.questionURL(q.ID),
		State: q.State, Into: q.Into, Votes: q.Votes, exportText: textOf(q.Body, q.Lang, q.Content)}
	if !q.Anonymous {
		e.By = &q.Author
	}
	return j.add(e)
}

func (j *data) poll(p chat.Poll) error {
	e := exportPoll{ID: p.ID, At: chat.Stamp(p.At), AtLocal: j.stampLocal(p.At), By: p.Author, URL: j.pollURL(p.ID), Kind: p.Kind,
		Results: p.Results, Closed: p.Closed, Voters: p.Voters, exportText: textOf(p.Body, p.Lang, p.Content), Options: []exportOption{}}
	for _, o := range p.Options {
		out := exportOption{ID: o.ID, exportText: textOf(o.Body, o.Lang, o.Content)}
		if p.Shown() {
			out.Votes = &o.Votes
		}
		e.Options = append(e.Options, out)
	}
	return j.add(e)
}
