// Package jobs is work that is done later: enqueued in the transaction that causes it, done once that is committed, by
// whichever node has time, tried again when it fails. It is a thin wrap of River and its only importer; River's tables
// are written by nobody else.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"senet/internal/pg"
)

// Args are what a job is told, a comparable value that is kept as JSON. Kind names the work ("translate") and never changes once jobs are stored.
type Args interface{ Kind() string }

// Priorities. Of two jobs that wait, the one with the smaller number goes first, however long the other has waited.
const (
	Now      = 1 // somebody is looking
	Soon     = 2
	Whenever = 4 // old content
)

// Lane is the workers that do a job. Each lane has its own on every node, so that what waits for a slow server of one kind
// holds up nothing else.
type Lane string

const (
	Common Lane = ""
	Mail   Lane = "mail"
	Aside  Lane = "aside" // work for the processor, which leaves most of it to those who wait: one worker
)

// Job is work to be enqueued. While one with the same Args waits, another is not enqueued; it makes the one that waits
// more urgent when it is. While one runs, one more is kept to follow it: what it was told of may be news to the other.
type Job struct {
	Args        Args
	Priority    int       // Now, Soon or Whenever
	After       time.Time // not before; zero: at once
	Lane        Lane      // Common, Mail or Aside
	NewestFirst bool      // of its priority the latest goes first: what is said in a room is worth most at once
}

const (
	attempts = 10
	timeout  = 3 * time.Minute // of one attempt
	workers  = 4               // on each node: jobs wait for other servers, not for the processor
)

// Queue takes jobs, and on a node that serves does them. Register handlers with Handle before Start.
type Queue struct {
	pool     *pgxpool.Pool
	log      *slog.Logger
	inserter *river.Client[pgx.Tx]
	handlers *river.Workers
	working  *river.Client[pgx.Tx]
}

// New makes a queue. pool nil: it only takes jobs, as in tests within a transaction.
func New(pool *pgxpool.Pool, log *slog.Logger) (*Queue, error) {
	q := &Queue{pool: pool, log: log, handlers: river.NewWorkers()}
	var err error
	q.inserter, err = river.NewClient(riverpgxv5.New(nil), &river.Config{Logger: quiet(log), Middleware: []rivertype.Middleware{&newestFirst{}}})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return q, nil
}

// Handle says how jobs of one kind are done. An error has the job tried again, with growing pauses; Later and Never
// say otherwise.
func Handle[A Args](q *Queue, work func(ctx context.Context, args A) error) {
	river.AddWorker(q.handlers, river.WorkFunc(func(ctx context.Context, job *river.Job[A]) error { return work(ctx, job.Args) }))
}

// Later is the error of a job that wants to be done again after d; that is no failure.
func Later(d time.Duration) error { return river.JobSnooze(d) }

// Never is the error of a job that will not succeed however often it is tried.
func Never(err error) error { return river.JobCancel(err) }

// unique lets one job of the same arguments wait or run at a time.
func unique() river.UniqueOpts {
	return river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending,
		rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable}}
}

// A job that waits is hurried; one that runs is left alone.
const hurry = `
	update river_job j set priority = least(j.priority, w.priority),
		state = case when j.state <> 'available' and w.after <= clock_timestamp() then 'available' else j.state end,
		scheduled_at = case when w.after < j.scheduled_at then w.after else j.scheduled_at end
	from unnest(@ids::bigint[], @priorities::smallint[], @afters::timestamptz[]) as w (id, priority, after)
	where j.id = w.id and j.state in ('available', 'scheduled') and (w.priority < j.priority or w.after < j.scheduled_at)`

