package translation

import (
	"context"
	"fmt"

	"senet/internal/i18n"
)

// In is what a reader of that locale sees of a text, outside its page: in a letter. A text that not everybody may see is
// NotFound.
func (s *Service) In(ctx context.Context, sub Subject, l i18n.Locale) (Writing, Shown, error) {
	source, ok := s.sources[sub.Kind]
	if !ok {
		return Writing{}, Shown{}, errNoText
	}
	ws, err := source.Find(ctx, s.store, []int64{sub.ID}, false)
	if err != nil {
		return Writing{}, Shown{}, fmt.Errorf("find %s: %w", sub, err)
	}
	if len(ws) == 0 {
		return Writing{}, Shown{}, errNoText
	}
	t, _, err := row(ctx, s.store, sub, Reading(l), "")
	if err != nil {
		return Writing{}, Shown{}, err
	}
	f := Found{TrKind: t.Kind, TrText: t.Text, TrHTML: t.HTML, TrProvider: t.Provider, TrVersion: t.SourceVersion, TrRevision: t.Revision,
		TrScore: t.Score, TrBy: t.AuthorName, TrReviewed: t.ReviewedAt != nil, TrAt: &t.At}
	return ws[0], Content(ws[0].Text, f, l), nil
}
