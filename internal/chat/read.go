package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

const (
	// MaxUnread bounds what Unread counts: one more stands for any number.
	MaxUnread = 99
	// readAhead bounds the messages that Unread looks at, the viewer's own and hidden ones included.
	readAhead = 500
)

// A room's marker, where it stood before, stays where it is when seq is behind it.
const markRead = `
	with r as (select id, least(@seq::bigint, seq) as seq from rooms where id = @room),
	raised as (
		insert into room_reads as m (member_id, room_id, seq)
		select @member, id, seq from r
		on conflict (member_id, room_id) do update set seq = excluded.seq, at = now() where m.seq < excluded.seq
		returning seq
	)
	select coalesce((select seq from raised), (select seq from room_reads where member_id = @member and room_id = @room), r.seq)
	from r`

// MarkRead notes that a member has read a room up to event seq, and returns where the marker of all their devices stands:
// it never goes back, nor past the end of the log. Members only.
func (s *Service) MarkRead(ctx context.Context, viewer account.Viewer, room RoomID, seq int64) (int64, error) {
	if !viewer.SignedIn() {
		return 0, errSignIn
	}
	var stands int64
	args := pgx.StrictNamedArgs{"member": viewer.ID, "room": room, "seq": max(seq, 0)}
	if err := s.store.QueryRow(ctx, markRead, args).Scan(&stands); err != nil {
		return 0, wrap(fmt.Sprintf("mark room %d as read", room), pg.OrNotFound(err, errNoRoom))
	}
	return stands, nil
}

const countUnread = `
	select m.room_id, count(*) filter (where x.hidden_at is null and x.author_id <> @member) as unread
	from room_reads m
	cross join lateral (select hidden_at, author_id from messages
		where room_id = m.room_id and seq > m.seq order by seq limit @ahead) x
	where m.member_id = @member and m.room_id = any(@rooms)
	group by m.room_id`

type unreadRow struct {
	RoomID RoomID
	Unread int
}

// Unread is how many messages of others the viewer has not read in each of the rooms, at most MaxUnread+1. Rooms without any
// are left out, and so are those that the viewer has never been in: there all would be new. It is one query.
func (s *Service) Unread(ctx context.Context, viewer account.Viewer, rooms ...RoomID) (map[RoomID]int, error) {
	unread := map[RoomID]int{}
	if !viewer.SignedIn() || len(rooms) == 0 {
		return unread, nil
	}
	rows, err := pg.All[unreadRow](ctx, s.store, countUnread, pgx.StrictNamedArgs{"member": viewer.ID, "rooms": rooms, "ahead": readAhead})
	if err != nil {
		return nil, fmt.Errorf("count unread messages: %w", err)
	}
	for _, r := range rows {
		if r.Unread > 0 {
			unread[r.RoomID] = min(r.Unread, MaxUnread+1)
		}
	}
	return unread, nil
}
