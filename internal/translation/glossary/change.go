package glossary

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// ChangeID names a row of the record of changes.
type ChangeID int64

// Action is what was done to a term.
type Action string

const (
	Added    Action = "add"
	Changed  Action = "change"
	Deleted  Action = "delete"
	Restored Action = "restore"
	Imported Action = "import" // added, restored or given another note by a file
)

// State is a term as it was at a change.
type State struct {
	Challenge int64             `json:"challenge_id,omitempty"`
	Texts     map[string]string `json:"texts"`
	Note      string            `json:"note"`
}

func (t Term) state() *State { return &State{Challenge: t.Challenge, Texts: t.Texts, Note: t.Note} }

func (s *State) equal(o *State) bool {
	return s.Challenge == o.Challenge && s.Note == o.Note && maps.Equal(s.Texts, o.Texts)
}

// Change is a row of the record.
type Change struct {
	ID        ChangeID
	TermID    TermID
	At        time.Time
	ActorID   account.MemberID // 0: the operator
	ActorName string
	Action    Action
	Was       *State // nil: it was not there
	Now       *State // nil: it is gone
}

const insertChange = `
insert into term_changes (term_id, actor_id, action, was, now) values (@term, @actor, @action, @was, @now)`

// record writes down a change in its transaction, after which everybody's terms are read anew.
func (s *Service) record(ctx context.Context, tx *pg.Tx, actor account.MemberID, id TermID, action Action, was, now *State) error {
	_, err := tx.Exec(ctx, insertChange, pgx.StrictNamedArgs{"term": id, "actor": actor, "action": action, "was": was, "now": now})
	if err != nil {
		return fmt.Errorf("record change of term %d: %w", id, err)
	}
	tx.Touch(subject)
	return nil
}

// ChangePage is a part of the record, newest first.
type ChangePage struct {
	Changes []Change
	Next    ChangeID // the cursor of the page after it; 0 when it is the last
}

const listChanges = `
select h.id, h.term_id, h.at, coalesce(h.actor_id, 0) as actor_id, coalesce(m.name, '') as actor_name, h.action, h.was, h.now
from term_changes h left join members m on m.id = h.actor_id
where (@before::bigint = 0 or h.id < @before) and (@term::bigint = 0 or h.term_id = @term)
order by h.id desc limit @limit`

// Changes is the record of all terms or, with a term, of that one, from before on; 0 is its newest page. For
// moderators.
func (s *Service) Changes(ctx context.Context, viewer account.Viewer, term TermID, before ChangeID) (ChangePage, error) {
	if !viewer.Moderates() {
		return ChangePage{}, errForbidden
	}
	changes, err := pg.All[Change](ctx, s.store, listChanges, pgx.StrictNamedArgs{"before": before, "term": term, "limit": PageSize + 1})
	if err != nil {
		return ChangePage{}, fmt.Errorf("list changes of terms: %w", err)
	}
	p := ChangePage{Changes: changes}
	if len(changes) > PageSize {
		p.Changes = changes[:PageSize]
		p.Next = changes[PageSize-1].ID
	}
	return p, nil
}
