package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

const (
	// MaxCompletions is how many members Complete finds at most.
	MaxCompletions = 10
	// MaxNear is how many members Complete may be told to put first; of more it takes the first.
	MaxNear = 200
)

// Named is a member as one of several whom somebody may mean.
type Named struct {
	ID          MemberID
	Name        string
	Handle      string
	Region      Region
	Affiliation string
}

// Of every form of what was typed the first keys of the index are read, and those of the members who are near, nothing
// else. A range of keys begins with its exact ones and goes on by the name as it is said from there on, which is the
// order of the answer: so the first keys have all that belong in it, since nobody has more than maxKeys. Of members
// who are said alike, only those of one page count for the order of their names as written.
const complete = `
	with typed as (
		select n, first, past from unnest(@first::text[], @past::text[]) with ordinality as t (first, past, n)
	), found as (
		select k.member_id, k.key, t.n, k.key = t.first as exact
		from typed t cross join lateral (
			select member_id, key from member_keys
			where key ~>=~ t.first and key ~<~ t.past
			order by key using ~<~, member_id limit @rows) k
		union all
		select k.member_id, k.key, t.n, k.key = t.first
		from unnest(@near::bigint[]) as near (id) join member_keys k on k.member_id = near.id
		join typed t on k.key ~>=~ t.first and k.key ~<~ t.past
	), best as (
		select distinct on (member_id) member_id, key, n, exact from found
		order by member_id, exact desc, n, key using ~<~
	), top as (
		select member_id, key, n, exact, member_id = any(@near) as near from best
		order by near desc, exact desc, n, key using ~<~, member_id limit @page
	)
	select m.id, m.name, m.handle, m.region, m.affiliation
	from top join members m on m.id = top.member_id
	order by top.near desc, top.exact desc, top.n, top.key using ~<~, m.name collate "C", m.id
	limit @limit`

// pageOfNamesakes is among how many members who are said alike the order of their names holds.
const pageOfNamesakes = 200

// Complete finds whom somebody may mean who has typed the beginning of a name or handle, as nameKeys reads it: at most n,
// never more than MaxCompletions. First come those of near, then those whom query names whole, then the others by name
// as it is said. Members only, visitors are Unauthorised; a query without a letter or digit, or longer than any key, finds nobody.
func (s *Service) Complete(ctx context.Context, viewer Viewer, query string, near []MemberID, n int) ([]Named, error) {
	if !viewer.SignedIn() {
		return nil, fault.New(fault.Unauthorised, "error.sign_in")
	}
	first := typedForms(cleanShort(query))
	if len(first) == 0 {
		return nil, nil
	}
	n = min(max(n, 1), MaxCompletions)
	found, err := pg.All[Named](ctx, s.store, complete, pgx.StrictNamedArgs{"first": first, "past": past(first),
		"near": near[:min(len(near), MaxNear)], "rows": 2 * n * maxKeys, "page": pageOfNamesakes, "limit": n})
	if err != nil {
		return nil, fmt.Errorf("complete a name: %w", err)
	}
	return found, nil
}

// past are the ends of the ranges that begin with firsts: no key holds the last character of Unicode.
func past(firsts []string) []string {
	ends := make([]string, len(firsts))
	for i, first := range firsts {
		ends[i] = first + "\U0010FFFF"
	}
	return ends
}
