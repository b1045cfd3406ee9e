package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// The log's times grow with its seq, because both are given while the room is held. So the first event at or after a time is
// found by halves over the primary key, without an index on times: twenty probes in a million events. Always at(low) < since
// <= at(high), with 0 before all and the head + 1 after all.
const firstSince = `
	with recursive half (low, high) as (
		select 0::bigint, seq + 1 from rooms where id = @room
		union all
		select case when e.at < @since then h.mid else h.low end, case when e.at < @since then h.high else h.mid end
		from (select low, high, (low + high) / 2 as mid from half where high - low > 1) h
		join room_events e on e.room_id = @room and e.seq = h.mid
	)
	select id, seq
	from messages
	where room_id = @room and seq >= (select high from half where high - low = 1)
	order by seq
	limit 1`

// FirstSince is the first message of a room that was said at or after a time, hidden ones included; found is false where
// there is none.
func (s *Service) FirstSince(ctx context.Context, _ account.Viewer, room RoomID, since time.Time) (id MessageID, seq int64, found bool, err error) {
	err = s.store.QueryRow(ctx, firstSince, pgx.StrictNamedArgs{"room": room, "since": since}).Scan(&id, &seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, 0, false, nil
	}
	if err != nil {
		return 0, 0, false, fmt.Errorf("find first message of room %d since %v: %w", room, since, err)
	}
	return id, seq, true, nil
}

const messagesAround = `
	select ` + messageColumns + `
	from (
		(select * from messages where room_id = @room and seq <= @at order by seq desc limit @back)
		union all
		(select * from messages where room_id = @room and seq > @at order by seq limit @on)
	) m
	join members a on a.id = m.author_id` + messageJoins + `
	order by m.seq`

// Stretch is a part of a room's messages, oldest first, as they are now.
type Stretch struct {
	Messages     []Message
	Older, Newer bool // there are more before, after
}

// Around is at most back messages with seq <= at and on messages after them.
func (s *Service) Around(ctx context.Context, _ account.Viewer, room RoomID, at int64, back, on int) (Stretch, error) {
	back, on = min(max(back, 0), maxPage), min(max(on, 0), maxPage)
	rows, err := pg.All[messageRow](ctx, s.store, messagesAround, pgx.StrictNamedArgs{"room": room, "at": at, "back": back + 1, "on": on + 1})
	if err != nil {
		return Stretch{}, fmt.Errorf("read messages of room %d around %d: %w", room, at, err)
	}
	before := 0
	for before < len(rows) && rows[before].MessageSeq <= at {
		before++
	}
	st := Stretch{Older: before > back, Newer: len(rows)-before > on}
	if st.Newer {
		rows = rows[:len(rows)-1]
	}
	if st.Older {
		rows = slices.Delete(rows, 0, 1)
	}
	st.Messages = make([]Message, len(rows))
	for i, r := range rows {
		st.Messages[i] = *r.message()
	}
	return st, nil
}

// Before is the messages of a room with seq < before, oldest first, at most n, as they are now. more says whether
// there are older ones.
func (s *Service) Before(ctx context.Context, viewer account.Viewer, room RoomID, before int64, n int) (ms []Message, more bool, err error) {
	st, err := s.Around(ctx, viewer, room, before-1, max(n, 1), 0)
	return st.Messages, st.Older, err
}
