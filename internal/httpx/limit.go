package httpx

import (
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
)

// Limiter lets each key do so many things at once (burst) and then one every interval. It is per process and holds
// at most maxKeys keys; full buckets are forgotten first.
type Limiter struct {
	every time.Duration
	burst int
	mu    sync.Mutex
	at    map[string]time.Time // when the bucket was, or will be, full minus burst·every: GCRA's arrival time
}

const maxKeys = 100_000

// NewLimiter allows burst at once and one more every interval.
func NewLimiter(burst int, every time.Duration) *Limiter {
	return &Limiter{every: every, burst: burst, at: map[string]time.Time{}}
}

// Take is 0 when key may go on, else how long it must wait.
func (l *Limiter) Take(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.at) >= maxKeys {
		for k, t := range l.at {
			if t.Before(now) {
				delete(l.at, k)
			}
		}
		if len(l.at) >= maxKeys {
			clear(l.at)
		}
	}
	tat := l.at[key]
	if tat.Before(now) {
		tat = now
	}
	if wait := tat.Sub(now) - time.Duration(l.burst-1)*l.every; wait > 0 {
		return wait
	}
	l.at[key] = tat.Add(l.every)
	return 0
}

// Limit is a guard by member, or by address for visitors. Administrators' API tokens have no limit.
func (l *Limiter) Limit(c *fiber.Ctx) error {
	r := Of(c)
	if err := l.Check(r); err != nil {
		return err
	}
	return c.Next()
}

// Check is Limit for handlers that count only some of their requests. It sets Retry-After itself, because a form that
// is refused is shown again by its own handler.
func (l *Limiter) Check(r *Request) error {
	if r.Viewer.Administers() && r.Viewer.Session == 0 {
		return nil
	}
	key := "a" + r.c.IP()
	if r.Viewer.SignedIn() {
		key = "m" + strconv.FormatInt(int64(r.Viewer.ID), 10)
	}
	if wait := l.Take(key, r.Now); wait > 0 {
		f := fault.New(fault.TooMany, "error.too_many").After(wait)
		RetryAfter(r.c, f)
		return f
	}
	return nil
}
