package markup

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// Plain is the text of Markdown without its marks: what is indexed, mailed and measured. Blocks are separated by an
// empty line, list items and table rows by a line break; of a link its text stays, of an image its alternative text,
// of a code block its code, of a footnote its text at the end.
func Plain(src string) string {
	return plain(src, plainWriter{})
}

func plain(src string, w plainWriter) string {
	doc, source := parse(src, nil)
	w.source = source
	w.blocks(doc)
	return strings.TrimSpace(w.out.String())
}

// plainWriter collects the text of a document.
type plainWriter struct {
	source        []byte
	out           bytes.Buffer
	skipCode      bool // leave out code, blocks and spans
	skipBlockCode bool // leave out blocks of code
	skipQuote     bool // leave out block quotes
	skipLinks     bool // leave out bare addresses
	bracketLinks  bool // put the text of links in brackets
	skipMarks     bool // leave out dashes and numbers of lists, bars of tables
}

func (w *plainWriter) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n)
	}
}

func (w *plainWriter) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		if !w.skipCode && !w.skipBlockCode {
			w.lines(n)
			w.gap(2)
		}
	case *ast.Blockquote:
		if !w.skipQuote {
			w.blocks(n)
		}
	case *ast.List:
		w.list(n)
	case *east.Table:
		w.table(n)
	case *east.FootnoteList, *east.Footnote:
		w.blocks(n)
	default:
		w.inlines(n)
		w.gap(2)
	}
}

// gap ends a line or a block: the text so far has at least this many line breaks at its end.
func (w *plainWriter) gap(breaks int) {
	text := w.out.Bytes()
	if len(text) == 0 {
		return
	}
	for have := len(text) - len(bytes.TrimRight(text, "\n")); have < breaks; have++ {
		w.out.WriteByte('\n')
	}
}

func (w *plainWriter) list(list *ast.List) {
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		w.gap(1)
		mark := "- "
		if list.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		if !w.skipMarks {
			w.out.WriteString(mark)
		}
		for n := item.FirstChild(); n != nil; n = n.NextSibling() {
			w.block(n)
			if n.Kind() == ast.KindTextBlock || n.NextSibling() == nil {
				w.tighten()
			}
		}
	}
	w.gap(2)
}

// tighten takes back the empty line after an item of a tight list.
func (w *plainWriter) tighten() {
	w.out.Truncate(len(bytes.TrimRight(w.out.Bytes(), "\n")))
	w.out.WriteByte('\n')
}

func (w *plainWriter) table(table ast.Node) {
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if cell.PreviousSibling() != nil && !w.skipMarks {
				w.out.WriteString(" | ")
			}
			w.inlines(cell)
		}
		w.gap(1)
	}
	w.gap(2)
}

func (w *plainWriter) lines(n ast.Node) {
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		w.out.Write(line.Value(w.source))
	}
}

func (w *plainWriter) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			w.text(n)
		case *ast.String:
			w.out.Write(n.Value)
		case *mention:
			w.out.WriteString(n.typed)
		case *ast.AutoLink:
			if !w.skipLinks {
				w.out.Write(n.Label(w.source))
			}
		case *ast.CodeSpan:
			if !w.skipCode {
				w.inlines(n)
			}
		case *ast.Link:
			w.link(n)
		case *ast.Image:
			w.image(n)
		case *east.FootnoteLink, *east.FootnoteBacklink, *east.TaskCheckBox:
		default:
			w.inlines(n)
		}
	}
}

func (w *plainWriter) text(n *ast.Text) {
	value := n.Segment.Value(w.source)
	if n.IsRaw() {
		w.out.Write(value)
	} else {
		w.out.WriteString(unescape(value))
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		w.out.WriteByte('\n')
	}
}

func (w *plainWriter) link(n *ast.Link) {
	if !w.bracketLinks {
		w.inlines(n)
		return
	}
	w.out.WriteByte('[')
	w.inlines(n)
	w.out.WriteByte(']')
}

func (w *plainWriter) image(n *ast.Image) {
	before := w.out.Len()
	w.inlines(n)
	if w.out.Len() == before {
		w.out.Write(n.Destination)
	}
}

// plainInline is the text inside one inline node.
func plainInline(n ast.Node, source []byte) string {
	w := plainWriter{source: source}
	w.inlines(n)
	return w.out.String()
}

// unescape reads backslash escapes and entities, in one pass: "\\&amp;" is an escaped ampersand.
func unescape(source []byte) string {
	if bytes.IndexByte(source, '\\') < 0 && bytes.IndexByte(source, '&') < 0 {
		return string(source)
	}
	var out strings.Builder
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\' && i+1 < len(source) && util.IsPunct(source[i+1]):
			i++
			out.WriteByte(source[i])
		case c == '&':
			n := entityLength(source[i:])
			out.WriteString(html.UnescapeString(string(source[i : i+n])))
			i += n - 1
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// entityLength measures what may be an entity with its semicolon; 1 when it is a lone ampersand.
func entityLength(s []byte) int {
	for n := 1; n < len(s) && n < 34; n++ {
		if s[n] == ';' {
			return n + 1
		}
		if !isAlnum(s[n]) && s[n] != '#' {
			break
		}
	}
	return 1
}
