package moderation_test

import (
	"strings"
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/moderation"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

func TestLog_isFilteredPagedAndForModerators(t *testing.T) {
	b := setup(t)
	const rounds = moderation.PageSize/2 + 1
	for range rounds {
		b.must(b.decide(b.mod, moderation.Lock, moderation.Thread, int64(b.thread), ""))
		b.must(b.decide(b.second, moderation.Unlock, moderation.Thread, int64(b.thread), ""))
	}
	locks := moderation.Filter{Action: moderation.Lock, Actor: b.mod.ID}
	p, err := b.Log(t.Context(), b.mod, locks, 0)
	b.ok(err)
	if len(p.Entries) != rounds || p.Next != 0 {
		t.Errorf("%d locks, next %d; want %d on one page", len(p.Entries), p.Next, rounds)
	}
	all := moderation.Filter{Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)}}
	p, err = b.Log(t.Context(), b.mod, all, 0)
	b.ok(err)
	if len(p.Entries) != moderation.PageSize || p.Next == 0 {
		t.Fatalf("first page: %d rows, next %d", len(p.Entries), p.Next)
	}
	if !p.Entries[0].Stands || p.Entries[1].Stands {
		t.Error("the newest row alone stands")
	}
	last := p.Entries[len(p.Entries)-1].ID
	p, err = b.Log(t.Context(), b.mod, all, p.Next)
	b.ok(err)
	if len(p.Entries) != 2 || p.Entries[0].ID >= last || p.Next != 0 {
		t.Errorf("second page: %d rows, next %d", len(p.Entries), p.Next)
	}
	for v, want := range map[*account.Viewer]fault.Kind{{}: fault.Unauthorised, &b.other: fault.Forbidden} {
		if _, err := b.Log(t.Context(), *v, moderation.Filter{}, 0); fault.KindOf(err) != want {
			t.Errorf("the log for %q: %v, want kind %v", v.Name, err, want)
		}
	}
}

func TestLog_cannotBeChanged(t *testing.T) {
	for _, sql := range []string{`update moderation_log set reason = 'other'`, `delete from moderation_log`, `truncate moderation_log cascade`} {
		t.Run(sql, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, pg.NewStore(pgtest.DB(t))) // truncate locks the table
			b.must(b.decide(b.mod, moderation.Lock, moderation.Thread, int64(b.thread), "spam"))
			err := b.store.InTx(t.Context(), func(tx *pg.Tx) error {
				_, err := tx.Exec(t.Context(), sql)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%v, want append-only", err)
			}
		})
	}
}
