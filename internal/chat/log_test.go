package chat

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

func wire(t *testing.T, e Event) string {
	t.Helper()
	b, err := json.Marshal(e.Frame("<html>"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHide_takesTheTextFromEveryReading(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.anna, "secret words")
	answer := Say{Room: h.room, ClientID: uuid.New(), Body: "an answer", ReplyTo: h.idOf(1)}
	_, err := h.service.Say(t.Context(), h.li, answer)
	h.must(err)
	before, err := h.service.Newest(t.Context(), h.anna, h.room, 50)
	h.must(err)
	if got := before.Events[1].Message.ReplyTo; got == nil || got.Body != "secret words" || got.Author != "Anna Weber" {
		t.Fatalf("the answer quotes %+v", got)
	}
	h.hide(1)
	p, err := h.service.Events(t.Context(), h.anna, h.room, 0, 50)
	h.must(err)
	if len(p.Events) != 3 || p.Events[2].Kind != KindRemove || p.Events[2].Seq != 3 {
		t.Fatalf("want message, message, remove; got %+v", p.Events)
	}
	id := p.Events[0].Message.ID
	first := wire(t, p.Events[0])
	if !strings.Contains(first, `"data":{"id":`+jsonOf(t, id)+`,"removed":true}`) || strings.Contains(first, "html") {
		t.Errorf("the hidden message on the wire: %s", first)
	}
	if got := wire(t, p.Events[2]); !strings.Contains(got, `"data":{"id":`+jsonOf(t, id)+`}`) || strings.Contains(got, "Marta") {
		t.Errorf("the removal on the wire: %s", got)
	}
	ms, _, err := h.service.Before(t.Context(), h.mod, h.room, math.MaxInt64, 50)
	h.must(err)
	if len(ms) != 2 || !ms[0].Hidden || ms[0].Body+ms[0].HTML != "" {
		t.Errorf("the page has %+v", ms)
	}
	if all := jsonOf(t, p.Events) + jsonOf(t, ms); strings.Contains(all, "secret") {
		t.Errorf("the text is still somewhere: %s", all)
	}

	h.unhide(1)
	p, err = h.service.Events(t.Context(), h.anna, h.room, 3, 50)
	h.must(err)
	restore := wire(t, p.Events[0])
	if p.Events[0].Kind != KindRestore || !strings.Contains(restore, "secret words") || !strings.Contains(restore, `"html":`) || !strings.Contains(restore, "Anna Weber") {
		t.Errorf("the restored message on the wire: %s", restore)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHide_whoAndWhen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.anna, "hello")
	id := h.idOf(1)
	hide := func(do string, who int) error {
		v := h.mod
		if who == 0 {
			v = h.anna
		}
		return h.store.InTx(t.Context(), func(tx *pg.Tx) error {
			f := h.service.Hide
			if do == "unhide" {
				f = h.service.Unhide
			}
			sub, err := f(t.Context(), tx, v, id)
			if err == nil && (sub.AuthorID != h.anna.ID || sub.Room != h.room || sub.Excerpt != "hello" || !strings.HasPrefix(sub.Path, "/c/infection-amr/room?at=1#m-")) {
				t.Errorf("subject is %+v", sub)
			}
			return err
		})
	}
	for _, c := range []struct {
		do   string
		who  int
		want string
	}{{"hide", 0, "error.forbidden"}, {"unhide", 1, "chat.already"}, {"hide", 1, ""}, {"hide", 1, "chat.already"}, {"unhide", 1, ""}} {
		err := hide(c.do, c.who)
		if f := fault.Of(err); f == nil && (c.want != "" || err != nil) || f != nil && f.Key != c.want {
			t.Errorf("%s: want %q, got %v", c.do, c.want, err)
		}
	}
	id = 999_999
	if err := hide("hide", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such message: %v", err)
	}
}

func TestAppend_rolledBackLeavesNoGap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.anna, "one")
	told := 0
	h.service.onCommit(func(RoomID, int64, []Event) { told++ })
	err := h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		if _, err := h.service.Append(t.Context(), tx, h.room, Entry{Kind: "poll", By: h.mod.ID, Data: json.RawMessage(`{"a":1}`)}); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "chat.already")
	})
	if err == nil || told != 0 {
		t.Fatalf("told %d of an event that never happened (%v)", told, err)
	}
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		seq, err := h.service.Append(t.Context(), tx, h.room, Entry{Kind: "poll", By: h.mod.ID, Data: json.RawMessage(`{"a":1}`)})
		if seq != 2 || told != 0 {
			t.Errorf("want seq 2, told after commit; got %d, told %d", seq, told)
		}
		return err
	}))
	p, err := h.service.Events(t.Context(), h.anna, h.room, 1, 10)
	h.must(err)
	if got := wire(t, p.Events[0]); told != 1 || !strings.Contains(got, `"kind":"poll"`) || !strings.Contains(got, `"data":{"a": 1}`) && !strings.Contains(got, `"data":{"a":1}`) {
		t.Errorf("told %d; on the wire %s", told, got)
	}
}

