package archtest

import (
	"go/ast"
	"go/token"
	"io/fs"
	"regexp"
	"strconv"
	"testing"

	"senet/migrations"
)

// owners say which core writes a table. Everybody may read every table; what it means is its owner's to keep.
var owners = map[string]string{
	"members": "account", "member_keys": "account", "sessions": "account", "api_tokens": "account", "setup_links": "account", "sign_in_failures": "account", "form_keys": "account", "spent_puzzles": "account",
	"notices":    "notify",
	"challenges": "forum", "threads": "forum", "posts": "forum", "post_revisions": "forum", "quote_cuts": "forum", "post_reactions": "forum",
	"bookmarks": "forum", "thread_follows": "forum", "challenge_follows": "forum", "drafts": "forum",
	"mail_letters": "mail", "mail_choices": "mail", "mail_keys": "mail",
	"rooms": "chat", "messages": "chat", "room_events": "chat", "room_reads": "chat", "room_staff": "chat", "room_sanctions": "chat", "room_pace": "chat",
	"message_reactions": "chat", "message_revisions": "chat", "questions": "chat", "question_votes": "chat", "polls": "chat", "poll_options": "chat",
	"poll_ballots": "chat", "hands": "chat",
	"moderation_log": "moderation", "member_blocks": "account", "challenge_moderators": "account", "moderation_head": "moderation", "filters": "moderation", "moderation_policy": "moderation", "text_prints": "moderation", "rules": "moderation", "cases": "moderation", "reports": "moderation", "appeals": "moderation",
	"workshops": "workshop", "workshop_drafters": "workshop", "workshop_items": "workshop", "workshop_speakers": "workshop",
	"workshop_registrations": "workshop", "workshop_moments": "workshop", "workshop_outcomes": "workshop", "calendar_tokens": "workshop",
	"translations": "translation", "translation_revisions": "translation", "translation_usage": "translation",
	"translation_backfills": "translation",
	"memory_units":          "translation/memory", "memory_texts": "translation/memory",
	"terms": "translation/glossary", "term_changes": "translation/glossary",
}

// writesAll are packages that may write every table.
var writesAll = map[string]string{
	"internal/demo": "it fills an empty hub with a past, which no core lets anybody write",
	"cmd/bench":     "it fills its own scratch hub",
}

var (
	created = regexp.MustCompile(`(?im)^\s*create table (?:if not exists )?(\w+)`)
	written = regexp.MustCompile(`(?i)\b(?:insert\s+into|update(?:\s+only)?|delete\s+from|truncate(?:\s+table)?|copy|merge\s+into)\s+(\w+)`)
)

// TestTables_everyOneHasAnOwner: the map above is complete and names no table that is not there.
func TestTables_everyOneHasAnOwner(t *testing.T) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("migrations: %v, %v", names, err)
	}
	there := map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range created.FindAllStringSubmatch(string(text), -1) {
			there[m[1]] = true
			if owners[m[1]] == "" {
				t.Errorf("%s creates %s: say in archtest which core writes it", name, m[1])
			}
		}
	}
	for table := range owners {
		if !there[table] {
			t.Errorf("no migration creates %s", table)
		}
	}
}

// TestTables_writtenByTheirOwner: a core writes only its own tables; others call its methods with their transaction.
func TestTables_writtenByTheirOwner(t *testing.T) {
	found := 0
	for _, f := range goFiles(t) {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			sql, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatalf("%s: %v", f.line(n), err)
			}
			for _, table := range writes(sql) {
				found++
				if owner := "internal/" + owners[table]; f.dir() != owner && writesAll[f.dir()] == "" && !isSupport(f.dir()) {
					t.Errorf("%s writes %s, which is %s's: call a method of %s with the transaction", f.line(n), table, owner, owner)
				}
			}
			return true
		})
	}
	if found < len(owners) {
		t.Errorf("found %d statements that write, fewer than tables: does the search still work?", found)
	}
}

// writes are the tables that a text writes, if it is SQL.
func writes(text string) []string {
	var out []string
	for _, m := range written.FindAllStringSubmatch(text, -1) {
		if owners[m[1]] != "" {
			out = append(out, m[1])
		}
	}
	return out
}

func TestWrites(t *testing.T) {
	for sql, want := range map[string]int{
		"select * from posts for update":                                                 0,
		"with a as (insert into posts (id) values (1)) update threads t set x = 1":       2,
		"insert into drafts values (1) on conflict do update set body = excluded.body":   1,
		"delete\n\tfrom notices where id = 1":                                            1,
		"insert into nowhere values (1)":                                                 0,
		"update posts set a = 1 where exists (select from threads where id = thread_id)": 1,
	} {
		if got := writes(sql); len(got) != want {
			t.Errorf("%q writes %v, want %d tables", sql, got, want)
		}
	}
}
