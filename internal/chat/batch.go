package chat

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
	"senet/internal/translation"
)

// batch is one transaction of the writer.
type batch struct {
	rooms   map[RoomID]*batchRoom
	said    map[sayKey]int64          // messages that are there already, with the seq of their event
	authors map[account.MemberID]bool // who of them there is
	replies map[MessageID]replyRow
	fresh   []*waiting // what is written, in order
	seqs    []int64    // of fresh
	results []result   // of every message of the batch
}

type batchRoom struct {
	ID       RoomID
	Seq      int64
	Archived bool
	Guarded  bool // something but the archive may keep somebody from writing
	State    State
	Slow     int
	Hosts    bool // only they write
	Now      time.Time
	events   []Event
	grown    bool
	standing map[account.MemberID]standing // of a guarded room, of those who write in this batch
}

// standing is what somebody may do in a guarded room.
type standing struct {
	Role     StaffRole
	Sanction Sanction
	Said     *time.Time // in slow mode: the last time
}

type sayKey struct {
	author account.MemberID
	client uuid.UUID
}

type replyRow struct {
	ID     MessageID
	RoomID RoomID
	Author string
	Body   string
	Lang   string
	Hidden bool
	Found  Translations
}

type result struct {
	seq int64
	err error
}

// Rooms are locked in the order of their ids: two writers on two nodes cannot wait for each other.
const lockRooms = `
	select r.id, r.seq, coalesce(c.archived_at is not null, false), r.state, r.slow_seconds, r.hosts_only, clock_timestamp(),
		r.state <> 'open' or r.slow_seconds > 0 or r.hosts_only or exists (select from room_sanctions sa where sa.room_id = r.id)
	from rooms r left join challenges c on c.id = r.challenge_id
	where r.id = any(@rooms)
	order by r.id
	for update of r`

const saidBefore = `
	select m.author_id, m.client_id, m.seq
	from unnest(@authors::bigint[], @clients::uuid[]) as w (author_id, client_id)
	join messages m on m.author_id = w.author_id and m.client_id = w.client_id`

const authorsThere = `select id from members where id = any(@authors)`

const repliedTo = `
	select m.id, m.room_id, a.name as author, case when m.hidden_at is null then left(m.body, 400) else '' end as body,
	       m.lang, m.hidden_at is not null as hidden, case when m.hidden_at is null then (` + foundOfM + `) end as found
	from messages m join members a on a.id = m.author_id
	where m.id = any(@ids)`

const insertMessages = `
	with w as (
		select w.*, t.at
		from (select clock_timestamp() as at) t,
		     unnest(@rooms::bigint[], @seqs::bigint[], @authors::bigint[], @clients::uuid[], @bodies::text[],
		            @htmls::text[], @langs::text[], @replies::bigint[], @announce::boolean[])
		       as w (room_id, seq, author_id, client_id, body, html, lang, reply_to, announce)
	), m as (
		insert into messages (room_id, seq, author_id, client_id, body, html, lang, reply_to, created_at, announcement)
		select room_id, seq, author_id, client_id, body, html, lang, nullif(reply_to, 0), at, announce from w
		returning id, room_id, seq, author_id, created_at
	)
	insert into room_events (room_id, seq, kind, at, member_id, message_id)
	select room_id, seq, 'message', created_at, author_id, id from m
	returning room_id, seq, at, message_id`

const advanceRooms = `
	update rooms r set seq = w.seq
	from unnest(@rooms::bigint[], @seqs::bigint[]) as w (id, seq)
	where r.id = w.id`

// writeBatch writes messages in one transaction, and after its commit tells the hub, then the senders. On an error
// nobody has been told anything.
func (s *Service) writeBatch(ctx context.Context, ms []*waiting) error {
	b := &batch{rooms: map[RoomID]*batchRoom{}, said: map[sayKey]int64{}, authors: map[account.MemberID]bool{}, results: make([]result, len(ms))}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		if err := b.prepare(ctx, tx, ms); err != nil {
			return err
		}
		b.decide(ms)
		if err := b.insert(ctx, tx); err != nil {
			return err
		}
		if err := s.tellMentioned(ctx, tx, b); err != nil {
			return err
		}
		return s.words.Written(ctx, tx, translation.Message, b.texts()...)
	})
	if err != nil {
		return fmt.Errorf("write %d messages: %w", len(ms), err)
	}
	for _, r := range b.rooms {
		if r.grown {
			s.tell(r.ID, r.Seq, r.events)
		}
	}
	for i, m := range ms {
		m.done(b.results[i].seq, b.results[i].err)
	}
	return nil
}

