package workshopweb_test

import (
	"strings"
	"testing"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/mail/mailtest"
	"senet/internal/pg/pgtest"
)

// TestLetters: what is told by mail, in the words and by the clocks of who is told, with a file for the calendar.
func TestLetters(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.DB(t))
	anna := s.Person("Anna Weber", account.RoleModerator, i18n.En)
	wang := s.Person("王敏", account.RoleMember, i18n.Zh)
	marek := s.Person("Marek Novak", account.RoleMember, i18n.En)
	s.Address(wang, "wang@example.org")
	s.Address(marek, "marek@example.org")
	if _, err := s.Store.Exec(t.Context(), `update members set time_zone = 'Asia/Shanghai' where id = $1`, wang.ID); err != nil {
		t.Fatal(err)
	}
	path := announced(t, s, anna, "link", "https://meet.example/x", "place", "Leuven")
	s.Submit(wang, "/zh"+path+"/register", nil).Want(303)
	s.Submit(marek, "/en"+path+"/register", nil).Want(303)
	got := s.Letters()
	if len(got) != 2 {
		t.Fatalf("%d letters, want 2", len(got))
	}
	confirmed, waiting := letterTo(t, got, "wang"), letterTo(t, got, "marek")
	if confirmed.Subject != "报名成功：耐药数据的比对" || confirmed.Method != "PUBLISH" || len(confirmed.Files) != 1 {
		t.Errorf("the confirmation is %q with the calendar %q and %d files", confirmed.Subject, confirmed.Method, len(confirmed.Files))
	}
	for _, want := range []string{"布鲁塞尔", "北京（您的时间）", "14:00–16:00", "https://meet.example/x", "Leuven", "http://hub.test/zh" + path} {
		if !strings.Contains(confirmed.Text, want) {
			t.Errorf("the confirmation lacks %q:\n%s", want, confirmed.Text)
		}
	}
	if !strings.Contains(confirmed.Calendar, "SUMMARY:耐药数据的比对") || !strings.Contains(confirmed.Calendar, "\r\n") {
		t.Errorf("the calendar is %q", confirmed.Calendar)
	}
	if !strings.HasPrefix(waiting.Subject, "You are on the waiting list") || waiting.Calendar != "" || strings.Contains(waiting.Text, "meet.example") {
		t.Errorf("to who waits: %q, with the calendar %q\n%s", waiting.Subject, waiting.Calendar, waiting.Text)
	}

	// Who has left meanwhile is not told of a seat, and a change that was told is as it is then.
	s.Submit(wang, "/zh"+path+"/unregister", nil).Want(303)
	moved := letterTo(t, s.Letters()[2:], "marek")
	if !strings.HasPrefix(moved.Subject, "A seat became free") || !strings.Contains(moved.Text, "meet.example") {
		t.Errorf("to who moved up: %q\n%s", moved.Subject, moved.Text)
	}
	s.Submit(wang, "/zh"+path+"/register", nil).Want(303)
	s.Submit(wang, "/zh"+path+"/unregister", nil).Want(303)
	if n := len(s.Letters()); n != 3 {
		t.Errorf("%d letters, want none to who came and left", n-3)
	}
	s.Submit(anna, "/en"+path+"/cancel", map[string][]string{"reason": {"The speaker is ill"}}).Want(303)
	cancelled := letterTo(t, s.Letters()[3:], "marek")
	if !strings.HasPrefix(cancelled.Subject, "Cancelled") || !strings.Contains(cancelled.Text, "The speaker is ill") ||
		!strings.Contains(cancelled.Calendar, "STATUS:CANCELLED") {
		t.Errorf("of the cancelled one: %q\n%s\n%s", cancelled.Subject, cancelled.Text, cancelled.Calendar)
	}
}

// letterTo is the one letter to whoever's address begins so.
func letterTo(t *testing.T, all []mailtest.Letter, who string) mailtest.Letter {
	t.Helper()
	var found []mailtest.Letter
	for _, l := range all {
		if strings.HasPrefix(l.To.Address, who+"@") {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d letters to %s among %d, want 1", len(found), who, len(all))
	}
	return found[0]
}
