// Package glossary owns the terms: how a thing is called in each language, everywhere or in one health challenge, and
// the append-only record of who changed them. It finds terms in texts and tells whether a translation uses them. It
// writes terms and term_changes and nothing else; it decides nothing about translations.
package glossary

import (
	"time"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// TermID names a term.
type TermID int64

// Limits, in weighted characters.
const (
	MaxText = 300
	MaxNote = 1000
)

// Term is how one thing is called in each language.
type Term struct {
	ID            TermID
	Challenge     int64             // where it is valid; 0: everywhere
	ChallengeSlug string            // "" of a global term
	Texts         map[string]string // by language: {"en": "AIDS", "zh": "…"}
	Note          string            // for translators
	CreatedAt     time.Time
	CreatedBy     account.MemberID // 0: the operator
	UpdatedAt     time.Time
	UpdatedBy     account.MemberID // 0: the operator
	DeletedAt     *time.Time
}

// Service keeps the terms. It is safe for concurrent use.
type Service struct {
	store *pg.Store
	terms snapshotCache
}

// New makes the service.
func New(store *pg.Store) *Service { return &Service{store: store} }

// subject is what pg.Changes calls the terms.
const subject = "glossary"

var (
	errForbidden = fault.New(fault.Forbidden, "error.forbidden")
	errNotFound  = fault.New(fault.NotFound, "glossary.term.not_found")
	errDeleted   = fault.New(fault.Conflict, "glossary.term.deleted")
	errKnown     = fault.New(fault.Conflict, "glossary.term.known")
	errUTF8      = fault.New(fault.Malformed, "error.utf8")
)
