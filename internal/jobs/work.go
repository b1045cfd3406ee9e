package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// pauses are those between the attempts of a job: 2 s doubling to 10 min.
type pauses struct{}

func (pauses) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(min(time.Second<<min(len(job.Errors)+1, 20), 10*time.Minute))
}

// Start begins to do jobs. Without a pool it does nothing.
func (q *Queue) Start(ctx context.Context) error {
	if q.pool == nil {
		return nil
	}
	var err error
	q.working, err = river.NewClient(riverpgxv5.New(q.pool), &river.Config{
		Logger: quiet(q.log), Workers: q.handlers, JobTimeout: timeout, RetryPolicy: pauses{}, ErrorHandler: report{q.log},
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}, string(Mail): {MaxWorkers: workers}, string(Aside): {MaxWorkers: 1}, following: {MaxWorkers: 1}}, FetchCooldown: 20 * time.Millisecond,
	})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err := q.working.Start(ctx); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	return nil
}

// Stop lets running jobs finish until ctx ends, then cuts them off: they are tried again later.
func (q *Queue) Stop(ctx context.Context) {
	if q.working == nil {
		return
	}
	if err := q.working.Stop(ctx); err != nil {
		cut, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := q.working.StopAndCancel(cut); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			q.log.Warn("jobs cut off", "err", err)
		}
	}
}

// report logs what failed. Texts are in no error and no argument of a job.
type report struct{ log *slog.Logger }

func (r report) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelInfo
	if job.Attempt >= job.MaxAttempts {
		level = slog.LevelWarn
	}
	r.log.Log(context.Background(), level, "job failed", "kind", job.Kind, "args", string(job.EncodedArgs), "attempt", job.Attempt, "err", err)
	return nil
}

func (r report) HandlePanic(_ context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	r.log.Error("job panicked", "kind", job.Kind, "args", string(job.EncodedArgs), "value", value, "trace", trace)
	return nil
}

// quiet is the hub's log without River's small talk.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}
func (w warnings) WithAttrs(as []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(as)} }
func (w warnings) WithGroup(name string) slog.Handler    { return warnings{w.Handler.WithGroup(name)} }
