package chatweb

import (
	"context"
	_ "embed"
	"io"
	"strings"

	"github.com/a-h/templ"

	"senet/internal/chat"
	"senet/internal/i18n"
)

//go:embed export.css
var exportCSS string

func exportStyle() templ.Component { return templ.Raw("<style>\n" + exportCSS + "</style>") }

func titleSides(t i18n.Text) (there []i18n.Locale) {
	for _, l := range i18n.Written {
		if t.Only(l) != "" {
			there = append(there, l)
		}
	}
	return there
}

// outside has the links of a text that lead into the hub lead there from anywhere.
func (d document) outside(html string) string {
	return strings.ReplaceAll(html, ` href="/`, ` href="`+d.r.BaseURL+`/`)
}

// writing is a part of the page that is written piece by piece while it is read.
func writing(read func(ctx context.Context, show func(templ.Component) error) error) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return read(ctx, func(c templ.Component) error { return c.Render(ctx, w) })
	})
}

func writeHTML(ctx context.Context, w io.Writer, d document) error {
	course := writing(func(ctx context.Context, show func(templ.Component) error) error {
		day := ""
		return d.x.Lines(ctx, func(l chat.Line) error {
			if now := d.day(l.At); now != day {
				day = now
				if err := show(exportDay(d, l)); err != nil {
					return err
				}
			}
			return show(exportLineView(d, l))
		})
	})
	questions := writing(func(ctx context.Context, show func(templ.Component) error) error {
		return d.x.Questions(ctx, func(q chat.Question) error { return show(exportQuestionView(d, q)) })
	})
	polls := writing(func(ctx context.Context, show func(templ.Component) error) error {
		return d.x.Polls(ctx, func(p chat.Poll) error { return show(exportPollView(d, p)) })
	})
	return exportPage(d, course, questions, polls).Render(ctx, w)
}
