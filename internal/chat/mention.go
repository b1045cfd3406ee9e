package chat

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

// mentioned are the members whom a text names, each once, as notify tells them: what is quoted names nobody.
func mentioned(body string, known markup.Mentions) []account.MemberID {
	var ids []account.MemberID
	for _, m := range markup.Mentioned(body, known) {
		ids = append(ids, account.MemberID(m.ID))
	}
	return ids
}

// Whoever was removed from a room is not called back into it.
const mentionsHeard = `
	select w.message_id, w.member_id, ` + roomPath + ` as path, coalesce(c.title_en, r.title_en) as title_en, coalesce(c.title_zh, r.title_zh) as title_zh
	from unnest(@rooms::bigint[], @messages::bigint[], @members::bigint[]) as w (room_id, message_id, member_id)
	join rooms r on r.id = w.room_id left join challenges c on c.id = r.challenge_id
	where not exists (select from room_sanctions sa
		where sa.room_id = w.room_id and sa.member_id = w.member_id and sa.kind = 'removed' and (sa.until is null or sa.until > now()))`

type mentionRow struct {
	MessageID MessageID
	MemberID  account.MemberID
	Path      string
	TitleEn   string
	TitleZh   string
}

// tellMentioned tells the members whom the batch's new messages name, in its transaction. A batch that names nobody, as
// most do, costs nothing.
func (s *Service) tellMentioned(ctx context.Context, tx *pg.Tx, b *batch) error {
	if s.Notices == nil {
		return nil
	}
	named := map[sayKey][]account.MemberID{}
	for _, m := range b.fresh {
		if len(m.mentioned) > 0 {
			named[sayKey{m.author.ID, m.say.ClientID}] = m.mentioned
		}
	}
	if len(named) == 0 {
		return nil
	}
	var all []naming
	for _, room := range b.rooms {
		for _, e := range room.events {
			if members := named[sayKey{e.Message.Author.ID, e.Message.ClientID}]; len(members) > 0 {
				all = append(all, naming{e.Room, e.Message.ID, e.Seq, e.By.ID, members})
			}
		}
	}
	return s.tellNamed(ctx, tx, all)
}

// naming is that a message names members.
type naming struct {
	room    RoomID
	message MessageID
	seq     int64 // of the message
	by      account.MemberID
	members []account.MemberID
}

func (s *Service) tellNamed(ctx context.Context, tx *pg.Tx, all []naming) error {
	var rooms, messages, members []int64
	said := map[MessageID]naming{}
	for _, n := range all {
		said[n.message] = n
		for _, member := range n.members {
			rooms, messages, members = append(rooms, int64(n.room)), append(messages, int64(n.message)), append(members, int64(member))
		}
	}
	if len(members) == 0 || s.Notices == nil {
		return nil
	}
	heard, err := pg.All[mentionRow](ctx, tx, mentionsHeard, pgx.StrictNamedArgs{"rooms": rooms, "messages": messages, "members": members})
	if err != nil {
		return fmt.Errorf("look up who is mentioned: %w", err)
	}
	notices := make([]notify.Notice, len(heard))
	for i, h := range heard {
		n := said[h.MessageID]
		notices[i] = notify.Notice{To: h.MemberID, Kind: notify.KindMention, Actor: n.by,
			Subject: notify.Subject("message", h.MessageID), Within: notify.Subject("room", n.room),
			Path: messagePath(h.Path, n.seq, h.MessageID), Data: notify.Data{Challenge: &i18n.Text{En: h.TitleEn, Zh: h.TitleZh}}}
	}
	return s.Notices.TellEach(ctx, tx, notices)
}

// tellNamedNow tells those whom an edit of a message names and the text before did not.
func (s *Service) tellNamedNow(ctx context.Context, tx *pg.Tx, id MessageID, before ownRow, now []account.MemberID) error {
	if len(now) == 0 {
		return nil
	}
	known, err := s.accounts.ByHandles(ctx, markup.MentionCandidates(before.Body))
	if err != nil {
		return fmt.Errorf("look up who was mentioned: %w", err)
	}
	then := mentioned(before.Body, known)
	fresh := slices.DeleteFunc(now, func(m account.MemberID) bool { return slices.Contains(then, m) })
	return s.tellNamed(ctx, tx, []naming{{before.Room, id, before.Seq, before.Author, fresh}})
}

// retractMentions takes back what led members to a message that its author withdraws. Moderators' hiding does it itself.
func (s *Service) retractMentions(ctx context.Context, tx *pg.Tx, id MessageID) error {
	if s.Notices == nil {
		return nil
	}
	return s.Notices.RetractFor(ctx, tx, notify.Subject("message", id))
}

const lateAuthors = `
	select author_id from (select author_id, seq from messages where room_id = @room and hidden_at is null order by seq desc limit 200) late
	group by author_id order by max(seq) desc`

// Company are the members whom somebody in a room probably means: those who are there on this node, the last who came
// first, then those who said something lately. At most account.MaxNear; errors as of FindRoom.
func (h *Hub) Company(ctx context.Context, viewer account.Viewer, id RoomID) ([]account.MemberID, error) {
	if _, err := h.service.FindRoom(ctx, viewer, id); err != nil {
		return nil, err
	}
	rows, err := h.service.store.Query(ctx, lateAuthors, pgx.StrictNamedArgs{"room": id})
	if err != nil {
		return nil, fmt.Errorf("find who writes in room %d: %w", id, err)
	}
	authors, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	if err != nil {
		return nil, fmt.Errorf("find who writes in room %d: %w", id, err)
	}
	all := append(h.present(id), authors...)
	return all[:min(len(all), account.MaxNear)], nil
}

// present are the members in a room on this node, the last who came first.
func (h *Hub) present(id RoomID) []account.MemberID {
	h.mu.Lock()
	r := h.rooms[id]
	h.mu.Unlock()
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []account.MemberID
	seen := make(map[account.MemberID]bool, len(r.here))
	for i := len(r.order) - 1; i >= 0 && len(ids) < account.MaxNear; i-- {
		if id := r.order[i]; r.here[id] != nil && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}
