package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/translation"
)

var errErased = fault.New(fault.Conflict, "chat.erased")

// EditOut changes somebody's message in the moderator's transaction, for everybody in the room. What was there before is kept
// for moderators, and its translations go, because they say it too. An unchanged text is the fault chat.already.
func (s *Service) EditOut(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id MessageID, body string) (Subject, error) {
	var m ownRow
	err := tx.QueryRow(ctx, ownMessage, pgx.StrictNamedArgs{"id": id}).Scan(&m.Room, &m.Author, &m.Version, &m.Body, &m.Lang, &m.Seq)
	if err != nil {
		return Subject{}, wrap(fmt.Sprintf("find message %d", id), pg.OrNotFound(err, errNoMessage))
	}
	w, err := s.wording(ctx, body, m.Lang, MaxWeight, "chat.body.empty", "chat.body.long")
	if err != nil {
		return Subject{}, err
	}
	if w.body == m.Body {
		return Subject{}, errAlready
	}
	if _, err := tx.Exec(ctx, keepRevision, pgx.StrictNamedArgs{"id": id, "version": m.Version, "body": m.Body, "lang": m.Lang}); err != nil {
		return Subject{}, fmt.Errorf("keep what message %d was: %w", id, err)
	}
	if _, err := tx.Exec(ctx, editMessage, pgx.StrictNamedArgs{"id": id, "body": w.body, "html": w.html, "lang": w.lang}); err != nil {
		return Subject{}, fmt.Errorf("edit message %d: %w", id, err)
	}
	if err := s.words.Erase(ctx, tx, messageText(id)); err != nil {
		return Subject{}, err
	}
	if err := s.words.Written(ctx, tx, translation.Message, translation.Fresh{ID: int64(id), Lang: w.lang}); err != nil {
		return Subject{}, err
	}
	if _, err := s.Append(ctx, tx, m.Room, Entry{Kind: KindEdit, By: m.Author, Message: id}); err != nil {
		return Subject{}, err
	}
	after, err := lockSubject(ctx, tx, id)
	return after.Subject, err
}

const blankMessage = `update messages set body = '', html = '', reactions = '{}', pinned_at = null, decided_at = null, erased_at = now() where id = @id`

// besideMessage is what else holds words of a message, or tells of them.
var besideMessage = []string{
	`delete from message_revisions where message_id = @id`,
	`delete from message_reactions where message_id = @id`,
}

// EraseMessage takes the text of a message out of the database for good, with its former versions and translations, in the
// moderator's transaction; its place in the log stays. A message that is shown is hidden first. Already erased: the fault
// chat.already.
func (s *Service) EraseMessage(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id MessageID) (Subject, error) {
	_, err := s.setHidden(ctx, tx, viewer, id, KindRemove)
	if err != nil && fault.KindOf(err) != fault.Conflict { // hidden or taken back already
		return Subject{}, err
	}
	m, err := lockSubject(ctx, tx, id)
	switch {
	case err != nil:
		return Subject{}, err
	case m.erased:
		return Subject{}, errAlready
	}
	m.Excerpt = ""
	for _, query := range append([]string{blankMessage}, besideMessage...) {
		if _, err := tx.Exec(ctx, query, pgx.StrictNamedArgs{"id": id}); err != nil {
			return Subject{}, fmt.Errorf("erase message %d: %w", id, err)
		}
	}
	return m.Subject, s.words.Erase(ctx, tx, messageText(id))
}
