package markup

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy is the last line: whatever the renderer wrote, only these elements with these attributes come out. It is
// an allow-list of exactly what render.go produces; nothing in it loads anything.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "i", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "sup")

	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("title").OnElements("a")
	p.AllowAttrs("rel").Matching(exactly(externalRel)).OnElements("a")
	p.AllowAttrs("class").Matching(exactly("mention|footnote-ref|footnote-backref")).OnElements("a")
	p.AllowAttrs("role").Matching(exactly("doc-noteref|doc-backlink")).OnElements("a")
	p.AllowAttrs("data-member").Matching(exactly("-?[0-9]{1,19}")).OnElements("a")

	p.AllowAttrs("id").Matching(exactly("[A-Za-z0-9_-]*fn(ref[0-9]*)?:[0-9]+")).OnElements("sup", "li")
	p.AllowAttrs("class").Matching(exactly("table-scroll|footnotes")).OnElements("div")
	p.AllowAttrs("role").Matching(exactly("doc-endnotes")).OnElements("div")
	p.AllowAttrs("tabindex").Matching(exactly("0")).OnElements("div")
	p.AllowAttrs("class").Matching(exactly("align-center|align-right")).OnElements("th", "td")
	p.AllowAttrs("class").Matching(exactly(`language-[\p{L}\p{N}_+#.-]{1,40}`)).OnElements("code")
	p.AllowAttrs("lang").Matching(exactly("zh")).OnElements("span")
	p.AllowAttrs("start").Matching(exactly("[0-9]{1,9}")).OnElements("ol")
	p.AllowAttrs("class").Matching(exactly("task")).OnElements("span")
	return p
}

func exactly(alternatives string) *regexp.Regexp {
	return regexp.MustCompile(`\A(?:` + alternatives + `)\z`)
}
