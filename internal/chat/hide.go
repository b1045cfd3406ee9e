package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
)

// Subject is what a decision about a message needs to know of it.
type Subject struct {
	AuthorID account.MemberID
	Room     RoomID
	Excerpt  string // of its text, for moderators
	Lang     string
	Path     string // its place, without the locale
}

var (
	errNoMessage = fault.New(fault.NotFound, "chat.message.not_found")
	errAlready   = fault.New(fault.Conflict, "chat.already") // it is hidden, or shown, already
	errForbidden = fault.New(fault.Forbidden, "error.forbidden")
)

// Hide takes a message's text from everybody: pages, replays, the API, open sockets. Moderators only; of a hidden
// message it is the Conflict chat.already.
func (s *Service) Hide(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id MessageID) (Subject, error) {
	return s.setHidden(ctx, tx, viewer, id, KindRemove)
}

// Unhide undoes Hide.
func (s *Service) Unhide(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id MessageID) (Subject, error) {
	return s.setHidden(ctx, tx, viewer, id, KindRestore)
}

// The row is locked first, so that of two moderators the second sees what the first did.
const messageSubject = `
	select m.author_id, m.room_id, left(m.body, 400), m.lang, m.seq, m.hidden_at is not null, m.withdrawn_at is not null, m.erased_at is not null, ` + roomPath + `
	from messages m join rooms r on r.id = m.room_id left join challenges c on c.id = r.challenge_id
	where m.id = @id
	for no key update of m`

const setHidden = `update messages set hidden_at = case when @hide then now() end where id = @id`

const hostsRoom = `select exists (select from room_roles where room_id = @room and member_id = @member and role in ('host', 'organiser'))`

// moderates is nil for moderators and for who runs the room.
func (s *Service) moderates(ctx context.Context, tx *pg.Tx, viewer account.Viewer, room RoomID) error {
	if viewer.Moderates() {
		return nil
	}
	var hosts bool
	if err := tx.QueryRow(ctx, hostsRoom, pgx.StrictNamedArgs{"room": room, "member": viewer.ID}).Scan(&hosts); err != nil {
		return fmt.Errorf("look who hosts room %d: %w", room, err)
	}
	if !viewer.SignedIn() || !hosts {
		return errForbidden
	}
	return nil
}

// locked is a message that is locked until the end of the transaction.
type locked struct {
	Subject
	hidden, withdrawn, erased bool
}

func lockSubject(ctx context.Context, tx *pg.Tx, id MessageID) (m locked, err error) {
	var body, path string
	var seq int64
	err = tx.QueryRow(ctx, messageSubject, pgx.StrictNamedArgs{"id": id}).
		Scan(&m.AuthorID, &m.Room, &body, &m.Lang, &seq, &m.hidden, &m.withdrawn, &m.erased, &path)
	if err != nil {
		return m, wrap(fmt.Sprintf("find message %d", id), pg.OrNotFound(err, errNoMessage))
	}
	m.Excerpt, m.Path = markup.Excerpt(body, excerptWeight), messagePath(path, seq, id)
	return m, nil
}

func (s *Service) setHidden(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id MessageID, kind Kind) (Subject, error) {
	m, err := lockSubject(ctx, tx, id)
	if err != nil {
		return Subject{}, err
	}
	if err := s.moderates(ctx, tx, viewer, m.Room); err != nil {
		return Subject{}, err
	}
	hide := kind == KindRemove
	switch {
	case m.hidden == hide:
		return Subject{}, errAlready
	case m.withdrawn:
		return Subject{}, errWithdrawn
	case m.erased:
		return Subject{}, errErased
	}
	if _, err := tx.Exec(ctx, setHidden, pgx.StrictNamedArgs{"id": id, "hide": hide}); err != nil {
		return Subject{}, fmt.Errorf("%s message %d: %w", kind, id, err)
	}
	if err := s.words.SetHidden(ctx, tx, hide, messageText(id)); err != nil {
		return Subject{}, err
	}
	if _, err := s.Append(ctx, tx, m.Room, Entry{Kind: kind, By: viewer.ID, Message: id}); err != nil {
		return Subject{}, err
	}
	return m.Subject, nil
}
