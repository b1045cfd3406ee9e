// Package translation owns the one decision of what a reader sees of a text: Content. Today every text is shown as
// it was written; memory, machine and human translations come in here and nowhere else.
package translation

import (
	"time"

	"senet/internal/i18n"
)

// Kind says where the shown text comes from.
type Kind string

// Original is the author's own text.
const Original Kind = "original"

// Text is a text as its author wrote it, of one version.
type Text struct {
	Source  string // Markdown or plain
	HTML    string // safe HTML of Source
	Lang    string // of Source: "en", "zh" or ""
	Version int
}

// Shown is what a reader sees.
type Shown struct {
	Text     string     `json:"text"`
	HTML     string     `json:"html"`
	Lang     string     `json:"lang"`
	Kind     Kind       `json:"kind"`
	Stale    bool       `json:"stale"`
	Provider string     `json:"provider,omitempty"`
	At       *time.Time `json:"at,omitempty"`
}

// Content decides what a reader of that locale sees of a text.
func Content(t Text, _ i18n.Locale) Shown {
	return Shown{Text: t.Source, HTML: t.HTML, Lang: t.Lang, Kind: Original}
}
