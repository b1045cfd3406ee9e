package segment

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Key is the form under which the memory knows a sentence: two with the same key are the same sentence, whoever typed
// it. In it
//   - characters are in NFKC (full-width letters and digits are plain ones), except that raised and lowered digits and
//     letters stay, because 10⁶ is not 106;
//   - letters are in lower case;
//   - white space and soft line breaks are one space, none at the ends, and none beside a Han character or a mark of
//     Chinese, where it is a habit of typing;
//   - characters without width are gone;
//   - the stops of Chinese are those of English where a sentence ends with them (。is "."), quotation marks of all
//     kinds are straight ones, hyphens and dashes of numbers are "-".
//
// It is "" for what has nothing but white space, and the key of a key is itself.
func Key(s string) string {
	s = fold(s)
	// A folded character may open a new possibility once; the second round closes it.
	return fold(s)
}

// fold is one round of Key.
func fold(s string) string {
	var out strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, isRaisedOrLowered)
		if n < 0 {
			n = len(s)
		}
		out.WriteString(norm.NFKC.String(strings.ToLower(norm.NFKC.String(s[:n]))))
		s = s[n:]
		if n := len(s) - len(strings.TrimLeftFunc(s, isRaisedOrLowered)); n > 0 {
			out.WriteString(s[:n])
			s = s[n:]
		}
	}
	return finalStops(spaced(strings.Map(unify, out.String())))
}

// isRaisedOrLowered: superscripts and subscripts, and fractions.
func isRaisedOrLowered(r rune) bool {
	return r == '²' || r == '³' || r == '¹' || r == 'ª' || r == 'º' || r >= '¼' && r <= '¾' ||
		r >= 0x2070 && r <= 0x209F || r >= 0x2150 && r <= 0x215F
}

// unify maps quotation marks and dashes to one of each and drops what has no width.
func unify(r rune) rune {
	switch r {
	case '“', '”', '„', '‟', '「', '」', '『', '』', '〝', '〞':
		return '"'
	case '‘', '’', '‚', '‛', '′':
		return '\''
	case '‐', '‑', '‒', '–', '−':
		return '-'
	case '\u200B', '\u200C', '\u200D', '\u2060', '\uFEFF', '\u00AD':
		return -1
	}
	return r
}

// spaced makes white space one space, and none where Chinese stands beside it.
func spaced(s string) string {
	var out strings.Builder
	before, pending := rune(-1), false
	for _, r := range s {
		if unicode.IsSpace(r) {
			pending = before >= 0
			continue
		}
		if pending && !isChinese(before) && !isChinese(r) {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
		before, pending = r, false
	}
	return out.String()
}

// isChinese: Han characters, and marks that only Chinese has once full-width forms are folded.
func isChinese(r rune) bool {
	return isHan(r) || r >= 0x3001 && r <= 0x303F
}

// finalStops writes "。" as "." at the end, before closing marks too.
func finalStops(s string) string {
	body := strings.TrimRight(s, "\"')]}》】 ")
	stops := strings.TrimRight(body, "。.!?")
	if len(stops) == len(body) {
		return s
	}
	return stops + strings.ReplaceAll(body[len(stops):], "。", ".") + s[len(body):]
}
