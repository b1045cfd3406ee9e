package markup

import (
	"unicode"

	"golang.org/x/text/width"
)

// runOn reports whether r belongs to a script written without spaces between words (or, for Hangul, with particles
// attached), so that a name may end anywhere inside a run of it.
func runOn(r rune) bool {
	if r < 0x1100 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// isWide reports whether r takes two columns: East Asian Width W or F (UAX #11).
func isWide(r rune) bool {
	if r < 0x1100 {
		return false
	}
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// isCJK reports whether r is a "CJK character" of the CJK-friendly amendments to CommonMark
// (github.com/tats-u/markdown-cjk-friendly, specification.md): East Asian Width W, F or H without emoji
// presentation, or of the Hangul script.
func isCJK(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case unicode.Is(unicode.Hangul, r):
		return true
	case r < 0x2E80:
		// Below the radicals all that is wide is an emoji, but for these.
		return r == 0x20A9 || r == 0x2329 || r == 0x232A ||
			r >= 0x2630 && r <= 0x2637 || r >= 0x268A && r <= 0x268F
	case r >= 0x1F000 && r <= 0x1FBFF:
		return isSquaredIdeograph(r)
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianHalfwidth:
		return true
	}
	return false
}

// isSquaredIdeograph: the wide symbols among the emoji blocks that are not shown as emoji (emoji-data.txt).
func isSquaredIdeograph(r rune) bool {
	switch r {
	case 0x1F201, 0x1F21A, 0x1F22F, 0x1F232, 0x1F233, 0x1F234, 0x1F235, 0x1F236, 0x1F238, 0x1F239, 0x1F23A:
		return false
	}
	return r >= 0x1F200 && r <= 0x1F202 || r >= 0x1F210 && r <= 0x1F23B ||
		r >= 0x1F240 && r <= 0x1F248 || r >= 0x1F260 && r <= 0x1F265
}
