package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// State is how far the meeting in a room has come. A standing room is always open.
type State string

const (
	Waiting State = "waiting" // before the host opens it: it can be read, and questions can be asked
	Open    State = "open"
	Paused  State = "paused" // hosts and interpreters write, the others read
	Ended   State = "ended"  // a replay
)

// EventRoom is what the room of a workshop is opened with.
type EventRoom struct {
	Workshop   int64
	Title      i18n.Text
	Challenge  int64  // that the workshop is about, whose glossary counts; 0: none
	Path       string // of the room, without the locale: "/w/12-title/room"
	KeepInside bool   // nothing said in it goes to a translation engine outside the house
	Retention  int    // days after the end until what was said is erased; 0: kept
}

const openEventRoom = `
	insert into rooms (workshop_id, topic_id, title_en, title_zh, path, keep_inside, retention_days, state)
	values (@workshop, nullif(@topic, 0::bigint), @english, @chinese, @path, @inside, nullif(@retention::int, 0), 'waiting')
	on conflict on constraint rooms_workshop_taken do update set title_en = excluded.title_en, title_zh = excluded.title_zh,
		topic_id = excluded.topic_id, path = excluded.path, keep_inside = excluded.keep_inside, retention_days = excluded.retention_days
	returning id`

// OpenEventRoom makes the room of a workshop, waiting for its host, in the transaction that announces the workshop; where
// it is there already it gets the new title, path and promises.
func (s *Service) OpenEventRoom(ctx context.Context, tx *pg.Tx, e EventRoom) (RoomID, error) {
	var id RoomID
	err := tx.QueryRow(ctx, openEventRoom, pgx.StrictNamedArgs{
		"workshop": e.Workshop, "topic": e.Challenge, "english": e.Title.En, "chinese": e.Title.Zh, "path": e.Path, "inside": e.KeepInside, "retention": e.Retention,
	}).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("open room of workshop %d: %w", e.Workshop, err)
	}
	return id, nil
}

// Settings are what hosts set in a room. The zero value of each field but the state is what a room begins with.
type Settings struct {
	State     State `json:"state"`
	Slow      int   `json:"slow_seconds"` // the least time between two messages of one member; 0: none
	HostsOnly bool  `json:"hosts_only"`   // only hosts and interpreters write
	Anonymous bool  `json:"anonymous"`    // questions may be asked without a name
	Item      int64 `json:"item"`         // of the agenda, that is on now; 0: none
}

// MaxSlow is the slowest slow mode, in seconds.
const MaxSlow = 3600

// Change is what a host changes of the settings; nil fields stay.
type Change struct {
	State     *State `json:"state"`
	Slow      *int   `json:"slow_seconds"`
	HostsOnly *bool  `json:"hosts_only"`
	Anonymous *bool  `json:"anonymous"`
	Item      *int64 `json:"item"`
}

const lockSettings = `
	select state, slow_seconds, hosts_only, anonymous_questions, coalesce(agenda_item, 0) from rooms where id = @room for no key update`

const saveSettings = `
	update rooms set state = @state, slow_seconds = @slow, hosts_only = @hosts, anonymous_questions = @anonymous,
		agenda_item = nullif(@item, 0::bigint),
		opened_at = case when @state in ('open', 'paused') then coalesce(opened_at, now()) else opened_at end,
		ended_at = case when @state = 'ended' then coalesce(ended_at, now()) end
	where id = @room`

// SetRoom changes the settings of a room, for its hosts; everybody there learns of it from the log. A standing room cannot be
// ended or made to wait. What changes nothing is no event.
func (s *Service) SetRoom(ctx context.Context, viewer account.Viewer, id RoomID, c Change) (Settings, error) {
	room, err := s.FindRoom(ctx, viewer, id)
	if err != nil {
		return Settings{}, err
	}
	if !room.Hosts(viewer) {
		return Settings{}, errForbidden
	}
	if err := c.check(room); err != nil {
		return Settings{}, err
	}
	var now Settings
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		now, err = s.setRoom(ctx, tx, viewer.ID, id, c)
		return err
	})
	return now, wrap(fmt.Sprintf("change room %d", id), err)
}

// MoveRoom takes a workshop's room to another state by itself, as part of somebody's transaction: at the start, at the end.
func (s *Service) MoveRoom(ctx context.Context, tx *pg.Tx, id RoomID, to State) error {
	_, err := s.setRoom(ctx, tx, 0, id, Change{State: &to})
	return err
}

func (c Change) check(room Room) error {
	var wrong fault.Fields
	if c.State != nil {
		switch *c.State {
		case Open, Paused:
		case Waiting, Ended:
			if room.Workshop == 0 {
				return fault.New(fault.Conflict, "chat.state.standing")
			}
		default:
			wrong.Add("state", "chat.state.unknown", nil)
		}
	}
	if c.Slow != nil && (*c.Slow < 0 || *c.Slow > MaxSlow) {
		wrong.Add("slow_seconds", "chat.slow.bounds", fault.Args{"Max": MaxSlow})
	}
	return wrong.Err()
}

func (s *Service) setRoom(ctx context.Context, tx *pg.Tx, by account.MemberID, id RoomID, c Change) (Settings, error) {
	var was Settings
	err := tx.QueryRow(ctx, lockSettings, pgx.StrictNamedArgs{"room": id}).
		Scan(&was.State, &was.Slow, &was.HostsOnly, &was.Anonymous, &was.Item)
	if err != nil {
		return was, pg.OrNotFound(err, errNoRoom)
	}
	now := was
	set(&now.State, c.State)
	set(&now.Slow, c.Slow)
	set(&now.HostsOnly, c.HostsOnly)
	set(&now.Anonymous, c.Anonymous)
	set(&now.Item, c.Item)
	if now == was {
		return now, nil
	}
	_, err = tx.Exec(ctx, saveSettings, pgx.StrictNamedArgs{"room": id, "state": now.State, "slow": now.Slow,
		"hosts": now.HostsOnly, "anonymous": now.Anonymous, "item": now.Item})
	if err != nil {
		return was, err
	}
	_, err = s.Append(ctx, tx, id, Entry{Kind: KindState, By: by, Data: data(now)})
	return now, err
}

func set[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}
