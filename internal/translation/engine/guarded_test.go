package engine

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"senet/internal/translation/engine/enginetest"
)

// TestTranslate_faults: what the caller sees of each thing that goes wrong, and how often the engine was asked.
func TestTranslate_faults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		fault enginetest.Fault
		want  error
		calls int
	}{
		{"slow", enginetest.Slow(), ErrTimeout, 4},
		{"429", enginetest.Status(429), ErrLimited, 4},
		{"529", enginetest.Status(529), ErrLimited, 4},
		{"500", enginetest.Status(500), ErrUnavailable, 4},
		{"503", enginetest.RetryAfter(503, "2"), ErrUnavailable, 4},
		{"cut body", enginetest.CutBody(), ErrAnswer, 4},
		{"wrong JSON", enginetest.WrongJSON(), ErrAnswer, 1},
		{"another JSON", enginetest.Body(`{"translations": 3, "translatedText": {}, "choices": "x"}`), ErrAnswer, 1},
		{"no JSON at all", enginetest.Body(""), ErrAnswer, 1},
		{"null", enginetest.Body("null"), ErrAnswer, 1},
		{"bad UTF-8", enginetest.BadUTF8(), ErrAnswer, 1},
		{"huge", enginetest.Huge(), ErrAnswer, 1},
		{"too few", enginetest.TooFew(), ErrAnswer, 1},
		{"too many", enginetest.TooMany(), ErrAnswer, 1},
		{"400", enginetest.Status(400), ErrRefusedByProvider, 1},
		{"401", enginetest.Status(401), ErrRefusedByProvider, 1},
		{"403", enginetest.AuthFailed(), ErrRefusedByProvider, 1},
		{"404", enginetest.Status(404), ErrRefusedByProvider, 1},
		{"413", enginetest.Status(413), ErrRefusedByProvider, 1},
		{"redirect", enginetest.Redirect("http://127.0.0.1:1/elsewhere"), ErrRefusedByProvider, 1},
		{"456", enginetest.Quota(), ErrQuota, 1},
	} {
		for name := range servers() {
			t.Run(c.what+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, name)
				if _, err := r.Translate(t.Context(), toZh("It begins well.")); err != nil {
					t.Fatal(err)
				}
				before := len(r.server.Translations())
				r.server.FailAlways(c.fault)
				r.late.Store(c.what == "slow")
				got, err := r.Translate(t.Context(), toZh("What nobody may read in a log."))
				if !errors.Is(err, c.want) || got != nil {
					t.Fatalf("%q, %v; want %v", got, err, c.want)
				}
				for _, secret := range []string{"nobody", r.server.Key, r.server.URL} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error shows %q: %v", secret, err)
					}
				}
				if !strings.HasPrefix(err.Error(), name+": ") {
					t.Errorf("the error does not name its engine: %v", err)
				}
				if n := len(r.server.Translations()) - before; n != c.calls {
					t.Errorf("%d calls, want %d", n, c.calls)
				}
				if s := r.State(); s.LastError != Kind(c.want) || s.Circuit != Closed || s.LastAt.IsZero() {
					t.Errorf("state %+v", s)
				}
				r.server.Heal()
				r.late.Store(false)
				if got, err = r.Translate(t.Context(), toZh("It goes on well.")); err != nil || got[0] != "译：It goes on well." {
					t.Errorf("afterwards: %q, %v", got, err)
				}
			})
		}
	}
}