func TestEvents_pages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(1100)
	for _, c := range []struct {
		name        string
		after       int64
		limit       int
		first, last int64
		reset       bool
	}{
		{"what was missed", 1050, 1000, 1051, 1100, false},
		{"a page of it", 1050, 20, 1051, 1070, false},
		{"as much as is replayed", 100, 1000, 101, 1100, false},
		{"more than that", 99, 1000, 1051, 1100, true},
		{"after the end", 1101, 1000, 1051, 1100, true},
	} {
		p, err := h.service.Events(t.Context(), h.anna, h.room, c.after, c.limit)
		h.must(err)
		if n := len(p.Events); p.Seq != 1100 || p.Reset != c.reset || p.Events[0].Seq != c.first || p.Events[n-1].Seq != c.last || int64(n) != c.last-c.first+1 {
			t.Errorf("%s: got %d events %d…%d, reset %v", c.name, n, p.Events[0].Seq, p.Events[n-1].Seq, p.Reset)
		}
	}
	if p, err := h.service.Events(t.Context(), h.anna, h.room, 1100, 10); err != nil || len(p.Events) != 0 || p.Reset {
		t.Errorf("nothing missed: %+v %v", p, err)
	}
	if _, err := h.service.Events(t.Context(), h.anna, 999_999, 0, 10); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such room: %v", err)
	}
}

func TestBefore_scrollsToTheBeginning(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(60)
	h.hide(30)
	before, pages, seen := int64(math.MaxInt64), 0, int64(61)
	for more := true; more; pages++ {
		var ms []Message
		var err error
		ms, more, err = h.service.Before(t.Context(), h.anna, h.room, before, 25)
		h.must(err)
		for i := len(ms) - 1; i >= 0; i-- {
			if seen--; ms[i].Seq != seen {
				t.Fatalf("want seq %d, got %d", seen, ms[i].Seq)
			}
		}
		before = ms[0].Seq
	}
	if seen != 1 || pages != 3 {
		t.Errorf("want 60 messages on 3 pages, got down to %d on %d", seen, pages)
	}
}

func TestRoom_isTheChallenges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	byID, err := h.service.FindRoom(t.Context(), h.anna, h.room)
	h.must(err)
	bySlug, err := h.service.RoomOfSlug(t.Context(), h.anna, "infection-amr")
	h.must(err)
	var challenge int64
	h.must(h.pool.QueryRow(t.Context(), `select id from challenges where slug = 'infection-amr'`).Scan(&challenge))
	byChallenge, err := h.service.RoomOf(t.Context(), h.anna, challenge)
	h.must(err)
	if byID != bySlug || byID != byChallenge || byID.Title != (i18n.Text{En: "Infection", Zh: "感染"}) || byID.ReadOnly() {
		t.Errorf("got %+v, %+v, %+v", byID, bySlug, byChallenge)
	}
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		again, err := h.service.OpenRoom(t.Context(), tx, challenge)
		if again != h.room {
			t.Errorf("opening it again made room %d beside %d", again, h.room)
		}
		return err
	}))
	_, err = h.pool.Exec(t.Context(), `update challenges set archived_at = now()`)
	h.must(err)
	if r, err := h.service.FindRoom(t.Context(), h.anna, h.room); err != nil || !r.ReadOnly() {
		t.Errorf("the room of an archived challenge: %+v %v", r, err)
	}
	if _, err := h.service.RoomOfSlug(t.Context(), h.anna, "nothing"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such room: %v", err)
	}
}
