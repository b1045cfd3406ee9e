package markup

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// bareLinks makes links of web and mail addresses that stand in the text. It starts at the ":" of "https://", at the
// "." of "www." and at the "@" of an address and looks back, because Chinese puts no space before an address; and it
// ends an address at the first Han character or full-width mark, because it puts none after it either.
type bareLinks struct{}

func (bareLinks) Trigger() []byte { return []byte{':', '.', '@'} }

func (bareLinks) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	last, ok := parent.LastChild().(*ast.Text)
	line, segment := block.PeekLine()
	if !ok || last.SoftLineBreak() || last.Segment.Stop != segment.Start || segment.Padding != 0 {
		return nil
	}
	before := last.Segment.Value(block.Source())
	var back, ahead int
	switch line[0] {
	case ':':
		back, ahead = webAddress(before, line)
	case '.':
		back, ahead = wwwAddress(before, line)
	default:
		back, ahead = mailAddress(before, line)
	}
	if ahead == 0 {
		return nil
	}
	kind := ast.AutoLinkURL
	if line[0] == '@' {
		kind = ast.AutoLinkEmail
	}
	value := text.NewSegment(segment.Start-back, segment.Start+ahead)
	last.Segment = last.Segment.WithStop(value.Start)
	if last.Segment.IsEmpty() {
		parent.RemoveChild(parent, last)
	}
	block.Advance(ahead)
	link := ast.NewAutoLink(kind, ast.NewTextSegment(value))
	if line[0] == '.' {
		link.Protocol = []byte("https")
	}
	return link
}

// webAddress measures "http://…" around its colon: bytes before and from it; 0, 0 when there is none.
func webAddress(before, line []byte) (back, ahead int) {
	if !bytes.HasPrefix(line, []byte("://")) {
		return 0, 0
	}
	for _, scheme := range []string{"https", "http"} {
		if endsWithWord(before, scheme) {
			back = len(scheme)
			break
		}
	}
	if back == 0 {
		return 0, 0
	}
	n := addressLength(line[3:])
	if n == 0 {
		return 0, 0
	}
	return back, 3 + n
}

// wwwAddress measures "www.…" around its first dot.
func wwwAddress(before, line []byte) (back, ahead int) {
	if !endsWithWord(before, "www") {
		return 0, 0
	}
	n := addressLength(line[1:])
	if n == 0 {
		return 0, 0
	}
	return 3, 1 + n
}

// mailAddress measures "name@host" around its "@".
func mailAddress(before, line []byte) (back, ahead int) {
	for back < len(before) && back <= 64 && isLocalPart(before[len(before)-1-back]) {
		back++
	}
	for back > 0 && before[len(before)-back] == '.' {
		back--
	}
	if back == 0 || back > 64 {
		return 0, 0
	}
	n := hostLength(line[1:])
	if n == 0 {
		return 0, 0
	}
	return back, 1 + n
}

func isLocalPart(c byte) bool {
	return isAlnum(c) || strings.IndexByte("._%+-", c) >= 0
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// endsWithWord reports whether text ends with word, in any case, and no letter or digit of ASCII goes before it.
func endsWithWord(text []byte, word string) bool {
	at := len(text) - len(word)
	if at < 0 || !strings.EqualFold(string(text[at:]), word) {
		return false
	}
	return at == 0 || !isAlnum(text[at-1])
}

// hostLength measures a host name with at least one dot; its last label has a letter. 0 when there is none.
func hostLength(s []byte) int {
	end, dot, letter := 0, false, false
	for i := 0; i < len(s) && i < 254; i++ {
		c := s[i]
		if c == '.' {
			if i == 0 || i+1 >= len(s) || !isAlnum(s[i+1]) {
				break
			}
			continue
		}
		if !isAlnum(c) && (c != '-' || i == 0) && c != '_' {
			break
		}
		if i > 0 && s[i-1] == '.' {
			dot, letter = true, false
		}
		letter = letter || c >= 'A'
		end = i + 1
	}
	for end > 0 && !isAlnum(s[end-1]) {
		end--
	}
	if !dot || !letter {
		return 0
	}
	return end
}

// addressLength measures host, port, path, query and fragment, without the punctuation of the sentence around them.
func addressLength(s []byte) int {
	host := hostLength(s)
	if host == 0 {
		return 0
	}
	end := host
	if end < len(s) && s[end] == ':' {
		digits := end + 1
		for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' && digits < end+6 {
			digits++
		}
		if digits > end+1 {
			end = digits
		}
	}
	if end == len(s) || strings.IndexByte("/?#", s[end]) < 0 {
		return end
	}
	start := end
	for end < len(s) && isAddress(s[end]) {
		end++
		if end > maxURL {
			return 0
		}
	}
	return start + trimAddress(s[start:end])
}

func isAddress(c byte) bool {
	return isAlnum(c) || strings.IndexByte("-._~:/?#@!$&'()*+,;=%", c) >= 0
}

// trimAddress cuts what belongs to the sentence: final punctuation, a bracket that was opened outside, an entity.
func trimAddress(path []byte) int {
	end := len(path)
	for end > 0 {
		c := path[end-1]
		switch {
		case strings.IndexByte("?!.,:*_~'", c) >= 0:
			end--
		case c == ')' && bytes.Count(path[:end], []byte(")")) > bytes.Count(path[:end], []byte("(")):
			end--
		case c == ';':
			amp := bytes.LastIndexByte(path[:end], '&')
			if amp < 0 || bytes.IndexFunc(path[amp+1:end-1], func(r rune) bool { return !isAlnum(byte(r)) }) >= 0 {
				return end - 1
			}
			end = amp
		default:
			return end
		}
	}
	return end
}

// target is where a link may lead: the checked address, and whether it leaves the hub. ok is false for what is no
// link at all: other schemes than http, https and mailto, addresses relative to the page (one text is shown on many
// pages), and what only looks relative ("/\evil.example").
func target(destination, origin string) (href string, external, ok bool) {
	raw := strings.TrimSpace(destination)
	if raw == "" || len(raw) > maxURL || strings.ContainsFunc(raw, isControl) {
		return "", false, false
	}
	if len(raw) > 4 && strings.EqualFold(raw[:4], "www.") {
		raw = "https://" + raw
	}
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	href = string(util.URLEscape([]byte(raw), false))
	u, err := url.Parse(href)
	if err != nil {
		return "", false, false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" || u.User != nil {
			return "", false, false
		}
		if own, found := strings.CutPrefix(href, origin+"/"); found && origin != "" && localPath("/"+own) {
			return "/" + own, false, true
		}
		return href, true, true
	case "mailto":
		return href, true, u.Opaque != ""
	case "":
		return href, false, localPath(href)
	}
	return "", false, false
}

// localPath: a path from the root of the hub, or a place on the page.
func localPath(href string) bool {
	if href[0] == '#' {
		return len(href) > 1
	}
	return href[0] == '/' && !strings.HasPrefix(href, "//") && !strings.Contains(href, `\`)
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7F || r >= 0x80 && r < 0xA0 }
