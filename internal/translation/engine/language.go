package engine

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// language is one that texts are written in, and what the engines call it.
type language struct {
	code   string                 // the hub's
	also   []string               // other codes that are understood, in lower case with hyphens
	source string                 // DeepL's code of it as a source; in lower case, that of glossaries
	target string                 // and as a target
	libre  []string               // LibreTranslate's codes, the newest first
	name   string                 // in a model's instructions
	style  string                 // what they say of writing it
	script func(r rune) bool      // letters that a text in it has
	differ func(text string) bool // a text in it has another translation than itself
}

// languages are those of the hub's texts. Chinese is simplified, as the hub writes it.
func languages() []language {
	return []language{
		{
			code: "en", also: []string{"en-gb", "en-us"}, source: "EN", target: "EN-GB", libre: []string{"en"}, name: "British English",
			style:  "Use British spelling.",
			script: isLatin, differ: isProse,
		},
		{
			code: "zh", also: []string{"zh-cn", "zh-sg", "zh-hans", "zh-hans-cn"}, source: "ZH", target: "ZH-HANS", libre: []string{"zh-Hans", "zh"},
			name:   "Simplified Chinese",
			style:  "Use full-width Chinese punctuation, and no space between Chinese characters and Latin letters or digits.",
			script: isHan, differ: func(text string) bool { return count(text, isHan) >= 4 },
		},
	}
}

// find is the language of a code; false: it is none of the hub's.
func find(code string) (language, bool) {
	code = strings.ToLower(strings.ReplaceAll(code, "_", "-"))
	all := languages()
	i := slices.IndexFunc(all, func(l language) bool { return l.code == code || slices.Contains(l.also, code) })
	if i < 0 {
		return language{}, false
	}
	return all[i], true
}

// pair are the languages of a request.
func pair(r Request) (from, to language, err error) {
	from, known := find(r.Source)
	to, both := find(r.Target)
	if !known || !both || from.code == to.code {
		return language{}, language{}, fmt.Errorf("%w: %.20q to %.20q", ErrLanguage, r.Source, r.Target)
	}
	return from, to, nil
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
