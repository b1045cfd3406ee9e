package markup

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed simplified.txt
var simplifiedPairs string

// simplifiedOf maps a traditional Han character to its simplified form.
var simplifiedOf = sync.OnceValue(func() map[rune]rune {
	of := make(map[rune]rune, 4200)
	for line := range strings.Lines(simplifiedPairs) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for pair := range strings.FieldsSeq(line) {
			two := []rune(pair)
			of[two[0]] = two[1]
		}
	}
	return of
})

// Simplified writes traditional Han characters as simplified ones, one by one: a form for comparing and finding, not for
// reading, since a few characters would be written otherwise by what stands beside them.
func Simplified(s string) string {
	if !strings.ContainsFunc(s, runOn) {
		return s
	}
	of := simplifiedOf()
	return strings.Map(func(r rune) rune {
		if simple, ok := of[r]; ok {
			return simple
		}
		return r
	}, s)
}
