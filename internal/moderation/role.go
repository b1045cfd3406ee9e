package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
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

const nameOf = `select name from members where id = @id`

// moderates is the aspect of a member's moderating one challenge: another challenge is another matter.
func moderates(challenge int64) string { return fmt.Sprintf("moderates:%d", challenge) }

// aspect is that of the decision.
func (e Entry) aspect() string {
	if at := e.Data.NowChallenge; at != nil && (e.Action == Appoint || e.Action == Recall) {
		return moderates(at.ID)
	}
	return e.Action.aspect()
}

// appoint makes a member moderator of one challenge, or no longer.
func (s *Service) appoint(viewer account.Viewer, id account.MemberID, of forum.ChallengeID, on bool) decision {
	action, kind := Recall, notify.KindRecalled
	if on {
		action, kind = Appoint, notify.KindAppointed
	}
	d := decision{action: action, subject: Subject{Kind: Member, ID: int64(id)}, aspect: moderates(int64(of))}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		where, err := challengeState(ctx, tx, of)
		if err != nil {
			return outcome{}, err
		}
		var name string
		if err := tx.QueryRow(ctx, nameOf, pgx.StrictNamedArgs{"id": id}).Scan(&name); err != nil {
			return outcome{}, fmt.Errorf("find member: %w", pg.OrNotFound(err, errNoMember))
		}
		err = s.accounts.SetModerator(ctx, tx, viewer, id, int64(of), on)
		if f := fault.Of(err); f != nil && f.Key == "account.role.already" {
			return outcome{}, errAlreadySo
		}
		return outcome{author: id, data: Data{Title: name, NowChallenge: where, Path: "/c/" + where.Slug},
			notice: notify.Notice{Kind: kind, Path: "/c/" + where.Slug, Data: notify.Data{Challenge: &where.Title}}}, err
	}
	return d
}
