package glossary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// form is one way in which a term may stand in a text.
type form struct {
	term      *Term
	text      string // as the glossary writes it, without its plural
	inflected bool   // another number than the glossary writes
	cased     bool   // only in capitals
}

// spellings are the texts that stand for a term: itself, and when it explains itself in parentheses, as "virus (HIV)"
// does, what is before them and what is in them.
func spellings(text string) []string {
	open := strings.IndexFunc(text, func(r rune) bool { return fold(r) == '(' })
	if open <= 0 {
		return []string{text}
	}
	_, size := utf8.DecodeRuneInString(text[open:])
	length := strings.IndexFunc(text[open+size:], func(r rune) bool { return fold(r) == ')' })
	if length < 0 {
		return []string{text}
	}
	before, within := text[:open], text[open+size:open+size+length]
	_, size = utf8.DecodeRuneInString(text[open+size+length:])
	after := text[len(before)+len(within)+2*size:]
	out := []string{text, join(before, after)}
	if last, _ := utf8.DecodeLastRuneInString(before); kindOf(fold(last)) == word && kindOf(fold(firstRune(within))) == word {
		return append(out, before+within+after) // "symptom(s)"
	}
	if strings.TrimSpace(after) == "" {
		out = append(out, strings.TrimSpace(within))
	}
	return out
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// join puts together what was around parentheses.
func join(before, after string) string {
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(after))
}

// isCased reports whether a text is an abbreviation that is a word of its own in small letters, such as AIDS: two
// capitals or more, no other letters. With a digit in it, as H1N1 has, there is nothing to mistake it for.
func isCased(text string) bool {
	capitals := 0
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			capitals++
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return false
		}
	}
	return capitals > 1
}

// inCapitals reports whether a piece of a text is written in capitals, but for the s of a plural.
func inCapitals(piece string, plural bool) bool {
	if plural {
		piece = strings.TrimSuffix(piece, "s")
	}
	return !strings.ContainsFunc(piece, func(r rune) bool { return unicode.IsLetter(r) && !unicode.IsUpper(r) })
}

// minPlural is how long a word must be, in bytes, that is taken for a plural whose singular is meant as well.
const minPlural = 5

// numbers are the other number of a folded English word: plurals, and where it looks like one, singulars. They need
// not be words; those that are none are found nowhere.
func numbers(w string, cased bool) []string {
	last := w[len(w)-1]
	if last < 'a' || last > 'z' || len(w) < 2 {
		return nil
	}
	stem := w[:len(w)-1]
	out := []string{w + "s"}
	if cased {
		return out
	}
	if last == 'y' && !strings.ContainsAny(w[len(w)-2:len(w)-1], "aeiou") {
		out = append(out, stem+"ies")
	}
	if strings.ContainsRune("sxzho", rune(last)) {
		out = append(out, w+"es")
	}
	if base, ok := strings.CutSuffix(w, "sis"); ok {
		out = append(out, base+"ses") // diagnoses
	}
	if last != 's' || len(w) < minPlural || strings.HasSuffix(w, "ss") {
		return out
	}
	out = append(out, stem)
	if base, ok := strings.CutSuffix(w, "ies"); ok {
		return append(out, base+"y")
	}
	if base, ok := strings.CutSuffix(w, "es"); ok && strings.ContainsAny(base[len(base)-1:], "sxzho") {
		out = append(out, base)
	}
	return out
}

// variant is a form as a row of tokens.
type variant struct {
	form
	tokens []string // folded
}

// variants are all rows of tokens that stand for a term in a language.
func variants(term *Term, lang string) []variant {
	var out []variant
	seen := map[string]bool{}
	add := func(f form, tokens []string) {
		key := strings.Join(tokens, " ")
		if len(tokens) > 0 && !seen[key] {
			seen[key] = true
			out = append(out, variant{f, tokens})
		}
	}
	spelt := spellings(term.Texts[lang])
	for _, plural := range []bool{false, true} { // what the glossary writes goes before what is derived
		for i, text := range spelt {
			tokens, latin := foldedTokens(text)
			if i > 0 && latin && len(tokens) == 1 && len(tokens[0]) < 2 {
				continue // a single letter in parentheses
			}
			rows := [][]string{tokens}
			if latin && len(tokens) > 1 {
				rows = append(rows, []string{strings.Join(tokens, "")}) // healthcare
			}
			f := form{term: term, text: text, inflected: plural, cased: isCased(text)}
			for _, row := range rows {
				if !plural {
					add(f, row)
					continue
				}
				if lang != "en" || !latin || len(row) == 0 {
					continue
				}
				for _, n := range numbers(row[len(row)-1], f.cased) {
					add(f, append(slices.Clone(row[:len(row)-1]), n))
				}
			}
		}
	}
	return out
}

// foldedTokens are the tokens of a term's text; latin: words only.
func foldedTokens(text string) (tokens []string, latin bool) {
	latin = true
	for _, t := range tokenise(text, func(folded []byte) int32 { tokens = append(tokens, string(folded)); return unknown }) {
		latin = latin && t.kind == word
	}
	return tokens, latin
}
