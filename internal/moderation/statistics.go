package moderation

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// Numbers are what moderation did in a time.
type Numbers struct {
	From, To   time.Time
	Times      Times
	Causes     []Count // cases that were opened, by cause
	Languages  []Count // … by the language of what they are about
	Rules      []Count // reports, by the key of the rule
	Decisions  []Count // by action, those that were undone too
	Upheld     int     // appeals after which the decision stays
	Overturned int     // … was taken back
	Waiting    int     // appeals of this time that wait
	Weeks      []Week
}

// Times are how long cases of the time took; nil where there were none.
type Times struct {
	LookMedian, LookNinety     *float64 // seconds from opening to the first look of a moderator: half of them, nine in ten
	DecideMedian, DecideNinety *float64 // … to the decision
	Opened, Closed             int
}

// Count is how many of a kind.
type Count struct {
	Name string
	N    int
}

// Week is how many cases were opened, and how many of those are decided.
type Week struct {
	Start          time.Time
	Opened, Closed int
}

const (
	timesOf = `
		select percentile_cont(0.5) within group (order by extract(epoch from seen_at - opened_at)) filter (where seen_at is not null) as look_median,
			percentile_cont(0.9) within group (order by extract(epoch from seen_at - opened_at)) filter (where seen_at is not null) as look_ninety,
			percentile_cont(0.5) within group (order by extract(epoch from closed_at - opened_at)) filter (where closed_at is not null) as decide_median,
			percentile_cont(0.9) within group (order by extract(epoch from closed_at - opened_at)) filter (where closed_at is not null) as decide_ninety,
			count(*) as opened, count(closed_at) as closed
		from cases where opened_at >= @from and opened_at < @to`
	causesOf    = `select kind as name, count(*) as n from cases where opened_at >= @from and opened_at < @to group by kind order by n desc, name`
	languagesOf = `select lang as name, count(*) as n from cases where opened_at >= @from and opened_at < @to group by lang order by n desc, name`
	rulesOf     = `
		select ru.key as name, count(*) as n from reports r join rules ru on ru.id = r.rule_id
		where r.at >= @from and r.at < @to and r.reporter_id is not null group by ru.key order by n desc, name`
	decisionsOf = `
		select action as name, count(*) as n from moderation_log
		where at >= @from and at < @to and action = any(@actions) group by action order by n desc, name`
	appealsOf = `
		select count(*) filter (where l.action = 'uphold') as upheld, count(*) filter (where l.action <> 'uphold') as overturned,
			count(*) filter (where c.closed_at is null) as waiting
		from cases c left join moderation_log l on l.id = c.log_id where c.kind = 'appeal' and c.opened_at >= @from and c.opened_at < @to`
	weeksOf = `
		select date_trunc('week', opened_at at time zone 'utc') at time zone 'utc' as start, count(*) as opened, count(closed_at) as closed
		from cases where opened_at >= @from and opened_at < @to group by 1 order by 1`
)

// counted are the decisions that statistics tell of: those about what people did.
var counted = []Action{Hide, Unhide, EditOut, Erase, Reject, Approve, Dismiss, Lock, Mute, Eject, Warn, Silence, Suspend, Uphold}

// Statistics are the numbers of a time. For moderators.
func (s *Service) Statistics(ctx context.Context, viewer account.Viewer, from, to time.Time) (Numbers, error) {
	if err := permitHub(viewer); err != nil {
		return Numbers{}, err
	}
	return s.numbers(ctx, from, to)
}

func (s *Service) numbers(ctx context.Context, from, to time.Time) (n Numbers, err error) {
	n.From, n.To = from, to
	args := pgx.StrictNamedArgs{"from": from, "to": to}
	if n.Times, err = pg.One[Times](ctx, s.store, timesOf, args); err != nil {
		return n, fmt.Errorf("count times: %w", err)
	}
	for _, list := range []struct {
		to   *[]Count
		sql  string
		args pgx.StrictNamedArgs
	}{
		{&n.Causes, causesOf, args}, {&n.Languages, languagesOf, args}, {&n.Rules, rulesOf, args},
		{&n.Decisions, decisionsOf, pgx.StrictNamedArgs{"from": from, "to": to, "actions": counted}},
	} {
		if *list.to, err = pg.All[Count](ctx, s.store, list.sql, list.args); err != nil {
			return n, fmt.Errorf("count: %w", err)
		}
	}
	if err := s.store.QueryRow(ctx, appealsOf, args).Scan(&n.Upheld, &n.Overturned, &n.Waiting); err != nil {
		return n, fmt.Errorf("count appeals: %w", err)
	}
	if n.Weeks, err = pg.All[Week](ctx, s.store, weeksOf, args); err != nil {
		return n, fmt.Errorf("count weeks: %w", err)
	}
	return n, nil
}

// HalfYear is one of a year.
type HalfYear struct{ Year, Half int }

// Bounds are its beginning and the end, in UTC.
func (h HalfYear) Bounds() (from, to time.Time) {
	from = time.Date(h.Year, time.Month(1+6*(h.Half-1)), 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(0, 6, 0)
}

// String is its name in addresses: "2026-H2".
func (h HalfYear) String() string { return fmt.Sprintf("%d-H%d", h.Year, h.Half) }

// HalfYearOf is the one that a moment is in.
func HalfYearOf(t time.Time) HalfYear {
	t = t.UTC()
	return HalfYear{t.Year(), 1 + (int(t.Month())-1)/6}
}

const firstDecision = `select coalesce(min(at), now()) from moderation_log`

// HalfYears are those that there is something to report of, the newest first.
func (s *Service) HalfYears(ctx context.Context) ([]HalfYear, error) {
	var first time.Time
	if err := s.store.QueryRow(ctx, firstDecision).Scan(&first); err != nil {
		return nil, fmt.Errorf("find the first decision: %w", err)
	}
	var hs []HalfYear
	for h := HalfYearOf(time.Now()); ; {
		hs = append(hs, h)
		if from, _ := h.Bounds(); !first.Before(from) || len(hs) == 40 {
			return hs, nil
		}
		if h.Half--; h.Half == 0 {
			h = HalfYear{h.Year - 1, 2}
		}
	}
}

// reportAge is how old what everybody may read of a half-year can be.
const reportAge = time.Hour

// reports keeps what was counted for everybody: millions of rows are not counted again for each reader.
type transparency struct {
	mu   sync.Mutex
	kept map[HalfYear]keptNumbers
}

type keptNumbers struct {
	numbers Numbers
	at      time.Time
}

// Transparency are the numbers of a half-year for everybody, at most an hour old. Of a half-year that has not begun there are
// none.
func (s *Service) Transparency(ctx context.Context, h HalfYear) (Numbers, error) {
	s.transparency.mu.Lock()
	defer s.transparency.mu.Unlock()
	if k, ok := s.transparency.kept[h]; ok && time.Since(k.at) < reportAge {
		return k.numbers, nil
	}
	from, to := h.Bounds()
	n, err := s.numbers(ctx, from, to)
	if err != nil {
		return n, err
	}
	if s.transparency.kept == nil || len(s.transparency.kept) > 100 {
		s.transparency.kept = map[HalfYear]keptNumbers{}
	}
	s.transparency.kept[h] = keptNumbers{n, time.Now()}
	return n, nil
}
