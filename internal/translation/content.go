package translation

import (
	"time"

	"senet/internal/i18n"
)

// Kind says where the shown text comes from.
type Kind string

const (
	Original Kind = "original" // the author's own words
	Human    Kind = "human"    // somebody wrote the translation, or corrected one
	Memory   Kind = "memory"   // put together from reviewed translations of the same or very similar sentences
	Machine  Kind = "machine"
)

// Text is a text as its author wrote it, of one version.
type Text struct {
	Source  string // Markdown or plain
	HTML    string // safe HTML of Source; "" of a plain one
	Lang    string // of Source: "en", "zh" or ""
	Version int
}

// Found is the translation of a text into one language, as the query of the text finds it (Columns); the zero Found
// where there is none. Queries embed it, so that showing a translation costs no query of its own.
type Found struct {
	TrKind     Kind
	TrText     string
	TrHTML     string
	TrProvider string
	TrVersion  int // of the text that it translates
	TrRevision int // counts its changes
	TrScore    int // memory: the least likeness of a sentence, in percent
	TrBy       string
	TrReviewed bool
	TrAt       *time.Time
}

// Columns yield Found from a row of translations named tr, which the query joins on the text's kind and id and on the
// language that the reader reads (Reading):
//
//	left join translations tr on tr.subject_kind = 'post' and tr.subject_id = p.id and tr.locale = @locale
const Columns = `coalesce(tr.kind, '') as tr_kind, coalesce(tr.text, '') as tr_text, coalesce(tr.html, '') as tr_html,
	coalesce(tr.provider, '') as tr_provider, coalesce(tr.source_version, 0) as tr_version,
	coalesce(tr.revision, 0) as tr_revision, coalesce(tr.score, 0) as tr_score,
	coalesce((select name from members where id = tr.author_id), '') as tr_by, tr.reviewed_at is not null as tr_reviewed,
	tr.at as tr_at`

// Shown is what a reader sees.
type Shown struct {
	Text         string     `json:"text"`
	HTML         string     `json:"html"`
	Lang         string     `json:"lang"`
	Kind         Kind       `json:"kind"`
	Stale        bool       `json:"stale"`                  // the text was changed since it was translated
	Provider     string     `json:"provider"`               // machine: the engine; else ""
	By           string     `json:"by,omitempty"`           // human: the translator's name
	Reviewed     bool       `json:"reviewed,omitempty"`     // human: checked by somebody trusted
	Score        int        `json:"score,omitempty"`        // memory: the least likeness of a sentence, in percent; 100 is the same
	Untranslated bool       `json:"untranslated,omitempty"` // original: in another language than the reader's, for want of a translation
	At           *time.Time `json:"at,omitempty"`           // when it was translated
}

// Translated reports whether the reader sees other words than the author's.
func (s Shown) Translated() bool { return s.Kind != Original }

// Reading is the language in which readers of a language of the interface read what members wrote: their own where texts
// are written in it, else English.
func Reading(l i18n.Locale) i18n.Locale { return l.Reading() }

// Content decides what a reader of that locale sees of a text: the translation where there is one, else the original. It
// is the only place that decides this: pages, feeds, frames, the API, mail and exports show what it says.
func Content(t Text, f Found, l i18n.Locale) Shown {
	l = Reading(l)
	if t.Lang == string(l) || f.TrKind == "" {
		return Shown{Text: t.Source, HTML: t.HTML, Lang: t.Lang, Kind: Original, Untranslated: t.Lang != "" && t.Lang != string(l)}
	}
	s := Shown{Text: f.TrText, HTML: f.TrHTML, Lang: string(l), Kind: f.TrKind, Stale: f.TrVersion < t.Version, At: f.TrAt}
	switch f.TrKind {
	case Human:
		s.By, s.Reviewed = f.TrBy, f.TrReviewed
	case Memory:
		s.Score = f.TrScore
	case Machine:
		s.Provider = f.TrProvider
	}
	if s.At != nil {
		at := s.At.UTC()
		s.At = &at
	}
	return s
}
