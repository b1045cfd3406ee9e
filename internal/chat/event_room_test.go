package chat

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// newTalk is a house whose room is that of a workshop, open; its organiser is the moderator, everybody else a participant.
func newTalk(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) (err error) {
		h.room, err = h.service.OpenEventRoom(t.Context(), tx, EventRoom{Workshop: 1, Title: i18n.Text{En: "Workshop", Zh: "研讨会"}, Path: "/w/1-workshop/room"})
		if err != nil {
			return err
		}
		return h.service.SetStaff(t.Context(), tx, h.mod.ID, h.room, h.mod.ID, Organiser)
	}))
	h.move(Open)
	return h
}

// try says something and returns why not.
func (h *house) try(v account.Viewer, body string) error {
	_, err := h.service.Say(h.t.Context(), v, Say{Room: h.room, ClientID: uuid.New(), Body: body})
	return err
}

func (h *house) wantFault(err error, key string) {
	h.t.Helper()
	f := fault.Of(err)
	switch {
	case key == "" && err == nil:
	case f == nil || f.Key != key:
		h.t.Errorf("want %q, got %v", key, err)
	}
}

func (h *house) set(v account.Viewer, c Change) error {
	_, err := h.service.SetRoom(h.t.Context(), v, h.room, c)
	return err
}

func to[T any](v T) *T { return &v }

// TestRoom_whoWrites: every state of a room against everybody who may be in it. Say decides under the room's lock and MayWrite
// from what a page has read; they say the same.
func TestRoom_whoWrites(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	host, interpreter := h.member("Host", account.Europe, account.RoleMember), h.member("译员", account.China, account.RoleMember)
	muted, removed := h.member("Muted", account.Europe, account.RoleMember), h.member("Removed", account.China, account.RoleMember)
	h.staff(host, Host)
	h.staff(interpreter, Interpreter)
	h.sanction(muted, Muted)
	h.sanction(removed, Removed)
	people := map[string]account.Viewer{"member": h.anna, "host": host, "interpreter": interpreter, "muted": muted, "removed": removed, "moderator": h.mod}
	closed := func(members, staff string) map[string]string {
		return map[string]string{"member": members, "host": staff, "interpreter": staff, "moderator": staff, "muted": "chat.room.muted", "removed": "chat.room.removed"}
	}
	ended := closed("chat.room.ended", "chat.room.ended")
	ended["muted"], ended["removed"] = "chat.room.ended", "chat.room.ended"
	for _, c := range []struct {
		name   string
		change Change
		want   map[string]string
	}{
		{"waiting", Change{State: to(Waiting)}, closed("chat.room.waiting", "")},
		{"open", Change{State: to(Open)}, closed("", "")},
		{"hosts only", Change{HostsOnly: to(true)}, closed("chat.room.hosts_only", "")},
		{"paused", Change{State: to(Paused), HostsOnly: to(false)}, closed("chat.room.paused", "")},
		{"ended", Change{State: to(Ended)}, ended},
	} {
		h.must(h.set(h.mod, c.change))
		for who, v := range people {
			err := h.try(v, "今天")
			t.Run(c.name+"/"+who, func(t *testing.T) {
				sub := *h
				sub.t = t
				sub.wantFault(err, c.want[who])
				room, err := h.service.FindRoom(t.Context(), v, h.room)
				if who == "removed" {
					sub.wantFault(err, "chat.room.removed")
					return
				}
				h.must(err)
				sub.wantFault(room.MayWrite(v), c.want[who])
			})
		}
	}
}

