package segment

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"senet/internal/markup"
)

// heldSpans lists what of a sentence is held back, in order and without overlap.
func heldSpans(sentence string, handles []string) []span {
	var all []span
	end := 0
	var closers []span // of links that are open, innermost last
	flush := func(before int) {
		for len(closers) > 0 && closers[len(closers)-1].start < before {
			last := closers[len(closers)-1]
			closers = closers[:len(closers)-1]
			all = append(all, last)
			end = last.stop
		}
	}
	for _, m := range scan(sentence, true) {
		flush(m.start + 1)
		if m.start < end || m.kind == markEmphasis {
			continue
		}
		if m.kind != markLink {
			all = append(all, m.span)
			end = m.stop
			continue
		}
		all = append(all, span{m.start, m.inner.start})
		end = m.inner.start
		closers = append(closers, span{m.inner.stop, m.stop})
	}
	flush(len(sentence) + 1)
	all = fill(sentence, all, func(text string, offset int) []span { return mentionSpans(sentence, text, offset, handles) })
	all = fill(sentence, all, quantitySpans)
	return fill(sentence, all, bracketSpans)
}

// fill adds what find sees in the parts that are not held yet.
func fill(sentence string, all []span, find func(text string, offset int) []span) []span {
	var out []span
	done := 0
	for _, s := range append(all[:len(all):len(all)], span{len(sentence), len(sentence)}) {
		out = append(out, find(sentence[done:s.start], done)...)
		if s.stop > s.start {
			out = append(out, s)
		}
		done = s.stop
	}
	return out
}

// bracketSpans finds the brackets of placeholders that a text has of its own.
func bracketSpans(text string, offset int) []span {
	var out []span
	for at := 0; ; {
		n := strings.IndexAny(text[at:], openMark+closeMark)
		if n < 0 {
			return out
		}
		at += n
		out = append(out, span{offset + at, offset + at + len(openMark)})
		at += len(openMark)
	}
}

// maxUnknownName is how many Han characters after "@" are taken as a name nobody told us of.
const maxUnknownName = 4

// mentionSpans finds mentions in text, which stands at offset in the sentence.
func mentionSpans(sentence, text string, offset int, handles []string) []span {
	var out []span
	for at := 0; ; {
		n := strings.IndexByte(text[at:], '@')
		if n < 0 {
			return out
		}
		at += n
		before, _ := utf8.DecodeLastRuneInString(sentence[:offset+at])
		if offset+at == 0 {
			before = ' '
		}
		length := mentionLength(before, text[at+1:], handles)
		if length > 0 {
			out = append(out, span{offset + at, offset + at + 1 + length})
		}
		at += 1 + length
	}
}

// mentionLength measures the handle after an "@": the longest that is known, or what is taken for one.
func mentionLength(before rune, after string, handles []string) int {
	candidates := markup.HandlesAt(before, after)
	for _, c := range slices.Backward(candidates) {
		if slices.ContainsFunc(handles, func(h string) bool { return markup.Fold(h) == markup.Fold(c) }) {
			return len(c)
		}
	}
	if len(candidates) == 0 {
		return 0
	}
	longest := candidates[len(candidates)-1]
	han := strings.IndexFunc(longest, isHan)
	switch {
	case han < 0:
		return len(longest)
	case han > 0:
		return han
	}
	next, _ := utf8.DecodeRuneInString(after[len(longest):])
	if utf8.RuneCountInString(longest) > maxUnknownName || unicode.IsLetter(next) || unicode.IsDigit(next) {
		return 0
	}
	return len(longest)
}
