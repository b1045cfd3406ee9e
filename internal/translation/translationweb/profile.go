package translationweb

import (
	"context"

	"github.com/a-h/templ"

	"senet/internal/account"
	"senet/internal/httpx"
	"senet/internal/translation"
)

// About is what a member says of themselves, as the reader sees it; an empty component when nothing.
func (h *Handlers) About(ctx context.Context, r *httpx.Request, m account.Member) (templ.Component, error) {
	if m.About == "" {
		return templ.NopComponent, nil
	}
	text, shown, err := h.translation.ProfileIn(ctx, m.ID, r.Locale)
	if err != nil {
		return nil, err
	}
	return Text(r, translation.Subject{Kind: translation.Profile, ID: int64(m.ID)}, text, shown), nil
}
