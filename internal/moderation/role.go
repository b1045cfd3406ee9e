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

const lockTranslator = `select name, translator from members where id = @id for no key update`

// trust lets a member review translations, or no longer; nobody themselves.
func (s *Service) trust(viewer account.Viewer, id account.MemberID, trust bool) decision {
	action, kind := Distrust, notify.KindDistrusted
	if trust {
		action, kind = Trust, notify.KindTrusted
	}
	d := decision{action: action, subject: Subject{Kind: Member, ID: int64(id)}}
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

// Administrators are locked with the member, in one order, because account.SetRole locks them: two who take each other's role
// must not wait for each other for ever.
const lockMember = `
	with locked as (
		select id, name, role from members where id = @id or role = 'admin' order by id for no key update
	)
	select name, role from locked where id = @id`

// setRole gives a member a role.
func (s *Service) setRole(viewer account.Viewer, id account.MemberID, to account.Role) decision {
	d := decision{action: Role, subject: Subject{Kind: Member, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var name string
		var was account.Role
		if err := tx.QueryRow(ctx, lockMember, pgx.StrictNamedArgs{"id": id}).Scan(&name, &was); err != nil {
			return outcome{}, fmt.Errorf("find member: %w", pg.OrNotFound(err, errNoMember))
		}
		if was == to {
			return outcome{}, errAlreadySo
		}
		if err := s.accounts.SetRole(ctx, tx, viewer, id, to); err != nil {
			return outcome{}, err
		}
		return outcome{author: id, data: Data{Title: name, Was: string(was), Now: string(to)},
			notice: notify.Notice{Kind: notify.KindRole, Data: notify.Data{Role: to}}}, nil
	}
	return d
}