func TestRoom_slowMode(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	h.must(h.set(h.mod, Change{Slow: to(600)}))
	h.must(h.try(h.anna, "first"))
	err := h.try(h.anna, "second")
	h.wantFault(err, "chat.slow_mode")
	var f *fault.Fault
	if errors.As(err, &f) && (f.RetryAfter <= 9*time.Minute || f.RetryAfter > 10*time.Minute) {
		t.Errorf("told to wait %v, want about ten minutes", f.RetryAfter)
	}
	h.must(h.try(h.li, "everybody has a pace of their own"))
	h.must(h.try(h.mod, "one"))
	h.must(h.try(h.mod, "hosts have none"))
	if f := fault.Of(h.set(h.mod, Change{Slow: to(MaxSlow + 1)})); f == nil || f.Fields["slow_seconds"].Key != "chat.slow.bounds" {
		t.Errorf("too slow: %v", f)
	}
	h.must(h.set(h.mod, Change{Slow: to(0)}))
	h.must(h.try(h.anna, "third"))
}

// TestRoom_slowModeInOneBatch: who sends two messages at once is one of them too fast.
func TestRoom_slowModeInOneBatch(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	h.must(h.set(h.mod, Change{Slow: to(60)}))
	h.service.Stop() // so that the batch is ours
	var got []string
	var batch []*waiting
	for range 2 {
		w, err := h.service.check(t.Context(), Say{Room: h.room, ClientID: uuid.New(), Body: "at once"})
		h.must(err)
		w.ctx, w.author = t.Context(), ByViewer(h.anna)
		w.done = func(_ int64, err error) {
			key := ""
			if f := fault.Of(err); f != nil {
				key = f.Key
			}
			got = append(got, key)
		}
		batch = append(batch, w)
	}
	h.service.writer(h.room).write(batch)
	if !slices.Equal(got, []string{"", "chat.slow_mode"}) {
		t.Errorf("got %q", got)
	}
}

func TestRoom_settings(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	h.wantFault(h.set(h.anna, Change{State: to(Open)}), "error.forbidden")
	h.staff(h.anna, Interpreter)
	h.wantFault(h.set(h.anna, Change{State: to(Open)}), "error.forbidden")
	h.staff(h.anna, Host)
	before := len(h.log())
	h.must(h.set(h.anna, Change{State: to(Open), Item: to(int64(4))}))
	h.must(h.set(h.anna, Change{State: to(Open)}))
	events := h.log()[before:]
	if len(events) != 1 || events[0].Kind != KindState || events[0].By.ID != h.anna.ID || string(events[0].Data) == "" {
		t.Errorf("want one event for one change, got %+v", events)
	}
	if f := fault.Of(h.set(h.anna, Change{State: to(State("gone"))})); f == nil || f.Fields["state"].Key != "chat.state.unknown" {
		t.Errorf("an unknown state: %v", f)
	}
	standing := h.newRoom("ageing")
	_, err := h.service.SetRoom(t.Context(), h.mod, standing, Change{State: to(Ended)})
	h.wantFault(err, "chat.state.standing")
}

func TestStaff_lastOrganiserStays(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	h.staff(h.anna, Organiser)
	h.staff(h.mod, "")
	over := func(by, member account.Viewer, role StaffRole) error {
		return h.service.HandOver(t.Context(), by, h.room, member.ID, role)
	}
	h.wantFault(over(h.li, h.li, Host), "error.forbidden")
	h.must(over(h.anna, h.li, Host))
	h.wantFault(over(h.li, h.li, Organiser), "error.forbidden")
	h.wantFault(over(h.li, h.anna, ""), "error.forbidden")
	h.wantFault(over(h.anna, h.anna, Host), "chat.staff.last_organiser")
	h.wantFault(over(h.anna, h.anna, ""), "chat.staff.last_organiser")
	h.must(over(h.anna, h.li, Organiser))
	h.must(over(h.li, h.anna, Interpreter))
	staff, err := h.service.Staff(t.Context(), h.room)
	h.must(err)
	if len(staff) != 2 || staff[0].ID != h.li.ID || staff[1].StaffRole != Interpreter {
		t.Errorf("staff is %+v", staff)
	}
	h.wantFault(over(h.li, account.Viewer{ID: 1 << 40}, Host), "chat.staff.no_member")
}

