package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// ForEver is the end of a sanction that does not end by itself.
var ForEver = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Sanctions are until when a member may not write, and not come in at all; the zero time: not.
type Sanctions struct {
	Silenced  time.Time
	Suspended time.Time
}

const sanctionsOf = `
	select coalesce(silenced_until, 'epoch'), coalesce(suspended_until, 'epoch') from members where id = @id for no key update`

// Sanctions are those of a member that are in force, locked until the end of the transaction.
func (s *Service) Sanctions(ctx context.Context, tx *pg.Tx, id MemberID) (Sanctions, error) {
	var of Sanctions
	err := tx.QueryRow(ctx, sanctionsOf, pgx.StrictNamedArgs{"id": id}).Scan(&of.Silenced, &of.Suspended)
	if err != nil {
		return of, fmt.Errorf("find sanctions of member %d: %w", id, pg.OrNotFound(err, fault.New(fault.NotFound, "account.member.not_found")))
	}
	now := s.stamp()
	if !of.Silenced.After(now) {
		of.Silenced = time.Time{}
	}
	if !of.Suspended.After(now) {
		of.Suspended = time.Time{}
	}
	return of, nil
}

const setSanctions = `
	update members set silenced_until = @silenced, suspended_until = @suspended where id = @id`

// SetSanctions replaces them, in the transaction that logs why. Open sessions and sockets hear of it with the commit; who is
// suspended is signed out everywhere.
func (s *Service) SetSanctions(ctx context.Context, tx *pg.Tx, id MemberID, to Sanctions) error {
	_, err := tx.Exec(ctx, setSanctions, pgx.StrictNamedArgs{"id": id, "silenced": orNull(to.Silenced), "suspended": orNull(to.Suspended)})
	if err != nil {
		return fmt.Errorf("sanction member %d: %w", id, err)
	}
	if !to.Suspended.IsZero() {
		if _, err := tx.Exec(ctx, `delete from sessions where member_id = $1`, id); err != nil {
			return fmt.Errorf("end sessions of member %d: %w", id, err)
		}
	}
	tx.Touch(Subject(id), "members")
	return nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

const isSuspended = `select coalesce(suspended_until > now(), false) from members where id = @id`

// Suspended reports whether a member is shut out now.
func (s *Service) Suspended(ctx context.Context, id MemberID) (out bool, err error) {
	if err := s.store.QueryRow(ctx, isSuspended, pgx.StrictNamedArgs{"id": id}).Scan(&out); err != nil {
		return false, fmt.Errorf("look whether member %d is suspended: %w", id, err)
	}
	return out, nil
}

// sanctionFault is what is told of a sanction: ever, or until where it ends.
func sanctionFault(ever, until string, end time.Time) *fault.Fault {
	if end.Equal(ForEver) {
		return fault.New(fault.Forbidden, ever)
	}
	return fault.New(fault.Forbidden, until).With("Time", end.UTC().Format("2006-01-02 15:04 UTC"))
}

func errSilenced(end time.Time) *fault.Fault {
	return sanctionFault("account.silenced", "account.silenced_until", end)
}

func errSuspended(end time.Time) *fault.Fault {
	return sanctionFault("account.suspended", "account.suspended_until", end)
}
