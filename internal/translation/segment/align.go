package segment

import (
	"slices"
	"strings"
	"unicode"

	"senet/internal/markup"
)

// Pair is a sentence, or a whole block, with its translation.
type Pair struct{ Source, Target string }

// Align brings the sentences of a text and of its translation together, to learn from a translator. It pairs nothing
// that is not certain: when the two have not the same blocks of text of the same kinds in the same order, there are no
// pairs. Within a block, sentence goes with sentence where there are as many on both sides, unless the numbers in
// them tell that they moved; otherwise the whole block is one pair. Texts are unwrapped. Pairs of which one side has no
// words, and pairs with two equal sides, are left out.
func Align(source, target string, markdown bool) []Pair {
	from, to := alignTexts(source, markdown), alignTexts(target, markdown)
	if len(from) != len(to) {
		return nil
	}
	for i := range from {
		if from[i].kind != to[i].kind {
			return nil
		}
	}
	var pairs []Pair
	for i := range from {
		pairs = append(pairs, from[i].align(to[i])...)
	}
	return slices.DeleteFunc(pairs, func(p Pair) bool {
		return p.Source == p.Target || !worded(p.Source) || !strings.ContainsFunc(p.Target, unicode.IsLetter)
	})
}

// aligned is a block of text.
type aligned struct {
	kind      markup.SpanKind
	whole     string
	sentences []string
}

// alignTexts are the blocks of a text that have words in them.
func alignTexts(src string, markdown bool) []aligned {
	var out []aligned
	for _, section := range sections(src, markdown) {
		for _, t := range section.Texts {
			text := src[t.Start:t.Stop]
			cuts := sentences(text, markdown)
			if len(cuts) == 0 || t.Kind != markup.SpanCell && !worded(text) {
				continue
			}
			a := aligned{kind: t.Kind, whole: Unwrap(text)}
			for _, c := range cuts {
				a.sentences = append(a.sentences, Unwrap(text[c.start:c.stop]))
			}
			if len(cuts) == 1 {
				a.whole = a.sentences[0] // without emphasis around it
			}
			out = append(out, a)
		}
	}
	return out
}

func (a aligned) align(b aligned) []Pair {
	if len(a.sentences) != len(b.sentences) || a.moved(b) {
		return []Pair{{a.whole, b.whole}}
	}
	var pairs []Pair
	for i := range a.sentences {
		pairs = append(pairs, Pair{a.sentences[i], b.sentences[i]})
	}
	return pairs
}

// moved reports whether both blocks have the same numbers, but not in the same sentences: then a sentence was split
// in one place and joined in another.
func (a aligned) moved(b aligned) bool {
	if !slices.Equal(Numbers(a.whole), Numbers(b.whole)) {
		return false
	}
	for i := range a.sentences {
		if !slices.Equal(Numbers(a.sentences[i]), Numbers(b.sentences[i])) {
			return true
		}
	}
	return false
}
