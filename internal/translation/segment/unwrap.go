package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unwrap puts a sentence on one line: a line break with the white space around it becomes a space, or nothing between
// two characters of Chinese. It is what a translation service should be given, and what the memory keeps: a line break
// of one text has no place in another.
func Unwrap(sentence string) string {
	if !strings.ContainsAny(sentence, "\r\n\v\f\u2028\u2029\u0085") {
		return sentence
	}
	var out strings.Builder
	for line := range strings.FieldsFuncSeq(sentence, isBreak) {
		line = strings.TrimFunc(line, unicode.IsSpace)
		if line == "" {
			continue
		}
		if out.Len() > 0 {
			before, _ := utf8.DecodeLastRuneInString(out.String())
			after, _ := utf8.DecodeRuneInString(line)
			if !isWide(before) || !isWide(after) {
				out.WriteByte(' ')
			}
		}
		out.WriteString(line)
	}
	return out.String()
}

func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x2028 || r == 0x2029 || r == 0x85
}

// isWide: Han, Kana, and the full-width marks of Chinese.
func isWide(r rune) bool {
	return isHan(r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF60
}
