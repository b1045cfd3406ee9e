package segment

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"senet/internal/markup"
)

// sections are the outermost blocks of a text: those of its Markdown, or the paragraphs of a plain one.
func sections(src string, markdown bool) []markup.Section {
	if !markdown || len(src) > markup.MaxSource {
		return paragraphs(src)
	}
	found := markup.Outline(src)
	formulas := displays(src)
	for i := range found {
		found[i].Texts = slices.DeleteFunc(found[i].Texts, func(t markup.Span) bool {
			return slices.ContainsFunc(formulas, func(f []int) bool { return f[0] <= t.Start && t.Stop <= f[1] })
		})
		for j, t := range found[i].Texts {
			found[i].Texts[j].Start += len(taskBox(src[t.Start:t.Stop], t.Kind))
		}
	}
	return found
}

// maxDisplays is how many display formulas of one text are looked for.
const maxDisplays = 200

// displays finds formulas on lines of their own: $$…$$ and \[…\].
func displays(src string) [][]int {
	if !strings.Contains(src, "$$") && !strings.Contains(src, `\[`) {
		return nil
	}
	return displayFormula().FindAllStringIndex(src, maxDisplays)
}

var displayFormula = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(?:\$\$[^$]*\$\$|\\\[(?:[^\\]|\\[^\]])*\\\])[ \t]*\r?$`)
})

// taskBox is the box of a task in a list, "[ ] ", or "".
func taskBox(text string, kind markup.SpanKind) string {
	if kind != markup.SpanItem || len(text) < 5 || text[0] != '[' || !strings.HasPrefix(text[2:], "] ") {
		return ""
	}
	if strings.IndexByte(" xX", text[1]) < 0 {
		return ""
	}
	return text[:len(text)-len(strings.TrimLeft(text[3:], " \t"))]
}

// paragraphs are the runs of lines between empty ones.
func paragraphs(src string) []markup.Section {
	var found []markup.Section
	start := -1
	end := func(stop int) {
		if start >= 0 {
			text := strings.TrimRight(src[start:stop], blanks)
			found = append(found, markup.Section{Start: start, Stop: start + len(text),
				Texts: []markup.Span{{Kind: markup.SpanParagraph, Start: start, Stop: start + len(text)}}})
		}
		start = -1
	}
	at := 0
	for line := range strings.SplitAfterSeq(src, "\n") {
		text := strings.TrimLeft(line, blanks)
		switch {
		case text == "":
			end(at)
		case start < 0:
			start = at + len(line) - len(text)
		}
		at += len(line)
	}
	end(len(src))
	return found
}

// blanks is the white space that stands between blocks, and never at the end of one.
const blanks = " \t\r\n\v\f"
