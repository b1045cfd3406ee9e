package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// PageSize is how many rows Log yields at most.
const PageSize = 40

// Filter picks rows of the log. Zero values pick everything.
type Filter struct {
	Action  Action
	Subject Subject // a zero ID: all of that kind
	Actor   account.MemberID
}

// Page is a part of the log, newest first.
type Page struct {
	Entries []Entry
	Next    LogID // the cursor of the page after it; 0 when it is the last
}

const entryColumns = `
	select l.id, l.at, l.actor_id, a.name as actor_name, l.action, l.subject_kind, l.subject_id,
		coalesce(l.author_id, 0) as author_id, coalesce(m.name, '') as author_name, l.reason, coalesce(r.key, '') as rule, coalesce(l.case_id, 0) as "case", l.data,
		coalesce(l.undoes, 0) as undoes, coalesce(u.id, 0) as undone_by,
		not exists (select 1 from moderation_log x where x.subject_kind = l.subject_kind
			and x.subject_id = l.subject_id and x.aspect = l.aspect and x.id > l.id) as stands
	from moderation_log l
		join members a on a.id = l.actor_id
		left join members m on m.id = l.author_id
		left join rules r on r.id = l.rule_id
		left join moderation_log u on u.undoes = l.id`

const listEntries = entryColumns + `
	where (@before::bigint = 0 or l.id < @before)
		and (@action::text = '' or l.action = @action)
		and (@kind::text = '' or l.subject_kind = @kind) and (@subject::bigint = 0 or l.subject_id = @subject)
		and (@actor::bigint = 0 or l.actor_id = @actor)
	order by l.id desc
	limit @limit`

// Log is the log from before on; 0 is its newest page. For moderators.
func (s *Service) Log(ctx context.Context, viewer account.Viewer, f Filter, before LogID) (Page, error) {
	if err := permitHub(viewer); err != nil {
		return Page{}, err
	}
	entries, err := pg.All[Entry](ctx, s.store, listEntries, pgx.StrictNamedArgs{
		"before": before, "action": f.Action, "kind": f.Subject.Kind, "subject": f.Subject.ID, "actor": f.Actor,
		"limit": PageSize + 1,
	})
	if err != nil {
		return Page{}, fmt.Errorf("read moderation log: %w", err)
	}
	var p Page
	if len(entries) > PageSize {
		entries = entries[:PageSize]
		p.Next = entries[PageSize-1].ID
	}
	p.Entries = entries
	return p, nil
}

const findEntry = entryColumns + ` where l.id = @id`

// Find is one row of the log. For moderators.
func (s *Service) Find(ctx context.Context, viewer account.Viewer, id LogID) (Entry, error) {
	if err := permitDesk(viewer); err != nil {
		return Entry{}, err
	}
	e, err := pg.One[Entry](ctx, s.store, findEntry, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return Entry{}, fmt.Errorf("find log row %d: %w", id, pg.OrNotFound(err, errNoEntry))
	}
	return e, permitWithin(ctx, s.store, viewer, e.Subject())
}
