package workshop

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/notify"
	"senet/internal/pg"
)

const (
	listDrafters = `
		select m.id, m.name, m.handle, m.region, m.affiliation, m.role, d.role as staff_role
		from workshop_drafters d join members m on m.id = d.member_id
		where d.workshop_id = @workshop
		order by array_position(array['organiser', 'host', 'interpreter'], d.role), m.id`
	setDrafter = `
		insert into workshop_drafters (workshop_id, member_id, role) values (@workshop, @member, @role)
		on conflict (workshop_id, member_id) do update set role = excluded.role`
	dropDrafter = `delete from workshop_drafters where workshop_id = @workshop and member_id = @member`
	noOrganiser = `select not exists (select from workshop_drafters where workshop_id = @workshop and role = 'organiser')`
)

func drafters(ctx context.Context, db pg.DB, id ID) ([]chat.StaffMember, error) {
	all, err := pg.All[chat.StaffMember](ctx, db, listDrafters, pgx.StrictNamedArgs{"workshop": id})
	if err != nil {
		return nil, fmt.Errorf("list staff of draft %d: %w", id, err)
	}
	return all, nil
}

// Staff is everybody with a role in an event: organisers, hosts, interpreters. Who may see the event is for the caller to
// ask.
func (s *Service) Staff(ctx context.Context, e Event) ([]chat.StaffMember, error) {
	if e.State == Draft {
		return drafters(ctx, s.store, e.ID)
	}
	return s.chat.Staff(ctx, e.RoomID)
}

// SetStaff gives the member with that handle a role in an event, or with "" takes it; for its organisers. An event always
// keeps an organiser. Who is given a role is told.
func (s *Service) SetStaff(ctx context.Context, viewer account.Viewer, id ID, handle string, role chat.StaffRole) error {
	switch role {
	case "", chat.Organiser, chat.Host, chat.Interpreter:
	default:
		return fault.New(fault.Invalid, "chat.staff.unknown_role")
	}
	m, err := s.accounts.FindByHandle(ctx, viewer, handle)
	if fault.KindOf(err) == fault.NotFound {
		var wrong fault.Fields
		wrong.Add("handle", "workshop.no_such_member", nil)
		return wrong.Err()
	}
	if err != nil {
		return err
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := s.hold(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		touch(tx, id)
		if role != "" {
			if err := s.tell(ctx, tx, notify.Notice{Kind: notify.KindEventStaff, Actor: viewer.ID, Data: notify.Data{Staff: string(role)}}, e, m.ID); err != nil {
				return err
			}
		}
		if e.State == Draft {
			return setDraftStaff(ctx, tx, id, m.ID, role)
		}
		return s.chat.SetStaff(ctx, tx, viewer.ID, e.RoomID, m.ID, role)
	})
	return wrap(fmt.Sprintf("give a role in workshop %d", id), err)
}

func setDraftStaff(ctx context.Context, tx *pg.Tx, id ID, member account.MemberID, role chat.StaffRole) error {
	args := pgx.StrictNamedArgs{"workshop": id, "member": member}
	query := dropDrafter
	if role != "" {
		query, args["role"] = setDrafter, role
	}
	if _, err := tx.Exec(ctx, query, args); err != nil {
		return err
	}
	var orphan bool
	if err := tx.QueryRow(ctx, noOrganiser, pgx.StrictNamedArgs{"workshop": id}).Scan(&orphan); err != nil {
		return err
	}
	if orphan {
		return fault.New(fault.Conflict, "chat.staff.last_organiser")
	}
	return nil
}
