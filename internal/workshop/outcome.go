package workshop

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Outcomes turn what was said in the room of an event into a thread in both languages: its hosts find a draft made of answered
// questions, results of polls, decisions and pinned messages, change it together and publish it. It is for hosts, organisers
// and moderators; to others there is none.
type Outcomes struct {
	events *Service
	forum  *forum.Service
	words  *translation.Service
}

// NewOutcomes makes the service beside that of events.
func NewOutcomes(events *Service, f *forum.Service, words *translation.Service) *Outcomes {
	return &Outcomes{events: events, forum: f, words: words}
}

// Material is what an outcome is made of, as it may be seen now.
type Material struct {
	Decisions []chat.Message
	Pinned    []chat.Message // that are no decisions
	Answers   []chat.Answer
	Polls     []chat.Poll // whose results may be seen
	Open      int         // polls whose results may not be seen before they are closed
}

// Empty reports whether there is nothing to make an outcome of.
func (m Material) Empty() bool {
	return len(m.Decisions)+len(m.Pinned)+len(m.Answers)+len(m.Polls) == 0
}

// Material gathers from the room of an event.
func (o *Outcomes) Material(ctx context.Context, viewer account.Viewer, e Event) (m Material, err error) {
	if err := o.host(ctx, viewer, e); err != nil {
		return m, err
	}
	marked, err := o.events.chat.Marked(ctx, e.RoomID)
	if err != nil {
		return m, err
	}
	for _, msg := range marked {
		switch {
		case msg.Decision:
			m.Decisions = append(m.Decisions, msg)
		case msg.Pinned:
			m.Pinned = append(m.Pinned, msg)
		}
	}
	if m.Answers, err = o.events.chat.Answers(ctx, viewer, e.RoomID); err != nil {
		return m, err
	}
	polls, err := o.events.chat.Polls(ctx, viewer, e.RoomID)
	if err != nil {
		return m, err
	}
	for i := range polls { // which come with the newest first
		p := polls[len(polls)-1-i]
		switch {
		case !p.Shown():
			m.Open++
		case p.Voters > 0:
			m.Polls = append(m.Polls, p)
		}
	}
	return m, nil
}

// host is nil for those who run the event's room.
func (o *Outcomes) host(ctx context.Context, viewer account.Viewer, e Event) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	if e.RoomID == 0 {
		return errDraft
	}
	room, err := o.events.chat.FindRoom(ctx, viewer, e.RoomID)
	if err == nil && !room.Hosts(viewer) {
		err = errForbidden
	}
	return err
}

// Outcome is the draft of a thread, in both languages.
type Outcome struct {
	Version     int // 0: nobody has saved one yet
	Kind        forum.Kind
	Lang        i18n.Locale // of the thread; the other language becomes its translation
	Challenge   string      // slug of where it is published
	Title       i18n.Text
	Body        i18n.Text // Markdown
	EditedBy    string
	EditedAt    time.Time
	PublishedAt *time.Time
}

type outcomeRow struct {
	Version     int
	ClientID    uuid.UUID
	Kind        forum.Kind
	Lang        i18n.Locale
	Challenge   string
	TitleEn     string
	TitleZh     string
	BodyEn      string
	BodyZh      string
	EditedBy    string
	EditedAt    time.Time
	PublishedAt *time.Time
}

func (r outcomeRow) outcome() Outcome {
	return Outcome{r.Version, r.Kind, r.Lang, r.Challenge, i18n.Text{En: r.TitleEn, Zh: r.TitleZh}, i18n.Text{En: r.BodyEn, Zh: r.BodyZh},
		r.EditedBy, r.EditedAt, r.PublishedAt}
}

const findOutcome = `
	select o.version, o.client_id, o.kind, o.lang, o.challenge, o.title_en, o.title_zh, o.body_en, o.body_zh,
		coalesce((select name from members where id = o.edited_by), '') as edited_by, o.edited_at, o.published_at
	from workshop_outcomes o where o.workshop_id = @id `

