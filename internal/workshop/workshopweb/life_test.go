package workshopweb_test

import (
	"strings"
	"testing"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// TestLife walks an event through its life as both languages see it: a draft, announced, registered for, full, moved,
// cancelled.
func TestLife(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.DB(t))
	anna := s.Person("Anna Weber", account.RoleModerator, i18n.En)
	wang := s.Person("王敏", account.RoleMember, i18n.Zh)
	li := s.Person("李云龙", account.RoleMember, i18n.Zh)
	visitor := apptest.Person{}

	draft := announced(t, s, anna, "do", "draft")
	s.Visit(wang, "/zh"+draft).Want(404)
	s.Visit(anna, "/en"+draft).Want(200)
	if got := s.Visit(visitor, "/en/workshops").Want(200).Find(".event-row").Length(); got != 0 {
		t.Errorf("visitors see %d drafts", got)
	}
	s.Submit(wang, "/zh"+draft+"/announce", nil).Want(404)
	s.Submit(anna, "/en"+draft+"/announce", nil).Want(303)

	for locale, want := range map[string]string{"en": "Comparing resistance data", "zh": "耐药数据的比对"} {
		a := s.Visit(visitor, "/"+locale+draft).Want(200)
		if got := a.Text("h1"); got != want {
			t.Errorf("%s: the title is %q", locale, got)
		}
		if got := a.Find("dl.when .when-line").Length(); got != 2 {
			t.Errorf("%s: a visitor sees %d zones, want Brussels and Beijing", locale, got)
		}
		if got := a.Find(".agenda-item").Length(); got != 2 {
			t.Errorf("%s: %d agenda items", locale, got)
		}
	}
	if got := s.Visit(visitor, "/zh").Want(200).Text(".next-title"); got != "耐药数据的比对" {
		t.Errorf("the home page tells of %q", got)
	}
	if got := s.Visit(visitor, "/en/c/amr").Want(200).Text(".challenge-events .next-title"); got != "Comparing resistance data" {
		t.Errorf("the challenge tells of %q", got)
	}

	s.Submit(wang, "/zh"+draft+"/register", nil).Want(303)
	s.Submit(li, "/zh"+draft+"/register", nil).Want(303)
	if got := s.Visit(li, "/zh"+draft).Text(".seat-state"); !strings.Contains(got, "第1位") {
		t.Errorf("the second is told %q", got)
	}
	s.Submit(wang, "/zh"+draft+"/unregister", nil).Want(303)
	if got := s.Visit(li, "/zh"+draft).Text(".seat-state"); !strings.Contains(got, "报名成功") {
		t.Errorf("who moved up is told %q", got)
	}
	inbox := s.Visit(li, "/zh/inbox").Want(200).Text(".inbox-list")
	for _, want := range []string{"已加入活动候补：", "耐药数据的比对", "递补成功"} {
		if !strings.Contains(inbox, want) {
			t.Errorf("the inbox says %q, want %q in it", inbox, want)
		}
	}

	s.Submit(anna, "/en"+draft+"/edit", form(t, "place", "Leuven", "version", "2")).Want(303)
	s.Submit(anna, "/en"+draft+"/edit", form(t, "place", "Ghent", "version", "2")).Want(409)
	s.Submit(anna, "/en"+draft+"/cancel", map[string][]string{"reason": {"The speaker is ill"}}).Want(303)
	a := s.Visit(li, "/zh"+draft).Want(200)
	if got := a.Text(".notice.danger"); !strings.Contains(got, "已取消") || !strings.Contains(got, "The speaker is ill") {
		t.Errorf("of a cancelled event it says %q", got)
	}
	inbox = s.Visit(li, "/zh/inbox").Want(200).Text(".inbox-list")
	for _, want := range []string{"活动时间或地点有变", "活动已取消", "The speaker is ill"} {
		if !strings.Contains(inbox, want) {
			t.Errorf("the inbox says %q, want %q in it", inbox, want)
		}
	}
	s.Submit(wang, "/zh"+draft+"/register", nil).Want(409)
}
