package moderation_test

import (
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/moderation"
	"senet/internal/notify"
)

func (b *bundle) report(v account.Viewer, kind string, id int64, category string) error {
	b.t.Helper()
	_, err := b.Report(b.t.Context(), v, moderation.ReportForm{Subject: moderation.Subject{Kind: kind, ID: id}, Category: category})
	return err
}

func (b *bundle) queue() []moderation.Waiting {
	b.t.Helper()
	ws, _, err := b.Queue(b.t.Context(), b.mod, moderation.QueueFilter{}, moderation.QueueCursor{})
	if err != nil {
		b.t.Fatal(err)
	}
	return ws
}

// TestReport_mergesAndCloses: two reports of one post are one case; the decision closes it and tells both.
func TestReport_mergesAndCloses(t *testing.T) {
	b := setup(t)
	for _, v := range []account.Viewer{b.reader, b.other} {
		if err := b.report(v, moderation.Post, int64(b.answer), "spam"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.report(b.reader, moderation.Post, int64(b.answer), "abuse"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("reporting again: %v, want Conflict", err)
	}
	ws := b.queue()
	if len(ws) != 1 || ws[0].ReportCount != 2 || ws[0].Kind != moderation.Reported || ws[0].About.Author != "Author" || len(ws[0].Rules) != 1 {
		t.Fatalf("queue %+v", ws)
	}
	e, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
	b.must(e, err)
	if ws := b.queue(); len(ws) != 0 {
		t.Errorf("still waiting: %+v", ws)
	}
	c, err := b.FindCase(t.Context(), b.mod, ws[0].ID)
	if err != nil || c.LogID != e.ID {
		t.Errorf("case %+v, %v; want closed by %d", c, err, e.ID)
	}
	for _, v := range []account.Viewer{b.reader, b.other} {
		if got := b.inbox(v); len(got) == 0 || got[0].Kind != notify.KindReportActed {
			t.Errorf("%s was told %+v", v.Name, got)
		}
		mine, _, err := b.MyReports(t.Context(), v, 0)
		if err != nil || len(mine) != 1 || mine[0].Action != moderation.Hide || mine[0].ClosedAt == nil {
			t.Errorf("%s sees %+v, %v", v.Name, mine, err)
		}
	}
}

func TestReport_refused(t *testing.T) {
	b := setup(t)
	for name, c := range map[string]struct {
		viewer   account.Viewer
		kind     string
		id       int64
		category string
		want     fault.Kind
	}{
		"visitor":    {account.Visitor(), moderation.Post, int64(b.answer), "spam", fault.Unauthorised},
		"own":        {b.author, moderation.Post, int64(b.answer), "spam", fault.Conflict},
		"gone":       {b.reader, moderation.Post, 1 << 40, "spam", fault.NotFound},
		"no kind":    {b.reader, "planet", 1, "spam", fault.NotFound},
		"no rule":    {b.reader, moderation.Post, int64(b.answer), "", fault.Invalid},
		"unknown":    {b.reader, moderation.Post, int64(b.answer), "ugly", fault.Invalid},
		"no words":   {b.reader, moderation.Post, int64(b.answer), "other", fault.Invalid},
		"nobody":     {b.reader, moderation.Member, 1 << 40, "spam", fault.NotFound},
		"themselves": {b.reader, moderation.Member, int64(b.reader.ID), "spam", fault.Conflict},
	} {
		if err := b.report(c.viewer, c.kind, c.id, c.category); fault.KindOf(err) != c.want || err == nil {
			t.Errorf("%s: %v, want kind %v", name, err, c.want)
		}
	}
}

// TestDismiss tells whoever reported and closes the case; a second one hears who was first.
func TestDismiss(t *testing.T) {
	b := setup(t)
	if err := b.report(b.reader, moderation.Message, int64(b.message), "danger"); err != nil {
		t.Fatal(err)
	}
	if ws := b.queue(); len(ws) != 1 || ws[0].Urgency != moderation.Urgent {
		t.Fatalf("queue %+v", ws)
	}
	b.must(b.decide(b.mod, moderation.Dismiss, moderation.Message, int64(b.message), ""))
	if got := b.inbox(b.reader); len(got) == 0 || got[0].Kind != notify.KindReportDismissed {
		t.Errorf("told %+v", got)
	}
	_, err := b.decide(b.second, moderation.Dismiss, moderation.Message, int64(b.message), "")
	if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Args["Name"] != "Mod" {
		t.Errorf("second: %v", err)
	}
}

// TestClaim: a case is with one moderator at a time.
func TestClaim(t *testing.T) {
	b := setup(t)
	if err := b.report(b.reader, moderation.Post, int64(b.answer), "spam"); err != nil {
		t.Fatal(err)
	}
	id := b.queue()[0].ID
	if err := b.Claim(t.Context(), b.mod, id); err != nil {
		t.Fatal(err)
	}
	if err := b.Claim(t.Context(), b.second, id); fault.KindOf(err) != fault.Conflict {
		t.Errorf("second: %v, want Conflict", err)
	}
	if err := b.Release(t.Context(), b.mod, id); err != nil {
		t.Fatal(err)
	}
	if err := b.Claim(t.Context(), b.second, id); err != nil {
		t.Error(err)
	}
	if err := b.Claim(t.Context(), b.reader, id); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member: %v, want Forbidden", err)
	}
}

// TestDecide_ownMatter: nobody judges what they did themselves, and a moderator nothing that an administrator did.
func TestDecide_ownMatter(t *testing.T) {
	b := setup(t)
	value[int64](b, `update posts set author_id = $2 where id = $1 returning id`, b.answer, b.mod.ID)
	if _, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("own post: %v, want Forbidden", err)
	}
	value[int64](b, `update posts set author_id = $2 where id = $1 returning id`, b.answer, b.admin.ID)
	if _, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an administrator's post: %v, want Forbidden", err)
	}
}
