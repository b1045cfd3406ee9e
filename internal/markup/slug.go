package markup

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxSlug is the longest slug in bytes.
const maxSlug = 60

// Slug is the readable part of an address: lower-case ASCII words with hyphens between them, at most 60 bytes, cut at
// a hyphen. Latin letters lose their accents, Greek and Cyrillic ones are written in Latin, Han characters in pinyin
// without tones, a syllable each. lang is the language of the title; of Japanese kana and other scripts nothing
// stays. It is empty when nothing is left; an address therefore never depends on it alone.
func Slug(title, lang string) string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range greek.Replace(norm.NFKC.String(title)) {
		switch {
		case unicode.Is(unicode.Han, r):
			end()
			word.WriteString(syllable(r))
			end()
		case r == '\'' || r == '’':
		default:
			letters := strings.ToLower(latin(r))
			if letters == "" && !unicode.IsMark(r) {
				end()
			}
			word.WriteString(letters)
		}
	}
	end()
	return join(words)
}

// join puts hyphens between words as long as the slug has room; a first word that is too long is cut.
func join(words []string) string {
	var slug strings.Builder
	for _, w := range words {
		if slug.Len() == 0 {
			slug.WriteString(w[:min(len(w), maxSlug)])
			continue
		}
		if slug.Len()+1+len(w) > maxSlug {
			break
		}
		slug.WriteString("-" + w)
	}
	return slug.String()
}

// latin writes a letter or digit in ASCII; "" for what is neither or has no Latin form.
func latin(r rune) string {
	if r < 0x80 {
		if isAlnum(byte(r)) {
			return string(r)
		}
		return ""
	}
	if s, ok := romanised(r); ok {
		return s
	}
	var out strings.Builder
	for _, c := range norm.NFKD.String(string(r)) {
		if c < 0x80 && isAlnum(byte(c)) {
			out.WriteRune(c)
			continue
		}
		if s, ok := romanised(c); ok {
			out.WriteString(s)
		}
	}
	return out.String()
}

// romanised is the table for letters that are no Latin letter with a mark. Cyrillic as in passports (ICAO 9303), Greek
// as in ELOT 743, letter by letter.
func romanised(r rune) (string, bool) {
	upper := unicode.IsUpper(r)
	s, ok := romanLetters[unicode.ToLower(r)]
	if ok && upper && s != "" {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s, ok
}

// greek writes the one pair of letters whose parts say something else.
var greek = strings.NewReplacer("ου", "ou", "ού", "ou", "Ου", "Ou", "Ού", "Ou", "ΟΥ", "OU")

var romanLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ħ': "h", 'ı': "i", 'ŋ': "ng",
	'ĸ': "k", 'ŧ': "t", 'ə': "e",

	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l",
	'μ': "m", 'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f",
	'χ': "ch", 'ψ': "ps", 'ω': "o",

	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f",
	'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia",
	'і': "i", 'ї': "i", 'є': "ie", 'ґ': "g", 'ђ': "d", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'џ': "dz",
}
