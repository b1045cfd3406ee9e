package chatweb

import (
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"senet/internal/chat"
	"senet/internal/i18n"
)

// table writes a room as CSV (RFC 4180): a row each for messages, changes, questions, polls and their answers. It begins with
// a byte order mark, without which spreadsheets take UTF-8 for something else.
type table struct {
	out *csv.Writer
	document
}

// row is what the columns of a row are; empty ones stay empty.
type row struct {
	part, seq, id string
	at            time.Time
	by            chat.By
	name          string // of who it is from
	reply, lang   string
	sides         []side
	marks         []string
	reactions     []string
	votes, state  string
	link          string
}

func writeCSV(ctx context.Context, w io.Writer, d document) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	t := &table{csv.NewWriter(w), d}
	t.out.UseCRLF = true
	if err := t.out.Write(t.header()); err != nil {
		return err
	}
	if err := d.x.Lines(ctx, t.line); err != nil {
		return err
	}
	if d.room().Workshop != 0 {
		if err := d.x.Questions(ctx, t.question); err != nil {
			return err
		}
		if err := d.x.Polls(ctx, t.poll); err != nil {
			return err
		}
	}
	for _, f := range d.facts() {
		if err := t.write(row{part: f.label, state: f.value}); err != nil {
			return err
		}
	}
	if err := t.write(row{part: d.r.T("room.export.end", "Seq", number(d.x.Seq))}); err != nil {
		return err
	}
	t.out.Flush()
	return t.out.Error()
}

func (t *table) header() []string {
	col := func(name string) string { return t.r.T("room.export.col." + name) }
	cells := []string{col("part"), col("seq"), col("number"), col("utc"), t.r.T("room.export.local", "Zone", t.r.Viewer.Zone.String()),
		col("author"), col("affiliation"), col("side"), col("reply"), col("lang")}
	for _, l := range i18n.Written {
		language := t.r.T("lang." + string(l))
		cells = append(cells, language, t.r.T("room.export.source", "Language", language))
	}
	return append(cells, col("marks"), col("reactions"), col("votes"), col("state"), col("link"))
}

func (t *table) write(w row) error {
	cells := []string{w.part, w.seq, w.id, "", "", w.name, w.by.Affiliation, "", w.reply, ""}
	if !w.at.IsZero() {
		cells[3], cells[4] = w.at.UTC().Format(time.RFC3339), t.r.In(w.at).Format(time.RFC3339)
	}
	if w.by.ID != 0 {
		cells[7] = t.sideWord(w.by)
	}
	if w.lang != "" {
		cells[9] = t.r.T("lang." + w.lang)
	}
	for i := range i18n.Written {
		if i < len(w.sides) && !w.sides[i].none {
			cells = append(cells, w.sides[i].shown.Text, w.sides[i].source)
		} else if i < len(w.sides) {
			cells = append(cells, "", w.sides[i].source)
		} else {
			cells = append(cells, "", "")
		}
	}
	cells = append(cells, joined(w.marks), joined(w.reactions), w.votes, w.state, w.link)
	for i, c := range cells {
		cells[i] = disarm(c)
	}
	return t.out.Write(cells)
}

// disarm keeps a spreadsheet from computing a text: an apostrophe goes before what it would take for a formula, whatever
// white space and quotation marks stand before that. A number stays a number.
func disarm(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if strings.IndexAny(strings.TrimLeft(s, " \t\n\"'\u00A0\u3000\u200B\uFEFF"), "=+-@|%\uFF1D\uFF0B\uFF0D\uFF20") == 0 {
		return "'" + s
	}
	return s
}

func (t *table) part(name string) string { return t.r.T("room.export.part." + name) }

func (t *table) line(l chat.Line) error {
	w := row{part: t.part("message"), seq: number(l.Seq), at: l.At}
	switch {
	case l.Now != nil:
		w.part, w.state = t.part("change"), joined(t.changes(*l.Was, *l.Now))
		return t.write(w)
	case l.Removed:
		w.state = t.removed(l)
		return t.write(w)
	}
	m := l.Message
	w.id, w.by, w.name, w.lang, w.link = number(m.ID), m.Author, m.Author.Name, m.Lang, t.messageURL(m)
	w.sides, w.marks, w.reactions = t.sides(m.Content), t.marks(m), t.reactions(m)
	if m.ReplyTo != nil {
		w.reply = number(m.ReplyTo.ID)
	}
	return t.write(w)
}

func (t *table) question(q chat.Question) error {
	state := t.standing(q)[0]
	return t.write(row{part: t.part("question"), id: number(q.ID), at: q.At, by: q.Author, name: t.asker(q), lang: q.Lang,
		sides: t.sides(q.Content), votes: number(int64(q.Votes)), state: state, link: t.questionURL(q.ID)})
}

func (t *table) poll(p chat.Poll) error {
	w := row{part: t.part("poll"), id: number(p.ID), at: p.At, by: p.Author, name: p.Author.Name, lang: p.Lang,
		sides: t.sides(p.Content), votes: number(int64(p.Voters)), state: joined(t.tally(p)), link: t.pollURL(p.ID)}
	if err := t.write(w); err != nil {
		return err
	}
	for _, o := range p.Options {
		w := row{part: t.part("answer"), id: number(o.ID), reply: number(p.ID), lang: o.Lang, sides: t.sides(o.Content), votes: votesCell(p, o)}
		if err := t.write(w); err != nil {
			return err
		}
	}
	return nil
}
