package markup

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestOutline(t *testing.T) {
	const src = "\nIntro\nline.\n# A *head* #\nSet\n---\n- one\n  more\n  - [ ] two\n\n> quoted\n\n```\ncode\n```\n| a | b |\n|---|---|\n| c |\n\n" +
		"[^1]: Note.\n\n[l]: https://example.org\nafter\n\n    code\n"
	type section struct {
		text  string
		spans []string
	}
	var got []section
	for _, s := range Outline(src) {
		found := section{text: src[s.Start:s.Stop]}
		for _, span := range s.Texts {
			found.spans = append(found.spans, fmt.Sprint(span.Kind, " ", src[span.Start:span.Stop]))
		}
		got = append(got, found)
	}
	want := []section{
		{"Intro\nline.", []string{"0 Intro\nline."}},
		{"# A *head* #", []string{"1 A *head*"}},
		{"Set\n---", []string{"1 Set"}},
		{"- one\n  more\n  - [ ] two", []string{"2 one\n  more", "2 [ ] two"}},
		{"> quoted", nil},
		{"```\ncode\n```", nil},
		{"| a | b |\n|---|---|\n| c |", []string{"3 a", "3 b", "3 c"}},
		{"[^1]: Note.", []string{"4 Note."}},
		{"[l]: https://example.org", nil},
		{"after", []string{"0 after"}},
		{"    code", nil},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Outline:\n got %q\nwant %q", got, want)
	}
	long := strings.Repeat("- a\n", MaxSource/4+1)
	if got := Outline(long); len(got) != 1 || len(got[0].Texts) != 1 || got[0].Stop != len(long) {
		t.Errorf("Outline of a text that is too long: %v", got)
	}
}

func FuzzOutline(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		section, span := 0, 0
		for _, s := range Outline(src) {
			if s.Start < section || s.Stop < s.Start || s.Stop > len(src) {
				t.Fatalf("Outline(%q): the section %+v after byte %d", src, s, section)
			}
			for _, text := range s.Texts {
				if text.Start < max(span, s.Start) || text.Stop <= text.Start || text.Stop > s.Stop {
					t.Fatalf("Outline(%q): the text %+v of %+v after byte %d", src, text, s, span)
				}
				span = text.Stop
			}
			section = s.Stop
		}
	})
}
