package markup

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Readings are the ways a Han character is read, in pinyin as it is typed: ASCII, without tones, "lv" for lü; the
// commonest first, each once. There are none for other characters, and at most eight.
func Readings(r rune) []string {
	if !unicode.Is(unicode.Han, r) {
		return nil
	}
	var readings []string
	for _, said := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true}) {
		if typed := typedPinyin(said); typed != "" && !slices.Contains(readings, typed) {
			readings = append(readings, typed)
		}
	}
	return readings
}

// syllable is the commonest reading of a Han character, "" when it has none.
func syllable(r rune) string {
	readings := pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal})
	if len(readings) == 0 {
		return ""
	}
	return typedPinyin(readings[0])
}

func typedPinyin(said string) string {
	var out strings.Builder
	for _, c := range said {
		if c == 'ü' || c == 'ǖ' || c == 'ǘ' || c == 'ǚ' || c == 'ǜ' {
			c = 'v' // as typed, and as the standard for addresses has it: lü → lv
		}
		out.WriteString(strings.ToLower(latin(c)))
	}
	return out.String()
}

// Latin is a word as somebody types it whose keyboard has no other letters: ASCII, lower case, accents dropped, Greek and
// Cyrillic in Latin letters. What has no such form is left out.
func Latin(word string) string {
	var out strings.Builder
	for _, r := range greek.Replace(word) {
		out.WriteString(strings.ToLower(latin(r)))
	}
	return out.String()
}