// TestTranslate_faultsOfTexts: a text that cannot be used does not spoil the others.
func TestTranslate_faultsOfTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		fault  enginetest.Fault
		reason string
	}{
		{"empty", enginetest.Empty(), ReasonEmpty},
		{"blank", enginetest.Saying(" \n "), ReasonEmpty},
		{"swapped", enginetest.SwappedLanguage(), ReasonScript},
		{"another language", enginetest.Saying("HACKED"), ReasonScript},
		{"NUL", enginetest.NUL(), ReasonEncoding},
		{"U+FFFD", enginetest.Saying("字\uFFFD"), ReasonEncoding},
		{"long", enginetest.Long(), ReasonSize},
	} {
		for name := range servers() {
			t.Run(c.what+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, name)
				r.server.FailAlways(c.fault.Only("bad"))
				got, err := r.Translate(t.Context(), toZh("1", "This is a bad sentence.", "This is a good sentence.", "And a bad one again."))
				var refused *Refused
				if !errors.As(err, &refused) || !slices.Equal(refused.Positions, []int{1, 3}) || refused.Engine != name {
					t.Fatalf("%q, %v", got, err)
				}
				equal(t, refused.Reasons, []string{c.reason, c.reason})
				equal(t, got, []string{"1", "", "译：This is a good sentence.", ""})
				if Kind(err) != "texts" || r.State().LastError != "" {
					t.Errorf("%s is held against the engine: %+v", Kind(err), r.State())
				}
			})
		}
	}
}

// TestTranslate_placeholders: an engine gives back what came; that each is there once is the caller's to check.
func TestTranslate_placeholders(t *testing.T) {
	eachEngine(t, func(t *testing.T, name string) {
		r := newRig(t, name)
		for _, c := range []struct {
			fault enginetest.Fault
			want  string
		}{
			{enginetest.LostPlaceholder(), "译：See  and ⟦2⟧ for all of it."},
			{enginetest.DoubledPlaceholder(), "译：See ⟦1⟧ and ⟦2⟧ for all of it.⟦1⟧"},
		} {
			r.server.Fail(c.fault, 1)
			if got, err := r.Translate(t.Context(), toZh("See ⟦1⟧ and ⟦2⟧ for all of it.")); err != nil || got[0] != c.want {
				t.Errorf("%q, %v, want %q", got, err, c.want)
			}
		}
	})
}

// TestTranslate_lostCount: an engine that miscounts many texts is asked for fewer.
func TestTranslate_lostCount(t *testing.T) {
	eachEngine(t, func(t *testing.T, name string) {
		r := newRig(t, name)
		r.server.Fail(enginetest.TooFew(), 2)
		texts := []string{"The first text.", "The second text.", "The third text.", "The fourth text.", "The fifth text."}
		got, err := r.Translate(t.Context(), toZh(texts...))
		if err != nil {
			t.Fatal(err)
		}
		for i := range texts {
			if got[i] != "译："+texts[i] {
				t.Errorf("text %d is %q", i, got[i])
			}
		}
		if n := len(r.server.Translations()); n != 5 { // 5 (few), 2 (few), 1, 1, 3
			t.Errorf("%d calls", n)
		}
	})
}

// TestTranslate_oneFailsAll: what was translated before a call failed is not given out as if it were all.
func TestTranslate_oneFailsAll(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	texts := slices.Repeat([]string{"One of many texts."}, 60)
	r.server.Learn("One of many texts.", "其中之一。")
	r.server.Fail(enginetest.Fault{}, 1)
	r.server.Fail(enginetest.Quota(), 1)
	if got, err := r.Translate(t.Context(), toZh(texts...)); !errors.Is(err, ErrQuota) || got != nil {
		t.Errorf("%d texts, %v", len(got), err)
	}
}

func TestTranslate_cancelled(t *testing.T) {
	eachEngine(t, func(t *testing.T, name string) {
		r := newRig(t, name)
		r.server.FailAlways(enginetest.Slow())
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-r.server.Blocked()
			cancel()
		}()
		_, err := r.Translate(ctx, toZh("Nobody waits for this."))
		if !errors.Is(err, context.Canceled) || Kind(err) != "cancelled" {
			t.Errorf("%v", err)
		}
		if n := len(r.server.Translations()); n != 1 || r.State().LastError != "" {
			t.Errorf("%d calls, state %+v", n, r.State())
		}
		if _, err = r.Translate(ctx, toZh("Nor for this.")); !errors.Is(err, context.Canceled) || len(r.server.Translations()) != 1 {
			t.Errorf("with a context that has ended: %v", err)
		}
	})
}

