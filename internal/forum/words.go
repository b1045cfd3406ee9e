package forum

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// titles and posts give translation the forum's texts.
type (
	titles struct{ *Service }
	posts  struct{ *Service }
)

// writingRow is a text as translation wants it.
type writingRow struct {
	ID         int64
	Source     string
	HTML       string
	Lang       string
	Version    int
	Author     account.MemberID
	Challenge  int64
	KeepInside bool
	Thread     ThreadID
	Slug       string
	Title      string
	TitleLang  string
}

const visibleTitles = `
select t.id, t.title as source, '' as html, t.lang, t.title_version as version, t.author_id as author, t.challenge_id as challenge,
	c.keep_inside, t.id as thread, t.slug, t.title, t.lang as title_lang
from threads t join challenges c on c.id = t.challenge_id where t.id = any(@ids) and t.hidden_at is null `

const visiblePosts = `
select p.id, p.body as source, p.html, p.lang, p.version, p.author_id as author, t.challenge_id as challenge,
	c.keep_inside, t.id as thread, t.slug, t.title, t.lang as title_lang
from posts p join threads t on t.id = p.thread_id join challenges c on c.id = t.challenge_id
where p.id = any(@ids) and p.hidden_at is null and t.hidden_at is null `

// Find implements translation.Source.
func (s titles) Find(ctx context.Context, db pg.DB, ids []int64, hold bool) ([]translation.Writing, error) {
	query := visibleTitles
	if hold {
		query += `for no key update of t`
	}
	return writings(ctx, db, query, ids, func(r writingRow, w *translation.Writing) {
		w.Kind, w.Plain, w.Limit, w.Path = translation.Thread, true, 4*MaxTitle, threadPath(r.Thread, r.Slug)
	})
}

// Find implements translation.Source.
func (s posts) Find(ctx context.Context, db pg.DB, ids []int64, hold bool) ([]translation.Writing, error) {
	query := visiblePosts
	if hold {
		query += `for no key update of p`
	}
	return writings(ctx, db, query, ids, func(r writingRow, w *translation.Writing) {
		w.Kind, w.Limit, w.Path = translation.Post, MaxBody, fmt.Sprintf("/p/%d", r.ID)
	})
}

func writings(ctx context.Context, db pg.DB, query string, ids []int64, finish func(writingRow, *translation.Writing)) ([]translation.Writing, error) {
	rows, err := pg.All[writingRow](ctx, db, query, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("find texts: %w", err)
	}
	ws := make([]translation.Writing, len(rows))
	for i, r := range rows {
		ws[i] = translation.Writing{Subject: translation.Subject{ID: r.ID}, Author: r.Author, Challenge: r.Challenge, KeepInside: r.KeepInside,
			Text:  translation.Text{Source: r.Source, HTML: r.HTML, Lang: r.Lang, Version: r.Version},
			About: r.Title, AboutLang: r.TitleLang}
		finish(r, &ws[i])
	}
	return ws, nil
}

// Former implements translation.Source: a title is replaced because it should not be read any more.
func (s titles) Former(context.Context, int64, int) (string, error) { return "", nil }

const formerBody = `select body from post_revisions where post_id = @id and version = @version and not withheld`

// Former implements translation.Source.
func (s posts) Former(ctx context.Context, id int64, version int) (body string, err error) {
	err = s.store.QueryRow(ctx, formerBody, pgx.StrictNamedArgs{"id": id, "version": version}).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return body, err
}

const (
	missingTitles = `
from threads t where t.hidden_at is null and t.lang <> @locale and t.id < @below
	and not exists (select from translations where subject_kind = 'thread' and subject_id = t.id and locale = @locale)`
	missingPosts = `
from posts p join threads t on t.id = p.thread_id
where p.hidden_at is null and t.hidden_at is null and p.lang <> @locale and p.id < @below
	and not exists (select from translations where subject_kind = 'post' and subject_id = p.id and locale = @locale)`
)

// Missing implements translation.Source.
func (s titles) Missing(ctx context.Context, db pg.DB, l i18n.Locale, below int64, n int) ([]int64, error) {
	return translation.ListMissing(ctx, db, "t.id", missingTitles, l, below, n)
}

// Missing implements translation.Source.
func (s posts) Missing(ctx context.Context, db pg.DB, l i18n.Locale, below int64, n int) ([]int64, error) {
	return translation.ListMissing(ctx, db, "p.id", missingPosts, l, below, n)
}

