package engine

import (
	"context"
	"math/rand/v2"
	"time"
)

// clock is time as the guards see it; a test replaces it.
type clock struct {
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	within func(context.Context, time.Duration) (context.Context, context.CancelFunc)
	jitter func() float64 // from 0 to 1
}

func realClock() clock {
	return clock{now: time.Now, sleep: sleep, within: context.WithTimeout, jitter: rand.Float64}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
