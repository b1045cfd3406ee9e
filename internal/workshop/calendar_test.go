package workshop

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
)

// unfold gives the lines of a calendar file, and fails where it is not as RFC 5545 has it.
func unfold(t *testing.T, file []byte) []string {
	t.Helper()
	text := string(file)
	if !strings.HasSuffix(text, "\r\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		t.Error("lines do not all end in CRLF")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("a character is cut in two: %q", line)
		}
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n")
}

func value(t *testing.T, lines []string, name string) string {
	t.Helper()
	for _, l := range lines {
		if v, ok := strings.CutPrefix(l, name+":"); ok {
			return v
		}
	}
	t.Errorf("no %s in the file", name)
	return ""
}

func TestFile(t *testing.T) {
	h := txHouse(t)
	f := h.form()
	f.Title.Zh = strings.Repeat("抗微生物药物耐药，", 11) + "一"
	f.Summary = i18n.Text{En: `Colons: semicolons; commas, and a \ backslash`, Zh: "冒号：分号；逗号，" + strings.Repeat("长", 120)}
	f.Place = "Leuven, Agora; room 3"
	f.Start, f.End = "2027-03-28T01:30", "2027-03-28T03:30" // over the hour that is not there
	id := h.create(f)
	lines := unfold(t, h.File("zh", "", h.event(id)))
	for name, want := range map[string]string{
		"UID": fmt.Sprintf("workshop-%d@hub.example", id), "DTSTART": "20270328T003000Z", "DTEND": "20270328T013000Z", "STATUS": "CONFIRMED",
		"SUMMARY": f.Title.Zh, "LOCATION": `Leuven\, Agora\; room 3`, "METHOD": "PUBLISH", "VERSION": "2.0",
		"URL": "https://hub.example/zh" + h.event(id).Path(),
	} {
		if got := value(t, lines, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := value(t, lines, "DESCRIPTION"); !strings.HasPrefix(got, f.Summary.Zh+`\nhttps://hub.example/zh/w/`) {
		t.Errorf("the description is %q", got)
	}
	english := unfold(t, h.File("en", "", h.event(id)))
	if got := value(t, english, "DESCRIPTION"); !strings.HasPrefix(got, `Colons: semicolons\; commas\, and a \\ backslash\n`) {
		t.Errorf("the description is %q", got)
	}
	if strings.Contains(strings.Join(english, "\n"), "VALARM") {
		t.Error("the file has an alarm")
	}
	before := value(t, lines, "SEQUENCE")
	h.must(h.edit(id, func(f *Form) { f.Place = "Ghent" }))
	h.must(h.Cancel(t.Context(), h.anna, id, ""))
	lines = unfold(t, h.File("zh", "", h.event(id)))
	if after := value(t, lines, "SEQUENCE"); after <= before || value(t, lines, "STATUS") != "CANCELLED" {
		t.Errorf("SEQUENCE went from %s to %s, STATUS is %s", before, after, value(t, lines, "STATUS"))
	}
	if !bytes.Equal(h.File("zh", "x", h.event(id)), h.File("zh", "x", h.event(id))) {
		t.Error("the same events make another file")
	}
}

func TestCalendar_isTheOwners(t *testing.T) {
	h := txHouse(t)
	li := h.member("Li", account.RoleMember)
	_, err := h.store.Exec(t.Context(), `update members set locale = 'zh' where id = $1`, li.ID)
	h.must(err)
	f := h.form()
	f.Capacity = 1
	mine, waiting, others := h.create(f), h.create(func() Form { g := h.form(); g.Capacity = 1; return g }()), h.create(h.form())
	h.register(li, mine)
	h.register(h.member("First", account.RoleMember), waiting)
	h.register(li, waiting)
	token, err := h.NewCalendar(t.Context(), li)
	h.must(err)
	events, l, err := h.Calendar(t.Context(), token)
	h.must(err)
	if len(events) != 2 || l != "zh" {
		t.Fatalf("%d events in %q; want 2, not %d", len(events), l, others)
	}
	lines := unfold(t, h.File(l, "我的活动", events...))
	text := strings.Join(lines, "\n")
	for _, want := range []string{"SUMMARY:耐药数据的比对", "STATUS:CONFIRMED", "STATUS:TENTATIVE", "X-WR-CALNAME:我的活动", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the calendar:\n%s", want, text)
		}
	}
	h.must(h.Cancel(t.Context(), h.anna, mine, ""))
	if events, _, err := h.Calendar(t.Context(), token); err != nil || len(events) != 2 || events[0].State != Cancelled {
		t.Errorf("after cancelling it holds %d events, %v", len(events), err)
	}
	renewed, err := h.NewCalendar(t.Context(), li)
	h.must(err)
	for _, dead := range []string{token, "", "x", strings.Repeat("A", 43), renewed + "A"} {
		if _, _, err := h.Calendar(t.Context(), dead); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q opens a calendar: %v", dead, err)
		}
	}
	h.must(h.DropCalendar(t.Context(), li))
	if _, _, err := h.Calendar(t.Context(), renewed); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a dropped address opens a calendar: %v", err)
	}
	var kept int
	h.must(h.store.QueryRow(t.Context(), `select count(*) from calendar_tokens where encode(token_hash, 'escape') like '%' || $1 || '%'`, token).Scan(&kept))
	if kept > 0 {
		t.Error("the token itself is stored")
	}
}
