package i18n_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/locales"
)

// words are messages of the test's own, so that the hub's may change.
var words = fstest.MapFS{
	"en.toml": {Data: []byte(`
plain = "Reply"
limit = "at most {{.Max}} of {{.ID}}"
by = "by {{.Name}}"
html = "{{.Name}} & <b>"
[replies]
one = "{{.Count}} reply by {{.Name}}"
other = "{{.Count}} replies by {{.Name}}"
[problem]
one = "One thing:"
other = "{{.Count}} things:"
`)},
	"zh.toml": {Data: []byte(`
plain = "回复"
limit = "{{.ID}}最多{{.Max}}个"
by = "作者：{{.Name}}"
html = "{{.Name}} & <b>"
[replies]
other = "{{.Name}}的{{.Count}}条回复"
[problem]
other = "有{{.Count}}处："
`)},
}

func load(t *testing.T) (en, zh *i18n.Printer) {
	t.Helper()
	b, err := i18n.Load(words)
	if err != nil {
		t.Fatal(err)
	}
	return b.For(i18n.En), b.For(i18n.Zh)
}

func TestT(t *testing.T) {
	en, zh := load(t)
	for _, c := range []struct{ got, want string }{
		{en.T("plain"), "Reply"}, {zh.T("plain"), "回复"},
		{en.T("by", "Name", "李云龙"), "by 李云龙"}, {zh.T("by", "Name", "Anna"), "作者：Anna"},
		{en.T("html", "Name", "<i>"), "<i> & <b>"},                                // escaping is the view's
		{en.T("by"), "by {{.Name}}"}, {zh.T("by", "Who", "Anna"), "作者：{{.Name}}"}, // a value that is missing is seen
		{en.T("limit", "Max", int64(4000), "ID", int64(4000)), "at most 4,000 of 4000"}, // a limit counts, an id does not
		{zh.T("limit", "Max", 4000, "ID", 4000), "4000最多4,000个"},
		{en.T("nowhere"), "nowhere"}, {zh.T("nowhere", "Name", "x"), "nowhere"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	if !en.Has("plain") || !en.Has("replies") || en.Has("nowhere") {
		t.Error("Has does not know what is there")
	}
}

func TestN_pluralAndGrouping(t *testing.T) {
	en, zh := load(t)
	for n, want := range map[int][2]string{
		0:     {"0 replies by Anna", "Anna的0条回复"},
		1:     {"1 reply by Anna", "Anna的1条回复"},
		2:     {"2 replies by Anna", "Anna的2条回复"},
		21:    {"21 replies by Anna", "Anna的21条回复"},
		12345: {"12,345 replies by Anna", "Anna的12,345条回复"},
	} {
		if got := en.N("replies", n, "Name", "Anna"); got != want[0] {
			t.Errorf("en %d: %q, want %q", n, got, want[0])
		}
		if got := zh.N("replies", n, "Name", "Anna"); got != want[1] {
			t.Errorf("zh %d: %q, want %q", n, got, want[1])
		}
	}
	if got := en.N("problem", 1); got != "One thing:" {
		t.Errorf("a form without the number: %q", got)
	}
}

// TestForms: scripts get every form, with a place for the number.
func TestForms(t *testing.T) {
	en, zh := load(t)
	for _, c := range []struct{ got, want map[string]string }{
		{en.Forms("replies"), map[string]string{"one": "{n} reply by {{.Name}}", "other": "{n} replies by {{.Name}}"}},
		{zh.Forms("replies"), map[string]string{"other": "{{.Name}}的{n}条回复"}},
		{en.Forms("nowhere"), map[string]string{"other": "nowhere"}},
	} {
		if !maps.Equal(c.got, c.want) {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
}

func TestMessage_ofFault(t *testing.T) {
	en, zh := load(t)
	counted := fault.Message{Key: "replies", Args: fault.Args{"Count": 1, "Name": "王敏"}}
	for _, c := range []struct{ got, want string }{
		{en.Message(fault.Message{Key: "plain"}), "Reply"},
		{en.Message(counted), "1 reply by 王敏"},
		{zh.Message(counted), "王敏的1条回复"},
		{zh.Message(fault.Message{Key: "nowhere"}), "nowhere"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestLoad_broken(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"a language is missing": {"en.toml": words["en.toml"]},
		"no TOML":               {"en.toml": words["en.toml"], "zh.toml": {Data: []byte("= x")}},
	} {
		if _, err := i18n.Load(fsys); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := i18n.Load(locales.FS); err != nil {
		t.Errorf("the hub's own words: %v", err)
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]i18n.Locale{
		"": i18n.En, "en": i18n.En, "en-US,en;q=0.9": i18n.En, "zh": i18n.Zh, "zh-CN,zh;q=0.9,en;q=0.8": i18n.Zh, "zh-TW": i18n.Zh, "zh-Hant-HK": i18n.Zh,
		"fr": i18n.En, "de-DE,de;q=0.9,zh;q=0.5": i18n.Zh, "fr,en;q=0.5,zh;q=0.4": i18n.En, "en;q=0.1,zh;q=0.9": i18n.Zh, "ja": i18n.En, "*": i18n.En,
		"not a header;;": i18n.En, strings.Repeat("zh,", 1000): i18n.En,
	} {
		if got := i18n.Match(header); got != want {
			t.Errorf("Match(%.40q) is %s, want %s", header, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for s, want := range map[string]bool{"en": true, "zh": true, "": false, "EN": false, "zh-CN": false, "fr": false, "en/": false} {
		if l, ok := i18n.Parse(s); ok != want || ok && string(l) != s {
			t.Errorf("Parse(%q) is %q, %v", s, l, ok)
		}
	}
}

// TestLocale_isDataOfTheTable: what pages and scripts ask a language for.
func TestLocale_isDataOfTheTable(t *testing.T) {
	for l, want := range map[i18n.Locale][4]string{
		i18n.En: {"en", "en-GB", "Europe/Brussels", "[zh]"}, i18n.Zh: {"zh-Hans", "zh-CN", "Asia/Shanghai", "[en]"}, "fr": {"fr", "", "", "[en zh]"},
	} {
		if got := [4]string{l.Tag(), l.Format(), l.Zone(), fmt.Sprint(l.Others())}; got != want {
			t.Errorf("%s is %q, want %q", l, got, want)
		}
	}
	en, zh := hub(t)
	for _, p := range []*i18n.Printer{en, zh} {
		if got := []string{p.Name(i18n.En), p.Name(i18n.Zh), p.Mark(i18n.En), p.Mark(i18n.Zh)}; !slices.Equal(got, []string{"English", "中文", "EN", "中文"}) {
			t.Errorf("%s calls the languages %v", p.Locale, got)
		}
	}
	b, err := i18n.Load(words)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.For("fr").Locale; got != i18n.En {
		t.Errorf("a member whose language is gone reads %s", got)
	}
}

// TestWritten: texts are in English or Chinese, whatever the pages are in.
func TestWritten(t *testing.T) {
	for s, tag := range map[string]string{"en": "en", "zh": "zh-Hans", "": "", "fr": "", "EN": "", "zh-Hans": ""} {
		l, ok := i18n.ParseWritten(s)
		if ok != (tag != "") || ok && string(l) != s || i18n.TextTag(s) != tag {
			t.Errorf("%q is read as %q, %v, with the tag %q", s, l, ok, i18n.TextTag(s))
		}
	}
	if i18n.En.Other() != i18n.Zh || i18n.Zh.Other() != i18n.En || i18n.Locale("fr").Other() != i18n.En {
		t.Error("a text is translated into the wrong language")
	}
}

func TestText(t *testing.T) {
	both, half := i18n.Text{En: "Cancer", Zh: "癌症"}, i18n.Text{Zh: "癌症"}
	if s, l := both.In(i18n.En); s != "Cancer" || l != i18n.En {
		t.Errorf("both in en: %s, %s", s, l)
	}
	if s, l := half.In(i18n.En); s != "癌症" || l != i18n.Zh {
		t.Errorf("the missing side is not filled by the other one: %s, %s", s, l)
	}
	if s, l := (i18n.Text{}).In(i18n.Zh); s != "" || l != i18n.Zh {
		t.Errorf("an empty text is %q in %s", s, l)
	}
	if half.Only(i18n.En) != "" || half.Only(i18n.Zh) != "癌症" {
		t.Error("Only looks at the other side")
	}
}

func hub(t *testing.T) (en, zh *i18n.Printer) {
	t.Helper()
	b, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	return b.For(i18n.En), b.For(i18n.Zh)
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestDateTime_namesTheZone: the same moment for a reader in Brussels and one in Beijing, in winter and in summer.
func TestDateTime_namesTheZone(t *testing.T) {
	en, zh := hub(t)
	winter, summer := time.Date(2026, 11, 23, 20, 5, 0, 0, time.UTC), time.Date(2026, 7, 1, 20, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		zone   string
		at     time.Time
		en, zh string
	}{
		{"Europe/Brussels", winter, "23 Nov 2026, 21:05 CET", "2026年11月23日 21:05 CET"},
		{"Europe/Brussels", summer, "1 Jul 2026, 22:05 CEST", "2026年7月1日 22:05 CEST"},
		{"Asia/Shanghai", winter, "24 Nov 2026, 04:05 CST", "2026年11月24日 04:05 CST"},
		{"UTC", winter, "23 Nov 2026, 20:05 UTC", "2026年11月23日 20:05 UTC"},
	} {
		at := c.at.In(zone(t, c.zone))
		if got := en.DateTime(at); got != c.en {
			t.Errorf("en, %s: %q, want %q", c.zone, got, c.en)
		}
		if got := zh.DateTime(at); got != c.zh {
			t.Errorf("zh, %s: %q, want %q", c.zone, got, c.zh)
		}
	}
	for month, want := range map[time.Month][2]string{time.January: {"3 Jan 2026", "2026年1月3日"}, time.May: {"3 May 2026", "2026年5月3日"},
		time.September: {"3 Sept 2026", "2026年9月3日"}, time.December: {"3 Dec 2026", "2026年12月3日"}} {
		at := time.Date(2026, month, 3, 0, 0, 0, 0, time.UTC)
		if got := [2]string{en.Date(at), zh.Date(at)}; got != want {
			t.Errorf("a day is %q, want %q", got, want)
		}
	}
	if got := [2]string{en.Clock(winter), zh.Clock(time.Date(2026, 1, 1, 0, 5, 0, 0, time.UTC))}; got != [2]string{"20:05", "00:05"} {
		t.Errorf("times of day are %q", got)
	}
	if got := [3]string{en.Percent(85), zh.Percent(100), en.Percent(0)}; got != [3]string{"85%", "100%", "0%"} {
		t.Errorf("shares are %q", got)
	}
	if en.Number(1234567) != "1,234,567" || zh.Number(-1234) != "-1,234" || en.Number(0) != "0" {
		t.Errorf("numbers %q %q %q", en.Number(1234567), zh.Number(-1234), en.Number(0))
	}
}

func TestAgo(t *testing.T) {
	en, zh := hub(t)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for before, want := range map[time.Duration][2]string{
		0:                               {"just now", "刚刚"},
		-time.Hour:                      {"just now", "刚刚"}, // a clock that is ahead
		59 * time.Second:                {"just now", "刚刚"},
		time.Minute:                     {"1 minute ago", "1分钟前"},
		59*time.Minute + 59*time.Second: {"59 minutes ago", "59分钟前"},
		time.Hour:                       {"1 hour ago", "1小时前"},
		23*time.Hour + 59*time.Minute:   {"23 hours ago", "23小时前"},
		24 * time.Hour:                  {"1 day ago", "1天前"},
		30 * 24 * time.Hour:             {"30 days ago", "30天前"},
		31 * 24 * time.Hour:             {"23 Oct 2026", "2026年10月23日"},
	} {
		if got := en.Ago(now.Add(-before), now); got != want[0] {
			t.Errorf("en, %v: %q, want %q", before, got, want[0])
		}
		if got := zh.Ago(now.Add(-before), now); got != want[1] {
			t.Errorf("zh, %v: %q, want %q", before, got, want[1])
		}
	}
}
