package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// fragments are parts of what is said in a room that is to be erased, in both languages; none of them is said elsewhere.
var fragments = []string{"quokka", "短尾矮袋鼠", "numbat", "食蚁兽", "wombat", "袋熊", "bilby", "兔耳袋狸", "dunnart", "potoroo", "袋獾"}

// tellAll says all of them: in messages, an edit, questions, polls, words and translations, and has the memory learn one.
func (h *house) tellAll() {
	h.t.Helper()
	ctx := h.t.Context()
	h.service.Notices = notify.New(h.store)
	first := h.idOf(h.say(h.li, "we saw a quokka by the river in the morning"))
	h.must(h.service.React(ctx, h.anna, first, "thanks", true))
	h.must(h.service.SetMark(ctx, h.anna, first, Pin, true))
	seq, err := h.service.Say(ctx, h.li, Say{Room: h.room, ClientID: uuid.New(), Body: "and a numbat", ReplyTo: first})
	h.must(err)
	h.must(h.service.Edit(ctx, h.li, h.idOf(seq), 1, "and a dunnart, too", "en"))
	q := h.ask(h.li, "did anybody see a wombat in this part of the country?")
	other := h.ask(h.anna, "any wombat?")
	h.must(h.service.Vote(ctx, h.anna, q, true))
	h.must(h.service.Merge(ctx, h.anna, other, q))
	poll, err := h.service.OpenPoll(ctx, h.anna, NewPoll{Room: h.room, ClientID: uuid.New(), Kind: Single, Body: "Which bilby is it?", Options: []string{"the big bilby", "the small bilby"}})
	h.must(err)
	polls, err := h.service.Polls(ctx, h.li, h.room)
	h.must(err)
	h.must(h.service.CastBallot(ctx, h.li, poll, []OptionID{polls[0].Options[0].ID}))
	cloud, err := h.service.OpenPoll(ctx, h.anna, NewPoll{Room: h.room, ClientID: uuid.New(), Kind: Cloud, Body: "One word"})
	h.must(err)
	_, err = h.service.SendWords(ctx, h.li, cloud, []string{"potoroo", "袋獾"})
	h.must(err)
	h.must(h.service.RaiseHand(ctx, h.li, h.room))
	h.interpret(translation.Subject{Kind: translation.Message, ID: int64(first)}, "我们早上在河边看到了短尾矮袋鼠")
	h.interpret(translation.Subject{Kind: translation.Message, ID: int64(h.idOf(seq))}, "还有食蚁兽，我们都看见了")
	h.interpret(translation.Subject{Kind: translation.Question, ID: int64(q)}, "有人在这一带看到过袋熊吗？")
	h.interpret(translation.Subject{Kind: translation.Poll, ID: int64(poll)}, "是哪一种兔耳袋狸？")
	h.interpret(translation.Subject{Kind: translation.PollOption, ID: int64(polls[0].Options[0].ID)}, "大的兔耳袋狸")
	h.must(h.store.InTx(ctx, func(tx *pg.Tx) error {
		return h.service.Notices.Tell(ctx, tx, notify.Notice{To: h.anna.ID, Kind: notify.KindMention, Actor: h.li.ID, Subject: notify.Subject("message", first), Path: "/quokka"})
	}))
}

// interpret writes two translations, so that there is a history, and has the memory learn the second.
func (h *house) interpret(sub translation.Subject, text string) {
	h.t.Helper()
	for _, text := range []string{text + "！", text} {
		_, err := h.service.words.Write(h.t.Context(), h.mod, sub, i18n.Zh, translation.Form{Text: text, Revision: -1, Reviewed: true})
		h.must(err)
	}
}

