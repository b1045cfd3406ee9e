package glossary

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/markup"
	"senet/internal/pg"
)

// PageSize is how many rows List and Changes yield at most.
const PageSize = 50

// OnlyGlobal, as the challenge of a Filter, picks the terms that are valid everywhere.
const OnlyGlobal int64 = -1

// Filter picks terms; the zero Filter all that are in use.
type Filter struct {
	Text      string // is in a text or the note; letter case does not matter
	Challenge int64  // its own terms only; 0: all
	Deleted   bool   // the deleted ones instead; for administrators
	Before    TermID // the Next of the page before; 0: the newest
}

// Page is a part of the list, newest first.
type Page struct {
	Terms []Term
	Next  TermID // the cursor of the page after it; 0 when it is the last
}

const termColumns = `t.id, coalesce(t.challenge_id, 0) as challenge, coalesce(c.slug, '') as challenge_slug, t.texts, t.note,
	t.created_at, coalesce(t.created_by, 0) as created_by, t.updated_at, coalesce(t.updated_by, 0) as updated_by, t.deleted_at
from terms t left join challenges c on c.id = t.challenge_id`

const listTerms = `select ` + termColumns + `
where (t.deleted_at is not null) = @deleted and (@before::bigint = 0 or t.id < @before)
	and (@challenge::bigint = 0 or coalesce(t.challenge_id, -1) = @challenge)
	and (@like::text = '' or t.note ilike @like
		or exists (select from jsonb_each_text(t.texts) x where x.value ilike @like))
order by t.id desc limit @limit`

// List lists terms, the newest first. Everybody may see those in use.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) (Page, error) {
	if f.Deleted && !viewer.Administers() {
		return Page{}, errForbidden
	}
	text, ok := markup.CleanLine(f.Text)
	if !ok {
		return Page{}, errUTF8
	}
	terms, err := pg.All[Term](ctx, s.store, listTerms, pgx.StrictNamedArgs{"deleted": f.Deleted, "before": f.Before,
		"challenge": f.Challenge, "like": like(text), "limit": PageSize + 1})
	if err != nil {
		return Page{}, fmt.Errorf("list terms: %w", err)
	}
	p := Page{Terms: terms}
	if len(terms) > PageSize {
		p.Terms = terms[:PageSize]
		p.Next = terms[PageSize-1].ID
	}
	return p, nil
}

// maxSearch bounds what is searched for, in bytes.
const maxSearch = 300

// like is the pattern of texts that contain s; "" for an empty s.
func like(s string) string {
	if s == "" || len(s) > maxSearch {
		s = strings.ToValidUTF8(s[:min(len(s), maxSearch)], "")
	}
	if s == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

const findTerm = `select ` + termColumns + ` where t.id = @id and (t.deleted_at is null or @deleted)`

// Find is one term; a deleted one is there for administrators only.
func (s *Service) Find(ctx context.Context, viewer account.Viewer, id TermID) (Term, error) {
	t, err := pg.One[Term](ctx, s.store, findTerm, pgx.StrictNamedArgs{"id": id, "deleted": viewer.Administers()})
	if err != nil {
		return t, fmt.Errorf("find term %d: %w", id, pg.OrNotFound(err, errNotFound))
	}
	return t, nil
}
