package notify

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/mail"
	"senet/internal/pg"
)

// Tell puts a notice into one inbox, in the transaction of what it tells. Nothing happens when the member told is
// the actor, or has been told of that post already.
func (s *Service) Tell(ctx context.Context, tx *pg.Tx, n Notice) error {
	return s.TellMany(ctx, tx, []account.MemberID{n.To}, n)
}

const tellMany = `
	insert into notices (member_id, kind, actor_id, subject, within, path, data)
	select distinct m, kind, nullif(actor, 0), @subject, @within, @path, @data::jsonb
	from unnest(@to::bigint[]) m, (select @kind::text as kind, @actor::bigint as actor) n
	where m <> actor and m <> 0` + notBlocked + `
	order by m
	on conflict do nothing
	returning id, member_id, kind`

// notBlocked leaves out those who do not want to hear from the actor; what moderators do everybody hears of.
const notBlocked = `
	and not (kind = any('{reply,mention,quote,thread,translated}'::text[])
		and exists (select from member_blocks b where b.member_id = m and b.other_id = actor))`

// TellMany puts the same notice into many inboxes with one statement; n.To does not matter. A member is told of a
// post once: tell those who are mentioned or quoted before those who merely follow. Of a text's translation a member is
// told again only after reading the notice before.
func (s *Service) TellMany(ctx context.Context, tx *pg.Tx, to []account.MemberID, n Notice) error {
	if len(to) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, tellMany, pgx.StrictNamedArgs{
		"to": to, "kind": n.Kind, "actor": int64(n.Actor), "subject": n.Subject, "within": n.Within, "path": n.Path, "data": n.Data,
	})
	if err == nil {
		err = s.told(ctx, tx, rows)
	}
	if err != nil {
		return fmt.Errorf("tell %d members of %s %s: %w", len(to), n.Kind, n.Subject, err)
	}
	return nil
}

// told reads the notices that have just been written: their inboxes have changed, and those who want it get a letter.
func (s *Service) told(ctx context.Context, tx *pg.Tx, rows pgx.Rows) error {
	written, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		ID       ID
		MemberID account.MemberID
		Kind     Kind
	}])
	if err != nil {
		return err
	}
	var letters []mail.Letter
	for _, n := range written {
		tx.Touch(inbox(n.MemberID))
		if as, ok := letterKind(n.Kind); ok {
			letters = append(letters, letter(n.MemberID, n.ID, as))
		}
	}
	return s.Mail.Queue(ctx, tx, letters...)
}

const tellEach = `
	insert into notices (member_id, kind, actor_id, subject, within, path, data)
	select m, kind, nullif(actor, 0), subject, within, path, data::jsonb
	from unnest(@to::bigint[], @kinds::text[], @actors::bigint[], @subjects::text[], @withins::text[], @paths::text[], @data::text[])
		as n (m, kind, actor, subject, within, path, data)
	where m <> actor and m <> 0` + notBlocked + `
	order by m
	on conflict do nothing
	returning id, member_id, kind`

// TellEach is Tell for many different notices, with one statement.
func (s *Service) TellEach(ctx context.Context, tx *pg.Tx, ns []Notice) error {
	if len(ns) == 0 {
		return nil
	}
	to, actors := make([]int64, len(ns)), make([]int64, len(ns))
	kinds, subjects, withins := make([]string, len(ns)), make([]string, len(ns)), make([]string, len(ns))
	paths, data := make([]string, len(ns)), make([]string, len(ns))
	for i, n := range ns {
		values, err := json.Marshal(n.Data)
		if err != nil {
			return fmt.Errorf("encode notice of %s: %w", n.Subject, err)
		}
		to[i], actors[i] = int64(n.To), int64(n.Actor)
		kinds[i], subjects[i], withins[i], paths[i], data[i] = string(n.Kind), n.Subject, n.Within, n.Path, string(values)
	}
	rows, err := tx.Query(ctx, tellEach, pgx.StrictNamedArgs{"to": to, "kinds": kinds, "actors": actors, "subjects": subjects,
		"withins": withins, "paths": paths, "data": data})
	if err == nil {
		err = s.told(ctx, tx, rows)
	}
	if err != nil {
		return fmt.Errorf("tell %d notices: %w", len(ns), err)
	}
	return nil
}

// Rows are locked in the order of their ids, here and when they are marked as read: two at once wait, never for ever.
const retractFor = `
	with doomed as (
		select id from notices
		where kind in ('reply', 'mention', 'quote', 'thread', 'translated', 'outdated', 'event_outcome') and (subject = any(@subjects) or within = any(@subjects))
		order by id for update
	), gone as (
		delete from notices n using doomed d where n.id = d.id returning n.member_id
	), untitled as (
		update notices set data = data - 'title' - 'was' - 'lang'
		where kind not in ('reply', 'mention', 'quote', 'thread', 'translated', 'outdated', 'event_outcome') and within = any(@subjects)
	)
	select distinct member_id from gone order by member_id`

// RetractFor takes back what led members to something that is being hidden: call it in the same transaction, with
// the post's subject, and with the thread's too when the whole thread goes. What moderators told of posts within a
// hidden thread stays, without its title.
func (s *Service) RetractFor(ctx context.Context, tx *pg.Tx, subjects ...string) error {
	rows, err := tx.Query(ctx, retractFor, pgx.StrictNamedArgs{"subjects": subjects})
	if err := touchInboxes(tx, rows, err); err != nil {
		return fmt.Errorf("retract notices of %v: %w", subjects, err)
	}
	return nil
}

const retitle = `
	update notices set data = data || jsonb_build_object('title', @title::text, 'lang', @lang::text)
	where (within = @subject or subject = @subject) and data ? 'title'`

// Retitle gives the notices about a thread and its posts the thread's new title, in the transaction that renames it:
// a title is renamed because it should not be read any more.
func (s *Service) Retitle(ctx context.Context, tx *pg.Tx, subject string, d Data) error {
	if _, err := tx.Exec(ctx, retitle, pgx.StrictNamedArgs{"subject": subject, "title": d.Title, "lang": d.Lang}); err != nil {
		return fmt.Errorf("retitle notices of %s: %w", subject, err)
	}
	return nil
}

// touchInboxes reads the member ids of rows and tells, after commit, that their inboxes have changed.
func touchInboxes(tx *pg.Tx, rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	if err != nil {
		return err
	}
	for _, id := range ids {
		tx.Touch(inbox(id))
	}
	return nil
}

// inbox is the subject under which pg.Changes knows a member's inbox.
func inbox(id account.MemberID) string { return Subject("inbox", id) }