// texts are the messages that were written.
func (b *batch) texts() (ts []translation.Fresh) {
	for _, r := range b.rooms {
		for _, e := range r.events {
			ts = append(ts, translation.Fresh{ID: int64(e.Message.ID), Lang: e.Message.Lang})
		}
	}
	return ts
}

// prepare locks the rooms and looks up what the decisions need, in one round trip.
func (b *batch) prepare(ctx context.Context, tx *pg.Tx, ms []*waiting) error {
	var rooms, authors, replies []int64
	var clients [][16]byte
	for _, m := range ms {
		rooms = append(rooms, int64(m.say.Room))
		authors = append(authors, int64(m.author.ID))
		clients = append(clients, m.say.ClientID)
		if m.say.ReplyTo != 0 {
			replies = append(replies, int64(m.say.ReplyTo))
		}
	}
	var q pgx.Batch
	q.Queue(lockRooms, pgx.StrictNamedArgs{"rooms": distinct(rooms)}).Query(func(rows pgx.Rows) error {
		var r batchRoom
		_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.Seq, &r.Archived, &r.State, &r.Slow, &r.Hosts, &r.Now, &r.Guarded}, func() error {
			room := r
			b.rooms[r.ID] = &room
			return nil
		})
		return err
	})
	q.Queue(saidBefore, pgx.StrictNamedArgs{"authors": authors, "clients": clients}).Query(func(rows pgx.Rows) error {
		var k sayKey
		var seq int64
		_, err := pgx.ForEachRow(rows, []any{&k.author, &k.client, &seq}, func() error {
			b.said[k] = seq
			return nil
		})
		return err
	})
	q.Queue(authorsThere, pgx.StrictNamedArgs{"authors": distinct(authors)}).Query(func(rows pgx.Rows) error {
		var id account.MemberID
		_, err := pgx.ForEachRow(rows, []any{&id}, func() error {
			b.authors[id] = true
			return nil
		})
		return err
	})
	if len(replies) > 0 {
		b.replies = map[MessageID]replyRow{}
		q.Queue(repliedTo, pgx.StrictNamedArgs{"ids": replies}).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowToStructByName[replyRow])
			for _, r := range found {
				b.replies[r.ID] = r
			}
			return err
		})
	}
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return err
	}
	return b.prepareGuarded(ctx, tx, ms)
}

func distinct(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

const standings = `
	select w.room_id, w.member_id, coalesce(st.role, ''), coalesce(sa.kind, ''), p.said_at
	from unnest(@rooms::bigint[], @members::bigint[]) as w (room_id, member_id)
	left join room_roles st on st.room_id = w.room_id and st.member_id = w.member_id
	left join room_sanctions sa on sa.room_id = w.room_id and sa.member_id = w.member_id and (sa.until is null or sa.until > now())
	left join room_pace p on p.room_id = w.room_id and p.member_id = w.member_id`

// prepareGuarded looks up who may write in rooms where not everybody may; most rooms cost nothing.
func (b *batch) prepareGuarded(ctx context.Context, tx *pg.Tx, ms []*waiting) error {
	var rooms, members []int64
	for _, m := range ms {
		if r := b.rooms[m.say.Room]; r != nil && (r.Guarded || m.say.Announce) {
			rooms, members = append(rooms, int64(m.say.Room)), append(members, int64(m.author.ID))
		}
	}
	if len(rooms) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, standings, pgx.StrictNamedArgs{"rooms": rooms, "members": members})
	if err != nil {
		return err
	}
	var room RoomID
	var member account.MemberID
	var st standing
	_, err = pgx.ForEachRow(rows, []any{&room, &member, &st.Role, &st.Sanction, &st.Said}, func() error {
		r := b.rooms[room]
		if r.standing == nil {
			r.standing = map[account.MemberID]standing{}
		}
		r.standing[member] = st
		return nil
	})
	return err
}

// refuse is why a message may not be written in the room, as Room.MayWrite would give it; with slow mode, which counts what is
// said in this batch too.
func (r *batchRoom) refuse(m *waiting) error {
	st := r.standing[m.author.ID]
	room := Room{Archived: r.Archived, Mine: Standing{Role: st.Role, Sanction: st.Sanction}, Settings: Settings{State: r.State, HostsOnly: r.Hosts}}
	viewer := account.Viewer{ID: m.author.ID, Role: m.author.Role}
	if err := room.MayWrite(viewer); err != nil {
		return err
	}
	if m.say.Announce && !room.Hosts(viewer) {
		return errForbidden
	}
	if r.Slow == 0 || room.Staff(viewer) {
		return nil
	}
	if st.Said != nil {
		if wait := st.Said.Add(time.Duration(r.Slow) * time.Second).Sub(r.Now); wait > 0 {
			return errSlow.After(wait)
		}
	}
	st.Said = &r.Now
	if r.standing == nil {
		r.standing = map[account.MemberID]standing{}
	}
	r.standing[m.author.ID] = st
	return nil
}

