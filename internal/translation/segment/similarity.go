package segment

import (
	"strings"
	"unicode/utf8"
)

// MaxSimilar is the longest sentence, in characters, that Similarity compares.
const MaxSimilar = 2_000

// Weights of a token: how much it costs to put it in or take it out.
const (
	weightWord = 4 // a word of two Han characters says as much as an English one
	weightHan  = 2
	weightMark = 1
)

// Similarity tells how alike two sentences of one language are, from 0 to 1: 1 less the least cost of turning the one
// into the other by putting in, taking out and exchanging tokens of their keys, over the whole weight of the heavier
// one. An English word or a number weighs as much as two Han characters, a mark a quarter of it; exchanging a word for
// another form of it ("symptom", "symptoms") costs half. It is the same in both directions and 1 only when the keys
// are equal. Sentences of more than MaxSimilar characters are alike (1) or not (0).
func Similarity(a, b string) float64 {
	if len(a) > 8*MaxSimilar || len(b) > 8*MaxSimilar {
		return boolean(a == b)
	}
	a, b = Key(a), Key(b)
	if a == b {
		return 1
	}
	if utf8.RuneCountInString(a) > MaxSimilar || utf8.RuneCountInString(b) > MaxSimilar {
		return 0
	}
	from, to := tokens(a), tokens(b)
	heavier := max(weigh(from), weigh(to))
	if heavier == 0 {
		return 0
	}
	// The keys differ, if only in their spaces.
	return max(0, min(1-float64(distance(from, to))/float64(heavier), 0.99))
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (t token) weight() int {
	switch t.kind {
	case tokenWord:
		return weightWord
	case tokenHan:
		return weightHan
	}
	return weightMark
}

func weigh(ts []token) int {
	total := 0
	for _, t := range ts {
		total += t.weight()
	}
	return total
}

// distance is the weighted edit distance of two lists of tokens.
func distance(from, to []token) int {
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	for len(from) > 0 && len(to) > 0 && from[len(from)-1] == to[len(to)-1] {
		from, to = from[:len(from)-1], to[:len(to)-1]
	}
	row := make([]int, len(to)+1)
	for j, t := range to {
		row[j+1] = row[j] + t.weight()
	}
	for _, f := range from {
		diagonal := row[0]
		row[0] += f.weight()
		for j, t := range to {
			best := min(row[j]+t.weight(), row[j+1]+f.weight())
			if cost := exchange(f, t); diagonal+cost < best {
				best = diagonal + cost
			}
			diagonal, row[j+1] = row[j+1], best
		}
	}
	return row[len(to)]
}

// exchange is what it costs to put one token for another.
func exchange(f, t token) int {
	switch {
	case f.text == t.text:
		return 0
	case f.kind == tokenWord && t.kind == tokenWord && sameStem(f.text, t.text):
		return weightWord / 2
	}
	return max(f.weight(), t.weight())
}

// sameStem reports whether two words share a beginning of at least four letters and differ in at most three letters
// after it; numbers never do.
func sameStem(a, b string) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n >= 4 && len(a)-n <= 3 && len(b)-n <= 3 && !strings.ContainsAny(a+b, "0123456789")
}
