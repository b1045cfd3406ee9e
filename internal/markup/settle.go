package markup

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// externalRel is what a link out of the hub carries: no credit to spam, no handle on our window, no trace of the page.
const externalRel = "nofollow ugc noopener noreferrer"

// anchor is a link that was checked: Markdown links, bare addresses and images all become one.
type anchor struct {
	ast.BaseInline
	href     string
	title    string
	external bool
}

var kindAnchor = ast.NewNodeKind("Anchor")

func (a *anchor) Kind() ast.NodeKind { return kindAnchor }

func (a *anchor) Dump(source []byte, level int) {
	ast.DumpHelper(a, source, level, map[string]string{"Href": a.href}, nil)
}

// settler rewrites a parsed document into what is shown.
type settler struct {
	source    []byte
	opt       Options
	expansion int // bytes of link targets so far
}

// settle demotes headings by two levels, checks links, turns images into links and gives mentions their paths. A link
// inside a link becomes text, as HTML wants it.
func settle(doc *ast.Document, source []byte, opt Options) {
	s := &settler{source: source, opt: opt}
	doc.AddMeta(idPrefixMeta, cleanIDPrefix(opt.IDPrefix))
	s.walk(doc, false)
}

func (s *settler) walk(parent ast.Node, inLink bool) {
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = min(n.Level+2, 6)
			s.walk(n, inLink)
		case *ast.Link:
			s.link(parent, n, inLink)
		case *ast.AutoLink:
			s.autoLink(parent, n, inLink)
		case *ast.Image:
			s.image(parent, n, inLink)
		case *mention:
			s.mention(parent, n, inLink)
		case *ast.Text:
			if s.opt.Lang == "en" && !n.IsRaw() {
				markForeign(parent, n, s.source)
			}
		case *ast.Emphasis:
			if s.opt.Lang == "zh" && s.noHan(n) {
				n.SetAttributeString(slanted, true)
			}
			s.walk(n, inLink)
		case *east.FootnoteLink:
			if inLink {
				parent.RemoveChild(parent, n)
			}
		default:
			s.walk(n, inLink)
		}
		n = next
	}
}

// noHan reports whether an emphasis holds nothing but text without Han characters.
func (s *settler) noHan(n *ast.Emphasis) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok || bytes.ContainsFunc(t.Segment.Value(s.source), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			return false
		}
	}
	return true
}

func (s *settler) link(parent ast.Node, n *ast.Link, inLink bool) {
	href, external, ok := s.target(n.Destination, n.Title)
	if !ok || inLink {
		s.walk(n, inLink)
		unwrap(parent, n)
		return
	}
	s.walk(n, true)
	a := &anchor{href: href, external: external, title: shortTitle(n.Title)}
	moveChildren(n, a)
	if strings.TrimSpace(plainInline(a, s.source)) == "" {
		a.AppendChild(a, rawString(href)) // a link nobody can see is a trap
	}
	parent.ReplaceChild(parent, n, a)
}

func (s *settler) autoLink(parent ast.Node, n *ast.AutoLink, inLink bool) {
	label := string(n.Label(s.source))
	address := string(n.URL(s.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	href, external, ok := target(address, s.opt.Origin)
	if !ok || inLink {
		parent.ReplaceChild(parent, n, rawString(label))
		return
	}
	a := &anchor{href: href, external: external}
	a.AppendChild(a, rawString(label))
	parent.ReplaceChild(parent, n, a)
}

// image shows the alternative text as a link to the picture: a reader chooses to leave the hub, a page never does.
func (s *settler) image(parent ast.Node, n *ast.Image, inLink bool) {
	alt := strings.TrimSpace(plainInline(n, s.source))
	href, external, ok := s.target(n.Destination, n.Title)
	if !ok || inLink {
		parent.ReplaceChild(parent, n, rawString(alt))
		return
	}
	if alt == "" {
		alt = href
	}
	a := &anchor{href: href, external: external, title: shortTitle(n.Title)}
	a.AppendChild(a, rawString(alt))
	parent.ReplaceChild(parent, n, a)
}

func (s *settler) mention(parent ast.Node, n *mention, inLink bool) {
	if inLink {
		parent.ReplaceChild(parent, n, rawString(n.typed))
		return
	}
	href := n.target.href()
	if s.opt.MentionHref != nil {
		href = s.opt.MentionHref(n.target)
	}
	n.SetAttributeString("href", href)
}

// target checks what was typed as a link's target. One definition can be referred to thousands of times: what is
// longer than any link may be is not looked at, and when repetition has cost more than the text itself, links stop.
func (s *settler) target(destination, title []byte) (href string, external, ok bool) {
	s.expansion += len(destination) + len(title)
	if len(destination) > maxURL || s.expansion > maxLinkExpansion+2*len(s.source) {
		return "", false, false
	}
	return target(unescape(destination), s.opt.Origin)
}

func shortTitle(title []byte) string {
	if len(title) > maxLinkTitle {
		return ""
	}
	return strings.ToValidUTF8(unescape(title), "")
}

// rawString is text that is shown as it is.
func rawString(s string) ast.Node {
	n := ast.NewString([]byte(s))
	n.SetRaw(true)
	return n
}

func unwrap(parent, n ast.Node) {
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		parent.InsertBefore(parent, n, c)
		c = next
	}
	parent.RemoveChild(parent, n)
}

func moveChildren(from, to ast.Node) {
	for c := from.FirstChild(); c != nil; {
		next := c.NextSibling()
		to.AppendChild(to, c)
		c = next
	}
}

// cleanIDPrefix keeps what is safe in an id and in an address.
func cleanIDPrefix(prefix string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r < 0x80 && isAlnum(byte(r)) {
			return r
		}
		return -1
	}, prefix)
}
