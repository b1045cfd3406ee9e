package moderation_test

import (
	"testing"
	"time"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/moderation"
	"senet/internal/notify"
)

// sanction decides about a member for a time.
func (b *bundle) sanction(v account.Viewer, a moderation.Action, id account.MemberID, lasts time.Duration) (moderation.Entry, error) {
	return b.Decide(b.t.Context(), v, moderation.Verdict{Action: a, Subject: moderation.Subject{Kind: moderation.Member, ID: int64(id)},
		Why: moderation.Why{Reason: "Insults", Rule: "abuse"}, For: lasts})
}

func TestSilence(t *testing.T) {
	b := setup(t)
	e, err := b.sanction(b.mod, moderation.Silence, b.author.ID, time.Hour)
	b.must(e, err)
	if e.Data.Until == nil || time.Until(*e.Data.Until) > time.Hour {
		t.Errorf("until %v", e.Data.Until)
	}
	until := value[time.Time](b, `select silenced_until from members where id = $1`, b.author.ID)
	v := b.author
	v.SilencedUntil = until
	if err := v.MayWrite(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("may write: %v", err)
	}
	v.SilencedUntil = time.Now().Add(-time.Second)
	if err := v.MayWrite(); err != nil {
		t.Errorf("when it is over: %v", err)
	}
	if got := b.inbox(b.author); len(got) == 0 || got[0].Kind != notify.KindSilenced || got[0].Data.Until == nil {
		t.Errorf("told %+v", got)
	}
	_, err = b.sanction(b.second, moderation.Silence, b.author.ID, 0)
	if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Args["Name"] != "Mod" {
		t.Errorf("a second: %v", err)
	}
	b.must(b.Undo(t.Context(), b.second, e.ID))
	if !value[bool](b, `select silenced_until is null from members where id = $1`, b.author.ID) {
		t.Error("still silenced")
	}
}

func TestSanction_refused(t *testing.T) {
	b := setup(t)
	for name, c := range map[string]struct {
		viewer account.Viewer
		on     account.MemberID
		lasts  time.Duration
		want   fault.Kind
	}{
		"by a member":                    {b.reader, b.author.ID, 0, fault.Forbidden},
		"themselves":                     {b.mod, b.mod.ID, 0, fault.Forbidden},
		"a moderator by a moderator":     {b.mod, b.second.ID, 0, fault.Forbidden},
		"an administrator":               {b.mod, b.admin.ID, 0, fault.Forbidden},
		"for too long":                   {b.mod, b.author.ID, 1000 * 24 * time.Hour, fault.Invalid},
		"for less than nothing":          {b.mod, b.author.ID, -time.Hour, fault.Invalid},
		"nobody":                         {b.mod, 1 << 40, 0, fault.NotFound},
		"an administrator by themselves": {b.admin, b.admin.ID, 0, fault.Forbidden},
	} {
		for _, a := range []moderation.Action{moderation.Silence, moderation.Suspend} {
			if _, err := b.sanction(c.viewer, a, c.on, c.lasts); fault.KindOf(err) != c.want || err == nil {
				t.Errorf("%s %s: %v, want kind %v", a, name, err, c.want)
			}
		}
	}
}

// TestSuspend_staffTakesTwo: one administrator proposes, another confirms.
func TestSuspend_staffTakesTwo(t *testing.T) {
	b := setup(t)
	other := b.member("Other admin", "admin")
	suspended := func() bool {
		return value[bool](b, `select suspended_until > now() from members where id = $1 union all select false limit 1`, b.mod.ID)
	}
	e, err := b.sanction(b.admin, moderation.Suspend, b.mod.ID, time.Hour)
	b.must(e, err)
	if e.Action != moderation.Propose {
		t.Fatalf("the first %s, want propose", e.Action)
	}
	if value[bool](b, `select suspended_until is not null from members where id = $1`, b.mod.ID) {
		t.Fatal("one administrator was enough")
	}
	if _, err := b.sanction(b.admin, moderation.Suspend, b.mod.ID, time.Hour); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same again: %v, want Conflict", err)
	}
	e, err = b.sanction(other, moderation.Suspend, b.mod.ID, time.Hour)
	b.must(e, err)
	if e.Action != moderation.Suspend || !suspended() {
		t.Errorf("the second %s, suspended %v", e.Action, suspended())
	}
	// What was agreed then is not agreed for ever.
	b.must(b.sanction(other, moderation.Unsuspend, b.mod.ID, 0))
	e, err = b.sanction(other, moderation.Suspend, b.mod.ID, time.Hour)
	b.must(e, err)
	if e.Action != moderation.Propose {
		t.Errorf("later %s, want propose", e.Action)
	}
}

