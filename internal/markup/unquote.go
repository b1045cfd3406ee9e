package markup

import (
	"strings"
)

// Shortest stretches, in weighted characters, by which a quote is known: a whole line, and a part of one.
const (
	minQuotedLine = 6
	minQuotedPart = 16
)

// CutQuotes takes the block quotes of a text that repeat a line of another one out of src, and leaves "[…]" in their place. It
// reports whether there was one. Lines so short that many texts have them do not count.
func CutQuotes(src, quoted string) (string, bool) {
	if !strings.Contains(src, ">") {
		return src, false
	}
	var known []string
	for line := range strings.SplitSeq(quoted, "\n") {
		if line = strings.TrimSpace(line); Weight(line) >= minQuotedLine {
			known = append(known, line)
		}
	}
	var out, block []string
	cut, hit := false, false
	end := func() {
		if hit {
			block, cut = []string{"> […]"}, true
		}
		out = append(out, block...)
		block, hit = nil, false
	}
	for line := range strings.SplitSeq(src, "\n") {
		text := strings.TrimLeft(line, " ")
		if !strings.HasPrefix(text, ">") {
			end()
			out = append(out, line)
			continue
		}
		block = append(block, line)
		hit = hit || repeats(strings.TrimSpace(strings.TrimLeft(text, "> ")), known)
	}
	end()
	return strings.Join(out, "\n"), cut
}

// repeats reports whether a quoted line says one of those, or a good part of one.
func repeats(line string, known []string) bool {
	weight := Weight(line)
	if weight < minQuotedLine {
		return false
	}
	part := strings.TrimRight(line, "….")
	for _, k := range known {
		if line == k || weight >= minQuotedPart && strings.Contains(k, part) || strings.Contains(line, k) && Weight(k) >= minQuotedPart {
			return true
		}
	}
	return false
}
