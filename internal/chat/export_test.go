package chat

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// event opens the room of a workshop, with mod as its organiser.
func (h *house) event(e EventRoom) RoomID {
	h.t.Helper()
	var id RoomID
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		var err error
		if e.Workshop == 0 {
			e.Workshop = 7
		}
		e.Title, e.Path = i18n.Text{En: "Sharing data", Zh: "数据共享"}, fmt.Sprintf("/w/%d-sharing-data/room", e.Workshop)
		if id, err = h.service.OpenEventRoom(h.t.Context(), tx, e); err != nil {
			return err
		}
		if err := h.service.SetStaff(h.t.Context(), tx, h.mod.ID, id, h.mod.ID, Organiser); err != nil {
			return err
		}
		return h.service.MoveRoom(h.t.Context(), tx, id, Open)
	}))
	return id
}

func (h *house) sayIn(room RoomID, v account.Viewer, body string) int64 {
	h.t.Helper()
	seq, err := h.service.Say(h.t.Context(), v, Say{Room: room, ClientID: uuid.New(), Body: body})
	h.must(err)
	return seq
}

func (h *house) lines(x *Export) (all []Line) {
	h.t.Helper()
	h.must(x.Lines(h.t.Context(), func(l Line) error {
		all = append(all, l)
		return nil
	}))
	return all
}

func TestExport_course(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	room := h.event(EventRoom{})
	first := h.sayIn(room, h.anna, "Good morning")
	hidden := h.sayIn(room, h.li, "secret")
	_, err := h.service.SetRoom(t.Context(), h.mod, room, Change{Slow: ptr(30), Item: ptr(int64(5))})
	h.must(err)
	h.must(h.service.React(t.Context(), h.li, MessageID(h.messageAt(room, first)), "agree", true))
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.Hide(t.Context(), tx, h.mod, h.messageAt(room, hidden))
		return err
	}))
	x, err := h.service.Export(t.Context(), h.anna, room)
	h.must(err)
	h.sayIn(room, h.mod, "said after the export was begun")
	all := h.lines(x)
	if len(all) != 4 {
		t.Fatalf("%d lines, want opening, message, removed message, change: %+v", len(all), all)
	}
	if all[0].Was.State != Waiting || all[0].Now.State != Open {
		t.Errorf("it began with %+v → %+v", all[0].Was, all[0].Now)
	}
	if m := all[1].Message; m == nil || m.Body != "Good morning" || m.Reactions["agree"] != 1 || all[1].Seq != first {
		t.Errorf("the message is %+v", all[1])
	}
	if l := all[2]; !l.Removed || l.Message != nil {
		t.Errorf("the removed message is %+v", l)
	}
	if l := all[3]; l.Was.Slow != 0 || l.Now.Slow != 30 || l.Now.Item != 5 || l.Was.State != Open {
		t.Errorf("the change is %+v → %+v", l.Was, l.Now)
	}
	if len(x.Staff) != 1 || x.Staff[0].ID != h.mod.ID {
		t.Errorf("its staff is %+v", x.Staff)
	}
}

func (h *house) messageAt(room RoomID, seq int64) (id MessageID) {
	h.t.Helper()
	h.must(h.pool.QueryRow(h.t.Context(), `select id from messages where room_id = $1 and seq = $2`, room, seq).Scan(&id))
	return id
}

