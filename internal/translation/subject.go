package translation

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// SubjectKind is a kind of text that can be translated.
type SubjectKind string

const (
	Thread  SubjectKind = "thread" // its title
	Post    SubjectKind = "post"
	Message SubjectKind = "message"
	Profile SubjectKind = "profile" // what a member says of themselves
	// Of rooms:
	Question   SubjectKind = "question"
	Poll       SubjectKind = "poll"
	PollOption SubjectKind = "poll_option"
)

// Subject names a text.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   int64       `json:"id"`
}

// String is the subject as notices and logs name it: "post:99".
func (s Subject) String() string { return string(s.Kind) + ":" + strconv.FormatInt(s.ID, 10) }

// Source is the feature that owns a kind of text.
type Source interface {
	// Find reads those of the texts that everybody may see, in any order. With hold, db is a transaction, and until it
	// ends nobody hides or changes them.
	Find(ctx context.Context, db pg.DB, ids []int64, hold bool) ([]Writing, error)
	// Former is a text as it was in an earlier version; "" where nobody keeps that.
	Former(ctx context.Context, id int64, version int) (string, error)
	// Missing lists at most n texts that everybody may see, with ids below below, in another language than locale and
	// without a translation into it, the newest first.
	Missing(ctx context.Context, db pg.DB, locale i18n.Locale, below int64, n int) ([]int64, error)
	// CountMissing counts all that Missing would list.
	CountMissing(ctx context.Context, db pg.DB, locale i18n.Locale) (int64, error)
	// Translated hears, in the transaction, that a text's translation has come, changed or gone.
	Translated(ctx context.Context, tx *pg.Tx, n News) error
}

// Writing is a text as its feature knows it.
type Writing struct {
	Subject
	Text
	Plain      bool // a line without Markdown
	Limit      int  // bytes that a translation may have
	Author     account.MemberID
	Challenge  int64  // whose glossary counts; 0: the global one
	KeepInside bool   // never to be sent to an engine outside the house
	About      string // what it is part of, for engines and translators: the thread's title, the room's name
	AboutLang  string
	Path       string // of its page, without the locale

	Interpreters []account.MemberID // whose translations of this text count as reviewed
}

// interprets reports whether the viewer's translations of this text count as reviewed.
func (w Writing) interprets(viewer account.Viewer) bool {
	return slices.Contains(w.Interpreters, viewer.ID)
}

// News is a translation that has come, changed or gone.
type News struct {
	Writing
	Locale i18n.Locale
	Kind   Kind             // "" when it was taken back
	By     account.MemberID // who wrote it; 0: an engine or memory
}

var (
	errNoText    = fault.New(fault.NotFound, "translations.text_not_found")
	errNone      = fault.New(fault.NotFound, "translations.none")
	errLocale    = fault.New(fault.NotFound, "translations.locale_unknown")
	errSame      = fault.New(fault.Conflict, "translations.same_language")
	errForbidden = fault.New(fault.Forbidden, "error.forbidden")
)

// Register makes a feature the source of a kind of text. Call it before the first request.
func (s *Service) Register(kind SubjectKind, source Source) { s.sources[kind] = source }

// Text finds a text that everybody may see, to be translated into locale. A text that is in that language already is a
// Conflict.
func (s *Service) Text(ctx context.Context, sub Subject, locale i18n.Locale) (Writing, error) {
	return s.text(ctx, s.store, sub, locale, false)
}

func (s *Service) text(ctx context.Context, db pg.DB, sub Subject, locale i18n.Locale, hold bool) (Writing, error) {
	source, ok := s.sources[sub.Kind]
	if !ok {
		return Writing{}, errNoText
	}
	if _, ok := i18n.ParseWritten(string(locale)); !ok {
		return Writing{}, errLocale
	}
	ws, err := source.Find(ctx, db, []int64{sub.ID}, hold)
	if err != nil {
		return Writing{}, fmt.Errorf("find %s: %w", sub, err)
	}
	if len(ws) == 0 {
		return Writing{}, errNoText
	}
	if ws[0].Lang == string(locale) {
		return ws[0], errSame
	}
	return ws[0], nil
}

// Paths are the pages of those of the texts that everybody may see, without the locale.
func (s *Service) Paths(ctx context.Context, subs ...Subject) (map[Subject]string, error) {
	ids := map[SubjectKind][]int64{}
	for _, sub := range subs {
		ids[sub.Kind] = append(ids[sub.Kind], sub.ID)
	}
	paths := map[Subject]string{}
	for kind, ids := range ids {
		source, ok := s.sources[kind]
		if !ok {
			continue
		}
		ws, err := source.Find(ctx, s.store, ids, false)
		if err != nil {
			return nil, fmt.Errorf("find texts of kind %s: %w", kind, err)
		}
		for _, w := range ws {
			paths[w.Subject] = w.Path
		}
	}
	return paths, nil
}
