package engine

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

// placeholder is what the caller masks with.
var placeholder = regexp.MustCompile(`⟦([0-9]{1,6})⟧`)

// markup is how a protocol keeps placeholders: as tags in escaped text.
type markup struct {
	tag     func(id string) string
	newline string         // what stands for one; "\n": itself
	tags    *regexp.Regexp // finds both in an answer; its group is the id, or empty for a newline
}

// xml is DeepL's: an empty element in XML.
var xml = markup{
	tag:     func(id string) string { return `<m id="` + id + `"/>` },
	newline: "\n",
	tags:    regexp.MustCompile(`<m\s+id="([0-9]{1,6})"\s*(?:/>|>\s*</m\s*>)`),
}

// hypertext is LibreTranslate's: an element of HTML that is not to be translated. It has content, because the server
// finds the place of an element in the translation by its content, and cuts the sentence in pieces at an empty one. The
// server makes a space of each newline; as an element it survives.
var hypertext = markup{
	tag:     func(id string) string { return `<span id="m` + id + `" translate="no">M` + id + `</span>` },
	newline: `<br translate="no"/>`,
	tags:    regexp.MustCompile(`<span\s+id="m([0-9]{1,6})"\s+translate="no"\s*>[^<]*</span\s*>|\s?<br\s+translate="no"\s*/?>\s?`),
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// write turns a masked text into markup, without the characters that XML does not know.
func (m markup) write(text string) string {
	var b strings.Builder
	for rest := valid(text); ; {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			b.WriteString(strings.ReplaceAll(escaper.Replace(rest), "\n", m.newline))
			return b.String()
		}
		b.WriteString(strings.ReplaceAll(escaper.Replace(rest[:at[0]]), "\n", m.newline))
		b.WriteString(m.tag(rest[at[2]:at[3]]))
		rest = rest[at[1]:]
	}
}

// read turns markup into a masked text. What looks like a tag of ours once it is unescaped is none: unescaping comes after.
func (m markup) read(text string, unescape bool) string {
	plain := func(s string) string {
		if unescape {
			return html.UnescapeString(s)
		}
		return s
	}
	var b strings.Builder
	for {
		at := m.tags.FindStringSubmatchIndex(text)
		if at == nil {
			b.WriteString(plain(text))
			return b.String()
		}
		b.WriteString(plain(text[:at[0]]))
		if at[2] >= 0 {
			b.WriteString("⟦" + text[at[2]:at[3]] + "⟧")
		} else {
			b.WriteString("\n")
		}
		text = text[at[1]:]
	}
}

// valid leaves out what XML 1.0 forbids, and makes every end of line one \n.
func valid(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}
