package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// The columns of a glossary besides its languages, in the order in which they are written.
const (
	columnNote      = "note"
	columnChallenge = "challenge"
	columnID        = "id"
)

// maxColumns is how many cells a row may have.
const maxColumns = 100

// ReadTermsCSV reads a glossary from CSV (RFC 4180) and calls each for every row that has two of the languages wanted
// at least; others are counted, empty rows are not. The first row names the columns in any order: two languages or more
// ("en", "zh-CN"), and "note", "challenge" and "id" if wanted ("id" is never Indonesian). Other languages are passed
// over; another name is refused, lest a misspelt "challenge" make every term global. The separator is the one of comma,
// semicolon and tab that the first row has most of. UTF-8 may begin with a byte order mark. languages is as in ReadTMX.
//
// White space around a cell is dropped, and so is an apostrophe before =, +, - or @, by which spreadsheets are told that
// a cell is no formula; see WriteTermsCSV.
func ReadTermsCSV(r io.Reader, languages func(tag string) (locale string, ok bool), each func(Term) error) (Summary, error) {
	in, err := newInput(r)
	if err != nil {
		return Summary{}, err
	}
	c := csvReader{in: in, intake: newIntake(languages)}
	if err := c.header(); err != nil {
		return Summary{}, err
	}
	for {
		t, err := c.term()
		switch {
		case errors.Is(err, io.EOF):
			return c.finish(in.line)
		case err != nil:
			return c.Summary, err
		case t.Texts == nil: // an empty row
			continue
		}
		if err := c.admit(t.ID, t.Line); err != nil {
			return c.Summary, err
		}
		if !c.take(t.Texts) {
			continue
		}
		if err := each(t); err != nil {
			return c.Summary, err
		}
	}
}

type csvReader struct {
	in        *input
	separator rune
	columns   []column
	*intake
}

// column is what a cell of it means: a language, or one of the other columns; neither: it is passed over.
type column struct {
	name, locale string
	language     bool
}

// header reads the first row.
func (c *csvReader) header() error {
	line, err := c.firstLine()
	if err != nil {
		return err
	}
	c.separator = mostOf(line)
	source := &input{src: bufio.NewReader(strings.NewReader(line)), line: 1}
	names, err := (&row{source, c.separator}).cells()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	locales, unknown := 0, ""
	for _, n := range names {
		col := c.column(strings.TrimSpace(n))
		switch {
		case col.locale != "" || !col.language && col.name != "":
			same := func(o column) bool { return o.locale == col.locale && (col.locale != "" || o.name == col.name) }
			if slices.ContainsFunc(c.columns, same) {
				return refuse(1, "exchange.csv.twice").detail(n)
			}
			if col.locale != "" {
				locales++
			}
		case col.name == "" && strings.TrimSpace(n) != "":
			unknown = orElse(unknown, strings.TrimSpace(n))
		}
		c.columns = append(c.columns, col)
	}
	switch {
	case locales < 2 && len(c.found) > 0 && unknown == "":
		return c.noLanguages(1)
	case locales < 2:
		return refuse(1, "exchange.csv.header")
	case unknown != "":
		return refuse(1, "exchange.csv.column").detail(unknown)
	}
	c.found = nil
	return nil
}

// firstLine reads up to the first line break outside quotes.
func (c *csvReader) firstLine() (string, error) {
	var b strings.Builder
	for n, quoted := 0, false; ; n++ {
		r, _, err := c.in.ReadRune()
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if err != nil || r == '\n' && !quoted {
			break
		}
		if n == MaxText {
			return "", refuse(1, "exchange.csv.header")
		}
		quoted = quoted != (r == '"')
		b.WriteRune(r)
	}
	if strings.TrimSpace(b.String()) == "" {
		if c.in.ended {
			return "", refuse(c.in.line, "exchange.empty")
		}
		return "", refuse(1, "exchange.csv.header")
	}
	return b.String(), nil
}

// mostOf is the separator that a line has most of outside quotes; a comma when it has none.
func mostOf(line string) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range line {
		quoted = quoted != (r == '"')
		if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

func (c *csvReader) column(name string) column {
	switch low := strings.ToLower(name); low {
	case columnNote, columnChallenge, columnID:
		return column{name: low}
	}
	if locale, ok := c.locale(name); ok {
		c.meet(name)
		return column{name: name, locale: locale, language: true}
	}
	if _, err := language.Parse(name); err == nil && len(name) <= maxTag {
		c.meet(name)
		return column{name: name, language: true}
	}
	return column{}
}

// term reads the next row; without Texts it was empty.
func (c *csvReader) term() (Term, error) {
	t := Term{Line: c.in.line}
	cells, err := (&row{c.in, c.separator}).cells()
	if err != nil {
		return t, err
	}
	if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return t, nil
	}
	if len(cells) != len(c.columns) {
		return t, refuse(t.Line, "exchange.csv.cells").with("Want", len(c.columns)).with("Found", len(cells))
	}
	t.Texts = map[string]string{}
	for i, col := range c.columns {
		text := unguard(strings.TrimSpace(cells[i]))
		switch {
		case text == "":
		case col.language:
			c.meet(col.name)
			if col.locale != "" {
				t.Texts[col.locale] = text
			}
		case col.name == columnNote:
			t.Note = text
		case col.name == columnChallenge:
			t.Challenge = text
		case col.name == columnID:
			t.ID = text
		}
	}
	return t, nil
}

// row reads one row of CSV.
type row struct {
	in        *input
	separator rune
}