// TestSanction_reachesOpenSockets: who is removed is told and sent out, in the middle of the talk; others learn nothing of it.
func TestSanction_reachesOpenSockets(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	hub := h.hub()
	out, hears := h.connect(hub, h.li, i18n.Zh)
	stays, others := h.connect(hub, h.anna, i18n.En)
	h.must(out.Join(t.Context(), h.room, nil))
	h.must(stays.Join(t.Context(), h.room, nil))
	h.sanction(h.li, Removed)
	hears.until(t, "the sanction and the goodbye", func(got []heard, closed int) bool {
		return closed == CloseForbidden && slices.ContainsFunc(got, func(x heard) bool { return x.Op == "sanction" })
	})
	seq := h.say(h.anna, "and on")
	others.untilSeq(t, seq)
	h.wantFault(out.Join(t.Context(), h.room, nil), "chat.room.removed")
	for _, e := range of(KindSanction, h.log()) {
		if f := e.Frame(""); f.By != nil || f.Data != struct{}{} {
			t.Errorf("the log tells everybody of a sanction: %+v", f)
		}
	}
	h.sanction(h.li, "")
	h.must(out.Join(t.Context(), h.room, nil))
}

func TestSanction_ends(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	soon := time.Now().Add(-time.Second)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return h.service.Sanction(t.Context(), tx, h.room, h.anna.ID, Muted, &soon)
	}))
	h.must(h.try(h.anna, "it is over"))
}

func TestReact(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	id := h.idOf(h.say(h.anna, "good news"))
	react := func(v account.Viewer, on bool) error { return h.service.React(t.Context(), v, id, "thanks", on) }
	h.must(react(h.li, true))
	h.must(react(h.li, true))
	h.must(react(h.mod, true))
	h.must(react(h.li, false))
	h.wantFault(h.service.React(t.Context(), h.li, id, "boo", true), "chat.reaction.unknown")
	h.wantFault(react(account.Visitor(), true), "error.sign_in")
	h.sanction(h.li, Muted)
	h.wantFault(react(h.li, true), "chat.room.muted")
	var counts []any
	for _, e := range h.log() {
		if e.Kind == KindReaction {
			counts = append(counts, e.Frame("").Data.(map[string]any)["count"])
			if e.By.ID == h.anna.ID {
				t.Errorf("the reaction is by the author: %+v", e.By)
			}
		}
	}
	if !slices.Equal(counts, []any{1.0, 2.0, 1.0}) {
		t.Errorf("counts %v, want 1, 2, 1", counts)
	}
	h.hide(of(KindMessage, h.log())[0].Seq)
	h.wantFault(react(h.mod, false), "chat.message.not_found")
}

// TestReact_everybodyAtOnce: counts in the log are exact and go up one by one.
func TestReact_everybodyAtOnce(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	id := h.idOf(h.say(h.anna, "good news"))
	const n = 20
	errs := make(chan error, 2*n)
	for range n {
		v := h.member("Somebody", account.China, account.RoleMember)
		for range 2 {
			go func() { errs <- h.service.React(t.Context(), v, id, "agree", true) }()
		}
	}
	for range 2 * n {
		h.must(<-errs)
	}
	want := 1.0
	for _, e := range h.log() {
		if e.Kind == KindReaction {
			if got := e.Frame("").Data.(map[string]any)["count"]; got != want {
				t.Fatalf("count %v, want %v", got, want)
			}
			want++
		}
	}
	if want != n+1 {
		t.Errorf("%v reactions in the log, want %d", want-1, n)
	}
}