// CountMissing implements translation.Source.
func (s titles) CountMissing(ctx context.Context, db pg.DB, l i18n.Locale) (int64, error) {
	return translation.CountMissing(ctx, db, missingTitles, l)
}

// CountMissing implements translation.Source.
func (s posts) CountMissing(ctx context.Context, db pg.DB, l i18n.Locale) (int64, error) {
	return translation.CountMissing(ctx, db, missingPosts, l)
}

const (
	threadOfTitle = `
update threads t set change = change + 1 from challenges c where t.id = @id and c.id = t.challenge_id
returning t.id, t.title, t.lang, c.slug`
	threadOfWords = `
update threads t set change = change + 1 from challenges c, posts p
where p.id = @id and t.id = p.thread_id and c.id = t.challenge_id
returning t.id, t.title, t.lang, c.slug`
	followersReading = `
select coalesce(array_agg(f.member_id), '{}') from thread_follows f join members m on m.id = f.member_id
where f.thread_id = @thread and m.locale = @locale`
)

// Translated implements translation.Source.
func (s titles) Translated(ctx context.Context, tx *pg.Tx, n translation.News) error {
	return s.translated(ctx, tx, n, threadOfTitle)
}

// Translated implements translation.Source.
func (s posts) Translated(ctx context.Context, tx *pg.Tx, n translation.News) error {
	return s.translated(ctx, tx, n, threadOfWords)
}

// translated lets open pages notice it; of what a person wrote, the author hears and who follows the thread in that
// language.
func (s *Service) translated(ctx context.Context, tx *pg.Tx, n translation.News, threadOf string) error {
	var thread ThreadID
	var title, lang, challenge string
	if err := tx.QueryRow(ctx, threadOf, pgx.StrictNamedArgs{"id": n.ID}).Scan(&thread, &title, &lang, &challenge); err != nil {
		return fmt.Errorf("note translation of %s: %w", n.Subject, err)
	}
	tx.Touch(subject(thread))
	if n.Subject.Kind == translation.Thread {
		tx.Touch("challenge:"+challenge, "threads")
	}
	if n.By == 0 || n.Kind != translation.Human {
		return nil
	}
	var to []account.MemberID
	err := tx.QueryRow(ctx, followersReading, pgx.StrictNamedArgs{"thread": thread, "locale": n.Locale}).Scan(&to)
	if err != nil {
		return fmt.Errorf("list followers of thread %d: %w", thread, err)
	}
	return s.notify.TellMany(ctx, tx, append(to, n.Author), notify.Notice{Kind: notify.KindTranslated, Actor: n.By, Path: n.Path,
		Subject: n.Subject.String(), Within: notify.Subject("thread", thread), Data: notify.Data{Title: title, Lang: lang, Into: n.Locale}})
}

// outdated follows an edit of a post: its translations are out of date, and those who wrote them hear of it.
func (s *Service) outdated(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PostID, thread ThreadID, lang string) error {
	by, err := s.words.Edited(ctx, tx, translation.Subject{Kind: translation.Post, ID: int64(id)}, lang)
	if err != nil || len(by) == 0 {
		return err
	}
	var title, titleLang string
	if err := tx.QueryRow(ctx, `select title, lang from threads where id = $1`, thread).Scan(&title, &titleLang); err != nil {
		return fmt.Errorf("find thread %d: %w", thread, err)
	}
	for _, o := range by {
		err := s.notify.Tell(ctx, tx, notify.Notice{To: o.AuthorID, Kind: notify.KindOutdated, Actor: viewer.ID,
			Path: fmt.Sprintf("/translate/post/%d/%s", id, o.Locale), Subject: notify.Subject("post", id), Within: notify.Subject("thread", thread),
			Data: notify.Data{Title: title, Lang: titleLang, Into: o.Locale}})
		if err != nil {
			return err
		}
	}
	return nil
}

// retitled follows a new title. The old one should not be read any more, and so neither what it was translated to.
func (s *Service) retitled(ctx context.Context, tx *pg.Tx, id ThreadID, lang string) error {
	sub := translation.Subject{Kind: translation.Thread, ID: int64(id)}
	if err := s.words.Erase(ctx, tx, sub); err != nil {
		return err
	}
	return s.words.Written(ctx, tx, translation.Thread, translation.Fresh{ID: int64(id), Lang: lang})
}
