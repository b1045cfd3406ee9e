package moderation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// QueueFilter picks open cases. Zero values pick everything.
type QueueFilter struct {
	Kind      Cause
	Challenge int64
	Lang      string
	Mine      bool // those that the viewer has claimed

	free bool   // those that the viewer could decide
	but  CaseID // and not this one
}

// QueueCursor is the last case of a page; the zero cursor is before the first.
type QueueCursor struct {
	Urgency int
	ID      CaseID
}

// Waiting is a case in the queue with what must be seen of it there.
type Waiting struct {
	Case
	About About
	Gone  bool     // there is nothing left to decide about
	Rules []string // the keys of the rules that reports name, the most frequent first
}

// inMyChallenges picks the cases of challenges that the viewer moderates. Appeals go to moderators of the hub.
const inMyChallenges = `c.kind <> 'appeal' and c.challenge_id in (select challenge_id from challenge_moderators where member_id = @moderator)`

// The query names only the filters that are set: each has an index of its own, which a plan for all cases would not use.
// What comes after the cursor are the rest of its urgency and then the lower ones.
func (f QueueFilter) query(after QueueCursor, viewer account.Viewer) (string, pgx.StrictNamedArgs) {
	args := pgx.StrictNamedArgs{"limit": PageSize + 1}
	where := `where c.closed_at is null`
	for _, set := range []struct {
		on          bool
		where, name string
		value       any
	}{
		{after.ID != 0, `(-c.urgency, c.id) > (-@urgency::int, @after)`, "after", after.ID},
		{f.Kind != "", `c.kind = @kind`, "kind", f.Kind},
		{f.Challenge != 0, `c.challenge_id = @challenge`, "challenge", f.Challenge},
		{f.Lang != "", `c.lang = @lang`, "lang", f.Lang},
		{f.Mine, `c.claimed_by = @me and c.claimed_until > now()`, "me", viewer.ID},
		{f.free, `(c.claimed_by is null or c.claimed_by = @me or c.claimed_until <= now()) and c.author_id is distinct from @me`, "me", viewer.ID},
		{f.free, `c.id <> @but`, "but", f.but},
		{!viewer.Moderates(), inMyChallenges, "moderator", viewer.ID},
	} {
		if set.on {
			where += ` and ` + set.where
			args[set.name] = set.value
		}
	}
	if after.ID != 0 {
		args["urgency"] = after.Urgency
	}
	return caseColumns + where + ` order by -c.urgency, c.id limit @limit`, args
}

// Of a case with ten thousand reports the first hundred name its rules.
const rulesOfCases = `
	select w.id, r.key from unnest(@ids::bigint[]) as w (id), lateral (
		select ru.key, count(*) as n from (select rule_id from reports where case_id = w.id limit 100) re
		join rules ru on ru.id = re.rule_id group by ru.key order by n desc, ru.key limit 3) r`

// Queue is what waits for a moderator, the most urgent first and of those the oldest, at most PageSize, and the cursor of
// the page after it; the zero cursor when it is the last. For moderators.
func (s *Service) Queue(ctx context.Context, viewer account.Viewer, f QueueFilter, after QueueCursor) ([]Waiting, QueueCursor, error) {
	if err := permitDesk(viewer); err != nil {
		return nil, QueueCursor{}, err
	}
	query, args := f.query(after, viewer)
	cases, err := pg.All[Case](ctx, s.store, query, args)
	if err != nil {
		return nil, QueueCursor{}, fmt.Errorf("read the queue: %w", err)
	}
	var next QueueCursor
	if len(cases) > PageSize {
		cases = cases[:PageSize]
		last := cases[PageSize-1]
		next = QueueCursor{last.Urgency, last.ID}
	}
	ids, subjects := make([]CaseID, len(cases)), make([]Subject, len(cases))
	for i, c := range cases {
		ids[i], subjects[i] = c.ID, c.Subject()
	}
	found, err := s.abouts(ctx, subjects...)
	if err != nil {
		return nil, QueueCursor{}, err
	}
	rows, err := s.store.Query(ctx, rulesOfCases, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, QueueCursor{}, fmt.Errorf("read rules of the queue: %w", err)
	}
	rules := map[CaseID][]string{}
	var id CaseID
	var key string
	_, err = pgx.ForEachRow(rows, []any{&id, &key}, func() error {
		rules[id] = append(rules[id], key)
		return nil
	})
	if err != nil {
		return nil, QueueCursor{}, fmt.Errorf("read rules of the queue: %w", err)
	}
	ws := make([]Waiting, len(cases))
	for i, c := range cases {
		about, there := found[c.Subject()]
		ws[i] = Waiting{Case: c, About: about, Gone: !there, Rules: rules[c.ID]}
	}
	return ws, next, nil
}

// ReportOf is a report of a case, as moderators read it.
type ReportOf struct {
	ID           ReportID
	ReporterID   account.MemberID // 0: a filter of the hub
	ReporterName string
	Rule         string
	Text         string
	Lang         string
	At           time.Time
}

const reportsOfCase = `
	select r.id, coalesce(r.reporter_id, 0) as reporter_id, coalesce(m.name, '') as reporter_name, ru.key as rule, r.text, r.lang, r.at
	from reports r join rules ru on ru.id = r.rule_id left join members m on m.id = r.reporter_id
	where r.case_id = @case and (@before::bigint = 0 or r.id < @before) order by r.id desc limit @limit`

// Reports are the reports of a case below before (0: the newest), at most PageSize, and the cursor of those after them.
// For moderators.
func (s *Service) Reports(ctx context.Context, viewer account.Viewer, of CaseID, before ReportID) ([]ReportOf, ReportID, error) {
	if _, err := s.FindCase(ctx, viewer, of); err != nil {
		return nil, 0, err
	}
	rs, err := pg.All[ReportOf](ctx, s.store, reportsOfCase, pgx.StrictNamedArgs{"case": of, "before": before, "limit": PageSize + 1})
	if err != nil {
		return nil, 0, fmt.Errorf("read reports of case %d: %w", of, err)
	}
	var next ReportID
	if len(rs) > PageSize {
		rs = rs[:PageSize]
		next = rs[PageSize-1].ID
	}
	return rs, next, nil
}
