package web

import (
	"bytes"
	"strings"
)

// minifyCSS drops comments and needless white space, and nothing that needs an understanding of CSS. Strings and
// what is in url(…) quotes stay as they are.
func minifyCSS(src []byte) []byte {
	out := make([]byte, 0, len(src))
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == '/' && i+1 < len(src) && src[i+1] == '*':
			end := bytes.Index(src[i+2:], []byte("*/"))
			if end < 0 {
				return out
			}
			i += end + 4
			out = space(out)
		case c == '"' || c == '\'':
			end := stringEnd(src, i)
			out = append(out, src[i:end]...)
			i = end
		case isSpace(c):
			out = space(out)
			i++
		case strings.IndexByte("{};,", c) >= 0:
			out = bytes.TrimSuffix(out, []byte(" "))
			if c == '}' {
				out = bytes.TrimSuffix(out, []byte(";"))
			}
			out = append(out, c)
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// space adds one space where one may matter: never at the start or after what separates by itself. A colon is among
// these because no selector has a space after one.
func space(out []byte) []byte {
	if len(out) == 0 || strings.IndexByte(" {};,:(", out[len(out)-1]) >= 0 {
		return out
	}
	return append(out, ' ')
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// stringEnd is the index after the string that begins at i.
func stringEnd(src []byte, i int) int {
	for j := i + 1; j < len(src); j++ {
		switch src[j] {
		case '\\':
			j++
		case src[i]:
			return j + 1
		}
	}
	return len(src)
}

// stripJS drops the lines that are only comments and the indentation. A file with a template literal over several
// lines is left alone, because there a line may look like a comment and be text.
func stripJS(src []byte) []byte {
	lines := strings.Split(string(src), "\n")
	for _, line := range lines {
		if strings.Count(line, "`")%2 == 1 {
			return src
		}
	}
	var out strings.Builder
	inBlock := false
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case inBlock:
			inBlock = !strings.HasSuffix(line, "*/")
		case strings.HasPrefix(line, "/*"):
			inBlock = !strings.Contains(line, "*/")
		case line == "", strings.HasPrefix(line, "//"):
		default:
			out.WriteString(line)
			out.WriteByte('\n')
		}
	}
	return []byte(out.String())
}
