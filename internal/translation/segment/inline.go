package segment

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// span is a range of bytes of a text.
type span struct{ start, stop int }

// markKind says what stands in a span of a line.
type markKind uint8

const (
	markCode     markKind = iota // `…`
	markFormula                  // $…$, $$…$$, \(…\), \[…\]
	markAddress                  // web address, bare or in <>
	markMail                     // mail address
	markDOI                      // with its "doi:"
	markFootnote                 // [^1]
	markLink                     // [text](address), ![text](address), [text][label]
	markEmphasis                 // *…*, **…**, _…_, ~~…~~
)

// mark is something in a line that is not plain words. Of links and emphasis inner is the text, of the others the
// whole span. Links and emphasis may hold other marks.
type mark struct {
	kind markKind
	span
	inner span
}

// Bounds of what is looked for, in bytes, so that no text costs more than some constant times its length.
const (
	maxFormula     = 500
	maxDestination = 2_100
	maxLabel       = 200
	maxOpen        = 64 // brackets or runs of emphasis that are open at a time
)

// scanner finds marks.
type scanner struct {
	text     string
	markdown bool
	ticks    map[int][]int // starts of runs of backticks by their length
	brackets []int         // open "["
	opened   []int         // open runs of emphasis
	marks    []mark
	floor    int // end of the last mark that holds no text
}

// scan lists the marks of a text of one block in the order of their starts, outer ones first. In plain text these are
// addresses, formulas and code only.
func scan(text string, markdown bool) []mark {
	s := scanner{text: text, markdown: markdown}
	s.backticks()
	for at := 0; at < len(text); {
		at = s.step(at)
	}
	slices.SortStableFunc(s.marks, func(a, b mark) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.stop - a.stop
	})
	return s.marks
}

func (s *scanner) backticks() {
	s.ticks = map[int][]int{}
	for at := 0; at < len(s.text); {
		n := run(s.text, at, '`')
		if n > 0 {
			s.ticks[n] = append(s.ticks[n], at)
		}
		at += max(n, 1)
	}
}

// run counts how often c stands from a place on.
func run(text string, at int, c byte) int {
	n := 0
	for at+n < len(text) && text[at+n] == c {
		n++
	}
	return n
}

// step looks at one place and gives the next.
func (s *scanner) step(at int) int {
	switch c := s.text[at]; c {
	case '\\':
		return s.backslash(at)
	case '`':
		return s.code(at)
	case '$':
		return s.dollar(at)
	case '<':
		return s.angle(at)
	case '[':
		return s.open(at)
	case ']':
		return s.close(at)
	case '*', '_', '~':
		return s.emphasis(at, c)
	case '@':
		return s.mail(at)
	case 'h', 'H', 'f', 'F', 'w', 'W':
		return s.measured(markAddress, at, webLength)
	case '1', 'd', 'D':
		return s.measured(markDOI, at, doiLength)
	}
	return at + 1
}

func (s *scanner) add(kind markKind, whole, inner span) {
	s.marks = append(s.marks, mark{kind, whole, inner})
	if kind != markEmphasis && kind != markLink {
		s.floor = whole.stop
	}
}

func (s *scanner) backslash(at int) int {
	if at+1 == len(s.text) {
		return at + 1
	}
	if end := closing(s.text, at, `\(`, `\)`) + closing(s.text, at, `\[`, `\]`); end > 0 {
		s.add(markFormula, span{at, end}, span{at, end})
		return end
	}
	if s.markdown && isPunct(s.text[at+1]) {
		return at + 2
	}
	return at + 1
}

// closing is where a formula between these two marks ends; 0 when none starts here.
func closing(text string, at int, open, end string) int {
	if !strings.HasPrefix(text[at:], open) {
		return 0
	}
	rest := text[at+len(open) : min(len(text), at+maxFormula)]
	n := strings.Index(rest, end)
	if n <= 0 || strings.Contains(rest[:n], "\n\n") {
		return 0
	}
	return at + len(open) + n + len(end)
}

func (s *scanner) code(at int) int {
	n := run(s.text, at, '`')
	same := s.ticks[n]
	next := 0
	if found, ok := slices.BinarySearch(same, at); ok {
		next = found + 1
	}
	if next == 0 || next >= len(same) {
		return at + n
	}
	end := same[next] + n
	s.add(markCode, span{at, end}, span{at, end})
	return end
}

// dollar reads $$…$$ and $…$. Money is no formula: before the first dollar stands no letter or digit, beside either no
// space inside, after the last no digit, and between them is what a formula has and nothing that a sentence has.
func (s *scanner) dollar(at int) int {
	if end := closing(s.text, at, "$$", "$$"); end > 0 {
		s.add(markFormula, span{at, end}, span{at, end})
		return end
	}
	if n := run(s.text, at, '$'); n > 1 {
		return at + n
	}
	end := closing(s.text, at, "$", "$")
	if end == 0 || !startsWord(s.text, at) || end < len(s.text) && s.text[end] >= '0' && s.text[end] <= '9' ||
		!isFormula(s.text[at+1:end-1]) {
		return at + 1
	}
	s.add(markFormula, span{at, end}, span{at, end})
	return end
}

