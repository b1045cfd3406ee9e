package segment

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Numbers lists the numbers that a sentence writes in digits, sorted as strings, each as often as it stands there.
// They are in one form: full-width digits are plain ones, "1,234.5" is "1234.5", a minus sign before a number that
// follows no letter or digit belongs to it, and raised digits ("10⁶") are a number of their own with "^" before it.
// Zeros stay as they are written ("1.10" is not "1.1"). Two sentences of one language with different numbers do not
// mean the same, however alike they are.
func Numbers(s string) []string {
	var out []string
	before := ' '
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch {
		case digitOf(r) >= 0:
			number, end := numberAt(s, at)
			out = append(out, number)
			at, before = end, '0'
			continue
		case isMinus(r) && !isWordRune(before) && !isRaised(before) && before != ')' && digitOf(runeAt(s, at+size)) >= 0:
			number, end := numberAt(s, at+size)
			out = append(out, "-"+number)
			at, before = end, '0'
			continue
		case isRaised(r):
			number, end := raisedAt(s, at)
			out = append(out, number)
			at, before = end, '0'
			continue
		}
		before = r
		at += size
	}
	slices.Sort(out)
	return out
}

func runeAt(s string, at int) rune {
	r, _ := utf8.DecodeRuneInString(s[at:])
	return r
}

func isMinus(r rune) bool { return r == '-' || r == '−' || r == '－' }

// digitOf is the value of a plain or full-width digit, or -1.
func digitOf(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '０' && r <= '９':
		return int(r - '０')
	}
	return -1
}

// numberAt reads digits, the groups of three that commas divide, and one decimal point.
func numberAt(s string, at int) (number string, end int) {
	whole, end := digitsAt(s, at)
	for groups := 0; len(whole) <= 3 || groups > 0; groups++ {
		comma := runeAt(s, end)
		if comma != ',' && comma != '，' {
			break
		}
		from := end + utf8.RuneLen(comma)
		group, next := digitsAt(s, from)
		// A full-width comma divides a number only among full-width digits.
		if len(group) != 3 || comma == '，' && next-from != 9 || digitOf(runeAt(s, next)) >= 0 {
			break
		}
		whole, end = whole+group, next
	}
	if point := runeAt(s, end); point == '.' || point == '．' {
		if decimals, next := digitsAt(s, end+utf8.RuneLen(point)); decimals != "" {
			return whole + "." + decimals, next
		}
	}
	return whole, end
}

func digitsAt(s string, at int) (digits string, end int) {
	var out strings.Builder
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		value := digitOf(r)
		if value < 0 {
			break
		}
		out.WriteByte(byte('0' + value))
		at += size
	}
	return out.String(), at
}

func isRaised(r rune) bool { return r == '⁻' || raisedDigit(r) >= 0 }

// raisedDigit is the value of a superscript digit, or -1.
func raisedDigit(r rune) int {
	switch {
	case r == '¹':
		return 1
	case r == '²' || r == '³':
		return int(r-'²') + 2
	case r == '⁰' || r >= '⁴' && r <= '⁹':
		return int(r - '⁰')
	}
	return -1
}

func raisedAt(s string, at int) (number string, end int) {
	var out strings.Builder
	out.WriteByte('^')
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch value := raisedDigit(r); {
		case value >= 0:
			out.WriteByte(byte('0' + value))
		case r == '⁻' && out.Len() == 1:
			out.WriteByte('-')
		default:
			return out.String(), at
		}
		at += size
	}
	return out.String(), at
}
