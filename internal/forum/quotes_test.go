package forum_test

import (
	"strings"
	"testing"

	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// TestSetHidden_quotes: what others quote of a hidden post is hidden with it, and comes back with it, but where they have changed
// their own post meanwhile; what is erased stays gone.
func TestSetHidden_quotes(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	const secret = "Call Professor Zebra on 0123 456."
	st := b.start(b.lyl, "耐药数据", "我们在成都做了调查。")
	hidden := b.reply(b.anna, st.ID, secret)
	quoting := b.reply(b.lyl, st.ID, markup.Quote("annaweber", secret)+"我打过了。")
	changed := b.reply(b.lyl, st.ID, "> Professor Zebra on 0123 456\n\n是吗？")
	other := b.reply(b.lyl, st.ID, "> 别的话\n\n好。")
	hide := func(on bool) {
		t.Helper()
		b.inTx(func(tx *pg.Tx) error {
			_, err := b.SetHidden(t.Context(), tx, hidden, on)
			return err
		})
	}
	bodyOf := func(id forum.PostID) string {
		t.Helper()
		p, err := b.FindPost(t.Context(), i18n.En, id)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.HTML, "Zebra") != strings.Contains(p.Body, "Zebra") {
			t.Errorf("the HTML of %q is %s", p.Body, p.HTML)
		}
		return p.Body
	}
	hide(true)
	if got := bodyOf(quoting); got != "> […]\n\n我打过了。" {
		t.Errorf("the quoting post reads %q", got)
	}
	if got := bodyOf(other); !strings.Contains(got, "别的话") {
		t.Errorf("another quote reads %q", got)
	}
	if rs, err := b.Revisions(t.Context(), b.anna, quoting); err != nil || len(rs) != 1 {
		t.Errorf("its history: %+v, %v", rs, err)
	}
	if err := b.Edit(t.Context(), b.lyl, forum.EditForm{Post: changed, Body: "> […]\n\n不是吧？"}); err != nil {
		t.Fatal(err)
	}
	hide(false)
	if got := bodyOf(quoting); !strings.Contains(got, secret) {
		t.Errorf("shown again the quoting post reads %q", got)
	}
	if got := bodyOf(changed); got != "> […]\n\n不是吧？" {
		t.Errorf("the post that was changed reads %q", got)
	}
	if any, err := b.Withheld(t.Context(), quoting); err != nil || any {
		t.Errorf("something is withheld of the quoting post: %v, %v", any, err)
	}
	hide(true)
	for _, id := range []forum.PostID{quoting, changed} {
		rs, err := b.Revisions(t.Context(), b.anna, id)
		for _, r := range rs {
			if err != nil || strings.Contains(r.Body, "Zebra") {
				t.Errorf("hidden again, version %d of post %d reads %q, %v", r.Version, id, r.Body, err)
			}
		}
	}
	b.inTx(func(tx *pg.Tx) error {
		_, err := b.Erase(t.Context(), tx, hidden)
		return err
	})
	var left int
	err := b.store.QueryRow(t.Context(), `select (select count(*) from posts where body like '%Zebra%' or html like '%Zebra%')
		+ (select count(*) from post_revisions where body like '%Zebra%')`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("erased, the words are in %d rows, %v", left, err)
	}
}