func isFormula(inner string) bool {
	first, _ := utf8.DecodeRuneInString(inner)
	last, _ := utf8.DecodeLastRuneInString(inner)
	if unicode.IsSpace(first) || unicode.IsSpace(last) || strings.Contains(inner, "`") {
		return false
	}
	plain := formulaCommand().ReplaceAllString(inner, " ")
	if strings.ContainsFunc(plain, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || formulaWord().MatchString(plain) {
		return false
	}
	if unicode.IsDigit(first) {
		// "$5 to 6$", "$5, or 6$" are money; "$10^6$", "$2 x$", "$5$" are not.
		return plain != inner || strings.ContainsAny(inner, "^_=<>+") || !strings.ContainsAny(inner, " ,") || len(inner) <= 4
	}
	return true
}

// formulaCommand finds \command, with the words of \text{…} and its like.
var formulaCommand = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\(?:text|textrm|textbf|textit|mathrm|mathbf|operatorname|mbox)\{[^{}]*\}|\\[A-Za-z]+`)
})

// formulaWord finds a word of a sentence. Names of functions and of variables are shorter or known.
var formulaWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\s,;])(?:[A-Za-z]{4,}|and|the|for|per|or|to|a|is|was|are|USD|EUR|RMB)(?:$|[\s,;.])`)
})

// angle reads <https://…> and <name@host>.
func (s *scanner) angle(at int) int {
	end := strings.IndexByte(s.text[at:min(len(s.text), at+maxDestination)], '>')
	if !s.markdown || end < 0 || !angleAddress().MatchString(s.text[at+1:at+end]) {
		return at + 1
	}
	whole := span{at, at + end + 1}
	s.add(markAddress, whole, whole)
	return whole.stop
}

var angleAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.\-]{1,31}:[^\s<>]*|[^\s<>@]{1,64}@[A-Za-z0-9.\-]{3,255})$`)
})

func (s *scanner) open(at int) int {
	if !s.markdown {
		return at + 1
	}
	if s.text[at:min(len(s.text), at+2)] == "[^" {
		label := s.text[at+2 : min(len(s.text), at+2+maxLabel)]
		if n := strings.IndexAny(label, "] \t\n["); n > 0 && label[n] == ']' {
			whole := span{at, at + 2 + n + 1}
			s.add(markFootnote, whole, whole)
			return whole.stop
		}
	}
	if len(s.brackets) == maxOpen {
		s.brackets = s.brackets[1:]
	}
	s.brackets = append(s.brackets, at)
	return at + 1
}

func (s *scanner) close(at int) int {
	if len(s.brackets) == 0 {
		return at + 1
	}
	opener := s.brackets[len(s.brackets)-1]
	s.brackets = s.brackets[:len(s.brackets)-1]
	end := destination(s.text, at+1)
	if end == 0 || opener+1 == at {
		return at + 1
	}
	whole := span{opener, end}
	if opener > 0 && s.text[opener-1] == '!' && (opener < 2 || s.text[opener-2] != '\\') {
		whole.start--
	}
	s.add(markLink, whole, span{opener + 1, at})
	return end
}

// destination is the end of "(address "title")" or "[label]" that starts at a place; 0 when none does.
func destination(text string, at int) int {
	if at >= len(text) {
		return 0
	}
	rest := text[at:min(len(text), at+maxDestination)]
	switch rest[0] {
	case '(':
		if found := destinationPattern().FindString(rest); found != "" {
			return at + len(found)
		}
	case '[':
		if n := strings.IndexAny(rest[1:], "[]\n"); n > 0 && n <= maxLabel && rest[1+n] == ']' && rest[1] != '^' {
			return at + n + 2
		}
	}
	return 0
}

// destinationPattern allows brackets in an address two deep.
var destinationPattern = sync.OnceValue(func() *regexp.Regexp {
	const plain = `(?:[^\s()<>\\]|\\[^\n])`
	const nested = `\((?:` + plain + `|\(` + plain + `*\))*\)`
	return regexp.MustCompile(`^\([ \t]*(?:<[^<>\n]*>|(?:` + plain + `|` + nested + `)*)` +
		`(?:[ \t\n]+(?:"(?:[^"\\]|\\[^\n])*"|'(?:[^'\\]|\\[^\n])*'|\((?:[^()\\]|\\[^\n])*\)))?[ \t]*\)`)
})

// emphasis pairs runs of the same mark and length. It is simpler than what is shown follows; where the two differ a
// sentence is longer than it had to be, or ends inside emphasis.
func (s *scanner) emphasis(at int, c byte) int {
	n := run(s.text, at, c)
	end := at + n
	if !s.markdown || n > 3 || c == '~' && n != 2 {
		return end
	}
	before, _ := utf8.DecodeLastRuneInString(s.text[:at])
	after, _ := utf8.DecodeRuneInString(s.text[end:])
	opens := end < len(s.text) && !unicode.IsSpace(after)
	closes := at > 0 && !unicode.IsSpace(before)
	if c == '_' {
		opens, closes = opens && !isWordRune(before), closes && !isWordRune(after)
	}
	if closes {
		for i := len(s.opened) - 1; i >= 0; i-- {
			opener := s.opened[i]
			if s.text[opener] == c && run(s.text, opener, c) == n && opener+n < at {
				s.add(markEmphasis, span{opener, end}, span{opener + n, at})
				s.opened = s.opened[:i]
				return end
			}
		}
	}
	if opens {
		if len(s.opened) == maxOpen {
			s.opened = s.opened[1:]
		}
		s.opened = append(s.opened, at)
	}
	return end
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func isPunct(c byte) bool { return c > ' ' && c < 0x7F && !isAlnum(c) }

// isWordRune: letters and digits of scripts with spaces between words.
func isWordRune(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !isHan(r) && r != utf8.RuneError
}

// isHan reports whether r belongs to a script written without spaces: Han and Kana.
func isHan(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// startsWord reports whether no ASCII letter or digit goes before the place.
func startsWord(text string, at int) bool { return at == 0 || !isAlnum(text[at-1]) }
