package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Icon is one of the hub's own icons, 24 units square, in the colour of the text around it. It is decoration: the
// words beside it, or the aria-label of its button, say what it means. It panics on an unknown name, which is a
// constant of the code.
func Icon(name string) templ.Component {
	shapes, ok := icons[name]
	if !ok {
		panic("ui: no icon " + name)
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">`+shapes+`</svg>`)
		return err
	})
}

var icons = map[string]string{
	"agree":       `<path d="M7 20H4V10h3zm0-9 4-8a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7"/>`,
	"thanks":      `<path d="M12 20S4 15.2 4 9.4A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.4C20 15.2 12 20 12 20z"/>`,
	"insight":     `<path d="M9 18h6m-5 3h4M8.5 15a6 6 0 1 1 7 0c-.6.5-.9 1.2-.9 2h-5.2c0-.8-.3-1.5-.9-2z"/>`,
	"applause":    `<path d="M8.5 20.5 4 15l4-5 3.5 3M11 12.5 7.5 8M13.5 11 9 5.5m7 4.5-4-5m6.5 6.5L15 6.8m3.5 4.7a6.5 6.5 0 0 1-3 8.5c-2.5 1.4-5 1-7 .5"/>`,
	"react":       `<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14.5a4.3 4.3 0 0 0 7 0M9 9.6v.2m6-.2v.2"/>`,
	"decision":    `<path d="M5 4h14v16H5zM8.5 12l2.5 2.5 4.5-5"/>`,
	"sort":        `<path d="M7 5v14m-3-3 3 3 3-3M14 6h6m-6 6h4.5M14 18h3"/>`,
	"vote":        `<path d="M12 19V6m-6 6 6-6 6 6"/>`,
	"hand":        `<path d="M7 12V6.5a1.5 1.5 0 0 1 3 0V11m0-6a1.5 1.5 0 0 1 3 0v6m0-4.5a1.5 1.5 0 0 1 3 0V12m0-2.5a1.5 1.5 0 0 1 3 0V14a7 7 0 0 1-7 7c-3.5 0-5-2-7.5-6a1.5 1.5 0 0 1 2.5-1.6l1 1.1"/>`,
	"poll":        `<path d="M5 20V11h3.5v9zm5.25 0V4h3.5v16zm5.25 0v-6H19v6z"/>`,
	"quote":       `<path d="M10 7H5v6h5V7zm0 6c0 2.5-1.5 4-4 4.5M19 7h-5v6h5V7zm0 6c0 2.5-1.5 4-4 4.5"/>`,
	"bookmark":    `<path d="M6 4h12v16l-6-4.5L6 20z"/>`,
	"bookmarked":  `<path fill="currentColor" d="M6 4h12v16l-6-4.5L6 20z"/>`,
	"edit":        `<path d="m4 20 1-4.5L16 4.5a2 2 0 0 1 2.8 0l.7.7a2 2 0 0 1 0 2.8L8.5 19zM14 6.5l3.5 3.5"/>`,
	"history":     `<path d="M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2"/>`,
	"link":        `<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1m2 3.7a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"/>`,
	"lock":        `<path d="M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11"/>`,
	"unlock":      `<path d="M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.8-1.2"/>`,
	"pin":         `<path d="M9 4h6l-.8 6 3.3 3.5H6.5L9.8 10zM12 13.5V21"/>`,
	"hide":        `<path d="M4 4l16 16M9.9 5.7A9.5 9.5 0 0 1 12 5.5c6 0 9 6.5 9 6.5a15 15 0 0 1-2.7 3.6M6.3 7.7A14 14 0 0 0 3 12s3 6.5 9 6.5a9 9 0 0 0 4-.9M10 10.2a2.8 2.8 0 0 0 3.9 3.9"/>`,
	"show":        `<path d="M3 12s3-6.5 9-6.5S21 12 21 12s-3 6.5-9 6.5S3 12 3 12z"/><circle cx="12" cy="12" r="2.8"/>`,
	"undo":        `<path d="M9 5 4.5 9.5 9 14M4.5 9.5H14a5 5 0 0 1 0 10h-4"/>`,
	"send":        `<path d="M4 12 3.5 4.5 21 12 3.5 19.5zm0 0h8"/>`,
	"reply":       `<path d="M9.5 6 4 11.5 9.5 17M4 11.5h9a7 7 0 0 1 7 7"/>`,
	"calendar":    `<path d="M4.5 6h15v14h-15zM4.5 10.5h15M8.5 3.5V8m7-4.5V8"/>`,
	"bell":        `<path d="M6 17V11a6 6 0 0 1 12 0v6l1.5 1h-15zM10 20.5h4"/>`,
	"bell-off":    `<path d="M4 4l16 16M7 8a6 6 0 0 0-1 3v6l-1.5 1H18M9 5.8A6 6 0 0 1 18 11v3M10 20.5h4"/>`,
	"inbox":       `<path d="M4 13 6.5 5h11L20 13v6H4zm0 0h4.5a3.5 3.5 0 0 0 7 0H20"/>`,
	"menu":        `<path d="M4 7h16M4 12h16M4 17h16"/>`,
	"more":        `<g fill="currentColor" stroke="none"><circle cx="5.5" cy="12" r="1.7"/><circle cx="12" cy="12" r="1.7"/><circle cx="18.5" cy="12" r="1.7"/></g>`,
	"search":      `<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>`,
	"translate":   `<path d="M3.5 6h10M8.5 3.5V6M11 6c-.8 3.5-3.5 6.5-7 8M6 8.5c1 2.3 3 4.3 5.5 5.5M12 20.5l4.5-10.5 4.5 10.5M13.5 17h6"/>`,
	"sun":         `<circle cx="12" cy="12" r="4"/><path d="M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>`,
	"moon":        `<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"/>`,
	"arrow":       `<path d="M5.5 13 12 19.5l6.5-6.5M12 19.5V4"/>`, // down: to what is new
	"arrow-left":  `<path d="M11 5.5 4.5 12l6.5 6.5M4.5 12H20"/>`,
	"arrow-right": `<path d="m13 5.5 6.5 6.5-6.5 6.5M19.5 12H4"/>`,
	"arrow-down":  `<path d="M5.5 13 12 19.5l6.5-6.5M12 19.5V4"/>`,
	"chevron":     `<path d="m7 10 5 5 5-5"/>`,
	"check":       `<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
	"warning":     `<path d="M12 4 2.8 20h18.4zM12 10v4.5m0 2.3v.2"/>`,
	"info":        `<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-9.2v.2"/>`,
	"offline":     `<path d="M4 4l16 16M5 12.5a10 10 0 0 1 4-2.3m5.5.2a10 10 0 0 1 4.5 2.1M2.5 9a14 14 0 0 1 4-2.7m4.5-1A14 14 0 0 1 21.5 9M8.5 16a5 5 0 0 1 6 0m-2.5 3.3v.2"/>`,
	"people":      `<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5a6.5 6.5 0 0 1 3.5 5.5"/>`,
	"person":      `<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>`,
	"chat":        `<path d="M4 5h16v11h-8l-5 4v-4H4z"/>`,
	"plus":        `<path d="M12 5v14M5 12h14"/>`,
	"close":       `<path d="m6 6 12 12M18 6 6 18"/>`,
	"feed":        `<path d="M5 11a8 8 0 0 1 8 8M5 5a14 14 0 0 1 14 14"/><circle cx="6" cy="18" r="1.3"/>`,
	"flag":        `<path d="M6 21V4h12l-2.5 4.5L18 13H6"/>`,
	"shield":      `<path d="M12 3 5 5.5V11c0 5 3 8.3 7 10 4-1.7 7-5 7-10V5.5z"/>`,
	"settings":    `<path d="M4 7h9m4 0h3M4 17h3m4 0h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
	"trash":       `<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7"/>`,
	"move":        `<path d="M4 12h15m-5-5 5 5-5 5"/>`,
	"keyboard":    `<path d="M3 6.5h18v11H3zM7 10.2v.1m3.3-.1v.1m3.4-.1v.1m3.3-.1v.1M8 14h8"/>`,
	"eye":         `<path d="M3 12s3-6.5 9-6.5S21 12 21 12s-3 6.5-9 6.5S3 12 3 12z"/><circle cx="12" cy="12" r="2.8"/>`,
}
