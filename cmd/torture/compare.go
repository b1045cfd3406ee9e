package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"
)

// heads are where the logs of the rooms stand in the database.
func (c *crowd) heads(ctx context.Context) (map[int64]int64, error) {
	db, err := pgx.Connect(ctx, c.world.hub.url())
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	rows, err := db.Query(ctx, `select id, seq from rooms where id = any($1)`, c.world.rooms)
	if err != nil {
		return nil, err
	}
	heads := map[int64]int64{}
	var id, seq int64
	_, err = pgx.ForEachRow(rows, []any{&id, &seq}, func() error { heads[id] = seq; return nil })
	return heads, err
}

// entry is an event as the database has it, with every wording that its message has had.
type entry struct {
	kind   string
	id     int64
	bodies []string
}

// truth is the log of a room as the database has it, by seq.
func truth(ctx context.Context, db *pgx.Conn, room int64) (map[int64]entry, error) {
	rows, err := db.Query(ctx, `select e.seq, e.kind, coalesce(e.message_id, e.subject_id, (e.data->>'id')::bigint, 0),
			array(select body from message_revisions where message_id = m.id) || m.body
		from room_events e left join messages m on m.id = e.message_id and e.kind = 'message' where e.room_id = $1`, room)
	if err != nil {
		return nil, err
	}
	log := map[int64]entry{}
	var seq int64
	var e entry
	var bodies []*string
	_, err = pgx.ForEachRow(rows, []any{&seq, &e.kind, &e.id, &bodies}, func() error {
		e.bodies = nil
		for _, b := range bodies {
			if b != nil {
				e.bodies = append(e.bodies, *b)
			}
		}
		log[seq] = e
		return nil
	})
	return log, err
}

// compare holds what everybody was told against the database, and prints what came of it.
func (c *crowd) compare(ctx context.Context, out io.Writer) (kept bool, err error) {
	db, err := pgx.Connect(ctx, c.world.hub.url())
	if err != nil {
		return false, err
	}
	defer db.Close(ctx)
	heads, err := c.heads(ctx)
	if err != nil {
		return false, err
	}
	broken := slices.Clone(c.broken)
	var resets, checked, length int
	for _, room := range c.world.rooms {
		log, err := truth(ctx, db, room)
		if err != nil {
			return false, err
		}
		length += len(log)
		if int64(len(log)) != heads[room] {
			broken = append(broken, fmt.Sprintf("room %d has %d events and stands at %d", room, len(log), heads[room]))
		}
		for _, f := range c.followers {
			if f.room != room {
				continue
			}
			resets += f.resets
			checked += len(f.log)
			broken = append(broken, f.broken...)
			broken = append(broken, f.differs(log, heads[room])...)
		}
	}
	said, again := 0, 0
	for _, s := range c.speakers {
		wrong, err := s.differs(ctx, db)
		if err != nil {
			return false, err
		}
		broken = append(append(broken, s.broken...), wrong...)
		for _, m := range s.all {
			said++
			again += m.sent - 1
		}
	}
	fmt.Fprintf(out, "clients            %d in %d rooms, %d speakers, %v each way\n", len(c.followers), len(c.world.rooms), len(c.speakers), c.plan.Delay)
	fmt.Fprintf(out, "connections        %d, of which %d were cut on the way, %d clients vanished\n", c.connects.Load(), c.proxy.cuts.Load(), c.kills.Load())
	fmt.Fprintf(out, "ends of the hub    %d in good order, %d killed\n", c.ends[0], c.ends[1])
	fmt.Fprintf(out, "messages           %d, sent again %d times\n", said, again)
	fmt.Fprintf(out, "events             %d in the logs, %d told and compared, %d times too many were missed and it was said\n", length, checked, resets)
	fmt.Fprintf(out, "promises broken    %d\n", len(broken))
	for i, b := range broken {
		if i == 20 {
			fmt.Fprintf(out, "  … and %d more\n", len(broken)-i)
			break
		}
		fmt.Fprintf(out, "  %s\n", b)
	}
	return len(broken) == 0, nil
}

// differs is what is wrong with what a client was told.
func (f *follower) differs(log map[int64]entry, head int64) (wrong []string) {
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("client %d in room %d: ", f.n, f.room)+fmt.Sprintf(format, args...))
	}
	if f.last != head {
		say("knows the log up to %d, it ends at %d", f.last, head)
	}
	for _, got := range f.log {
		want, there := log[got.seq]
		switch {
		case !there:
			say("was told of event %d, which is not there", got.seq)
		case got.kind != want.kind || want.id != 0 && got.id != 0 && got.id != want.id:
			say("event %d is a %s of %d, but it was told of a %s of %d", got.seq, want.kind, want.id, got.kind, got.id)
		case got.body != "" && !slices.Contains(want.bodies, got.body):
			say("message %d reads differently", want.id)
		}
	}
	return wrong
}

// differs is what is wrong with what became of what somebody said: each must be there once, where it was acknowledged.
func (s *speaker) differs(ctx context.Context, db *pgx.Conn) (wrong []string, err error) {
	ids := make([]string, len(s.all))
	for i, m := range s.all {
		ids[i] = m.id
	}
	rows, err := db.Query(ctx, `select client_id::text, seq, array(select body from message_revisions where message_id = m.id) || m.body,
			count(*) over (partition by client_id)
		from messages m where client_id = any($1::uuid[]) and room_id = $2`, ids, s.room)
	if err != nil {
		return nil, err
	}
	type row struct {
		seq    int64
		bodies []string
	}
	there := map[string]row{}
	var id string
	var bodies []string
	var seq, times int64
	_, err = pgx.ForEachRow(rows, []any{&id, &seq, &bodies, &times}, func() error {
		if times > 1 {
			wrong = append(wrong, fmt.Sprintf("message %s is there %d times", id, times))
		}
		there[id] = row{seq, slices.Clone(bodies)}
		return nil
	})
	for _, m := range s.all {
		switch got, ok := there[m.id]; {
		case m.seq == 0:
			wrong = append(wrong, fmt.Sprintf("message %s was never acknowledged", m.id))
		case !ok:
			wrong = append(wrong, fmt.Sprintf("message %s was acknowledged at %d and is not there", m.id, m.seq))
		case got.seq != m.seq || !slices.Contains(got.bodies, m.body):
			wrong = append(wrong, fmt.Sprintf("message %s was acknowledged at %d and is at %d", m.id, m.seq, got.seq))
		}
	}
	return wrong, err
}
