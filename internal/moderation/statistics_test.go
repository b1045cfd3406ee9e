package moderation_test

import (
	"slices"
	"testing"
	"time"

	"senet/internal/fault"
	"senet/internal/moderation"
)

// TestStatistics counts a small time by hand.
func TestStatistics(t *testing.T) {
	b := setup(t)
	for _, category := range []string{"spam", "spam", "abuse"} {
		v := b.member("Reporter "+category+time.Now().String(), "member")
		if err := b.report(v, moderation.Post, int64(b.answer), category); err != nil {
			t.Fatal(err)
		}
	}
	ws := b.queue()
	value[int64](b, `update cases set opened_at = opened_at - interval '2 hours' where id = $1 returning id`, ws[0].ID)
	if _, err := b.Look(t.Context(), b.mod, ws[0].ID); err != nil {
		t.Fatal(err)
	}
	e, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
	b.must(e, err)
	if err := b.Appeal(t.Context(), b.author, e.ID, "No"); err != nil {
		t.Fatal(err)
	}
	b.must(b.Overturn(t.Context(), b.second, e.ID, moderation.Why{Case: b.queue()[0].ID}))

	n, err := b.Statistics(t.Context(), b.mod, time.Now().Add(-24*time.Hour), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if n.Times.Opened != 2 || n.Times.Closed != 2 || n.Overturned != 1 || n.Upheld != 0 || n.Waiting != 0 {
		t.Errorf("numbers %+v", n)
	}
	if n.Times.LookMedian == nil || *n.Times.LookMedian < 7190 || *n.Times.LookMedian > 7260 {
		t.Errorf("the first look took %v", n.Times.LookMedian)
	}
	if want := []moderation.Count{{Name: "spam", N: 2}, {Name: "abuse", N: 1}}; !slices.Equal(n.Rules, want) {
		t.Errorf("rules %+v, want %+v", n.Rules, want)
	}
	if want := []moderation.Count{{Name: "hide", N: 1}, {Name: "unhide", N: 1}}; !slices.Equal(n.Decisions, want) {
		t.Errorf("decisions %+v, want %+v", n.Decisions, want)
	}
	if _, err := b.Statistics(t.Context(), b.reader, time.Now(), time.Now()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member: %v, want Forbidden", err)
	}
	empty, err := b.Statistics(t.Context(), b.mod, time.Now().AddDate(-3, 0, 0), time.Now().AddDate(-2, 0, 0))
	if err != nil || empty.Times.LookMedian != nil || len(empty.Decisions) != 0 {
		t.Errorf("nothing: %+v, %v", empty, err)
	}
}

func TestHalfYear(t *testing.T) {
	for at, want := range map[string]string{"2026-01-01T00:00:00Z": "2026-H1", "2026-06-30T23:59:59Z": "2026-H1", "2026-07-01T00:00:00Z": "2026-H2", "2027-01-01T00:30:00+08:00": "2026-H2"} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		h := moderation.HalfYearOf(moment)
		from, to := h.Bounds()
		if h.String() != want || moment.Before(from) || !moment.Before(to) {
			t.Errorf("%s is in %s (%v to %v), want %s", at, h, from, to, want)
		}
	}
}
