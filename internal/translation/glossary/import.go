package glossary

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/translation/exchange"
)

// Format is how a file keeps terms.
type Format string

const (
	CSV Format = "csv"
	TBX Format = "tbx"
)

// ImportReport counts the terms of a file.
type ImportReport struct {
	Added   int // new ones, and deleted ones that the file restores
	Updated int // there already, with another note
	Known   int // there already, or earlier in the file
	Skipped int // without a text in both languages
}

// Read is how many terms the file has.
func (r ImportReport) Read() int { return r.Added + r.Updated + r.Known + r.Skipped }

// importBatch is how many terms are sent to Postgres at once.
const importBatch = 2000

const makeImport = `
create temp table if not exists glossary_import (line int, challenge_id bigint, texts jsonb, note text, hash bytea) on commit drop;
truncate glossary_import`

// given is each term of the file once; of several notes the last one that says something.
const given = `
with given as (
	select distinct on (coalesce(challenge_id, 0), hash) * from glossary_import
	order by coalesce(challenge_id, 0), hash, note = '', line desc
)`

// stateOf is x, a row of terms, as the record of changes keeps it; the note follows.
const stateOf = `jsonb_strip_nulls(jsonb_build_object('challenge_id', x.challenge_id, 'texts', x.texts, 'note', `

// Import reads terms from a CSV or TBX file, in one transaction: a file that cannot be read to its end leaves nothing
// behind. Terms that are there already in the same challenge stay as they are but for the note, which the file's
// replaces if it has one, so that importing a file again changes nothing. by is who does it, 0 the operator; whether
// they may is the caller's to know. progress, which may be nil, is told how many terms have been read.
//
// What is wrong with the file is a fault that names the line.
func (s *Service) Import(ctx context.Context, r io.Reader, format Format, by account.MemberID, progress func(terms int)) (ImportReport, error) {
	var report ImportReport
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		challenges, err := slugs(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, makeImport); err != nil {
			return fmt.Errorf("prepare import of terms: %w", err)
		}
		in := intake{tx: tx, challenges: challenges, progress: progress}
		skipped, err := in.read(ctx, r, format)
		if err != nil {
			return err
		}
		report.Skipped = skipped
		return s.settle(ctx, tx, by, in.taken, &report)
	})
	if err != nil {
		return ImportReport{}, fmt.Errorf("import terms: %w", err)
	}
	return report, nil
}

func slugs(ctx context.Context, db pg.DB) (map[string]int64, error) {
	rows, err := pg.All[struct {
		ID   int64
		Slug string
	}](ctx, db, `select id, slug from challenges`)
	if err != nil {
		return nil, fmt.Errorf("read challenges: %w", err)
	}
	out := map[string]int64{}
	for _, c := range rows {
		out[c.Slug] = c.ID
	}
	return out, nil
}

// intake sends the terms of a file to the temporary table.
type intake struct {
	tx         *pg.Tx
	challenges map[string]int64
	progress   func(int)
	rows       [][]any
	taken      int
}

func (in *intake) read(ctx context.Context, r io.Reader, format Format) (skipped int, err error) {
	each := func(t exchange.Term) error {
		ok, err := in.add(t)
		if err != nil {
			return err
		}
		if !ok {
			skipped++
		}
		if len(in.rows) < importBatch {
			return nil
		}
		return in.send(ctx)
	}
	var sum exchange.Summary
	switch format {
	case CSV:
		sum, err = exchange.ReadTermsCSV(r, nil, each)
	case TBX:
		sum, err = exchange.ReadTBX(r, nil, each)
	default:
		return 0, fault.New(fault.Invalid, "glossary.import.format")
	}
	if err != nil {
		return 0, err
	}
	return skipped + sum.Skipped, in.send(ctx)
}

