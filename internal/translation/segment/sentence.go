package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBracket is the longest text in brackets or quotation marks, in bytes, in which no sentence ends.
const maxBracket = 300

// sentences lists the sentences of a text of one block, in order, without the white space and the emphasis around
// them.
func sentences(text string, markdown bool) []span {
	c := cutter{text: text, markdown: markdown, marks: scan(text, markdown), closers: map[int]int{}}
	for _, m := range c.marks {
		if m.kind == markEmphasis {
			c.closers[m.inner.stop] = m.start
		}
	}
	c.held = c.holds()
	c.cut(0, len(text))
	return c.found
}

// hold is a range in which no sentence ends. Of brackets and quotation marks it is told whether a sentence ends just
// before the closing one.
type hold struct {
	span
	bracket bool
	quote   bool
}

// cutter cuts one text.
type cutter struct {
	text     string
	markdown bool
	marks    []mark
	closers  map[int]int // where the closing marks of emphasis stand, and where it began
	held     []hold      // by start, without overlap
	next     int         // of held
	found    []span
}

// holds gathers the ranges to hold: marks but emphasis, and pairs of brackets that are not too long.
func (c *cutter) holds() []hold {
	var held []hold
	end := 0
	for _, m := range c.marks {
		if m.kind != markEmphasis && m.start >= end {
			held = append(held, hold{span: m.span})
			end = m.stop
		}
	}
	return mergeHolds(held, c.brackets(held))
}

// mergeHolds joins two lists; where two ranges meet, the outer one stays.
func mergeHolds(a, b []hold) []hold {
	var out []hold
	for len(a) > 0 || len(b) > 0 {
		list := &a
		if len(a) == 0 || len(b) > 0 && (b[0].start < a[0].start || b[0].start == a[0].start && b[0].stop > a[0].stop) {
			list = &b
		}
		h := (*list)[0]
		*list = (*list)[1:]
		if len(out) > 0 && h.start < out[len(out)-1].stop {
			last := &out[len(out)-1]
			last.stop = max(last.stop, h.stop)
			continue
		}
		out = append(out, h)
	}
	return out
}

// brackets pairs brackets and curly quotation marks outside marks, outermost ones only.
func (c *cutter) brackets(held []hold) []hold {
	type opener struct {
		at     int
		closer rune
	}
	var open []opener
	var pairs []hold
	for at := 0; at < len(c.text); {
		for len(held) > 0 && held[0].stop <= at {
			held = held[1:]
		}
		if len(held) > 0 && at >= held[0].start {
			at = held[0].stop
			continue
		}
		r, size := utf8.DecodeRuneInString(c.text[at:])
		if closer := closerOf(r); closer != 0 {
			if len(open) == maxOpen {
				open = open[1:]
			}
			open = append(open, opener{at, closer})
		}
		for i := len(open) - 1; i >= 0 && isCloser(r); i-- {
			if open[i].closer != r {
				continue
			}
			if at+size-open[i].at <= maxBracket {
				for len(pairs) > 0 && pairs[len(pairs)-1].start > open[i].at {
					pairs = pairs[:len(pairs)-1]
				}
				quote := strings.ContainsRune(closingQuotes, r)
				pairs = append(pairs, hold{span{open[i].at, at + size}, !quote, quote})
			}
			open = open[:i]
			break
		}
		at += size
	}
	return pairs
}

const closingQuotes = "”』」"

func closerOf(r rune) rune {
	switch r {
	case '(':
		return ')'
	case '（':
		return '）'
	case '[':
		return ']'
	case '【':
		return '】'
	case '《':
		return '》'
	case '“':
		return '”'
	case '「':
		return '」'
	case '『':
		return '』'
	}
	return 0
}

func isCloser(r rune) bool { return strings.ContainsRune(")）]】》”」』", r) }

// cut finds the sentences of a range.
func (c *cutter) cut(start, stop int) {
	for start < stop {
		start += len(c.text[start:stop]) - len(strings.TrimLeftFunc(c.text[start:stop], unicode.IsSpace))
		if inner, end, ok := c.peel(start, stop); ok {
			c.cut(inner.start, inner.stop)
			start = end
			continue
		}
		end := c.sentenceEnd(start, stop)
		if text := strings.TrimRightFunc(c.text[start:end], unicode.IsSpace); text != "" {
			c.found = append(c.found, span{start, start + len(hardened(text, c.text[start:end]))})
		}
		start = end
	}
}

