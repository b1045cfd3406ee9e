package chat

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/translation"
)

var (
	errNotYours  = fault.New(fault.Forbidden, "chat.edit.not_yours")
	errChanged   = fault.New(fault.Conflict, "chat.edit.changed")
	errWithdrawn = fault.New(fault.Conflict, "chat.withdrawn")
)

const (
	ownMessage = `
		select room_id, author_id, version, body, lang, seq from messages where id = @id and hidden_at is null for no key update`
	keepRevision = `insert into message_revisions (message_id, version, body, lang) values (@id, @version, @body, @lang)`
	editMessage  = `update messages set body = @body, html = @html, lang = @lang, version = version + 1 where id = @id`
)

// Edit replaces the text of the viewer's own message, as long as he may write in its room. version is that of the text he
// changed; another one is a Conflict. Former texts are kept for moderators; translations are outdated in the same
// transaction, and everybody in the room sees the change.
func (s *Service) Edit(ctx context.Context, viewer account.Viewer, id MessageID, version int, body, lang string) error {
	w, err := s.wording(ctx, body, lang, MaxWeight, "chat.body.empty", "chat.body.long")
	if err != nil {
		return err
	}
	if err := s.gated(ctx, viewer, w.body); err != nil {
		return err
	}
	if err := s.mayWriteAt(ctx, viewer, id); err != nil {
		return err
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		m, err := own(ctx, tx, viewer, id)
		switch {
		case err != nil:
			return err
		case m.Version != version:
			return errChanged
		case m.Body == w.body && m.Lang == w.lang:
			return nil
		}
		old := pgx.StrictNamedArgs{"id": id, "version": m.Version, "body": m.Body, "lang": m.Lang}
		if _, err := tx.Exec(ctx, keepRevision, old); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, editMessage, pgx.StrictNamedArgs{"id": id, "body": w.body, "html": w.html, "lang": w.lang}); err != nil {
			return err
		}
		if _, err := s.words.Edited(ctx, tx, messageText(id), w.lang); err != nil {
			return err
		}
		if err := s.tellNamedNow(ctx, tx, id, m, w.mentioned); err != nil {
			return err
		}
		_, err = s.Append(ctx, tx, m.Room, Entry{Kind: KindEdit, By: viewer.ID, Message: id})
		return err
	})
	return wrap(fmt.Sprintf("edit message %d", id), err)
}

func messageText(id MessageID) translation.Subject {
	return translation.Subject{Kind: translation.Message, ID: int64(id)}
}

func (s *Service) mayWriteAt(ctx context.Context, viewer account.Viewer, id MessageID) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	of, err := s.RoomOfMessage(ctx, id)
	if err != nil {
		return err
	}
	room, err := s.FindRoom(ctx, viewer, of)
	if err != nil {
		return err
	}
	return room.MayWrite(viewer)
}

const oneMessage = `
	select m.room_id as room, ` + messageColumns + `
	from messages m join members a on a.id = m.author_id` + messageJoins + `
	where m.id = @id and m.hidden_at is null`

// FindMessage is a message with its room, for whoever may be in that room.
func (s *Service) FindMessage(ctx context.Context, viewer account.Viewer, id MessageID) (Message, Room, error) {
	row, err := pg.One[struct {
		Room RoomID
		messageRow
	}](ctx, s.store, oneMessage, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return Message{}, Room{}, wrap(fmt.Sprintf("find message %d", id), pg.OrNotFound(err, errNoMessage))
	}
	room, err := s.FindRoom(ctx, viewer, row.Room)
	if err != nil {
		return Message{}, Room{}, err
	}
	m := *row.message()
	m.Room = room.ID
	return m, room, nil
}

type ownRow struct {
	Room    RoomID
	Author  account.MemberID
	Version int
	Body    string
	Lang    string
	Seq     int64
}

// own is the viewer's own message, held until the end of the transaction.
func own(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id MessageID) (m ownRow, err error) {
	err = tx.QueryRow(ctx, ownMessage, pgx.StrictNamedArgs{"id": id}).Scan(&m.Room, &m.Author, &m.Version, &m.Body, &m.Lang, &m.Seq)
	switch {
	case err != nil:
		return m, pg.OrNotFound(err, errNoMessage)
	case m.Author != viewer.ID:
		return m, errNotYours
	}
	return m, nil
}

const withdraw = `update messages set hidden_at = now(), withdrawn_at = now() where id = @id`

// Withdraw takes the viewer's own message back; its text is gone from everywhere but the moderators' record. Allowed at any
// time, also to who may not write any more.
func (s *Service) Withdraw(ctx context.Context, viewer account.Viewer, id MessageID) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		m, err := own(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, withdraw, pgx.StrictNamedArgs{"id": id}); err != nil {
			return err
		}
		if err := s.words.SetHidden(ctx, tx, true, messageText(id)); err != nil {
			return err
		}
		if err := s.retractMentions(ctx, tx, id); err != nil {
			return err
		}
		_, err = s.Append(ctx, tx, m.Room, Entry{Kind: KindRemove, By: viewer.ID, Message: id})
		return err
	})
	return wrap(fmt.Sprintf("withdraw message %d", id), err)
}

const formerMessage = `select body from message_revisions where message_id = @id and version = @version`

// Former implements translation.Source.
func (s messages) Former(ctx context.Context, id int64, version int) (body string, err error) {
	err = s.store.QueryRow(ctx, formerMessage, pgx.StrictNamedArgs{"id": id, "version": version}).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return body, err
}
