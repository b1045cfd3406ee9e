package moderation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/moderation"
	"senet/internal/notify"
)

func (b *bundle) reply(v account.Viewer, body string) (forum.PostID, error) {
	return b.forum.Reply(b.t.Context(), v, forum.ReplyForm{Thread: b.thread, Body: body, ClientID: uuid.New()})
}

func screened(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	b.forum.Screen = b.Screen
	return b
}

func (b *bundle) filter(kind, pattern, action string) {
	b.t.Helper()
	b.must(b.AddFilter(b.t.Context(), b.admin, moderation.Filtering{Kind: kind, Pattern: pattern, Action: action}))
}

func (b *bundle) policy(p moderation.Policy) {
	b.t.Helper()
	b.must(b.SetPolicy(b.t.Context(), b.admin, p))
}

func (b *bundle) hidden(id forum.PostID) bool {
	return value[bool](b, `select hidden_at is not null from posts where id = $1`, id)
}

// TestScreen_held: what a filter holds nobody sees and nobody is told of, until a moderator shows it.
func TestScreen_held(t *testing.T) {
	b := screened(t)
	b.filter("word", "代写论文", "hold")
	told := len(b.inbox(b.author))
	id, err := b.reply(b.reader, "专业代 寫 论 文，价格优惠，欢迎咨询。")
	if !errors.Is(err, forum.ErrHeld) {
		t.Fatalf("got %v, want held", err)
	}
	if !b.hidden(id) || len(b.inbox(b.author)) != told {
		t.Errorf("hidden %v, the author was told %+v", b.hidden(id), b.inbox(b.author))
	}
	if got := b.inbox(b.reader); len(got) == 0 || got[0].Kind != notify.KindHeld {
		t.Errorf("who wrote it was told %+v", got)
	}
	ws := b.queue()
	if len(ws) != 1 || ws[0].Kind != moderation.Held || ws[0].Gone {
		t.Fatalf("queue %+v", ws)
	}
	reports, _, err := b.Reports(t.Context(), b.mod, ws[0].ID, 0)
	if err != nil || len(reports) != 1 || reports[0].ReporterID != 0 || reports[0].Text != "代写论文" {
		t.Errorf("reports %+v, %v", reports, err)
	}
	b.must(b.decide(b.mod, moderation.Approve, moderation.Post, int64(id), ""))
	if b.hidden(id) {
		t.Error("still hidden")
	}
	if got := b.inbox(b.author); len(got) != told+1 || got[0].Kind != notify.KindReply {
		t.Errorf("the author of the thread was told %+v", got)
	}
	if _, err := b.decide(b.second, moderation.Reject, moderation.Post, int64(id), "Advertising"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("rejecting it then: %v, want Conflict", err)
	}
}

// TestScreen_rejected: it stays hidden, with a statement for who wrote it.
func TestScreen_rejected(t *testing.T) {
	b := screened(t)
	b.filter("host", "casino.example", "hold")
	id, err := b.reply(b.reader, "Look at https://www.casino.example/win for the data.")
	if !errors.Is(err, forum.ErrHeld) {
		t.Fatalf("got %v, want held", err)
	}
	e, err := b.decide(b.mod, moderation.Reject, moderation.Post, int64(id), "Advertising")
	b.must(e, err)
	if got := b.inbox(b.reader); got[0].Kind != notify.KindRejected || !strings.HasPrefix(got[0].Path, "/decisions/") || !b.hidden(id) {
		t.Errorf("told %+v", got[0])
	}
	if st, err := b.Statement(t.Context(), b.reader, e.ID); err != nil || !st.MayTry {
		t.Errorf("statement %+v, %v", st, err)
	}
}

func TestScreen_rules(t *testing.T) {
	b := screened(t)
	b.filter("word", "viagra", "refuse")
	b.filter("word", "sepsis", "note")
	b.policy(moderation.Policy{HoldFirst: "none", NewLinks: 1, HoldSame: true})
	if _, err := b.reply(b.reader, "Cheap v i a g r a"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("refused words: %v, want Invalid", err)
	}
	if _, err := b.reply(b.reader, "On sepsis, see https://one.example/"); err != nil {
		t.Errorf("a noted word and one link: %v", err)
	}
	if n := value[int](b, `select hits from filters where pattern = 'sepsis'`); n != 1 {
		t.Errorf("%d hits, want 1", n)
	}
	if _, err := b.reply(b.other, "See https://one.example/ and https://two.example/"); !errors.Is(err, forum.ErrHeld) {
		t.Errorf("two links of a new member: %v, want held", err)
	}
	if _, err := b.reply(b.mod, "Cheap viagra at https://one.example/ and https://two.example/"); err != nil {
		t.Errorf("staff: %v", err)
	}
	const text = "We offer the fastest service for your thesis, please contact us at any time and get ten percent off your first order today"
	if _, err := b.reply(b.reader, text); err != nil {
		t.Fatal(err)
	}
	if _, err := b.reply(b.reader, strings.ToUpper(text)+"!"); !errors.Is(err, forum.ErrHeld) {
		t.Errorf("the same again: %v, want held", err)
	}
	b.policy(moderation.Policy{HoldFirst: "hold", NewLinks: 1, HoldSame: true})
	if _, err := b.reply(b.other, "Hello everybody"); !errors.Is(err, forum.ErrHeld) {
		t.Errorf("a first post: %v, want held", err)
	}
	b.policy(moderation.Policy{HoldFirst: "review", NewLinks: 1, HoldSame: true})
	before := len(b.queue())
	if id, err := b.reply(b.other, "Good morning everybody"); err != nil || b.hidden(id) || len(b.queue()) != before+1 {
		t.Errorf("a first post is reviewed: %v, %d cases", err, len(b.queue())-before)
	}
}

