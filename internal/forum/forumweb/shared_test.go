package forumweb_test

import (
	"fmt"
	"strings"
	"testing"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// Posts are drawn once for many; each member must still see what is its own, and nothing of the others'.
func TestThread_drawnForManyShowsEachTheirOwn(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	lyl := s.Person("李云龙", account.RoleMember, i18n.Zh)
	marek := s.Person("Marek Novak", account.RoleMember, i18n.En)
	mod := s.Person("Mo", account.RoleModerator, i18n.En)
	st := s.Thread(anna, "A thread", 2)
	post := fmt.Sprintf("#post-%d ", st.PostID)
	s.Submit(lyl, fmt.Sprintf("/en/p/%d/react/thanks", st.PostID), form("on", "1")).Want(303)
	s.Submit(marek, fmt.Sprintf("/en/p/%d/bookmark", st.PostID), form("on", "1")).Want(303)
	for range 2 { // drawn, and from memory
		for _, c := range []struct {
			who                                   apptest.Person
			thanked, kept, canReact, edits, tools int
		}{
			{anna, 0, 0, 0, 1, 0},
			{lyl, 1, 0, 3, 0, 0},
			{marek, 0, 1, 3, 0, 0},
			{mod, 0, 0, 3, 0, 1},
			{visitor, 0, 0, 0, 0, 0},
		} {
			page := s.Visit(c.who, "/en"+st.Path()).Want(200)
			for selector, want := range map[string]int{
				"[data-react=thanks][aria-pressed=true]":                       c.thanked,
				"[data-bookmark][aria-pressed=true]":                           c.kept,
				"[data-react]":                                                 c.canReact,
				fmt.Sprintf("a[href='/en/p/%d/edit']", st.PostID):              c.edits,
				fmt.Sprintf("form[action*='/moderation/posts/%d']", st.PostID): c.tools,
			} {
				if got := page.Find(post + selector).Length(); got != want {
					t.Errorf("%q sees %d × %s, want %d", c.who.Name, got, selector, want)
				}
			}
			if got := page.Find("article.post").Length(); got != 3 {
				t.Errorf("%q sees %d posts, want 3", c.who.Name, got)
			}
		}
	}
	if got := s.Visit(lyl, "/zh"+st.Path()).Want(200).Text("[data-react=thanks] span"); !strings.Contains(got, "感谢") {
		t.Errorf("in Chinese the button says %q", got)
	}
	s.Submit(lyl, fmt.Sprintf("/en/p/%d/react/thanks", st.PostID), form("on", "0")).Want(303)
	if got := s.Visit(lyl, "/en"+st.Path()).Find(post + "[data-react=thanks][aria-pressed=false]").Length(); got != 1 {
		t.Error("a reaction that was taken back still shows")
	}
}

// What another node hides is gone from members' pages even when the word of it was lost.
func TestThread_hiddenElsewhere(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "A thread", 3)
	if got := s.Visit(anna, "/en"+st.Path()).Want(200).Find("article.post").Length(); got != 4 {
		t.Fatalf("%d posts, want 4", got)
	}
	for sql, id := range map[string]any{
		`update posts set hidden_at = now() where thread_id = $1 and number = 3`: st.ID,
		`update threads set change = change + 1 where id = $1`:                   st.ID,
	} {
		if _, err := s.Store.Exec(t.Context(), sql, id); err != nil {
			t.Fatal(err)
		}
	}
	page := s.Visit(anna, "/en"+st.Path()).Want(200)
	if got := page.Find("article.post").Length(); got != 3 || strings.Contains(page.Body, "Reply 2 to") {
		t.Errorf("%d posts, want 3 without the hidden one", got)
	}
	if _, err := s.Store.Exec(t.Context(), `update threads set hidden_at = now(), change = change + 1 where id = $1`, st.ID); err != nil {
		t.Fatal(err)
	}
	s.Visit(anna, "/en"+st.Path()).Want(404)
}
