package translation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// Translation is a text's translation as those who work on it see it.
type Translation struct {
	Locale        i18n.Locale
	Kind          Kind
	Text          string
	HTML          string
	Provider      string
	Score         int
	Revision      int
	SourceLang    string
	SourceVersion int
	AuthorID      account.MemberID // 0: nobody
	AuthorName    string
	ReviewedBy    string
	ReviewedAt    *time.Time
	At            time.Time
	Segments      map[string]string // of an engine's: what became of each sentence, by segment.Key
}

const rowColumns = `
	select tr.locale, tr.kind, tr.text, tr.html, tr.provider, tr.score, tr.revision, tr.source_lang, tr.source_version,
		coalesce(tr.author_id, 0) as author_id, coalesce(a.name, '') as author_name,
		coalesce(r.name, '') as reviewed_by, tr.reviewed_at, tr.at, coalesce(tr.segments, '{}') as segments
	from translations tr left join members a on a.id = tr.author_id left join members r on r.id = tr.reviewed_by
	where tr.subject_kind = @kind and tr.subject_id = @id and tr.locale = @locale`

// Find finds the translation of a text that everybody may see.
func (s *Service) Find(ctx context.Context, sub Subject, locale i18n.Locale) (Writing, Translation, error) {
	w, err := s.Text(ctx, sub, locale)
	if err != nil {
		return w, Translation{}, err
	}
	t, ok, err := row(ctx, s.store, sub, locale, "")
	if err == nil && !ok {
		err = errNone
	}
	return w, t, err
}

// row reads the translation of a text; false when there is none. lock is "" or "for update of tr".
func row(ctx context.Context, db pg.DB, sub Subject, locale i18n.Locale, lock string) (Translation, bool, error) {
	t, err := pg.One[Translation](ctx, db, rowColumns+" "+lock, subjectArgs(sub, locale))
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("read translation of %s: %w", sub, err)
	}
	return t, true, nil
}

func subjectArgs(sub Subject, locale i18n.Locale) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"kind": sub.Kind, "id": sub.ID, "locale": locale}
}

const saveRow = `
	insert into translations as tr (subject_kind, subject_id, locale, source_lang, source_version, kind, text, html, provider,
		score, segments, author_id, reviewed_by, reviewed_at, revision)
	values (@kind, @id, @locale, @source_lang, @source_version, @how, @text, @html, @provider, @score, @segments,
		nullif(@author, 0::bigint), nullif(@reviewer, 0::bigint), case when @reviewer <> 0 then now() end, @revision)
	on conflict (subject_kind, subject_id, locale) do update set source_lang = excluded.source_lang,
		source_version = excluded.source_version, kind = excluded.kind, text = excluded.text, html = excluded.html,
		provider = excluded.provider, score = excluded.score, segments = excluded.segments, author_id = excluded.author_id,
		reviewed_by = excluded.reviewed_by, reviewed_at = excluded.reviewed_at, revision = excluded.revision, at = now()`

// save writes the row, and tells the feature that owns the text.
func (s *Service) save(ctx context.Context, tx *pg.Tx, w Writing, t Translation, by, reviewer account.MemberID) error {
	args := subjectArgs(w.Subject, t.Locale)
	var segments any
	if len(t.Segments) > 0 {
		segments = t.Segments
	}
	more := pgx.StrictNamedArgs{"source_lang": w.Lang, "source_version": t.SourceVersion, "how": t.Kind, "text": t.Text,
		"html": t.HTML, "provider": t.Provider, "score": t.Score, "segments": segments, "author": int64(t.AuthorID),
		"reviewer": int64(reviewer), "revision": t.Revision}
	maps.Copy(args, more)
	if _, err := tx.Exec(ctx, saveRow, args); err != nil {
		return fmt.Errorf("save translation of %s: %w", w.Subject, err)
	}
	return s.sources[w.Kind].Translated(ctx, tx, News{Writing: w, Locale: t.Locale, Kind: t.Kind, By: by})
}
