package glossary

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

// Form is what an administrator writes. ID 0 is a new term.
type Form struct {
	ID        TermID
	Challenge int64             // 0: everywhere
	Texts     map[string]string // in two languages of the hub at least
	Note      string
}

// check cleans the form and keeps the texts that say something. Its faults name languages, "note" and "challenge" as
// fields.
func (f *Form) check() error {
	var fields fault.Fields
	texts := map[string]string{}
	var missing []string
	for _, l := range i18n.Written {
		lang := string(l)
		text, ok := markup.CleanLine(f.Texts[lang])
		if !ok {
			return errUTF8
		}
		if tokens, _ := foldedTokens(text); len(tokens) == 0 {
			missing = append(missing, lang)
			continue
		}
		if markup.Weight(text) > MaxText {
			fields.Add(lang, "glossary.text.long", fault.Args{"Max": MaxText})
		}
		texts[lang] = text
	}
	if len(texts) < 2 {
		for _, lang := range missing {
			fields.Add(lang, "glossary.text.missing", nil)
		}
	}
	note, ok := markup.CleanLine(f.Note)
	if !ok {
		return errUTF8
	}
	if markup.Weight(note) > MaxNote {
		fields.Add("note", "glossary.note.long", fault.Args{"Max": MaxNote})
	}
	f.Texts, f.Note = texts, note
	return fields.Err()
}

// hashOf tells terms with the same texts.
func hashOf(texts map[string]string) []byte {
	h := sha256.New()
	for _, lang := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(h, "%s\x00%s\x00", lang, texts[lang])
	}
	return h.Sum(nil)
}

const (
	insertTerm = `
insert into terms (challenge_id, texts, note, hash, created_by, updated_by)
values (nullif(@challenge::bigint, 0), @texts, @note, @hash, @by, @by) returning id`
	updateTerm = `
update terms set challenge_id = nullif(@challenge::bigint, 0), texts = @texts, note = @note, hash = @hash,
	updated_at = now(), updated_by = @by
where id = @id returning id`
)

// Save adds or changes a term; for administrators. Saving what is there already changes nothing. The same texts twice
// in one place are a fault of the first language; a deleted term must be restored first.
func (s *Service) Save(ctx context.Context, viewer account.Viewer, form Form) (TermID, error) {
	if !viewer.Administers() {
		return 0, errForbidden
	}
	if err := form.check(); err != nil {
		return 0, err
	}
	id := form.ID
	now := &State{Challenge: form.Challenge, Texts: form.Texts, Note: form.Note}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		query, action := insertTerm, Added
		args := pgx.StrictNamedArgs{"challenge": form.Challenge, "texts": form.Texts, "note": form.Note,
			"hash": hashOf(form.Texts), "by": viewer.ID}
		var was *State
		if id != 0 {
			old, err := lockTerm(ctx, tx, id)
			if err != nil {
				return err
			}
			if old.DeletedAt != nil {
				return errDeleted
			}
			if was = old.state(); was.equal(now) {
				return nil
			}
			query, action = updateTerm, Changed
			args["id"] = id
		}
		if err := tx.QueryRow(ctx, query, args).Scan(&id); err != nil {
			return fmt.Errorf("save term: %w", faultOf(err))
		}
		return s.record(ctx, tx, viewer.ID, id, action, was, now)
	})
	return id, err
}

// faultOf makes the constraints of terms faults of the form's fields.
func faultOf(err error) error {
	var fields fault.Fields
	switch pg.Constraint(err) {
	case "terms_taken":
		fields.Add(string(i18n.Written[0]), "glossary.term.known", nil)
	case "terms_challenge_there":
		fields.Add("challenge", "glossary.challenge.unknown", nil)
	default:
		return err
	}
	return fields.Err()
}

const lockOneTerm = `select ` + termColumns + ` where t.id = @id for update of t`

func lockTerm(ctx context.Context, tx *pg.Tx, id TermID) (Term, error) {
	t, err := pg.One[Term](ctx, tx, lockOneTerm, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return t, fmt.Errorf("find term %d: %w", id, pg.OrNotFound(err, errNotFound))
	}
	return t, nil
}

const deleteTerm = `
update terms set deleted_at = case when @deleted then now() end, updated_at = now(), updated_by = @by where id = @id`

// Delete takes a term out of use; for administrators. It can be restored.
func (s *Service) Delete(ctx context.Context, viewer account.Viewer, id TermID) error {
	return s.setDeleted(ctx, viewer, id, true)
}

// Restore takes a deleted term back into use; for administrators. It is a Conflict when the same term has been added
// in the meantime.
func (s *Service) Restore(ctx context.Context, viewer account.Viewer, id TermID) error {
	return s.setDeleted(ctx, viewer, id, false)
}

func (s *Service) setDeleted(ctx context.Context, viewer account.Viewer, id TermID, deleted bool) error {
	if !viewer.Administers() {
		return errForbidden
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		t, err := lockTerm(ctx, tx, id)
		if err != nil || (t.DeletedAt != nil) == deleted {
			return err
		}
		_, err = tx.Exec(ctx, deleteTerm, pgx.StrictNamedArgs{"id": id, "deleted": deleted, "by": viewer.ID})
		if pg.Constraint(err) == "terms_taken" {
			return errKnown
		}
		if err != nil {
			return fmt.Errorf("set term %d deleted %v: %w", id, deleted, err)
		}
		if deleted {
			return s.record(ctx, tx, viewer.ID, id, Deleted, t.state(), nil)
		}
		return s.record(ctx, tx, viewer.ID, id, Restored, nil, t.state())
	})
}
