package markup

import (
	"unicode"
	"unicode/utf8"
)

// Weight is the length of a text in weighted characters, the unit of every limit on text: Han, Kana, Hangul and
// full-width characters count 2, everything else 1, and what only modifies the character before it (combining marks,
// variation selectors, joiners, the further parts of an emoji) 0. A Chinese text says in half the characters what an
// English one says; by weight both get the same room.
func Weight(s string) int {
	total := 0
	for s != "" {
		size, weight := nextCharacter(s)
		total += weight
		s = s[size:]
	}
	return total
}

const (
	zwsp = '\u200B'
	zwnj = '\u200C'
	zwj  = '\u200D'
)

// maxJoins is how many emoji a joined one may have beside the first; the largest family has three.
const maxJoins = 6

// nextCharacter measures the first character of s as a reader sees it, and its weight. It is a small part of the
// grapheme rules of UAX #29: enough never to cut a mark from its letter or an emoji in two.
func nextCharacter(s string) (size, weight int) {
	first := rune(s[0])
	size = 1
	if first >= utf8.RuneSelf {
		first, size = utf8.DecodeRuneInString(s)
	}
	if first < 0x300 && (size == len(s) || s[size] < 0xCC) {
		return size, 1
	}
	weight = weightOf(first)
	regional := isRegional(first)
	joined, joins := first == zwj, 0
	for size < len(s) {
		r, n := utf8.DecodeRuneInString(s[size:])
		switch {
		case modifies(r):
		case joined && isPictograph(r) && joins < maxJoins:
			joins++
		case regional && isRegional(r):
			regional = false
		default:
			return size, weight
		}
		joined = r == zwj
		size += n
	}
	return size, weight
}

func weightOf(r rune) int {
	switch {
	case modifies(r):
		return 0
	case isPictograph(r) || isRegional(r):
		return 1
	case isWide(r):
		return 2
	}
	return 1
}

// modifies reports whether r has no place of its own.
func modifies(r rune) bool {
	if r < 0x300 {
		return r == 0xAD // soft hyphen
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) || isInvisible(r) || r >= 0x1F3FB && r <= 0x1F3FF
}

// isInvisible: format characters, tags and variation selectors.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0000 && r <= 0xE0FFF
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isPictograph: symbols that emoji are made of.
func isPictograph(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF && !isSquaredIdeograph(r) || r >= 0x2190 && r < 0x2E80 && !isCJK(r) && unicode.IsSymbol(r)
}
