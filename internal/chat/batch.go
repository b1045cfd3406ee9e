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
	said    map[sayKey]int64 // messages that are there already, with the seq of their event
	replies map[MessageID]replyRow
	fresh   []*waiting // what is written, in order
	seqs    []int64    // of fresh
	results []result   // of every message of the batch
}

type batchRoom struct {
	ID       RoomID
	Seq      int64
	Archived bool
	events   []Event
	grown    bool
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
	select r.id, r.seq, coalesce(c.archived_at is not null, false)
	from rooms r left join challenges c on c.id = r.challenge_id
	where r.id = any(@rooms)
	order by r.id
	for update of r`

const saidBefore = `
	select m.author_id, m.client_id, m.seq
	from unnest(@authors::bigint[], @clients::uuid[]) as w (author_id, client_id)
	join messages m on m.author_id = w.author_id and m.client_id = w.client_id`

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
		            @htmls::text[], @langs::text[], @replies::bigint[])
		       as w (room_id, seq, author_id, client_id, body, html, lang, reply_to)
	), m as (
		insert into messages (room_id, seq, author_id, client_id, body, html, lang, reply_to, created_at)
		select room_id, seq, author_id, client_id, body, html, lang, nullif(reply_to, 0), at from w
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
	b := &batch{rooms: map[RoomID]*batchRoom{}, said: map[sayKey]int64{}, results: make([]result, len(ms))}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		if err := b.prepare(ctx, tx, ms); err != nil {
			return err
		}
		b.decide(ms)
		if err := b.insert(ctx, tx); err != nil {
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
	slices.Sort(rooms)
	var q pgx.Batch
	q.Queue(lockRooms, pgx.StrictNamedArgs{"rooms": slices.Compact(rooms)}).Query(func(rows pgx.Rows) error {
		var r batchRoom
		_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.Seq, &r.Archived}, func() error {
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
	return tx.SendBatch(ctx, &q).Close()
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
			continue
		case room.Archived:
			b.results[i].err = errArchived
			continue
		}
		if m.say.ReplyTo != 0 && b.replies[m.say.ReplyTo].RoomID != m.say.Room {
			b.results[i].err = errNoReply
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
	clients := make([][16]byte, n)
	bodies, htmls, langs := make([]string, n), make([]string, n), make([]string, n)
	at := make(map[RoomID]map[int64]*waiting, len(b.rooms))
	for i, m := range b.fresh {
		rooms[i], authors[i], replies[i] = int64(m.say.Room), int64(m.author.ID), int64(m.say.ReplyTo)
		clients[i], bodies[i], htmls[i], langs[i] = m.say.ClientID, m.say.Body, m.html, m.say.Lang
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
		"langs": langs, "replies": replies,
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
	return tx.SendBatch(ctx, &q).Close()
}

// event is the event that brings a fresh message, so that the hub need not read it back.
func (b *batch) event(m *waiting, seq int64, id MessageID, at time.Time) Event {
	msg := &Message{ID: id, ClientID: m.say.ClientID, Seq: seq, Author: m.author, Body: m.say.Body, HTML: m.html,
		Lang: m.say.Lang, At: at}
	if r, ok := b.replies[m.say.ReplyTo]; ok {
		msg.ReplyTo = &Reply{ID: r.ID, Author: r.Author, Lang: r.Lang, Hidden: r.Hidden, Body: r.Body, Found: r.Found}
	}
	return Event{Room: m.say.Room, Seq: seq, Kind: KindMessage, At: at, By: m.author, Message: msg}
}
