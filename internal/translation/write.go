package translation

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation/memory"
	"senet/internal/translation/segment"
)

// Form is a translation that somebody writes.
type Form struct {
	Text string
	// SourceVersion is the version of the text that was translated; 0: the newest. An older one is kept as outdated.
	SourceVersion int
	// Revision is the one that was corrected, 0 where there was none: when it is no longer the newest, nothing is overwritten
	// and the fault says so. -1 skips that check.
	Revision int
	// Reviewed marks it at once; for those who may.
	Reviewed bool
}

// sureWeight is how long a text must be for its language to be told without doubt.
const sureWeight = 24

// Write writes or corrects a translation. Any member may; one that was reviewed, and is not outdated, only those who
// review. Invalid text is told under the field text. Writing the same again changes nothing.
func (s *Service) Write(ctx context.Context, viewer account.Viewer, sub Subject, locale i18n.Locale, form Form) (Translation, error) {
	err := s.store.InTx(ctx, func(tx *pg.Tx) error { return s.WriteIn(ctx, tx, viewer, sub, locale, form) })
	if err != nil {
		return Translation{}, err
	}
	_, t, err := s.Find(ctx, sub, locale)
	return t, err
}

// WriteIn is Write as part of a transaction, which may have written the text itself.
func (s *Service) WriteIn(ctx context.Context, tx *pg.Tx, viewer account.Viewer, sub Subject, locale i18n.Locale, form Form) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	w, err := s.text(ctx, tx, sub, locale, false)
	if err != nil {
		return err
	}
	text, html, err := s.check(ctx, w, locale, form.Text)
	if err != nil {
		return err
	}
	t := Translation{Locale: locale, Kind: Human, Text: text, HTML: html, Score: 100, AuthorID: viewer.ID, SourceVersion: form.SourceVersion}
	return s.changeIn(ctx, tx, viewer, sub, locale, form.Revision, func(now Translation, there bool, w Writing) (*change, error) {
		if there && now.Kind == Human && now.Text == text && now.SourceVersion == w.Version && !form.Reviewed {
			return nil, nil
		}
		if t.SourceVersion <= 0 || t.SourceVersion > w.Version {
			t.SourceVersion = w.Version
		}
		return &change{to: t, reviewed: form.Reviewed && viewer.Reviews() || w.interprets(viewer)}, nil
	})
}

// check applies the rules of a translation's text and renders it.
func (s *Service) check(ctx context.Context, w Writing, locale i18n.Locale, text string) (clean, html string, err error) {
	tidy := markup.Clean
	if w.Plain {
		tidy = markup.CleanLine
	}
	clean, ok := tidy(text)
	if !ok {
		return "", "", fault.New(fault.Malformed, "error.utf8")
	}
	var fields fault.Fields
	switch {
	case markup.Blank(clean):
		fields.Add("text", "translations.text.empty", nil)
	case len(clean) > w.Limit:
		fields.Add("text", "translations.text.long", fault.Args{"Max": w.Limit})
	case markup.Weight(clean) >= sureWeight && (clean == w.Source || markup.Lang(clean) == w.Lang && w.Lang != ""):
		fields.Add("text", "translations.text.same_language", nil)
	}
	if err := fields.Err(); err != nil {
		return "", "", err
	}
	html, err = s.render(ctx, w, locale, clean)
	return clean, html, err
}

// render makes a translation's HTML, as its feature does the text's.
func (s *Service) render(ctx context.Context, w Writing, locale i18n.Locale, text string) (string, error) {
	if w.Plain {
		return "", nil
	}
	mentions, err := s.accounts.ByHandles(ctx, markup.MentionCandidates(text))
	if err != nil {
		return "", fmt.Errorf("find who is mentioned: %w", err)
	}
	return markup.Render(text, markup.Options{Mentions: mentions, Lang: string(locale),
		IDPrefix: IDPrefix(w.Subject, locale)}), nil
}

// IDPrefix keeps the ids in a translation apart from those of its text, which is on the same page.
func IDPrefix(sub Subject, locale i18n.Locale) string {
	return fmt.Sprintf("%s%d-%s-", sub.Kind[:1], sub.ID, locale)
}

