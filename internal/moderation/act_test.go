package moderation_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify"
)

// act is one thing a moderator or administrator can do, and what must come of it.
type act struct {
	name    string
	prepare func(b *bundle) // what must be so before; may be nil
	do      func(b *bundle, v account.Viewer) (moderation.Entry, error)
	state   func(b *bundle) string // what the act changes
	before  string
	after   string
	subject string
	action  moderation.Action
	told    notify.Kind // "": the author is not told
	admins  bool        // for administrators only
}

func lockedState(b *bundle) string {
	return value[string](b, `select case when locked_at is null then 'open' else 'locked' end from threads where id = $1`, b.thread)
}

func pinnedState(b *bundle) string {
	return value[string](b, `select case when pinned_at is null then 'loose' else 'pinned' end from threads where id = $1`, b.thread)
}

func postState(b *bundle) string {
	return value[string](b, `select case when hidden_at is null then 'shown' else 'hidden' end from posts where id = $1`, b.answer)
}

func messageState(b *bundle) string {
	return value[string](b, `select case when hidden_at is null then 'shown' else 'hidden' end from messages where id = $1`, b.message)
}

func questionState(b *bundle) string {
	return value[string](b, `select case when hidden_at is null then 'shown' else 'hidden' end from questions where id = $1`, b.question)
}

func pollState(b *bundle) string {
	return value[string](b, `select case when hidden_at is null then 'shown' else 'hidden' end from polls where id = $1`, b.poll)
}

