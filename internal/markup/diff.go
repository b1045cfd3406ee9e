package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Op is what happened to a Chunk.
type Op int

// A chunk stands in both texts, only in the new one, or only in the old one.
const (
	Same Op = iota
	Added
	Removed
)

// Chunk is a stretch of text of a Diff.
type Chunk struct {
	Op   Op
	Text string
}

// Bounds of the search for the shortest edit: its time and memory grow with the square of the differences.
const (
	maxWordEdits = 1_000 // of a whole text, word by word
	maxLineEdits = 500
	maxHunkEdits = 200 // word by word inside changed lines
)

// Diff compares two versions of a text word by word, Han character by Han character. Same and Removed chunks put
// together are the old text, Same and Added ones the new, byte for byte; where both happen, Removed comes first. Texts
// that differ too much are compared line by line and then inside changed lines, so that time stays bounded.
func Diff(old, new string) []Chunk {
	var d differ
	a, b := words(old), words(new)
	if !d.compare(a, b, maxWordEdits) {
		d = differ{}
		d.byLines(old, new)
	}
	return d.chunks
}

// differ gathers chunks, joining neighbours of the same kind.
type differ struct{ chunks []Chunk }

func (d *differ) add(op Op, text string) {
	if text == "" {
		return
	}
	last := len(d.chunks) - 1
	if last >= 0 && d.chunks[last].Op == op {
		d.chunks[last].Text += text
		return
	}
	if op == Removed && last >= 0 && d.chunks[last].Op == Added {
		if last > 0 && d.chunks[last-1].Op == Removed {
			d.chunks[last-1].Text += text
			return
		}
		d.chunks = append(d.chunks, d.chunks[last])
		d.chunks[last] = Chunk{Removed, text}
		return
	}
	d.chunks = append(d.chunks, Chunk{op, text})
}

// compare adds the difference of two lists of tokens; false when it needs more than max edits.
func (d *differ) compare(a, b []string, max int) bool {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	left, right := a[head:len(a)-tail], b[head:len(b)-tail]
	script, ok := shortestEdit(left, right, max)
	if !ok {
		return false
	}
	d.add(Same, strings.Join(a[:head], ""))
	i, j := 0, 0
	for _, run := range tidy(script, left) {
		switch run.op {
		case Same:
			d.add(Same, strings.Join(left[i:i+run.n], ""))
			i += run.n
			j += run.n
		case Removed:
			d.add(Removed, strings.Join(left[i:i+run.n], ""))
			i += run.n
		case Added:
			d.add(Added, strings.Join(right[j:j+run.n], ""))
			j += run.n
		}
	}
	d.add(Same, strings.Join(a[len(a)-tail:], ""))
	return true
}

// byLines compares lines and then, within each change, words.
func (d *differ) byLines(old, new string) {
	lines := differ{}
	if !lines.compare(strings.SplitAfter(old, "\n"), strings.SplitAfter(new, "\n"), maxLineEdits) {
		d.replace(old, new)
		return
	}
	for i := 0; i < len(lines.chunks); i++ {
		c := lines.chunks[i]
		if c.Op == Removed && i+1 < len(lines.chunks) && lines.chunks[i+1].Op == Added {
			d.replace(c.Text, lines.chunks[i+1].Text)
			i++
			continue
		}
		d.add(c.Op, c.Text)
	}
}

// replace compares one changed stretch word by word, or gives it as a whole.
func (d *differ) replace(old, new string) {
	var inner differ
	if !inner.compare(words(old), words(new), maxHunkEdits) {
		inner = differ{chunks: []Chunk{{Removed, old}, {Added, new}}}
	}
	for _, c := range inner.chunks {
		d.add(c.Op, c.Text)
	}
}

// words cuts a text into what is compared: words, runs of white space, single characters of everything else.
func words(s string) []string {
	var out []string
	for s != "" {
		n := wordLength(s)
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

func wordLength(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	if first == '\n' {
		return n
	}
	class := wordClass(first)
	if class == 0 {
		n, _ = nextCharacter(s)
		return n
	}
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r == '\n' || wordClass(r) != class && !(class == 1 && modifies(r)) {
			break
		}
		n += size
	}
	return n
}

// wordClass: 1 letters and digits of scripts with spaces, 2 white space, 0 what stands alone.
func wordClass(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return 2
	case runOn(r), r == utf8.RuneError:
		return 0
	case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
		return 1
	}
	return 0
}
