package engine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// judge says why the translation of one text cannot be used: a Reason…, or "".
func judge(source, answer, target string) string {
	switch {
	case strings.TrimSpace(answer) == "":
		return ReasonEmpty
	case strings.ContainsRune(answer, 0) || !utf8.ValidString(answer) ||
		strings.ContainsRune(answer, utf8.RuneError) && !strings.ContainsRune(source, utf8.RuneError):
		return ReasonEncoding
	case utf8.RuneCountInString(answer) > 8*utf8.RuneCountInString(source)+200:
		return ReasonSize
	case target == "zh" && isProse(source) && !strings.ContainsFunc(answer, isHan):
		return ReasonScript
	case target == "en" && count(source, isHan) >= 4 && (!strings.ContainsFunc(answer, isLatin) || strings.TrimSpace(answer) == strings.TrimSpace(source)):
		return ReasonScript
	}
	return ""
}

func isHan(r rune) bool   { return unicode.Is(unicode.Han, r) }
func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

func count(text string, is func(rune) bool) int {
	n := 0
	for _, r := range text {
		if is(r) {
			n++
		}
	}
	return n
}

// isProse says of an English text whether its translation must differ: it has three words or more and is more than names,
// which an engine may leave as they are. Two words in lower case tell, or one that is too long to be the "of" of a name.
func isProse(text string) bool {
	words, small := 0, 0
	for _, field := range strings.Fields(placeholder.ReplaceAllString(text, " ")) {
		word := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if !strings.ContainsFunc(word, unicode.IsLetter) {
			continue
		}
		words++
		if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLower(r) && r != '-' && r != '\'' && r != '’' }) {
			continue
		}
		small++
		if utf8.RuneCountInString(word) >= 4 {
			small++
		}
	}
	return words >= 3 && small >= 2
}
