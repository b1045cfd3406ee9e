package glossary

import (
	"unicode"
	"unicode/utf8"
)

// token is what terms and texts are compared by: a word, or one character of a script that is written without spaces,
// or one other character. White space and hyphens are not tokens, so that "hand washing" is "hand-washing", and a
// space beside a Han character says nothing.
type token struct {
	start, end int32 // bytes of the text
	id         int32 // in the vocabulary; unknown: in no term
	kind       kind
	apart      bool // a blank line is before it: no term goes on across one
}

type kind uint8

const (
	gap   kind = iota // no token
	word              // letters and digits
	glyph             // a character of a script without spaces
	mark              // anything else
)

// unknown is the id of a token that no term has.
const unknown int32 = -1

// fold makes full-width characters half-width, letters lower case, and apostrophes one.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	switch {
	case r >= firstHan && r <= lastHan:
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return fold(r - 0xFEE0)
	case r == 0x3000:
		return ' '
	case r == 0x2018 || r == 0x2019 || r == 0x02BC:
		return '\''
	}
	return unicode.ToLower(r)
}

// kindOf is the kind of a folded character.
func kindOf(r rune) kind {
	switch {
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		return word
	case r == ' ' || r == '-' || r == '\n' || r == '\t' || r == '\r':
		return gap
	case r < utf8.RuneSelf:
		return mark
	case r >= firstHan && r <= lastHan:
		return glyph
	case r >= 0x2010 && r <= 0x2013: // hyphens and the short dash: host–pathogen
		return gap
	case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return glyph
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return word
	case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
		return gap
	}
	return mark
}

// The common Han characters, which are numbered by a table: they are most of a Chinese text.
const firstHan, lastHan = 0x4E00, 0x9FFF

// vocabulary numbers the tokens that terms are made of.
type vocabulary struct {
	words map[string]int32
	han   []int32 // number of a common Han character, plus one
	count int32
}

func newVocabulary() *vocabulary {
	return &vocabulary{words: map[string]int32{}, han: make([]int32, lastHan-firstHan+1)}
}

// add is the number of a folded token, a new one when need be.
func (v *vocabulary) add(s string) int32 {
	id := v.find([]byte(s))
	if id != unknown {
		return id
	}
	id = v.count
	v.count++
	if r, ok := isCommonHan([]byte(s)); ok {
		v.han[r-firstHan] = id + 1
	} else {
		v.words[s] = id
	}
	return id
}

// find is the number of a folded token, or unknown.
func (v *vocabulary) find(s []byte) int32 {
	if r, ok := isCommonHan(s); ok {
		return v.han[r-firstHan] - 1
	}
	if id, ok := v.words[string(s)]; ok {
		return id
	}
	return unknown
}

func isCommonHan(s []byte) (rune, bool) {
	if len(s) != 3 {
		return 0, false
	}
	r, size := utf8.DecodeRune(s)
	return r, size == 3 && firstHan <= r && r <= lastHan
}

// tokenise cuts a text into tokens and gives each, folded, to number.
func tokenise(text string, number func(folded []byte) int32) []token {
	tokens := make([]token, 0, len(text)/5+4)
	var folded []byte
	breaks := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		f := fold(r)
		k := kindOf(f)
		if k == gap {
			if f == '\n' {
				breaks++
			}
			i += size
			continue
		}
		t := token{start: int32(i), kind: k, apart: breaks > 1}
		breaks = 0
		folded = utf8.AppendRune(folded[:0], f)
		for i += size; k == word && i < len(text); i += size {
			r, size = utf8.DecodeRuneInString(text[i:])
			if f = fold(r); kindOf(f) != word {
				break
			}
			folded = utf8.AppendRune(folded, f)
		}
		t.end = int32(i)
		t.id = number(folded)
		tokens = append(tokens, t)
	}
	return tokens
}
