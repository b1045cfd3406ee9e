package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
)

// MaxAbout is how long what members say of themselves may be, in weighted characters.
const MaxAbout = 2000

// checkAbout tidies it and notes what is wrong with it; empty is fine.
func checkAbout(wrong *fault.Fields, about string) (string, error) {
	about, ok := markup.Clean(about)
	if !ok {
		return "", fault.New(fault.Malformed, "error.utf8")
	}
	if markup.Blank(about) {
		return "", nil
	}
	if len(about) > 4*MaxAbout || markup.Weight(about) > MaxAbout {
		wrong.Add("about", "account.about.long", fault.Args{"Max": MaxAbout})
	}
	return about, nil
}

const updateAbout = `
	update members set about = @about, about_html = @html, about_lang = @lang, about_version = about_version + 1
	where id = @id and about <> @about returning about_version`

// saveAbout writes it where it has changed, and says so to whom AboutChanged names.
func (s *Service) saveAbout(ctx context.Context, tx *pg.Tx, id MemberID, about string) error {
	mentions, err := s.ByHandles(ctx, markup.MentionCandidates(about))
	if err != nil {
		return err
	}
	lang := markup.Lang(about)
	html := markup.Render(about, markup.Options{Mentions: mentions, Lang: lang, IDPrefix: fmt.Sprintf("m%d-", id)})
	var version int
	err = tx.QueryRow(ctx, updateAbout, pgx.StrictNamedArgs{"id": id, "about": about, "html": html, "lang": lang}).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("update what member %d says: %w", id, err)
	}
	if s.AboutChanged == nil {
		return nil
	}
	return s.AboutChanged(ctx, tx, id, lang)
}
