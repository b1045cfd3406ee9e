package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/pg"
	"senet/internal/translation/segment"
)

// Percents from which on a match is good enough.
const (
	Threshold = 85 // to be shown to readers, as what it is
	Helpful   = 60 // to be suggested to a translator
)

// candidates is how many of the units that look most alike are compared with a segment.
const candidates = 30

// Match is a unit that is like a segment.
type Match struct {
	Unit           UnitID
	Source, Target string
	Score          int // percent; 100: the same but for spelling, as segment.Key says
}

// Find gives for each segment the best match to be shown, nil where there is none: the newest unit that says the same,
// else the most alike one from Threshold on that has the same numbers. It asks two queries at most.
func (s *Service) Find(ctx context.Context, db pg.DB, source, target string, segments []string) ([]*Match, error) {
	found := make([]*Match, len(segments))
	asked := ask(source, segments)
	if err := asked.exact(ctx, db, source, target, 1); err != nil {
		return nil, err
	}
	err := asked.alike(ctx, db, source, target, Threshold, func(q *question) bool { return len(q.matches) == 0 })
	if err != nil {
		return nil, err
	}
	for i, q := range asked.bySegment {
		if q == nil {
			continue
		}
		for _, m := range q.matches {
			if m.Score == 100 || slices.Equal(segment.Numbers(m.Source), segment.Numbers(q.text.text)) {
				found[i] = &m
				break
			}
		}
	}
	return found, nil
}

// Exact gives for each segment the newest unit that says the same, nil where there is none. It asks one query.
func (s *Service) Exact(ctx context.Context, db pg.DB, source, target string, segments []string) ([]*Match, error) {
	found := make([]*Match, len(segments))
	asked := ask(source, segments)
	if err := asked.exact(ctx, db, source, target, 1); err != nil {
		return nil, err
	}
	for i, q := range asked.bySegment {
		if q != nil && len(q.matches) > 0 {
			found[i] = &q.matches[0]
		}
	}
	return found, nil
}

// Suggest gives a translator up to n matches of each segment from Helpful on, the best and then the newest first, each
// pair of texts once. Their numbers may differ. It asks two queries at most.
func (s *Service) Suggest(ctx context.Context, source, target string, segments []string, n int) ([][]Match, error) {
	found := make([][]Match, len(segments))
	n = min(n, candidates)
	if n <= 0 {
		return found, nil
	}
	asked := ask(source, segments)
	if err := asked.exact(ctx, s.store, source, target, n); err != nil {
		return nil, err
	}
	if err := asked.alike(ctx, s.store, source, target, Helpful, func(*question) bool { return true }); err != nil {
		return nil, err
	}
	for i, q := range asked.bySegment {
		if q != nil {
			found[i] = slices.Clone(q.matches[:min(n, len(q.matches))])
		}
	}
	return found, nil
}

// question is a segment to be looked up.
type question struct {
	text    text
	matches []Match
}

// questions are segments, those with the same key asked once.
type questions struct {
	bySegment []*question // nil: nothing to look up
	all       []*question
}

func ask(lang string, segments []string) questions {
	qs := questions{bySegment: make([]*question, len(segments))}
	known := map[string]*question{}
	for i, s := range segments {
		t, ok := prepare(lang, s)
		if !ok {
			continue
		}
		q := known[t.key]
		if q == nil {
			q = &question{text: t}
			known[t.key] = q
			qs.all = append(qs.all, q)
		}
		qs.bySegment[i] = q
	}
	return qs
}

// answer is a unit for the question with that number, from 1.
type answer struct {
	N              int
	Unit           UnitID
	Source, Target string
}

const findExact = `
select q.n::int as n, m.* from unnest(@keys::bytea[]) with ordinality as q(key_hash, n)
cross join lateral (
	select t.unit_id as unit, t.text as source, o.text as target
	from memory_texts t join memory_units u on u.id = t.unit_id join memory_texts o on o.unit_id = t.unit_id and o.lang = @target
	where t.lang = @source and t.key_hash = q.key_hash and u.withdrawn_at is null
	order by t.unit_id desc limit @limit
) m
order by q.n, m.unit desc`

// exact adds to each question the newest units that say the same.
func (qs questions) exact(ctx context.Context, db pg.DB, source, target string, limit int) error {
	if len(qs.all) == 0 || source == target {
		return nil
	}
	keys := make([][]byte, len(qs.all))
	for i, q := range qs.all {
		keys[i] = keyHash(q.text.key)
	}
	found, err := pg.All[answer](ctx, db, findExact, pgx.StrictNamedArgs{"keys": keys, "source": source, "target": target, "limit": limit})
	if err != nil {
		return fmt.Errorf("look up %d segments: %w", len(keys), err)
	}
	for _, a := range found {
		qs.all[a.N-1].add(Match{a.Unit, a.Source, a.Target, 100})
	}
	return nil
}

// findAlike keeps to the index of signatures and looks up each unit by itself (the subqueries; "is true"), because the
// planner, which cannot know how few units share a band, would read half of the table for each segment.
const findAlike = `
select q.n, m.* from (select n, signature::int[] as signature from unnest(@ns::int[], @signatures::text[]) as s(n, signature) offset 0) q
cross join lateral (
	select t.unit_id as unit, t.text as source,
		(select o.text from memory_texts o where o.unit_id = t.unit_id and o.lang = @target) as target
	from memory_texts t
	where t.signature && q.signature and (t.lang = @source) is true
		and (select u.withdrawn_at is null from memory_units u where u.id = t.unit_id)
	order by (select count(*) from unnest(t.signature) b where b = any(q.signature)) desc, t.unit_id desc
	limit @limit
) m
where m.target is not null`

// alike adds to each question that wants them the units from that score on, and sorts.
func (qs questions) alike(ctx context.Context, db pg.DB, source, target string, score int, wants func(*question) bool) error {
	var ns []int
	var signatures []string
	for i, q := range qs.all {
		if !wants(q) {
			continue
		}
		if signature := q.text.signature(); len(signature) > 0 {
			ns = append(ns, i+1)
			signatures = append(signatures, array(signature))
		}
	}
	if len(ns) == 0 || source == target {
		return nil
	}
	found, err := pg.All[answer](ctx, db, findAlike, pgx.StrictNamedArgs{"ns": ns, "signatures": signatures,
		"source": source, "target": target, "limit": candidates})
	if err != nil {
		return fmt.Errorf("look for what is like %d segments: %w", len(ns), err)
	}
	for _, a := range found {
		q := qs.all[a.N-1]
		if m := (Match{a.Unit, a.Source, a.Target, q.score(a.Source)}); m.Score >= score {
			q.add(m)
		}
	}
	for _, q := range qs.all {
		slices.SortStableFunc(q.matches, func(a, b Match) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Unit, a.Unit))
		})
	}
	return nil
}

func (q *question) score(source string) int {
	return int(100 * segment.Similarity(q.text.text, source))
}

// add adds a match unless the same pair is there.
func (q *question) add(m Match) {
	for _, have := range q.matches {
		if have.Source == m.Source && have.Target == m.Target {
			return
		}
	}
	q.matches = append(q.matches, m)
}
