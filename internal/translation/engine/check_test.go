package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, answer, target, want string }{
		{"We know why.", "我们知道原因。", "zh", ""},
		{"We know why.", "We know why.", "zh", ReasonScript},
		{"we are all in it", "we are all in it", "zh", ReasonScript},
		{"World Health Organization", "World Health Organization", "zh", ""},
		{"Institute of Health, Paris", "Institute of Health, Paris", "zh", ""},
		{"COVID-19 SARS-CoV-2 ⟦1⟧ 2026", "COVID-19 SARS-CoV-2 ⟦1⟧ 2026", "zh", ""},
		{"⟦1⟧ ⟦2⟧ ⟦3⟧ see", "⟦1⟧ ⟦2⟧ ⟦3⟧ see", "zh", ""},
		{"Hello there", "Hello there", "zh", ""},
		{"don't know people’s names", "Ich weiß es nicht", "zh", ReasonScript},
		{"孤独使人生病", "Loneliness makes people ill", "en", ""},
		{"孤独使人生病", "孤独使人生病", "en", ReasonScript},
		{"COVID患者需要康复", " COVID患者需要康复", "en", ReasonScript},
		{"孤独使人生病", "孤独 使人 生病", "en", ReasonScript},
		{"张敏", "张敏", "en", ""},
		{"“健康”一词", "The word “健康”", "en", ""},
		{"短", strings.Repeat("a", 208), "en", ""},
		{"短", strings.Repeat("a", 209), "en", ReasonSize},
		{"Yes", "", "zh", ReasonEmpty},
		{"Yes", "\u3000\n", "zh", ReasonEmpty},
		{"Yes", "是\x00", "zh", ReasonEncoding},
		{"Yes", "是\uFFFD", "zh", ReasonEncoding},
		{"Yes \uFFFD", "是\uFFFD", "zh", ""},
		{"Yes", "是\xff", "zh", ReasonEncoding},
	} {
		from, to, err := pair(Request{Source: map[string]string{"en": "zh", "zh": "en"}[c.target], Target: c.target})
		if err != nil {
			t.Fatal(err)
		}
		if got := judge(c.source, c.answer, from, to); got != c.want {
			t.Errorf("%q as %q: %q, want %q", c.source, c.answer, got, c.want)
		}
	}
}

func TestKind(t *testing.T) {
	t.Parallel()
	if Kind(nil) != "" || Kind(errors.New("x")) != "cancelled" || Kind(fmt.Errorf("a: %w", &Refused{})) != "texts" {
		t.Error("a kind is wrong")
	}
	seen := map[string]bool{}
	for _, err := range []error{ErrTimeout, ErrUnavailable, ErrLimited, ErrQuota, ErrBudget, ErrOpen, ErrAnswer, ErrRefusedByProvider, ErrLanguage} {
		kind := Kind(fmt.Errorf("engine: %w", err))
		if kind == "" || kind == "cancelled" || seen[kind] {
			t.Errorf("%v is %q", err, kind)
		}
		seen[kind] = true
	}
}

func TestMarkup_read(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m          markup
		text, want string
	}{
		{xml, `甲<m id="1"/>乙<m  id="22" ></m>丙<m id="3"> </m >`, "甲⟦1⟧乙⟦22⟧丙⟦3⟧"},
		{xml, `&lt;m id="1"/&gt; &amp;amp;`, `<m id="1"/> &amp;`},
		{xml, `<m id="x"/><M id="1"/><m id="1234567"/>`, `<m id="x"/><M id="1"/><m id="1234567"/>`},
		{hypertext, `甲 <span id="m1" translate="no">M1</span><br translate="no"/>乙`, "甲 ⟦1⟧\n乙"},
		{hypertext, `<span id="m7" translate="no">M 7 被译</span> <br translate="no"> x <br/>`, "⟦7⟧\nx <br/>"},
	} {
		if got := c.m.read(c.text, true); got != c.want {
			t.Errorf("%s is %q, want %q", c.text, got, c.want)
		}
	}
}

// FuzzMarkup: what is written is read back as it was, whatever it is, but for what XML forbids.
func FuzzMarkup(f *testing.F) {
	for _, seed := range []string{"a ⟦1⟧ b", "<m id=\"1\"/>", "&lt;m id=\"1\"/&gt;", "⟦⟦1⟧⟧", "⟦1", "\x00\r\n\xff", "<br translate=\"no\"/>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := valid(text)
		if got := xml.read(xml.write(text), true); got != want {
			t.Errorf("XML: %q is %q", text, got)
		}
		words := func(s string) string { return strings.Join(strings.Fields(s), "") } // white space beside a newline is lost
		if got := hypertext.read(hypertext.write(text), true); words(got) != words(want) {
			t.Errorf("HTML: %q is %q", text, got)
		}
	})
}

func TestCircuit_pauses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := newCircuit(now)
	for range failuresToOpen {
		if !c.allow(now) {
			t.Fatal("it opened too early")
		}
		c.done(now, failed, "timeout")
	}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		if c.allow(now.Add(want - time.Nanosecond)) {
			t.Fatalf("it lets a call through before %v", want)
		}
		now = now.Add(want)
		if !c.allow(now) || c.allow(now) {
			t.Fatalf("after %v it does not let exactly one call through", want)
		}
		c.done(now, failed, "timeout")
	}
	now = now.Add(longestPause)
	c.allow(now)
	c.done(now, well, "")
	for range failuresToOpen {
		c.done(now, failed, "answer")
	}
	if s := c.now(); s.Circuit != Open || s.Retry.Sub(now) != firstPause || s.LastError != "answer" {
		t.Errorf("after it was well again: %+v", s)
	}
	late := newCircuit(now) // calls that began while it was closed end later
	for range failuresToOpen + 3 {
		late.done(now, failed, "timeout")
	}
	if s := late.now(); s.Retry.Sub(now) != firstPause {
		t.Errorf("late failures made the pause longer: %+v", s)
	}
}
