package chat

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
)

// StaffRole is what somebody is in one room, beside what he is in the hub.
type StaffRole string

const (
	Organiser   StaffRole = "organiser" // announces the event, and is its host as well
	Host        StaffRole = "host"
	Interpreter StaffRole = "interpreter" // writes when only hosts may, and whose translations count as reviewed
)

// Sanction is what keeps somebody from taking part in one room.
type Sanction string

const (
	Muted   Sanction = "muted"   // reads, and neither writes nor votes
	Removed Sanction = "removed" // may not be in the room
)

// Standing is what a viewer is in a room.
type Standing struct {
	Role     StaffRole
	Sanction Sanction
	Until    *time.Time // of the sanction; nil: until it is taken back
}

// Hosts reports whether the viewer runs the room: its hosts and organisers, and the hub's moderators.
func (r Room) Hosts(viewer account.Viewer) bool {
	return viewer.Moderates() || viewer.SignedIn() && (r.Mine.Role == Host || r.Mine.Role == Organiser)
}

// Staff reports whether the viewer writes even when only hosts may.
func (r Room) Staff(viewer account.Viewer) bool {
	return r.Hosts(viewer) || viewer.SignedIn() && r.Mine.Role == Interpreter
}

// Organises reports whether the viewer may give the roles of the room.
func (r Room) Organises(viewer account.Viewer) bool {
	return viewer.Moderates() || viewer.SignedIn() && r.Mine.Role == Organiser
}

// StaffMember is somebody with a role in a room.
type StaffMember struct {
	By
	StaffRole StaffRole
}

const listStaff = `
	select a.id, a.name, a.handle, a.region, a.affiliation, a.role, st.role as staff_role
	from room_staff st join members a on a.id = st.member_id
	where st.room_id = @room
	order by array_position(array['organiser', 'host', 'interpreter'], st.role), a.id`

// Staff is everybody with a role in a room: organisers, hosts, interpreters.
func (s *Service) Staff(ctx context.Context, room RoomID) ([]StaffMember, error) {
	all, err := pg.All[StaffMember](ctx, s.store, listStaff, pgx.StrictNamedArgs{"room": room})
	if err != nil {
		return nil, fmt.Errorf("list staff of room %d: %w", room, err)
	}
	return all, nil
}

const (
	setStaff = `
		insert into room_staff (room_id, member_id, role) values (@room, @member, @role)
		on conflict (room_id, member_id) do update set role = excluded.role where room_staff.role <> excluded.role`
	dropStaff     = `delete from room_staff where room_id = @room and member_id = @member`
	lockRoom      = `select 1 from rooms where id = @room for no key update`
	lastOrganiser = `
		select exists (select from rooms where id = @room and workshop_id is not null)
			and not exists (select from room_staff where room_id = @room and role = 'organiser')`
)

// SetStaff gives a member a role in a room, or with "" takes it, as part of somebody's transaction. The room of a workshop
// always keeps an organiser. Who may is for the caller to say; the log tells everybody.
func (s *Service) SetStaff(ctx context.Context, tx *pg.Tx, by account.MemberID, room RoomID, member account.MemberID, role StaffRole) error {
	args := pgx.StrictNamedArgs{"room": room, "member": member}
	query := dropStaff
	switch role {
	case "":
	case Organiser, Host, Interpreter:
		query, args["role"] = setStaff, role
	default:
		return fault.New(fault.Invalid, "chat.staff.unknown_role")
	}
	tag, err := tx.Exec(ctx, lockRoom, pgx.StrictNamedArgs{"room": room})
	if err != nil {
		return fmt.Errorf("lock room %d: %w", room, err)
	}
	if tag.RowsAffected() == 0 {
		return errNoRoom
	}
	tag, err = tx.Exec(ctx, query, args)
	switch {
	case pg.Constraint(err) == "room_staff_member_id_fkey":
		return errNoMember
	case err != nil:
		return fmt.Errorf("give %d the role %q in room %d: %w", member, role, room, err)
	case tag.RowsAffected() == 0:
		return nil
	}
	var orphan bool
	if err := tx.QueryRow(ctx, lastOrganiser, pgx.StrictNamedArgs{"room": room}).Scan(&orphan); err != nil {
		return fmt.Errorf("look for an organiser of room %d: %w", room, err)
	}
	if orphan && role != Organiser {
		return fault.New(fault.Conflict, "chat.staff.last_organiser")
	}
	_, err = s.Append(ctx, tx, room, Entry{Kind: KindStaff, By: by, Data: data(staffData{member, role})})
	return err
}

