package markup

import (
	"strings"
	"unicode"
)

// isSimple reports whether the text is one line without anything that Markdown, links, mentions or HTML could make
// something of, as most of what is said in a room is. It is careful rather than exact: what it takes for simple is
// rendered the same by the parser, which takes far longer.
func isSimple(src, lang string) bool {
	if src == "" || len(src) > 4096 {
		return false
	}
	var last rune
	ws := 0 // letters w in a row: an address may begin with three
	for i, r := range src {
		switch {
		case r == 'w' || r == 'W':
			ws++
			last = r
			continue
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		case lang != "en" && unicode.Is(unicode.Han, r): // in English they are marked as Chinese
		case i == 0 || r == '.' && ws >= 3:
			return false
		case '0' <= r && r <= '9', r < unicode.MaxASCII && strings.IndexByte(" ,.;?!%()'-", byte(r)) >= 0:
		case lang != "en" && strings.ContainsRune("，。；？！：、（）“”‘’《》…", r):
		default:
			return false
		}
		last, ws = r, 0
	}
	return last != ' '
}

// renderSimple is Render for what isSimple.
func renderSimple(src string) string {
	return "<p>" + strings.ReplaceAll(src, "'", "&#39;") + "</p>\n"
}