// change is what is to become of a row.
type change struct {
	to       Translation
	reviewed bool
	restores int // revision
}

// change holds the text and its translation, has decide say what is to become of them, keeps what was, and writes. A nil
// change changes nothing.
func (s *Service) change(ctx context.Context, viewer account.Viewer, sub Subject, locale i18n.Locale, based int, decide deciding) error {
	return s.store.InTx(ctx, func(tx *pg.Tx) error { return s.changeIn(ctx, tx, viewer, sub, locale, based, decide) })
}

// deciding says what is to become of a translation as it is now.
type deciding func(now Translation, there bool, w Writing) (*change, error)

func (s *Service) changeIn(ctx context.Context, tx *pg.Tx, viewer account.Viewer, sub Subject, locale i18n.Locale, based int, decide deciding) error {
	w, err := s.text(ctx, tx, sub, locale, true)
	if err != nil {
		return err
	}
	now, there, err := row(ctx, tx, sub, locale, "for update of tr")
	if err != nil {
		return err
	}
	switch {
	case based >= 0 && based != now.Revision:
		return fault.New(fault.Conflict, "translations.changed_meanwhile")
	case now.ReviewedAt != nil && now.SourceVersion == w.Version && !viewer.Reviews() && !w.interprets(viewer):
		return fault.New(fault.Forbidden, "translations.reviewed_locked")
	}
	c, err := decide(now, there, w)
	if err != nil || c == nil {
		return err
	}
	if there {
		if err := keepRevision(ctx, tx, sub, now, now.AuthorID, 0); err != nil {
			return err
		}
	}
	c.to.Locale = locale
	if c.to.Revision, err = nextRevision(ctx, tx, sub, locale); err != nil {
		return err
	}
	var reviewer account.MemberID
	if c.reviewed {
		reviewer = viewer.ID
		c.to.ReviewedBy = viewer.Name
	}
	if err := s.save(ctx, tx, w, c.to, viewer.ID, reviewer); err != nil {
		return err
	}
	if err := keepRevision(ctx, tx, sub, c.to, viewer.ID, c.restores); err != nil {
		return err
	}
	return s.learn(ctx, tx, w, c.to, c.reviewed, viewer.ID)
}

// learn grows the memory from a reviewed translation of the newest version, and takes back what an earlier one taught.
func (s *Service) learn(ctx context.Context, tx *pg.Tx, w Writing, t Translation, reviewed bool, by account.MemberID) error {
	from := OriginOf(w.Subject, t.Locale)
	if !reviewed || t.SourceVersion != w.Version || w.Lang == "" {
		return s.memory.Forget(ctx, tx, from)
	}
	pairs := segment.Align(w.Source, t.Text, !w.Plain)
	return s.memory.Learn(ctx, tx, from, by, w.Lang, string(t.Locale), pairs)
}

// OriginOf names a text's translation to the memory.
func OriginOf(sub Subject, locale i18n.Locale) memory.Origin {
	return memory.Origin{Kind: string(sub.Kind) + ":" + string(locale), ID: sub.ID}
}

// Taught is the text whose translation taught a unit of the memory, by the unit's origin; false for one that was imported.
func Taught(u memory.Unit) (Subject, bool) {
	kind, _, ok := strings.Cut(u.OriginKind, ":")
	return Subject{SubjectKind(kind), u.OriginID}, ok
}

const markReviewed = `
	update translations set reviewed_by = @by, reviewed_at = now()
	where subject_kind = @kind and subject_id = @id and locale = @locale`

