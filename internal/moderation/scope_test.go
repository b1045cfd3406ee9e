package moderation_test

import (
	"strconv"
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/moderation"
)

// TestDecide_scope is the table of who may decide what where: moderators of the hub, of the challenge where the subject stands,
// of another one, and members.
func TestDecide_scope(t *testing.T) {
	t.Parallel()
	const hub, here, there, nobody = "hub", "here", "there", "nobody"
	hide := func(kind string, id func(b *bundle) int64) func(*bundle, account.Viewer) (moderation.Entry, error) {
		return func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Hide, kind, id(b), "Advertising")
		}
	}
	post := func(b *bundle) int64 { return int64(b.answer) }
	thread := func(b *bundle) int64 { return int64(b.thread) }
	author := func(b *bundle) int64 { return int64(b.author.ID) }
	on := func(a moderation.Action, kind string, id func(b *bundle) int64) func(*bundle, account.Viewer) (moderation.Entry, error) {
		return func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: a, Subject: moderation.Subject{Kind: kind, ID: id(b)}, Challenge: b.there,
				Title: "Another title", Text: "Something else", Why: moderation.Why{Reason: "Advertising"}})
		}
	}
	for _, c := range []struct {
		name string
		do   func(*bundle, account.Viewer) (moderation.Entry, error)
		may  map[string]bool
	}{
		{"hide a post", hide(moderation.Post, post), map[string]bool{hub: true, here: true}},
		{"hide a message", hide(moderation.Message, func(b *bundle) int64 { return int64(b.say("hello")) }), map[string]bool{hub: true, here: true}},
		{"take something out", on(moderation.EditOut, moderation.Post, post), map[string]bool{hub: true, here: true}},
		{"lock", on(moderation.Lock, moderation.Thread, thread), map[string]bool{hub: true, here: true}},
		{"pin", on(moderation.Pin, moderation.Thread, thread), map[string]bool{hub: true, here: true}},
		{"rename", on(moderation.Rename, moderation.Thread, thread), map[string]bool{hub: true, here: true}},
		{"move away", on(moderation.Move, moderation.Thread, thread), map[string]bool{hub: true}},
		{"warn", on(moderation.Warn, moderation.Member, author), map[string]bool{hub: true}},
		{"silence", on(moderation.Silence, moderation.Member, author), map[string]bool{hub: true}},
		{"suspend", on(moderation.Suspend, moderation.Member, author), map[string]bool{hub: true}},
		{"trust", on(moderation.Trust, moderation.Member, author), map[string]bool{hub: true}},
		{"appoint", on(moderation.Appoint, moderation.Member, author), nil},
	} {
		for _, who := range []string{hub, here, there, nobody} {
			t.Run(c.name+" by "+who, func(t *testing.T) {
				b := setup(t)
				v := b.other
				switch who {
				case hub:
					v = b.mod
				case here:
					v.Within = strconv.FormatInt(int64(b.here), 10)
					b.moderates(v, int64(b.here))
				case there:
					v.Within = strconv.FormatInt(int64(b.there), 10)
					b.moderates(v, int64(b.there))
				}
				rows := b.logged()
				_, err := c.do(b, v)
				switch {
				case c.may[who] && err != nil:
					t.Errorf("refused: %v", err)
				case !c.may[who] && (fault.KindOf(err) != fault.Forbidden || b.logged() != rows):
					t.Errorf("%v, and %d new rows of the log; want Forbidden and none", err, b.logged()-rows)
				}
			})
		}
	}
}

func (b *bundle) moderates(v account.Viewer, challenge int64) {
	b.t.Helper()
	_, err := b.exec(`insert into challenge_moderators (member_id, challenge_id) values ($1, $2)`, v.ID, challenge)
	b.ok(err)
}

// TestQueue_scope: who moderates a challenge sees and claims what waits about it, and nothing else.
func TestQueue_scope(t *testing.T) {
	b := setup(t)
	b.ok(b.report(b.reader, moderation.Post, int64(b.answer), "spam"))
	b.ok(b.report(b.reader, moderation.Member, int64(b.author.ID), "spam"))
	in, elsewhere := b.other, b.member("Elsewhere", account.RoleMember)
	in.Within, elsewhere.Within = strconv.FormatInt(int64(b.here), 10), strconv.FormatInt(int64(b.there), 10)
	b.moderates(in, int64(b.here))
	b.moderates(elsewhere, int64(b.there))
	ws, _, err := b.Queue(t.Context(), in, moderation.QueueFilter{}, moderation.QueueCursor{})
	if err != nil || len(ws) != 1 || ws[0].SubjectKind != moderation.Post {
		t.Fatalf("queue %+v, %v; want the post alone", ws, err)
	}
	if ws, _, err := b.Queue(t.Context(), elsewhere, moderation.QueueFilter{}, moderation.QueueCursor{}); err != nil || len(ws) != 0 {
		t.Errorf("of another challenge: %+v, %v", ws, err)
	}
	for _, w := range b.queue() {
		want := fault.NotFound
		if w.SubjectKind == moderation.Post {
			want = 0
		}
		if _, err := b.Look(t.Context(), in, w.ID); err != nil && fault.KindOf(err) != want || err == nil && want != 0 {
			t.Errorf("look at the case about a %s: %v", w.SubjectKind, err)
		}
		if _, err := b.Look(t.Context(), elsewhere, w.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("look from elsewhere at the case about a %s: %v", w.SubjectKind, err)
		}
		if err := b.Claim(t.Context(), elsewhere, w.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("claim from elsewhere of the case about a %s: %v", w.SubjectKind, err)
		}
	}
	if _, err := b.Log(t.Context(), in, moderation.Filter{}, 0); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the log of the hub: %v", err)
	}
	e, err := b.Decide(t.Context(), in, moderation.Verdict{Action: moderation.Dismiss, Subject: ws[0].Subject(), Why: moderation.Why{Case: ws[0].ID}})
	b.must(e, err)
}
