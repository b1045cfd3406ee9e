package markup

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form under which handles are compared and stored as unique: NFKC (full-width letters become plain ones)
// and lower case. It is idempotent.
func Fold(handle string) string {
	if isLowerASCII(handle) {
		return handle
	}
	folded := norm.NFKC.String(strings.ToLower(norm.NFKC.String(handle)))
	// Lower-casing can make a letter that NFKC changes again; two rounds settle every such case of Unicode.
	return norm.NFKC.String(strings.ToLower(folded))
}

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}
	return true
}
