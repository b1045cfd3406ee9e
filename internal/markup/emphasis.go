package markup

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasis reads "*", "_" and "~~" with the flanking rules of the CJK-friendly amendments
// (commonmark-spec issue #650, github.com/tats-u/markdown-cjk-friendly): in CommonMark a closing "**" between "。" and
// a Han character is no closer, because Chinese puts no space there. Next to a CJK character punctuation inside the
// run no longer needs space or punctuation outside. Text without CJK characters reads exactly as in CommonMark.
type emphasis struct{}

func (emphasis) Trigger() []byte { return []byte{'*', '_', '~'} }

func (emphasis) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	mark := line[0]
	length := 1
	for length < len(line) && line[length] == mark {
		length++
	}
	before, base := precedingRunes(block, segment)
	after := ' '
	if length < len(line) {
		after = util.ToRune(line, length)
	}
	canOpen, canClose := flanking(mark, before, base, after)
	if length == 1 && (mark == '~' || !canOpen && !canClose) {
		return nil // text, and left in the run of text around it, where a link or an address may need it whole
	}
	b := budgetOf(pc)
	if b.block != parent {
		b.block, b.delimiters = parent, 0
	}
	b.delimiters++
	segment = segment.WithStop(segment.Start + length)
	block.Advance(length)
	if b.delimiters > maxDelimiters || length > maxDelimiterRun || mark == '~' && length != 2 {
		return ast.NewTextSegment(segment)
	}
	var processor parser.DelimiterProcessor = delimiters{}
	if mark == '~' {
		processor = strike{}
	}
	node := parser.NewDelimiter(canOpen, canClose, length, mark, processor)
	node.Segment = segment
	pc.PushDelimiter(node)
	return node
}

// delimiters pairs the runs that emphasis pushed.
type delimiters struct{}

func (delimiters) IsDelimiter(b byte) bool { return b == '*' || b == '_' || b == '~' }

func (delimiters) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (delimiters) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// strike is delimiters for "~~".
type strike struct{ delimiters }

func (strike) OnMatch(int) ast.Node { return east.NewStrikethrough() }

// precedingRunes is the character before the run and, where that is a variation selector, the one it modifies
// (otherwise the same character twice). The start of a paragraph counts as a line break.
func precedingRunes(block text.Reader, segment text.Segment) (before, base rune) {
	before = block.PrecendingCharacter()
	if !isTextVariation(before) {
		return before, before
	}
	source := block.Source()[:segment.Start]
	_, size := utf8.DecodeLastRune(source)
	base, _ = utf8.DecodeLastRune(source[:len(source)-size])
	return before, base
}

// isTextVariation: the variation selectors that do not ask for an emoji (U+FE0F does).
func isTextVariation(r rune) bool { return r >= 0xFE00 && r <= 0xFE0E }

// flanking tells whether a run of mark between these characters can open and close emphasis.
func flanking(mark byte, before, base, after rune) (canOpen, canClose bool) {
	spaceBefore, spaceAfter := util.IsSpaceRune(before), util.IsSpaceRune(after)
	punctBefore, punctAfter := util.IsPunctRune(base), util.IsPunctRune(after)
	cjkBefore, cjkAfter := isCJKBefore(before, base), isCJK(after)
	westBefore, westAfter := punctBefore && !cjkBefore, punctAfter && !cjkAfter

	left := !spaceAfter && (!westAfter || spaceBefore || westBefore || cjkBefore)
	right := !spaceBefore && (!westBefore || spaceAfter || westAfter || cjkAfter)
	if mark != '_' {
		return left, right
	}
	return left && (!right || punctBefore), right && (!left || punctAfter)
}

func isCJKBefore(before, base rune) bool {
	if before >= 0xE0100 && before <= 0xE01EF {
		return true // an ideographic variation selector
	}
	if before == 0xFE01 { // curly quotes in their full-width form
		switch base {
		case '‘', '’', '“', '”':
			return true
		}
	}
	return isCJK(base)
}
