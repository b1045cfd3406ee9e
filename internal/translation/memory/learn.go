package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
	"senet/internal/translation/segment"
)

// Origin is the text whose reviewed translation taught something: {"post", 99}.
type Origin struct {
	Kind string
	ID   int64
}

// Learn adds the pairs of a reviewed translation, in its transaction. Learning again replaces what the same origin
// taught before; if that was withdrawn, so is this. Pairs of which one side says nothing or is too long are left out.
func (s *Service) Learn(ctx context.Context, tx *pg.Tx, from Origin, by account.MemberID, source, target string, pairs []segment.Pair) error {
	withdrawn, err := s.forget(ctx, tx, from)
	if err != nil {
		return err
	}
	l := lesson{}
	for _, p := range pairs {
		l.add(source, target, p)
	}
	if len(l.hashes) == 0 {
		return nil
	}
	args := l.args(source, target)
	args["kind"], args["id"], args["by"], args["withdrawn"] = from.Kind, from.ID, member(by), withdrawn
	if _, err := tx.Exec(ctx, insertPairs, args); err != nil {
		return fmt.Errorf("learn %d pairs of %s %d: %w", len(l.hashes), from.Kind, from.ID, err)
	}
	tx.Touch(subject)
	return nil
}

// member is null for the operator.
func member(by account.MemberID) *account.MemberID {
	if by == 0 {
		return nil
	}
	return &by
}

const insertPairs = `
with given as (
	select * from unnest(@hashes::bytea[], @sources::text[], @source_keys::bytea[], @source_signatures::text[],
		@targets::text[], @target_keys::bytea[], @target_signatures::text[])
		with ordinality as g(hash, source, source_key, source_signature, target, target_key, target_signature, n)
), added as (
	insert into memory_units (hash, origin_kind, origin_id, added_by, withdrawn_at)
	select hash, @kind, @id, @by, @withdrawn from given order by n
	on conflict do nothing returning id, hash
)
insert into memory_texts (unit_id, lang, text, key_hash, signature)
select a.id, @source, g.source, g.source_key, g.source_signature::int[] from added a join given g using (hash)
union all
select a.id, @target, g.target, g.target_key, g.target_signature::int[] from added a join given g using (hash)`

// lesson is pairs as columns, each pair once.
type lesson struct {
	seen             map[string]bool
	hashes           [][]byte
	sources, targets columns
}

type columns struct {
	texts      []string
	keys       [][]byte
	signatures []string
}

func (c *columns) add(t text) {
	c.texts = append(c.texts, t.text)
	c.keys = append(c.keys, keyHash(t.key))
	c.signatures = append(c.signatures, array(t.signature()))
}

func (l *lesson) add(source, target string, p segment.Pair) {
	from, ok := prepare(source, p.Source)
	to, alsoOK := prepare(target, p.Target)
	if !ok || !alsoOK || source == target {
		return
	}
	hash := unitHash(map[string]text{source: from, target: to})
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if l.seen[string(hash)] {
		return
	}
	l.seen[string(hash)] = true
	l.hashes = append(l.hashes, hash)
	l.sources.add(from)
	l.targets.add(to)
}

func (l *lesson) args(source, target string) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"hashes": l.hashes, "source": source, "target": target,
		"sources": l.sources.texts, "source_keys": l.sources.keys, "source_signatures": l.sources.signatures,
		"targets": l.targets.texts, "target_keys": l.targets.keys, "target_signatures": l.targets.signatures}
}

const forgetOrigin = `delete from memory_units where origin_kind = @kind and origin_id = @id returning withdrawn_at`

// Forget removes what an origin taught: its translation was taken back, or it was erased.
func (s *Service) Forget(ctx context.Context, tx *pg.Tx, from Origin) error {
	_, err := s.forget(ctx, tx, from)
	return err
}

// forget also tells since when what the origin taught was withdrawn; nil: it was not.
func (s *Service) forget(ctx context.Context, tx *pg.Tx, from Origin) (withdrawn *time.Time, err error) {
	rows, err := tx.Query(ctx, forgetOrigin, pgx.StrictNamedArgs{"kind": from.Kind, "id": from.ID})
	if err != nil {
		return nil, fmt.Errorf("forget %s %d: %w", from.Kind, from.ID, err)
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[*time.Time])
	if err != nil {
		return nil, fmt.Errorf("forget %s %d: %w", from.Kind, from.ID, err)
	}
	if len(gone) > 0 {
		tx.Touch(subject)
		withdrawn = gone[0]
	}
	return withdrawn, nil
}

const forgetOrigins = `
delete from memory_units u using unnest(@kinds::text[], @ids::bigint[]) as o(kind, id)
where u.origin_kind = o.kind and u.origin_id = o.id`

// ForgetAll is Forget for many origins, with one statement.
func (s *Service) ForgetAll(ctx context.Context, tx *pg.Tx, from ...Origin) error {
	kinds, ids := columnsOf(from)
	done, err := tx.Exec(ctx, forgetOrigins, pgx.StrictNamedArgs{"kinds": kinds, "ids": ids})
	if err != nil {
		return fmt.Errorf("forget %d origins: %w", len(from), err)
	}
	if done.RowsAffected() > 0 {
		tx.Touch(subject)
	}
	return nil
}

func columnsOf(from []Origin) (kinds []string, ids []int64) {
	kinds, ids = make([]string, len(from)), make([]int64, len(from))
	for i, o := range from {
		kinds[i], ids[i] = o.Kind, o.ID
	}
	return kinds, ids
}

const withdrawOrigins = `
update memory_units u set withdrawn_at = case when @withdrawn then now() end
from unnest(@kinds::text[], @ids::bigint[]) as o(kind, id)
where u.origin_kind = o.kind and u.origin_id = o.id and (u.withdrawn_at is null) = @withdrawn`

// SetWithdrawn takes what origins taught out of use while they are hidden, or back into use.
func (s *Service) SetWithdrawn(ctx context.Context, tx *pg.Tx, withdrawn bool, from ...Origin) error {
	kinds, ids := columnsOf(from)
	done, err := tx.Exec(ctx, withdrawOrigins, pgx.StrictNamedArgs{"withdrawn": withdrawn, "kinds": kinds, "ids": ids})
	if err != nil {
		return fmt.Errorf("set %d origins withdrawn %v: %w", len(from), withdrawn, err)
	}
	if done.RowsAffected() > 0 {
		tx.Touch(subject)
	}
	return nil
}
