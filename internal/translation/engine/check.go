package engine

import (
	"strings"
	"unicode/utf8"
)

// judge says why the translation of one text cannot be used: a Reason…, or "".
func judge(source, answer string, from, to language) string {
	switch {
	case strings.TrimSpace(answer) == "":
		return ReasonEmpty
	case strings.ContainsRune(answer, 0) || !utf8.ValidString(answer) ||
		strings.ContainsRune(answer, utf8.RuneError) && !strings.ContainsRune(source, utf8.RuneError):
		return ReasonEncoding
	case utf8.RuneCountInString(answer) > 8*utf8.RuneCountInString(source)+200:
		return ReasonSize
	case from.differ(source) && (!strings.ContainsFunc(answer, to.script) || strings.TrimSpace(answer) == strings.TrimSpace(source)):
		return ReasonScript
	}
	return ""
}