// TestScreen_raid: many held posts at once throw the switch and tell the staff, once.
func TestScreen_raid(t *testing.T) {
	b := screened(t)
	b.filter("word", "casino", "hold")
	b.policy(moderation.Policy{HoldFirst: "none", NewLinks: 5})
	for i := range 21 {
		v := b.member(fmt.Sprintf("Raider %d", i), "member")
		if _, err := b.reply(v, fmt.Sprintf("casino %d", i)); !errors.Is(err, forum.ErrHeld) {
			t.Fatal(err)
		}
	}
	p, err := b.Policy(t.Context())
	if err != nil || !p.Raided() {
		t.Fatalf("policy %+v, %v; want a raid", p, err)
	}
	n := 0
	for _, item := range b.inbox(b.mod) {
		if item.Kind == notify.KindRaid {
			n++
		}
	}
	if n != 1 {
		t.Errorf("a moderator was told %d times, want once", n)
	}
	if _, err := b.reply(b.member("Newcomer", "member"), "Hello everybody"); !errors.Is(err, forum.ErrHeld) {
		t.Errorf("a new member while it is on: %v, want held", err)
	}
	p.RaidUntil = nil
	b.policy(p)
	if _, err := b.reply(b.member("Late comer", "member"), "Hello to you all"); err != nil {
		t.Errorf("when it is off: %v", err)
	}
}

// TestTrustLevel: earned by posts that stood, lost by decisions.
func TestTrustLevel(t *testing.T) {
	b := setup(t)
	level := func(id account.MemberID) moderation.TrustLevel {
		l, err := b.TrustLevel(t.Context(), b.store, id)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	v := b.member("Careful", "member")
	if got := level(v.ID); got != moderation.Newcomer {
		t.Errorf("without posts %s", got)
	}
	for i := range 10 {
		if _, err := b.reply(v, fmt.Sprintf("A careful answer, number %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := level(v.ID); got != moderation.Regular {
		t.Errorf("ten posts on the first day %s", got)
	}
	value[int64](b, `update members set created_at = $2 where id = $1 returning id`, v.ID, time.Now().AddDate(0, -2, 0))
	if got := level(v.ID); got != moderation.Proven {
		t.Errorf("after two months %s", got)
	}
	e, err := b.sanction(b.mod, moderation.Warn, v.ID, 0)
	b.must(e, err)
	if got := level(v.ID); got != moderation.Newcomer {
		t.Errorf("after a warning %s", got)
	}
	b.must(b.Undo(t.Context(), b.second, e.ID))
	if got := level(v.ID); got != moderation.Proven {
		t.Errorf("when that was taken back %s", got)
	}
	if got := level(b.mod.ID); got != moderation.OfStaff {
		t.Errorf("a moderator %s", got)
	}
}

// TestFilter_tried tells what a filter would find before it is there.
func TestFilter_tried(t *testing.T) {
	b := setup(t)
	if _, err := b.reply(b.reader, "Cheap ｖｉａｇｒａ"); err != nil {
		t.Fatal(err)
	}
	f := moderation.Filtering{Kind: "word", Pattern: "viagra", Action: "hold"}
	trial, err := b.Try(t.Context(), b.admin, f, "nothing")
	if err != nil || len(trial.Found) != 1 || trial.Sample || trial.Looked < 2 {
		t.Errorf("trial %+v, %v", trial, err)
	}
	if _, err := b.Try(t.Context(), b.mod, f, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a moderator: %v, want Forbidden", err)
	}
	for pattern, kind := range map[string]string{"": "word", "!": "word", "https://a.example/x": "host", "localhost": "host"} {
		if _, err := b.AddFilter(t.Context(), b.admin, moderation.Filtering{Kind: kind, Pattern: pattern, Action: "hold"}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v, want Invalid", pattern, err)
		}
	}
}

// TestGate: what is held in threads is refused in rooms, and counted either way.
func TestGate(t *testing.T) {
	b := setup(t)
	b.filter("word", "刷单", "hold")
	b.filter("word", "sepsis", "note")
	if err := b.Gate(t.Context(), b.reader, "兼职刷 單，日结"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a held word: %v, want Invalid", err)
	}
	if err := b.Gate(t.Context(), b.reader, "Sepsis in children"); err != nil {
		t.Errorf("a noted word: %v", err)
	}
	if err := b.Gate(t.Context(), b.mod, "刷单"); err != nil {
		t.Errorf("a moderator: %v", err)
	}
	if n := value[int](b, `select sum(hits)::int from filters`); n != 2 {
		t.Errorf("%d hits, want 2", n)
	}
}