// whereIs lists the tables whose rows hold a text.
func (h *house) whereIs(text string) (found []string) {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`)
	h.must(err)
	var tables []string
	for rows.Next() {
		var name string
		h.must(rows.Scan(&name))
		tables = append(tables, name)
	}
	h.must(rows.Err())
	for _, name := range tables {
		var n int
		h.must(h.pool.QueryRow(h.t.Context(), fmt.Sprintf(`select count(*) from %q t where position(lower($1) in lower(t::text)) > 0`, name), text).Scan(&n))
		if n > 0 {
			found = append(found, fmt.Sprintf("%s ×%d", name, n))
		}
	}
	return found
}

// over has the room's time be over.
func (h *house) over() {
	h.t.Helper()
	h.move(Ended)
	_, err := h.pool.Exec(h.t.Context(), `update rooms set retention_days = 30, ended_at = now() - interval '30 days 1 minute' where id = $1`, h.room)
	h.must(err)
}

func (h *house) eraseOver(want int) {
	h.t.Helper()
	n, err := h.service.EraseOver(h.t.Context())
	h.must(err)
	if n != want {
		h.t.Fatalf("%d rooms were erased, want %d", n, want)
	}
}

func TestEraseOver_nothingIsLeft(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	other := h.newRoom("ageing")
	h.sayIn(other, h.anna, "said elsewhere, about an echidna")
	h.tellAll()
	for _, f := range fragments {
		if len(h.whereIs(f)) == 0 {
			t.Fatalf("%q was said nowhere", f)
		}
	}
	if got := h.whereIs("短尾矮袋鼠"); !strings.Contains(strings.Join(got, " "), "memory_texts") {
		t.Fatalf("the memory has not learned: %v", got)
	}
	h.over()
	before := h.log()
	var erased RoomID
	var workshop int64
	h.service.Erased = func(_ context.Context, _ *pg.Tx, room RoomID, of int64) error {
		erased, workshop = room, of
		return nil
	}
	h.eraseOver(1)
	for _, f := range fragments {
		if got := h.whereIs(f); len(got) > 0 {
			t.Errorf("%q is still in %v", f, got)
		}
	}
	if len(h.whereIs("echidna")) == 0 {
		t.Error("what was said in another room is gone")
	}
	if erased != h.room || workshop != 1 {
		t.Errorf("told of room %d of workshop %d", erased, workshop)
	}
	for table, column := range map[string]string{"hands": "room_id", "questions": "room_id", "polls": "room_id", "messages": "room_id"} {
		var n int
		h.must(h.pool.QueryRow(t.Context(), fmt.Sprintf(`select count(*) from %s where %s = $1`, table, column), h.room).Scan(&n))
		if n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	after := h.log() // which fails on a gap
	if len(after) != len(before)+1 || after[len(after)-1].Kind != KindErase {
		t.Fatalf("the log has %d events and ends with %s, want %d and erase", len(after), after[len(after)-1].Kind, len(before)+1)
	}
	for i, e := range before {
		h.mustBeBlank(e, after[i])
	}
	room, err := h.service.FindRoom(t.Context(), h.anna, h.room)
	h.must(err)
	if _, ends := room.Erases(); !room.Erased() || ends {
		t.Errorf("the room says of itself %+v", room)
	}
	h.eraseOver(0)
}

// mustBeBlank compares an event with what is replayed of it after erasing.
func (h *house) mustBeBlank(was, now Event) {
	h.t.Helper()
	if was.Kind != now.Kind || was.Seq != now.Seq {
		h.t.Errorf("event %d %s became %d %s", was.Seq, was.Kind, now.Seq, now.Kind)
	}
	for _, l := range i18n.Written {
		if now.Shows(l) && now.Kind != KindState {
			h.t.Errorf("event %d %s shows something", now.Seq, now.Kind)
		}
	}
	old, err := json.Marshal(was.Frame(""))
	h.must(err)
	frame, err := json.Marshal(now.Frame("x"))
	h.must(err)
	var a, b struct {
		By   *By
		Data map[string]any
	}
	h.must(json.Unmarshal(old, &a))
	h.must(json.Unmarshal(frame, &b))
	switch now.Kind {
	case KindState, KindStaff:
		return
	}
	if b.By != nil || b.Data["removed"] != true || len(b.Data) != 2 || b.Data["id"] != a.Data["id"] {
		h.t.Errorf("event %d is replayed as %s, was %s", now.Seq, frame, old)
	}
}

// TestEraseOver_when leaves what is not over, and what was opened again.
func TestEraseOver_when(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.say(h.anna, "quokka")
	h.eraseOver(0)
	h.move(Ended)
	set := func(days any, ago string) {
		_, err := h.pool.Exec(t.Context(), `update rooms set retention_days = $2, ended_at = now() - $3::interval where id = $1`, h.room, days, ago)
		h.must(err)
	}
	set(nil, "9000 days")
	h.eraseOver(0)
	set(30, "29 days 23 hours")
	h.eraseOver(0)
	set(30, "31 days")
	h.eraseOver(1)
	h.move(Open)
	h.say(h.anna, "once more, a quokka")
	h.eraseOver(0)
	h.move(Ended)
	room, err := h.service.FindRoom(t.Context(), h.anna, h.room)
	h.must(err)
	if _, ends := room.Erases(); room.Erased() || !ends {
		t.Error("a room that was opened again and ended is not erased")
	}
	h.eraseOver(0)
	_, err = h.pool.Exec(t.Context(), `update rooms set erased_at = erased_at - interval '40 days', ended_at = now() - interval '31 days' where id = $1`, h.room)
	h.must(err)
	h.eraseOver(1)
	if got := h.whereIs("quokka"); len(got) > 0 {
		t.Errorf("what was said the second time is still in %v", got)
	}
}

// TestEraseOver_goesOn is stopped in the middle and goes on later, in a room of several steps.
func TestEraseOver_goesOn(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.backfill(2*eraseStep + 50)
	h.say(h.anna, "quokka")
	h.over()
	h.service.Erased = func(context.Context, *pg.Tx, RoomID, int64) error { return fmt.Errorf("oops") }
	if n, err := h.service.EraseOver(t.Context()); err == nil || n != 0 {
		t.Fatalf("%d rooms, %v", n, err)
	}
	room, err := h.service.FindRoom(t.Context(), h.anna, h.room)
	h.must(err)
	if room.Erased() {
		t.Error("it says that it is erased, and is not")
	}
	h.service.Erased = nil
	done := together(2, func(int) error { _, err := h.service.EraseOver(t.Context()); return err })
	h.must(allOf(done))
	var left, ends int
	h.must(h.pool.QueryRow(t.Context(), `select (select count(*) from messages where room_id = $1), (select count(*) from room_events where room_id = $1 and kind = 'erase')`, h.room).Scan(&left, &ends))
	if left != 0 || ends != 1 {
		t.Errorf("%d messages are left; it was erased %d times", left, ends)
	}
	h.log()
}

// TestEraseOver_openedMeanwhile stops where a host opens the room again.
func TestEraseOver_openedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.say(h.anna, "quokka")
	h.over()
	h.move(Open)
	if err := h.service.erase(t.Context(), h.room); err != errStays {
		t.Errorf("an open room: %v", err)
	}
	if len(h.whereIs("quokka")) == 0 {
		t.Error("what was said in an open room is gone")
	}
}
