package glossary

import (
	"cmp"
	"container/heap"
	"slices"
)

// Terms are those valid in one place, ready to be found in texts. They never change.
type Terms struct {
	vocab  *vocabulary
	scopes []map[string]*trie // by language: the challenge's own, then the global ones
	count  int
	terms  [][]*Term // as scopes
}

// Len is how many there are.
func (t *Terms) Len() int { return t.count }

// Span is where a term stands in a text: text[Start:End].
type Span struct {
	Start, End int
	Term       *Term
}

// place is where something stands in a text, and everything that it may be; forms[0] is its term's.
type place struct {
	first, last int // tokens
	size        int32
	forms       []form
}

// Find marks where terms stand in a text of that language, in the order of the text. Of those that overlap the longest
// counts, of two as long the challenge's own. Words are found whole, in any letter case, with a space or a hyphen or
// neither between them, in singular and plural; an abbreviation in capitals (AIDS) in capitals only. Han is found
// anywhere, and full-width characters are the same as half-width ones. A term that explains itself in parentheses
// is found with them, without them, and by what is in them.
func (t *Terms) Find(text, lang string) []Span {
	tokens, places := t.places(text, lang)
	spans := make([]Span, len(places))
	for i, p := range places {
		spans[i] = Span{int(tokens[p.first].start), int(tokens[p.last].end), p.forms[0].term}
	}
	return spans
}

// places are those that Find marks, with the tokens of the text. Each beginning proposes its longest place; the longest
// of all is taken first, and who is in its way proposes the next shorter one, which may still fit.
func (t *Terms) places(text, lang string) ([]token, []place) {
	tokens := tokenise(text, t.vocab.find)
	var proposed queue
	for first := range tokens {
		if p, ok := t.longest(text, lang, tokens, first, len(tokens)); ok {
			proposed = append(proposed, p)
		}
	}
	if len(proposed) == 0 {
		return tokens, nil
	}
	heap.Init(&proposed)
	taken := make([]bool, len(tokens))
	var kept []place
	for len(proposed) > 0 {
		p := heap.Pop(&proposed).(place)
		if clash := slices.Index(taken[p.first:p.last+1], true); clash == 0 {
			continue
		} else if clash > 0 {
			if p, ok := t.longest(text, lang, tokens, p.first, p.first+clash); ok {
				heap.Push(&proposed, p)
			}
			continue
		}
		for i := p.first; i <= p.last; i++ {
			taken[i] = true
		}
		kept = append(kept, p)
	}
	slices.SortFunc(kept, func(a, b place) int { return cmp.Compare(a.first, b.first) })
	return tokens, kept
}

// longest is the longest place that begins with a token and ends before stop; of two scopes the first one's.
func (t *Terms) longest(text, lang string, tokens []token, first, stop int) (place, bool) {
	best := place{first: first, last: -1}
	for _, scope := range t.scopes {
		trie := scope[lang]
		trie.walk(tokens, first, stop, func(last int, node int32) {
			if last <= best.last {
				return
			}
			if forms := fitting(trie.ends[node], text, tokens[first], tokens[last]); len(forms) > 0 {
				best.last, best.forms = last, forms
			}
		})
	}
	if best.last < 0 {
		return best, false
	}
	best.size = tokens[best.last].end - tokens[first].start
	return best, true
}

// queue is a heap of places, the longest and then the first one on top.
type queue []place

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	return q[i].size > q[j].size || q[i].size == q[j].size && q[i].first < q[j].first
}
func (q *queue) Push(x any) { *q = append(*q, x.(place)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// Check is whether a translation calls a thing as the glossary does.
type Check struct {
	Term   *Term
	Source string // as it stands in the source
	Target string // as the glossary writes it in the target's language
	Used   bool
}

// Check tells for each term that stands in the source, in its order and once, whether the target uses it. Where the
// glossary has several translations of a source, one of them is enough. Terms without a text in the target's language
// are left out.
func (t *Terms) Check(source, sourceLang, target, targetLang string) []Check {
	tokens, places := t.places(source, sourceLang)
	if len(places) == 0 {
		return nil
	}
	used := t.all(target, targetLang)
	seen := map[*Term]bool{}
	var out []Check
	for _, p := range places {
		var c Check
		for _, f := range p.forms {
			text := f.term.Texts[targetLang]
			if text == "" || c.Term != nil && (c.Used || !used[f.term]) {
				continue
			}
			c = Check{Term: f.term, Source: source[tokens[p.first].start:tokens[p.last].end], Target: text, Used: used[f.term]}
		}
		if c.Term != nil && !seen[c.Term] {
			seen[c.Term] = true
			out = append(out, c)
		}
	}
	return out
}

// all are the terms that stand anywhere in a text, also within others.
func (t *Terms) all(text, lang string) map[*Term]bool {
	tokens := tokenise(text, t.vocab.find)
	found := map[*Term]bool{}
	for _, scope := range t.scopes {
		trie := scope[lang]
		seen := map[int32]bool{}
		for first := range tokens {
			trie.walk(tokens, first, len(tokens), func(last int, node int32) {
				if seen[node] {
					return
				}
				forms := fitting(trie.ends[node], text, tokens[first], tokens[last])
				for _, f := range forms {
					found[f.term] = true
				}
				seen[node] = len(forms) == len(trie.ends[node])
			})
		}
	}
	return found
}

// Pairs are all terms as an engine wants them, in the source's language and in the target's; of terms with the same
// source the challenge's own counts, and of two of those the one changed last.
func (t *Terms) Pairs(sourceLang, targetLang string) [][2]string {
	seen := map[string]bool{}
	var out [][2]string
	for _, scope := range t.terms {
		for _, term := range scope {
			pair := [2]string{term.Texts[sourceLang], term.Texts[targetLang]}
			if pair[0] == "" || pair[1] == "" || seen[pair[0]] {
				continue
			}
			seen[pair[0]] = true
			out = append(out, pair)
		}
	}
	return out
}
