package translationweb

import (
	"context"
	"slices"
	"strings"

	"senet/internal/markup"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
	"senet/internal/translation/segment"
)

// Bounds of what the editor shows of a long text.
const (
	maxRows      = 300 // beyond it the text is edited in one piece
	maxSentences = 150 // that the memory is asked for
	maxMatches   = 2   // of a sentence
)

// editRow is a part of the source beside its translation.
type editRow struct {
	Number  int // from 1, of those to translate; 0: it is copied
	Source  string
	Target  string
	Pieces  []piece // Source, its terms marked
	Terms   []glossary.Check
	Matches []match
	Changed []markup.Chunk // Source since it was translated; nil: it has not changed
}

// piece is a run of a source; a term where Term is not "": what the glossary calls it in the other language.
type piece struct{ Text, Term string }

// match is what the memory knows of a sentence.
type match struct {
	memory.Match
	Chunks []markup.Chunk // from the sentence to the match's source; nil: they are the same
}

// best is the highest score of what the memory knows of a row.
func (r editRow) best() (score int) {
	for _, m := range r.Matches {
		score = max(score, m.Score)
	}
	return score
}

// lay puts the translation that is there beside its source: row by row where they correspond and nobody wants the whole.
func (h *Handlers) lay(ctx context.Context, e *editor, whole bool) error {
	if err := h.layByRow(ctx, e); err != nil {
		return err
	}
	if whole && !e.Whole {
		e.ByRow = true
		e.layWhole(e.Now.Text)
	}
	return nil
}

func (h *Handlers) layByRow(ctx context.Context, e *editor) error {
	former := ""
	if e.Stale() {
		var err error
		if former, err = h.translation.Former(ctx, e.Writing, e.Now.SourceVersion); err != nil {
			return err
		}
		if former != "" && former != e.Source {
			e.Changed = markup.Diff(former, e.Source)
		}
	}
	rows := segment.Blocks(e.Source, !e.Plain)
	n := len(toTranslate(rows))
	if n == 0 || n > maxRows {
		e.layWhole(e.Now.Text)
		return nil
	}
	if !e.There {
		e.layRows(make([]string, n))
		return nil
	}
	before := rows
	if e.Changed != nil {
		before = segment.Blocks(former, !e.Plain)
	}
	targets, ok := correspond(before, e.Now.Text, !e.Plain)
	if !ok {
		e.layWhole(e.Now.Text)
		return nil
	}
	targets, was := carry(toTranslate(before), toTranslate(rows), targets)
	e.layRows(targets)
	for i := range e.Rows {
		row := &e.Rows[i]
		if row.Number > 0 && was[row.Number-1] != row.Source {
			row.Changed = markup.Diff(was[row.Number-1], row.Source)
		}
	}
	return nil
}

// layWhole makes the text one row.
func (e *editor) layWhole(target string) {
	e.Whole = true
	e.Rows = []editRow{{Number: 1, Source: e.Source, Target: target}}
}

// layRows makes a row of each block of the source, but for the white space between them.
func (e *editor) layRows(targets []string) {
	e.Rows = nil
	n := 0
	for _, b := range segment.Blocks(e.Source, !e.Plain) {
		switch {
		case b.Translate:
			e.Rows = append(e.Rows, editRow{Number: n + 1, Source: b.Text, Target: targets[n]})
			n++
		case strings.TrimSpace(b.Text) != "":
			e.Rows = append(e.Rows, editRow{Source: strings.TrimSpace(b.Text)})
		}
	}
}

func toTranslate(rows []segment.Row) (texts []string) {
	for _, r := range rows {
		if r.Translate {
			texts = append(texts, r.Text)
		}
	}
	return texts
}

// correspond gives the rows of a translation, in the order of the rows of its source that are to be translated. A row that
// was left in the original is empty. It is false when the two have not the same rows, or what is copied differs.
func correspond(source []segment.Row, text string, markdown bool) ([]string, bool) {
	rows := trimmed(segment.Blocks(text, markdown))
	source = trimmed(source)
	if len(rows) != len(source) {
		return nil, false
	}
	var targets []string
	for i, r := range rows {
		switch {
		case r.Translate != source[i].Translate, !r.Translate && strings.TrimSpace(r.Text) != strings.TrimSpace(source[i].Text):
			return nil, false
		case r.Translate && r.Text == source[i].Text:
			targets = append(targets, "")
		case r.Translate:
			targets = append(targets, r.Text)
		}
	}
	return targets, true
}

