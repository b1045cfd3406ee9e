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
	jitter func() float64 // from 0 to 1
}

func realClock() clock { return clock{now: time.Now, sleep: sleep, jitter: rand.Float64} }

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
