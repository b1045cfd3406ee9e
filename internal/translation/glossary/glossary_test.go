package glossary_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/glossary"
)

// bundle is an empty glossary with two challenges, an administrator, a moderator and a member.
type bundle struct {
	*glossary.Service
	t                  *testing.T
	store              *pg.Store
	admin, mod, member account.Viewer
	here, there        int64
	hereSlug           string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	// A database of its own: tests that write the same terms would wait for each other in one.
	b := &bundle{t: t, store: pg.NewStore(pgtest.DB(t)), hereSlug: "here"}
	b.Service = glossary.New(b.store)
	for role, v := range map[account.Role]*account.Viewer{account.RoleAdmin: &b.admin, account.RoleModerator: &b.mod, account.RoleMember: &b.member} {
		*v = account.Visitor()
		v.Role = role
		b.row(&v.ID, `insert into members (name, handle, handle_key, role) values ($1, $2, $2, $1) returning id`, string(role), uuid.NewString())
	}
	b.row(&b.here, `insert into challenges (slug) values ('here') returning id`)
	b.row(&b.there, `insert into challenges (slug) values ('there') returning id`)
	return b
}

func (b *bundle) row(to any, sql string, args ...any) {
	b.t.Helper()
	b.ok(b.store.QueryRow(b.t.Context(), sql, args...).Scan(to))
}

func (b *bundle) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func form(en, zh string) glossary.Form {
	return glossary.Form{Texts: map[string]string{"en": en, "zh": zh}}
}

func (b *bundle) save(f glossary.Form) glossary.TermID {
	b.t.Helper()
	id, err := b.Save(b.t.Context(), b.admin, f)
	b.ok(err)
	return id
}

// chinese is what the terms of a challenge make of an English text.
func (b *bundle) chinese(challenge int64, text string) string {
	b.t.Helper()
	terms, err := b.For(b.t.Context(), challenge)
	b.ok(err)
	var out []string
	for _, s := range terms.Find(text, "en") {
		out = append(out, s.Term.Texts["zh"])
	}
	return strings.Join(out, " ")
}

// record is the record of changes, oldest first: "action English→English (note)".
func (b *bundle) record(term glossary.TermID) []string {
	b.t.Helper()
	p, err := b.Changes(b.t.Context(), b.mod, term, 0)
	b.ok(err)
	show := func(s *glossary.State) string {
		if s == nil {
			return "-"
		}
		return fmt.Sprintf("%s(%s)", s.Texts["en"], s.Note)
	}
	var out []string
	for i := len(p.Changes) - 1; i >= 0; i-- {
		c := p.Changes[i]
		out = append(out, fmt.Sprintf("%s %s→%s", c.Action, show(c.Was), show(c.Now)))
	}
	return out
}

func wantRecord(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("recorded %q, want %q", got, want)
	}
}

func wantField(t *testing.T, err error, field, key string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid || f.Fields[field].Key != key {
		t.Errorf("%v, want the field %s to say %s", err, field, key)
	}
}

