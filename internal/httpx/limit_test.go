package httpx_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
)

func TestLimiter_burstThenPace(t *testing.T) {
	l := httpx.NewLimiter(3, time.Second)
	at := time.Unix(1000, 0)
	for i := range 3 {
		if wait := l.Take("a", at); wait != 0 {
			t.Fatalf("the %dth of a burst of 3 waits %v", i+1, wait)
		}
	}
	if wait := l.Take("a", at); wait != time.Second {
		t.Errorf("after the burst: wait %v, want 1s", wait)
	}
	if wait := l.Take("a", at.Add(400*time.Millisecond)); wait != 600*time.Millisecond {
		t.Errorf("0.4s later: wait %v, want 600ms", wait)
	}
	if wait := l.Take("b", at); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	// Who was refused pays nothing for asking.
	if wait := l.Take("a", at.Add(time.Second)); wait != 0 {
		t.Errorf("after the wait that was told: %v more", wait)
	}
	if wait := l.Take("a", at.Add(time.Second)); wait == 0 {
		t.Error("two pass in one interval")
	}
	// A long rest fills the bucket, and no further.
	rested := at.Add(time.Hour)
	for i := range 4 {
		if wait := l.Take("a", rested); (wait == 0) != (i < 3) {
			t.Errorf("after a rest, the %dth: wait %v", i+1, wait)
		}
	}
}

func TestLimiter_boundedMemory(t *testing.T) {
	l := httpx.NewLimiter(1, time.Hour)
	at := time.Unix(1000, 0)
	l.Take("first", at)
	for i := range 100_001 { // as many as it keeps: it forgets, and goes on
		if wait := l.Take(fmt.Sprint(i), at); wait != 0 {
			t.Fatalf("key %d waits %v", i, wait)
		}
	}
	if wait := l.Take("first", at); wait != 0 {
		t.Errorf("a limiter that is full keeps every key: wait %v", wait)
	}
}

func TestLimiter_guard(t *testing.T) {
	l := httpx.NewLimiter(1, time.Hour)
	s := newSite(t, func(app *fiber.App) { app.Get("/*", l.Limit, ok) })
	for i, c := range []struct {
		headers []string
		want    int
	}{
		{nil, 200}, {nil, 429}, // by address
		{as("member"), 200}, {as("member"), 429}, // by member, whatever the address
		{[]string{"Authorization", "Bearer api-wang"}, 429}, // the same member
		{as("admin"), 200}, {as("admin"), 429}, // an administrator in a browser is like everybody
		{[]string{"Authorization", "Bearer api-admin"}, 200}, {[]string{"Authorization", "Bearer api-admin"}, 200}, // a script is not
	} {
		a := s.get("/en", c.headers...)
		if a.StatusCode != c.want {
			t.Errorf("request %d: status %d, want %d", i+1, a.StatusCode, c.want)
		}
		if got := a.Header.Get("Retry-After"); (c.want == 429) != (got == "3600") {
			t.Errorf("request %d: Retry-After %q", i+1, got)
		}
	}
}

// A handler that shows its form again, with the fault on it, still says when to come back.
func TestLimiter_formShownAgain(t *testing.T) {
	l := httpx.NewLimiter(1, 90*time.Second)
	s := newSite(t, func(app *fiber.App) {
		app.Get("/*", func(c *fiber.Ctx) error {
			if err := l.Check(httpx.Of(c)); err != nil {
				return c.Status(httpx.Status(fault.Of(err).Kind)).SendString("the form")
			}
			return ok(c)
		})
	})
	s.get("/en")
	if a := s.get("/en"); a.StatusCode != 429 || a.Header.Get("Retry-After") != "90" {
		t.Errorf("status %d, Retry-After %q, want 429 and 90", a.StatusCode, a.Header.Get("Retry-After"))
	}
}
