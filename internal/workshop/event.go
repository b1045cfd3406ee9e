package workshop

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// Kind is what sort of event it is.
type Kind string

const (
	Workshop   Kind = "workshop"
	Roadshow   Kind = "roadshow"
	Webinar    Kind = "webinar"
	Partnering Kind = "partnering" // a meeting to find partners
)

// Kinds lists them as they are offered.
var Kinds = []Kind{Workshop, Roadshow, Webinar, Partnering}

// State is how public an event is.
type State string

const (
	Draft     State = "draft"
	Announced State = "announced"
	Cancelled State = "cancelled"
)

// Seat is what a member has at an event; "" is none.
type Seat string

const (
	Registered Seat = "registered"
	Waiting    Seat = "waiting"
)

// RoomOpens is how long before the start the room opens by itself, RoomEnds how long after the end it ends.
const (
	RoomOpens = 10 * time.Minute
	RoomEnds  = 12 * time.Hour
)

// Event is one as a viewer sees it.
type Event struct {
	ID               ID
	Kind             Kind
	State            State
	ChallengeID      int64 // 0: none
	ChallengeSlug    string
	ChallengeTitleEn string
	ChallengeTitleZh string
	TitleEn          string
	TitleZh          string
	SummaryEn        string
	SummaryZh        string
	DescriptionEn    string // Markdown
	DescriptionZh    string
	HTMLEn           string // safe HTML of the descriptions
	HTMLZh           string
	Slug             string
	Place            string
	Link             string // of a meeting elsewhere; "" for those who may not see it
	HasLink          bool   // there is one
	Zone             string // IANA: the zone in which its times were written
	StartsAt         time.Time
	EndsAt           time.Time
	Capacity         int // 0: no limit
	KeepInside       bool
	RetentionDays    int // after the end until what was said is erased; 0: kept
	SeriesID         *uuid.UUID
	Version          int
	OutcomeThread    int64 // 0: none that everybody may see
	OutcomeSlug      string
	CancelReason     string
	UpdatedAt        time.Time
	RoomID           chat.RoomID // 0: a draft has none
	RoomState        chat.State
	Registered       int
	Waiting          int
	Europe           int // of those registered, by side
	China            int
	Elsewhere        int
	Mine             Seat
	Role             chat.StaffRole // the viewer's
}

// Title is the curated title.
func (e Event) Title() i18n.Text { return i18n.Text{En: e.TitleEn, Zh: e.TitleZh} }

// Summary is the curated summary.
func (e Event) Summary() i18n.Text { return i18n.Text{En: e.SummaryEn, Zh: e.SummaryZh} }

// Description is the curated description, in Markdown.
func (e Event) Description() i18n.Text { return i18n.Text{En: e.DescriptionEn, Zh: e.DescriptionZh} }

// HTML is the description as safe HTML.
func (e Event) HTML() i18n.Text { return i18n.Text{En: e.HTMLEn, Zh: e.HTMLZh} }

// Challenge is the curated title of the challenge it is about; empty where there is none.
func (e Event) Challenge() i18n.Text {
	return i18n.Text{En: e.ChallengeTitleEn, Zh: e.ChallengeTitleZh}
}

// Path is the event's page without the locale; its room is below it, at "/room".
func (e Event) Path() string { return path(e.ID, e.Slug) }

func path(id ID, slug string) string {
	p := "/w/" + strconv.FormatInt(int64(id), 10)
	if slug != "" {
		p += "-" + slug
	}
	return p
}

// OutcomePath is the thread that came of it, without the locale; "" where there is none.
func (e Event) OutcomePath() string {
	if e.OutcomeThread == 0 {
		return ""
	}
	p := "/t/" + strconv.FormatInt(e.OutcomeThread, 10)
	if e.OutcomeSlug != "" {
		p += "-" + e.OutcomeSlug
	}
	return p
}

// Live reports whether it is on at that time.
func (e Event) Live(now time.Time) bool {
	return e.State == Announced && !now.Before(e.StartsAt) && now.Before(e.EndsAt)
}

// Over reports whether it has ended by that time.
func (e Event) Over(now time.Time) bool { return !now.Before(e.EndsAt) }

// DoorsOpen reports whether one can go in at that time: the room is open, by a host or because it is nearly time.
func (e Event) DoorsOpen(now time.Time) bool {
	open := e.RoomState == chat.Open || e.RoomState == chat.Paused
	return e.State == Announced && e.RoomState != chat.Ended && (open || !now.Before(e.StartsAt.Add(-RoomOpens)) && now.Before(e.EndsAt))
}

// Seats is how many more may register at once; false where there is no limit.
func (e Event) Seats() (free int, limited bool) {
	if e.Capacity == 0 {
		return 0, false
	}
	return max(e.Capacity-e.Registered, 0), true
}

// Organises reports whether the viewer, for whom the event was read, may change it.
func (e Event) Organises(viewer account.Viewer) bool {
	return viewer.Moderates() || viewer.SignedIn() && e.Role == chat.Organiser
}

