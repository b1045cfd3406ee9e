package segment

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrPieces: there are not as many translated sentences as pieces to translate.
var ErrPieces = errors.New("segment: the numbers of pieces differ")

// Weave makes the translation of a text from its pieces and the translated texts of those to translate, in order.
// Between two sentences of a block stands a space, or none beside Chinese, whatever the original had; a line break of
// the original stays. Texts are put on one line, so that none breaks the block that it stands in, and inside a table
// their bars are escaped. It fails with ErrPieces when there is not one text for each.
func Weave(pieces []Piece, targets []string) (string, error) {
	var w weaver
	for i, p := range pieces {
		if i > 0 && p.Block != pieces[i-1].Block {
			w.after, w.open = false, nil
		}
		if !p.Translate {
			w.glue += p.Text
			continue
		}
		if len(targets) == 0 {
			return "", ErrPieces
		}
		text := Unwrap(strings.TrimSpace(targets[0]))
		if isCell(pieces, i) {
			text = escapeBars(text)
		}
		w.sentence(text)
		targets = targets[1:]
	}
	if len(targets) > 0 {
		return "", ErrPieces
	}
	w.out.WriteString(w.glue)
	return w.out.String(), nil
}

// weaver writes a translation.
type weaver struct {
	after bool     // a sentence of this block was written last
	last  string   // that sentence
	open  []string // marks of emphasis around sentences, outermost first
	glue  string   // what was copied since the last sentence
	out   strings.Builder
}

// sentence writes the glue since the last sentence as the language wants it, and the sentence.
func (w *weaver) sentence(text string) {
	closing, space, opening := w.parts()
	if w.after && strings.Trim(space, " \t") == "" {
		space = " "
		if runsOn(w.last, text) {
			space = ""
		}
	}
	w.out.WriteString(closing + space + opening + text)
	w.glue, w.after, w.last = "", true, text
}

// runsOn reports whether no space stands between two sentences: one of them is Chinese where they meet. The marks that
// both languages have do not tell.
func runsOn(before, after string) bool {
	const shared = "“”‘’…—⟦⟧*_~[]()\"'"
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, shared))
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, shared))
	return isWide(last) || isWide(first)
}

// parts takes the glue apart: marks of emphasis that end with the last sentence, marks that begin with the next, and
// what stands between.
func (w *weaver) parts() (closing, between, opening string) {
	rest := w.glue
	for n := markRun(rest); n > 0 && len(w.open) > 0 && w.open[len(w.open)-1] == rest[:n]; n = markRun(rest) {
		closing += rest[:n]
		rest = rest[n:]
		w.open = w.open[:len(w.open)-1]
	}
	between = strings.TrimRight(rest, "*_~")
	opening = rest[len(between):]
	for marks := opening; marks != ""; {
		n := markRun(marks)
		w.open = append(w.open, marks[:n])
		marks = marks[n:]
	}
	return closing, between, opening
}

// markRun measures the run of one mark of emphasis that text begins with.
func markRun(text string) int {
	if text == "" || strings.IndexByte("*_~", text[0]) < 0 {
		return 0
	}
	return run(text, 0, text[0])
}

// isCell reports whether a piece stands in a cell of a table: a bar on its line, outside sentences, tells.
func isCell(pieces []Piece, i int) bool {
	if i > 0 && !pieces[i-1].Translate && strings.HasSuffix(strings.TrimRight(pieces[i-1].Text, " \t*_~"), "|") {
		return true
	}
	return i+1 < len(pieces) && !pieces[i+1].Translate && strings.HasPrefix(strings.TrimLeft(pieces[i+1].Text, " \t*_~"), "|")
}

// escapeBars keeps the bars of a text from dividing a cell.
func escapeBars(text string) string {
	if !strings.Contains(text, "|") {
		return text
	}
	var out strings.Builder
	for i := range len(text) {
		if text[i] == '|' && (i == 0 || text[i-1] != '\\') {
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
