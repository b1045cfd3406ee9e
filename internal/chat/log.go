package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

const (
	// MaxReplay is how many missed events are replayed; who missed more starts afresh.
	MaxReplay = 1000
	// FirstPage is how many of the newest events somebody gets who starts.
	FirstPage = 50
	// maxPage bounds a page of events or messages.
	maxPage = 200

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
	m.reply_to, coalesce(pa.name, '') as reply_author, coalesce(p.lang, '') as reply_lang,
	case when p.hidden_at is null then left(coalesce(p.body, ''), 400) else '' end as reply_body,
	p.hidden_at is not null as reply_hidden,
	case when m.hidden_at is null then (` + foundOfM + `) end as found,
	case when p.hidden_at is null then (` + foundOfP + `) end as reply_found`

// translations of a message by language, as Translations.
const (
	foundColumns = `select jsonb_object_agg(tr.locale, jsonb_build_object('TrKind', tr.kind, 'TrText', tr.text, 'TrHTML', tr.html,
		'TrProvider', tr.provider, 'TrVersion', tr.source_version, 'TrScore', tr.score, 'TrAt', tr.at,
		'TrBy', coalesce((select name from members where id = tr.author_id), ''), 'TrReviewed', tr.reviewed_at is not null))
		from translations tr where tr.subject_kind = 'message' and tr.subject_id = `
	foundOfM = foundColumns + `m.id`
	foundOfP = foundColumns + `p.id`
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
}

func (r messageRow) by() By {
	return By{ID: r.AuthorID, Name: r.Name, Handle: r.Handle, Region: r.Region, Affiliation: r.Affiliation, Role: r.Role}
}

func (r messageRow) message() *Message {
	if r.ID == 0 {
		return nil
	}
	m := &Message{ID: r.ID, Seq: r.MessageSeq, Author: r.by(), Body: r.Body, HTML: r.HTML, Lang: r.Lang, Hidden: r.Hidden,
		Found: r.Found}
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

const roomHead = `select seq from rooms where id = @room`

// head is where a room's log stands.
func (s *Service) head(ctx context.Context, room RoomID) (int64, error) {
	var seq int64
	if err := s.store.QueryRow(ctx, roomHead, pgx.StrictNamedArgs{"room": room}).Scan(&seq); err != nil {
		return 0, wrap(fmt.Sprintf("read head of room %d", room), pg.OrNotFound(err, errNoRoom))
	}
	return seq, nil
}

const roomEvents = `
	select e.seq, e.kind, e.at, e.data, ` + messageColumns + `
	from room_events e
	left join messages m on m.id = e.message_id
	left join members a on a.id = coalesce(m.author_id, e.member_id)` + messageJoins + `
	where e.room_id = @room and e.seq > @after and e.seq <= @upto
	order by e.seq`

type eventRow struct {
	Seq  int64
	Kind Kind
	At   time.Time
	Data json.RawMessage
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
		events[i] = Event{Room: room, Seq: r.Seq, Kind: r.Kind, At: r.At, Message: r.message(), Data: r.Data}
		if r.Kind != KindRemove && r.Kind != KindTranslation {
			events[i].By = r.by()
		}
	}
	return events, nil
}

// Events is what follows seq after in a room's log, at most limit events.
func (s *Service) Events(ctx context.Context, _ account.Viewer, room RoomID, after int64, limit int) (Page, error) {
	head, err := s.head(ctx, room)
	if err != nil {
		return Page{}, err
	}
	p := Page{Seq: head}
	if after > head || head-after > MaxReplay {
		p.Reset = true
		after, limit = head-FirstPage, FirstPage
	}
	limit = min(max(limit, 1), MaxReplay)
	p.Events, err = s.read(ctx, room, after, min(head, after+int64(limit)))
	return p, err
}

// Newest is the end of a room's log: at most n events.
func (s *Service) Newest(ctx context.Context, _ account.Viewer, room RoomID, n int) (Page, error) {
	head, err := s.head(ctx, room)
	if err != nil {
		return Page{}, err
	}
	events, err := s.read(ctx, room, head-int64(min(max(n, 1), maxPage)), head)
	return Page{Events: events, Seq: head}, err
}

const messagesBefore = `
	select ` + messageColumns + `
	from (select * from messages where room_id = @room and seq < @before order by seq desc limit @n) m
	join members a on a.id = m.author_id` + messageJoins + `
	order by m.seq`

// Before is the messages of a room with seq < before, oldest first, at most n, as they are now. more says whether
// there are older ones.
func (s *Service) Before(ctx context.Context, _ account.Viewer, room RoomID, before int64, n int) (ms []Message, more bool, err error) {
	n = min(max(n, 1), maxPage)
	rows, err := pg.All[messageRow](ctx, s.store, messagesBefore, pgx.StrictNamedArgs{"room": room, "before": before, "n": n + 1})
	if err != nil {
		return nil, false, fmt.Errorf("read messages of room %d: %w", room, err)
	}
	if more = len(rows) > n; more {
		rows = rows[1:]
	}
	ms = make([]Message, len(rows))
	for i, r := range rows {
		ms[i] = *r.message()
	}
	return ms, more, nil
}
