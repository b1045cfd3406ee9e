package forum

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

// Challenge is a health challenge: what a part of the hub is about, curated in both languages.
type Challenge struct {
	ID         ChallengeID
	Slug       string
	TitleEn    string
	TitleZh    string
	SummaryEn  string
	SummaryZh  string
	Position   int
	ArchivedAt *time.Time
	KeepInside bool // no text of it goes to an engine outside the house
	Slow       int  // of a new thread: see Thread
	RoomID     int64
	RoomInside bool // nor what is said in its room, whatever KeepInside says
	Threads    int  // that anyone may see
	NewThreads int  // of the last seven days
	Europe     int  // people who wrote here, by side
	China      int
	Elsewhere  int
}

// Title is the curated title.
func (c Challenge) Title() i18n.Text { return i18n.Text{En: c.TitleEn, Zh: c.TitleZh} }

// Summary is the curated summary.
func (c Challenge) Summary() i18n.Text { return i18n.Text{En: c.SummaryEn, Zh: c.SummaryZh} }

// challengeColumns are those that change with an administrator only.
const challengeColumns = `c.id, c.slug, c.title_en, c.title_zh, c.summary_en, c.summary_zh, c.position, c.archived_at,
	c.keep_inside, c.slow_seconds as slow, coalesce((select id from rooms where challenge_id = c.id), 0) as room_id,
	coalesce((select keep_inside from rooms where challenge_id = c.id), false) as room_inside`

const listChallenges = `
select ` + challengeColumns + `, coalesce(t.threads, 0)::int as threads, coalesce(t.fresh, 0)::int as new_threads,
	0 as europe, 0 as china, 0 as elsewhere
from challenges c left join (
	select challenge_id, count(*) as threads, count(*) filter (where created_at > now() - interval '7 days') as fresh
	from threads where hidden_at is null group by challenge_id
) t on t.challenge_id = c.id
where c.archived_at is null or @all
order by c.archived_at is not null, c.position, c.id`

// Challenges lists them in their order, with what is going on in each. Archived ones come last, and only for
// administrators.
func (s *Service) Challenges(ctx context.Context, viewer account.Viewer) ([]Challenge, error) {
	cs, err := pg.All[Challenge](ctx, s.store, listChallenges, pgx.StrictNamedArgs{"all": viewer.Administers()})
	if err != nil {
		return nil, fmt.Errorf("list challenges: %w", err)
	}
	people, err := s.people.of(ctx, s.store)
	if err != nil {
		return nil, err
	}
	for i := range cs {
		p := people[cs[i].ID]
		cs[i].Europe, cs[i].China, cs[i].Elsewhere = p.Europe, p.China, p.Elsewhere
	}
	return cs, nil
}

const nameChallenges = `
select ` + challengeColumns + `, 0 as threads, 0 as new_threads, 0 as europe, 0 as china, 0 as elsewhere
from challenges c order by c.archived_at is not null, c.position, c.id`

// Named are all challenges without what goes on in them, those that are archived last.
func (s *Service) Named(ctx context.Context) ([]Challenge, error) {
	cs, err := pg.All[Challenge](ctx, s.store, nameChallenges)
	if err != nil {
		return nil, fmt.Errorf("list challenges: %w", err)
	}
	return cs, nil
}

const findChallenge = `
select ` + challengeColumns + `,
	(select count(*) from threads where challenge_id = c.id and hidden_at is null)::int as threads,
	0 as new_threads, 0 as europe, 0 as china, 0 as elsewhere
from challenges c where c.slug = @slug`

// FindChallenge finds one by its slug. An archived one is still read; nothing new is written in it.
func (s *Service) FindChallenge(ctx context.Context, slug string) (Challenge, error) {
	if !slugShape.MatchString(slug) {
		return Challenge{}, errChallengeNotFound
	}
	c, err := pg.One[Challenge](ctx, s.store, findChallenge, pgx.StrictNamedArgs{"slug": slug})
	if err != nil {
		return c, fmt.Errorf("find challenge: %w", pg.OrNotFound(err, errChallengeNotFound))
	}
	return c, nil
}

// ChallengeForm is what an administrator writes. ID 0 is a new one.
type ChallengeForm struct {
	ID         ChallengeID
	Slug       string
	Title      i18n.Text
	Summary    i18n.Text
	KeepInside *bool // no text of it goes to an engine outside the house; nil: as it is
	Slow       *int  // seconds between two replies of a member in its new threads, one of SlowSteps; nil: as it is
}

