package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

// messages give translation what is said in rooms.
type messages struct{ *Service }

// roomPath and roomTitle are a room's page and its name in the language of its message m, where a query has rooms as r and
// its challenge as c.
const (
	roomPath  = `coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room')`
	roomTitle = `coalesce(nullif(case when m.lang = 'zh' then coalesce(c.title_zh, r.title_zh) end, ''), c.title_en, r.title_en)`
)

// interpreters are those of the room, where a query has rooms as r.
const interpreters = `(select array_agg(member_id) from room_staff where room_id = r.id and role = 'interpreter')`

// messagePath is the place of a message in a room, without the locale.
func messagePath(room string, seq int64, id MessageID) string {
	return fmt.Sprintf("%s?at=%d#m-%d", room, seq, id)
}

const visibleMessages = `
	select m.id, m.body, m.html, m.lang, m.version, m.author_id, m.seq, coalesce(r.challenge_id, r.topic_id, 0) as challenge,
	       r.keep_inside or coalesce(c.keep_inside, tc.keep_inside, false) as keep_inside,
	       ` + interpreters + ` as interpreters, ` + roomPath + ` as path, ` + roomTitle + ` as title
	from messages m join rooms r on r.id = m.room_id left join challenges c on c.id = r.challenge_id
	left join challenges tc on tc.id = r.topic_id
	where m.id = any(@ids) and m.hidden_at is null `

type writingRow struct {
	ID           int64
	Body         string
	HTML         string
	Lang         string
	Version      int
	AuthorID     account.MemberID
	Seq          int64
	Challenge    int64
	KeepInside   bool
	Path         string
	Interpreters []account.MemberID
	Title        string
}

// Find implements translation.Source.
func (s messages) Find(ctx context.Context, db pg.DB, ids []int64, hold bool) ([]translation.Writing, error) {
	query := visibleMessages
	if hold {
		query += `for no key update of m`
	}
	rows, err := pg.All[writingRow](ctx, db, query, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	ws := make([]translation.Writing, len(rows))
	for i, r := range rows {
		ws[i] = translation.Writing{Subject: translation.Subject{Kind: translation.Message, ID: r.ID},
			Text:  translation.Text{Source: r.Body, HTML: r.HTML, Lang: r.Lang, Version: r.Version},
			Limit: 8 * MaxWeight, Author: r.AuthorID, Challenge: r.Challenge, KeepInside: r.KeepInside, About: r.Title, AboutLang: r.Lang,
			Interpreters: r.Interpreters, Path: messagePath(r.Path, r.Seq, MessageID(r.ID))}
	}
	return ws, nil
}

const missingMessages = `
	from messages m where m.hidden_at is null and m.lang <> @locale and m.id < @below
		and not exists (select from translations where subject_kind = 'message' and subject_id = m.id and locale = @locale)`

// Missing implements translation.Source.
func (s messages) Missing(ctx context.Context, db pg.DB, l i18n.Locale, below int64, n int) ([]int64, error) {
	return translation.ListMissing(ctx, db, "m.id", missingMessages, l, below, n)
}

// CountMissing implements translation.Source.
func (s messages) CountMissing(ctx context.Context, db pg.DB, l i18n.Locale) (int64, error) {
	return translation.CountMissing(ctx, db, missingMessages, l)
}

// Translated implements translation.Source: everybody in the room learns of it from the log.
func (s messages) Translated(ctx context.Context, tx *pg.Tx, n translation.News) error {
	var room RoomID
	if err := tx.QueryRow(ctx, `select room_id from messages where id = $1`, n.ID).Scan(&room); err != nil {
		return fmt.Errorf("find room of message %d: %w", n.ID, err)
	}
	_, err := s.Append(ctx, tx, room, Entry{Kind: KindTranslation, By: n.By, Message: MessageID(n.ID), Data: data(ownData{Locale: n.Locale})})
	return err
}
