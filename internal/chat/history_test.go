package chat

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// spread puts the events of the room an hour from each other, from the start on.
func (h *house) spread(start time.Time) {
	h.t.Helper()
	for _, table := range []string{"update room_events set at", "update messages set created_at"} {
		_, err := h.pool.Exec(h.t.Context(), table+` = $2::timestamptz + (seq - 1) * interval '1 hour' where room_id = $1`, h.room, start)
		h.must(err)
	}
}

func TestFirstSince_findsTheDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, _, found, err := h.service.FirstSince(t.Context(), h.anna, h.room, time.Time{}.AddDate(2000, 0, 0)); found || err != nil {
		t.Fatalf("in an empty room: %v, %v", found, err)
	}
	h.backfill(500)
	h.hide(100) // its own event, 501, is no message
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	h.spread(start)
	at := func(since time.Time) int64 {
		t.Helper()
		id, seq, found, err := h.service.FirstSince(t.Context(), h.anna, h.room, since)
		h.must(err)
		if !found {
			return 0
		}
		if id != h.idOf(seq) {
			t.Errorf("since %v: message %d is not that of seq %d", since, id, seq)
		}
		return seq
	}
	for since, want := range map[time.Time]int64{
		start.AddDate(-5, 0, 0):             1,
		start:                               1,
		start.Add(time.Nanosecond * 1000):   2,
		start.AddDate(0, 0, 1):              25,
		start.Add(99 * time.Hour):           100, // hidden, and still a place
		start.Add(499 * time.Hour):          500,
		start.Add(499*time.Hour + 1000):     0, // only the removal is later
		start.AddDate(5, 0, 0):              0,
		start.Add(-time.Hour):               1,
		start.Add(24*time.Hour - 1000*1000): 25,
	} {
		if got := at(since); got != want {
			t.Errorf("since %v: seq %d, want %d", since, got, want)
		}
	}
	for range 50 {
		hours := rand.Int64N(499)
		if got := at(start.Add(time.Duration(hours) * time.Hour)); got != hours+1 {
			t.Errorf("since hour %d: seq %d, want %d", hours, got, hours+1)
		}
	}
}

// A long log is probed, not read: no more rows of it are touched than halving takes.
func TestFirstSince_probes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(20_000)
	h.spread(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	_, err := h.pool.Exec(t.Context(), `analyze room_events, messages`)
	h.must(err)
	var plan []byte
	h.must(h.pool.QueryRow(t.Context(), `explain (analyze, format json) `+firstSince,
		pgx.StrictNamedArgs{"room": h.room, "since": time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}).Scan(&plan))
	var tree any
	h.must(json.Unmarshal(plan, &tree))
	if touched := rowsOf(tree, "room_events") + rowsOf(tree, "messages"); touched < 10 || touched > 40 {
		t.Errorf("%v rows of the log were touched, want about 15: %s", touched, plan)
	}
}

// rowsOf is how many rows of a table a plan has looked at.
func rowsOf(node any, table string) (n float64) {
	switch v := node.(type) {
	case []any:
		for _, part := range v {
			n += rowsOf(part, table)
		}
	case map[string]any:
		if v["Relation Name"] == table {
			removed, _ := v["Rows Removed by Filter"].(float64)
			n += (v["Actual Rows"].(float64) + removed) * v["Actual Loops"].(float64)
		}
		for _, part := range v {
			n += rowsOf(part, table)
		}
	}
	return n
}

func TestAround(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(20)
	h.hide(3)
	h.backfill(5) // 22 to 26
	for _, c := range []struct {
		at           int64
		back, on     int
		first, last  int64
		n            int
		older, newer bool
	}{
		{10, 3, 2, 8, 12, 5, true, true},
		{3, 50, 0, 1, 3, 3, false, true},
		{20, 1, 2, 20, 23, 3, true, true},
		{21, 0, 50, 22, 26, 5, true, false},
		{26, 25, 25, 1, 26, 25, false, false},
		{99, 2, 9, 25, 26, 2, true, false},
		{0, 9, 1, 1, 1, 1, false, true},
		{26, 0, 9, 0, 0, 0, true, false},
	} {
		t.Run(fmt.Sprint(c.at, c.back, c.on), func(t *testing.T) {
			st, err := h.service.Around(t.Context(), h.anna, h.room, c.at, c.back, c.on)
			h.must(err)
			var seqs []int64
			for _, m := range st.Messages {
				seqs = append(seqs, m.Seq)
			}
			if len(seqs) != c.n || c.n > 0 && (seqs[0] != c.first || seqs[c.n-1] != c.last) || !slices.IsSorted(seqs) {
				t.Errorf("got %v, want %d from %d to %d", seqs, c.n, c.first, c.last)
			}
			if st.Older != c.older || st.Newer != c.newer {
				t.Errorf("older %v newer %v, want %v %v", st.Older, st.Newer, c.older, c.newer)
			}
		})
	}
}