var allActs = []act{
	{name: "hide a post", action: moderation.Hide, subject: moderation.Post, told: notify.KindHidden, state: postState, before: "shown", after: "hidden",
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
		}},
	{name: "show a post again", action: moderation.Unhide, subject: moderation.Post, told: notify.KindRestored, state: postState, before: "hidden", after: "shown",
		prepare: func(b *bundle) {
			b.must(b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"))
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Unhide, moderation.Post, int64(b.answer), "Advertising")
		}},
	{name: "hide a message", action: moderation.Hide, subject: moderation.Message, told: notify.KindHidden, state: messageState, before: "shown", after: "hidden",
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Hide, moderation.Message, int64(b.message), "Advertising")
		}},
	{name: "show a message again", action: moderation.Unhide, subject: moderation.Message, told: notify.KindRestored, state: messageState, before: "hidden", after: "shown",
		prepare: func(b *bundle) {
			b.must(b.decide(b.mod, moderation.Hide, moderation.Message, int64(b.message), "Advertising"))
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Unhide, moderation.Message, int64(b.message), "Advertising")
		}},
	{name: "hide a question", action: moderation.Hide, subject: moderation.Question, told: notify.KindHidden, state: questionState, before: "shown", after: "hidden",
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Hide, moderation.Question, int64(b.question), "Advertising")
		}},
	{name: "show a question again", action: moderation.Unhide, subject: moderation.Question, told: notify.KindRestored, state: questionState, before: "hidden", after: "shown",
		prepare: func(b *bundle) {
			b.must(b.decide(b.mod, moderation.Hide, moderation.Question, int64(b.question), "Advertising"))
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Unhide, moderation.Question, int64(b.question), "Advertising")
		}},
	{name: "hide a poll", action: moderation.Hide, subject: moderation.Poll, told: notify.KindHidden, state: pollState, before: "shown", after: "hidden",
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Hide, moderation.Poll, int64(b.poll), "Advertising")
		}},
	{name: "show a poll again", action: moderation.Unhide, subject: moderation.Poll, told: notify.KindRestored, state: pollState, before: "hidden", after: "shown",
		prepare: func(b *bundle) {
			b.must(b.decide(b.mod, moderation.Hide, moderation.Poll, int64(b.poll), "Advertising"))
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Unhide, moderation.Poll, int64(b.poll), "Advertising")
		}},
	{name: "lock", action: moderation.Lock, subject: moderation.Thread, told: notify.KindLocked, state: lockedState, before: "open", after: "locked",
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Lock, moderation.Thread, int64(b.thread), "Advertising")
		}},
	{name: "unlock", action: moderation.Unlock, subject: moderation.Thread, told: notify.KindUnlocked, state: lockedState, before: "locked", after: "open",
		prepare: func(b *bundle) { b.must(b.decide(b.mod, moderation.Lock, moderation.Thread, int64(b.thread), "")) },
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Unlock, moderation.Thread, int64(b.thread), "Advertising")
		}},
	{name: "pin", action: moderation.Pin, subject: moderation.Thread, state: pinnedState, before: "loose", after: "pinned",
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Pin, moderation.Thread, int64(b.thread), "Advertising")
		}},
	{name: "unpin", action: moderation.Unpin, subject: moderation.Thread, state: pinnedState, before: "pinned", after: "loose",
		prepare: func(b *bundle) { b.must(b.decide(b.mod, moderation.Pin, moderation.Thread, int64(b.thread), "")) },
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Unpin, moderation.Thread, int64(b.thread), "Advertising")
		}},
	{name: "move", action: moderation.Move, subject: moderation.Thread, told: notify.KindMoved, before: "Here", after: "There",
		state: func(b *bundle) string {
			return value[string](b, `select c.title_en from threads t join challenges c on c.id = t.challenge_id where t.id = $1`, b.thread)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Move, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)}, Challenge: b.there, Why: moderation.Why{Reason: "Advertising"}})
		}},
	{name: "rename", action: moderation.Rename, subject: moderation.Thread, told: notify.KindRenamed, before: "Markers of sepsis", after: "脓毒症标志物",
		state: func(b *bundle) string { return value[string](b, `select title from threads where id = $1`, b.thread) },
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Rename, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)}, Title: "脓毒症标志物", Why: moderation.Why{Reason: "Advertising"}})
		}},
	{name: "slow down", action: moderation.Slow, subject: moderation.Thread, before: "0", after: "300",
		state: func(b *bundle) string {
			return value[string](b, `select slow_seconds::text from threads where id = $1`, b.thread)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Slow, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)}, For: 5 * time.Minute, Why: moderation.Why{Reason: "Advertising"}})
		}},
	{name: "merge", action: moderation.Merge, subject: moderation.Thread, told: notify.KindMerged, before: "Markers of sepsis 1 2", after: "Other 1 2 3 4",
		prepare: func(b *bundle) { b.elsewhere() },
		state:   whereAnswerStands,
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Merge, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)},
				Into: value[forum.ThreadID](b, `select id from threads where title = 'Other'`), Why: moderation.Why{Reason: "Advertising"}})
		}},
	{name: "split", action: moderation.Split, subject: moderation.Thread, told: notify.KindSplit, before: "Markers of sepsis 1 2", after: "Procalcitonin 1",
		state: whereAnswerStands,
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Split, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)},
				Posts: []forum.PostID{b.answer}, Title: "Procalcitonin", Why: moderation.Why{Reason: "Advertising"}})
		}},
	{name: "give a role", action: moderation.Role, subject: moderation.Member, told: notify.KindRole, before: "member", after: "moderator", admins: true,
		state: func(b *bundle) string { return value[string](b, `select role from members where id = $1`, b.author.ID) },
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Role, Subject: moderation.Subject{Kind: moderation.Member, ID: int64(b.author.ID)}, Role: account.RoleModerator, Why: moderation.Why{Reason: "Advertising"}})
		}},
	{name: "keep texts inside", action: moderation.Edit, subject: moderation.Challenge, before: "false false", after: "true true", admins: true,
		state: func(b *bundle) string {
			return value[string](b, `select c.keep_inside || ' ' || r.keep_inside from challenges c join rooms r on r.challenge_id = c.id where c.id = $1`, b.here)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			inside := true
			return b.SaveChallenge(b.t.Context(), v, moderation.ChallengeForm{RoomInside: &inside, ChallengeForm: forum.ChallengeForm{ID: b.here,
				Slug: b.hereSlug, Title: i18n.Text{En: "Here", Zh: "Here中"}, KeepInside: &inside}})
		}},
	{name: "trust a translator", action: moderation.Trust, subject: moderation.Member, told: notify.KindTrusted, before: "false", after: "true",
		state: func(b *bundle) string {
			return value[string](b, `select translator::text from members where id = $1`, b.author.ID)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Trust, moderation.Member, int64(b.author.ID), "Advertising")
		}},
	{name: "trust a translator no longer", action: moderation.Distrust, subject: moderation.Member, told: notify.KindDistrusted, before: "true", after: "false",
		prepare: func(b *bundle) {
			b.must(b.decide(b.second, moderation.Trust, moderation.Member, int64(b.author.ID), ""))
		},
		state: func(b *bundle) string {
			return value[string](b, `select translator::text from members where id = $1`, b.author.ID)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.decide(v, moderation.Distrust, moderation.Member, int64(b.author.ID), "Advertising")
		}},
	{name: "appoint a moderator", action: moderation.Appoint, subject: moderation.Member, told: notify.KindAppointed, before: "", after: "Here", admins: true,
		state: moderatedByAuthor,
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.appoint(v, moderation.Appoint, b.author.ID)
		}},
	{name: "recall a moderator", action: moderation.Recall, subject: moderation.Member, told: notify.KindRecalled, before: "Here", after: "", admins: true,
		prepare: func(b *bundle) { b.must(b.appoint(b.admin, moderation.Appoint, b.author.ID)) },
		state:   moderatedByAuthor,
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.appoint(v, moderation.Recall, b.author.ID)
		}},
	{name: "archive", action: moderation.Archive, subject: moderation.Challenge, before: "open", after: "archived", admins: true,
		state: func(b *bundle) string {
			return value[string](b, `select case when archived_at is null then 'open' else 'archived' end from challenges where id = $1`, b.here)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.Archive(b.t.Context(), v, b.here)
		}},
	{name: "edit a challenge", action: moderation.Edit, subject: moderation.Challenge, before: "Here", after: "Elsewhere", admins: true,
		state: func(b *bundle) string {
			return value[string](b, `select title_en from challenges where id = $1`, b.here)
		},
		do: func(b *bundle, v account.Viewer) (moderation.Entry, error) {
			return b.SaveChallenge(b.t.Context(), v, moderation.ChallengeForm{ChallengeForm: forum.ChallengeForm{ID: b.here, Slug: b.hereSlug,
				Title: i18n.Text{En: "Elsewhere", Zh: "别处"}}})
		}},
}

