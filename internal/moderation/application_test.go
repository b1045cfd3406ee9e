package moderation_test

import (
	"strings"
	"testing"
	"time"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify"
	"senet/internal/pg"
)

// raided is a bundle in which the raid switch is on.
func raided(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	b.accounts.Door, b.accounts.Applied = b.Door, b.Applied
	end := time.Now().Add(time.Hour)
	b.policy(moderation.Policy{HoldFirst: "none", RaidUntil: &end})
	return b
}

// join joins by form and gives the member as each request finds them.
func (b *bundle) join(name string) (account.MemberID, func() account.Viewer) {
	b.t.Helper()
	m, token, err := b.accounts.Join(b.t.Context(), account.JoinForm{Name: name, Password: "seven quiet herons", Locale: i18n.Zh, TimeZone: "Asia/Shanghai",
		Region: account.China, Affiliation: "某医院", Consent: true})
	b.ok(err)
	return m.ID, func() account.Viewer {
		v, err := b.accounts.BySession(b.t.Context(), token)
		b.ok(err)
		return v
	}
}

func (b *bundle) application(id account.MemberID) moderation.CaseID {
	b.t.Helper()
	return value[moderation.CaseID](b, `select id from cases where subject_kind = 'member' and subject_id = $1 and kind = 'join' and closed_at is null`, id)
}

// TestApplication_approved: who joins during a raid reads and writes nothing until a moderator has said yes.
func TestApplication_approved(t *testing.T) {
	b := raided(t)
	id, viewer := b.join("王敏")
	if v := viewer(); !v.SignedIn() || fault.Of(v.MayWrite()) == nil || fault.Of(v.MayWrite()).Key != "account.waiting" {
		t.Fatalf("who waits may write: %+v, %v", v, v.MayWrite())
	}
	if _, err := b.reply(viewer(), "Hello everybody"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("replying: %v, want Forbidden", err)
	}
	if _, err := b.Report(t.Context(), viewer(), moderation.ReportForm{Subject: moderation.Subject{Kind: moderation.Post, ID: int64(b.answer)}, Category: "spam"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("reporting: %v, want Forbidden", err)
	}

	ws, _, err := b.Queue(t.Context(), b.mod, moderation.QueueFilter{Kind: moderation.Joining}, moderation.QueueCursor{})
	if err != nil || len(ws) != 1 || ws[0].Subject() != (moderation.Subject{Kind: moderation.Member, ID: int64(id)}) || ws[0].Gone || ws[0].About.Author != "王敏" {
		t.Fatalf("queue %+v, %v", ws, err)
	}
	look, err := b.Look(t.Context(), b.mod, ws[0].ID)
	if err != nil || look.Applicant == nil || look.Applicant.Affiliation != "某医院" {
		t.Errorf("look %+v, %v", look, err)
	}
	for _, a := range []moderation.Action{moderation.Dismiss, moderation.Warn} { // neither is an answer
		_, _ = b.Decide(t.Context(), b.mod, moderation.Verdict{Action: a, Subject: ws[0].Subject(), Why: moderation.Why{Reason: "No reason at all", Case: ws[0].ID}})
	}
	if got := b.application(id); got != ws[0].ID {
		t.Errorf("the case is %d, want %d still", got, ws[0].ID)
	}
	if _, err := b.decide(b.reader, moderation.Approve, moderation.Member, int64(id), ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member approves: %v, want Forbidden", err)
	}

	e, err := b.Decide(t.Context(), b.mod, moderation.Verdict{Action: moderation.Approve, Subject: ws[0].Subject(), Why: moderation.Why{Case: ws[0].ID}})
	b.must(e, err)
	if err := viewer().MayWrite(); err != nil {
		t.Errorf("may not write: %v", err)
	}
	if got := b.inbox(viewer()); len(got) == 0 || got[0].Kind != notify.KindAdmitted {
		t.Errorf("told %+v", got)
	}
	if got := b.entry(e.ID); got.Action != moderation.Approve || got.AuthorID != id || got.Data.Title != "王敏" {
		t.Errorf("the log says %+v", got)
	}
	if value[int](b, `select count(*)::int from cases where closed_at is null and kind = 'join'`) != 0 {
		t.Error("the case is open")
	}
	if _, err := b.decide(b.second, moderation.Reject, moderation.Member, int64(id), "Too late"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("turning down then: %v, want Conflict", err)
	}
}

// TestApplication_turnedDown: the account is closed with a reason, and open when an appeal is won.
func TestApplication_turnedDown(t *testing.T) {
	b := raided(t)
	id, viewer := b.join("Robot")
	who := viewer()
	if _, err := b.decide(b.mod, moderation.Reject, moderation.Member, int64(id), ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a reason: %v, want Invalid", err)
	}
	e, err := b.decide(b.mod, moderation.Reject, moderation.Member, int64(id), "One of two hundred of the same kind")
	b.must(e, err)
	if viewer().SignedIn() {
		t.Error("the session is open")
	}
	if got := b.inbox(who); got[0].Kind != notify.KindTurnedDown || got[0].Data.Reason == "" || !strings.HasPrefix(got[0].Path, "/decisions/") {
		t.Errorf("told %+v", got[0])
	}
	form := account.SignInForm{Login: who.Handle, Password: "seven quiet herons"}
	if _, _, err := b.accounts.SignIn(t.Context(), form); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("signing in: %v, want Forbidden", err)
	}
	b.ok(b.AppealSuspended(t.Context(), form, "I am a physician."))
	b.must(b.Overturn(t.Context(), b.second, e.ID, moderation.Why{Reason: "A physician indeed"}))
	v, _, err := b.accounts.SignIn(t.Context(), form)
	if err != nil || v.MayWrite() != nil {
		t.Errorf("after the appeal: %+v, %v, %v", v, err, v.MayWrite())
	}
}

// TestApplication_order: those whose browsers have solved the puzzle come first.
func TestApplication_order(t *testing.T) {
	b := raided(t)
	without, _ := b.join("Without")
	with, _ := b.join("With")
	_, err := b.exec(`delete from cases where kind = 'join'`)
	b.ok(err)
	for id, solved := range map[account.MemberID]bool{without: false, with: true} {
		b.ok(b.store.InTx(t.Context(), func(tx *pg.Tx) error { return b.Applied(t.Context(), tx, account.Application{ID: id, Solved: solved}) }))
	}
	if ws := b.queue(); len(ws) != 2 || ws[0].SubjectID != int64(with) {
		t.Errorf("queue %+v, want the one with the puzzle first", ws)
	}
}

// TestDoor: when the switch is off nobody waits.
func TestDoor(t *testing.T) {
	b := raided(t)
	b.policy(moderation.Policy{HoldFirst: "none", JoinSeconds: 5})
	d, err := b.Door(t.Context())
	if err != nil || d != (account.Door{}) {
		t.Errorf("door %+v, %v", d, err)
	}
	soon := time.Now().Add(time.Hour)
	b.policy(moderation.Policy{HoldFirst: "none", JoinSeconds: 5, RaidUntil: &soon})
	if d, err := b.Door(t.Context()); err != nil || !d.Raided || d.Least != 5*time.Second {
		t.Errorf("while the hub is flooded: door %+v, %v", d, err)
	}
	b.policy(moderation.Policy{HoldFirst: "none"})
	if _, viewer := b.join("Anna"); viewer().MayWrite() != nil {
		t.Errorf("who joins then may not write: %v", viewer().MayWrite())
	}
}