func TestExport_asked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	room := h.event(EventRoom{})
	ask := func(v account.Viewer, body string, anonymous bool) QuestionID {
		id, err := h.service.Ask(t.Context(), v, Ask{Room: room, ClientID: uuid.New(), Body: body, Anonymous: anonymous})
		h.must(err)
		return id
	}
	open := func(results Results, body string) PollID {
		id, err := h.service.OpenPoll(t.Context(), h.mod, NewPoll{Room: room, ClientID: uuid.New(), Kind: Single, Body: body, Options: []string{"Yes", "No"}, Results: results})
		h.must(err)
		return id
	}
	first, second, gone := ask(h.anna, "Who pays?", false), ask(h.li, "谁来付费？", true), ask(h.li, "spam", false)
	h.must(h.service.Vote(t.Context(), h.li, second, true))
	h.must(h.service.Merge(t.Context(), h.mod, first, second))
	_, err := h.pool.Exec(t.Context(), `update questions set hidden_at = now() where id = $1`, gone)
	h.must(err)
	live, later := open(ResultsLive, "Shall we?"), open(ResultsClosed, "Who leads?")
	for _, id := range []PollID{live, later} {
		polls, err := h.service.Polls(t.Context(), h.anna, room)
		h.must(err)
		i := slices.IndexFunc(polls, func(p Poll) bool { return p.ID == id })
		h.must(h.service.CastBallot(t.Context(), h.anna, id, []OptionID{polls[i].Options[0].ID}))
	}
	x, err := h.service.Export(t.Context(), h.mod, room)
	h.must(err)
	ask(h.anna, "Asked after it was begun", false)
	var questions []Question
	h.must(x.Questions(t.Context(), func(q Question) error {
		questions = append(questions, q)
		return nil
	}))
	if len(questions) != 2 || questions[0].ID != first || questions[0].Into != second || questions[1].Votes != 1 {
		t.Fatalf("questions: %+v", questions)
	}
	if q := questions[1]; q.Author != (By{}) || q.Own {
		t.Errorf("who asked without a name is told: %+v", q.Author)
	}
	var polls []Poll
	h.must(x.Polls(t.Context(), func(p Poll) error {
		polls = append(polls, p)
		return nil
	}))
	if len(polls) != 2 || polls[0].Options[0].Votes != 1 {
		t.Fatalf("polls: %+v", polls)
	}
	for _, o := range polls[1].Options {
		if o.Votes != 0 {
			t.Errorf("results are told before the poll is closed: %+v", polls[1])
		}
	}
}

// TestExport_longRoom reads more than a page, and sees what becomes of what it has not read yet.
func TestExport_longRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(3*exportPage + 7)
	x, err := h.service.Export(t.Context(), h.anna, h.room)
	h.must(err)
	next, removed := int64(1), 0
	h.must(x.Lines(t.Context(), func(l Line) error {
		if l.Seq != next {
			return fmt.Errorf("line %d came in the place of %d", l.Seq, next)
		}
		next++
		if l.Seq == 10 {
			h.hide(2 * exportPage)
		}
		if l.Removed {
			removed++
		}
		return nil
	}))
	if next != x.Seq+1 || removed != 1 {
		t.Errorf("%d lines of %d, %d of them removed; want 1", next-1, x.Seq, removed)
	}
}

func TestExport_who(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(2 * exportPage)
	if _, err := h.service.Export(t.Context(), account.Visitor(), h.room); fault.KindOf(err) != fault.Unauthorised {
		t.Errorf("a visitor: %v", err)
	}
	if _, err := h.service.Export(t.Context(), h.anna, h.room+1000); err != errNoRoom {
		t.Errorf("no room: %v", err)
	}
	remove := func(v account.Viewer) error {
		return h.store.InTx(t.Context(), func(tx *pg.Tx) error {
			return h.service.Sanction(t.Context(), tx, h.room, v.ID, Removed, ptr(time.Now().Add(time.Hour)))
		})
	}
	x, err := h.service.Export(t.Context(), h.anna, h.room)
	h.must(err)
	read := 0
	err = x.Lines(t.Context(), func(Line) error {
		if read++; read == 1 {
			return remove(h.anna)
		}
		return nil
	})
	if err != errRemoved || read != exportPage {
		t.Errorf("removed while reading: read %d lines, %v; want a page, and no more", read, err)
	}
	if _, err := h.service.Export(t.Context(), h.anna, h.room); err != errRemoved {
		t.Errorf("who was removed: %v", err)
	}
	oops := errors.New("oops")
	x, err = h.service.Export(t.Context(), h.li, h.room)
	h.must(err)
	if err := x.Lines(t.Context(), func(Line) error { return oops }); err != oops {
		t.Errorf("the reader's own error: %v", err)
	}
}