// Add enqueues jobs as part of tx: they exist when it commits, and not otherwise.
func (q *Queue) Add(ctx context.Context, tx *pg.Tx, jobs ...Job) error {
	if len(jobs) == 0 {
		return nil
	}
	jobs = once(jobs)
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		opts := &river.InsertOpts{Priority: j.Priority, ScheduledAt: j.After, UniqueOpts: unique(), MaxAttempts: attempts, Queue: string(j.Lane)}
		if j.NewestFirst && j.After.IsZero() {
			opts.ScheduledAt = mirrored(time.Now())
		}
		params[i] = river.InsertManyParams{Args: j.Args, InsertOpts: opts}
	}
	results, err := q.inserter.InsertManyTx(ctx, tx.Tx, params)
	if err != nil {
		return fmt.Errorf("jobs: enqueue %s: %w", jobs[0].Args.Kind(), err)
	}
	var ids []int64
	var priorities []int16
	var afters []time.Time
	var followers []river.InsertManyParams
	for i, r := range results {
		if r.UniqueSkippedAsDuplicate {
			after := jobs[i].After
			if after.IsZero() {
				after = time.Now()
			}
			if r.Job.State == rivertype.JobStateRunning {
				followers = append(followers, follower(jobs[i], after))
				continue
			}
			ids, priorities, afters = append(ids, r.Job.ID), append(priorities, int16(jobs[i].Priority)), append(afters, after)
		}
	}
	if len(followers) > 0 {
		if _, err := q.inserter.InsertManyTx(ctx, tx.Tx, followers); err != nil {
			return fmt.Errorf("jobs: enqueue what follows %s: %w", jobs[0].Args.Kind(), err)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, hurry, pgx.StrictNamedArgs{"ids": ids, "priorities": priorities, "afters": afters})
	if err != nil {
		return fmt.Errorf("jobs: hurry: %w", err)
	}
	return nil
}

// following is the queue of jobs that wait for one with their arguments to end; followPause is how long at least.
const (
	following   = "following"
	followPause = 3 * time.Second
)

// follower is the job that is done after one of the same arguments that runs; of several there is one.
func follower(j Job, after time.Time) river.InsertManyParams {
	if soonest := time.Now().Add(followPause); after.Before(soonest) {
		after = soonest
	}
	only := unique()
	only.ByQueue = true
	return river.InsertManyParams{Args: j.Args, InsertOpts: &river.InsertOpts{Queue: following, Priority: j.Priority, ScheduledAt: after,
		UniqueOpts: only, MaxAttempts: attempts}}
}

// once keeps of jobs with the same Args the first.
func once(all []Job) []Job {
	seen := make(map[Args]bool, len(all))
	return slices.DeleteFunc(slices.Clone(all), func(j Job) bool {
		again := seen[j.Args]
		seen[j.Args] = true
		return again
	})
}

// mirrored puts a moment as far before an ancient day as it is after it: River takes the job that has waited longest,
// and so the newest of those with mirrored times.
func mirrored(t time.Time) time.Time {
	ancient := time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC)
	return ancient.Add(-t.Sub(ancient))
}

// newestFirst makes jobs whose time is long past available at once; River would have its scheduler look at them first.
type newestFirst struct{ river.MiddlewareDefaults }

func (*newestFirst) InsertMany(ctx context.Context, params []*rivertype.JobInsertParams,
	insert func(context.Context) ([]*rivertype.JobInsertResult, error)) ([]*rivertype.JobInsertResult, error) {
	for _, p := range params {
		if p.State == rivertype.JobStateScheduled && p.ScheduledAt.Before(time.Now()) {
			p.State = rivertype.JobStateAvailable
		}
	}
	return insert(ctx)
}

const countWaiting = `
	select count(*) filter (where state = 'running') as running,
		count(*) filter (where state in ('available', 'scheduled', 'pending')) as waiting,
		count(*) filter (where state = 'retryable') as failing
	from river_job where kind = any(@kinds) and state in ('running', 'available', 'scheduled', 'pending', 'retryable')`

// Load is how many jobs of some kinds are not done yet.
type Load struct {
	Running int
	Waiting int
	Failing int // failed at least once, to be tried again
}

// LoadOf counts the jobs of these kinds.
func (q *Queue) LoadOf(ctx context.Context, db pg.DB, kinds ...string) (Load, error) {
	l, err := pg.One[Load](ctx, db, countWaiting, pgx.StrictNamedArgs{"kinds": kinds})
	if err != nil {
		return l, fmt.Errorf("jobs: count: %w", err)
	}
	return l, nil
}
