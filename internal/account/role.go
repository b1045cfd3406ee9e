package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// ParseRole reads a role; false when there is none of that name.
func ParseRole(s string) (Role, bool) {
	switch r := Role(s); r {
	case RoleMember, RoleModerator, RoleAdmin:
		return r, true
	}
	return "", false
}

const updateTranslator = `update members set translator = @on where id = @id and translator <> @on returning id`

// SetTranslator trusts a member with reviewing translations, or no longer; for moderators, and nobody themselves. The
// caller's transaction also holds the log of it. Already so: the fault account.role.already.
func (s *Service) SetTranslator(ctx context.Context, tx *pg.Tx, viewer Viewer, id MemberID, on bool) error {
	if !viewer.Moderates() {
		return fault.New(fault.Forbidden, "error.forbidden")
	}
	if id == viewer.ID {
		return fault.New(fault.Conflict, "account.role.own")
	}
	if _, err := s.FindMember(ctx, viewer, id); err != nil {
		return err
	}
	var got MemberID
	err := tx.QueryRow(ctx, updateTranslator, pgx.StrictNamedArgs{"id": id, "on": on}).Scan(&got)
	if err != nil {
		return fmt.Errorf("set translator %d: %w", id, pg.OrNotFound(err, fault.New(fault.Conflict, "account.role.already")))
	}
	tx.Touch(Subject(id), "members")
	return nil
}

const lockAdmins = `select id from members where role = 'admin' order by id for no key update`

const updateRole = `update members set role = @role where id = @id`

// SetRole gives a member a role: administrators only, and nobody their own. The caller's transaction also holds the
// log of it. It is in force with the commit, in open sessions too.
//
// The last administrator cannot lose the role: whoever takes it away must be another administrator at that moment,
// and the rows of all are locked while we look.
func (s *Service) SetRole(ctx context.Context, tx *pg.Tx, viewer Viewer, id MemberID, role Role) error {
	if !viewer.Administers() {
		return fault.New(fault.Forbidden, "error.forbidden")
	}
	if _, ok := ParseRole(string(role)); !ok {
		return fault.New(fault.Invalid, "account.role.unknown")
	}
	if id == viewer.ID {
		return fault.New(fault.Conflict, "account.role.own")
	}
	rows, err := tx.Query(ctx, lockAdmins)
	if err != nil {
		return fmt.Errorf("lock administrators: %w", err)
	}
	admins, err := pgx.CollectRows(rows, pgx.RowTo[MemberID])
	if err != nil {
		return fmt.Errorf("lock administrators: %w", err)
	}
	if !slices.Contains(admins, viewer.ID) { // no longer: a Viewer may be 5 s old
		return fault.New(fault.Forbidden, "error.forbidden")
	}
	done, err := tx.Exec(ctx, updateRole, pgx.StrictNamedArgs{"id": id, "role": role})
	if err != nil {
		return fmt.Errorf("set role of member %d: %w", id, err)
	}
	if done.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "account.member.not_found")
	}
	tx.Touch(Subject(id), "members") // pages show the role
	return nil
}

// Moderator is somebody who moderates one challenge.
type Moderator struct {
	ID     MemberID
	Name   string
	Handle string
	Since  time.Time
}

const listModerators = `
	select m.id, m.name, m.handle, cm.since from challenge_moderators cm join members m on m.id = cm.member_id
	where cm.challenge_id = @challenge order by cm.since, m.id`

// Moderators are those who moderate one challenge, in the order in which they were appointed.
func (s *Service) Moderators(ctx context.Context, challenge int64) ([]Moderator, error) {
	ms, err := pg.All[Moderator](ctx, s.store, listModerators, pgx.StrictNamedArgs{"challenge": challenge})
	if err != nil {
		return nil, fmt.Errorf("list moderators of challenge %d: %w", challenge, err)
	}
	return ms, nil
}

const (
	appoint = `insert into challenge_moderators (member_id, challenge_id) values (@id, @challenge) on conflict do nothing`
	recall  = `delete from challenge_moderators where member_id = @id and challenge_id = @challenge`
)

// SetModerator makes a member moderator of one challenge, or no longer: administrators only, and nobody themselves. The
// caller's transaction also holds the log of it. Already so: the fault account.role.already.
func (s *Service) SetModerator(ctx context.Context, tx *pg.Tx, viewer Viewer, id MemberID, challenge int64, on bool) error {
	if !viewer.Administers() {
		return fault.New(fault.Forbidden, "error.forbidden")
	}
	if id == viewer.ID {
		return fault.New(fault.Conflict, "account.role.own")
	}
	change := recall
	if on {
		change = appoint
	}
	done, err := tx.Exec(ctx, change, pgx.StrictNamedArgs{"id": id, "challenge": challenge})
	if err != nil {
		return fmt.Errorf("set moderator %d of challenge %d: %w", id, challenge, err)
	}
	if done.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "account.role.already")
	}
	tx.Touch(Subject(id), "members")
	return nil
}