func TestSave(t *testing.T) {
	b := setup(t)
	id := b.save(form("  Procalcitonin ", "降钙素原"))
	if got := b.chinese(b.here, "procalcitonin"); got != "降钙素原" {
		t.Errorf("found %q", got)
	}
	f := form("procalcitonin", "前降钙素")
	f.ID, f.Note, f.Challenge = id, "PCT", b.here
	b.save(f)
	b.save(f)
	if here, there := b.chinese(b.here, "procalcitonin"), b.chinese(b.there, "procalcitonin"); here != "前降钙素" || there != "" {
		t.Errorf("here %q, there %q", here, there)
	}
	wantRecord(t, b.record(id), "add -→Procalcitonin()", "change Procalcitonin()→procalcitonin(PCT)")
	got, err := b.Find(t.Context(), b.member, id)
	if err != nil || got.ChallengeSlug != b.hereSlug || got.UpdatedBy != b.admin.ID || got.Note != "PCT" {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestSave_refused(t *testing.T) {
	b := setup(t)
	ctx := t.Context()
	b.save(form("sepsis", "脓毒症"))
	try := func(f glossary.Form) error {
		_, err := b.Save(ctx, b.admin, f)
		return err
	}
	wantField(t, try(form("sepsis", "脓毒症")), "en", "glossary.term.known")
	wantField(t, try(form("", "脓毒症")), "en", "glossary.text.missing")
	wantField(t, try(form("x", " - ")), "zh", "glossary.text.missing")
	wantField(t, try(form("x", strings.Repeat("长", glossary.MaxText/2+1))), "zh", "glossary.text.long")
	long := form("x", "某")
	long.Note = strings.Repeat("x", glossary.MaxNote+1)
	wantField(t, try(long), "note", "glossary.note.long")
	nowhere := form("x", "某")
	nowhere.Challenge = 1 << 60
	wantField(t, try(nowhere), "challenge", "glossary.challenge.unknown")
	if err := try(form("\xff", "某")); fault.KindOf(err) != fault.Malformed {
		t.Errorf("broken UTF-8: %v", err)
	}
	gone := form("x", "某")
	gone.ID = 1 << 60
	if err := try(gone); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such term: %v", err)
	}
	for _, v := range []account.Viewer{account.Visitor(), b.member, b.mod} {
		if _, err := b.Save(ctx, v, form("x", "某")); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s saves: %v", v.Role, err)
		}
	}
	b.save(glossary.Form{Texts: map[string]string{"en": "sepsis", "zh": "脓毒症"}, Challenge: b.here}) // the same elsewhere
	var changes int
	b.row(&changes, `select count(*) from term_changes`)
	if changes != 2 {
		t.Errorf("%d changes are recorded, want 2", changes)
	}
}

func TestDelete_restore(t *testing.T) {
	b := setup(t)
	ctx := t.Context()
	id := b.save(form("sepsis", "脓毒症"))
	for _, v := range []account.Viewer{b.member, b.mod} {
		if err := b.Delete(ctx, v, id); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s deletes: %v", v.Role, err)
		}
	}
	b.ok(b.Delete(ctx, b.admin, id))
	b.ok(b.Delete(ctx, b.admin, id))
	if got := b.chinese(0, "sepsis"); got != "" {
		t.Errorf("deleted, and found: %q", got)
	}
	if _, err := b.Find(ctx, b.member, id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a member finds it: %v", err)
	}
	f := form("sepsis", "败血症")
	f.ID = id
	if _, err := b.Save(ctx, b.admin, f); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a deleted term is changed: %v", err)
	}
	other := b.save(form("sepsis", "脓毒症"))
	if err := b.Restore(ctx, b.admin, id); fault.KindOf(err) != fault.Conflict {
		t.Errorf("restored beside its double: %v", err)
	}
	b.ok(b.Delete(ctx, b.admin, other))
	b.ok(b.Restore(ctx, b.admin, id))
	if got := b.chinese(0, "sepsis"); got != "脓毒症" {
		t.Errorf("restored: %q", got)
	}
	wantRecord(t, b.record(id), "add -→sepsis()", "delete sepsis()→-", "restore -→sepsis()")
	if err := b.Restore(ctx, b.admin, 1<<60); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such term: %v", err)
	}
}

func TestChanges_appendOnly(t *testing.T) {
	b := setup(t)
	b.save(form("sepsis", "脓毒症"))
	for _, sql := range []string{`update term_changes set action = 'add'`, `delete from term_changes`, `truncate term_changes`} {
		if _, err := b.store.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is not refused", sql)
		}
	}
	if _, err := b.Changes(t.Context(), b.member, 0, 0); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member reads the record: %v", err)
	}
}

