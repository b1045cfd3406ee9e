// Package markup turns what members type into what everybody may read: Markdown into safe HTML, plain text and
// excerpts; it finds mentions, tells the language of a text, weighs it, cleans it, makes slugs and handles of it and
// compares two versions of it. It owns the rules of text in two scripts and nothing else: pure functions, no
// database, no HTTP, no words of the interface. It imports no other package of the hub.
//
// The dialect is CommonMark with tables, task lists, strikethrough (two tildes only: "5~10" is a range), footnotes and
// bare links, a line break where the author broke the line, and emphasis that works beside Chinese punctuation. There
// is no raw HTML: "p<0.05 and n>30" is text. Work and output are bounded whatever the input (see limits.go).
package markup

import (
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
)

// machine is the parser, the renderer and the sanitiser, all stateless once made and safe for concurrent use.
type machine struct {
	parser   parser.Parser
	renderer renderer.Renderer
	policy   *bluemonday.Policy
}

// machinery makes the machine on first use and once: building the policy compiles some twenty expressions.
var machinery = sync.OnceValue(func() *machine {
	return &machine{parser: newParser(), renderer: newRenderer(), policy: newPolicy()}
})
