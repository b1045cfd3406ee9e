package demo

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// messageRow is a message of a room; its seq is its number there, since the demo's rooms hold nothing but messages.
type messageRow struct {
	written
	*message
	room   int64
	seq    int
	answer *messageRow
}

// loadRooms opens the room of every challenge and gives messages their ids in the order of time, over all rooms.
func (l *loader) loadRooms(ctx context.Context, tx *pg.Tx) error {
	ids, err := reserve(ctx, tx, "rooms", len(l.Challenges))
	if err != nil {
		return err
	}
	var rooms [][]any
	var messages []*messageRow
	for i, c := range l.Challenges {
		said := l.said(c.Slug, ids[i])
		messages = append(messages, said...)
		rooms = append(rooms, []any{ids[i], l.challenges[c.Slug], len(said), l.now.Add(-founded)})
	}
	events, said, err := l.eventRooms(ctx, tx)
	if err != nil {
		return err
	}
	messages = append(messages, said...)
	slices.SortStableFunc(messages, func(a, b *messageRow) int { return a.at.Compare(b.at) })
	messageIDs, err := reserve(ctx, tx, "messages", len(messages))
	if err != nil {
		return err
	}
	for i, m := range messages {
		m.id = messageIDs[i]
	}
	if err := copyRows(ctx, tx, "rooms", []string{"id", "challenge_id", "seq", "created_at"}, rooms); err != nil {
		return err
	}
	if err := l.copyEventRooms(ctx, tx, events); err != nil {
		return err
	}
	if err := l.copyMessages(ctx, tx, messages); err != nil {
		return err
	}
	return l.copyAsked(ctx, tx, events)
}

func (l *loader) said(slug string, id int64) []*messageRow {
	i := slices.IndexFunc(l.Rooms, func(r room) bool { return r.Challenge == slug })
	if i < 0 {
		return nil
	}
	return l.talk(l.Rooms[i].Messages, id, l.now)
}

// talk is what was said in the room with that id, until then.
func (l *loader) talk(messages []message, id int64, until time.Time) (said []*messageRow) {
	for j := range messages {
		m := &messageRow{message: &messages[j], room: id, seq: j + 1}
		m.client, m.at = uuid.New(), until.Add(-time.Duration(m.Ago))
		if m.Answers > 0 {
			m.answer = said[m.Answers-1]
		}
		said = append(said, m)
	}
	return said
}

func (l *loader) copyMessages(ctx context.Context, tx *pg.Tx, messages []*messageRow) error {
	var rows, events [][]any
	for _, m := range messages {
		var answers *int64
		if m.answer != nil {
			answers = &m.answer.id
		}
		html := markup.Render(m.Body, markup.Options{Mentions: l.mentions, Lang: m.Lang})
		author := l.members[m.By]
		l.render(rendering{Subject: translation.Subject{Kind: translation.Message, ID: m.id}, lang: m.Lang, source: m.Body, version: 1,
			text: m.Translated, translator: m.Translator, at: l.after(m.at, 2*time.Minute)})
		var decided *time.Time
		if m.Decision {
			decided = &m.at
		}
		rows = append(rows, []any{m.id, m.room, m.seq, author, m.client, m.Body, html, m.Lang, answers, m.at, decided})
		events = append(events, []any{m.room, m.seq, "message", m.at, author, m.id})
	}
	err := copyRows(ctx, tx, "messages", []string{"id", "room_id", "seq", "author_id", "client_id", "body", "html", "lang",
		"reply_to", "created_at", "decided_at"}, rows)
	if err != nil {
		return err
	}
	return copyRows(ctx, tx, "room_events", []string{"room_id", "seq", "kind", "at", "member_id", "message_id"}, events)
}