// Review marks a translation by a person as checked, and teaches it to the memory; revision is the one that was read.
// For translators who are trusted with it, and moderators. An outdated one is a Conflict.
func (s *Service) Review(ctx context.Context, viewer account.Viewer, sub Subject, locale i18n.Locale, revision int) (Translation, error) {
	if err := viewer.MayWrite(); err != nil {
		return Translation{}, err
	}
	if !viewer.Reviews() {
		return Translation{}, errForbidden
	}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		w, err := s.text(ctx, tx, sub, locale, true)
		if err != nil {
			return err
		}
		t, there, err := row(ctx, tx, sub, locale, "for update of tr")
		switch {
		case err != nil:
			return err
		case !there:
			return errNone
		case t.Revision != revision:
			return fault.New(fault.Conflict, "translations.changed_meanwhile")
		case t.Kind != Human:
			return fault.New(fault.Conflict, "translations.review_human_only")
		case t.SourceVersion < w.Version:
			return fault.New(fault.Conflict, "translations.review_outdated")
		case t.ReviewedAt != nil:
			return nil
		}
		args := subjectArgs(sub, locale)
		args["by"] = viewer.ID
		if _, err := tx.Exec(ctx, markReviewed, args); err != nil {
			return fmt.Errorf("mark translation of %s as reviewed: %w", sub, err)
		}
		if err := s.sources[sub.Kind].Translated(ctx, tx, News{Writing: w, Locale: locale, Kind: t.Kind, By: viewer.ID}); err != nil {
			return err
		}
		return s.learn(ctx, tx, w, t, true, viewer.ID)
	})
	if err != nil {
		return Translation{}, err
	}
	_, t, err := s.Find(ctx, sub, locale)
	return t, err
}

const dropRow = `delete from translations where subject_kind = @kind and subject_id = @id and locale = @locale`

// Remove takes a translation away: readers see the original again until somebody or something translates anew. Its
// history stays. For those who review.
func (s *Service) Remove(ctx context.Context, viewer account.Viewer, sub Subject, locale i18n.Locale) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	if !viewer.Reviews() {
		return errForbidden
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		w, err := s.text(ctx, tx, sub, locale, true)
		if err != nil {
			return err
		}
		now, there, err := row(ctx, tx, sub, locale, "for update of tr")
		if err != nil {
			return err
		}
		if !there {
			return errNone
		}
		if err := keepRevision(ctx, tx, sub, now, now.AuthorID, 0); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, dropRow, subjectArgs(sub, locale)); err != nil {
			return fmt.Errorf("remove translation of %s: %w", sub, err)
		}
		gone := Translation{Locale: locale, Kind: removed, SourceVersion: w.Version}
		if gone.Revision, err = nextRevision(ctx, tx, sub, locale); err != nil {
			return err
		}
		if err := keepRevision(ctx, tx, sub, gone, viewer.ID, 0); err != nil {
			return err
		}
		if err := s.memory.Forget(ctx, tx, OriginOf(sub, locale)); err != nil {
			return err
		}
		return s.sources[sub.Kind].Translated(ctx, tx, News{Writing: w, Locale: locale, By: viewer.ID})
	})
}

const eraseAll = `
	with gone as (delete from translation_revisions r using unnest(@kinds::text[], @ids::bigint[]) as s(kind, id)
		where r.subject_kind = s.kind and r.subject_id = s.id)
	delete from translations t using unnest(@kinds::text[], @ids::bigint[]) as s(kind, id)
	where t.subject_kind = s.kind and t.subject_id = s.id`

// Erase takes all translations of texts and their history out of the database, and what the memory learned from them, in the
// transaction that erases the texts.
func (s *Service) Erase(ctx context.Context, tx *pg.Tx, subs ...Subject) error {
	kinds, ids := make([]string, len(subs)), make([]int64, len(subs))
	var from []memory.Origin
	for i, sub := range subs {
		kinds[i], ids[i] = string(sub.Kind), sub.ID
		for _, l := range i18n.Written {
			from = append(from, OriginOf(sub, l))
		}
	}
	if _, err := tx.Exec(ctx, eraseAll, pgx.StrictNamedArgs{"kinds": kinds, "ids": ids}); err != nil {
		return fmt.Errorf("erase translations of %d texts: %w", len(subs), err)
	}
	return s.memory.ForgetAll(ctx, tx, from...)
}

// SetHidden follows a text that is hidden or shown again, in its transaction. Its translations go and come with it by
// themselves; what the memory learned from them is withdrawn.
func (s *Service) SetHidden(ctx context.Context, tx *pg.Tx, hidden bool, subs ...Subject) error {
	var from []memory.Origin
	for _, sub := range subs {
		for _, l := range i18n.Written {
			from = append(from, OriginOf(sub, l))
		}
	}
	return s.memory.SetWithdrawn(ctx, tx, hidden, from...)
}
