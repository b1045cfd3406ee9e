package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/notify"
	"senet/internal/pg"
)

var (
	errFor        = fault.New(fault.Invalid, "moderation.for")
	errStaffAdmin = fault.New(fault.Forbidden, "moderation.staff_admin")
	errSecond     = fault.New(fault.Conflict, "moderation.second")
)

// SecondWithin is how long a proposal to suspend somebody of the staff waits for another administrator.
const SecondWithin = 7 * 24 * time.Hour

const lockSanctioned = `select name, role from members where id = @id for no key update`

// sanctioned is a member who is to be sanctioned, locked; a moderator is sanctioned by administrators only.
func sanctioned(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id account.MemberID) (name string, role account.Role, err error) {
	if err := tx.QueryRow(ctx, lockSanctioned, pgx.StrictNamedArgs{"id": id}).Scan(&name, &role); err != nil {
		return "", "", fmt.Errorf("find member: %w", pg.OrNotFound(err, errNoMember))
	}
	if role != account.RoleMember && !viewer.Administers() {
		return "", "", errStaffAdmin
	}
	return name, role, nil
}

// warn tells a member what must not happen again, or takes that back.
func (s *Service) warn(viewer account.Viewer, id account.MemberID, on bool) decision {
	d, kind := decision{action: Unwarn, subject: Subject{Kind: Member, ID: int64(id)}}, notify.KindUnwarned
	if on {
		d.action, kind = Warn, notify.KindWarned
	}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		name, _, err := sanctioned(ctx, tx, viewer, id)
		if err != nil {
			return outcome{}, err
		}
		return outcome{author: id, data: Data{Title: name}, notice: notify.Notice{Kind: kind}}, nil
	}
	return d
}

// silence keeps a member from writing for a time, or (0) until somebody takes it back.
func (s *Service) silence(viewer account.Viewer, id account.MemberID, on bool, lasts time.Duration) decision {
	d := decision{action: Unsilence, subject: Subject{Kind: Member, ID: int64(id)}}
	if on {
		d.action = Silence
	}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		name, _, err := sanctioned(ctx, tx, viewer, id)
		if err != nil {
			return outcome{}, err
		}
		of, err := s.accounts.Sanctions(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		if !of.Silenced.IsZero() == on {
			return outcome{}, errAlreadySo
		}
		out := outcome{author: id, data: Data{Title: name}, notice: notify.Notice{Kind: notify.KindUnsilenced}}
		of.Silenced = time.Time{}
		if on {
			of.Silenced = endOf(lasts)
			out.notice.Kind = notify.KindSilenced
			out.data.Until = &of.Silenced
			out.notice.Data.Until = untilOf(of.Silenced)
		}
		return out, s.accounts.SetSanctions(ctx, tx, id, of)
	}
	return d
}

// suspend shuts a member out, or lets them in again. To shut out somebody of the staff takes two administrators: the first
// only proposes it.
func (s *Service) suspend(viewer account.Viewer, id account.MemberID, on bool, lasts time.Duration) decision {
	d := decision{action: Unsuspend, subject: Subject{Kind: Member, ID: int64(id)}}
	if on {
		d.action = Suspend
	}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		name, role, err := sanctioned(ctx, tx, viewer, id)
		if err != nil {
			return outcome{}, err
		}
		of, err := s.accounts.Sanctions(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		if !of.Suspended.IsZero() == on {
			return outcome{}, errAlreadySo
		}
		out := outcome{author: id, data: Data{Title: name}, notice: notify.Notice{Kind: notify.KindUnsuspended}}
		of.Suspended = time.Time{}
		if on {
			end := endOf(lasts)
			out.data.Until = &end
			if role != account.RoleMember {
				agreed, err := proposed(ctx, tx, viewer, id)
				if err != nil {
					return outcome{}, err
				}
				if !agreed {
					return outcome{author: id, data: out.data, action: Propose}, nil
				}
			}
			of.Suspended = end
			out.notice.Kind = notify.KindSuspended
			out.notice.Data.Until = untilOf(end)
		}
		return out, s.accounts.SetSanctions(ctx, tx, id, of)
	}
	return d
}

const lastProposal = `
	select actor_id from moderation_log l
	where subject_kind = 'member' and subject_id = @id and action = 'propose' and at > now() - make_interval(secs => @within)
		and not exists (select from moderation_log s where s.subject_kind = 'member' and s.subject_id = @id
			and s.action in ('suspend', 'unsuspend') and s.id > l.id)
	order by id limit 1`

// proposed reports whether another administrator has proposed the same lately; a Conflict when the viewer has.
func proposed(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id account.MemberID) (bool, error) {
	var by account.MemberID
	err := tx.QueryRow(ctx, lastProposal, pgx.StrictNamedArgs{"id": id, "within": SecondWithin.Seconds()}).Scan(&by)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for a proposal: %w", err)
	case by == viewer.ID:
		return false, errSecond
	}
	return true, nil
}

// MaxFor is the longest sanction that ends by itself.
const MaxFor = 365 * 24 * time.Hour

// checkFor refuses a length that makes no sense.
func checkFor(lasts time.Duration) error {
	if lasts < 0 || lasts > MaxFor {
		return errFor
	}
	return nil
}

// endOf is when what begins now ends; 0 lasts for ever.
func endOf(lasts time.Duration) time.Time {
	if lasts == 0 {
		return account.ForEver
	}
	return time.Now().Add(lasts).UTC().Truncate(time.Second)
}

// untilOf is the end that a notice names; nil: for ever.
func untilOf(end time.Time) *time.Time {
	if end.Equal(account.ForEver) {
		return nil
	}
	return &end
}
