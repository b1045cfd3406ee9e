package translation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"senet/internal/fault"
	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/translation/engine"
)

// Work does a Task or a Recall at once, in place of the queue.
func (s *Service) Work(ctx context.Context, args jobs.Args) error {
	if all, ok := args.(Recall); ok {
		return s.recallAll(ctx, all)
	}
	return s.translate(ctx, args.(Task))
}

// translate does a Task: it makes what is missing or outdated, and nothing where a person has written, where the text is
// gone, or where it has come to be in that language.
func (s *Service) translate(ctx context.Context, task Task) error {
	w, err := s.text(ctx, s.store, task.Subject, task.Locale, false)
	if fault.Of(err) != nil {
		return nil // gone, hidden or in that language by now
	}
	if err != nil {
		return err
	}
	was, there, err := row(ctx, s.store, task.Subject, task.Locale, "")
	if err != nil {
		return err
	}
	if there && (was.Kind == Human || was.SourceVersion >= w.Version) {
		return nil
	}
	made, err := s.make(ctx, w, task.Locale, was)
	switch {
	case errors.Is(err, errNothing):
		return nil
	case errors.Is(err, engine.ErrBudget), errors.Is(err, engine.ErrQuota):
		return jobs.Later(6 * time.Hour)
	case errors.Is(err, engine.ErrOpen):
		return jobs.Later(time.Minute)
	case err != nil:
		return fmt.Errorf("translate %s into %s: %w", task.Subject, task.Locale, err)
	}
	return s.keep(ctx, task, w, made)
}

// keep stores what was made, unless the text is gone, has been edited or a person has written meanwhile.
func (s *Service) keep(ctx context.Context, task Task, w Writing, made made) error {
	again := false
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		now, err := s.text(ctx, tx, task.Subject, task.Locale, true)
		if fault.Of(err) != nil {
			return nil
		}
		if err != nil {
			return err
		}
		t, there, err := row(ctx, tx, task.Subject, task.Locale, "for update of tr")
		if err != nil || there && (t.Kind == Human || t.SourceVersion >= now.Version) {
			return err
		}
		if again = now.Version > w.Version; again {
			return nil
		}
		html, err := s.render(ctx, now, task.Locale, made.text)
		if err != nil {
			return err
		}
		revision, err := nextRevision(ctx, tx, task.Subject, task.Locale)
		if err != nil {
			return err
		}
		return s.save(ctx, tx, now, Translation{Locale: task.Locale, Kind: made.kind, Text: made.text, HTML: html, Provider: made.provider,
			Score: made.score, Segments: made.segments, SourceVersion: w.Version, Revision: revision}, 0, 0)
	})
	if err == nil && again { // it was edited while an engine worked; the edit's own job was this one
		return jobs.Later(editPause)
	}
	return err
}
