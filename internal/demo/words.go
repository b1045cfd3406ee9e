package demo

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"time"

	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
	"senet/internal/translation/exchange"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
	"senet/internal/translation/segment"
)

// rendering is what somebody made of a text in the other language.
type rendering struct {
	translation.Subject
	lang       string // of the source
	source     string
	version    int // of the source
	text       string
	translator string // key
	reviewed   bool
	plain      bool
	at         time.Time
}

// render notes the translation of a text; one that has none is passed over.
func (l *loader) render(r rendering) {
	if r.text != "" {
		l.renderings = append(l.renderings, r)
	}
}

// loadWords writes the translations, teaches the memory those that are reviewed, and gives it and the glossary what the
// content has for them.
func (l *loader) loadWords(ctx context.Context, tx *pg.Tx) error {
	store := pg.NewStore(tx.Tx) // a savepoint each: what is imported is part of the demo
	known := memory.New(store)
	reviewer := l.members[l.Members[0].Key]
	var rows, revisions [][]any
	for _, r := range l.renderings {
		into := i18n.Locale(r.lang).Other()
		html := ""
		if !r.plain {
			html = markup.Render(r.text, markup.Options{Mentions: l.mentions, Lang: string(into), IDPrefix: translation.IDPrefix(r.Subject, into)})
		}
		by := l.members[r.translator]
		var checkedBy *int64
		var checkedAt *time.Time
		if r.reviewed {
			at := l.after(r.at, 20*time.Hour)
			checkedBy, checkedAt = &reviewer, &at
			pairs := segment.Align(r.source, r.text, !r.plain)
			if err := known.Learn(ctx, tx, translation.OriginOf(r.Subject, into), 0, r.lang, string(into), pairs); err != nil {
				return err
			}
		}
		rows = append(rows, []any{string(r.Kind), r.ID, string(into), r.lang, r.version, string(translation.Human), r.text, html, by, checkedBy, checkedAt, r.at})
		revisions = append(revisions, []any{string(r.Kind), r.ID, string(into), 1, r.version, string(translation.Human), r.text, by, checkedBy, r.at})
	}
	err := copyRows(ctx, tx, "translations", []string{"subject_kind", "subject_id", "locale", "source_lang", "source_version", "kind",
		"text", "html", "author_id", "reviewed_by", "reviewed_at", "at"}, rows)
	if err != nil {
		return err
	}
	err = copyRows(ctx, tx, "translation_revisions", []string{"subject_kind", "subject_id", "locale", "revision", "source_version",
		"kind", "text", "author_id", "reviewed_by", "at"}, revisions)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := exchange.WriteTMX(&file, exchange.Header{}, l.units()); err != nil {
		return fmt.Errorf("write memory: %w", err)
	}
	if _, err := known.Import(ctx, &file, 0, nil); err != nil {
		return fmt.Errorf("load memory: %w", err)
	}
	file.Reset()
	if err := exchange.WriteTermsCSV(&file, []string{string(i18n.En), string(i18n.Zh)}, l.terms()); err != nil {
		return fmt.Errorf("write glossary: %w", err)
	}
	if _, err := glossary.New(store).Import(ctx, &file, glossary.CSV, 0, nil); err != nil {
		return fmt.Errorf("load glossary: %w", err)
	}
	return nil
}

func (l *loader) units() iter.Seq2[exchange.Unit, error] {
	return func(yield func(exchange.Unit, error) bool) {
		for _, s := range l.Segments {
			if !yield(exchange.Unit{Texts: sides(s.En, s.Zh)}, nil) {
				return
			}
		}
	}
}

func (l *loader) terms() iter.Seq2[exchange.Term, error] {
	return func(yield func(exchange.Term, error) bool) {
		for _, t := range l.Terms {
			if !yield(exchange.Term{Texts: sides(t.En, t.Zh), Note: t.Note, Challenge: t.Challenge}, nil) {
				return
			}
		}
	}
}

func sides(en, zh string) map[string]string {
	return map[string]string{string(i18n.En): en, string(i18n.Zh): zh}
}
