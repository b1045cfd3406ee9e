package markup

import (
	"bytes"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Section is an outermost block of a source in Markdown: a paragraph, a heading, a whole list, table or quotation, a
// block of code, a footnote, a rule, the definition of a link.
type Section struct {
	Start, Stop int    // bytes of the source: whole lines, without white space at the end
	Texts       []Span // what its author wrote in words, in order; none in code, quotations, rules and definitions
}

// SpanKind says what a text is part of.
type SpanKind uint8

// The kinds of text. What stands in an item of a list or in a footnote, however deep, is of that kind.
const (
	SpanParagraph SpanKind = iota
	SpanHeading
	SpanItem
	SpanCell
	SpanNote
)

// Span is a text inside a section, without the marks of its block but with those inside it: emphasis, links, code. A
// text of several lines holds the line breaks, and the indentation of a list between them.
type Span struct {
	Kind        SpanKind
	Start, Stop int // bytes of the source; never empty
}

// Outline tells where the texts of a source stand, in order and without overlap, as it is read when it is shown. It
// reads blocks only, not what is inside a line. The ranges are those of src itself also where src is not valid UTF-8.
// A source longer than MaxSource, which is shown as plain text, is one paragraph.
func Outline(src string) []Section {
	source := []byte(src)
	if len(source) > MaxSource {
		return []Section{{0, len(source), []Span{{SpanParagraph, 0, len(source)}}}}
	}
	keepLength(source)
	doc := blockParser().Parse(text.NewReader(source))
	o := outliner{source: source}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		o.section(n)
	}
	o.close(len(source))
	return o.sections
}

// keepLength makes source valid UTF-8 and keeps every place in it.
func keepLength(source []byte) {
	for i := 0; i < len(source); {
		r, size := utf8.DecodeRune(source[i:])
		if r == utf8.RuneError && size == 1 {
			source[i] = '?'
		}
		i += size
	}
}

// blockParser reads the blocks of the dialect and leaves lines as they are. Footnotes stay where they were written.
var blockParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blockParsers(placedFootnotes{fewFootnotes{shallow{extension.NewFootnoteBlockParser()}}})...),
		parser.WithParagraphTransformers(paragraphTransformers()...),
	)
})

// placedFootnotes does not gather footnotes at the end.
type placedFootnotes struct{ fewFootnotes }

func (placedFootnotes) Close(ast.Node, text.Reader, parser.Context) {}

// outliner collects sections.
type outliner struct {
	source   []byte
	sections []Section
	texts    int // end of the last text: where the next may begin
}

// section begins the section of an outermost block, and ends the one before.
func (o *outliner) section(n ast.Node) {
	at := position(n)
	if at < 0 {
		return
	}
	at = 1 + bytes.LastIndexByte(o.source[:at], '\n')
	if count := len(o.sections); count > 0 {
		if at <= o.sections[count-1].Start {
			o.collect(n, SpanParagraph) // two blocks on one line are one section
			return
		}
		o.close(at)
	}
	o.sections = append(o.sections, Section{Start: at, Stop: at})
	o.collect(n, SpanParagraph)
}

// position is a byte of the block's first line, or -1 when it has none.
func position(n ast.Node) int {
	switch n.Kind() {
	case east.KindTable, east.KindTableHeader:
		if first := n.FirstChild(); first != nil {
			return position(first)
		}
	case ast.KindHeading:
		if n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return n.Pos()
}

// close ends the last section before a byte.
func (o *outliner) close(stop int) {
	if len(o.sections) == 0 {
		return
	}
	last := &o.sections[len(o.sections)-1]
	last.Stop = last.Start + len(bytes.TrimRight(o.source[last.Start:stop], " \t\r\n\v\f"))
	if len(last.Texts) > 0 {
		last.Stop = max(last.Stop, last.Texts[len(last.Texts)-1].Stop)
	}
}

func (o *outliner) collect(n ast.Node, kind SpanKind) {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindTextBlock:
		o.text(n, kind)
		return
	case ast.KindHeading:
		o.text(n, SpanHeading)
		return
	case east.KindTableCell:
		o.text(n, SpanCell)
		return
	case ast.KindBlockquote, ast.KindCodeBlock, ast.KindFencedCodeBlock, ast.KindLinkReferenceDefinition:
		return
	case ast.KindListItem:
		kind = SpanItem
	case east.KindFootnote:
		kind = SpanNote
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		o.collect(c, kind)
	}
}

func (o *outliner) text(n ast.Node, kind SpanKind) {
	lines := n.Lines()
	if lines == nil || lines.Len() == 0 {
		return
	}
	start, stop := lines.At(0).Start, lines.At(lines.Len()-1).Stop
	if start < o.texts || start < o.sections[len(o.sections)-1].Start || stop > len(o.source) {
		return
	}
	whole := bytes.TrimRight(o.source[start:max(start, stop)], " \t\r\n\v\f")
	trimmed := bytes.TrimLeft(whole, " \t\r\n\v\f")
	start += len(whole) - len(trimmed)
	if len(trimmed) == 0 {
		return
	}
	o.texts = start + len(trimmed)
	last := &o.sections[len(o.sections)-1]
	last.Texts = append(last.Texts, Span{kind, start, o.texts})
}