var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const (
	insertChallenge = `
insert into challenges (slug, title_en, title_zh, summary_en, summary_zh, keep_inside, slow_seconds, position)
values (@slug, @title_en, @title_zh, @summary_en, @summary_zh, coalesce(@keep_inside::boolean, false), coalesce(@slow::int, 0), (select coalesce(max(position), 0) + 1 from challenges))
returning id`
	updateChallenge = `
update challenges set slug = @slug, title_en = @title_en, title_zh = @title_zh, summary_en = @summary_en, summary_zh = @summary_zh,
	keep_inside = coalesce(@keep_inside::boolean, keep_inside), slow_seconds = coalesce(@slow::int, slow_seconds)
where id = @id returning id`
)

// SaveChallenge creates or changes a challenge; for administrators. A title in at least one language is needed; the
// other may come later. A new challenge gets its standing room.
func (s *Service) SaveChallenge(ctx context.Context, tx *pg.Tx, viewer account.Viewer, form ChallengeForm) (ChallengeID, error) {
	if !viewer.Administers() {
		return 0, errForbidden
	}
	if err := form.check(); err != nil {
		return 0, err
	}
	args := pgx.StrictNamedArgs{"slug": form.Slug, "title_en": form.Title.En, "title_zh": form.Title.Zh,
		"summary_en": form.Summary.En, "summary_zh": form.Summary.Zh, "keep_inside": form.KeepInside, "slow": form.Slow}
	query := insertChallenge
	if form.ID != 0 {
		query = updateChallenge
		args["id"] = form.ID
	}
	var id ChallengeID
	err := tx.QueryRow(ctx, query, args).Scan(&id)
	if pg.Constraint(err) == "challenges_slug_taken" {
		var fields fault.Fields
		fields.Add("slug", "forum.challenge.slug_taken", nil)
		return 0, fields.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("save challenge: %w", pg.OrNotFound(err, errChallengeNotFound))
	}
	if form.ID == 0 {
		if err := s.Rooms(ctx, tx, int64(id)); err != nil {
			return 0, fmt.Errorf("open room of challenge: %w", err)
		}
	}
	tx.Touch("challenges")
	return id, nil
}

func (f *ChallengeForm) check() error {
	var fields fault.Fields
	for _, line := range []*string{&f.Slug, &f.Title.En, &f.Title.Zh, &f.Summary.En, &f.Summary.Zh} {
		clean, ok := markup.CleanLine(*line)
		if !ok {
			return fault.New(fault.Malformed, "error.utf8")
		}
		*line = clean
	}
	if len(f.Slug) > 60 || !slugShape.MatchString(f.Slug) {
		fields.Add("slug", "forum.challenge.slug_shape", nil)
	}
	if f.Title.En == "" && f.Title.Zh == "" {
		fields.Add("title_en", "forum.challenge.title_missing", nil)
	}
	for name, text := range map[string]string{"title_en": f.Title.En, "title_zh": f.Title.Zh} {
		if markup.Weight(text) > MaxTitle {
			fields.Add(name, "forum.title.long", fault.Args{"Max": MaxTitle})
		}
	}
	for name, text := range map[string]string{"summary_en": f.Summary.En, "summary_zh": f.Summary.Zh} {
		if markup.Weight(text) > maxSummary {
			fields.Add(name, "forum.challenge.summary_long", fault.Args{"Max": maxSummary})
		}
	}
	if f.Slow != nil && !slices.Contains(SlowSteps, *f.Slow) {
		fields.Add("slow", errSlowStep.Key, nil)
	}
	return fields.Err()
}

const maxSummary = 1200

const orderChallenges = `
update challenges c set position = o.position from unnest(@ids::bigint[]) with ordinality as o(id, position) where c.id = o.id`

// OrderChallenges puts them in that order; those not named keep their position. For administrators.
func (s *Service) OrderChallenges(ctx context.Context, tx *pg.Tx, viewer account.Viewer, ids []ChallengeID) error {
	if !viewer.Administers() {
		return errForbidden
	}
	if _, err := tx.Exec(ctx, orderChallenges, pgx.StrictNamedArgs{"ids": ids}); err != nil {
		return fmt.Errorf("order challenges: %w", err)
	}
	tx.Touch("challenges")
	return nil
}

const archiveChallenge = `
update challenges set archived_at = case when @archived then now() end
where id = @id and (archived_at is null) = @archived returning id`

// SetArchived archives a challenge (its threads stay readable) or takes it back. For administrators.
func (s *Service) SetArchived(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id ChallengeID, archived bool) error {
	if !viewer.Administers() {
		return errForbidden
	}
	var got ChallengeID
	err := tx.QueryRow(ctx, archiveChallenge, pgx.StrictNamedArgs{"id": id, "archived": archived}).Scan(&got)
	if err != nil {
		return fmt.Errorf("archive challenge: %w", pg.OrNotFound(err, errAlready))
	}
	tx.Touch("challenges")
	return nil
}
