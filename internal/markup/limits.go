package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// MaxSource is the longest source, in bytes, that is read as Markdown. A longer one is shown as plain text: nobody
// writes that much in a post, and several rules of CommonMark cost more than linear time.
const MaxSource = 128 << 10

// Bounds of one text. They are far above what people write and far below what hurts: a parser that keeps to the
// letter of CommonMark is quadratic in several of these, and a browser gives up on depth long before the server does.
const (
	maxContainerDepth = 12      // block quotes and lists within each other
	maxDelimiters     = 800     // emphasis runs of one paragraph; matching them is quadratic
	maxDelimiterRun   = 32      // asterisks in a row; longer runs are ornaments
	maxLinkWork       = 4 << 20 // bytes looked at in vain for the rest of a link or a code span
	maxFootnotes      = 100
	maxFootnoteLinks  = 300
	maxDefinitions    = 500 // link definitions in one paragraph; goldmark takes them off in quadratic time
	maxTableColumns   = 50
	maxTableCells     = 5_000
	maxTableEscapes   = 200 // "\|" in one table; goldmark handles them in quadratic time
	maxURL            = 2_048
	maxLinkTitle      = 300
	maxLinkExpansion  = 64 << 10 // bytes of link targets beyond what the source holds: references repeat them
	maxMentions       = 50
)

// budget counts the costly things of one text while it is parsed. It hangs in the parser's context.
type budget struct {
	work          int
	footnotes     int
	footnoteLinks int
	block         ast.Node // the paragraph whose delimiters are counted
	delimiters    int
}

var budgetKey = parser.NewContextKey()

func budgetOf(pc parser.Context) *budget {
	return pc.ComputeIfAbsent(budgetKey, func() any { return new(budget) }).(*budget)
}

// shallow keeps containers from nesting deeper than maxContainerDepth: what would open one more is text.
type shallow struct{ parser.BlockParser }

func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		switch n.Kind() {
		case ast.KindBlockquote, ast.KindList, east.KindFootnote:
			depth++
		}
		if depth >= maxContainerDepth {
			return nil, parser.NoChildren
		}
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// fewFootnotes stops defining footnotes after maxFootnotes: every reference is looked up in the list of them.
type fewFootnotes struct{ shallow }

func (f fewFootnotes) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	b := budgetOf(pc)
	if b.footnotes >= maxFootnotes {
		return nil, parser.NoChildren
	}
	node, state := f.shallow.Open(parent, reader, pc)
	if node != nil {
		b.footnotes++
	}
	return node, state
}

// fewFootnoteLinks stops reading references to footnotes after maxFootnoteLinks: each adds a link back.
type fewFootnoteLinks struct{ parser.InlineParser }

func (f fewFootnoteLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	b := budgetOf(pc)
	if b.footnoteLinks >= maxFootnoteLinks {
		return nil
	}
	node := f.InlineParser.Parse(parent, block, pc)
	if node != nil {
		b.footnoteLinks++
	}
	return node
}

// frugalLinks gives up on brackets once too much was read in vain: "[a](<" repeated makes goldmark look at the rest
// of the paragraph each time.
type frugalLinks struct{ parser.InlineParser }

func (f frugalLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) == 0 || line[0] != ']' {
		return f.InlineParser.Parse(parent, block, pc)
	}
	b := budgetOf(pc)
	if b.work > maxLinkWork {
		return nil
	}
	cost := 1_000 // the longest label of a reference
	if len(line) > 1 && (line[1] == '(' || line[1] == '[') {
		cost += restOfBlock(parent, segment)
	}
	node := f.InlineParser.Parse(parent, block, pc)
	if node == nil {
		b.work += cost
	}
	return node
}

// CloseBlock passes on the end of a paragraph, at which open brackets become text.
func (f frugalLinks) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := f.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

// frugalCode gives up on code spans once too many backticks had no partner.
type frugalCode struct{ parser.InlineParser }

func (f frugalCode) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	b := budgetOf(pc)
	if b.work > maxLinkWork {
		run := len(line) - len(bytes.TrimLeft(line, "`"))
		block.Advance(run)
		return ast.NewTextSegment(segment.WithStop(segment.Start + run))
	}
	node := f.InlineParser.Parse(parent, block, pc)
	if node != nil && node.Kind() != ast.KindCodeSpan {
		b.work += restOfBlock(parent, segment)
	}
	return node
}

// restOfBlock is how many bytes of the paragraph follow, an upper bound.
func restOfBlock(parent ast.Node, from text.Segment) int {
	for parent != nil && parent.Type() == ast.TypeInline {
		parent = parent.Parent()
	}
	if parent == nil || parent.Lines().Len() == 0 {
		return 0
	}
	return max(0, parent.Lines().At(parent.Lines().Len()-1).Stop-from.Start)
}

// smallTables leaves a table that would grow too large as the paragraph it was typed as: rows are filled up to the
// number of columns, so a few bytes of source could become megabytes of cells.
type smallTables struct{ parser.ParagraphTransformer }

func (s smallTables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	if lines.Len() < 2 {
		return
	}
	source := reader.Source()
	columns, escapes := 0, 0
	for i := range lines.Len() {
		line := lines.At(i)
		value := line.Value(source)
		escapes += bytes.Count(value, []byte(`\|`))
		if isTableRule(value) {
			columns = max(columns, bytes.Count(value, []byte("|"))+1)
		}
	}
	if columns == 0 || columns > maxTableColumns || columns*lines.Len() > maxTableCells || escapes > maxTableEscapes {
		return
	}
	s.ParagraphTransformer.Transform(node, reader, pc)
}

// fewDefinitions leaves a paragraph with too many link definitions as text.
type fewDefinitions struct{ parser.ParagraphTransformer }

func (f fewDefinitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	definitions := 0
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		if bytes.Contains(line.Value(reader.Source()), []byte("]:")) {
			definitions++
		}
	}
	if definitions > 0 && definitions <= maxDefinitions {
		f.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// isTableRule reports whether the line could be the rule below a table's head: only these characters, and a dash.
func isTableRule(line []byte) bool {
	dash := false
	for _, c := range line {
		switch c {
		case '-':
			dash = true
		case '|', ':', ' ', '\t', '\r', '\n', '\v', '\f':
		default:
			return false
		}
	}
	return dash
}
