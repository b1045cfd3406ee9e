package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
	"senet/internal/translation"
)

const (
	// MaxReplay is how many missed events are replayed; who missed more starts afresh.
	MaxReplay = 1000
	// FirstPage is how many of the newest events somebody gets who starts.
	FirstPage = 50
	// maxPage bounds a page of events or messages.
	maxPage = 200
	// maxReplayBytes bounds the texts of a replay; who missed more starts afresh. It is read in steps of replayStep events.
	maxReplayBytes = 8 << 20
	replayStep     = 250

	excerptWeight = 120
)

// Page is a stretch of a room's log.
type Page struct {
	Events []Event
	Seq    int64 // where the log stands
	Reset  bool  // what was missed is not all here: start afresh with these
}

// columns of a message with its author and of the message it answers. The text of what is hidden never leaves
// Postgres.
const messageColumns = `
	coalesce(m.id, 0) as id, m.client_id, coalesce(m.seq, 0) as message_seq,
	case when m.hidden_at is null then coalesce(m.body, '') else '' end as body,
	case when m.hidden_at is null then coalesce(m.html, '') else '' end as html,
	coalesce(m.lang, '') as lang, m.created_at as said_at, m.hidden_at is not null as hidden,
	coalesce(a.id, 0) as author_id, coalesce(a.name, '') as name, coalesce(a.handle, '') as handle,
	coalesce(a.region, '') as region, coalesce(a.affiliation, '') as affiliation, coalesce(a.role, '') as role,
	coalesce(m.version, 1) as version, coalesce(m.announcement, false) as announcement, coalesce(m.reactions, '{}') as reactions,
	m.pinned_at is not null as pinned, m.decided_at is not null as decision, m.withdrawn_at is not null as withdrawn,
	m.reply_to, coalesce(pa.name, '') as reply_author, coalesce(p.lang, '') as reply_lang,
	case when p.hidden_at is null then left(coalesce(p.body, ''), 400) else '' end as reply_body,
	p.hidden_at is not null as reply_hidden,
	case when m.hidden_at is null then (` + foundOfM + `) end as found,
	case when p.hidden_at is null then (` + foundOfP + `) end as reply_found`

// translations of a text by language, as Translations.
const (
	foundColumns = `select jsonb_object_agg(tr.locale, jsonb_build_object('TrKind', tr.kind, 'TrText', tr.text, 'TrHTML', tr.html,
		'TrProvider', tr.provider, 'TrVersion', tr.source_version, 'TrScore', tr.score, 'TrAt', tr.at,
		'TrBy', coalesce((select name from members where id = tr.author_id), ''), 'TrReviewed', tr.reviewed_at is not null))
		from translations tr where tr.subject_kind = `
	foundOfM = foundColumns + `'message' and tr.subject_id = m.id`
	foundOfP = foundColumns + `'message' and tr.subject_id = p.id`
)

const messageJoins = `
	left join messages p on p.id = m.reply_to
	left join members pa on pa.id = p.author_id`

type messageRow struct {
	ID          MessageID
	ClientID    *uuid.UUID
	MessageSeq  int64
	Body        string
	HTML        string `db:"html"`
	Lang        string
	SaidAt      *time.Time
	Hidden      bool
	AuthorID    account.MemberID
	Name        string
	Handle      string
	Region      account.Region
	Affiliation string
	Role        account.Role
	ReplyTo     *MessageID
	ReplyAuthor string
	ReplyLang   string
	ReplyBody   string
	ReplyHidden bool
	Found       Translations
	ReplyFound  Translations

	Version      int
	Announcement bool
	Reactions    map[Reaction]int
	Pinned       bool
	Decision     bool
	Withdrawn    bool
}

func (r messageRow) by() By {
	return By{ID: r.AuthorID, Name: r.Name, Handle: r.Handle, Region: r.Region, Affiliation: r.Affiliation, Role: r.Role}
}

func (r messageRow) message() *Message {
	if r.ID == 0 {
		return nil
	}
	m := &Message{ID: r.ID, Seq: r.MessageSeq, Author: r.by(), Body: r.Body, HTML: r.HTML, Lang: r.Lang, Hidden: r.Hidden,
		Found: r.Found, Version: r.Version, Announcement: r.Announcement, Reactions: r.Reactions, Pinned: r.Pinned, Decision: r.Decision,
		Withdrawn: r.Withdrawn}
	if r.ClientID != nil {
		m.ClientID = *r.ClientID
	}
	if r.SaidAt != nil {
		m.At = *r.SaidAt
	}
	if r.ReplyTo != nil {
		m.ReplyTo = &Reply{ID: *r.ReplyTo, Author: r.ReplyAuthor, Lang: r.ReplyLang, Hidden: r.ReplyHidden, Body: r.ReplyBody,
			Found: r.ReplyFound}
	}
	return m
}

const roomHead = `
	select seq, exists (select from room_sanctions where room_id = @room and member_id = @viewer and kind = 'removed'
		and (until is null or until > now()))
	from rooms where id = @room`

// head is where a room's log stands. Whoever was removed from the room gets Forbidden.
func (s *Service) head(ctx context.Context, room RoomID, viewer account.MemberID) (int64, error) {
	var seq int64
	var removed bool
	err := s.store.QueryRow(ctx, roomHead, pgx.StrictNamedArgs{"room": room, "viewer": viewer}).Scan(&seq, &removed)
	switch {
	case err != nil:
		return 0, wrap(fmt.Sprintf("read head of room %d", room), pg.OrNotFound(err, errNoRoom))
	case removed:
		return 0, errRemoved
	}
	return seq, nil
}