const eventColumns = `
	select w.id, w.kind, w.state, coalesce(w.challenge_id, 0) as challenge_id, coalesce(c.slug, '') as challenge_slug,
		coalesce(c.title_en, '') as challenge_title_en, coalesce(c.title_zh, '') as challenge_title_zh,
		w.title_en, w.title_zh, w.summary_en, w.summary_zh, w.description_en, w.description_zh, w.html_en, w.html_zh, w.slug,
		w.place, case when g.state = 'registered' or st.role is not null or d.role is not null or @moderates then w.link else '' end as link,
		w.link <> '' as has_link, w.zone, w.starts_at, w.ends_at, coalesce(w.capacity, 0) as capacity, w.keep_inside, w.retention_days,
		w.series_id, w.version, coalesce(o.id, 0) as outcome_thread, coalesce(o.slug, '') as outcome_slug, w.cancel_reason, w.updated_at,
		coalesce(r.id, 0) as room_id, coalesce(r.state, '') as room_state,
		n.registered, n.waiting, n.europe, n.china, n.elsewhere,
		coalesce(g.state, '') as mine, coalesce(st.role, d.role, '') as role
	from workshops w
	left join challenges c on c.id = w.challenge_id
	left join threads o on o.id = w.outcome_thread_id and o.hidden_at is null
	left join rooms r on r.workshop_id = w.id
	left join room_staff st on st.room_id = r.id and st.member_id = @viewer
	left join workshop_drafters d on d.workshop_id = w.id and d.member_id = @viewer
	left join workshop_registrations g on g.workshop_id = w.id and g.member_id = @viewer
	cross join lateral (
		select count(*) filter (where q.state = 'registered')::int as registered, count(*) filter (where q.state = 'waiting')::int as waiting,
			count(*) filter (where q.state = 'registered' and m.region = 'eu')::int as europe,
			count(*) filter (where q.state = 'registered' and m.region = 'cn')::int as china,
			count(*) filter (where q.state = 'registered' and m.region = 'other')::int as elsewhere
		from workshop_registrations q join members m on m.id = q.member_id where q.workshop_id = w.id
	) n
	where (w.state <> 'draft' or @moderates or d.role is not null)`

func eventArgs(viewer account.Viewer) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"viewer": viewer.ID, "moderates": viewer.Moderates()}
}

const findEvent = eventColumns + ` and w.id = @id`

// Find is one event that the viewer may see.
func (s *Service) Find(ctx context.Context, viewer account.Viewer, id ID) (Event, error) {
	return find(ctx, s.store, viewer, id)
}

func find(ctx context.Context, db pg.DB, viewer account.Viewer, id ID) (Event, error) {
	args := eventArgs(viewer)
	args["id"] = id
	e, err := pg.One[Event](ctx, db, findEvent, args)
	if err != nil {
		return e, fmt.Errorf("find workshop %d: %w", id, pg.OrNotFound(err, errNotFound))
	}
	return e, nil
}

// Filter picks events. The zero Filter is those that are on or to come, the next first.
type Filter struct {
	Past      bool // those that have ended, the latest first
	Challenge int64
	Series    *uuid.UUID
	// After continues behind an event of the page before: its StartsAt (of the past its EndsAt) and ID.
	AfterAt time.Time
	AfterID ID
	Limit   int // at most 100; 0: PageSize
}

func (f Filter) query(args pgx.StrictNamedArgs, now time.Time) string {
	sql := eventColumns
	if f.Challenge != 0 {
		sql += ` and w.challenge_id = @challenge`
		args["challenge"] = f.Challenge
	}
	if f.Series != nil {
		sql += ` and w.series_id = @series`
		args["series"] = f.Series
	}
	args["now"] = now
	after, order := ` and (w.starts_at, w.id) > (@after_at, @after_id)`, ` order by w.starts_at, w.id`
	if f.Past {
		sql += ` and w.ends_at <= @now`
		after, order = ` and (w.ends_at, w.id) < (@after_at, @after_id)`, ` order by w.ends_at desc, w.id desc`
	} else {
		sql += ` and w.ends_at > @now`
	}
	if f.AfterID != 0 {
		sql += after
		args["after_at"], args["after_id"] = f.AfterAt, f.AfterID
	}
	return sql + order + ` limit @limit`
}

// List is a page of events that the viewer may see, and whether there are more.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) (es []Event, more bool, err error) {
	limit := f.Limit
	if limit <= 0 || limit > 100 {
		limit = PageSize
	}
	args := eventArgs(viewer)
	args["limit"] = limit + 1
	es, err = pg.All[Event](ctx, s.store, f.query(args, s.now()), args)
	if err != nil {
		return nil, false, fmt.Errorf("list workshops: %w", err)
	}
	if len(es) > limit {
		return es[:limit], true, nil
	}
	return es, false, nil
}

const nextEvents = eventColumns + ` and w.state = 'announced' and w.ends_at > @now and (@challenge = 0::bigint or w.challenge_id = @challenge)
	order by w.starts_at, w.id limit @limit`

// Next are the events that are on or come next, at most limit, of a challenge or (0) of all, as everybody sees them.
func (s *Service) Next(ctx context.Context, challenge int64, limit int) ([]Event, error) {
	args := eventArgs(account.Visitor())
	args["now"], args["challenge"], args["limit"] = s.now(), challenge, limit
	es, err := pg.All[Event](ctx, s.store, nextEvents, args)
	if err != nil {
		return nil, fmt.Errorf("list next workshops: %w", err)
	}
	return es, nil
}

const setOutcome = `update workshops set outcome_thread_id = nullif(@thread, 0::bigint), updated_at = now() where id = @id`

// SetOutcome says which thread came of an event (0: none), as part of the transaction that starts it.
func (s *Service) SetOutcome(ctx context.Context, tx *pg.Tx, id ID, thread int64) error {
	tag, err := tx.Exec(ctx, setOutcome, pgx.StrictNamedArgs{"id": id, "thread": thread})
	if err != nil {
		return fmt.Errorf("set outcome of workshop %d: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return errNotFound
	}
	touch(tx, id)
	return nil
}
