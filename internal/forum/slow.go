package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// SlowSteps are how many seconds a member may have to wait between two replies in a thread; 0: none.
var SlowSteps = []int{0, 60, 300, 900, 3600}

var (
	errSlow     = fault.New(fault.TooMany, "forum.slow_mode")
	errSlowStep = fault.New(fault.Invalid, "forum.slow_step")
)

const slowThread = `
update threads t set slow_seconds = @seconds, change = t.change + 1
from threads was where t.id = @id and was.id = t.id and t.slow_seconds <> @seconds
returning t.author_id, t.title, t.slug, was.slow_seconds::text`

// SetSlow has every member wait so many seconds between two replies, one of SlowSteps. Was is what it was before.
func (s *Service) SetSlow(ctx context.Context, tx *pg.Tx, id ThreadID, seconds int) (Subject, error) {
	if !slices.Contains(SlowSteps, seconds) {
		return Subject{}, errSlowStep
	}
	return s.changeThread(ctx, tx, id, slowThread, pgx.StrictNamedArgs{"id": id, "seconds": seconds})
}

// Of a member's newest posts a hundred are looked at: nobody writes more in an hour.
const lastReply = `
select created_at + make_interval(secs => @seconds) - now() from (
	select thread_id, created_at from posts where author_id = @author order by id desc limit 100) p
where thread_id = @thread order by created_at desc limit 1`

// checkPace refuses a reply that comes too soon after the member's last one. The thread is locked by then.
func checkPace(ctx context.Context, tx *pg.Tx, viewer account.Viewer, in ChallengeID, thread ThreadID, seconds int) error {
	if seconds == 0 || viewer.ModeratesIn(int64(in)) {
		return nil
	}
	var wait time.Duration
	err := tx.QueryRow(ctx, lastReply, pgx.StrictNamedArgs{"author": viewer.ID, "thread": thread, "seconds": seconds}).Scan(&wait)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the last reply: %w", err)
	}
	if wait > 0 {
		return errSlow.After(wait)
	}
	return nil
}
