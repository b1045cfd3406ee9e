package markup

import (
	_ "embed"
	"strings"
	"sync"
)

// traditional holds pairs of characters, the traditional one before the simplified one, as the transliteration
// Traditional-Simplified of Unicode CLDR (Unicode licence) has them for single characters.
//
//go:embed traditional.txt
var traditional string

// Simplify writes traditional Chinese characters as simplified ones, each by itself. Some that differ in meaning become one:
// it is for comparing and finding, not for reading. It is idempotent.
func Simplify(s string) string {
	if isASCII(s) {
		return s
	}
	table := simplified()
	return strings.Map(func(r rune) rune {
		if to, ok := table[r]; ok {
			return to
		}
		return r
	}, s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

var simplified = sync.OnceValue(func() map[rune]rune {
	table := map[rune]rune{}
	from := rune(0)
	for _, r := range traditional {
		switch {
		case r == '\n':
		case from == 0:
			from = r
		default:
			table[from] = r
			from = 0
		}
	}
	return table
})
