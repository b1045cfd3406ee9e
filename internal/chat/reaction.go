package chat

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// Reaction is a short answer to a message.
type Reaction string

// Reactions are those that are offered, in their order.
func Reactions() []Reaction { return []Reaction{"agree", "thanks", "insight", "applause"} }

const react = `
	with room as (` + mayAct + ` and r.id = (select room_id from messages where id = @message and hidden_at is null)
	), changed as (%s), counted as (
		update messages set reactions = reactions || jsonb_build_object(@kind::text, coalesce((reactions->>@kind)::int, 0) + @by)
		where id = (select message_id from changed)
		returning id, room_id, (reactions->>@kind)::int as n
	), done as (
		select room_id, 'reaction' as kind, @viewer::bigint as by, id as message_id, null::bigint as subject_id,
			jsonb_build_object('reaction', @kind::text, 'on', @by > 0, 'count', n) as data from counted
	)` + appended

var (
	addReaction = fmt.Sprintf(react, `insert into message_reactions (message_id, member_id, kind)
		select @message, @viewer, @kind from room on conflict do nothing returning message_id`)
	dropReaction = fmt.Sprintf(react, `delete from message_reactions where message_id = @message and member_id = @viewer
		and kind = @kind and exists (select from room) returning message_id`)
)

const roomOfMessage = `select room_id from messages where id = @id and hidden_at is null`

// React adds the viewer's reaction to a message or takes it back; doing either twice is harmless.
func (s *Service) React(ctx context.Context, viewer account.Viewer, id MessageID, kind Reaction, on bool) error {
	if !slices.Contains(Reactions(), kind) {
		return fault.New(fault.Invalid, "chat.reaction.unknown")
	}
	query, by := dropReaction, -1
	if on {
		query, by = addReaction, 1
	}
	return s.act(ctx, fmt.Sprintf("react to message %d", id), viewer, query,
		pgx.StrictNamedArgs{"message": id, "kind": kind, "by": by},
		func() error { return s.whyNot(ctx, viewer, roomOfMessage, int64(id), errNoMessage, errNoMessage) })
}

const ownReactions = `
	select r.message_id, r.kind from message_reactions r
	where r.member_id = @viewer and r.message_id = any(@messages)`

// OwnReactions are those of the viewer to these messages.
func (s *Service) OwnReactions(ctx context.Context, viewer account.Viewer, ids []MessageID) (map[MessageID][]Reaction, error) {
	own := map[MessageID][]Reaction{}
	if !viewer.SignedIn() || len(ids) == 0 {
		return own, nil
	}
	rows, err := s.store.Query(ctx, ownReactions, pgx.StrictNamedArgs{"viewer": viewer.ID, "messages": ids})
	if err != nil {
		return nil, fmt.Errorf("find own reactions: %w", err)
	}
	var id MessageID
	var kind Reaction
	_, err = pgx.ForEachRow(rows, []any{&id, &kind}, func() error {
		own[id] = append(own[id], kind)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find own reactions: %w", err)
	}
	return own, nil
}

// Mark is what hosts put on a message.
type Mark string

const (
	Pin      Mark = "pin"      // stands on top of the room
	Decision Mark = "decision" // goes into the outcome of the meeting
)

const setMark = `
	update messages set %[1]s = case when @on then now() end
	where id = @id and hidden_at is null and (%[1]s is not null) <> @on`

// SetMark puts a mark on a message or takes it away, for hosts; doing either twice is harmless.
func (s *Service) SetMark(ctx context.Context, viewer account.Viewer, id MessageID, mark Mark, on bool) error {
	column := map[Mark]string{Pin: "pinned_at", Decision: "decided_at"}[mark]
	if column == "" {
		return fault.New(fault.Invalid, "chat.mark.unknown")
	}
	room, err := s.hostedRoom(ctx, viewer, roomOfMessage, int64(id), errNoMessage)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, fmt.Sprintf(setMark, column), pgx.StrictNamedArgs{"id": id, "on": on})
		if err != nil {
			return fmt.Errorf("mark message %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		_, err = s.Append(ctx, tx, room.ID, Entry{Kind: KindMark, By: viewer.ID, Message: id, Data: data(markData{mark, on})})
		return err
	})
}

const markedMessages = `
	select ` + messageColumns + `
	from (select * from messages where room_id = @room and (pinned_at is not null or decided_at is not null or announcement) and hidden_at is null
		order by seq desc limit @n) m
	join members a on a.id = m.author_id` + messageJoins + `
	order by m.seq`

// MaxMarked is how many key messages a room shows.
const MaxMarked = 100

// Marked are the key messages of a room: pinned, decisions, announcements; oldest first, of more than MaxMarked the newest.
func (s *Service) Marked(ctx context.Context, room RoomID) ([]Message, error) {
	rows, err := pg.All[messageRow](ctx, s.store, markedMessages, pgx.StrictNamedArgs{"room": room, "n": MaxMarked})
	if err != nil {
		return nil, fmt.Errorf("list marked messages of room %d: %w", room, err)
	}
	ms := make([]Message, len(rows))
	for i, r := range rows {
		ms[i] = *r.message()
	}
	return ms, nil
}

// hostedRoom is the room that the query finds for a subject; whoever does not host it gets Forbidden.
func (s *Service) hostedRoom(ctx context.Context, viewer account.Viewer, find string, id int64, missing *fault.Fault) (Room, error) {
	of, err := s.roomOf(ctx, find, id, missing)
	if err != nil {
		return Room{}, err
	}
	room, err := s.FindRoom(ctx, viewer, of)
	switch {
	case err != nil:
		return Room{}, err
	case !room.Hosts(viewer):
		return Room{}, errForbidden
	}
	return room, nil
}
