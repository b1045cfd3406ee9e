package segment

import (
	"slices"
	"strings"
	"testing"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	rows := Blocks("\n"+document, true)
	var whole strings.Builder
	var texts []string
	for _, r := range rows {
		whole.WriteString(r.Text)
		if r.Translate {
			texts = append(texts, r.Text)
		}
	}
	if whole.String() != "\n"+document {
		t.Fatalf("joins to %q", whole.String())
	}
	want := []string{
		"# Blood pressure at home #",
		"We measured twice.\nThe second counts. See [the plan][p].",
		"- [ ] Buy a cuff. Try it.\n- Write down\n  the time.\n  1. 先坐五分钟。",
		"| Drug | 剂量 |\n|:--|--:|\n| Amlodipine | 5 mg |",
		"Summary\n-------",
		"Good[^1]",
		"[^1]: A note. It is short.",
	}
	if !slices.Equal(texts, want) {
		t.Errorf("rows to translate:\n %q, want\n %q", texts, want)
	}
	for _, copied := range []string{"> Who said this? Nobody.", "```sh\nsenet serve. Now.\n```", "$$\nm = \\frac{a}{b}. C\n$$", "    indented. Code."} {
		if !slices.Contains(rows, Row{copied, false}) {
			t.Errorf("no row %q that is copied: %+v", copied, rows)
		}
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	src := "# One\n\nText.\n\n```\ncode\n```\n- a\n- b\n"
	got, err := Join(src, true, []string{"# 一", "\n正文。\n\n", "- 甲\n- 乙"})
	if want := "# 一\n\n正文。\n\n```\ncode\n```\n- 甲\n- 乙\n"; err != nil || got != want {
		t.Errorf("Join = %q, %v; want %q", got, err, want)
	}
	for _, targets := range [][]string{nil, {"a", "b"}, {"a", "b", "c", "d"}} {
		if _, err := Join(src, true, targets); err != ErrRows {
			t.Errorf("Join with %d texts for 3: %v, want ErrRows", len(targets), err)
		}
	}
	if got, err := Join("标题。二", false, []string{"A title. Two"}); got != "A title. Two" || err != nil {
		t.Errorf("Join of a title = %q, %v", got, err)
	}
}
