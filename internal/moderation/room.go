package moderation

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
)

// MaxSanction is the longest sanction in one room that ends by itself.
const MaxSanction = 365 * 24 * time.Hour

var (
	errOneself   = fault.New(fault.Forbidden, "moderation.oneself")
	errStaff     = fault.New(fault.Forbidden, "moderation.staff")
	errSanction  = fault.New(fault.Invalid, "moderation.sanction")
	errNothingOn = fault.New(fault.Conflict, "moderation.not_sanctioned")
)

// RoomSanction keeps a member from taking part in one room.
type RoomSanction struct {
	Room   chat.RoomID
	Member account.MemberID
	Kind   chat.Sanction // "": none any more
	For    time.Duration // 0: until it is taken back
	Reason string        // told to the member; needed unless it is taken back
}

// RoomState is a room as it was when a row of the log was written, and for how long a sanction in it is.
type RoomState struct {
	ID      chat.RoomID   `json:"id"`
	Title   i18n.Text     `json:"title"`
	Kind    chat.Sanction `json:"kind,omitempty"`
	Was     chat.Sanction `json:"was,omitempty"`
	Minutes int           `json:"minutes,omitempty"`
}

// Sanction mutes or removes a member in one room or readmits him; for the room's hosts and for moderators. Nobody does it to
// himself, a host not to the room's organisers, and nobody to moderators. It is in force for everybody with the commit.
func (s *Service) Sanction(ctx context.Context, viewer account.Viewer, to RoomSanction) (Entry, error) {
	room, err := s.chat.FindRoom(ctx, viewer, to.Room)
	switch {
	case err != nil:
		return Entry{}, err
	case !viewer.SignedIn():
		return Entry{}, errSignIn
	case !room.Hosts(viewer):
		return Entry{}, errForbidden
	case to.Member == viewer.ID:
		return Entry{}, errOneself
	case to.For < 0 || to.For > MaxSanction:
		return Entry{}, errSanction
	}
	d, err := s.sanction(room, to)
	if err != nil {
		return Entry{}, err
	}
	d.hosted = true
	return s.decide(ctx, viewer, d)
}

const (
	whoIsSanctioned = `
		select m.name, m.role in ('moderator', 'admin') or coalesce(st.role = 'organiser', false), coalesce(sa.kind, '')
		from members m
		left join room_staff st on st.member_id = m.id and st.room_id = @room
		left join room_sanctions sa on sa.member_id = m.id and sa.room_id = @room and (sa.until is null or sa.until > now())
		where m.id = @member`
)

func (s *Service) sanction(room chat.Room, to RoomSanction) (decision, error) {
	action, kind := Readmit, notify.KindReadmitted
	switch to.Kind {
	case chat.Muted:
		action, kind = Mute, notify.KindMuted
	case chat.Removed:
		action, kind = Eject, notify.KindEjected
	case "":
	default:
		return decision{}, errSanction
	}
	d := decision{action: action, subject: Subject{Kind: Member, ID: int64(to.Member)}, why: Why{Reason: to.Reason},
		aspect: "room:" + strconv.FormatInt(int64(room.ID), 10)}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var name string
		var staff bool
		var was chat.Sanction
		err := tx.QueryRow(ctx, whoIsSanctioned, pgx.StrictNamedArgs{"room": room.ID, "member": to.Member}).Scan(&name, &staff, &was)
		switch {
		case err != nil:
			return outcome{}, fmt.Errorf("find member: %w", pg.OrNotFound(err, errNoMember))
		case staff && to.Kind != "":
			return outcome{}, errStaff
		case was == "" && to.Kind == "":
			return outcome{}, errNothingOn
		}
		var until *time.Time
		if to.For > 0 {
			end := time.Now().Add(to.For)
			until = &end
		}
		if err := s.chat.Sanction(ctx, tx, room.ID, to.Member, to.Kind, until); err != nil {
			return outcome{}, err
		}
		state := &RoomState{room.ID, room.Title, to.Kind, was, int(to.For / time.Minute)}
		return outcome{author: to.Member, data: Data{Title: name, Path: room.Path(), Room: state},
			notice: notify.Notice{Kind: kind, Path: room.Path(), Within: notify.Subject("room", room.ID), Data: notify.Data{Challenge: &room.Title}}}, nil
	}
	return d, nil
}

// undoSanction is what a sanction in a room was before.
func (s *Service) undoSanction(ctx context.Context, viewer account.Viewer, e Entry) (decision, error) {
	if e.Data.Room == nil {
		return decision{}, errFinal
	}
	room, err := s.chat.FindRoom(ctx, viewer, e.Data.Room.ID)
	if err != nil {
		return decision{}, err
	}
	return s.sanction(room, RoomSanction{Room: room.ID, Member: account.MemberID(e.SubjectID), Kind: e.Data.Room.Was})
}
