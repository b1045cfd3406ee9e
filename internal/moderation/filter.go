package moderation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/moderation/screen"
	"senet/internal/pg"
)

// FilterID names a filter.
type FilterID int64

// Filtering is a word or a host that texts are held, refused or noted for.
type Filtering struct {
	ID      FilterID
	Kind    string // "word" or "host"
	Pattern string
	Action  string // "note": only counted; "hold"; "refuse"
	Paused  bool
	Hits    int64
	LastHit *time.Time
	By      string
}

// MaxFilters is how many there may be.
const MaxFilters = 2000

const filtersSubject = "filters"

const listFilters = `
	select f.id, f.kind, f.pattern, f.action, f.paused, f.hits, f.last_hit, coalesce(m.name, '') as by
	from filters f left join members m on m.id = f.created_by order by f.id desc`

// Filters are all filters, the newest first. For administrators.
func (s *Service) Filters(ctx context.Context, viewer account.Viewer) ([]Filtering, error) {
	if err := permit(viewer, EditFilter); err != nil {
		return nil, err
	}
	return s.allFilters(ctx, s.store)
}

func (s *Service) allFilters(ctx context.Context, db pg.DB) ([]Filtering, error) {
	fs, err := pg.All[Filtering](ctx, db, listFilters)
	if err != nil {
		return nil, fmt.Errorf("list filters: %w", err)
	}
	return fs, nil
}

// found is what filters found in a text.
type found struct {
	refuse bool
	hold   string // the patterns that hold it
	ids    []FilterID
}

const countHits = `update filters set hits = hits + 1, last_hit = now() where id = any($1)`

// match looks for what filters are for, and counts the hits. Once a change of the list is known it is read again.
func (s *Service) match(ctx context.Context, tx *pg.Tx, text string) (found, error) {
	words, hosts, err := s.filtersNow(ctx, tx)
	if err != nil {
		return found{}, err
	}
	f := matching(words, hosts, text, s.host)
	if len(f.ids) > 0 {
		if _, err := tx.Exec(ctx, countHits, f.ids); err != nil {
			return found{}, fmt.Errorf("count hits of filters: %w", err)
		}
	}
	return f, nil
}

func matching(words []wordFilter, hosts []Filtering, text, own string) (f found) {
	var held []string
	hit := func(by Filtering) {
		f.ids = append(f.ids, by.ID)
		switch by.Action {
		case "refuse":
			f.refuse = true
		case "hold":
			held = append(held, by.Pattern)
		}
	}
	if len(words) > 0 {
		folded := screen.Fold(text)
		for _, w := range words {
			if folded.Has(w.folded) {
				hit(w.Filtering)
			}
		}
	}
	if len(hosts) > 0 {
		linked := screen.Hosts(text, own)
		for _, h := range hosts {
			for _, host := range linked {
				if screen.Under(host, h.Pattern) {
					hit(h)
					break
				}
			}
		}
	}
	f.hold = strings.Join(held, ", ")
	return f
}

