package translation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"

	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/translation/engine"
	"senet/internal/translation/segment"
)

// made is a translation put together from memory and an engine.
type made struct {
	text     string
	kind     Kind
	provider string
	score    int
	segments map[string]string // what an engine made of each sentence
}

// errNothing: neither memory nor an engine has anything for the text.
var errNothing = errors.New("nothing to translate with")

// sentence is one that needs words in the other language.
type sentence struct {
	text   string
	target string
	done   bool
}

// make translates a text sentence by sentence: from memory, from what an engine made of the same sentence before the text
// was edited, from an engine. A sentence that an engine returns without what had to survive stays in the original.
func (s *Service) make(ctx context.Context, w Writing, locale i18n.Locale, was Translation) (made, error) {
	pieces, err := s.join(ctx, segment.Split(w.Source, !w.Plain), w.Lang, string(locale))
	if err != nil {
		return made{}, err
	}
	var all []*sentence
	byText := map[string]*sentence{}
	for _, p := range pieces {
		if p.Translate && byText[p.Text] == nil && strings.ContainsFunc(p.Text, unicode.IsLetter) {
			byText[p.Text] = &sentence{text: p.Text}
			all = append(all, byText[p.Text])
		}
	}
	if len(all) == 0 {
		return made{}, errNothing
	}
	m := made{kind: Memory, score: 100, segments: map[string]string{}}
	tally := tally{}
	if err := s.recall(ctx, w, locale, all, &m, tally); err != nil {
		return made{}, err
	}
	for _, one := range all {
		if before := was.Segments[segment.Key(one.text)]; !one.done && before != "" {
			m.take(one, before)
			m.provider = was.Provider
			tally.add(UsedAgain, one.text)
		}
	}
	if err := s.ask(ctx, w, locale, waiting(all), &m); err != nil {
		return made{}, err
	}
	if m.text, err = weave(pieces, byText); err != nil {
		return made{}, err
	}
	if m.text == w.Source {
		return made{}, errNothing
	}
	return m, s.count(ctx, tally)
}

// maxRun is how many sentences in a row are looked up as one: memories of others keep whole paragraphs, or cut them
// elsewhere.
const maxRun = 5

// run is some sentences in a row, from piece first to piece last.
type run struct {
	first, last int
	text        string
}

// runs are all runs of two to maxRun sentences within a block with nothing but space between them; of one beginning the
// shortest first.
func runs(pieces []segment.Piece) (all []run) {
	for i, p := range pieces {
		text, sentences := p.Text, 1
		for j := i + 1; p.Translate && j < len(pieces) && pieces[j].Block == p.Block && sentences < maxRun; j++ {
			text += pieces[j].Text
			if pieces[j].Translate {
				sentences++
				all = append(all, run{i, j, text})
			} else if strings.Trim(pieces[j].Text, " \n") != "" {
				break
			}
		}
	}
	return all
}

// join makes one piece of sentences in a row that the memory knows as one, the longest first.
func (s *Service) join(ctx context.Context, pieces []segment.Piece, source, target string) ([]segment.Piece, error) {
	all := runs(pieces)
	if len(all) == 0 {
		return pieces, nil
	}
	texts := make([]string, len(all))
	for i, r := range all {
		texts[i] = r.text
	}
	known, err := s.memory.Exact(ctx, s.store, source, target, texts)
	if err != nil {
		return nil, err
	}
	longest := map[int]int{}
	for i, r := range all {
		if known[i] != nil {
			longest[r.first] = r.last // of one beginning the later run is the longer
		}
	}
	if len(longest) == 0 {
		return pieces, nil
	}
	var joined []segment.Piece
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		for last, ok := longest[i]; ok && i < last; {
			i++
			p.Text += pieces[i].Text
		}
		joined = append(joined, p)
	}
	return joined, nil
}

// recall fills in what memory knows.
func (s *Service) recall(ctx context.Context, w Writing, locale i18n.Locale, all []*sentence, m *made, t tally) error {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = one.text
	}
	matches, err := s.memory.Find(ctx, s.store, w.Lang, string(locale), texts)
	if err != nil {
		return err
	}
	for i, match := range matches {
		if match != nil {
			all[i].target, all[i].done = match.Target, true
			m.score = min(m.score, match.Score)
			t.add(UsedMemory, all[i].text)
		}
	}
	return nil
}

// take fills in what an engine made.
func (m *made) take(one *sentence, target string) {
	one.target, one.done = target, true
	m.kind = Machine
	m.segments[segment.Key(one.text)] = target
}

func waiting(all []*sentence) (rest []*sentence) {
	for _, one := range all {
		if !one.done {
			rest = append(rest, one)
		}
	}
	return rest
}

// allowed are the engines that may see a text.
func (s *Service) allowed(w Writing) (es []engine.Engine) {
	for _, e := range s.engines {
		if !w.KeepInside || !e.Outside() {
			es = append(es, e)
		}
	}
	return es
}

// ask has the first engine that can translate the sentences.
func (s *Service) ask(ctx context.Context, w Writing, locale i18n.Locale, rest []*sentence, m *made) error {
	if len(rest) == 0 {
		return nil
	}
	engines := s.allowed(w)
	if len(engines) == 0 {
		return errNothing
	}
	terms, err := s.glossary.For(ctx, w.Challenge)
	if err != nil {
		return err
	}
	r := engine.Request{Source: w.Lang, Target: string(locale), Context: w.About, Texts: make([]string, len(rest))}
	for _, p := range terms.Pairs(w.Lang, string(locale)) {
		r.Terms = append(r.Terms, engine.Term{Source: p[0], Target: p[1]})
	}
	mentioned, err := s.accounts.ByHandles(ctx, markup.MentionCandidates(w.Source))
	if err != nil {
		return err
	}
	handles := slices.Collect(maps.Keys(mentioned))
	masked := make([]segment.Masked, len(rest))
	for i, one := range rest {
		masked[i] = segment.Mask(segment.Unwrap(one.text), handles...)
		r.Texts[i] = masked[i].Text
	}
	var failed error
	for _, e := range engines {
		texts, err := e.Translate(ctx, r)
		var refused *engine.Refused
		if err != nil && !errors.As(err, &refused) {
			if failed == nil || !errors.Is(failed, engine.ErrTimeout) {
				failed = err
			}
			continue
		}
		m.provider = e.Label()
		s.restore(rest, masked, texts, m)
		if m.kind != Machine && len(waiting(rest)) == len(rest) {
			return errNothing // every sentence was refused
		}
		return nil
	}
	return failed
}

// restore puts back what was masked. A sentence that lost any of it stays undone, and so in the original.
func (s *Service) restore(rest []*sentence, masked []segment.Masked, texts []string, m *made) {
	for i, one := range rest {
		if texts[i] == "" {
			continue
		}
		target, err := masked[i].Restore(texts[i])
		if err != nil {
			s.log.Info("translation of a sentence refused", "engine", m.provider, "err", err)
			continue
		}
		m.take(one, target)
	}
}

// weave puts the sentences into the text's own frame; one without a translation stays as it is.
func weave(pieces []segment.Piece, byText map[string]*sentence) (string, error) {
	var targets []string
	for _, p := range pieces {
		if !p.Translate {
			continue
		}
		if one := byText[p.Text]; one != nil && one.done {
			targets = append(targets, one.target)
		} else {
			targets = append(targets, p.Text)
		}
	}
	return segment.Weave(pieces, targets)
}