// TestTranslate_cancelledWhileWaiting: who goes away between two attempts is told so, and the engine not blamed.
func TestTranslate_cancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	s := enginetest.DeepL(t)
	s.FailAlways(enginetest.Status(503))
	ctx, cancel := context.WithCancel(t.Context())
	engines, err := New(settings(NameDeepL, s), WithClock(time.Now, func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = engines[0].Translate(ctx, toZh("It fails first."))
	if !errors.Is(err, context.Canceled) || len(s.Calls()) != 1 || engines[0].(*Guarded).State().LastError != "" {
		t.Errorf("%v, %d calls, state %+v", err, len(s.Calls()), engines[0].(*Guarded).State())
	}
}

func TestTranslate_callersDeadline(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	r.server.FailAlways(enginetest.Slow())
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
	defer cancel()
	_, err := r.Translate(ctx, toZh("It has to be quick."))
	if !errors.Is(err, ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || r.State().LastError != "timeout" {
		t.Errorf("%v, state %+v", err, r.State())
	}
}

func TestTranslate_unreachable(t *testing.T) {
	t.Parallel()
	clock, log := newClock(), &ledger{}
	engines, err := New(Settings{Order: []string{NameDeepL}, DeepLKey: "topsecret", DeepLURL: "http://127.0.0.1:1"},
		WithClock(clock.now, clock.sleep), WithBudget(log))
	if err != nil {
		t.Fatal(err)
	}
	_, err = engines[0].Translate(t.Context(), toZh("Nobody is there."))
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("%v", err)
	}
	if len(clock.waits()) < 3 || len(log.reserved) != 1 {
		t.Errorf("waits %v, reserved %v; want three retries that cost nothing", clock.waits(), log.reserved)
	}
}

func TestTranslate_circuit(t *testing.T) {
	eachEngine(t, func(t *testing.T, name string) {
		r := newRig(t, name)
		began := r.clock.now()
		r.server.FailAlways(enginetest.Status(403))
		ask := func() error {
			_, err := r.Translate(t.Context(), toZh("Is anybody there?"))
			return err
		}
		for range 5 {
			if s := r.State(); s.Circuit != Closed || !s.Since.Equal(began) {
				t.Fatalf("state %+v", s)
			}
			if err := ask(); !errors.Is(err, ErrRefusedByProvider) {
				t.Fatal(err)
			}
		}
		calls := len(r.server.Calls())
		if err := ask(); !errors.Is(err, ErrOpen) || len(r.server.Calls()) != calls {
			t.Fatalf("after five failures: %v", err)
		}
		if s := r.State(); s.Circuit != Open || s.LastError != "refused" || !s.Retry.Equal(r.clock.now().Add(30*time.Second)) {
			t.Errorf("state %+v", s)
		}
		r.clock.pass(30 * time.Second)
		if err := ask(); !errors.Is(err, ErrRefusedByProvider) {
			t.Errorf("the probe: %v", err)
		}
		r.clock.pass(59 * time.Second)
		if err := ask(); !errors.Is(err, ErrOpen) {
			t.Errorf("after a failed probe: %v", err)
		}
		r.clock.pass(time.Second)
		r.server.Heal()
		if err := ask(); err != nil {
			t.Errorf("the second probe: %v", err)
		}
		if s := r.State(); s.Circuit != Closed || s.LastError != "refused" || !s.Since.Equal(r.clock.now()) {
			t.Errorf("state %+v", s)
		}
	})
}

// TestTranslate_oneProbe: of many calls after the pause, one is let through.
func TestTranslate_oneProbe(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	r.server.Fail(enginetest.AuthFailed(), 5)
	for range 5 {
		_, _ = r.Translate(t.Context(), toZh("Is anybody there?"))
	}
	r.clock.pass(30 * time.Second)
	r.server.Fail(enginetest.Slow(), 1)
	ctx, cancel := context.WithCancel(t.Context())
	probe := make(chan error)
	go func() {
		_, err := r.Translate(ctx, toZh("This is the probe."))
		probe <- err
	}()
	<-r.server.Blocked()
	if s := r.State(); s.Circuit != HalfOpen {
		t.Errorf("state %+v", s)
	}
	if _, err := r.Translate(t.Context(), toZh("And another.")); !errors.Is(err, ErrOpen) {
		t.Errorf("beside the probe: %v", err)
	}
	cancel()
	if err := <-probe; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if s := r.State(); s.Circuit != Open || !s.Retry.Equal(r.clock.now()) {
		t.Errorf("state %+v", s)
	}
	if _, err := r.Translate(t.Context(), toZh("A probe that nobody cancels.")); err != nil || r.State().Circuit != Closed {
		t.Errorf("after a cancelled probe: %v, state %+v", err, r.State())
	}
}

func TestTranslate_successBreaksTheRow(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	for range 4 {
		r.server.Fail(enginetest.AuthFailed(), 4)
		for range 5 {
			_, _ = r.Translate(t.Context(), toZh("Is anybody there?"))
		}
	}
	if s := r.State(); s.Circuit != Closed {
		t.Errorf("four failures and a success, again and again: %+v", s)
	}
}

func TestTranslate_budget(t *testing.T) {
	eachEngine(t, func(t *testing.T, name string) {
		r := newRig(t, name)
		r.log.limit = 20
		req := toZh("Twelve of it") // 12
		req.Context = strings.Repeat("not counted ", 50)
		if _, err := r.Translate(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		calls := len(r.server.Calls())
		for range 6 { // more than what opens the circuit
			_, err := r.Translate(t.Context(), req)
			if !errors.Is(err, ErrBudget) || !errors.Is(err, errSpent) || Kind(err) != "budget" {
				t.Fatal(err)
			}
		}
		if len(r.server.Calls()) != calls || r.State().Circuit != Closed || r.State().LastError != "" {
			t.Errorf("%d calls more, state %+v", len(r.server.Calls())-calls, r.State())
		}
		r.log.limit = 0
		if _, err := r.Translate(t.Context(), toEn("中文字⟦1⟧")); err != nil || r.log.reserved[1] != 6 {
			t.Errorf("reserved %v: characters are code points; %v", r.log.reserved, err)
		}
	})
}

// TestTranslate_budgetOfRetries: an attempt that the engine may have charged for is paid again.
func TestTranslate_budgetOfRetries(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		fault enginetest.Fault
		want  int
	}{"429": {enginetest.Status(429), 1}, "500": {enginetest.Status(500), 1}, "cut": {enginetest.CutBody(), 3}, "slow": {enginetest.Slow(), 3}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, NameDeepL)
			r.server.Fail(c.fault, 2)
			r.late.Store(what == "slow")
			if _, err := r.Translate(t.Context(), toZh("Twelve of it")); err != nil {
				t.Fatal(err)
			}
			if want := slices.Repeat([]int{12}, c.want); !slices.Equal(r.log.reserved, want) {
				t.Errorf("reserved %v, want %v", r.log.reserved, want)
			}
		})
	}
}

