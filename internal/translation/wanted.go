package translation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/pg"
)

// Task is the job of translating one text into one language.
type Task struct {
	Subject
	Locale i18n.Locale `json:"locale"`
}

// Kind names the job.
func (Task) Kind() string { return "translate" }

// editPause is the least time between two machine translations of the same text.
const editPause = 10 * time.Minute

// Written has new texts of one kind translated, in the transaction that writes them. Where neither an engine nor memory
// could, nothing is enqueued.
func (s *Service) Written(ctx context.Context, tx *pg.Tx, kind SubjectKind, texts ...Fresh) error {
	able, err := s.able(ctx)
	if err != nil || !able {
		return err
	}
	var all []jobs.Job
	for _, l := range i18n.Written {
		var ids []int64
		for _, t := range texts {
			if t.Lang != "" && t.Lang != string(l) {
				ids = append(ids, t.ID)
			}
		}
		for _, args := range s.tasks(kind, ids, l) {
			j := jobs.Job{Args: args, Priority: jobs.Soon}
			if kind == Message || kind == Poll || kind == PollOption { // what is being talked about, or voted on, now
				j.Priority, j.NewestFirst = jobs.Now, true
			}
			if _, many := args.(Recall); many {
				j.Lane = jobs.Aside
			}
			all = append(all, j)
		}
	}
	return s.queue.Add(ctx, tx, all...)
}

// tasks are the jobs of translating texts of one kind: one for each where engines do it, which take their time, and one for
// all where memory alone does, which asks for all at once.
func (s *Service) tasks(kind SubjectKind, ids []int64, l i18n.Locale) (all []jobs.Args) {
	if len(s.engines) == 0 && len(ids) > 1 {
		return append(all, Recall{Texts: kind, IDs: joinIDs(ids), Locale: l})
	}
	for _, id := range ids {
		all = append(all, Task{Subject{kind, id}, l})
	}
	return all
}

// Fresh is a text that was just written.
type Fresh struct {
	ID   int64
	Lang string
}

// able reports whether anything but people can translate.
func (s *Service) able(ctx context.Context) (bool, error) {
	if len(s.engines) > 0 {
		return true, nil
	}
	n, err := s.memory.Size(ctx)
	return n > 0, err
}

// Outdated is a translation by a person whose text was changed.
type Outdated struct {
	Locale   i18n.Locale
	AuthorID account.MemberID
}

const translationsOf = `
	select locale, kind, coalesce(author_id, 0), at from translations where subject_kind = @kind and subject_id = @id for update`

// Edited follows a text that was changed, in the transaction that changes it: its translations are outdated by that
// alone. What an engine or memory made is made anew, at most once in ten minutes for the same text; what people wrote
// waits for people, whom the caller tells.
func (s *Service) Edited(ctx context.Context, tx *pg.Tx, sub Subject, lang string) ([]Outdated, error) {
	able, err := s.able(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, translationsOf, pgx.StrictNamedArgs{"kind": sub.Kind, "id": sub.ID})
	if err != nil {
		return nil, fmt.Errorf("read translations of %s: %w", sub, err)
	}
	var by []Outdated
	made, human := map[i18n.Locale]time.Time{}, map[i18n.Locale]bool{}
	var o Outdated
	var kind Kind
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&o.Locale, &kind, &o.AuthorID, &at}, func() error {
		if kind == Human {
			by, human[o.Locale] = append(by, o), true
		} else {
			made[o.Locale] = at
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read translations of %s: %w", sub, err)
	}
	var all []jobs.Job
	for _, l := range i18n.Written {
		if !able || lang == "" || lang == string(l) || human[l] {
			continue
		}
		j := jobs.Job{Args: Task{sub, l}, Priority: jobs.Soon}
		if at, ok := made[l]; ok {
			j.After = at.Add(editPause)
		}
		all = append(all, j)
	}
	return by, s.queue.Add(ctx, tx, all...)
}

// Request is "translate this": it has a text translated now, where something can. Members only.
func (s *Service) Request(ctx context.Context, viewer account.Viewer, sub Subject, locale i18n.Locale) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	w, err := s.Text(ctx, sub, locale)
	if err != nil {
		return err
	}
	known, err := s.memory.Size(ctx)
	switch {
	case err != nil:
		return err
	case len(s.allowed(w)) > 0 || known > 0:
	case len(s.engines) > 0:
		return fault.New(fault.Conflict, "translations.kept_inside")
	default:
		return fault.New(fault.Conflict, "translations.nobody_can")
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		t, there, err := row(ctx, tx, sub, locale, "")
		if err != nil || there && t.SourceVersion >= w.Version {
			return err
		}
		return s.queue.Add(ctx, tx, jobs.Job{Args: Task{sub, locale}, Priority: jobs.Now})
	})
}
