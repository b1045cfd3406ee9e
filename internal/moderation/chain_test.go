package moderation_test

import (
	"fmt"
	"sync"
	"testing"

	"senet/internal/moderation"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// TestVerifyLog: whatever somebody with all rights does to the log is found.
func TestVerifyLog(t *testing.T) {
	for name, c := range map[string]struct {
		sql    string
		broken bool // a row does not fit; else the end is missing
	}{
		"a reason":          {`update moderation_log set reason = 'Indeed' where id = (select min(id) + 1 from moderation_log)`, true},
		"data":              {`update moderation_log set data = '{}' where id = (select min(id) from moderation_log)`, true},
		"the actor":         {`update moderation_log set actor_id = (select id from members where name = 'Reader') where id = (select min(id) + 1 from moderation_log)`, true},
		"a rule":            {`update moderation_log set rule_id = 1 where id = (select max(id) from moderation_log)`, true},
		"a row":             {`delete from moderation_log where id = (select min(id) + 1 from moderation_log)`, true},
		"the first row":     {`delete from moderation_log where id = (select min(id) from moderation_log)`, true},
		"the last row":      {`delete from moderation_log where id = (select max(id) from moderation_log)`, false},
		"the order":         {`update moderation_log set at = at - interval '1 day' where id = (select max(id) from moderation_log)`, true},
		"the time, by 1 µs": {`update moderation_log set at = at + interval '1 microsecond' where id = (select max(id) from moderation_log)`, true},
		"one slipped in": {`insert into moderation_log (id, actor_id, action, aspect, subject_kind, subject_id, prev_hash, hash) overriding system value
			select max(id) + 1, min(actor_id), 'lock', 'locked', 'thread', 1, (select hash from moderation_head), sha256('x') from moderation_log`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, pg.NewStore(pgtest.DB(t))) // switching triggers off locks the table
			for range 2 {
				b.must(b.decide(b.mod, moderation.Lock, moderation.Thread, int64(b.thread), "中文理由"))
				b.must(b.decide(b.mod, moderation.Unlock, moderation.Thread, int64(b.thread), ""))
			}
			rows := value[int](b, `select count(*) from moderation_log`)
			chain, err := moderation.VerifyLog(t.Context(), b.store)
			if err != nil || !chain.Sound() || chain.Rows != rows || len(chain.Head) != 64 {
				t.Fatalf("before: %+v, %v", chain, err)
			}
			for _, sql := range []string{`alter table moderation_log disable trigger user`, c.sql} {
				if _, err := b.store.Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			chain, err = moderation.VerifyLog(t.Context(), b.store)
			if err != nil || chain.Sound() || (chain.Broken != 0) != c.broken {
				t.Errorf("after: %+v, %v", chain, err)
			}
		})
	}
}

// TestVerifyLog_manyAtOnce: decisions of many at once make one chain without gaps.
func TestVerifyLog_manyAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	first := value[int64](b, `select log_id from moderation_head`)
	const n = 24
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			id := value[int64](b, `insert into members (name, handle, handle_key, role) values ($1, $1, $1, 'member') returning id`, fmt.Sprintf("many%d", i))
			if _, err := b.decide(b.mod, moderation.Warn, moderation.Member, id, "Again"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	chain, err := moderation.VerifyLog(t.Context(), b.store)
	if err != nil || !chain.Sound() || int64(chain.Rows) != first+n {
		t.Errorf("chain %+v, %v", chain, err)
	}
	if last := value[int64](b, `select max(id) from moderation_log`); last != first+n {
		t.Errorf("the last is %d, want %d", last, first+n)
	}
}
