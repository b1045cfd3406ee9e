package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// newParser puts the dialect together. Raw HTML is left out on purpose: tags are text.
func newParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blockParsers(fewFootnotes{shallow{extension.NewFootnoteBlockParser()}})...),
		parser.WithInlineParsers(
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(frugalCode{parser.NewCodeSpanParser()}, 100),
			util.Prioritized(fewFootnoteLinks{extension.NewFootnoteParser()}, 101),
			util.Prioritized(frugalLinks{parser.NewLinkParser()}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(emphasis{}, 500),
			util.Prioritized(bareLinks{}, 600),
			util.Prioritized(mentionParser{}, 700),
		),
		parser.WithParagraphTransformers(paragraphTransformers()...),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(extension.NewFootnoteASTTransformer(), 999),
		),
	)
}

// blockParsers are those of the dialect. HTML blocks are left out on purpose: tags are text.
func blockParsers(footnotes parser.BlockParser) []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(shallow{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(footnotes, 999),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	}
}

func paragraphTransformers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(fewDefinitions{parser.LinkReferenceParagraphTransformer}, 100),
		util.Prioritized(smallTables{extension.NewTableParagraphTransformer()}, 200),
	}
}

// parse reads src into a document, and gives the bytes that its nodes point into. A seeker may be nil.
func parse(src string, seeker *mentionSeeker) (*ast.Document, []byte) {
	source := []byte(strings.ToValidUTF8(src, "\uFFFD"))
	if len(source) > MaxSource {
		return verbatim(source), source
	}
	pc := parser.NewContext()
	if seeker != nil {
		pc.Set(mentionSeekerKey, seeker)
	}
	doc := machinery().parser.Parse(text.NewReader(source), parser.WithContext(pc)).(*ast.Document)
	return doc, source
}

// verbatim is the document of a source that is too long to be read as Markdown: one paragraph of its text.
func verbatim(source []byte) *ast.Document {
	doc := ast.NewDocument()
	paragraph := ast.NewParagraph()
	doc.AppendChild(doc, paragraph)
	s := ast.NewString(source)
	s.SetRaw(true)
	paragraph.AppendChild(paragraph, s)
	return doc
}
