package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/notify"
	"senet/internal/pg"
)

var errNoMember = fault.New(fault.NotFound, "moderation.no_member")

// Trust lets a member review translations; for moderators, and nobody themselves.
func (s *Service) Trust(ctx context.Context, viewer account.Viewer, id account.MemberID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.trust(viewer, id, true, reason))
}

// Distrust takes that back.
func (s *Service) Distrust(ctx context.Context, viewer account.Viewer, id account.MemberID, reason string) (Entry, error) {
	return s.decide(ctx, viewer, s.trust(viewer, id, false, reason))
}

const lockTranslator = `select name, translator from members where id = @id for no key update`

func (s *Service) trust(viewer account.Viewer, id account.MemberID, trust bool, reason string) decision {
	action, kind := Distrust, notify.KindDistrusted
	if trust {
		action, kind = Trust, notify.KindTrusted
	}
	d := decision{action: action, subject: Subject{Kind: Member, ID: int64(id)}, reason: reason}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var name string
		var was bool
		if err := tx.QueryRow(ctx, lockTranslator, pgx.StrictNamedArgs{"id": id}).Scan(&name, &was); err != nil {
			return outcome{}, fmt.Errorf("find member: %w", pg.OrNotFound(err, errNoMember))
		}
		if was == trust {
			return outcome{}, errAlreadySo
		}
		if err := s.accounts.SetTranslator(ctx, tx, viewer, id, trust); err != nil {
			return outcome{}, err
		}
		return outcome{author: id, data: Data{Title: name}, notice: notify.Notice{Kind: kind}}, nil
	}
	return d
}

// RoleChange is the role a member gets, and why.
type RoleChange struct {
	Role   account.Role
	Reason string
}

// SetRole gives a member a role; for administrators.
func (s *Service) SetRole(ctx context.Context, viewer account.Viewer, id account.MemberID, to RoleChange) (Entry, error) {
	return s.decide(ctx, viewer, s.setRole(viewer, id, to))
}

// Administrators are locked with the member, in one order, because SetRole locks them: two who take each other's role
// must not wait for each other for ever.
const lockMember = `
	with locked as (
		select id, name, role from members where id = @id or role = 'admin' order by id for no key update
	)
	select name, role from locked where id = @id`

func (s *Service) setRole(viewer account.Viewer, id account.MemberID, to RoleChange) decision {
	d := decision{action: Role, subject: Subject{Kind: Member, ID: int64(id)}, reason: to.Reason}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var name string
		var was account.Role
		if err := tx.QueryRow(ctx, lockMember, pgx.StrictNamedArgs{"id": id}).Scan(&name, &was); err != nil {
			return outcome{}, fmt.Errorf("find member: %w", pg.OrNotFound(err, errNoMember))
		}
		if was == to.Role {
			return outcome{}, errAlreadySo
		}
		if err := s.accounts.SetRole(ctx, tx, viewer, id, to.Role); err != nil {
			return outcome{}, err
		}
		return outcome{author: id, data: Data{Title: name, Was: string(was), Now: string(to.Role)},
			notice: notify.Notice{Kind: notify.KindRole, Data: notify.Data{Role: to.Role}}}, nil
	}
	return d
}
