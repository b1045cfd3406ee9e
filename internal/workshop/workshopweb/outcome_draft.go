package workshopweb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/translation"
	"senet/internal/workshop"
)

const (
	// draftRoom is how many bytes a draft may have: so much that its hosts can still write something.
	draftRoom     = forum.MaxBody - 8<<10
	headingWeight = 160
	shownWords    = 30
)

// draft is an outcome made of what there is in the room, in every language.
func (h *Handlers) draft(r *httpx.Request, e workshop.Event, m workshop.Material) workshop.Outcome {
	o := workshop.Outcome{Kind: forum.Discussion, Lang: r.Locale.Reading(), Challenge: e.ChallengeSlug}
	for _, l := range i18n.Written {
		w := &minutes{p: h.words.For(l), l: l, e: e}
		*o.Title.Side(l) = w.title()
		*o.Body.Side(l) = w.body(m)
	}
	return o
}

// minutes writes the outcome of an event in one language, as Markdown: headings in that language, and what people said as it
// reads in it. What has no translation stands in its original, with a mark.
type minutes struct {
	p    *i18n.Printer
	l    i18n.Locale
	e    workshop.Event
	out  strings.Builder
	full bool // there is no more room
}

func (w *minutes) title() string {
	name, _ := w.e.Title().In(w.l)
	rest := forum.MaxTitle - markup.Weight(w.p.T("outcome.title_of", "Title", ""))
	return w.p.T("outcome.title_of", "Title", markup.Shorten(name, rest))
}

func (w *minutes) body(m workshop.Material) string {
	name, _ := w.e.Title().In(w.l)
	w.add(w.p.T("outcome.intro", "Event", link(name, w.e.Path()), "Room", link(w.p.T("outcome.room"), w.e.Path()+"/room")))
	if len(m.Decisions) > 0 {
		w.add("## " + w.p.T("outcome.decisions"))
		w.messages(m.Decisions)
	}
	if len(m.Answers) > 0 {
		w.add("## " + w.p.T("outcome.answers"))
		for _, a := range m.Answers {
			w.answer(a)
		}
	}
	if len(m.Polls) > 0 {
		w.add("## " + w.p.T("outcome.polls"))
		for _, p := range m.Polls {
			w.poll(p)
		}
	}
	if len(m.Pinned) > 0 {
		w.add("## " + w.p.T("outcome.pinned"))
		w.messages(m.Pinned)
	}
	if w.full {
		w.full = false
		w.add(w.p.T("outcome.more"))
	}
	return strings.TrimSpace(w.out.String())
}

// add adds a block; one that finds no room is left out, and so is what follows.
func (w *minutes) add(block string) {
	if w.full = w.full || w.out.Len()+len(block) > draftRoom; !w.full {
		w.out.WriteString(strings.TrimSpace(block) + "\n\n")
	}
}

func (w *minutes) messages(ms []chat.Message) {
	for _, m := range ms {
		w.add(w.quote(m.Content(w.l), link(m.Author.Name, w.messagePath(m))))
	}
}

// quote is somebody's words with whose they are and, of a translation, where it comes from.
func (w *minutes) quote(s translation.Shown, by string) string {
	text := strings.TrimSpace(markup.Quote("", s.Text))
	if text == "" { // nothing but a quotation
		text = "> " + markup.Inline(markup.Excerpt(s.Text, headingWeight))
	}
	return text + "\n>\n> — " + by + w.note(s)
}

// note is what a reader must know of words that are not their author's, or not in this language.
func (w *minutes) note(s translation.Shown) string {
	switch {
	case s.Untranslated:
		return " · " + w.p.T("outcome.untranslated")
	case s.Kind == translation.Machine:
		return " · " + markup.Inline(w.p.T("translations.machine", "Engine", s.Provider))
	case s.Kind == translation.Human && s.By != "":
		return " · " + markup.Inline(w.p.T("translations.by", "Name", s.By))
	case s.Kind == translation.Memory:
		return " · " + w.p.T("translations.memory")
	}
	return ""
}

func (w *minutes) answer(a chat.Answer) {
	s := a.Content(w.l)
	asker := w.p.T("outcome.anonymous")
	if !a.Anonymous {
		asker = markup.Inline(w.p.T("outcome.asked_by", "Name", a.Author.Name))
	}
	line := markup.Excerpt(s.Text, headingWeight)
	block := "### " + markup.Inline(line) + "\n\n" + asker + " · " + w.p.N("outcome.votes", a.Votes) + w.note(s)
	if strings.HasSuffix(line, "…") {
		block += "\n\n" + strings.TrimSpace(markup.Quote("", s.Text))
	}
	w.add(block)
	w.messages(a.Said)
	if at := max(a.From, a.Upto); at > 0 {
		if a.From > 0 {
			at = a.From
		}
		w.add(link(w.p.T("outcome.moment"), fmt.Sprintf("%s/room?at=%d#q-%d", w.e.Path(), at, a.ID)))
	}
}

func (w *minutes) poll(p chat.Poll) {
	s := p.Content(w.l)
	block := "### " + markup.Inline(s.Text) + "\n\n" + w.p.N("outcome.voters", p.Voters)
	if p.Kind == chat.Scale {
		block += " · " + w.p.T("outcome.mean", "Mean", strconv.FormatFloat(p.Mean(), 'f', 1, 64))
	}
	block += w.note(s) + "\n\n"
	if p.Kind == chat.Cloud {
		w.add(block + w.cloud(p))
		return
	}
	block += fmt.Sprintf("| %s | %s | %s |\n|---|---:|---:|\n", w.p.T("outcome.answer"), w.p.T("outcome.votes_column"), w.p.T("outcome.share"))
	for _, o := range p.Options {
		block += fmt.Sprintf("| %s | %s | %s |\n", w.option(o), w.p.Number(o.Votes), w.p.Percent(p.Share(o)))
	}
	w.add(block)
}

func (w *minutes) option(o chat.Option) string {
	s := o.Content(w.l)
	if s.Untranslated {
		return markup.Inline(s.Text) + " " + w.p.T("outcome.untranslated")
	}
	return markup.Inline(s.Text)
}

func (w *minutes) cloud(p chat.Poll) string {
	words := make([]string, 0, shownWords)
	for _, o := range p.Options[:min(len(p.Options), shownWords)] {
		words = append(words, fmt.Sprintf("%s (%s)", markup.Inline(o.Content(w.l).Text), w.p.Number(o.Votes)))
	}
	return strings.Join(words, " · ")
}

func (w *minutes) messagePath(m chat.Message) string {
	return fmt.Sprintf("%s/room?at=%d#m-%d", w.e.Path(), m.Seq, m.ID)
}

// link leads into the hub, to the page in its reader's language.
func link(words, path string) string { return "[" + markup.Inline(words) + "](" + path + ")" }

// lacking is how often a draft says of something that it has no translation, by the language it lacks.
func (h *Handlers) lacking(o workshop.Outcome) map[i18n.Locale]int {
	n := map[i18n.Locale]int{}
	for _, l := range i18n.Written {
		if k := strings.Count(o.Body.Only(l), h.words.For(l).T("outcome.untranslated")); k > 0 {
			n[l] = k
		}
	}
	return n
}

// empty reports whether nothing is written in a language.
func empty(o workshop.Outcome) (in []i18n.Locale) {
	return slices.DeleteFunc(slices.Clone(i18n.Written), func(l i18n.Locale) bool {
		return !markup.Blank(o.Title.Only(l)) || !markup.Blank(o.Body.Only(l))
	})
}
