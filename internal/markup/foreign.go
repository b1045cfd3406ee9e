package markup

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// foreign is a stretch of Chinese in an English text. Marked as such it is set in Chinese fonts (a European machine
// would take Japanese shapes) and read out by a Chinese voice (WCAG 2.2, 3.1.2 Language of Parts). English words in
// Chinese text are not marked: every Chinese font and voice has them.
type foreign struct{ ast.BaseInline }

var kindForeign = ast.NewNodeKind("Foreign")

func (f *foreign) Kind() ast.NodeKind { return kindForeign }

func (f *foreign) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

func renderForeign(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<span lang="zh">`)
	} else {
		_, _ = w.WriteString("</span>")
	}
	return ast.WalkContinue, nil
}

// markForeign cuts a text node at its runs of Chinese. The node itself stays as what follows the last run, because it
// carries the line break.
func markForeign(parent ast.Node, n *ast.Text, source []byte) {
	for {
		start, end := chineseRun(n.Segment.Value(source))
		if start == end || n.Segment.Padding != 0 {
			return
		}
		at := n.Segment.Start
		if start > 0 {
			parent.InsertBefore(parent, n, ast.NewTextSegment(n.Segment.WithStop(at+start)))
		}
		run := &foreign{}
		run.AppendChild(run, ast.NewTextSegment(text.NewSegment(at+start, at+end)))
		parent.InsertBefore(parent, n, run)
		n.Segment = n.Segment.WithStart(at + end)
	}
}

// chineseRun finds the first run that begins with a Han character, or a mark that opens one, and goes on through
// full-width marks.
func chineseRun(value []byte) (start, end int) {
	start = -1
	han := false
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRune(value[i:])
		wide := isWide(r) && !isPictograph(r)
		if !wide && start >= 0 {
			if han {
				return start, i
			}
			start = -1
		}
		if wide && start < 0 {
			start = i
		}
		han = start >= 0 && (han || unicode.Is(unicode.Han, r))
		i += size
	}
	if start < 0 || !han {
		return 0, 0
	}
	return start, len(value)
}
