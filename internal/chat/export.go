package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// exportPage is how many things of a room are read, and held in memory, at a time.
const exportPage = 200

// Export reads a whole room, page by page: however long it is, a page of it is in memory at a time, and no transaction lasts
// longer than a page. So it is no snapshot: it tells what had happened up to Seq, each thing as it was when its page was read.
// What is hidden by then is not in it, and who is removed from the room by then reads no further.
type Export struct {
	Room   Room
	Seq    int64     // of the newest event that it tells of
	At     time.Time // when it was begun; what was asked later is not in it
	Staff  []StaffMember
	viewer account.Viewer
	store  *Service
}

// Line is an entry in the course of a room: somebody said something, or the settings of the room were changed.
type Line struct {
	Seq     int64
	At      time.Time
	Message *Message  // nil: a change of the settings, or a message that was removed
	Removed bool      // a message that was removed, or taken back by its author: nothing of it is told
	Taken   bool      // … by its author
	Was     *Settings // of a change: before, and
	Now     *Settings // after it
}

// Export begins to read a room for whoever may read it; members only, since it is costly. Errors are as of FindRoom.
func (s *Service) Export(ctx context.Context, viewer account.Viewer, id RoomID) (*Export, error) {
	if !viewer.SignedIn() {
		return nil, errSignIn
	}
	room, err := s.FindRoom(ctx, viewer, id)
	if err != nil {
		return nil, err
	}
	x := &Export{Room: room, Seq: room.Seq, viewer: viewer, store: s}
	if err := s.store.QueryRow(ctx, `select now()`).Scan(&x.At); err != nil {
		return nil, fmt.Errorf("export room %d: %w", id, err)
	}
	x.Staff, err = s.Staff(ctx, id)
	return x, err
}

const exportLines = `
	select e.seq, e.kind, e.at, e.data, ` + messageColumns + `
	from (select * from room_events where room_id = @room and seq > @after and seq <= @upto and kind in ('message', 'state')
		order by seq limit @n) e
	left join messages m on m.id = e.message_id
	left join members a on a.id = m.author_id` + messageJoins + `
	order by e.seq`

type lineRow struct {
	Seq  int64
	Kind Kind
	At   time.Time
	Data json.RawMessage
	messageRow
}

// Lines gives each the course of the room, in order. An error of each ends it and is returned.
func (x *Export) Lines(ctx context.Context, each func(Line) error) error {
	was := Settings{State: Open, Anonymous: true}
	if x.Room.Workshop != 0 {
		was.State = Waiting
	}
	return pages(ctx, x, func(after int64) ([]lineRow, error) {
		return pg.All[lineRow](ctx, x.store.store, exportLines,
			pgx.StrictNamedArgs{"room": x.Room.ID, "after": after, "upto": x.Seq, "n": exportPage})
	}, func(r lineRow) (int64, error) {
		l := Line{Seq: r.Seq, At: r.At}
		switch m := r.message(); {
		case r.Kind == KindState:
			now := was
			if err := json.Unmarshal(r.Data, &now); err != nil {
				return 0, fmt.Errorf("export room %d: event %d: %w", x.Room.ID, r.Seq, err)
			}
			l.Was, l.Now = &Settings{}, &now
			*l.Was, was = was, now
		case m == nil: // erased
			return r.Seq, nil
		case m.Hidden:
			l.Removed, l.Taken = true, m.Withdrawn
		default:
			l.Message = m
		}
		return r.Seq, each(l)
	})
}

const exportQuestions = `select ` + questionColumns + ` from questions q join members a on a.id = q.author_id
	where q.room_id = @room and q.id > @after and q.created_at <= @at and q.hidden_at is null
	order by q.id limit @n`

// Questions gives each every question, the merged ones too, in the order in which they were asked. Of one that was asked
// without a name nothing tells whose it is.
func (x *Export) Questions(ctx context.Context, each func(Question) error) error {
	return pages(ctx, x, func(after int64) ([]questionRow, error) {
		args := x.after(after)
		args["viewer"] = int64(0)
		return pg.All[questionRow](ctx, x.store.store, exportQuestions, args)
	}, func(r questionRow) (int64, error) {
		q := r.question()
		if q.Anonymous {
			q.Author = By{}
		}
		return int64(q.ID), each(*q)
	})
}

const exportPolls = pollColumns + `where p.room_id = @room and p.id > @after and p.created_at <= @at and p.hidden_at is null
	order by p.id limit @n`

// Polls gives each every poll in the order in which they were opened, of a cloud the words that were sent most. Where the
// results may not be seen yet there are none.
func (x *Export) Polls(ctx context.Context, each func(Poll) error) error {
	return pages(ctx, x, func(after int64) ([]pollRow, error) {
		args := x.after(after)
		args["viewer"], args["wanted"] = int64(0), []OptionID{}
		return pg.All[pollRow](ctx, x.store.store, exportPolls, args)
	}, func(r pollRow) (int64, error) {
		p := r.poll()
		return int64(p.ID), each(*p)
	})
}

func (x *Export) after(id int64) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"room": x.Room.ID, "after": id, "at": x.At, "n": exportPage}
}

// pages reads page after page and gives each row to each, which says where it stands. Before each page it asks whether the
// reader may still read the room.
func pages[R any](ctx context.Context, x *Export, read func(after int64) ([]R, error), each func(R) (int64, error)) error {
	for after := int64(0); ; {
		if _, err := x.store.FindRoom(ctx, x.viewer, x.Room.ID); err != nil {
			return err
		}
		rows, err := read(after)
		if err != nil {
			return fmt.Errorf("export room %d: %w", x.Room.ID, err)
		}
		for _, r := range rows {
			if after, err = each(r); err != nil {
				return err
			}
		}
		if len(rows) < exportPage {
			return nil
		}
	}
}
