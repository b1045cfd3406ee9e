package translation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// profiles are what members say of themselves. The accounts stand below translation and do not know it, so their source
// is here.
type profiles struct{ store *pg.Store }

const visibleProfiles = `
	select id, about, about_html, about_lang, about_version, name from members where id = any(@ids) and about <> '' `

type profileRow struct {
	ID           int64
	About        string
	AboutHTML    string
	AboutLang    string
	AboutVersion int
	Name         string
}

func (p profiles) Find(ctx context.Context, db pg.DB, ids []int64, hold bool) ([]Writing, error) {
	query := visibleProfiles
	if hold {
		query += `for no key update`
	}
	rows, err := pg.All[profileRow](ctx, db, query, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("find what members say of themselves: %w", err)
	}
	ws := make([]Writing, len(rows))
	for i, r := range rows {
		ws[i] = Writing{Subject: Subject{Profile, r.ID}, Text: Text{Source: r.About, HTML: r.AboutHTML, Lang: r.AboutLang, Version: r.AboutVersion},
			Limit: 8 * account.MaxAbout, Author: account.MemberID(r.ID), About: r.Name, Path: fmt.Sprintf("/m/%d", r.ID)}
	}
	return ws, nil
}

func (p profiles) Former(context.Context, int64, int) (string, error) { return "", nil }

const missingProfiles = `
	from members m where m.about <> '' and m.about_lang not in (@locale, '') and m.id < @below
		and not exists (select from translations where subject_kind = 'profile' and subject_id = m.id and locale = @locale)`

func (p profiles) Missing(ctx context.Context, db pg.DB, l i18n.Locale, below int64, n int) ([]int64, error) {
	return ListMissing(ctx, db, "m.id", missingProfiles, l, below, n)
}

func (p profiles) CountMissing(ctx context.Context, db pg.DB, l i18n.Locale) (int64, error) {
	return CountMissing(ctx, db, missingProfiles, l)
}

func (p profiles) Translated(_ context.Context, tx *pg.Tx, n News) error {
	tx.Touch(account.Subject(account.MemberID(n.ID)))
	return nil
}

// aboutChanged follows a member who says something else of themselves.
func (s *Service) aboutChanged(ctx context.Context, tx *pg.Tx, id account.MemberID, lang string) error {
	_, err := s.Edited(ctx, tx, Subject{Profile, int64(id)}, lang)
	return err
}

const foundProfile = `
	select ` + Columns + ` from members m
	left join translations tr on tr.subject_kind = 'profile' and tr.subject_id = m.id and tr.locale = @locale where m.id = @id`

// ProfileIn is what a reader of that locale sees of what a member says of themselves, and the text itself.
func (s *Service) ProfileIn(ctx context.Context, id account.MemberID, l i18n.Locale) (Text, Shown, error) {
	ws, err := profiles{s.store}.Find(ctx, s.store, []int64{int64(id)}, false)
	if err != nil || len(ws) == 0 {
		return Text{}, Shown{}, err
	}
	f, err := pg.One[Found](ctx, s.store, foundProfile, pgx.StrictNamedArgs{"id": id, "locale": l.Reading()})
	if err != nil {
		return Text{}, Shown{}, fmt.Errorf("find translation of what member %d says: %w", id, err)
	}
	return ws[0].Text, Content(ws[0].Text, f, l), nil
}
