package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// Application is somebody who has joined during a raid and waits for a moderator.
type Application struct {
	ID     MemberID
	Solved bool // their browser has solved the puzzle
}

var errWaiting = fault.New(fault.Forbidden, "account.waiting")

const endApplication = `update members set applied_at = null where id = @id and applied_at is not null returning name`

// EndApplication ends that a member waits, from the commit on and in open sessions too: what the member may do then is what
// their sanctions leave. The caller's transaction also holds the log of why. Who does not wait is NotFound
// account.member.not_waiting.
func (s *Service) EndApplication(ctx context.Context, tx *pg.Tx, id MemberID) (name string, err error) {
	if err := tx.QueryRow(ctx, endApplication, pgx.StrictNamedArgs{"id": id}).Scan(&name); err != nil {
		return "", fmt.Errorf("end the application of member %d: %w", id, pg.OrNotFound(err, fault.New(fault.NotFound, "account.member.not_waiting")))
	}
	tx.Touch(Subject(id), "members")
	return name, nil
}