const roomEvents = `
	select e.seq, e.kind, e.at, e.data, coalesce(e.subject_id, 0) as subject,
		coalesce(d.id, 0) as actor_id, coalesce(d.name, '') as actor_name, coalesce(d.handle, '') as actor_handle,
		coalesce(d.region, '') as actor_region, coalesce(d.affiliation, '') as actor_affiliation, coalesce(d.role, '') as actor_role, ` + messageColumns + `
	from room_events e
	left join messages m on m.id = e.message_id
	left join members a on a.id = coalesce(m.author_id, e.member_id)
	left join members d on d.id = e.member_id and e.kind in ('reaction', 'mark')` + messageJoins + `
	where e.room_id = @room and e.seq > @after and e.seq <= @upto
	order by e.seq`

type eventRow struct {
	Seq              int64
	Kind             Kind
	At               time.Time
	Data             json.RawMessage
	Subject          int64
	ActorID          account.MemberID
	ActorName        string
	ActorHandle      string
	ActorRegion      account.Region
	ActorAffiliation string
	ActorRole        account.Role
	messageRow
}

// read is the log of a room with after < seq <= upto, in order.
func (s *Service) read(ctx context.Context, room RoomID, after, upto int64) ([]Event, error) {
	if after >= upto {
		return nil, nil
	}
	rows, err := pg.All[eventRow](ctx, s.store, roomEvents, pgx.StrictNamedArgs{"room": room, "after": after, "upto": upto})
	if err != nil {
		return nil, fmt.Errorf("read log of room %d: %w", room, err)
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = Event{Room: room, Seq: r.Seq, Kind: r.Kind, At: r.At, By: r.by(), Message: r.message(), Data: r.Data, Subject: r.Subject}
		switch {
		case r.Kind.nameless():
			events[i].By = By{}
		case r.ActorID != 0: // not the message's author
			events[i].By = By{ID: r.ActorID, Name: r.ActorName, Handle: r.ActorHandle, Region: r.ActorRegion, Affiliation: r.ActorAffiliation, Role: r.ActorRole}
		}
	}
	if err := s.subjects(ctx, events); err != nil {
		return nil, err
	}
	return events, nil
}

// subjects puts the questions and polls that events are about to them, as they are now: one query a kind.
func (s *Service) subjects(ctx context.Context, events []Event) error {
	ids := map[translation.SubjectKind][]int64{}
	for _, e := range events {
		if about := e.Kind.about(); about != "" && !slices.Contains(ids[about], e.Subject) {
			ids[about] = append(ids[about], e.Subject)
		}
	}
	questions := map[int64]*Question{}
	if of := ids[translation.Question]; of != nil {
		rows, err := pg.All[questionRow](ctx, s.store, questionsOf, pgx.StrictNamedArgs{"ids": of, "viewer": int64(0)})
		if err != nil {
			return fmt.Errorf("read questions: %w", err)
		}
		for _, r := range rows {
			questions[int64(r.ID)] = r.question()
		}
	}
	polls, err := s.polls(ctx, events)
	if err != nil {
		return err
	}
	for i, e := range events {
		switch e.Kind.about() {
		case translation.Question:
			events[i].Question = questions[e.Subject]
		case translation.Poll:
			events[i].Poll = polls[e.Subject]
		}
	}
	return nil
}

// Events is what follows seq after in a room's log, at most limit events. Who has missed more than MaxReplay events, or more
// text than a replay holds, gets the newest and starts afresh.
func (s *Service) Events(ctx context.Context, viewer account.Viewer, room RoomID, after int64, limit int) (Page, error) {
	head, err := s.head(ctx, room, viewer.ID)
	if err != nil {
		return Page{}, err
	}
	p := Page{Seq: head}
	if after > head || head-after > MaxReplay {
		p.Reset = true
		after, limit = head-FirstPage, FirstPage
	}
	upto, size := min(head, after+int64(min(max(limit, 1), MaxReplay))), 0
	for after < upto {
		step := min(after+replayStep, upto)
		events, err := s.read(ctx, room, after, step)
		if err != nil {
			return Page{}, err
		}
		for _, e := range events {
			size += e.size()
		}
		if size > maxReplayBytes && !p.Reset {
			events, err = s.read(ctx, room, head-FirstPage, head)
			return Page{Events: events, Seq: head, Reset: true}, err
		}
		p.Events, after = append(p.Events, events...), step
	}
	return p, nil
}

// size is how many bytes of text an event brings.
func (e Event) size() int {
	n := len(e.Data)
	if m := e.Message; m != nil {
		n += len(m.Body) + len(m.HTML)
		for _, found := range m.Found {
			n += len(found.TrText) + len(found.TrHTML)
		}
	}
	return n
}

// Newest is the end of a room's log: at most n events.
func (s *Service) Newest(ctx context.Context, viewer account.Viewer, room RoomID, n int) (Page, error) {
	head, err := s.head(ctx, room, viewer.ID)
	if err != nil {
		return Page{}, err
	}
	events, err := s.read(ctx, room, head-int64(min(max(n, 1), maxPage)), head)
	return Page{Events: events, Seq: head}, err
}