func TestTranslate_meter(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameLibre)
	r.server.Fail(enginetest.Status(503), 1)
	if _, err := r.Translate(t.Context(), toZh("One text.", "Two texts.")); err != nil {
		t.Fatal(err)
	}
	r.server.Fail(enginetest.AuthFailed(), 1)
	_, _ = r.Translate(t.Context(), toZh("Three."))
	equal(t, r.log.counted, []string{
		"libretranslate 0/0 ", "libretranslate 19/2 unavailable", "libretranslate 19/2 ", "libretranslate 6/1 refused",
	})
}

func TestTranslate_waits(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		fault enginetest.Fault
		times int
		want  []time.Duration
	}{
		"backs off":          {enginetest.Status(500), 3, []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}},
		"seconds":            {enginetest.RetryAfter(429, "7"), 2, []time.Duration{7 * time.Second, 7 * time.Second}},
		"a date":             {enginetest.RetryAfter(429, time.Date(2026, 3, 1, 12, 0, 9, 0, time.UTC).Format(http.TimeFormat)), 1, []time.Duration{9 * time.Second}},
		"a date in the past": {enginetest.RetryAfter(503, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat)), 1, []time.Duration{500 * time.Millisecond}},
		"zero":               {enginetest.RetryAfter(429, "0"), 1, []time.Duration{500 * time.Millisecond}},
		"nonsense":           {enginetest.RetryAfter(429, "soon"), 1, []time.Duration{500 * time.Millisecond}},
		"negative":           {enginetest.RetryAfter(429, "-5"), 1, []time.Duration{500 * time.Millisecond}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, NameDeepL)
			r.server.Fail(c.fault, c.times)
			if got, err := r.Translate(t.Context(), toZh("It comes in the end.")); err != nil || got[0] != "译：It comes in the end." {
				t.Fatalf("%q, %v", got, err)
			}
			if !slices.Equal(r.clock.waits(), c.want) {
				t.Errorf("waits %v, want %v", r.clock.waits(), c.want)
			}
		})
	}
}

