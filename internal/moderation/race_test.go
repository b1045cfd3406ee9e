package moderation_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/moderation"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

func TestHide_twoAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	errs := make(chan error, 2)
	for _, v := range []account.Viewer{b.mod, b.second} {
		go func() {
			_, err := b.decide(v, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
			errs <- err
		}()
	}
	var conflicts int
	for range 2 {
		if err := <-errs; err != nil {
			if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Args["Name"] == nil {
				t.Errorf("%v, want a Conflict with a name", err)
			}
			conflicts++
		}
	}
	if conflicts != 1 {
		t.Errorf("%d conflicts, want 1", conflicts)
	}
	if n := value[int64](b, `select count(*) from moderation_log where subject_kind = 'post'`); n != 1 {
		t.Errorf("%d rows of the log, want 1", n)
	}
}

func TestSetRole_twoAdministratorsTakeEachOthers(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	twin := b.member("Twin", account.RoleAdmin)
	errs := make(chan error, 2)
	for _, pair := range [][2]account.Viewer{{b.admin, twin}, {twin, b.admin}} {
		go func() {
			_, err := b.setRole(pair[0], pair[1].ID, account.RoleMember)
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%v, want nothing or Forbidden", err)
		}
	}
	if n := value[int64](b, `select count(*) from members where role = 'admin'`); n != 1 {
		t.Errorf("%d administrators are left, want 1", n)
	}
}

func TestAct_leavesNothingWhenItsNoticeFails(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	_, err := b.exec(`alter table notices add constraint no_hidden check (kind <> 'hidden') not valid`)
	b.ok(err)
	rows := b.logged()
	if _, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"); err == nil || errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("%v, want the notice to fail", err)
	}
	if postState(b) != "shown" || b.logged() != rows {
		t.Error("the post is hidden, or the log has a row, although the transaction failed")
	}
}

// TestReport_manyAtOnce: three hundred members report one post at the same moment, and one of them forty other things.
func TestReport_manyAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	const crowd = 300
	_, err := b.exec(`insert into members (name, handle, handle_key, region, role)
		select 'Reader ' || n, 'crowd' || n, 'crowd' || n, 'eu', 'member' from generate_series(1, $1) n`, crowd)
	b.ok(err)
	rows, err := b.store.Query(t.Context(), `select id from members where handle like 'crowd%'`)
	b.ok(err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	b.ok(err)
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			v := account.Viewer{ID: id, Role: account.RoleMember}
			if err := b.report(v, moderation.Post, int64(b.answer), "spam"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ws := b.queue()
	if len(ws) != 1 || ws[0].ReportCount != crowd || ws[0].Urgency != moderation.Urgent {
		t.Fatalf("queue %+v, want one urgent case of %d reports", ws, crowd)
	}
	e, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
	b.must(e, err)
	if n := value[int64](b, `select count(*) from notices where kind = 'report_acted'`); n != crowd {
		t.Errorf("%d reporters were told, want %d", n, crowd)
	}
	var done, refused atomic.Int64
	for n := range 40 {
		all.Go(func() {
			v := account.Viewer{ID: ids[0], Role: account.RoleMember}
			err := b.report(v, moderation.Member, int64(ids[n+1]), "spam")
			switch {
			case err == nil:
				done.Add(1)
			case fault.KindOf(err) == fault.TooMany:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if done.Load() != moderation.ReportsAnHour-1 || refused.Load() != 40-done.Load() {
		t.Errorf("%d more reports were taken within the hour and %d refused, want %d", done.Load(), refused.Load(), moderation.ReportsAnHour-1)
	}
}

// TestDecide_byWhoHasTheCase: a case that somebody has is decided by him only.
func TestDecide_byWhoHasTheCase(t *testing.T) {
	b := setup(t)
	b.ok(b.report(b.reader, moderation.Post, int64(b.answer), "spam"))
	in := b.queue()[0].ID
	b.ok(b.Claim(t.Context(), b.mod, in))
	dismiss := moderation.Verdict{Action: moderation.Dismiss, Subject: moderation.Subject{Kind: moderation.Post, ID: int64(b.answer)}, Why: moderation.Why{Case: in}}
	if _, err := b.Decide(t.Context(), b.second, dismiss); fault.KindOf(err) != fault.Conflict || fault.Of(err).Args["Name"] != b.mod.Name {
		t.Errorf("by another: %v, want a Conflict that names %s", err, b.mod.Name)
	}
	_, err := b.exec(`update cases set claimed_until = now() - interval '1 second'`)
	b.ok(err)
	if _, err := b.Decide(t.Context(), b.second, dismiss); err != nil {
		t.Errorf("when the claim is over: %v", err)
	}
}

// TestQueue_pagesAndNext: a queue of several pages is walked without a gap, and the next case keeps to the filter.
func TestQueue_pagesAndNext(t *testing.T) {
	b := setup(t)
	_, err := b.exec(`insert into cases (subject_kind, subject_id, kind, lang, urgency, author_id)
		select 'post', 1000000 + n, 'report', case when n % 10 = 0 then 'zh' else 'en' end, n % 4, $1 from generate_series(1, 120) n`, b.author.ID)
	b.ok(err)
	seen := map[moderation.CaseID]bool{}
	last := moderation.QueueCursor{Urgency: moderation.Urgent + 1}
	for after := (moderation.QueueCursor{}); ; {
		ws, next, err := b.Queue(t.Context(), b.mod, moderation.QueueFilter{}, after)
		b.ok(err)
		for _, w := range ws {
			if seen[w.ID] || w.Urgency > last.Urgency || w.Urgency == last.Urgency && w.ID < last.ID {
				t.Fatalf("case %d of urgency %d comes after %+v", w.ID, w.Urgency, last)
			}
			seen[w.ID], last = true, moderation.QueueCursor{Urgency: w.Urgency, ID: w.ID}
		}
		if next.ID == 0 {
			break
		}
		after = next
	}
	if len(seen) != 120 {
		t.Errorf("%d cases seen, want 120", len(seen))
	}
	chinese, _, err := b.Queue(t.Context(), b.mod, moderation.QueueFilter{Lang: "zh"}, moderation.QueueCursor{})
	b.ok(err)
	b.ok(b.Claim(t.Context(), b.second, chinese[1].ID)) // which another has by now
	next, err := b.Next(t.Context(), b.mod, moderation.QueueFilter{Lang: "zh"}, chinese[0].ID)
	if err != nil || next != chinese[2].ID {
		t.Errorf("the next is %d, %v; want %d", next, err, chinese[2].ID)
	}
}