// elsewhere starts another thread of two posts.
func (b *bundle) elsewhere() {
	b.t.Helper()
	st, err := b.forum.StartThread(b.t.Context(), b.other, forum.ThreadForm{Challenge: b.hereSlug, Kind: forum.Discussion, Title: "Other", Body: "Elsewhere", Lang: "en", ClientID: uuid.New()})
	b.ok(err)
	_, err = b.forum.Reply(b.t.Context(), b.other, forum.ReplyForm{Thread: st.ID, Body: "Indeed.", Lang: "en", ClientID: uuid.New()})
	b.ok(err)
}

// whereAnswerStands is the title of the answer's thread, and the numbers of the posts there.
func whereAnswerStands(b *bundle) string {
	return value[string](b, `select t.title || ' ' || (select string_agg(number::text, ' ' order by number) from posts where thread_id = t.id)
		from posts p join threads t on t.id = p.thread_id where p.id = $1 and t.hidden_at is null`, b.answer)
}

func moderatedByAuthor(b *bundle) string {
	return value[string](b, `select coalesce(string_agg(c.title_en, ' '), '') from challenge_moderators cm join challenges c on c.id = cm.challenge_id
		where cm.member_id = $1`, b.author.ID)
}

// appoint makes somebody moderator of the challenge here, or no longer.
func (b *bundle) appoint(v account.Viewer, a moderation.Action, id account.MemberID) (moderation.Entry, error) {
	b.t.Helper()
	return b.Decide(b.t.Context(), v, moderation.Verdict{Action: a, Challenge: b.here,
		Subject: moderation.Subject{Kind: moderation.Member, ID: int64(id)}, Why: moderation.Why{Reason: "Advertising"}})
}