// TestTranslate_longRetryAfter: an engine that wants an hour is not waited for.
func TestTranslate_longRetryAfter(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	r.server.FailAlways(enginetest.RetryAfter(429, "3600"))
	if _, err := r.Translate(t.Context(), toZh("It will take long.")); !errors.Is(err, ErrLimited) || len(r.clock.waits()) != 0 || len(r.server.Calls()) != 1 {
		t.Errorf("%v, waits %v, %d calls", err, r.clock.waits(), len(r.server.Calls()))
	}
}

// TestTranslate_noTimeToRetry: a wait that ends after the caller's deadline is not begun.
func TestTranslate_noTimeToRetry(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL)
	r.server.FailAlways(enginetest.RetryAfter(429, "30"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := r.Translate(ctx, toZh("There is no time for it.")); !errors.Is(err, ErrLimited) || len(r.clock.waits()) != 0 || len(r.server.Calls()) != 1 {
		t.Errorf("%v, waits %v, %d calls", err, r.clock.waits(), len(r.server.Calls()))
	}
}

func TestTranslate_rate(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL, func(s *Settings) { s.Rate = 2 })
	for range 5 {
		if _, err := r.Translate(t.Context(), toZh("One of five calls.")); err != nil {
			t.Fatal(err)
		}
	}
	if want := slices.Repeat([]time.Duration{500 * time.Millisecond}, 3); !slices.Equal(r.clock.waits(), want) {
		t.Errorf("waits %v, want %v", r.clock.waits(), want)
	}
}

// TestTranslate_rateIsOurs: a turn that comes too late for the caller is no failure of the engine's.
func TestTranslate_rateIsOurs(t *testing.T) {
	t.Parallel()
	r := newRig(t, NameDeepL, func(s *Settings) { s.Rate = 0.01 })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := r.Translate(ctx, toZh("The first call.")); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if _, err := r.Translate(ctx, toZh("Its turn would come too late.")); !errors.Is(err, ErrLimited) {
			t.Fatal(err)
		}
	}
	if r.State().Circuit != Closed || r.State().LastError != "" {
		t.Errorf("the hub's own rate is held against the engine: %+v", r.State())
	}
	if len(r.server.Calls()) != 1 {
		t.Errorf("%d calls", len(r.server.Calls()))
	}
	r.clock.pass(100 * time.Second)
	if _, err := r.Translate(ctx, toZh("Its turn has come.")); err != nil || len(r.clock.waits()) != 0 {
		t.Errorf("who gave up keeps a place in the queue: %v, waits %v", err, r.clock.waits())
	}
}