func (in *intake) add(t exchange.Term) (ok bool, err error) {
	var challenge *int64
	if t.Challenge != "" {
		id, ok := in.challenges[t.Challenge]
		if !ok {
			return false, fault.New(fault.Invalid, "glossary.import.challenge").With("Line", t.Line).With("Slug", t.Challenge)
		}
		challenge = &id
	}
	form := Form{Texts: t.Texts, Note: t.Note}
	if err := form.check(); err != nil {
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid {
			return false, err
		}
		for _, m := range f.Fields {
			if m.Key == "glossary.text.missing" {
				return false, nil
			}
		}
		return false, fault.New(fault.Invalid, "glossary.import.long").With("Line", t.Line).With("Text", MaxText).With("Note", MaxNote)
	}
	in.rows = append(in.rows, []any{t.Line, challenge, form.Texts, form.Note, hashOf(form.Texts)})
	return true, nil
}

func (in *intake) send(ctx context.Context) error {
	if len(in.rows) == 0 {
		return nil
	}
	_, err := in.tx.CopyFrom(ctx, pgx.Identifier{"glossary_import"}, []string{"line", "challenge_id", "texts", "note", "hash"}, pgx.CopyFromRows(in.rows))
	if err != nil {
		return fmt.Errorf("copy terms: %w", err)
	}
	in.taken += len(in.rows)
	in.rows = in.rows[:0]
	if in.progress != nil {
		in.progress(in.taken)
	}
	return nil
}

const (
	changeNotes = given + `, changed as (
	update terms t set note = o.note, updated_at = now(), updated_by = @by
	from (
		select t.id, t.note as was, g.note from terms t join given g
			on g.hash = t.hash and coalesce(g.challenge_id, 0) = coalesce(t.challenge_id, 0)
		where t.deleted_at is null and g.note not in ('', t.note)
	) o where t.id = o.id
	returning t.*, o.was
)
insert into term_changes (term_id, actor_id, action, was, now)
select x.id, @by, 'import', ` + stateOf + `x.was)), ` + stateOf + `x.note)) from changed x`

	restoreGiven = given + `, restored as (
	update terms t set deleted_at = null, note = coalesce(nullif(o.note, ''), t.note), updated_at = now(), updated_by = @by
	from (
		select distinct on (coalesce(t.challenge_id, 0), t.hash) t.id, g.note from terms t join given g
			on g.hash = t.hash and coalesce(g.challenge_id, 0) = coalesce(t.challenge_id, 0)
		where t.deleted_at is not null and not exists (select from terms l where l.deleted_at is null
			and l.hash = t.hash and coalesce(l.challenge_id, 0) = coalesce(t.challenge_id, 0))
		order by coalesce(t.challenge_id, 0), t.hash, t.id desc
	) o where t.id = o.id
	returning t.*
)
insert into term_changes (term_id, actor_id, action, now)
select x.id, @by, 'import', ` + stateOf + `x.note)) from restored x`

	addGiven = given + `, added as (
	insert into terms (challenge_id, texts, note, hash, created_by, updated_by)
	select challenge_id, texts, note, hash, @by, @by from given order by line
	on conflict do nothing returning *
)
insert into term_changes (term_id, actor_id, action, now)
select x.id, @by, 'import', ` + stateOf + `x.note)) from added x order by x.id`
)

// settle brings what was copied into terms and writes down each change.
func (s *Service) settle(ctx context.Context, tx *pg.Tx, by account.MemberID, taken int, report *ImportReport) error {
	var actor *account.MemberID
	if by != 0 {
		actor = &by
	}
	args := pgx.StrictNamedArgs{"by": actor}
	if _, err := tx.Exec(ctx, `analyze glossary_import`); err != nil {
		return fmt.Errorf("prepare terms: %w", err)
	}
	for _, step := range []struct {
		sql   string
		count *int
	}{{changeNotes, &report.Updated}, {restoreGiven, &report.Added}, {addGiven, &report.Added}} {
		done, err := tx.Exec(ctx, step.sql, args)
		if err != nil {
			return fmt.Errorf("settle terms: %w", err)
		}
		*step.count += int(done.RowsAffected())
	}
	report.Known = taken - report.Added - report.Updated
	if report.Added+report.Updated > 0 {
		tx.Touch(subject)
	}
	return nil
}
