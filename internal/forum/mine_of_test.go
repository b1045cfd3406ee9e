package forum_test

import (
	"fmt"
	"sync"
	"testing"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/pg/pgtest"
)

// Asks that come at the same time are answered by one query: everybody must get their own answer.
func TestMineOf_manyAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.DB(t))
	st := b.start(b.anna, "A thread", "Opening")
	other := b.start(b.lyl, "Another", "Opening")
	var members []account.Viewer
	for i := range 40 {
		m := b.member(fmt.Sprintf("Member %d", i), fmt.Sprintf("member%d", i), account.RoleMember)
		if i%2 == 0 {
			if err := b.React(t.Context(), m, st.PostID, forum.Insight, true); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.SaveDraft(t.Context(), m, forum.Draft{Place: fmt.Sprintf("thread:%d", st.ID), Body: m.Name}); err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	var wg sync.WaitGroup
	for i, m := range members {
		for _, at := range []forum.Started{st, other, {ID: 999_999, PostID: 1}} {
			wg.Go(func() {
				mine, err := b.MineOf(t.Context(), m, 1, at.ID, []forum.PostID{at.PostID}, 0, 1)
				if err != nil {
					t.Errorf("%s: %v", m.Name, err)
					return
				}
				switch at.ID {
				case st.ID:
					if mine.Draft.Body != m.Name || mine.HasReacted(st.PostID, forum.Insight) != (i%2 == 0) || mine.Change < 1 {
						t.Errorf("%s gets %+v", m.Name, mine)
					}
				case other.ID:
					if mine.Draft.Body != "" || len(mine.Reacted) > 0 {
						t.Errorf("%s gets %+v of another thread", m.Name, mine)
					}
				default:
					if mine.Change != -1 {
						t.Errorf("a thread that is not there stands at %d", mine.Change)
					}
				}
			})
		}
	}
	wg.Wait()
}
