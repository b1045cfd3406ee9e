package transport

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"senet/internal/mail/mailtest"
)

func read(t *testing.T, m Message) mailtest.Letter {
	t.Helper()
	msg, err := compose(m)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	for n, l := range strings.Split(raw.String(), "\r\n") {
		if len(l) > 998 || strings.ContainsAny(l, "\r\n") { // RFC 5322, section 2.1.1
			t.Errorf("line %d is no line of a message: %d bytes, %.80q", n+1, len(l), l)
		}
		if strings.ContainsFunc(l, func(r rune) bool { return r > 126 }) {
			t.Errorf("line %d is not ASCII: %q", n+1, l)
		}
	}
	return mailtest.Read(t, raw.Bytes())
}

func TestCompose_chinese(t *testing.T) {
	t.Parallel()
	m := message("min@clinic.example")
	m.Subject = strings.Repeat("关于抗微生物药物耐药性的研讨会即将开始，", 8) + "AMR"
	m.To.Name, m.From.Name = "张敏（北京）, 教授", "SENET Hub"
	m.Text, m.HTML, m.Lang = strings.Repeat("张敏，您好：\n\n研讨会明天开始。\n", 40), "<p>研讨会明天开始。</p>", "zh-Hans"
	l := read(t, m)
	if l.Subject != m.Subject {
		t.Errorf("the subject is %q, want %q", l.Subject, m.Subject)
	}
	if *l.To != m.To {
		t.Errorf("it goes to %v, want %v", l.To, m.To)
	}
	if got := strings.ReplaceAll(l.Text, "\r\n", "\n"); got != m.Text {
		t.Errorf("the text is %q", got)
	}
	if l.HTML != m.HTML {
		t.Errorf("the HTML is %q", l.HTML)
	}
}

// Whatever stands in names and subjects, the header holds what it should and no more.
func TestCompose_nothingBreaksOut(t *testing.T) {
	t.Parallel()
	plain := read(t, message("min@clinic.example"))
	for _, hostile := range []string{
		"a\r\nBcc: all@hub.example", "a\nBcc: all@hub.example", "a\rBcc: all@hub.example", "a\r\n\r\n<b>body", "a\u2028Bcc: all@hub.example",
		"\"a\" <mallory@evil.example>, b", "a,b;c", "a\\", "a\"", "=?utf-8?q?=0D=0ABcc:_all=40hub.example?=", "a\x00b", "(a", "张\r\nBcc: 敏",
		strings.Repeat("long ", 400), strings.Repeat("长", 900),
	} {
		m := message("min@clinic.example")
		m.Subject, m.To.Name, m.From.Name, m.Lang, m.ID = hostile, hostile, hostile, "en\r\nBcc: x", "a\r\nBcc: x@h"
		m.Calendar = &Calendar{Method: "REQUEST\r\nX: y", Name: hostile + ".ics", ICS: []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")}
		l := read(t, m)
		if len(l.Header) != len(plain.Header) {
			t.Errorf("%q: the header has %d fields, want %d: %v", hostile, len(l.Header), len(plain.Header), l.Header)
		}
		if l.To.Address != "min@clinic.example" || l.From.Address != "senet@hub.example" || strings.Contains(l.Header.Get("To"), "all@hub.example>") {
			t.Errorf("%q: from %v to %v", hostile, l.From, l.To)
		}
		if !strings.HasPrefix(l.Text, "Dear Zhang Min") {
			t.Errorf("%q: the text is %q", hostile, l.Text)
		}
		if l.Method != "PUBLISH" || len(l.Files) != 1 {
			t.Errorf("%q: method %q, files %v", hostile, l.Method, l.Files)
		}
	}
}

func TestCompose_addresses(t *testing.T) {
	t.Parallel()
	if l := read(t, message("min@诊所.example")); l.To.Address != "min@xn--ssxs14b.example" && !strings.HasPrefix(l.To.Address, "min@xn--") {
		t.Errorf("it goes to %v", l.To)
	}
	for _, wrong := range []string{"", "min", "a@b, c@d", "min@clinic.example\r\nRCPT TO:<all@hub.example>", "<min@clinic.example>", "@clinic.example"} {
		if _, err := compose(message(wrong)); err == nil {
			t.Errorf("%q is taken for an address", wrong)
		}
	}
}

func TestCompose_calendar(t *testing.T) {
	t.Parallel()
	m := message("min@clinic.example")
	ics := "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:研讨会\r\nEND:VCALENDAR\r\n"
	m.Calendar = &Calendar{Method: "CANCEL", Name: "workshop-7.ics", ICS: []byte(ics)}
	l := read(t, m)
	if l.Calendar != ics || l.Method != "CANCEL" || l.Files["workshop-7.ics"] != ics || l.Text == "" || l.HTML == "" {
		t.Errorf("method %q, calendar %q, files %q", l.Method, l.Calendar, l.Files)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "mail")
	f := NewFiles(dir)
	if got := mailtest.ReadDir(t, dir); len(got) != 0 {
		t.Fatal("letters before any was sent")
	}
	for _, subject := range []string{"第一封", "second", "third"} {
		m := message("min@clinic.example")
		m.Subject, m.ID = subject, "../../etc/letter-7.ab@hub.example"
		if err := f.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	letters := mailtest.ReadDir(t, dir)
	if len(letters) != 3 || letters[0].Subject != "第一封" || letters[1].Subject != "second" || letters[2].Subject != "third" {
		t.Fatalf("the letters are %v", letters)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v, %v; want three letters and nothing else", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 || !strings.HasSuffix(e.Name(), "-....etcletter-7.ab.eml") {
			t.Errorf("%s has the mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has the mode %v, %v", info.Mode(), err)
	}
}

// The newest stay; what is not a letter is left alone, but for what an unfinished write left long ago.
func TestFiles_boundless(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	touch := func(name string, at time.Time) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for i := range MaxFiles + 5 {
		touch(time.Unix(int64(i), 0).UTC().Format("20060102T150405")+".000000000Z-letter.eml", old)
	}
	touch("notes.txt", old)
	touch(unfinished+"1", old)
	touch(unfinished+"2", time.Now())
	if err := NewFiles(dir).Send(t.Context(), message("min@clinic.example")); err != nil {
		t.Fatal(err)
	}
	letters, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	if len(letters) != MaxFiles || !strings.HasSuffix(letters[0], "19700101T000006.000000000Z-letter.eml") || !strings.HasSuffix(letters[MaxFiles-1], "letter-7.ab.eml") {
		t.Errorf("%d letters are kept, from %s to %s", len(letters), letters[0], letters[len(letters)-1])
	}
	others, _ := filepath.Glob(filepath.Join(dir, unfinished+"*"))
	if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err != nil || len(others) != 1 || !strings.HasSuffix(others[0], "2") {
		t.Errorf("beside them: %v, %v", others, err)
	}
}
