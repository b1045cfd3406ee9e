package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"senet/internal/markup"
)

// Diff shows what was changed in a text: what came as <ins>, what went as <del>. White space counts in it, so nothing
// stands between its parts.
func Diff(chunks []markup.Chunk) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var out strings.Builder
		for _, c := range chunks {
			text := templ.EscapeString(c.Text)
			switch c.Op {
			case markup.Added:
				text = "<ins>" + text + "</ins>"
			case markup.Removed:
				text = "<del>" + text + "</del>"
			}
			out.WriteString(text)
		}
		_, err := io.WriteString(w, out.String())
		return err
	})
}
