package markup

import (
	"regexp"
	"strings"
	"sync"
)

// maxQuote is how much of a post is quoted, in weighted characters.
const maxQuote = 600

// Quote is what a composer is filled with to answer a post: its text as a block quote under the author's name, with an
// empty line after it to write on; "" when nothing of it is to be quoted. What the post itself quotes is left out, and references to its footnotes, whose
// texts would be missing. A long post is cut after a line or a word; a code block that is cut is closed.
func Quote(name, src string) string {
	lines, open := quotable(src)
	if len(lines) == 0 {
		return ""
	}
	var out strings.Builder
	if name, _ = CleanLine(name); name != "" {
		out.WriteString("> **" + escape(name) + "**\n>\n")
	}
	for _, line := range lines {
		out.WriteString(strings.TrimRight("> "+line, " ") + "\n")
	}
	if open != "" {
		out.WriteString("> " + open + "\n")
	}
	out.WriteByte('\n')
	return out.String()
}

// quotable is the source's own lines up to maxQuote, and the fence to close if the cut is inside a code block.
func quotable(src string) (lines []string, open string) {
	room := maxQuote
	for line := range strings.SplitSeq(strings.TrimSpace(src), "\n") {
		marks := fence(line)
		if open == "" && strings.HasPrefix(strings.TrimLeft(line, " "), ">") {
			continue
		}
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") && open == "" {
			continue
		}
		if open == "" {
			line = footnoteMarks().ReplaceAllString(line, "")
		}
		weight := Weight(line) + 1
		if weight > room {
			if short := Shorten(line, room); short != "" && marks == "" {
				lines = append(lines, short)
			}
			break
		}
		room -= weight
		lines = append(lines, line)
		switch {
		case open == "":
			open = marks
		case strings.HasPrefix(marks, open) && strings.Trim(strings.TrimSpace(line), marks[:1]) == "":
			open = ""
		}
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines, open
}

// fence is the run of backticks or tildes that opens or closes a code block on this line.
func fence(line string) string {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 3 || text == "" || text[0] != '`' && text[0] != '~' {
		return ""
	}
	n := len(text) - len(strings.TrimLeft(text, text[:1]))
	if n < 3 || text[0] == '`' && strings.Contains(text[n:], "`") {
		return ""
	}
	return text[:n]
}

var footnoteMarks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[\^[^\]\s]{1,100}\](:[ \t]*)?`)
})

// Inline writes a text within a line so that Markdown shows it as it is and it mentions nobody; it escapes no more than that
// takes, for those who read the Markdown itself.
func Inline(s string) string { return escaped(s, "\\`*_[]<>|~#&@$") }

// escape writes a text so that Markdown shows it as it is, wherever it stands.
func escape(s string) string { return escaped(s, "\\`*_{}[]()<>#+-.!|~@&:") }

func escaped(s, marks string) string {
	var out strings.Builder
	for _, r := range s {
		if strings.ContainsRune(marks, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
