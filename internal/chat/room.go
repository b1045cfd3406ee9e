package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// RoomID names a room.
type RoomID int64

// Room is a room as a viewer sees it. The standing room of a challenge bears the challenge's title.
type Room struct {
	ID       RoomID
	Slug     string // of its challenge
	Title    i18n.Text
	Summary  i18n.Text
	Seq      int64 // of its newest event
	ReadOnly bool  // its challenge is archived
}

// Path is the room's page, without the locale.
func (r Room) Path() string { return "/c/" + r.Slug + "/room" }

var (
	errNoRoom   = fault.New(fault.NotFound, "chat.room.not_found")
	errArchived = fault.New(fault.Conflict, "chat.room.archived")
)

const openRoom = `
	insert into rooms (challenge_id) values (@challenge)
	on conflict on constraint rooms_challenge_taken do update set challenge_id = excluded.challenge_id
	returning id`

// OpenRoom opens the standing room of a challenge, in the transaction that creates the challenge. It is harmless
// when the room is already there.
func (s *Service) OpenRoom(ctx context.Context, tx *pg.Tx, challengeID int64) (RoomID, error) {
	var id RoomID
	if err := tx.QueryRow(ctx, openRoom, pgx.StrictNamedArgs{"challenge": challengeID}).Scan(&id); err != nil {
		return 0, fmt.Errorf("open room of challenge %d: %w", challengeID, err)
	}
	return id, nil
}

const keepInside = `update rooms set keep_inside = @on where challenge_id = @challenge`

// KeepInside says whether what is said in the room of a challenge may never be sent to a translation engine outside the
// house; for administrators. The caller's transaction also holds the log of it.
func (s *Service) KeepInside(ctx context.Context, tx *pg.Tx, viewer account.Viewer, challengeID int64, on bool) error {
	if !viewer.Administers() {
		return fault.New(fault.Forbidden, "error.forbidden")
	}
	done, err := tx.Exec(ctx, keepInside, pgx.StrictNamedArgs{"challenge": challengeID, "on": on})
	if err != nil {
		return fmt.Errorf("keep room of challenge %d inside: %w", challengeID, err)
	}
	if done.RowsAffected() == 0 {
		return errNoRoom
	}
	return nil
}

const selectRoom = `
	select r.id, c.slug, c.title_en, c.title_zh, c.summary_en, c.summary_zh, r.seq, c.archived_at
	from rooms r join challenges c on c.id = r.challenge_id
	where `

const (
	roomByID        = selectRoom + `r.id = @id`
	roomBySlug      = selectRoom + `c.slug = @slug`
	roomOfChallenge = selectRoom + `c.id = @challenge`
)

// FindRoom is the room with that id.
func (s *Service) FindRoom(ctx context.Context, _ account.Viewer, id RoomID) (Room, error) {
	return s.room(ctx, roomByID, pgx.StrictNamedArgs{"id": id})
}

// RoomOf is the standing room of a challenge.
func (s *Service) RoomOf(ctx context.Context, _ account.Viewer, challengeID int64) (Room, error) {
	return s.room(ctx, roomOfChallenge, pgx.StrictNamedArgs{"challenge": challengeID})
}

// RoomOfSlug is the standing room of the challenge with that slug.
func (s *Service) RoomOfSlug(ctx context.Context, _ account.Viewer, slug string) (Room, error) {
	return s.room(ctx, roomBySlug, pgx.StrictNamedArgs{"slug": slug})
}

func (s *Service) room(ctx context.Context, query string, args pgx.StrictNamedArgs) (Room, error) {
	var r Room
	var archived *time.Time
	err := s.store.QueryRow(ctx, query, args).Scan(&r.ID, &r.Slug, &r.Title.En, &r.Title.Zh, &r.Summary.En,
		&r.Summary.Zh, &r.Seq, &archived)
	if err != nil {
		return Room{}, wrap("find room", pg.OrNotFound(err, errNoRoom))
	}
	r.ReadOnly = archived != nil
	return r, nil
}

// wrap adds what was tried to an error that is not a fault.
func wrap(tried string, err error) error {
	if err == nil || fault.Of(err) != nil {
		return err
	}
	return fmt.Errorf("%s: %w", tried, err)
}
