package ui

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"

	"senet/internal/account"
)

func sideName(region account.Region) string {
	switch region {
	case account.Europe:
		return "eu"
	case account.China:
		return "cn"
	}
	return "elsewhere"
}

// tints is the number of avatar colours in 20-parts.css.
const tints = 8

// tint picks one of the avatar colours by name: the same member has the same colour everywhere.
func tint(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return "tint-" + strconv.Itoa(int(h.Sum32()%tints))
}

// initials are what stands for a name in a small space. Of a Chinese name it is the given name, as Chinese readers
// expect: its last two characters, or one when the whole name has only two. Of other names it is the first letter of
// the first and the last word.
func initials(name string) string {
	name = strings.TrimSpace(name)
	runes := []rune(name)
	if len(runes) == 0 {
		return ""
	}
	if unicode.Is(unicode.Han, runes[len(runes)-1]) {
		var han []rune
		for _, c := range runes {
			if unicode.Is(unicode.Han, c) {
				han = append(han, c)
			}
		}
		if len(han) > 2 {
			return string(han[len(han)-2:])
		}
		return string(han[len(han)-1:])
	}
	words := strings.FieldsFunc(name, func(c rune) bool { return unicode.IsSpace(c) || c == '-' || c == '.' })
	if len(words) == 0 {
		return string(unicode.ToUpper(runes[0]))
	}
	out := []rune{unicode.ToUpper([]rune(words[0])[0])}
	if len(words) > 1 {
		out = append(out, unicode.ToUpper([]rune(words[len(words)-1])[0]))
	}
	return string(out)
}

// firstOf is all that fits into a triangle.
func firstOf(s string) string {
	for _, c := range s {
		return string(c)
	}
	return ""
}
