package forum_test

import (
	"fmt"
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// TestMerge: the posts follow those of the other thread, with followers and drafts; the address leads there; taken back all is as
// it was, but for what was written meanwhile.
func TestMerge(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	from, to := b.start(b.lyl, "耐药数据", "我们在成都做了调查。"), b.start(b.anna, "Resistance data", "We have some, too.")
	b.reply(b.anna, from.ID, "Interesting.")
	b.reply(b.lyl, to.ID, "好。")
	if _, err := b.SaveDraft(t.Context(), b.manager, forum.Draft{Place: fmt.Sprintf("thread:%d", from.ID), Body: "half a thought"}); err != nil {
		t.Fatal(err)
	}
	var moved forum.Moved
	b.inTx(func(tx *pg.Tx) (err error) {
		_, moved, err = b.Merge(t.Context(), tx, from.ID, to.ID)
		return err
	})
	if got := b.stand(to.ID); got != "1 2 3 4 of 4" {
		t.Errorf("the thread has %s", got)
	}
	if _, err := b.FindThread(t.Context(), b.lyl, i18n.En, from.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the merged thread: %v", err)
	}
	if path, err := b.MergedInto(t.Context(), from.ID); err != nil || path != to.Path() {
		t.Errorf("it leads to %q, %v; want %s", path, err, to.Path())
	}
	if place, err := b.PlaceOf(t.Context(), from.PostID); err != nil || place.ThreadID != to.ID {
		t.Errorf("its first post is in thread %d, %v", place.ThreadID, err)
	}
	var follows, drafts int
	if err := b.store.QueryRow(t.Context(), `select (select count(*) from thread_follows where thread_id = $1), (select count(*) from drafts where place = 'thread:' || $1)`, to.ID).Scan(&follows, &drafts); err != nil || follows != 2 || drafts != 1 {
		t.Errorf("%d follow, %d are writing, %v; want 2 and 1", follows, drafts, err)
	}
	b.reply(b.anna, to.ID, "Now in one place.")
	b.inTx(func(tx *pg.Tx) error {
		_, _, err := b.Unmerge(t.Context(), tx, moved)
		return err
	})
	if got := b.stand(from.ID); got != "1 2 of 2" {
		t.Errorf("taken back the thread has %s", got)
	}
	if got := b.stand(to.ID); got != "1 2 5 of 3" {
		t.Errorf("and the other %s", got)
	}
	if path, err := b.MergedInto(t.Context(), from.ID); err != nil || path != "" {
		t.Errorf("it still leads to %q, %v", path, err)
	}
}

// TestSplit: picked replies are a thread of their own, each knows of the other, and what was written there comes back too.
func TestSplit(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.lyl, "耐药数据", "我们在成都做了调查。")
	first, second := b.reply(b.anna, st.ID, "Something else: who pays?"), b.reply(b.lyl, st.ID, "基金。")
	b.reply(b.anna, st.ID, "Back to the data.")
	split := func(posts ...forum.PostID) (sub forum.Subject, m forum.Moved, err error) {
		err = b.store.InTx(t.Context(), func(tx *pg.Tx) error {
			sub, m, err = b.Split(t.Context(), tx, st.ID, posts, "Who pays?", "")
			return err
		})
		return sub, m, err
	}
	if _, _, err := split(); fault.KindOf(err) != fault.Invalid {
		t.Errorf("of nothing: %v", err)
	}
	if _, _, err := split(st.PostID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("of the opening post: %v", err)
	}
	sub, m, err := split(second, first)
	if err != nil {
		t.Fatal(err)
	}
	if a, z := b.stand(st.ID), b.stand(sub.ThreadID); a != "1 4 of 2" || z != "1 2 of 2" {
		t.Errorf("the threads have %s and %s", a, z)
	}
	if fresh, err := b.FindThread(t.Context(), account.Visitor(), i18n.En, sub.ThreadID); err != nil || fresh.Title != "Who pays?" || fresh.ID != sub.ThreadID || fresh.AuthorID != b.anna.ID || !fresh.HasKin {
		t.Errorf("the new thread is %+v, %v", fresh, err)
	}
	for of, want := range map[forum.ThreadID]bool{st.ID: true, sub.ThreadID: false} {
		if kin, err := b.Kin(t.Context(), of); err != nil || len(kin) != 1 || kin[0].Child != want {
			t.Errorf("kin of %d: %+v, %v", of, kin, err)
		}
	}
	b.reply(b.lyl, sub.ThreadID, "还有医院。")
	b.inTx(func(tx *pg.Tx) error {
		_, _, err := b.Unsplit(t.Context(), tx, m)
		return err
	})
	if got := b.stand(st.ID); got != "1 2 3 4 5 of 5" {
		t.Errorf("taken back the thread has %s", got)
	}
	if path, err := b.MergedInto(t.Context(), sub.ThreadID); err != nil || path != st.Path() {
		t.Errorf("the other leads to %q, %v", path, err)
	}
}

// TestMerge_crosswise: of two who merge each other's threads at once one finds nothing to merge.
func TestMerge_crosswise(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.DB(t))
	one, other := b.start(b.lyl, "One thread", "We have some."), b.start(b.anna, "Other thread", "We have some, too.")
	errs := make(chan error, 2)
	for _, way := range [][2]forum.ThreadID{{one.ID, other.ID}, {other.ID, one.ID}} {
		go func() {
			errs <- b.store.InTx(t.Context(), func(tx *pg.Tx) error {
				_, _, err := b.Merge(t.Context(), tx, way[0], way[1])
				return err
			})
		}()
	}
	failed := 0
	for range 2 {
		if err := <-errs; err != nil {
			failed++
			if k := fault.KindOf(err); k != fault.NotFound && k != fault.Conflict {
				t.Error(err)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d of two failed, want one", failed)
	}
}

func (b *bundle) inTx(f func(tx *pg.Tx) error) {
	b.t.Helper()
	if err := b.store.InTx(b.t.Context(), f); err != nil {
		b.t.Fatal(err)
	}
}

// stand is which numbers a thread has, and how many posts it counts: "1 2 4 of 3".
func (b *bundle) stand(id forum.ThreadID) (got string) {
	b.t.Helper()
	err := b.store.QueryRow(b.t.Context(), `select (select string_agg(number::text, ' ' order by number) from posts where thread_id = t.id) || ' of ' || post_count
		from threads t where id = $1 and hidden_at is null`, id).Scan(&got)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}
