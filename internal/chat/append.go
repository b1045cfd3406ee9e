package chat

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// Entry is an event to be appended: its kind, who did it, what it is about, its data.
type Entry struct {
	Kind    Kind
	By      account.MemberID // 0: nobody
	Message MessageID        // 0: none
	Subject int64            // a question, a poll, a hand, as the kind tells; 0: none
	Data    json.RawMessage
}

const appendEvent = `
	with r as (update rooms set seq = seq + 1 where id = @room returning id, seq)
	insert into room_events (room_id, seq, kind, at, member_id, message_id, subject_id, data)
	select id, seq, @kind, clock_timestamp(), nullif(@by, 0::bigint), nullif(@message, 0::bigint), nullif(@subject, 0::bigint), @data::jsonb from r
	returning seq`

// Append adds an event to a room's log as part of somebody's transaction; who follows the room learns of it after
// commit. It holds the room until then, so let it come last.
func (s *Service) Append(ctx context.Context, tx *pg.Tx, room RoomID, e Entry) (int64, error) {
	var seq int64
	err := tx.QueryRow(ctx, appendEvent, pgx.StrictNamedArgs{
		"room": room, "kind": e.Kind, "by": int64(e.By), "message": int64(e.Message), "subject": e.Subject, "data": e.Data,
	}).Scan(&seq)
	if err != nil {
		return 0, wrap(fmt.Sprintf("append %s to room %d", e.Kind, room), pg.OrNotFound(err, errNoRoom))
	}
	tx.OnCommit(func() { s.tell(room, seq, nil) })
	return seq, nil
}