// trimmed leaves out white space at the ends, which no translation keeps.
func trimmed(rows []segment.Row) []segment.Row {
	blank := func(r segment.Row) bool { return strings.TrimSpace(r.Text) == "" }
	for len(rows) > 0 && blank(rows[0]) {
		rows = rows[1:]
	}
	for len(rows) > 0 && blank(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// carry takes translated rows over to a changed source: those of rows that are still there, in their order, and between
// two of them those of the rows that stood there before, one for one. was is what each row was; "" for a new one.
func carry(before, now, targets []string) (carried, was []string) {
	carried, was = make([]string, len(now)), make([]string, len(now))
	b, start := 0, 0 // where the search in before goes on, and where the gap in now began
	fill := func(stop, end int) {
		for i := start; i < stop && b < end; i, b = i+1, b+1 {
			carried[i], was[i] = targets[b], before[b]
		}
	}
	for i, text := range now {
		at := slices.Index(before[b:], text)
		if at < 0 {
			continue
		}
		at += b
		fill(i, at)
		carried[i], was[i] = targets[at], text
		b, start = at+1, i+1
	}
	fill(len(now), len(before))
	return carried, was
}

// join puts a text together from typed rows, of which those left empty stay as they are in the source. It is false when
// they are not as many as the source's; they are then only put below each other.
func join(source string, markdown bool, targets []string) (string, bool) {
	if !slices.ContainsFunc(targets, func(t string) bool { return !markup.Blank(t) }) {
		return "", len(toTranslate(segment.Blocks(source, markdown))) == len(targets)
	}
	filled := slices.Clone(targets)
	texts := toTranslate(segment.Blocks(source, markdown))
	for i := range filled {
		if i < len(texts) && markup.Blank(filled[i]) {
			filled[i] = texts[i]
		}
	}
	text, err := segment.Join(source, markdown, filled)
	if err != nil {
		return strings.Join(targets, "\n\n"), false
	}
	return text, true
}

// help marks terms and looks into the memory.
func (h *Handlers) help(ctx context.Context, e *editor) error {
	if err := h.mark(ctx, e); err != nil {
		return err
	}
	return h.suggest(ctx, e)
}

// mark finds the glossary's terms in the source, and whether the translation uses them.
func (h *Handlers) mark(ctx context.Context, e *editor) error {
	terms, err := h.glossary.For(ctx, e.Challenge)
	if err != nil {
		return err
	}
	for i := range e.Rows {
		row := &e.Rows[i]
		if row.Number == 0 {
			row.Pieces = []piece{{Text: row.Source}}
			continue
		}
		row.Pieces = pieces(row.Source, terms.Find(row.Source, e.Lang), string(e.Into))
		row.Terms = terms.Check(row.Source, e.Lang, row.Target, string(e.Into))
	}
	return nil
}

// pieces cuts a source at its terms, of those that have a text in that language.
func pieces(source string, spans []glossary.Span, into string) (ps []piece) {
	done := 0
	for _, s := range spans {
		term := s.Term.Texts[into]
		if term == "" {
			continue
		}
		if s.Start > done {
			ps = append(ps, piece{Text: source[done:s.Start]})
		}
		ps = append(ps, piece{Text: source[s.Start:s.End], Term: term})
		done = s.End
	}
	if done < len(source) {
		ps = append(ps, piece{Text: source[done:]})
	}
	return ps
}

// suggest adds to each row what the memory knows of its sentences and the row does not say yet.
func (h *Handlers) suggest(ctx context.Context, e *editor) error {
	var sentences []string
	var of []int // the row of each
	for i, row := range e.Rows {
		if row.Number == 0 {
			continue
		}
		for _, p := range segment.Split(row.Source, !e.Plain) {
			if p.Translate && len(sentences) < maxSentences {
				sentences, of = append(sentences, segment.Unwrap(p.Text)), append(of, i)
			}
		}
	}
	if len(sentences) == 0 || e.Lang == "" {
		return nil
	}
	found, err := h.memory.Suggest(ctx, e.Lang, string(e.Into), sentences, maxMatches)
	if err != nil {
		return err
	}
	for i, matches := range found {
		row := &e.Rows[of[i]]
		for _, m := range matches {
			if strings.Contains(row.Target, m.Target) {
				continue
			}
			one := match{Match: m}
			if m.Score < 100 {
				one.Chunks = markup.Diff(sentences[i], m.Source)
			}
			row.Matches = append(row.Matches, one)
		}
	}
	return nil
}