func (b *bundle) must(_ moderation.Entry, err error) { b.t.Helper(); b.ok(err) }

func (b *bundle) logged() int64 { return value[int64](b, `select count(*) from moderation_log`) }

func TestActs(t *testing.T) {
	t.Parallel()
	for _, a := range allActs {
		t.Run(a.name, func(t *testing.T) {
			b := setup(t)
			if a.prepare != nil {
				a.prepare(b)
			}
			b.refused(a)
			by := b.mod
			if a.admins {
				by = b.admin
			}
			if got := a.state(b); got != a.before {
				t.Fatalf("before: %q, want %q", got, a.before)
			}

			e, err := a.do(b, by)
			b.ok(err)
			if got := a.state(b); got != a.after {
				t.Errorf("after: %q, want %q", got, a.after)
			}
			if e.Action != a.action || e.SubjectKind != a.subject || e.ActorID != by.ID {
				t.Errorf("row = %s of a %s by %d, want %s of a %s by %d", e.Action, e.SubjectKind, e.ActorID, a.action, a.subject, by.ID)
			}
			row := b.entry(e.ID)
			if row.Action != e.Action || row.Reason != e.Reason || row.ActorName != by.Name || !row.Stands || row.Undoes != 0 {
				t.Errorf("the log says %+v", row)
			}
			if a.told != "" {
				got := b.inbox(b.author)[0]
				if got.Kind != a.told || got.Data.Reason != "Advertising" {
					t.Errorf("the author was told %s with reason %q, want %s with the reason", got.Kind, got.Data.Reason, a.told)
				}
			}
			b.undone(a, e, by)
		})
	}
}

// refused: neither visitors nor members, nor moderators what is for administrators, leave a trace.
func (b *bundle) refused(a act) {
	b.t.Helper()
	rows := b.logged()
	for _, v := range []account.Viewer{account.Visitor(), b.other, b.mod} {
		want := fault.Forbidden
		switch {
		case !v.SignedIn():
			want = fault.Unauthorised
		case v.Moderates() && !a.admins:
			continue
		}
		if _, err := a.do(b, v); fault.KindOf(err) != want {
			b.t.Errorf("%s as %q: %v, want kind %v", a.name, v.Role, err, want)
		}
	}
	if got := a.state(b); got != a.before {
		b.t.Errorf("a refused act changed the state to %q", got)
	}
	if got := b.logged(); got != rows {
		b.t.Errorf("a refused act wrote %d rows", got-rows)
	}
}