// Find is the draft as it was saved last; of an event without one Version is 0.
func (o *Outcomes) Find(ctx context.Context, viewer account.Viewer, e Event) (Outcome, error) {
	if err := o.host(ctx, viewer, e); err != nil {
		return Outcome{}, err
	}
	r, err := pg.One[outcomeRow](ctx, o.events.store, findOutcome, pgx.StrictNamedArgs{"id": e.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Outcome{}, nil
	}
	return r.outcome(), wrap(fmt.Sprintf("find outcome of workshop %d", e.ID), err)
}

var errPublished = fault.New(fault.Conflict, "outcome.published")

const (
	newOutcome = `
		insert into workshop_outcomes (workshop_id, kind, lang) values (@id, @kind, @lang) on conflict (workshop_id) do nothing`
	// A new row is at the version that a first save brings.
	saveOutcome = `
		update workshop_outcomes set version = @version::int + 1, kind = @kind, lang = @lang, challenge = @challenge, title_en = @title_en,
			title_zh = @title_zh, body_en = @body_en, body_zh = @body_zh, edited_by = @by, edited_at = now()
		where workshop_id = @id`
)

// Save keeps the draft and returns its new version. draft.Version is that of the one that was changed: where somebody else has
// saved meanwhile it is the Conflict outcome.changed, and nothing is overwritten. Saving the same changes nothing. What a
// thread would not take is kept all the same, but for what no text may be.
func (o *Outcomes) Save(ctx context.Context, viewer account.Viewer, e Event, draft Outcome) (version int, err error) {
	if err := o.host(ctx, viewer, e); err != nil {
		return 0, err
	}
	err = o.events.store.InTx(ctx, func(tx *pg.Tx) error {
		version, err = o.save(ctx, tx, viewer, e, &draft)
		return err
	})
	return version, wrap(fmt.Sprintf("save outcome of workshop %d", e.ID), err)
}

func (o *Outcomes) save(ctx context.Context, tx *pg.Tx, viewer account.Viewer, e Event, d *Outcome) (int, error) {
	if err := d.clean(e); err != nil {
		return 0, err
	}
	if d.Version == 0 {
		tag, err := tx.Exec(ctx, newOutcome, pgx.StrictNamedArgs{"id": e.ID, "kind": d.Kind, "lang": d.Lang})
		if err != nil {
			return 0, err
		}
		if tag.RowsAffected() == 0 {
			return 0, fault.New(fault.Conflict, "outcome.changed")
		}
	}
	now, err := held(ctx, tx, e.ID)
	switch {
	case err != nil:
		return 0, err
	case now.PublishedAt != nil:
		return 0, errPublished
	case d.Version != 0 && now.Version != d.Version:
		return 0, fault.New(fault.Conflict, "outcome.changed")
	case d.Version != 0 && now.same(*d):
		return now.Version, nil
	}
	_, err = tx.Exec(ctx, saveOutcome, pgx.StrictNamedArgs{"id": e.ID, "version": d.Version, "kind": d.Kind, "lang": d.Lang, "challenge": d.Challenge,
		"title_en": d.Title.En, "title_zh": d.Title.Zh, "body_en": d.Body.En, "body_zh": d.Body.Zh, "by": viewer.ID})
	return d.Version + 1, err
}

// held is the draft of an event, held until the end of the transaction.
func held(ctx context.Context, tx *pg.Tx, id ID) (outcomeRow, error) {
	r, err := pg.One[outcomeRow](ctx, tx, findOutcome+`for update of o`, pgx.StrictNamedArgs{"id": id})
	return r, pg.OrNotFound(err, fault.New(fault.Conflict, "outcome.changed")) // it was erased with its room
}

func (r outcomeRow) same(d Outcome) bool {
	o := r.outcome()
	return o.Kind == d.Kind && o.Lang == d.Lang && o.Challenge == d.Challenge && o.Title == d.Title && o.Body == d.Body
}

// clean makes of what was typed what can be kept.
func (d *Outcome) clean(e Event) error {
	var wrong fault.Fields
	good := true
	for _, l := range i18n.Written {
		title, body := d.Title.Side(l), d.Body.Side(l)
		var ok bool
		*title, ok = markup.CleanLine(*title)
		good = good && ok
		*body, ok = markup.Clean(*body)
		good = good && ok
		if markup.Weight(*title) > forum.MaxTitle {
			wrong.Add("title_"+string(l), "forum.title.long", fault.Args{"Max": forum.MaxTitle})
		}
		if len(*body) > forum.MaxBody {
			wrong.Add("body_"+string(l), "forum.body.long", fault.Args{"Max": forum.MaxBody >> 10})
		}
	}
	if !good {
		return fault.New(fault.Malformed, "error.utf8")
	}
	if d.Kind != forum.Discussion && d.Kind != forum.Announcement {
		wrong.Add("kind", "forum.kind.unknown", nil)
	}
	if _, ok := i18n.ParseWritten(string(d.Lang)); !ok {
		wrong.Add("lang", "forum.lang.unknown", nil)
	}
	if e.ChallengeSlug != "" {
		d.Challenge = e.ChallengeSlug
	}
	return wrong.Err()
}

const markPublished = `
	update workshop_outcomes set title_en = '', title_zh = '', body_en = '', body_zh = '', published_at = now(), edited_by = @by
	where workshop_id = @id`

// Publish saves the draft and makes of it, in the same transaction, the thread of the event: in draft.Lang, with the other
// language as its translation by the viewer, where that was written; linked to by the event; and everybody who came is told.
// Published again it is the same thread. Invalid text is told under the fields title_en, body_zh and so on.
func (o *Outcomes) Publish(ctx context.Context, viewer account.Viewer, e Event, draft Outcome) (started forum.Started, err error) {
	if err := o.host(ctx, viewer, e); err != nil {
		return started, err
	}
	err = o.events.store.InTx(ctx, func(tx *pg.Tx) error {
		_, err := o.save(ctx, tx, viewer, e, &draft)
		if errors.Is(err, errPublished) {
			started, err = o.thread(ctx, tx, e.ID)
			return err
		}
		if err != nil {
			return err
		}
		started, err = o.publish(ctx, tx, viewer, e, draft)
		return err
	})
	return started, wrap(fmt.Sprintf("publish outcome of workshop %d", e.ID), err)
}

func (o *Outcomes) publish(ctx context.Context, tx *pg.Tx, viewer account.Viewer, e Event, d Outcome) (started forum.Started, err error) {
	now, err := held(ctx, tx, e.ID)
	if err != nil {
		return started, err
	}
	other := d.Lang.Other()
	if err := o.complete(ctx, tx, e, d, other); err != nil {
		return started, err
	}
	started, err = o.forum.StartThreadIn(ctx, tx, viewer, forum.ThreadForm{Challenge: d.Challenge, Kind: d.Kind, Title: d.Title.Only(d.Lang),
		Body: d.Body.Only(d.Lang), Lang: string(d.Lang), ClientID: now.ClientID})
	if err != nil {
		return started, inLanguage(err, d.Lang)
	}
	if d.Title.Only(other) != "" {
		if err := o.translate(ctx, tx, viewer, d, other, started); err != nil {
			return started, err
		}
	}
	if err := o.events.SetOutcome(ctx, tx, e.ID, int64(started.ID)); err != nil {
		return started, err
	}
	if _, err := tx.Exec(ctx, markPublished, pgx.StrictNamedArgs{"id": e.ID, "by": viewer.ID}); err != nil {
		return started, err
	}
	return started, o.tell(ctx, tx, viewer, e, started)
}

// complete says what keeps a draft from being published: a title without a text in the other language, or the words of somebody
// that were removed from the room meanwhile.
func (o *Outcomes) complete(ctx context.Context, tx *pg.Tx, e Event, d Outcome, other i18n.Locale) error {
	var wrong fault.Fields
	switch title, body := markup.Blank(d.Title.Only(other)), markup.Blank(d.Body.Only(other)); {
	case title && !body:
		wrong.Add("title_"+string(other), "outcome.half", nil)
	case body && !title:
		wrong.Add("body_"+string(other), "outcome.half", nil)
	}
	for _, l := range i18n.Written {
		gone, err := o.removed(ctx, tx, e, d.Body.Only(l))
		if err != nil {
			return err
		}
		if gone {
			wrong.Add("body_"+string(l), "outcome.removed", nil)
		}
	}
	return wrong.Err()
}

// cited finds where a text leads to a message or a question of a room.
var cited = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`#(m|q)-(\d{1,18})\b`) })

