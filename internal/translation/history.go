package translation

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// removed is the kind of a revision that says that the translation was taken away.
const removed Kind = "removed"

// Revision is one state of a translation: what somebody wrote, what an engine or memory made before that, or nothing.
type Revision struct {
	Revision      int
	Kind          Kind
	Text          string
	Provider      string
	AuthorName    string // who wrote or removed it; "" for an engine or memory
	ReviewedBy    string
	SourceVersion int
	Restores      int // the revision that it took up again; 0: none
	At            time.Time
}

// Removed reports whether the translation was taken away with this revision.
func (r Revision) Removed() bool { return r.Kind == removed }

const insertRevision = `
	insert into translation_revisions (subject_kind, subject_id, locale, revision, source_version, kind, text, provider, author_id,
		reviewed_by, restores, at)
	select @kind, @id, @locale, @revision, @source_version, @how, @text, @provider, nullif(@by, 0::bigint),
		(select reviewed_by from translations where subject_kind = @kind and subject_id = @id and locale = @locale),
		nullif(@restores, 0), coalesce(@at, now())
	on conflict (subject_kind, subject_id, locale, revision) do update set reviewed_by = excluded.reviewed_by`

// keepRevision puts a state of a translation into its history; what is there already gets its reviewer only.
func keepRevision(ctx context.Context, tx *pg.Tx, sub Subject, t Translation, by account.MemberID, restores int) error {
	args := subjectArgs(sub, t.Locale)
	var at *time.Time
	if !t.At.IsZero() {
		at = &t.At
	}
	more := pgx.StrictNamedArgs{"revision": t.Revision, "source_version": t.SourceVersion, "how": t.Kind, "text": t.Text,
		"provider": t.Provider, "by": int64(by), "restores": restores, "at": at}
	maps.Copy(args, more)
	if _, err := tx.Exec(ctx, insertRevision, args); err != nil {
		return fmt.Errorf("keep revision of %s: %w", sub, err)
	}
	return nil
}

const lastRevision = `
	select greatest(
		coalesce((select max(revision) from translation_revisions where subject_kind = @kind and subject_id = @id and locale = @locale), 0),
		coalesce((select revision from translations where subject_kind = @kind and subject_id = @id and locale = @locale), 0)) + 1`

// nextRevision is the number of the next state of a translation; they only grow.
func nextRevision(ctx context.Context, tx *pg.Tx, sub Subject, locale i18n.Locale) (n int, err error) {
	if err := tx.QueryRow(ctx, lastRevision, subjectArgs(sub, locale)).Scan(&n); err != nil {
		return 0, fmt.Errorf("number revision of %s: %w", sub, err)
	}
	return n, nil
}

const listRevisions = `
	select v.revision, v.kind, v.text, v.provider, coalesce(a.name, '') as author_name, coalesce(r.name, '') as reviewed_by,
		v.source_version, coalesce(v.restores, 0) as restores, v.at
	from translation_revisions v left join members a on a.id = v.author_id left join members r on r.id = v.reviewed_by
	where v.subject_kind = @kind and v.subject_id = @id and v.locale = @locale
	order by v.revision desc limit 100`

// History is what a translation was over time, the newest first, at most 100 states. It begins when a person first
// writes it; the text must be one that everybody may see.
func (s *Service) History(ctx context.Context, sub Subject, locale i18n.Locale) (Writing, []Revision, error) {
	w, err := s.Text(ctx, sub, locale)
	if err != nil {
		return w, nil, err
	}
	rs, err := pg.All[Revision](ctx, s.store, listRevisions, subjectArgs(sub, locale))
	if err != nil {
		return w, nil, fmt.Errorf("list revisions of %s: %w", sub, err)
	}
	return w, rs, nil
}

const findRevision = `
	select kind, text, provider, source_version, coalesce(author_id, 0) as author_id from translation_revisions
	where subject_kind = @kind and subject_id = @id and locale = @locale and revision = @revision and kind <> 'removed'`

// Rollback takes up an earlier state again, as a new one. based is the newest revision that the member saw; who may is as
// for Write.
func (s *Service) Rollback(ctx context.Context, viewer account.Viewer, sub Subject, locale i18n.Locale, to, based int) (Translation, error) {
	if err := viewer.MayWrite(); err != nil {
		return Translation{}, err
	}
	w, err := s.Text(ctx, sub, locale)
	if err != nil {
		return Translation{}, err
	}
	args := subjectArgs(sub, locale)
	args["revision"] = to
	t := Translation{Locale: locale, Score: 100}
	err = s.store.QueryRow(ctx, findRevision, args).Scan(&t.Kind, &t.Text, &t.Provider, &t.SourceVersion, &t.AuthorID)
	if err != nil {
		return Translation{}, fmt.Errorf("find revision %d of %s: %w", to, sub, pg.OrNotFound(err, fault.New(fault.NotFound, "translations.revision_not_found")))
	}
	if t.HTML, err = s.render(ctx, w, locale, t.Text); err != nil {
		return Translation{}, err
	}
	err = s.change(ctx, viewer, sub, locale, based, func(now Translation, there bool, _ Writing) (*change, error) {
		if there && now.Text == t.Text && now.Kind == t.Kind {
			return nil, nil
		}
		return &change{to: t, restores: to}, nil
	})
	if err != nil {
		return Translation{}, err
	}
	_, t, err = s.Find(ctx, sub, locale)
	return t, err
}
