package moderation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/notify"
	"senet/internal/pg"
)

// Door is how people may come in now. Only while the hub is being flooded are forms timed: at other times who has a password
// manager, and a program of the house, may be fast.
func (s *Service) Door(ctx context.Context) (account.Door, error) {
	p, err := s.Policy(ctx)
	if err != nil || !p.Raided() {
		return account.Door{}, err
	}
	return account.Door{Least: time.Duration(p.JoinSeconds) * time.Second, Raided: true}, nil
}

// Applied opens the case of somebody who has joined during a raid, in the transaction of that. Those whose browsers have
// solved the puzzle come first: robots rarely take the trouble.
func (s *Service) Applied(ctx context.Context, tx *pg.Tx, a account.Application) error {
	o := opening{subject: Subject{Kind: Member, ID: int64(a.ID)}, kind: Joining, author: a.ID}
	if a.Solved {
		o.urgency = 1
	}
	_, err := s.open(ctx, tx, o)
	return err
}

var errApplication = fault.New(fault.Conflict, "case.answer_application")

const lockApplication = `
	select id from cases where subject_kind = 'member' and subject_id = @id and kind = 'join' and closed_at is null for update`

// application holds the case of somebody who waits; a Conflict when nobody of that id does any more.
func application(ctx context.Context, tx *pg.Tx, id account.MemberID) error {
	var of CaseID
	if err := tx.QueryRow(ctx, lockApplication, pgx.StrictNamedArgs{"id": id}).Scan(&of); err != nil {
		return fmt.Errorf("find the application of member %d: %w", id, pg.OrNotFound(err, errAlreadySo))
	}
	return nil
}

// admit lets an applicant take part.
func (s *Service) admit(id account.MemberID) decision {
	d := decision{action: Approve, subject: Subject{Kind: Member, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		if err := application(ctx, tx, id); err != nil {
			return outcome{}, err
		}
		name, err := s.accounts.EndApplication(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		return outcome{author: id, data: Data{Title: name}, notice: notify.Notice{Kind: notify.KindAdmitted}}, nil
	}
	return d
}

// turnDown closes the account of an applicant, who may appeal; letting them in again is the way back.
func (s *Service) turnDown(id account.MemberID) decision {
	d := decision{action: Reject, subject: Subject{Kind: Member, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		if err := application(ctx, tx, id); err != nil {
			return outcome{}, err
		}
		name, err := s.accounts.EndApplication(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		of, err := s.accounts.Sanctions(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		of.Suspended = account.ForEver
		if err := s.accounts.SetSanctions(ctx, tx, id, of); err != nil {
			return outcome{}, err
		}
		return outcome{author: id, data: Data{Title: name, Until: &of.Suspended}, notice: notify.Notice{Kind: notify.KindTurnedDown}}, nil
	}
	return d
}
