package chatweb

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/markup"
)

// pen writes text; after an error it writes nothing more.
type pen struct {
	w   io.Writer
	err error
}

func (p *pen) printf(format string, args ...any) error {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
	return p.err
}

// markdown writes a room as Markdown. What people wrote stands in block quotes, which nothing in it can leave; their names
// and whatever is a line are escaped.
type markdown struct {
	pen
	document
	day string
}

func writeMarkdown(ctx context.Context, w io.Writer, d document) error {
	m := &markdown{pen: pen{w: w}, document: d}
	m.head()
	m.printf("\n## %s\n", d.r.T("room.talk"))
	if err := d.x.Lines(ctx, m.line); err != nil {
		return err
	}
	if d.room().Workshop != 0 {
		m.printf("\n## %s\n", d.r.T("room.tabs.questions"))
		if err := d.x.Questions(ctx, m.question); err != nil {
			return err
		}
		m.printf("\n## %s\n", d.r.T("room.tabs.polls"))
		if err := d.x.Polls(ctx, m.poll); err != nil {
			return err
		}
	}
	return m.printf("\n---\n\n%s\n", markup.Inline(d.r.T("room.export.end", "Seq", number(d.x.Seq))))
}

func (m *markdown) head() {
	title := m.room().Title
	for i, l := range i18n.Written {
		if text := title.Only(l); text != "" {
			m.printf("%s %s\n\n", strings.Repeat("#", min(i+1, 2)), markup.Inline(text))
		}
	}
	for _, f := range m.facts() {
		value := f.value
		if !f.own {
			value = markup.Inline(value)
		}
		m.printf("- %s: %s\n", f.label, value)
	}
	if len(m.agenda) == 0 {
		return
	}
	m.printf("\n## %s\n\n", m.r.T("room.export.agenda"))
	for _, i := range m.agenda {
		m.printf("- %s %s\n", m.moment(i.At), markup.Inline(agendaLine(i)))
	}
}

// agendaLine is an item in every language that it is there in, and who speaks.
func agendaLine(i AgendaItem) string {
	var parts []string
	for _, l := range i18n.Written {
		if text := i.Title.Only(l); text != "" {
			parts = append(parts, text)
		}
	}
	if i.Speaker != "" {
		parts = append(parts, i.Speaker)
	}
	return strings.Join(parts, " / ")
}

func (m *markdown) line(l chat.Line) error {
	if day := m.document.day(l.At); day != m.day {
		m.day = day
		m.printf("\n### %s\n", day)
	}
	switch {
	case l.Now != nil:
		return m.printf("\n*%s %s*\n", m.moment(l.At), markup.Inline(joined(m.changes(*l.Was, *l.Now))))
	case l.Removed:
		return m.printf("\n*%s %s*\n", m.moment(l.At), markup.Inline(m.removed(l)))
	}
	msg := l.Message
	m.printf("\n**%s** (%s) %s [#%s](%s)\n", markup.Inline(msg.Author.Name), markup.Inline(m.from(msg.Author)), m.moment(l.At),
		number(l.Seq), m.messageURL(msg))
	if about := append(m.marks(msg), m.reactions(msg)...); len(about) > 0 {
		m.printf("\n%s\n", markup.Inline(joined(about)))
	}
	if msg.ReplyTo != nil {
		words, quote, _ := m.reply(msg.ReplyTo)
		m.printf("\n%s %s\n", markup.Inline(words), markup.Inline(quote))
	}
	return m.texts(m.sides(msg.Content), false)
}

// texts are the languages of a text one below the other, each with where it comes from.
func (m *markdown) texts(sides []side, plain bool) error {
	for _, s := range sides {
		m.printf("\n%s · %s\n", markup.Inline(m.r.T("lang."+string(s.lang))), markup.Inline(s.source))
		switch {
		case s.none:
		case plain:
			m.printf("\n> %s\n", markup.Inline(s.shown.Text))
		default:
			m.printf("\n%s\n", cite(s.shown.Text))
		}
	}
	return m.err
}

func (m *markdown) question(q chat.Question) error {
	m.printf("\n### %s\n\n%s · %s\n", number(q.ID), markup.Inline(m.asker(q)), m.moment(q.At))
	m.printf("\n%s [#%s](%s)\n", markup.Inline(joined(m.standing(q))), number(q.ID), m.questionURL(q.ID))
	return m.texts(m.sides(q.Content), false)
}

func (m *markdown) poll(p chat.Poll) error {
	m.printf("\n### %s\n\n%s · %s\n", number(p.ID), markup.Inline(p.Author.Name), m.moment(p.At))
	m.printf("\n%s [#%s](%s)\n", markup.Inline(joined(m.tally(p))), number(p.ID), m.pollURL(p.ID))
	m.texts(m.sides(p.Content), true)
	if len(p.Options) == 0 {
		return m.err
	}
	m.printf("\n|")
	for _, l := range i18n.Written {
		m.printf(" %s |", markup.Inline(m.r.T("lang."+string(l))))
	}
	m.printf(" %s |\n|%s---:|\n", markup.Inline(m.r.T("room.export.col.votes")), strings.Repeat("---|", len(i18n.Written)))
	for _, o := range p.Options {
		m.printf("|")
		for _, s := range m.sides(o.Content) {
			m.printf(" %s |", markup.Inline(optionCell(s)))
		}
		m.printf(" %s |\n", votesCell(p, o))
	}
	return m.err
}

// optionCell is an answer in one language, with where that comes from unless it is the original.
func optionCell(s side) string {
	switch {
	case s.none:
		return "(" + s.source + ")"
	case s.shown.Translated():
		return s.shown.Text + " (" + s.source + ")"
	}
	return s.shown.Text
}

// votesCell is empty where the numbers may not be shown.
func votesCell(p chat.Poll, o chat.Option) string {
	if !p.Shown() {
		return ""
	}
	return number(int64(o.Votes))
}

// cite is Markdown as a block quote. HTML in it, which the hub shows as text, stays text for readers that would take it for
// HTML: it begins with a backslash.
func cite(src string) string {
	src = rawHTML().ReplaceAllStringFunc(src, func(s string) string {
		if webLink().MatchString(s) {
			return s
		}
		return `\` + s
	})
	lines := strings.Split(strings.Trim(src, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight("> "+l, " ")
		if strings.HasSuffix(l, "  ") { // a hard line break
			lines[i] += `\`
		}
	}
	return strings.Join(lines, "\n")
}

var (
	rawHTML = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<[A-Za-z/!?][^<]*`) })
	webLink = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^<(?:https?://|mailto:)[^\s<>"]+>`) })
)