func TestList(t *testing.T) {
	b := setup(t)
	ctx := t.Context()
	for i := range glossary.PageSize + 5 {
		f := form(fmt.Sprintf("Term %d", i), fmt.Sprintf("术语%d", i))
		if i < 3 {
			f.Challenge, f.Note = b.here, "100%_sure"
		}
		b.save(f)
	}
	first, err := b.List(ctx, account.Visitor(), glossary.Filter{})
	b.ok(err)
	rest, err := b.List(ctx, account.Visitor(), glossary.Filter{Before: first.Next})
	b.ok(err)
	if len(first.Terms) != glossary.PageSize || len(rest.Terms) != 5 || rest.Next != 0 || rest.Terms[0].ID >= first.Next {
		t.Errorf("%d and %d terms, next %d and %d", len(first.Terms), len(rest.Terms), first.Next, rest.Next)
	}
	b.ok(b.Delete(ctx, b.admin, first.Terms[0].ID))
	for f, want := range map[glossary.Filter]int{
		{Challenge: b.here}: 3, {Challenge: b.there}: 0, {Challenge: glossary.OnlyGlobal, Text: "语1"}: 10, {Text: "TERM 12"}: 1,
		{Text: "%_s"}: 3, {Text: "%"}: 3, {Text: `\`}: 0, {Text: "en"}: 0, {Deleted: true}: 1,
	} {
		p, err := b.List(ctx, b.admin, f)
		if err != nil || len(p.Terms) != want {
			t.Errorf("%+v: %d terms, %v, want %d", f, len(p.Terms), err, want)
		}
	}
	if _, err := b.List(ctx, b.mod, glossary.Filter{Deleted: true}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a moderator lists the deleted ones: %v", err)
	}
	p, err := b.Changes(ctx, b.mod, 0, 0)
	b.ok(err)
	older, err := b.Changes(ctx, b.mod, 0, p.Next)
	if err != nil || len(p.Changes) != glossary.PageSize || len(older.Changes) != 6 || older.Next != 0 || p.Changes[0].ActorName != "admin" {
		t.Errorf("%d and %d changes, %v", len(p.Changes), len(older.Changes), err)
	}
}

func (b *bundle) imported(file string, format glossary.Format, want glossary.ImportReport) {
	b.t.Helper()
	got, err := b.Import(b.t.Context(), strings.NewReader(file), format, 0, nil)
	if err != nil || got != want {
		b.t.Errorf("import: %+v, %v, want %+v", got, err, want)
	}
}

func TestImport_again(t *testing.T) {
	b := setup(t)
	const file = "en,zh,note,challenge\nsepsis,脓毒症,,\nsepsis,脓毒症,Not 败血症,\nsepsis,脓毒症,,here\nlung,肺,,\nonly,,,\n-,某,,\n"
	var told []int
	report, err := b.Import(t.Context(), strings.NewReader(file), glossary.CSV, b.admin.ID, func(n int) { told = append(told, n) })
	if want := (glossary.ImportReport{Added: 3, Known: 1, Skipped: 2}); err != nil || report != want || report.Read() != 6 || len(told) == 0 {
		t.Errorf("first: %+v, %v, progress %v", report, err, told)
	}
	b.imported(file, glossary.CSV, glossary.ImportReport{Known: 4, Skipped: 2})
	b.imported(strings.Replace(file, "lung,肺,", "lung,肺,Organ", 1), glossary.CSV, glossary.ImportReport{Updated: 1, Known: 3, Skipped: 2})
	p, err := b.List(t.Context(), b.admin, glossary.Filter{Text: "lung"})
	b.ok(err)
	if len(p.Terms) != 1 || p.Terms[0].Note != "Organ" || p.Terms[0].CreatedBy != b.admin.ID || p.Terms[0].UpdatedBy != 0 {
		t.Fatalf("lung: %+v", p.Terms)
	}
	lung := p.Terms[0].ID
	wantRecord(t, b.record(lung), "import -→lung()", "import lung()→lung(Organ)")
	b.ok(b.Delete(t.Context(), b.admin, lung))
	b.imported(file, glossary.CSV, glossary.ImportReport{Added: 1, Known: 3, Skipped: 2})
	wantRecord(t, b.record(lung)[2:], "delete lung(Organ)→-", "import -→lung(Organ)")
	if got := b.chinese(b.here, "sepsis of the lung"); got != "脓毒症 肺" {
		t.Errorf("after importing: %q", got)
	}
}

func TestImport_broken(t *testing.T) {
	b := setup(t)
	for name, c := range map[string]struct {
		file   string
		format glossary.Format
		key    string
		line   int
	}{
		"challenge": {"en,zh,challenge\nlung,肺,\nsepsis,脓毒症,nowhere\n", glossary.CSV, "glossary.import.challenge", 3},
		"long":      {"en,zh\nlung,肺\n" + strings.Repeat("x", glossary.MaxText+1) + ",某\n", glossary.CSV, "glossary.import.long", 3},
		"cells":     {"en,zh\nlung,肺\nsepsis,脓毒症,too,many\n", glossary.CSV, "exchange.csv.cells", 3},
		"format":    {"en,zh\nlung,肺\n", "xls", "glossary.import.format", 0},
	} {
		_, err := b.Import(t.Context(), strings.NewReader(c.file), c.format, 0, nil)
		f := fault.Of(err)
		if f == nil || f.Key != c.key || c.line != 0 && f.Args["Line"] != c.line {
			t.Errorf("%s: %v, want %s in line %d", name, err, c.key, c.line)
		}
	}
	var terms int
	b.row(&terms, `select count(*) from terms`)
	if terms != 0 {
		t.Errorf("broken files left %d terms", terms)
	}
}

func TestExport_comesBack(t *testing.T) {
	b := setup(t)
	f := form("AIDS", "艾滋病（AIDS）")
	f.Note, f.Challenge = "=1+1, \"quoted\"", b.here
	b.save(f)
	b.save(form("sepsis", "脓毒症"))
	b.ok(b.Delete(t.Context(), b.admin, b.save(form("deleted", "已删"))))
	for _, format := range []glossary.Format{glossary.CSV, glossary.TBX} {
		var out bytes.Buffer
		b.ok(b.Export(t.Context(), &out, format))
		if strings.Contains(out.String(), "已删") {
			t.Errorf("%s: a deleted term is exported", format)
		}
		b.imported(out.String(), format, glossary.ImportReport{Known: 2})
		if _, err := b.store.Exec(t.Context(), `update terms set deleted_at = now(), note = 'old'`); err != nil {
			t.Fatal(err)
		}
		b.imported(out.String(), format, glossary.ImportReport{Added: 2})
		p, err := b.List(t.Context(), b.admin, glossary.Filter{Challenge: b.here})
		if err != nil || len(p.Terms) != 1 || p.Terms[0].Note != f.Note {
			t.Errorf("%s: came back as %+v, %v", format, p.Terms, err)
		}
	}
	if err := b.Export(t.Context(), &bytes.Buffer{}, "xls"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another format: %v", err)
	}
}

func TestFor_heardOfChanges(t *testing.T) {
	b := setup(t)
	if got := b.chinese(0, "sepsis"); got != "" {
		t.Errorf("empty glossary: %q", got)
	}
	b.imported("en,zh\nsepsis,脓毒症\n", glossary.CSV, glossary.ImportReport{Added: 1})
	if got := b.chinese(0, "sepsis"); got != "脓毒症" {
		t.Errorf("after an import: %q", got)
	}
	one, err := b.For(t.Context(), 0)
	b.ok(err)
	if one.Len() != 1 {
		t.Errorf("%d terms", one.Len())
	}
}

func TestImport_realFile(t *testing.T) {
	b := setup(t)
	text, err := os.ReadFile("../../../../shared/data/health-terms.csv")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no ../shared/data/health-terms.csv beside the module: nothing to import")
	}
	began := time.Now()
	report, err := b.Import(t.Context(), bytes.NewReader(text), glossary.CSV, 0, nil)
	if err != nil || report.Read() != 204 || report.Skipped != 0 || report.Added < 200 {
		t.Errorf("%+v, %v", report, err)
	}
	t.Logf("%+v in %v", report, time.Since(began))
	again, err := b.Import(t.Context(), bytes.NewReader(text), glossary.CSV, 0, nil)
	if err != nil || again.Added != 0 || again.Known != 204 {
		t.Errorf("again: %+v, %v", again, err)
	}
}