// TestAppeal: once, by whom it concerns, judged by another.
func TestAppeal(t *testing.T) {
	b := setup(t)
	e, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
	b.must(e, err)
	if _, err := b.Statement(t.Context(), b.reader, e.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("somebody else reads it: %v", err)
	}
	st, err := b.Statement(t.Context(), b.author, e.ID)
	if err != nil || !st.MayTry || st.Text.Text == "" || st.Reason != "Advertising" {
		t.Fatalf("statement %+v, %v", st, err)
	}
	for name, c := range map[string]struct {
		viewer account.Viewer
		text   string
		want   fault.Kind
	}{"somebody else": {b.reader, "No", fault.NotFound}, "without words": {b.author, " ", fault.Invalid}, "a visitor": {account.Visitor(), "No", fault.Unauthorised}} {
		if err := b.Appeal(t.Context(), c.viewer, e.ID, c.text); fault.KindOf(err) != c.want || err == nil {
			t.Errorf("%s: %v, want kind %v", name, err, c.want)
		}
	}
	if err := b.Appeal(t.Context(), b.author, e.ID, "这不是广告，是学术会议通知。"); err != nil {
		t.Fatal(err)
	}
	if err := b.Appeal(t.Context(), b.author, e.ID, "再说一遍"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("again: %v, want Conflict", err)
	}
	ws := b.queue()
	if len(ws) != 1 || ws[0].Kind != moderation.Appealed || ws[0].Lang != "zh" {
		t.Fatalf("queue %+v", ws)
	}
	decided := moderation.Subject{Kind: moderation.Decided, ID: int64(e.ID)}
	if _, err := b.Decide(t.Context(), b.mod, moderation.Verdict{Action: moderation.Uphold, Subject: decided}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who decided upholds: %v, want Forbidden", err)
	}
	if _, err := b.Overturn(t.Context(), b.mod, e.ID, moderation.Why{Case: ws[0].ID}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who decided overturns: %v, want Forbidden", err)
	}
	b.must(b.Overturn(t.Context(), b.second, e.ID, moderation.Why{Reason: "It was a call for papers", Case: ws[0].ID}))
	if !value[bool](b, `select hidden_at is null from posts where id = $1`, b.answer) {
		t.Error("the post is still hidden")
	}
	st, err = b.Statement(t.Context(), b.author, e.ID)
	if err != nil || st.Appeal == nil || st.Appeal.ClosedAt == nil || st.Appeal.Outcome != moderation.Unhide || st.UndoneBy == 0 {
		t.Errorf("afterwards %+v, %v", st.Appeal, err)
	}
	if ws := b.queue(); len(ws) != 0 {
		t.Errorf("still waiting: %+v", ws)
	}
}

// TestAppeal_upheld: the decision stays, and its author is told.
func TestAppeal_upheld(t *testing.T) {
	b := setup(t)
	e, err := b.sanction(b.mod, moderation.Warn, b.author.ID, 0)
	b.must(e, err)
	if err := b.Appeal(t.Context(), b.author, e.ID, "I did not mean it like that."); err != nil {
		t.Fatal(err)
	}
	b.must(b.Decide(t.Context(), b.second, moderation.Verdict{Action: moderation.Uphold, Subject: moderation.Subject{Kind: moderation.Decided, ID: int64(e.ID)}}))
	if got := b.inbox(b.author); got[0].Kind != notify.KindAppealUpheld {
		t.Errorf("told %+v", got)
	}
	if _, err := b.Decide(t.Context(), b.second, moderation.Verdict{Action: moderation.Uphold, Subject: moderation.Subject{Kind: moderation.Decided, ID: int64(e.ID)}}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("again: %v, want Conflict", err)
	}
	entries, _, err := b.Record(t.Context(), b.author, 0)
	if err != nil || len(entries) != 1 || entries[0].ID != e.ID {
		t.Errorf("record %+v, %v", entries, err)
	}
}