// hardened drops the backslash of a hard line break.
func hardened(text, whole string) string {
	if strings.HasSuffix(text, `\`) && strings.HasPrefix(whole[len(text):], "\n") {
		return strings.TrimRightFunc(text[:len(text)-1], unicode.IsSpace)
	}
	return text
}

// peel looks for emphasis around whole sentences: "**Methods.** We asked …" has its marks outside the sentence, so
// that the same sentence is found in the memory with and without them. It gives the range inside and the end.
func (c *cutter) peel(start, stop int) (inner span, end int, ok bool) {
	for _, m := range c.marks[c.marksFrom(start):] {
		if m.start > start {
			break
		}
		if m.kind != markEmphasis || m.start != start || m.stop > stop {
			continue
		}
		text := strings.TrimRightFunc(c.text[m.inner.start:m.inner.stop], unicode.IsSpace)
		if strings.TrimSpace(c.text[m.stop:stop]) == "" || endsSentence(text) && c.starts(m.stop, stop) {
			return m.inner, m.stop, true
		}
	}
	return span{}, 0, false
}

// marksFrom is the first mark that starts at a place or after it.
func (c *cutter) marksFrom(at int) int {
	low, high := 0, len(c.marks)
	for low < high {
		if mid := (low + high) / 2; c.marks[mid].start < at {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// endsSentence reports whether a text ends with a stop, with or without quotation marks and brackets after it.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, closersAfterStop)
	r, _ := utf8.DecodeLastRuneInString(text)
	return isFullStop(r) || strings.ContainsRune(".!?…", r)
}

// starts reports whether a new sentence may start behind a place: after white space with a capital or the like, or at
// once in Chinese.
func (c *cutter) starts(at, stop int) bool {
	rest := strings.TrimLeftFunc(c.text[at:stop], unicode.IsSpace)
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || isHan(r) || strings.ContainsRune("“「『《", r) || len(rest) < stop-at && !unicode.IsLower(r) && !strings.ContainsRune(",;:，；：、", r)
}

// sentenceEnd is where the sentence that starts there ends.
func (c *cutter) sentenceEnd(start, stop int) int {
	for c.next > 0 && c.held[c.next-1].stop > start {
		c.next--
	}
	emphasised := c.marksFrom(start)
	guard := 0 // end of emphasis that began inside this sentence
	for at := start; at < stop; {
		for emphasised < len(c.marks) && c.marks[emphasised].start <= at {
			if m := c.marks[emphasised]; m.kind == markEmphasis && m.stop <= stop && m.stop-m.start <= 2*maxBracket {
				guard = max(guard, m.stop)
			}
			emphasised++
		}
		for c.next < len(c.held) && c.held[c.next].stop <= at {
			c.next++
		}
		if c.next < len(c.held) && at >= c.held[c.next].start && c.held[c.next].stop <= stop {
			h := c.held[c.next]
			if end, ok := c.endsWith(h, start, stop); ok && end >= guard {
				return end
			}
			at = h.stop
			continue
		}
		if at < guard {
			_, size := utf8.DecodeRuneInString(c.text[at:])
			at += size
			if at == guard && endsSentence(strings.TrimRight(c.text[start:at], "*_~")) && c.starts(at, stop) {
				return at
			}
			continue
		}
		end, next := c.stopAt(start, at, stop)
		if end > 0 {
			return end
		}
		at = next
	}
	return stop
}

// endsWith decides whether a sentence ends with a bracket or a quotation that has a stop inside at its end:
// "（见表2。）" and "(It was late.)" that begin the sentence, a quotation that ends it. "“疼吗？”医生问" goes on, and so
// does what is not followed by the start of a sentence.
func (c *cutter) endsWith(h hold, start, stop int) (end int, ok bool) {
	if !h.bracket && !h.quote {
		return 0, false
	}
	_, size := utf8.DecodeLastRuneInString(c.text[h.start:h.stop])
	if !endsSentence(c.text[h.start : h.stop-size]) {
		return 0, false
	}
	end = c.afterStop(h.stop, start, stop)
	if !c.starts(end, stop) {
		return 0, false
	}
	before := strings.TrimRightFunc(c.text[start:h.start], unicode.IsSpace)
	last, _ := utf8.DecodeLastRuneInString(before)
	spaced := end == stop || isSpaceAt(c.text, end)
	if h.bracket {
		return end, before == "" || spaced && strings.TrimSpace(c.text[end:stop]) != ""
	}
	return end, spaced || strings.ContainsRune("：:，,", last) || strings.ContainsRune("“「『", runeAt(c.text, end))
}

func isSpaceAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.IsSpace(r)
}

// stopAt looks at one place outside everything held: the end of the sentence if it ends with what stands there, and
// the next place to look at.
func (c *cutter) stopAt(start, at, stop int) (end, next int) {
	r, size := utf8.DecodeRuneInString(c.text[at:])
	next = at + size
	switch {
	case r == '\n' && c.markdown && (strings.HasSuffix(c.text[start:at], "  ") || strings.HasSuffix(c.text[start:at], `\`)):
		return next, next
	case isFullStop(r):
		for next < stop && isStopRune(c.text[next:]) {
			_, size := utf8.DecodeRuneInString(c.text[next:])
			next += size
		}
		return c.afterStop(next, start, stop), next
	case r == '.' || r == '!' || r == '?' || r == '…':
		return c.latinStop(start, at, stop)
	}
	return 0, next
}

// isFullStop: the stops of Chinese, after which no space is needed.
// isFullStop: the semicolon is none, in either language: memories and engines take sentences whole.
func isFullStop(r rune) bool { return strings.ContainsRune("。！？｡", r) }

func isStopRune(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return isFullStop(r) || strings.ContainsRune(".!?…", r)
}

// closersAfterStop may follow the stop of a sentence and belong to it.
const closersAfterStop = "”’\"')]）】》」』›»"

// afterStop takes in what belongs to the sentence after its stop: closing marks, references to footnotes and sources,
// the end of emphasis.
func (c *cutter) afterStop(at, start, stop int) int {
	for at < stop {
		r, size := utf8.DecodeRuneInString(c.text[at:])
		switch {
		case r == '"' || r == '\'':
			if strings.Count(c.text[start:at], string(r))%2 == 0 {
				return at
			}
		case strings.ContainsRune(closersAfterStop, r):
		case r == '[':
			size = citationLength(c.text[at:stop])
			if size == 0 {
				return at
			}
		case r == '*' || r == '_' || r == '~':
			size = run(c.text[:stop], at, byte(r))
			if !c.closesEmphasis(at, start) {
				return at
			}
		default:
			return at
		}
		at += size
	}
	return at
}

// citationLength measures "[^1]", "[12]" and "[3,4-7]".
func citationLength(text string) int {
	n := strings.IndexByte(text[:min(len(text), 24)], ']')
	if n < 2 || strings.HasPrefix(text[n+1:], "(") || strings.HasPrefix(text[n+1:], ":") {
		return 0
	}
	if text[1] != '^' && strings.Trim(text[1:n], "0123456789,-– ") != "" {
		return 0
	}
	return n + 1
}

// closesEmphasis reports whether emphasis that began in this sentence ends with the marks at a place.
func (c *cutter) closesEmphasis(at, start int) bool {
	began, ok := c.closers[at]
	return ok && began >= start
}

// latinStop decides about ".", "!", "?" and "…", which end a sentence before white space, at the end, and, in Chinese
// text, also before a Han character.
func (c *cutter) latinStop(start, at, stop int) (end, next int) {
	next = at
	dots, ellipses := 0, 0
	for next < stop && isStopRune(c.text[next:]) {
		r, size := utf8.DecodeRuneInString(c.text[next:])
		switch r {
		case '.':
			dots++
		case '…':
			ellipses++
		}
		next += size
	}
	end = c.afterStop(next, start, stop)
	if end == stop {
		return end, next
	}
	closed := end > next
	following, _ := utf8.DecodeRuneInString(c.text[end:])
	rest := strings.TrimLeftFunc(c.text[end:stop], unicode.IsSpace)
	if rest == "" {
		return end, next
	}
	lower := startsLower(rest) && !c.addressAt(stop-len(rest))
	marked := strings.ContainsAny(c.text[at:next], "!?！？")
	ends := false
	switch {
	case !unicode.IsSpace(following):
		ends = isHan(following) && (marked || ellipses > 1 && !closed || dots == 1 && endsChinese(c.text[start:at]))
	case marked:
		ends = !closed || !lower
	case ellipses > 0 || dots > 1:
		ends = !lower
	case c.text[at] == '.':
		ends = stopEnds(c.text[start:at], rest, lower, closed)
	}
	if !ends {
		return 0, next
	}
	return end, next
}

// addressAt reports whether an address stands at a place: it begins a sentence in small letters.
func (c *cutter) addressAt(at int) bool {
	i := c.marksFrom(at)
	return i < len(c.marks) && c.marks[i].start == at && c.marks[i].kind != markEmphasis
}

// endsChinese reports whether a "." after this text, with a Han character right behind it, is a stop: after a Han
// character or a Latin word, not after a number or a single letter.
func endsChinese(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	word := lastWord(before)
	return isHan(r) || len(word) > 1 && !strings.ContainsAny(word, "0123456789.")
}

// startsLower reports whether text begins with a word in small letters; not "mRNA", "pH" or "p < 0.05".
func startsLower(text string) bool {
	r, size := utf8.DecodeRuneInString(strings.TrimLeft(text, "\"'“‘(*_"))
	if !unicode.IsLower(r) {
		return false
	}
	text = strings.TrimLeft(text, "\"'“‘(*_")
	word := firstWord(text)
	if strings.ContainsFunc(word[size:], unicode.IsUpper) {
		return false
	}
	after := strings.TrimLeft(text[len(word):], " *_")
	return len(word) > 1 || after == "" || !strings.ContainsAny(after[:1], "<>=≤≥")
}
