package segment

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"senet/internal/markup"
)

// Row is a part of a text in an editor that shows the original and its translation side by side.
type Row struct {
	Text      string
	Translate bool
}

// Blocks cuts a text into rows; joined again they are src, byte for byte. A row to translate is an outermost block
// with words in it, as its author wrote it, marks included: a paragraph, a heading, a whole list, a whole table, a
// footnote. Code, quotations, definitions of links and display formulas are rows of their own that are copied, and so
// is the white space between two blocks: no row but that begins with a line break or ends with white space.
func Blocks(src string, markdown bool) []Row {
	var rows []Row
	done := 0
	add := func(stop int, translate bool) {
		if stop > done {
			rows = append(rows, Row{src[done:stop], translate})
			done = stop
		}
	}
	for _, section := range sections(src, markdown) {
		text := src[section.Start:section.Stop]
		add(section.Start+len(text)-len(strings.TrimLeft(text, "\r\n")), false)
		hasWords := slices.ContainsFunc(section.Texts, func(t markup.Span) bool { return worded(src[t.Start:t.Stop]) })
		add(section.Start+len(strings.TrimRightFunc(text, unicode.IsSpace)), hasWords)
	}
	add(len(src), false)
	return rows
}

// ErrRows: there are not as many translated rows as rows to translate; the text has changed since it was cut.
var ErrRows = errors.New("segment: the numbers of rows differ")

// Join makes a translation of src from the translated texts of the rows to translate, in order, and the rest of src.
// Line breaks before a text and white space after it are left out, as the rows have none. It fails with ErrRows when
// there is not one text for each.
func Join(src string, markdown bool, targets []string) (string, error) {
	var out strings.Builder
	for _, row := range Blocks(src, markdown) {
		if !row.Translate {
			out.WriteString(row.Text)
			continue
		}
		if len(targets) == 0 {
			return "", ErrRows
		}
		out.WriteString(strings.TrimRightFunc(strings.TrimLeft(targets[0], "\r\n"), unicode.IsSpace))
		targets = targets[1:]
	}
	if len(targets) > 0 {
		return "", ErrRows
	}
	return out.String(), nil
}
