package memory

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
	"senet/internal/translation/exchange"
)

// ImportReport counts the units of a file.
type ImportReport struct {
	Added   int
	Known   int // in the memory already, or earlier in the file
	Skipped int // without a text in both languages
}

// Read is how many units the file has.
func (r ImportReport) Read() int { return r.Added + r.Known + r.Skipped }

// importBatch is how many units are sent to Postgres at once.
const importBatch = 1000

const makeImport = `
create temp table if not exists memory_import (n int, hash bytea, tuid text, note text, source text, created_at timestamptz) on commit drop;
create temp table if not exists memory_import_texts (n int, lang text, text text, key_hash bytea, signature int[]) on commit drop;
truncate memory_import, memory_import_texts`

const settleImport = `
with added as (
	insert into memory_units (hash, tuid, note, source, added_by, created_at)
	select hash, tuid, note, source, @by, coalesce(created_at, now()) from (
		select distinct on (hash) * from memory_import order by hash, n
	) i
	where not exists (select from memory_units u where u.hash = i.hash and u.withdrawn_at is null)
	order by n
	on conflict do nothing returning id, hash
), texts as (
	insert into memory_texts (unit_id, lang, text, key_hash, signature)
	select a.id, t.lang, t.text, t.key_hash, t.signature
	from added a join (select hash, min(n) as n from memory_import group by hash) i using (hash)
		join memory_import_texts t using (n)
)
select count(*) from added`

// Import reads units from a TMX file, in one transaction: a file that cannot be read to its end leaves nothing behind.
// What the memory has already, from whomever, is left as it is, so that importing a file again adds nothing. by is who
// does it, 0 the operator; whether they may is the caller's to know. progress, which may be nil, is told how many units
// have been read.
//
// What is wrong with the file is a fault that names the line.
func (s *Service) Import(ctx context.Context, r io.Reader, by account.MemberID, progress func(units int)) (ImportReport, error) {
	var report ImportReport
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, makeImport); err != nil {
			return fmt.Errorf("prepare import of units: %w", err)
		}
		in := intake{tx: tx, progress: progress}
		sum, err := exchange.ReadTMX(r, nil, func(u exchange.Unit) error { return in.add(ctx, u) })
		if err != nil {
			return err
		}
		if err := in.send(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `analyze memory_import, memory_import_texts`); err != nil {
			return fmt.Errorf("prepare units: %w", err)
		}
		if err := tx.QueryRow(ctx, settleImport, pgx.StrictNamedArgs{"by": member(by)}).Scan(&report.Added); err != nil {
			return fmt.Errorf("settle units: %w", err)
		}
		report.Known, report.Skipped = in.taken-report.Added, in.skipped+sum.Skipped
		if report.Added > 0 {
			tx.Touch(subject)
		}
		return nil
	})
	if err != nil {
		return ImportReport{}, fmt.Errorf("import units: %w", err)
	}
	return report, nil
}

// intake sends the units of a file to the temporary tables.
type intake struct {
	tx             *pg.Tx
	progress       func(int)
	units, texts   [][]any
	taken, skipped int
}

func (in *intake) add(ctx context.Context, u exchange.Unit) error {
	texts := map[string]text{}
	for lang, s := range u.Texts {
		if t, ok := prepare(lang, s); ok {
			texts[lang] = t
		}
	}
	if len(texts) < 2 {
		in.skipped++
		return nil
	}
	var created *time.Time
	if !u.Created.IsZero() {
		created = &u.Created
	}
	in.taken++
	in.units = append(in.units, []any{in.taken, unitHash(texts), u.ID, u.Note, u.Source, created})
	for _, t := range texts {
		signature := t.signature()
		if signature == nil {
			signature = []int32{}
		}
		in.texts = append(in.texts, []any{in.taken, t.lang, t.text, keyHash(t.key), signature})
	}
	if len(in.units) < importBatch {
		return nil
	}
	return in.send(ctx)
}

func (in *intake) send(ctx context.Context) error {
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"memory_import", []string{"n", "hash", "tuid", "note", "source", "created_at"}, in.units},
		{"memory_import_texts", []string{"n", "lang", "text", "key_hash", "signature"}, in.texts},
	} {
		if _, err := in.tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("copy units: %w", err)
		}
	}
	in.units, in.texts = in.units[:0], in.texts[:0]
	if in.progress != nil {
		in.progress(in.taken + in.skipped)
	}
	return nil
}
