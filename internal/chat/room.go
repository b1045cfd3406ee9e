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

// Room is a room as a viewer sees it: the standing room of a challenge, which bears the challenge's title, or the room of a
// workshop.
type Room struct {
	ID        RoomID
	Workshop  int64  // 0: a standing room
	Slug      string // of its challenge
	Title     i18n.Text
	Summary   i18n.Text
	Seq       int64 // of its newest event
	Read      int64 // how far the viewer has read it, on any device; 0: not yet, or a visitor
	Archived  bool  // its challenge is
	Settings  Settings
	OpenedAt  *time.Time
	EndedAt   *time.Time
	Retention int // days after the end until what was said is erased; 0: kept
	ErasedAt  *time.Time
	Mine      Standing
	path      string
}

// Path is the room's page, without the locale.
func (r Room) Path() string {
	if r.path != "" {
		return r.path
	}
	return "/c/" + r.Slug + "/room"
}

// ReadOnly reports whether nobody writes here any more.
func (r Room) ReadOnly() bool { return r.Archived || r.Settings.State == Ended }

// Erases is when what was said in the room will be erased; false where it is kept, or the room has not ended.
func (r Room) Erases() (time.Time, bool) {
	if r.Retention == 0 || r.EndedAt == nil || r.Erased() {
		return time.Time{}, false
	}
	return r.EndedAt.AddDate(0, 0, r.Retention), true
}

// Erased reports whether what was said in the room has been erased. A room that was opened again has not.
func (r Room) Erased() bool {
	return r.ErasedAt != nil && r.EndedAt != nil && !r.ErasedAt.Before(*r.EndedAt)
}

var (
	errNoRoom   = fault.New(fault.NotFound, "chat.room.not_found")
	errArchived = fault.New(fault.Conflict, "chat.room.archived")
	errRemoved  = fault.New(fault.Forbidden, "chat.room.removed")
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
	select r.id, coalesce(r.workshop_id, 0) as workshop, coalesce(c.slug, '') as slug, coalesce(c.title_en, r.title_en) as title_en,
		coalesce(c.title_zh, r.title_zh) as title_zh, coalesce(c.summary_en, '') as summary_en, coalesce(c.summary_zh, '') as summary_zh,
		r.seq, c.archived_at is not null as archived, r.state, r.slow_seconds, r.hosts_only, r.anonymous_questions,
		coalesce(r.agenda_item, 0) as item, r.opened_at, r.ended_at, coalesce(r.retention_days, 0) as retention,
		coalesce(st.role, '') as role, coalesce(sa.kind, '') as sanction, sa.until, r.path, r.erased_at,
		coalesce((select seq from room_reads where room_id = r.id and member_id = @viewer), 0) as read
	from rooms r
	left join challenges c on c.id = r.challenge_id
	left join room_roles st on st.room_id = r.id and st.member_id = @viewer
	left join room_sanctions sa on sa.room_id = r.id and sa.member_id = @viewer and (sa.until is null or sa.until > now())
	where `

const (
	roomByID        = selectRoom + `r.id = @id`
	roomBySlug      = selectRoom + `c.slug = @slug`
	roomOfChallenge = selectRoom + `c.id = @challenge`
	roomOfWorkshop  = selectRoom + `r.workshop_id = @workshop`
)

// FindRoom is the room with that id. Whoever was removed from it gets Forbidden from this and the following.
func (s *Service) FindRoom(ctx context.Context, viewer account.Viewer, id RoomID) (Room, error) {
	return s.room(ctx, viewer, roomByID, pgx.StrictNamedArgs{"id": id})
}

// RoomOf is the standing room of a challenge.
func (s *Service) RoomOf(ctx context.Context, viewer account.Viewer, challengeID int64) (Room, error) {
	return s.room(ctx, viewer, roomOfChallenge, pgx.StrictNamedArgs{"challenge": challengeID})
}

// RoomOfSlug is the standing room of the challenge with that slug.
func (s *Service) RoomOfSlug(ctx context.Context, viewer account.Viewer, slug string) (Room, error) {
	return s.room(ctx, viewer, roomBySlug, pgx.StrictNamedArgs{"slug": slug})
}

// RoomOfWorkshop is the room of the workshop with that id.
func (s *Service) RoomOfWorkshop(ctx context.Context, viewer account.Viewer, workshop int64) (Room, error) {
	return s.room(ctx, viewer, roomOfWorkshop, pgx.StrictNamedArgs{"workshop": workshop})
}

func (s *Service) room(ctx context.Context, viewer account.Viewer, query string, args pgx.StrictNamedArgs) (Room, error) {
	args["viewer"] = viewer.ID
	var r Room
	err := s.store.QueryRow(ctx, query, args).Scan(&r.ID, &r.Workshop, &r.Slug, &r.Title.En, &r.Title.Zh, &r.Summary.En, &r.Summary.Zh,
		&r.Seq, &r.Archived, &r.Settings.State, &r.Settings.Slow, &r.Settings.HostsOnly, &r.Settings.Anonymous, &r.Settings.Item,
		&r.OpenedAt, &r.EndedAt, &r.Retention, &r.Mine.Role, &r.Mine.Sanction, &r.Mine.Until, &r.path, &r.ErasedAt, &r.Read)
	switch {
	case err != nil:
		return Room{}, wrap("find room", pg.OrNotFound(err, errNoRoom))
	case r.Mine.Sanction == Removed && !r.Hosts(viewer):
		return Room{}, errRemoved
	}
	return r, nil
}

// wrap adds what was tried to an error that is not a fault.
func wrap(tried string, err error) error {
	if err == nil || fault.Of(err) != nil {
		return err
	}
	return fmt.Errorf("%s: %w", tried, err)
}
