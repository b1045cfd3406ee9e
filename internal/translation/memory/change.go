package memory

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

const (
	lockUnit   = `select id from memory_units where id = @id and withdrawn_at is null for update`
	changeText = `
insert into memory_texts (unit_id, lang, text, key_hash, signature)
select @id, t.lang, t.text, t.key_hash, t.signature::int[]
from unnest(@langs::text[], @texts::text[], @keys::bytea[], @signatures::text[]) as t(lang, text, key_hash, signature)
on conflict (unit_id, lang) do update
set text = excluded.text, key_hash = excluded.key_hash, signature = excluded.signature`
	deleteUnit = `delete from memory_units where id = @id and withdrawn_at is null`
)

// Change gives a unit other texts, by language; languages that are not named keep theirs. For administrators. The faults
// name languages as fields. A file from which the unit came still counts as known: importing it again does not bring
// back the old texts.
func (s *Service) Change(ctx context.Context, viewer account.Viewer, id UnitID, texts map[string]string) error {
	if !viewer.Administers() {
		return errForbidden
	}
	langs, cols, err := check(texts)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		if err := tx.QueryRow(ctx, lockUnit, pgx.StrictNamedArgs{"id": id}).Scan(&id); err != nil {
			return fmt.Errorf("find unit %d: %w", id, pg.OrNotFound(err, errNotFound))
		}
		_, err := tx.Exec(ctx, changeText, pgx.StrictNamedArgs{"id": id, "langs": langs, "texts": cols.texts,
			"keys": cols.keys, "signatures": cols.signatures})
		if err != nil {
			return fmt.Errorf("change unit %d: %w", id, err)
		}
		tx.Touch(subject)
		return nil
	})
}

func check(texts map[string]string) (langs []string, cols columns, err error) {
	var fields fault.Fields
	for lang, s := range texts {
		if !utf8.ValidString(s) {
			return nil, cols, errUTF8
		}
		t, ok := prepare(lang, s)
		_, known := i18n.ParseWritten(lang)
		switch {
		case !known:
			return nil, cols, fault.New(fault.Invalid, "memory.languages")
		case utf8.RuneCountInString(s) > MaxText:
			fields.Add(lang, "memory.text.long", fault.Args{"Max": MaxText})
		case !ok:
			fields.Add(lang, "memory.text.empty", nil)
		}
		langs = append(langs, lang)
		cols.add(t)
	}
	return langs, cols, fields.Err()
}

// Delete removes a unit for good; for administrators.
func (s *Service) Delete(ctx context.Context, viewer account.Viewer, id UnitID) error {
	if !viewer.Administers() {
		return errForbidden
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		done, err := tx.Exec(ctx, deleteUnit, pgx.StrictNamedArgs{"id": id})
		if err != nil {
			return fmt.Errorf("delete unit %d: %w", id, err)
		}
		if done.RowsAffected() == 0 {
			return errNotFound
		}
		tx.Touch(subject)
		return nil
	})
}