type staffData struct {
	Member account.MemberID `json:"member"`
	Role   StaffRole        `json:"role"` // "": none any more
}

// HandOver gives a role to the member with that handle, for organisers; hosts may name interpreters and other hosts. Role ""
// takes it.
func (s *Service) HandOver(ctx context.Context, viewer account.Viewer, id RoomID, member account.MemberID, role StaffRole) error {
	room, err := s.FindRoom(ctx, viewer, id)
	if err != nil {
		return err
	}
	if !room.Organises(viewer) {
		if !room.Hosts(viewer) || role == Organiser {
			return errForbidden
		}
		staff, err := s.Staff(ctx, id)
		if err != nil {
			return err
		}
		for _, m := range staff {
			if m.ID == member && m.StaffRole == Organiser {
				return errForbidden
			}
		}
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error { return s.SetStaff(ctx, tx, viewer.ID, id, member, role) })
}

// MemberByHandle is the member that people write as @handle.
func (s *Service) MemberByHandle(ctx context.Context, handle string) (account.MemberID, error) {
	key := markup.Fold(strings.TrimLeft(strings.TrimSpace(handle), "@＠"))
	found, err := s.accounts.ByHandles(ctx, []string{key})
	if err != nil {
		return 0, wrap("find a member", err)
	}
	m, ok := found[key]
	if !ok {
		return 0, errNoMember
	}
	return account.MemberID(m.ID), nil
}

var errNoMember = fault.New(fault.Invalid, "chat.staff.no_member")

const (
	setSanction = `
		insert into room_sanctions (room_id, member_id, kind, until) values (@room, @member, @kind, @until)
		on conflict (room_id, member_id) do update set kind = excluded.kind, until = excluded.until, at = now()`
	dropSanction = `delete from room_sanctions where room_id = @room and member_id = @member`
)

// Sanction mutes or removes a member in one room until then (nil: until it is taken back), or with "" readmits him, as part of
// the transaction of a decision. It is in force from the commit on, on every node: who is removed is sent out. Of who is
// readmitted already it is the Conflict chat.already.
func (s *Service) Sanction(ctx context.Context, tx *pg.Tx, room RoomID, member account.MemberID, kind Sanction, until *time.Time) error {
	if kind == Removed { // first: everything about hands locks them before the room
		if err := s.lowerAll(ctx, tx, room, member); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, lockRoom, pgx.StrictNamedArgs{"room": room}); err != nil {
		return fmt.Errorf("lock room %d: %w", room, err)
	}
	query, args := dropSanction, pgx.StrictNamedArgs{"room": room, "member": member}
	if kind != "" {
		query, args["kind"], args["until"] = setSanction, kind, until
	}
	tag, err := tx.Exec(ctx, query, args)
	switch {
	case pg.Constraint(err) != "":
		return errNoMember
	case err != nil:
		return fmt.Errorf("sanction %d in room %d: %w", member, room, err)
	case tag.RowsAffected() == 0:
		return errAlready
	}
	_, err = s.Append(ctx, tx, room, Entry{Kind: KindSanction, Data: data(sanctionData{member, kind, until})})
	return err
}

// sanctionData is in the log for the hub's nodes; readers are told nothing of it (Event.Frame).
type sanctionData struct {
	Member   account.MemberID `json:"member"`
	Sanction Sanction         `json:"sanction"`
	Until    *time.Time       `json:"until,omitempty"`
}

// Sanctioned is somebody who is muted or removed in a room.
type Sanctioned struct {
	By
	Kind  Sanction
	Until *time.Time
}

const listSanctions = `
	select a.id, a.name, a.handle, a.region, a.affiliation, a.role, sa.kind, sa.until
	from room_sanctions sa join members a on a.id = sa.member_id
	where sa.room_id = @room and (sa.until is null or sa.until > now())
	order by sa.at desc limit 200`

// Sanctions lists who is muted or removed in a room, the newest first, for its hosts.
func (s *Service) Sanctions(ctx context.Context, viewer account.Viewer, room Room) ([]Sanctioned, error) {
	if !room.Hosts(viewer) {
		return nil, errForbidden
	}
	all, err := pg.All[Sanctioned](ctx, s.store, listSanctions, pgx.StrictNamedArgs{"room": room.ID})
	if err != nil {
		return nil, fmt.Errorf("list sanctions of room %d: %w", room.ID, err)
	}
	return all, nil
}