// decide gives every message its seq or says why it gets none.
func (b *batch) decide(ms []*waiting) {
	for i, m := range ms {
		key := sayKey{m.author.ID, m.say.ClientID}
		if seq, ok := b.said[key]; ok {
			b.results[i].seq = seq
			continue
		}
		room := b.rooms[m.say.Room]
		switch {
		case room == nil:
			b.results[i].err = errNoRoom
		case !b.authors[m.author.ID]:
			b.results[i].err = errSignIn
		case m.say.ReplyTo != 0 && b.replies[m.say.ReplyTo].RoomID != m.say.Room:
			b.results[i].err = errNoReply
		default:
			b.results[i].err = room.refuse(m)
		}
		if b.results[i].err != nil {
			continue
		}
		room.Seq++
		room.grown = true
		b.said[key] = room.Seq
		b.results[i].seq = room.Seq
		b.fresh = append(b.fresh, m)
		b.seqs = append(b.seqs, room.Seq)
	}
}

func (b *batch) insert(ctx context.Context, tx *pg.Tx) error {
	n := len(b.fresh)
	if n == 0 {
		return nil
	}
	rooms, authors, replies := make([]int64, n), make([]int64, n), make([]int64, n)
	clients, announce := make([][16]byte, n), make([]bool, n)
	bodies, htmls, langs := make([]string, n), make([]string, n), make([]string, n)
	at := make(map[RoomID]map[int64]*waiting, len(b.rooms))
	for i, m := range b.fresh {
		rooms[i], authors[i], replies[i] = int64(m.say.Room), int64(m.author.ID), int64(m.say.ReplyTo)
		clients[i], bodies[i], htmls[i], langs[i], announce[i] = m.say.ClientID, m.say.Body, m.html, m.say.Lang, m.say.Announce
		if at[m.say.Room] == nil {
			at[m.say.Room] = map[int64]*waiting{}
		}
		at[m.say.Room][b.seqs[i]] = m
	}
	var grown, heads []int64
	for _, r := range b.rooms {
		if r.grown {
			grown, heads = append(grown, int64(r.ID)), append(heads, r.Seq)
		}
	}
	var q pgx.Batch
	q.Queue(insertMessages, pgx.StrictNamedArgs{
		"rooms": rooms, "seqs": b.seqs, "authors": authors, "clients": clients, "bodies": bodies, "htmls": htmls,
		"langs": langs, "replies": replies, "announce": announce,
	}).Query(func(rows pgx.Rows) error {
		var room RoomID
		var seq int64
		var when time.Time
		var id MessageID
		_, err := pgx.ForEachRow(rows, []any{&room, &seq, &when, &id}, func() error {
			b.rooms[room].events = append(b.rooms[room].events, b.event(at[room][seq], seq, id, when))
			return nil
		})
		return err
	})
	q.Queue(advanceRooms, pgx.StrictNamedArgs{"rooms": grown, "seqs": heads})
	b.keepPace(&q)
	return tx.SendBatch(ctx, &q).Close()
}

const keepPace = `
	insert into room_pace (room_id, member_id, said_at)
	select distinct on (room_id, member_id) room_id, member_id, clock_timestamp() from unnest(@rooms::bigint[], @members::bigint[]) as w (room_id, member_id)
	on conflict (room_id, member_id) do update set said_at = excluded.said_at`

// keepPace notes who has just said something in a room in slow mode.
func (b *batch) keepPace(q *pgx.Batch) {
	var rooms, members []int64
	for _, m := range b.fresh {
		if b.rooms[m.say.Room].Slow > 0 {
			rooms, members = append(rooms, int64(m.say.Room)), append(members, int64(m.author.ID))
		}
	}
	if len(rooms) > 0 {
		q.Queue(keepPace, pgx.StrictNamedArgs{"rooms": rooms, "members": members})
	}
}

// event is the event that brings a fresh message, so that the hub need not read it back.
func (b *batch) event(m *waiting, seq int64, id MessageID, at time.Time) Event {
	msg := &Message{ID: id, ClientID: m.say.ClientID, Seq: seq, Author: m.author, Body: m.say.Body, HTML: m.html,
		Lang: m.say.Lang, At: at, Version: 1, Announcement: m.say.Announce}
	if r, ok := b.replies[m.say.ReplyTo]; ok {
		msg.ReplyTo = &Reply{ID: r.ID, Author: r.Author, Lang: r.Lang, Hidden: r.Hidden, Body: r.Body, Found: r.Found}
	}
	return Event{Room: m.say.Room, Seq: seq, Kind: KindMessage, At: at, By: m.author, Message: msg}
}