// filtersNow are those that are not paused.
func (s *Service) filtersNow(ctx context.Context, db pg.DB) ([]wordFilter, []Filtering, error) {
	c := &s.filters
	version := s.store.Changes.Version(filtersSubject)
	c.mu.Lock()
	if c.read && c.version == version {
		defer c.mu.Unlock()
		return c.words, c.hosts, nil
	}
	c.mu.Unlock()
	all, err := s.allFilters(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	var words []wordFilter
	var hosts []Filtering
	for _, f := range all {
		switch {
		case f.Paused:
		case f.Kind == "host":
			hosts = append(hosts, f)
		default:
			words = append(words, wordFilter{f, screen.Fold(f.Pattern)})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.words, c.hosts, c.version, c.read = words, hosts, version, true
	return words, hosts, nil
}

// Trial is what a filter would have found.
type Trial struct {
	Sample bool // in the text that was given
	Looked int  // posts and messages, the latest
	Found  []About
}

const latestTexts = `
	(select id, 'post' as kind, body, lang from posts where hidden_at is null order by id desc limit 500)
	union all (select id, 'message', body, lang from messages where hidden_at is null order by id desc limit 500)`

// Try tells what a filter would find, in a sample and in the latest thousand texts, before it is saved. For administrators.
func (s *Service) Try(ctx context.Context, viewer account.Viewer, f Filtering, sample string) (Trial, error) {
	if err := permit(viewer, EditFilter); err != nil {
		return Trial{}, err
	}
	if err := f.check(); err != nil {
		return Trial{}, err
	}
	var words []wordFilter
	var hosts []Filtering
	if f.Kind == "host" {
		hosts = []Filtering{f}
	} else {
		words = []wordFilter{{f, screen.Fold(f.Pattern)}}
	}
	rows, err := pg.All[struct {
		ID               int64
		Kind, Body, Lang string
	}](ctx, s.store, latestTexts)
	if err != nil {
		return Trial{}, fmt.Errorf("read the latest texts: %w", err)
	}
	t := Trial{Looked: len(rows), Sample: len(matching(words, hosts, sample, s.host).ids) > 0}
	for _, row := range rows {
		if len(matching(words, hosts, row.Body, s.host).ids) > 0 {
			t.Found = append(t.Found, About{ID: row.ID, Text: markup.Excerpt(row.Body, 120), Lang: row.Lang})
		}
	}
	return t, nil
}

func (f *Filtering) check() error {
	var wrong fault.Fields
	pattern, ok := markup.CleanLine(f.Pattern)
	if !ok {
		return fault.New(fault.Malformed, "error.utf8")
	}
	f.Pattern = pattern
	switch {
	case f.Kind != "word" && f.Kind != "host":
		wrong.Add("kind", "screening.kind", nil)
	case f.Kind == "host" && (strings.ContainsAny(pattern, "/ @:") || !strings.Contains(pattern, ".")):
		wrong.Add("pattern", "screening.host", nil)
	case screen.Fold(pattern).Empty() || markup.Weight(pattern) < 2:
		wrong.Add("pattern", "screening.short", nil)
	case markup.Weight(pattern) > 200:
		wrong.Add("pattern", "screening.long", nil)
	}
	if f.Action != "note" && f.Action != "hold" && f.Action != "refuse" {
		wrong.Add("action", "screening.action", nil)
	}
	return wrong.Err()
}

// AddFilter adds one. For administrators; it is a decision.
func (s *Service) AddFilter(ctx context.Context, viewer account.Viewer, f Filtering) (Entry, error) {
	if err := f.check(); err != nil {
		return Entry{}, err
	}
	d := decision{action: EditFilter, subject: Subject{Kind: FilterKind}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var n int
		var id int64
		if err := tx.QueryRow(ctx, `select count(*) from filters`).Scan(&n); err != nil {
			return outcome{}, fmt.Errorf("count filters: %w", err)
		}
		if n >= MaxFilters {
			return outcome{}, fault.New(fault.Conflict, "screening.full")
		}
		err := tx.QueryRow(ctx, `insert into filters (kind, pattern, action, created_by) values (@kind, @pattern, @action, @by)
			on conflict on constraint filters_once do nothing returning id`,
			pgx.StrictNamedArgs{"kind": f.Kind, "pattern": f.Pattern, "action": f.Action, "by": viewer.ID}).Scan(&id)
		if err != nil {
			return outcome{}, pg.OrNotFound(err, fault.New(fault.Conflict, "screening.there"))
		}
		tx.Touch(filtersSubject)
		return outcome{id: id, data: Data{Title: f.Pattern, Now: f.Action}}, nil
	}
	return s.decide(ctx, viewer, d)
}

// SetFilter pauses a filter, lets it work again, or removes it. For administrators; it is a decision.
func (s *Service) SetFilter(ctx context.Context, viewer account.Viewer, id FilterID, to string) (Entry, error) {
	query := map[string]string{
		"pause":  `update filters set paused = true where id = @id and not paused returning pattern, action`,
		"resume": `update filters set paused = false where id = @id and paused returning pattern, action`,
		"remove": `delete from filters where id = @id returning pattern, action`,
	}[to]
	if query == "" {
		return Entry{}, fault.New(fault.NotFound, "error.not_found")
	}
	d := decision{action: EditFilter, subject: Subject{Kind: FilterKind, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		data := Data{Now: to}
		if err := tx.QueryRow(ctx, query, pgx.StrictNamedArgs{"id": id}).Scan(&data.Title, &data.Was); err != nil {
			return outcome{}, fmt.Errorf("change filter %d: %w", id, pg.OrNotFound(err, errAlreadySo))
		}
		tx.Touch(filtersSubject)
		return outcome{data: data}, nil
	}
	return s.decide(ctx, viewer, d)
}

// SetPolicy replaces the policy; raid nil: off. For administrators; it is a decision.
func (s *Service) SetPolicy(ctx context.Context, viewer account.Viewer, p Policy) (Entry, error) {
	var wrong fault.Fields
	if p.HoldFirst != "none" && p.HoldFirst != "review" && p.HoldFirst != "hold" {
		wrong.Add("hold_first", "screening.action", nil)
	}
	if p.NewLinks < 0 || p.NewLinks > 100 {
		wrong.Add("new_links", "screening.links", nil)
	}
	if p.JoinSeconds < 0 || p.JoinSeconds > 60 {
		wrong.Add("join_seconds", "screening.seconds", nil)
	}
	for _, c := range []struct {
		field string
		value int
		most  int
	}{{"new_posts", p.New.Posts, MaxPosts}, {"regular_posts", p.Regular.Posts, MaxPosts}, {"new_linked", p.New.Linked, MaxLinked},
		{"regular_linked", p.Regular.Linked, MaxLinked}} {
		if c.value < 0 || c.value > c.most {
			wrong.Add(c.field, "screening.up_to", fault.Args{"Max": c.most})
		}
	}
	if err := wrong.Err(); err != nil {
		return Entry{}, err
	}
	d := decision{action: EditPolicy, subject: Subject{Kind: PolicyKind}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		_, err := tx.Exec(ctx, `update moderation_policy set hold_first = @first, new_links = @links, hold_same = @same, raid_until = @raid,
				join_seconds = @seconds, new_posts = @new_posts, new_linked = @new_linked, regular_posts = @regular_posts, regular_linked = @regular_linked`,
			pgx.StrictNamedArgs{"first": p.HoldFirst, "links": p.NewLinks, "same": p.HoldSame, "raid": p.RaidUntil, "seconds": p.JoinSeconds,
				"new_posts": p.New.Posts, "new_linked": p.New.Linked, "regular_posts": p.Regular.Posts, "regular_linked": p.Regular.Linked})
		if err != nil {
			return outcome{}, fmt.Errorf("set the policy: %w", err)
		}
		return outcome{data: Data{Now: p.HoldFirst, Until: p.RaidUntil}}, nil
	}
	return s.decide(ctx, viewer, d)
}