// endOfFile ends the last cell of a file.
const endOfFile rune = -1

// cells gives the cells of the row; io.EOF when there is no row any more.
func (w *row) cells() ([]string, error) {
	var cells []string
	for {
		line := w.in.line
		cell, end, err := w.cell()
		switch {
		case err != nil:
			return nil, err
		case end == endOfFile && len(cells) == 0 && cell == "":
			return nil, io.EOF
		case len(cells) == maxColumns:
			return nil, refuse(line, "exchange.csv.columns").with("Max", maxColumns)
		}
		if cells = append(cells, cell); end != w.separator {
			return cells, nil
		}
	}
}

// next gives the next character, endOfFile after the last.
func (w *row) next() (rune, error) {
	r, _, err := w.in.ReadRune()
	if errors.Is(err, io.EOF) {
		return endOfFile, nil
	}
	return r, err
}

func (w *row) ends(r rune) bool { return r == w.separator || r == '\n' || r == endOfFile }

// cell reads up to what ends the cell.
func (w *row) cell() (text string, end rune, err error) {
	line := w.in.line
	r, err := w.next()
	if err != nil {
		return "", 0, err
	}
	if r == '"' {
		return w.quoted(line)
	}
	var b strings.Builder
	for n := 0; !w.ends(r); n++ {
		if r == '"' {
			return "", 0, refuse(line, "exchange.csv.quote")
		}
		if n == MaxText {
			return "", 0, tooLong(line)
		}
		b.WriteRune(r)
		if r, err = w.next(); err != nil {
			return "", 0, err
		}
	}
	return b.String(), r, nil
}

// quoted reads the rest of a cell that began with a quotation mark; two of them inside mean one.
func (w *row) quoted(line int) (text string, end rune, err error) {
	var b strings.Builder
	for n := 0; ; n++ {
		r, err := w.next()
		if err != nil {
			return "", 0, err
		}
		if r == '"' {
			at := w.in.line
			if r, err = w.next(); err != nil {
				return "", 0, err
			}
			if w.ends(r) {
				return b.String(), r, nil
			}
			if r != '"' {
				return "", 0, refuse(at, "exchange.csv.quote")
			}
		} else if r == endOfFile {
			return "", 0, refuse(line, "exchange.csv.open")
		}
		if n == MaxText {
			return "", 0, tooLong(line)
		}
		b.WriteRune(r)
	}
}

// WriteTermsCSV writes a glossary as CSV: the languages in the order given, then note, challenge and id. It begins with
// a byte order mark and ends rows with "\r\n", so that spreadsheets read its Chinese. It stops at the first error of
// terms, and at a term that could not be read again, as WriteTMX does.
//
// A spreadsheet takes a cell that begins with =, +, - or @ (full-width ones too) for a formula, which may send the
// reader's data elsewhere. Such a cell is written with an apostrophe before it. So that reading gives back what was
// written, a text that begins with apostrophes and one of these gets one more; no other text is changed.
func WriteTermsCSV(w io.Writer, locales []string, terms iter.Seq2[Term, error]) error {
	names := append(slices.Clone(locales), columnNote, columnChallenge, columnID)
	for i, n := range names {
		if n == "" || slices.Contains(names[:i], n) {
			return fmt.Errorf("exchange: column %q is given twice or has no name", n)
		}
	}
	b := bufio.NewWriter(w)
	if _, err := b.WriteString("\uFEFF"); err != nil {
		return err
	}
	if err := writeRow(b, names); err != nil {
		return err
	}
	for t, err := range terms {
		var cells []string
		if err == nil {
			cells, err = cellsOf(t, locales)
		}
		if err == nil {
			err = writeRow(b, cells)
		}
		if err != nil {
			return err
		}
	}
	return b.Flush()
}

func cellsOf(t Term, locales []string) ([]string, error) {
	cells := make([]string, 0, len(locales)+3)
	texts := 0
	for _, l := range locales {
		s := strings.TrimSpace(t.Texts[l])
		if s != "" {
			texts++
		}
		cells = append(cells, s)
	}
	if texts < 2 {
		return nil, fmt.Errorf("exchange: term %q: %w", t.ID, errFewTexts)
	}
	cells = append(cells, strings.TrimSpace(t.Note), strings.TrimSpace(t.Challenge), strings.TrimSpace(t.ID))
	for i, s := range cells {
		most := MaxText
		if i == len(cells)-1 {
			most = MaxID
		}
		if err := writable(s, most); err != nil {
			return nil, fmt.Errorf("exchange: term %q: %w", t.ID, err)
		}
		if cells[i] = guard(unixLines(s)); len(cells[i]) > len(s) {
			if err := writable(cells[i], MaxText); err != nil {
				return nil, fmt.Errorf("exchange: term %q: %w", t.ID, err)
			}
		}
	}
	return cells, nil
}

func writeRow(b *bufio.Writer, cells []string) error {
	for i, s := range cells {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		if strings.ContainsAny(s, ",;\t\n\"") {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		_, _ = b.WriteString(s)
	}
	_, err := b.WriteString("\r\n") // a bufio.Writer keeps its first error
	return err
}

func guard(s string) string {
	if isFormula(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && isFormula(rest) {
		return rest
	}
	return s
}

// isFormula reports whether a spreadsheet would compute the text, be it behind apostrophes.
func isFormula(s string) bool {
	s = strings.TrimLeft(s, "'")
	return strings.IndexAny(s, "=+-@\uFF1D\uFF0B\uFF0D\uFF20") == 0
}
