package markup

import (
	"bytes"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Options of Render. The zero value renders without mentions.
type Options struct {
	Mentions    Mentions            // who exists, by folded handle; nil: nobody
	MentionHref func(Target) string // path of a member's page; nil: "/m/<id>", which serves every language
	Lang        string              // language of the text; in "en" Chinese is marked as such
	IDPrefix    string              // before every id, such as "p123-": two texts share a page. ASCII letters, digits, "-", "_"
	Origin      string              // "https://hub.example": absolute links there count as links within the hub
}

// Render makes safe HTML of Markdown. The result holds no script, style, form, image or other thing that loads from
// elsewhere, no id without Options.IDPrefix, no heading above h3, and only well-formed UTF-8; it may be stored and shown to
// anybody. An image becomes a link with its alternative text, since no page of the hub asks another server for
// anything. Links that leave the hub carry rel="nofollow ugc noopener noreferrer". A line break is a line break.
func Render(src string, opt Options) string {
	if isSimple(src, opt.Lang) {
		return renderSimple(src)
	}
	return render(src, opt)
}

func render(src string, opt Options) string {
	m := machinery()
	var seeker *mentionSeeker
	if len(opt.Mentions) > 0 {
		seeker = &mentionSeeker{known: opt.Mentions}
	}
	doc, source := parse(src, seeker)
	settle(doc, source, opt)
	var out bytes.Buffer
	out.Grow(len(source) + len(source)/2)
	if err := m.renderer.Render(&out, source, doc); err != nil {
		return "" // a bytes.Buffer takes everything, and no node of ours fails
	}
	return m.policy.SanitizeReader(&out).String()
}

const idPrefixMeta = "idPrefix"

func newRenderer() renderer.Renderer {
	prefix := func(n ast.Node) []byte {
		p, _ := n.OwnerDocument().Meta()[idPrefixMeta].(string)
		return []byte(p)
	}
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(nodes{}, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteIDPrefixFunction(prefix)), 500),
		util.Prioritized(html.NewRenderer(html.WithHardWraps()), 1000),
	))
}

// nodes renders what the hub shows in its own way.
type nodes struct{}

func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindMention, renderMention)
	r.Register(kindAnchor, renderAnchor)
	r.Register(kindForeign, renderForeign)
	r.Register(ast.KindEmphasis, renderEmphasis)
	r.Register(east.KindTaskCheckBox, renderTask)
	r.Register(east.KindTable, renderTable)
	r.Register(east.KindTableCell, renderTableCell)
}

func renderMention(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	m := n.(*mention)
	href, _ := m.AttributeString("href")
	path, _ := href.(string)
	_, _ = w.WriteString(`<a class="mention" href="`)
	_, _ = w.Write(util.EscapeHTML([]byte(path)))
	_, _ = w.WriteString(`" data-member="` + strconv.FormatInt(m.target.ID, 10) + `">`)
	_, _ = w.Write(util.EscapeHTML([]byte(m.label())))
	_, _ = w.WriteString("</a>")
	return ast.WalkSkipChildren, nil
}

// slanted is set of an emphasis that has no Han character in Chinese text: a species, a title. Emphasis in Chinese is dots
// under the characters, which no Latin word has.
const slanted = "slanted"

func renderEmphasis(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "em"
	if n.(*ast.Emphasis).Level == 2 {
		tag = "strong"
	} else if _, ok := n.AttributeString(slanted); ok {
		tag = "i"
	}
	if entering {
		_, _ = w.WriteString("<" + tag + ">")
	} else {
		_, _ = w.WriteString("</" + tag + ">")
	}
	return ast.WalkContinue, nil
}

func renderAnchor(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	a := n.(*anchor)
	_, _ = w.WriteString(`<a href="`)
	_, _ = w.Write(util.EscapeHTML([]byte(a.href)))
	if a.title != "" {
		_, _ = w.WriteString(`" title="`)
		_, _ = w.Write(util.EscapeHTML([]byte(a.title)))
	}
	if a.external {
		_, _ = w.WriteString(`" rel="` + externalRel)
	}
	_, _ = w.WriteString(`">`)
	return ast.WalkContinue, nil
}

// renderTask draws the box of a task as a character: it says itself whether it is ticked, in every language, where
// an input without a label says nothing to those who listen. The selector after it keeps it from becoming an emoji.
func renderTask(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		box := "☐"
		if n.(*east.TaskCheckBox).IsChecked {
			box = "☑"
		}
		_, _ = w.WriteString("<span class=\"task\">" + box + "\ufe0e</span> ")
	}
	return ast.WalkContinue, nil
}

// renderTable puts a table into a box of its own that can be scrolled, by keyboard too.
func renderTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"table-scroll\" tabindex=\"0\"><table>\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

// renderTableCell tells alignment by a class: style attributes are forbidden by the pages' security policy.
func renderTableCell(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	cell := n.(*east.TableCell)
	tag := "td"
	if cell.Parent().Kind() == east.KindTableHeader {
		tag = "th"
	}
	if !entering {
		_, _ = w.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<" + tag)
	switch cell.Alignment {
	case east.AlignCenter:
		_, _ = w.WriteString(` class="align-center"`)
	case east.AlignRight:
		_, _ = w.WriteString(` class="align-right"`)
	}
	_ = w.WriteByte('>')
	return ast.WalkContinue, nil
}
