package moderation_test

import (
	"fmt"
	"io"
	"slices"
	"testing"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/moderation"
	"senet/internal/notify"
)

// TestErase: when something has been erased its words are nowhere in the database but in the record of moderation.
func TestErase(t *testing.T) {
	t.Parallel()
	const word, former = "Zyzzyva", "Quagga"
	for kind, write := range map[string]func(b *bundle) int64{
		moderation.Post: func(b *bundle) int64 {
			b.ok(b.forum.Edit(t.Context(), b.author, forum.EditForm{Post: b.answer, Body: former + " @" + b.reader.Handle}))
			b.ok(b.forum.Edit(t.Context(), b.author, forum.EditForm{Post: b.answer, Body: word}))
			return int64(b.answer)
		},
		moderation.Message: func(b *bundle) int64 {
			id := b.say(former)
			b.ok(b.chat.Edit(t.Context(), b.author, id, 1, word, "en"))
			return int64(id)
		},
	} {
		t.Run(kind, func(t *testing.T) {
			b := setup(t)
			of := moderation.Subject{Kind: kind, ID: write(b)}
			_, err := b.exec(`insert into translations (subject_kind, subject_id, locale, source_lang, text, html, kind, source_version, author_id)
				values ($1, $2, 'zh', 'en', $3, $3, 'human', 2, $4)`, kind, of.ID, word+"译文", b.other.ID)
			b.ok(err)
			if found := b.tablesWith(word, former); len(found) < 3 {
				t.Fatalf("the words are in %v before, want them in more places", found)
			}
			erase := moderation.Verdict{Action: moderation.Erase, Subject: of, Why: moderation.Why{Reason: "personal data"}}
			if _, err := b.Decide(t.Context(), b.mod, erase); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("by a moderator: %v, want Forbidden", err)
			}
			if _, err := b.Decide(t.Context(), b.admin, erase); fault.Of(err) == nil || fault.Of(err).Key != "moderation.evidence_first" {
				t.Fatalf("without evidence: %v", err)
			}
			b.ok(b.Evidence(t.Context(), b.admin, of, io.Discard))
			b.must(b.Decide(t.Context(), b.admin, erase))
			if found := b.tablesWith(word, former); len(found) != 0 {
				t.Errorf("the words are still in %v", found)
			}
			if _, err := b.Decide(t.Context(), b.admin, erase); fault.KindOf(err) != fault.Conflict {
				t.Errorf("again: %v, want a Conflict", err)
			}
			if _, err := b.decide(b.admin, moderation.Unhide, kind, of.ID, ""); fault.KindOf(err) != fault.Conflict {
				t.Errorf("shown again: %v, want a Conflict", err)
			}
		})
	}
}

// TestEditOut_message: a moderator takes something out of a message; its translations go, and what it was is kept for moderators.
func TestEditOut_message(t *testing.T) {
	b := setup(t)
	id := b.say("call me on 0123 456")
	v := moderation.Verdict{Action: moderation.EditOut, Subject: moderation.Subject{Kind: moderation.Message, ID: int64(id)}, Text: "call me", Why: moderation.Why{Reason: "a number"}}
	b.must(b.Decide(t.Context(), b.mod, v))
	if got := value[string](b, `select body from messages where id = $1`, id); got != "call me" {
		t.Errorf("it reads %q", got)
	}
	if got := value[string](b, `select body from message_revisions where message_id = $1`, id); got != "call me on 0123 456" {
		t.Errorf("it read %q", got)
	}
	if got := b.inbox(b.author); len(got) == 0 || got[0].Kind != notify.KindEdited {
		t.Errorf("the author was told %+v", got)
	}
	if _, err := b.Decide(t.Context(), b.mod, v); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same again: %v, want a Conflict", err)
	}
	if _, err := b.Decide(t.Context(), account.Viewer{ID: b.reader.ID, Role: account.RoleMember}, v); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by a member: %v, want Forbidden", err)
	}
}

// tablesWith are the columns in which one of the words stands, in whatever table.
func (b *bundle) tablesWith(words ...string) (found []string) {
	b.t.Helper()
	rows, err := b.store.Query(b.t.Context(), `select table_name, column_name from information_schema.columns c
		where table_schema = 'public' and data_type in ('text', 'jsonb', 'ARRAY', 'tsvector') and table_name not in ('moderation_log', 'reports')
			and exists (select from information_schema.tables t where t.table_name = c.table_name and t.table_type = 'BASE TABLE')`)
	b.ok(err)
	var columns [][2]string
	for rows.Next() {
		var c [2]string
		b.ok(rows.Scan(&c[0], &c[1]))
		columns = append(columns, c)
	}
	b.ok(rows.Err())
	for _, c := range columns {
		for _, w := range words {
			if value[bool](b, fmt.Sprintf(`select exists (select from %q where %q::text ilike '%%' || $1 || '%%')`, c[0], c[1]), w) {
				found = append(found, c[0]+"."+c[1])
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