// removed reports whether a text leads to something in the event's room that can no longer be seen there.
func (o *Outcomes) removed(ctx context.Context, tx *pg.Tx, e Event, text string) (bool, error) {
	messages, questions := map[chat.MessageID]bool{}, map[chat.QuestionID]bool{}
	for _, m := range cited().FindAllStringSubmatch(text, -1) {
		id, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			continue
		}
		if m[1] == "m" {
			messages[chat.MessageID(id)] = true
		} else {
			questions[chat.QuestionID(id)] = true
		}
	}
	ms, qs, err := o.events.chat.Shown(ctx, tx, e.RoomID, keys(messages), keys(questions))
	return len(ms) < len(messages) || len(qs) < len(questions), err
}

func keys[K comparable](m map[K]bool) []K {
	ks := make([]K, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	return ks
}

// translate writes the other language of a new thread.
func (o *Outcomes) translate(ctx context.Context, tx *pg.Tx, viewer account.Viewer, d Outcome, into i18n.Locale, started forum.Started) error {
	for _, part := range []struct {
		of          translation.Subject
		field, text string
	}{
		{translation.Subject{Kind: translation.Thread, ID: int64(started.ID)}, "title_", d.Title.Only(into)},
		{translation.Subject{Kind: translation.Post, ID: int64(started.PostID)}, "body_", d.Body.Only(into)},
	} {
		err := o.words.WriteIn(ctx, tx, viewer, part.of, into, translation.Form{Text: part.text})
		if f := fault.Of(err); f != nil && f.Fields["text"].Key != "" {
			var wrong fault.Fields
			wrong.Add(part.field+string(into), f.Fields["text"].Key, f.Fields["text"].Args)
			return wrong.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inLanguage puts what is wrong with the title and the text of a thread to the fields of its language.
func inLanguage(err error, l i18n.Locale) error {
	f := fault.Of(err)
	if f == nil || len(f.Fields) == 0 {
		return err
	}
	var wrong fault.Fields
	for name, m := range f.Fields {
		if name == "title" || name == "body" {
			name += "_" + string(l)
		}
		wrong.Add(name, m.Key, m.Args)
	}
	return wrong.Err()
}

const outcomeThread = `
	select t.id, p.id as post_id, t.slug, p.hidden_at is not null as held from workshops w
	join threads t on t.id = w.outcome_thread_id join posts p on p.thread_id = t.id and p.number = 1
	where w.id = @id`

func (o *Outcomes) thread(ctx context.Context, tx *pg.Tx, id ID) (forum.Started, error) {
	started, err := pg.One[forum.Started](ctx, tx, outcomeThread, pgx.StrictNamedArgs{"id": id})
	return started, pg.OrNotFound(err, errPublished)
}

// tell tells those who came that the outcome is there.
func (o *Outcomes) tell(ctx context.Context, tx *pg.Tx, viewer account.Viewer, e Event, started forum.Started) error {
	to, err := o.events.concerned(ctx, tx, e, false)
	if err != nil {
		return err
	}
	title := e.Title()
	n := notify.Notice{Kind: notify.KindEventOutcome, Actor: viewer.ID, Subject: subject(e.ID),
		Within: notify.Subject("thread", started.ID), Path: started.Path(), Data: notify.Data{Event: &title, Start: &e.StartsAt}}
	if err := o.events.queueLetters(ctx, tx, n, e, to); err != nil { // by then the event knows of its thread
		return err
	}
	return o.events.notify.TellMany(ctx, tx, to, n)
}

const eraseOutcome = `delete from workshop_outcomes where workshop_id = @id and published_at is null`

// Erase erases the draft of an event, which quotes what was said in its room, when that is erased. What was published stays.
func (o *Outcomes) Erase(ctx context.Context, tx *pg.Tx, id ID) error {
	if _, err := tx.Exec(ctx, eraseOutcome, pgx.StrictNamedArgs{"id": id}); err != nil {
		return fmt.Errorf("erase outcome of workshop %d: %w", id, err)
	}
	return nil
}
