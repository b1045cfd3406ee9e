package moderation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify"
)

func TestHidePost_retractsTheNoticesThatLedThere(t *testing.T) {
	b := setup(t)
	if got := b.inbox(b.reader); len(got) != 1 || got[0].Kind != notify.KindReply {
		t.Fatalf("the reader was told %+v, want the reply", got)
	}
	b.must(b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"))
	if got := b.inbox(b.reader); len(got) != 0 {
		t.Errorf("the reader still reads of the hidden post: %+v", got)
	}
	got := b.inbox(b.author)[0]
	if got.Kind != notify.KindHidden || got.Data.Title != "Markers of sepsis" || !strings.HasPrefix(got.Path, "/decisions/") {
		t.Errorf("the author reads %+v, want which thread, and the way to the statement of reasons", got)
	}
}

func TestHidePost_openingTakesTheThreadsNoticesWithIt(t *testing.T) {
	b := setup(t)
	b.must(b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.opening), "Advertising"))
	if got := b.inbox(b.reader); len(got) != 0 {
		t.Errorf("the reader still reads of the hidden thread: %+v", got)
	}
	if got := b.inbox(b.author)[0]; got.Kind != notify.KindHidden || !strings.HasPrefix(got.Path, "/decisions/") {
		t.Errorf("the author reads %+v, want a notice that leads to the statement of reasons", got)
	}
}

func TestHide_needsAReason(t *testing.T) {
	for reason, key := range map[string]string{
		"": "moderation.reason_missing", " \u200b\n": "moderation.reason_missing", "x": "moderation.reason_short",
		strings.Repeat("长", moderation.MaxReason/2+1): "moderation.reason_long",
	} {
		t.Run(key, func(t *testing.T) {
			b := setup(t)
			_, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), reason)
			if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Fields["reason"].Key != key {
				t.Errorf("%v, want %s", err, key)
			}
			if got := postState(b); got != "shown" {
				t.Errorf("the post is %s", got)
			}
		})
	}
	t.Run("one Han character is one", func(t *testing.T) {
		b := setup(t)
		b.must(b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "骂"))
	})
}

func TestUndo_onlyOfTheNewestDecision(t *testing.T) {
	b := setup(t)
	first, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
	b.ok(err)
	b.must(b.decide(b.mod, moderation.Unhide, moderation.Post, int64(b.answer), ""))
	b.must(b.decide(b.second, moderation.Hide, moderation.Post, int64(b.answer), "Indeed"))
	if _, err := b.Undo(t.Context(), b.mod, first.ID); fault.Of(err) == nil || fault.Of(err).Key != "moderation.superseded" {
		t.Errorf("undo of an old decision: %v, want moderation.superseded", err)
	}
	if got := postState(b); got != "hidden" {
		t.Errorf("the post is %s, want hidden", got)
	}
	if _, err := b.Undo(t.Context(), b.mod, 1<<40); fault.KindOf(err) != fault.NotFound {
		t.Errorf("undo of nothing: %v, want NotFound", err)
	}
}

func TestUndo_creatingIsFinal(t *testing.T) {
	b := setup(t)
	e, err := b.SaveChallenge(t.Context(), b.admin, moderation.ChallengeForm{ChallengeForm: forum.ChallengeForm{Slug: "x-" + uuid.NewString()[:8],
		Title: i18n.Text{Zh: "新"}}})
	b.ok(err)
	if _, err := b.Undo(t.Context(), b.admin, e.ID); fault.Of(err) == nil || fault.Of(err).Key != "moderation.final" {
		t.Errorf("%v, want moderation.final", err)
	}
}

func TestMove_toNowhere(t *testing.T) {
	b := setup(t)
	_, err := b.Decide(t.Context(), b.mod, moderation.Verdict{Action: moderation.Move, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)}, Challenge: 1 << 40})
	if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Fields["challenge"].Key == "" {
		t.Errorf("%v, want the field challenge to be wrong", err)
	}
}

func TestRename_leavesNoFormerTitleToReaders(t *testing.T) {
	b := setup(t)
	b.must(b.Decide(t.Context(), b.mod, moderation.Verdict{Action: moderation.Rename, Subject: moderation.Subject{Kind: moderation.Thread, ID: int64(b.thread)}, Title: "Civil title", Lang: "en"}))
	if got := b.inbox(b.reader)[0]; got.Data.Title != "Civil title" || got.Data.Was != "" {
		t.Errorf("the reader reads %+v", got.Data)
	}
}

func TestOrderChallenges(t *testing.T) {
	b := setup(t)
	e, err := b.OrderChallenges(t.Context(), b.admin, []forum.ChallengeID{b.there, b.here})
	b.ok(err)
	if len(b.entry(e.ID).Data.ChallengeIDs) != 2 {
		t.Errorf("the log says %+v", e.Data)
	}
	const inOrder = `select position from challenges where id = $1`
	if value[int](b, inOrder, b.there) >= value[int](b, inOrder, b.here) {
		t.Error("the order did not change")
	}
	if _, err := b.OrderChallenges(t.Context(), b.mod, nil); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a moderator orders: %v, want Forbidden", err)
	}
}

func TestSetRole_unknownRoleOrMember(t *testing.T) {
	b := setup(t)
	if _, err := b.setRole(b.admin, b.author.ID, "king"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("role king: %v, want Invalid", err)
	}
	if _, err := b.setRole(b.admin, 1<<40, account.RoleMember); fault.KindOf(err) != fault.NotFound {
		t.Errorf("nobody: %v, want NotFound", err)
	}
}

// TestEditOut: what was taken out is nowhere: not in the history, not in a translation.
func TestEditOut(t *testing.T) {
	b := setup(t)
	id, err := b.reply(b.reader, "Call Mr Zebra at 555-1234 for the data.")
	if err != nil {
		t.Fatal(err)
	}
	value[string](b, `insert into translations (subject_kind, subject_id, locale, source_lang, source_version, kind, text, html) values ('post', $1, 'zh', 'en', 1, 'human', '打电话给斑马先生', '') returning text`, id)
	v := moderation.Verdict{Action: moderation.EditOut, Subject: moderation.Subject{Kind: moderation.Post, ID: int64(id)}, Text: "Ask for the data.", Why: moderation.Why{Rule: "personal_data"}}
	if _, err := b.Decide(t.Context(), b.reader, v); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("its author: %v, want Forbidden", err)
	}
	b.must(b.Decide(t.Context(), b.mod, v))
	if got := value[string](b, `select body from posts where id = $1`, id); got != "Ask for the data." {
		t.Errorf("the post is %q", got)
	}
	revisions, err := b.forum.Revisions(t.Context(), b.reader, id)
	if err != nil || len(revisions) != 1 || strings.Contains(fmt.Sprint(revisions), "Zebra") {
		t.Errorf("history %+v, %v", revisions, err)
	}
	if revisions, err := b.forum.Revisions(t.Context(), b.mod, id); err != nil || len(revisions) != 2 || !revisions[1].Withheld || !strings.Contains(revisions[1].Body, "Zebra") {
		t.Errorf("a moderator's history %+v, %v", revisions, err)
	}
	if n := value[int](b, `select count(*) from translations where subject_kind = 'post' and subject_id = $1`, id); n != 0 {
		t.Errorf("%d translations left", n)
	}
	if got := b.inbox(b.reader); got[0].Kind != notify.KindEdited || got[0].Data.Rule != "personal_data" {
		t.Errorf("its author was told %+v", got[0])
	}
	if _, err := b.Decide(t.Context(), b.second, v); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same again: %v, want Conflict", err)
	}
}
