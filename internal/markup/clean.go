package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks, selectors and the like a character may carry. More is "Zalgo" that runs over
// its neighbours' lines, or text without weight that no limit would stop. No script needs more than five, the flag of
// a region six.
const maxMarks = 8

// Clean is what every text typed by somebody passes first. It reports false for invalid UTF-8, which is never stored.
// It makes every line break "\n", removes control characters but tab, overrides and isolates of writing direction
// (they make a text read other than it is), invisible characters where no script or emoji needs them, and
// noncharacters, bounds stacked marks and normalises to NFC. Zero width spaces stay: articles carry them where a line
// may break, and a text is kept as it was pasted. Cleaning twice changes nothing more.
func Clean(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	if isPlainASCII(s) {
		return s, true
	}
	return norm.NFC.String(strip(norm.NFC.String(strip(s)))), true
}

// CleanLine is Clean for fields of one line: names, titles, queries. Every run of white space, ideographic space
// included, becomes one space, and none is left at the ends. Zero width spaces go: two names must not differ in one.
func CleanLine(s string) (string, bool) {
	s, ok := Clean(strings.ReplaceAll(s, string(zwsp), ""))
	if !ok {
		return "", false
	}
	return strings.Join(strings.Fields(s), " "), true
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 0x7F || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

func strip(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	previous, marks := rune(0), 0
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		switch r {
		case '\r':
			if next < len(s) && s[next] == '\n' {
				continue
			}
			r = '\n'
		case '\u0085', '\u2028', '\u2029':
			r = '\n'
		}
		if r == '\n' || r == '\t' {
			out.WriteRune(r)
			previous, marks = r, 0
			continue
		}
		if r != zwsp && isNoise(r) || isLoose(r, previous, s[next:]) {
			continue
		}
		if modifies(r) || r == zwsp {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		out.WriteRune(r)
		previous = r
	}
	return out.String()
}

// isNoise: never part of a text.
func isNoise(r rune) bool {
	switch {
	case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0xAD, r >= 0x2061 && r <= 0x2064, r >= 0x206A && r <= 0x206F:
		return true
	case r == 0x180E, r == 0x034F, r >= 0xFFF9 && r <= 0xFFFB, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0:
		return true
	}
	return r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF || r >= 0xE0000 && r <= 0xE001F
}

// isLoose reports whether r is a joiner, a tag or a direction mark that nothing beside it needs.
func isLoose(r, previous rune, rest string) bool {
	switch {
	case r == zwj || r == zwnj:
		next, _ := utf8.DecodeRuneInString(rest)
		return !needsJoiner(previous) || !needsJoiner(next) && !(isMarkOf(previous) && rest == "")
	case r == 0x200E || r == 0x200F: // marks of direction help only beside scripts written from right to left
		next, _ := utf8.DecodeRuneInString(rest)
		return !isRightToLeft(previous) && !isRightToLeft(next)
	case r >= 0xE0020 && r <= 0xE007F: // tags spell the flags of regions after a black flag
		return previous != 0x1F3F4 && (previous < 0xE0020 || previous > 0xE007F)
	}
	return false
}

func isMarkOf(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Mc) }

// needsJoiner: beside these a joiner changes what is seen: emoji, and scripts that join or stack their letters.
func needsJoiner(r rune) bool {
	if isPictograph(r) || r == 0xFE0F {
		return true
	}
	return r >= 0x0600 && r < 0x1100 && (unicode.IsLetter(r) || unicode.IsMark(r)) ||
		unicode.In(r, unicode.Mongolian, unicode.Khmer, unicode.Tibetan, unicode.Myanmar)
}

func isRightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// Blank reports whether the Markdown shows nothing: only white space, invisible characters, or marks without text.
func Blank(s string) bool {
	if !visible(s) {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); unicode.IsLetter(first) {
		return false // no mark begins with a letter
	}
	return !visible(plain(s, plainWriter{skipMarks: true}))
}

func visible(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && !modifies(r) && !isNoise(r) && r != 0x2800 {
			return true
		}
	}
	return false
}
