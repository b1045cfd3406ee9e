package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Links are the web addresses that a text leads to, as they are written, pictures among them; a bare "www." begins with
// "http://". At most 100.
func Links(src string) []string {
	if isSimple(src, "") {
		return nil
	}
	return linksOf(src)
}

func linksOf(src string) (links []string) {
	doc, source := parse(src, nil)
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var to string
		switch n := n.(type) {
		case *ast.Link:
			to = string(n.Destination)
		case *ast.Image:
			to = string(n.Destination)
		case *ast.AutoLink:
			to = string(n.URL(source))
		}
		lower := strings.ToLower(to)
		if strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "//") {
			links = append(links, to)
		}
		if len(links) == 100 {
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return links
}
