package segment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masked is a sentence whose parts that are the same in every language are held back.
type Masked struct {
	// Text is the sentence with ⟦1⟧, ⟦2⟧ … in place of what is held, numbered in its order.
	Text string
	// Held is what stands for ⟦1⟧, ⟦2⟧ …
	Held []string
}

// Mask holds back what a translation must leave as it is: mentions, addresses, the destinations of links and images,
// code, formulas, DOIs, mail addresses, references to footnotes, numbers with the symbol of a unit ("5 mg/kg", "95%",
// "3 × 10⁵"), comparisons of statistics ("p < 0.05"), and the brackets ⟦ and ⟧ where the text itself has them. Plain
// numbers and numbers of words ("5 days") stay. The text of a link stays too, between two placeholders, one for its
// opening bracket and one for the rest with the destination.
//
// handles are those that the text mentions (markup.MentionCandidates that exist), in any case: Chinese runs on without
// spaces, so only they tell where a name ends. Others are held where they are Latin, or at most four Han characters
// followed by something else.
func Mask(sentence string, handles ...string) Masked {
	var m Masked
	var out strings.Builder
	done := 0
	for _, h := range heldSpans(sentence, handles) {
		out.WriteString(sentence[done:h.start])
		m.Held = append(m.Held, sentence[h.start:h.stop])
		out.WriteString(placeholder(len(m.Held)))
		done = h.stop
	}
	out.WriteString(sentence[done:])
	m.Text = out.String()
	return m
}

const (
	openMark  = "⟦"
	closeMark = "⟧"
)

// maxPlaceholder is how many bytes after the opening bracket are looked at for the closing one.
const maxPlaceholder = 64

func placeholder(n int) string { return openMark + strconv.Itoa(n) + closeMark }

// worded reports whether something is left to translate when everything is held back: a letter.
func worded(sentence string) bool {
	if !strings.ContainsFunc(sentence, unicode.IsLetter) {
		return false
	}
	if !strings.ContainsAny(sentence, "0123456789`$@<[\\/０１２３４５６７８９") && !strings.Contains(sentence, "www.") {
		return true // nothing that Mask would hold
	}
	return strings.ContainsFunc(Mask(sentence).Text, unicode.IsLetter)
}

// Restore puts what was held into the translation of m.Text. Each placeholder must be there exactly once, in any order
// except that a link's end follows its beginning, links do not cross, and there are no others; white space inside the
// brackets and full-width digits are taken as an engine's habits. Where the translation runs a word into a mention or
// an address, which would change it, a space is put between. The error says which placeholder is wrong; it is for the
// log, not for readers.
func (m Masked) Restore(translated string) (string, error) {
	all, err := m.placeholders(translated)
	if err != nil {
		return "", err
	}
	if err := m.nested(all); err != nil {
		return "", err
	}
	original, err := m.placeholders(m.Text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	done := 0
	for _, p := range all {
		out.WriteString(translated[done:p.start])
		held := m.Held[p.number-1]
		before, after := neighbours(translated, p.span)
		wasBefore, wasAfter := neighbours(m.Text, original[p.number-1].span)
		if alone(held) && joins(before) && before != wasBefore {
			out.WriteByte(' ')
		}
		out.WriteString(held)
		if alone(held) && joins(after) && after != wasAfter {
			out.WriteByte(' ')
		}
		done = p.stop
	}
	out.WriteString(translated[done:])
	return out.String(), nil
}

// neighbours are the characters beside a placeholder.
func neighbours(text string, s span) (before, after rune) {
	before, _ = utf8.DecodeLastRuneInString(text[:s.start])
	after, _ = utf8.DecodeRuneInString(text[s.stop:])
	return before, after
}

// alone reports whether letters beside what is held would change what it means: mentions and addresses.
func alone(held string) bool {
	return strings.HasPrefix(held, "@") || webLength(held) > 0 || doiLength(held) > 0 ||
		strings.Contains(held, "@") && !strings.ContainsAny(held, "`$<[ ")
}

func joins(r rune) bool { return isWordRune(r) || r == '@' || r == '/' }

// found is a placeholder of a translation.
type found struct {
	span
	number int
}

// placeholders finds them in a translation, each once.
func (m Masked) placeholders(translated string) ([]found, error) {
	var all []found
	seen := make([]bool, len(m.Held))
	for at := 0; ; {
		n := strings.IndexAny(translated[at:], openMark+closeMark)
		if n < 0 {
			break
		}
		p, ok := placeholderAt(translated, at+n)
		if !ok || p.number < 1 || p.number > len(m.Held) {
			return nil, fmt.Errorf("segment: restore: a foreign placeholder at byte %d", at+n)
		}
		if seen[p.number-1] {
			return nil, fmt.Errorf("segment: restore: %s is doubled", placeholder(p.number))
		}
		seen[p.number-1] = true
		all = append(all, p)
		at = p.stop
	}
	if lost := slices.Index(seen, false); lost >= 0 {
		return nil, fmt.Errorf("segment: restore: %s is lost", placeholder(lost+1))
	}
	return all, nil
}

// placeholderAt reads "⟦1⟧", "⟦ 1 ⟧" or "⟦１⟧".
func placeholderAt(text string, at int) (found, bool) {
	rest, ok := strings.CutPrefix(text[at:], openMark)
	inner, _, closed := strings.Cut(rest[:min(len(rest), maxPlaceholder)], closeMark)
	if !ok || !closed {
		return found{}, false
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, strings.TrimSpace(inner))
	number, err := strconv.Atoi(digits)
	if err != nil || digits[0] < '0' || digits[0] > '9' {
		return found{}, false
	}
	return found{span{at, at + len(openMark) + len(inner) + len(closeMark)}, number}, true
}

// nested checks that links begin before they end and that none crosses another.
func (m Masked) nested(all []found) error {
	pairs := m.pairs()
	var open []int
	for _, p := range all {
		held := m.Held[p.number-1]
		switch opener, closes := pairs[p.number]; {
		case isOpener(held):
			open = append(open, p.number)
		case closes && (len(open) == 0 || open[len(open)-1] != opener):
			return fmt.Errorf("segment: restore: the link of %s and %s is broken", placeholder(opener), placeholder(p.number))
		case closes:
			open = open[:len(open)-1]
		}
	}
	return nil
}

func isOpener(held string) bool { return held == "[" || held == "![" }

// pairs maps the placeholder that ends a link to the one that begins it.
func (m Masked) pairs() map[int]int {
	pairs := map[int]int{}
	var open []int
	for i, held := range m.Held {
		switch {
		case isOpener(held):
			open = append(open, i+1)
		case strings.HasPrefix(held, "](") || strings.HasPrefix(held, "]["):
			if len(open) > 0 {
				pairs[i+1] = open[len(open)-1]
				open = open[:len(open)-1]
			}
		}
	}
	return pairs
}
