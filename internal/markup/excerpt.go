package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Excerpt is one line of plain text from Markdown, of at most max weighted characters (see Weight) with its ellipsis.
// It leaves out code blocks and what is quoted from others, unless nothing else is there. It is cut after a word, or
// between Han characters, and never inside a character. The ellipsis is "…" in
// both languages: Chinese doubles it to mark an omission in a sentence, but one is the custom for a cut line on a screen.
func Excerpt(src string, max int) string {
	line := oneLine(plain(src, plainWriter{skipBlockCode: true, skipQuote: true}))
	if line == "" {
		line = oneLine(Plain(src))
	}
	return Shorten(line, max)
}

// Shorten cuts a line of plain text to at most max weighted characters as Excerpt does.
func Shorten(line string, max int) string {
	if max <= 0 {
		return ""
	}
	end, cut := 0, 0
	for total := 0; end < len(line); {
		size, weight := nextCharacter(line[end:])
		if total+weight > max {
			break
		}
		// One unit stays free for the ellipsis.
		if total+weight <= max-1 {
			cut = end + size
		}
		total += weight
		end += size
	}
	if end >= len(line) {
		return line
	}
	if cut == 0 {
		return "…"
	}
	kept := strings.TrimRightFunc(line[:boundary(line, cut)], trailing)
	if kept == "" {
		kept = strings.TrimRightFunc(line[:cut], unicode.IsSpace)
	}
	return kept + "…"
}

// boundary moves a cut back to where a line may end; a word longer than half of the line is cut after all.
func boundary(line string, cut int) int {
	at := cut
	for at > 0 && at > cut/2 {
		before, size := utf8.DecodeLastRuneInString(line[:at])
		after, _ := utf8.DecodeRuneInString(line[at:])
		if mayEndBetween(before, after) {
			return at
		}
		at -= size
	}
	return cut
}

func mayEndBetween(before, after rune) bool {
	switch {
	case modifies(after) || before == zwj:
		return false
	case unicode.IsSpace(before) || unicode.IsSpace(after):
		return true
	case !isWide(before) && !isWide(after):
		return strings.ContainsRune(".,;:!?)", after)
	}
	return !opens(before)
}

func opens(r rune) bool { return unicode.In(r, unicode.Ps, unicode.Pi) }

// trailing is what reads badly before an ellipsis.
func trailing(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;:-–—…，、；：·（(「『《“‘", r)
}

// oneLine puts a text on one line: every run of white space becomes a space, none where both neighbours are Han.
func oneLine(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	previous, space := rune(0), false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space && previous != 0 && !(isWide(previous) && isWide(r)) {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
		previous, space = r, false
	}
	return out.String()
}