// undone: twice is a conflict that names who did it; undo brings back what was, with a row of its own; undoing again
// is a conflict; and undoing the undoing is the act again.
func (b *bundle) undone(a act, e moderation.Entry, by account.Viewer) {
	b.t.Helper()
	if a.action != moderation.Edit {
		rows := b.logged()
		_, err := a.do(b, by)
		if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Args["Name"] != by.Name {
			b.t.Errorf("a second time: %v, want a Conflict that names %s", err, by.Name)
		}
		if got := b.logged(); got != rows {
			b.t.Errorf("the second time wrote %d rows", got-rows)
		}
	}
	undoer := b.second
	if a.admins {
		undoer = b.admin
		if _, err := b.Undo(b.t.Context(), b.mod, e.ID); fault.KindOf(err) != fault.Forbidden {
			b.t.Errorf("a moderator undoes an administrator's decision: %v", err)
		}
	}
	if _, err := b.Undo(b.t.Context(), b.other, e.ID); fault.KindOf(err) != fault.Forbidden {
		b.t.Errorf("a member undoes: %v, want Forbidden", err)
	}
	told := len(b.inbox(b.author))
	u, err := b.Undo(b.t.Context(), undoer, e.ID)
	b.ok(err)
	if got := a.state(b); got != a.before {
		b.t.Errorf("after undo: %q, want %q", got, a.before)
	}
	if a.told != "" && len(b.inbox(b.author)) != told+1 {
		b.t.Error("the author was not told of the undoing")
	}
	if row := b.entry(e.ID); row.UndoneBy != u.ID || row.Stands || row.Undoable(b.admin) {
		b.t.Errorf("the undone row says undone by %d, stands %v", row.UndoneBy, row.Stands)
	}
	if row := b.entry(u.ID); row.Undoes != e.ID || row.ActorID != undoer.ID {
		b.t.Errorf("the row of undoing undoes %d by %d", row.Undoes, row.ActorID)
	}
	_, err = b.Undo(b.t.Context(), by, e.ID)
	if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Args["Name"] != undoer.Name {
		b.t.Errorf("undone a second time: %v, want a Conflict that names %s", err, undoer.Name)
	}
	_, err = b.Undo(b.t.Context(), by, u.ID)
	b.ok(err)
	if got := a.state(b); got != a.after {
		b.t.Errorf("after undoing the undoing: %q, want %q", got, a.after)
	}
}

// TestHideQuestion_keepsTheName: the room is not told whose question it was, nor is whoever is about to decide; the log, which
// only moderators read, is.
func TestHideQuestion_keepsTheName(t *testing.T) {
	b := setup(t)
	about, err := b.About(t.Context(), b.mod, moderation.Subject{Kind: moderation.Question, ID: int64(b.question)})
	b.ok(err)
	if about.Author != "" || about.Text != "谁来付钱？" || about.Lang != "zh" || about.Path == "" {
		t.Errorf("about the question: %+v", about)
	}
	e, err := b.decide(b.mod, moderation.Hide, moderation.Question, int64(b.question), "Advertising")
	b.ok(err)
	if e.AuthorID != b.author.ID || e.Data.Path != about.Path {
		t.Errorf("the row is %+v", e)
	}
	if _, err := b.decide(b.mod, moderation.Unhide, moderation.Question, int64(b.question), ""); err != nil {
		t.Fatal(err)
	}
	if n := value[int](b, `select count(*) from room_events where kind like 'question%' and member_id is not null`); n > 0 {
		t.Errorf("%d events of the room name somebody", n)
	}
}

// TestHide_byAHost: who runs the room hides what stands in it, and nothing elsewhere; the author is told as ever.
func TestHide_byAHost(t *testing.T) {
	b := setup(t)
	host := b.other
	if _, err := b.decide(host, moderation.Hide, moderation.Message, int64(b.message), "Off topic"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("before: %v, want Forbidden", err)
	}
	value[string](b, `insert into room_staff (room_id, member_id, role) select room_id, $2, 'host' from messages where id = $1 returning role`, b.message, host.ID)
	e, err := b.decide(host, moderation.Hide, moderation.Message, int64(b.message), "Off topic")
	b.must(e, err)
	if got := b.inbox(b.author); len(got) == 0 || got[0].Kind != notify.KindHidden {
		t.Errorf("the author was told %+v", got)
	}
	b.must(b.decide(host, moderation.Unhide, moderation.Message, int64(b.message), ""))
	for _, v := range []struct {
		kind string
		id   int64
	}{{moderation.Post, int64(b.answer)}, {moderation.Thread, int64(b.thread)}} {
		a := moderation.Hide
		if v.kind == moderation.Thread {
			a = moderation.Lock
		}
		if _, err := b.decide(host, a, v.kind, v.id, "Off topic"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s %s: %v, want Forbidden", a, v.kind, err)
		}
	}
}
