package segment

import "strings"

// measured adds what measure finds at the beginning of a word.
func (s *scanner) measured(kind markKind, at int, measure func(string) int) int {
	if !startsWord(s.text, at) {
		return at + 1
	}
	n := measure(s.text[at:])
	if n == 0 {
		return at + 1
	}
	s.add(kind, span{at, at + n}, span{at, at + n})
	return at + n
}

// webLength measures the web address that text begins with. It ends before white space, a Han character and full-width
// marks, and without the punctuation of the sentence.
func webLength(text string) int {
	for _, prefix := range []string{"https://", "http://", "ftp://", "www."} {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			if n := tailLength(text[len(prefix):]); n > 0 && isAlnum(text[len(prefix)]) {
				return len(prefix) + n
			}
		}
	}
	return 0
}

// doiLength measures the DOI that text begins with, "10.1000/182", with "doi:" before it if it stands there. The same
// with https://doi.org/ before it is a web address.
func doiLength(text string) int {
	prefix := 0
	if len(text) > 3 && strings.EqualFold(text[:3], "doi") {
		prefix = len("doi") + len(text[3:]) - len(strings.TrimLeft(text[3:], ": "))
		if prefix > 6 {
			return 0
		}
	}
	rest := text[prefix:]
	if !strings.HasPrefix(rest, "10.") {
		return 0
	}
	digits := 3
	for digits < len(rest) && digits < 12 && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	if digits < 7 || digits >= len(rest) || rest[digits] != '/' {
		return 0
	}
	n := tailLength(rest[digits+1:])
	if n == 0 {
		return 0
	}
	return prefix + digits + 1 + n
}

// tailLength measures the characters of an address, without the punctuation at its end and from the first bracket on
// that nothing inside it opened.
func tailLength(text string) int {
	end, round, square := 0, 0, 0
scan:
	for end < len(text) && isAddress(text[end]) {
		switch text[end] {
		case '(':
			round++
		case ')':
			if round--; round < 0 {
				break scan
			}
		case '[':
			square++
		case ']':
			if square--; square < 0 {
				break scan
			}
		}
		end++
	}
	for end > 0 && strings.IndexByte("?!.,:;*_~'([&", text[end-1]) >= 0 {
		end--
	}
	return end
}

func isAddress(c byte) bool {
	return isAlnum(c) || strings.IndexByte("-._~:/?#[]@!$&'()*+,;=%", c) >= 0
}

// mail adds the mail address around an "@".
func (s *scanner) mail(at int) int {
	start, floor := at, max(s.floor, at-64)
	for start > floor && (isAlnum(s.text[start-1]) || strings.IndexByte("._%+-", s.text[start-1]) >= 0) {
		start--
	}
	for start < at && !isAlnum(s.text[start]) {
		start++
	}
	n := hostLength(s.text[at+1:])
	if start == at || n == 0 {
		return at + 1
	}
	whole := span{start, at + 1 + n}
	s.add(markMail, whole, whole)
	for len(s.opened) > 0 && s.opened[len(s.opened)-1] >= start {
		s.opened = s.opened[:len(s.opened)-1]
	}
	return whole.stop
}

// hostLength measures a host name with a dot, whose last label is of letters only.
func hostLength(text string) int {
	end, dot := 0, -1
	for end < len(text) && end < 254 {
		c := text[end]
		if c == '.' && end > 0 && end+1 < len(text) && isAlnum(text[end+1]) {
			dot = end
		} else if !isAlnum(c) && (c != '-' || end == 0) {
			break
		}
		end++
	}
	for end > 0 && text[end-1] == '-' {
		end--
	}
	if dot < 0 || end-dot < 3 || strings.ContainsFunc(text[dot+1:end], func(r rune) bool { return r < 'A' }) {
		return 0
	}
	return end
}
