package translation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/pg"
)

// BackfillID names a backfill.
type BackfillID int64

// Backfill is the translation of what was written before something could translate it: newest texts first, behind
// everything that somebody waits for.
type Backfill struct {
	ID        BackfillID
	Locale    i18n.Locale
	StartedBy string
	StartedAt time.Time
	Kind      SubjectKind // where it stands
	Below     int64
	Done      int64 // texts that were handed on to be translated
	Total     int64 // when it was started
	EndedAt   *time.Time
	Stopped   bool
}

// backfillOrder is the order of kinds: titles are what lists show.
func backfillOrder() []SubjectKind { return []SubjectKind{Thread, Post, Profile, Message} }

// BackfillTask is the job of handing on the next texts of a backfill.
type BackfillTask struct {
	Backfill BackfillID `json:"backfill"`
}

// Kind names the job.
func (BackfillTask) Kind() string { return "backfill" }

const (
	backfillStep  = 50
	backfillPause = 2 * time.Second
)

const startBackfill = `
	insert into translation_backfills (locale, started_by, kind, below, total) values (@locale, @by, @kind, @below, @total)
	on conflict (locale) where ended_at is null do nothing returning id`

// StartBackfill begins one; for administrators. One a language at a time: a Conflict while it runs.
func (s *Service) StartBackfill(ctx context.Context, viewer account.Viewer, locale i18n.Locale) error {
	if !viewer.Administers() {
		return errForbidden
	}
	if _, ok := i18n.ParseWritten(string(locale)); !ok {
		return errLocale
	}
	able, err := s.able(ctx)
	if err != nil {
		return err
	}
	if !able {
		return fault.New(fault.Conflict, "translations.nobody_can")
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		total, err := s.countMissing(ctx, tx, locale)
		if err != nil {
			return err
		}
		var id BackfillID
		err = tx.QueryRow(ctx, startBackfill, pgx.StrictNamedArgs{"locale": locale, "by": viewer.ID, "kind": backfillOrder()[0],
			"below": int64(math.MaxInt64), "total": total}).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "translations.backfill_runs")
		}
		if err != nil {
			return fmt.Errorf("start backfill: %w", err)
		}
		return s.queue.Add(ctx, tx, jobs.Job{Args: BackfillTask{id}, Priority: jobs.Whenever})
	})
}

const stopBackfill = `update translation_backfills set ended_at = now(), stopped = true where id = @id and ended_at is null`

// StopBackfill ends one; what was handed on is still translated. For administrators.
func (s *Service) StopBackfill(ctx context.Context, viewer account.Viewer, id BackfillID) error {
	if !viewer.Administers() {
		return errForbidden
	}
	tag, err := s.store.Exec(ctx, stopBackfill, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return fmt.Errorf("stop backfill: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "translations.backfill_over")
	}
	return nil
}

const backfillColumns = `
	select b.id, b.locale, coalesce(m.name, '') as started_by, b.started_at, b.kind, b.below, b.done, b.total, b.ended_at, b.stopped
	from translation_backfills b left join members m on m.id = b.started_by `

// Running reports whether texts are still being handed on.
func (b Backfill) Running() bool { return b.EndedAt == nil }

// Backfills are those that run, and the latest others: ten in all.
func (s *Service) Backfills(ctx context.Context) ([]Backfill, error) {
	bs, err := pg.All[Backfill](ctx, s.store, backfillColumns+`order by b.ended_at is not null, b.id desc limit 10`)
	if err != nil {
		return nil, fmt.Errorf("list backfills: %w", err)
	}
	return bs, nil
}

const advanceBackfill = `
	update translation_backfills set kind = @kind, below = @below, done = done + @n, ended_at = case when @over then now() end
	where id = @id`

// backfill hands on the next texts, and itself, until nothing is left. While many texts wait it waits too.
func (s *Service) backfill(ctx context.Context, task BackfillTask) error {
	load, err := s.queue.LoadOf(ctx, s.store, Task{}.Kind())
	if err != nil {
		return err
	}
	if load.Waiting > backfillStep {
		return jobs.Later(backfillPause)
	}
	over := false
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		b, err := pg.One[Backfill](ctx, tx, backfillColumns+`where b.id = @id for update of b`, pgx.StrictNamedArgs{"id": task.Backfill})
		if errors.Is(err, pgx.ErrNoRows) || err == nil && b.EndedAt != nil {
			over = true
			return nil
		}
		if err != nil {
			return fmt.Errorf("read backfill: %w", err)
		}
		source, ok := s.sources[b.Kind]
		var ids []int64
		if ok {
			if ids, err = source.Missing(ctx, tx, b.Locale, b.Below, backfillStep); err != nil {
				return fmt.Errorf("list texts of kind %s: %w", b.Kind, err)
			}
		}
		next := b
		if len(ids) > 0 {
			next.Below = ids[len(ids)-1]
		} else {
			order := backfillOrder()
			i := slices.Index(order, b.Kind) + 1
			if over = i >= len(order); !over {
				next.Kind, next.Below = order[i], math.MaxInt64
			}
		}
		_, err = tx.Exec(ctx, advanceBackfill, pgx.StrictNamedArgs{"id": b.ID, "kind": next.Kind, "below": next.Below, "n": len(ids), "over": over})
		if err != nil {
			return fmt.Errorf("advance backfill: %w", err)
		}
		all := make([]jobs.Job, len(ids))
		for i, id := range ids {
			all[i] = jobs.Job{Args: Task{Subject{b.Kind, id}, b.Locale}, Priority: jobs.Whenever, NewestFirst: true}
		}
		return s.queue.Add(ctx, tx, all...)
	})
	if err != nil || over {
		return err
	}
	return jobs.Later(backfillPause)
}