func TestSetMark(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	id := h.idOf(h.say(h.anna, "we agree on OMOP"))
	h.wantFault(h.service.SetMark(t.Context(), h.anna, id, Pin, true), "error.forbidden")
	h.must(h.service.SetMark(t.Context(), h.mod, id, Decision, true))
	h.must(h.service.SetMark(t.Context(), h.mod, id, Decision, true))
	marked, err := h.service.Marked(t.Context(), h.room)
	h.must(err)
	if len(marked) != 1 || !marked[0].Decision || marked[0].Pinned {
		t.Errorf("marked: %+v", marked)
	}
	h.hide(marked[0].Seq)
	if marked, _ = h.service.Marked(t.Context(), h.room); len(marked) != 0 {
		t.Errorf("a hidden message is still marked: %+v", marked)
	}
	if _, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "x", Announce: true}); fault.Of(err) == nil {
		t.Error("a member announces")
	}
	seq, err := h.service.Say(t.Context(), h.mod, Say{Room: h.room, ClientID: uuid.New(), Body: "Break until ten", Announce: true})
	h.must(err)
	if e := h.events(seq - 1); !e[0].Message.Announcement {
		t.Errorf("no announcement: %+v", e[0].Message)
	}
}

// TestEdit: the new text is everywhere, the old one with moderators; translations are outdated, not lost.
func TestEdit(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	seq := h.say(h.li, "会议在周一")
	id := h.idOf(seq)
	h.must(h.translate(h.anna, seq, i18n.En, "The meeting is on Monday"))
	edit := func(v account.Viewer, version int, body string) error {
		return h.service.Edit(t.Context(), v, id, version, body, "zh")
	}
	h.wantFault(edit(h.anna, 1, "别人的话"), "chat.edit.not_yours")
	h.wantFault(edit(h.mod, 1, "别人的话"), "chat.edit.not_yours")
	h.must(edit(h.li, 1, "会议在周二"))
	h.wantFault(edit(h.li, 1, "会议在周三"), "chat.edit.changed")
	events := h.events(0)
	last := events[len(events)-1]
	if last.Kind != KindEdit || last.By.ID != h.li.ID || last.Message.Body != "会议在周二" || last.Message.Version != 2 {
		t.Errorf("the event: %+v, %+v", last, last.Message)
	}
	for _, e := range events {
		if e.Message != nil && e.Message.Body == "会议在周一" {
			t.Errorf("event %d still has the former text", e.Seq)
		}
	}
	if shown := last.Message.Content(i18n.En); !shown.Stale || shown.Text != "The meeting is on Monday" {
		t.Errorf("in English: %+v", shown)
	}
	var kept string
	h.must(h.pool.QueryRow(t.Context(), `select body from message_revisions where message_id = $1 and version = 1`, id).Scan(&kept))
	if kept != "会议在周一" {
		t.Errorf("kept %q", kept)
	}
	h.sanction(h.li, Muted)
	h.wantFault(edit(h.li, 2, "会议在周三"), "chat.room.muted")
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	seq := h.say(h.li, "说错了")
	id := h.idOf(seq)
	h.wantFault(h.service.Withdraw(t.Context(), h.anna, id), "chat.edit.not_yours")
	h.must(h.service.Withdraw(t.Context(), h.li, id))
	h.wantFault(h.service.Withdraw(t.Context(), h.li, id), "chat.message.not_found")
	for _, e := range h.events(0) {
		if e.Message != nil && (e.Message.Body != "" || e.Message.HTML != "") {
			t.Errorf("event %d has text: %+v", e.Seq, e.Message)
		}
	}
	err := h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.Unhide(t.Context(), tx, h.mod, id)
		return err
	})
	h.wantFault(err, "chat.withdrawn")
}

// TestInterpreter_reviews: in their room, what interpreters write counts as reviewed, and others leave it alone.
func TestInterpreter_reviews(t *testing.T) {
	t.Parallel()
	h := newTalk(t)
	h.staff(h.anna, Interpreter)
	seq := h.say(h.li, "样本量不足")
	other := h.member("Other", account.Europe, account.RoleMember)
	h.must(h.translate(other, seq, i18n.En, "Too few examples"))
	h.must(h.translate(h.anna, seq, i18n.En, "The sample is too small"))
	e := h.events(0)
	if shown := e[len(e)-1].Message.Content(i18n.En); !shown.Reviewed || shown.By != h.anna.Name {
		t.Errorf("shown: %+v", shown)
	}
	h.wantFault(h.translate(other, seq, i18n.En, "Too few examples"), "translations.reviewed_locked")
}
