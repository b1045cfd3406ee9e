package i18n

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Sort puts a whole list into the order in which p's language looks things up, by the text of each: in Chinese by
// pinyin, Chinese before Latin; in English by letters, whatever their accents. Lists that come page by page are sorted
// by the database.
func Sort[T any](p *Printer, list []T, text func(T) string) {
	compare := p.Compare()
	slices.SortStableFunc(list, func(a, b T) int { return compare(text(a), text(b)) })
}

// Compare is the order of p's language, for one goroutine at a time.
func (p *Printer) Compare() func(a, b string) int {
	c := collate.New(p.tag)
	return func(a, b string) int {
		// CLDR puts Han before Latin for languages in Han, and so do browsers; x/text has older data.
		if first := startsHan(a); p.readsHan && first != startsHan(b) {
			if first {
				return -1
			}
			return 1
		}
		return c.CompareString(a, b)
	}
}

func startsHan(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.Han, r)
}

// inHan reports whether a language is written in Han characters.
func inHan(tag language.Tag) bool {
	s, _ := tag.Script()
	return s.String() == "Hans" || s.String() == "Hant"
}
