package memory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/memory"
	"senet/internal/translation/segment"
)

// bundle is an empty memory with an administrator and a member.
type bundle struct {
	*memory.Service
	t             *testing.T
	store         *pg.Store
	admin, member account.Viewer
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	return newBundle(t)
}

// newBundle has a database of its own: tests that teach the same would wait for each other in one.
func newBundle(t *testing.T) *bundle {
	t.Helper()
	db := pgtest.DB(t)
	b := &bundle{t: t, store: pg.NewStore(db)}
	b.Service = memory.New(b.store)
	for role, v := range map[account.Role]*account.Viewer{account.RoleAdmin: &b.admin, account.RoleMember: &b.member} {
		*v = account.Visitor()
		v.Role = role
		b.ok(db.QueryRow(t.Context(), `insert into members (name, handle, handle_key, role) values ($1, $2, $2, $1) returning id`,
			string(role), uuid.NewString()).Scan(&v.ID))
	}
	return b
}

func (b *bundle) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) inTx(f func(tx *pg.Tx) error) {
	b.t.Helper()
	b.ok(b.store.InTx(b.t.Context(), f))
}

// learn teaches pairs written "source=target", from English to Chinese.
func (b *bundle) learn(from memory.Origin, pairs ...string) {
	b.t.Helper()
	var ps []segment.Pair
	for _, p := range pairs {
		s, t, _ := strings.Cut(p, "=")
		ps = append(ps, segment.Pair{Source: s, Target: t})
	}
	b.inTx(func(tx *pg.Tx) error { return b.Learn(b.t.Context(), tx, from, b.admin.ID, "en", "zh", ps) })
}

// found is what Find shows for one English segment: "target score".
func (b *bundle) found(s string) string {
	b.t.Helper()
	ms, err := b.Find(b.t.Context(), b.store, "en", "zh", []string{s})
	b.ok(err)
	if ms[0] == nil {
		return ""
	}
	return fmt.Sprint(ms[0].Target, " ", ms[0].Score)
}

func (b *bundle) size(want int) {
	b.t.Helper()
	if got, err := b.Size(b.t.Context()); err != nil || got != want {
		b.t.Errorf("size %d, %v, want %d", got, err, want)
	}
}

// tmx is a file with units written "source=target".
func tmx(units ...string) string {
	var s strings.Builder
	s.WriteString("<tmx version=\"1.4\"><header srclang=\"en\"/><body>\n")
	for i, u := range units {
		en, zh, _ := strings.Cut(u, "=")
		fmt.Fprintf(&s, "<tu tuid=\"u%d\"><note>noted</note><prop type=\"source\">somewhere</prop><tuv xml:lang=\"en-GB\"><seg>%s</seg></tuv><tuv xml:lang=\"zh-CN\"><seg>%s</seg></tuv></tu>\n", i, en, zh)
	}
	return s.String() + "</body></tmx>"
}

func (b *bundle) imported(file string, want memory.ImportReport) {
	b.t.Helper()
	got, err := b.Import(b.t.Context(), strings.NewReader(file), 0, nil)
	if err != nil || got != want {
		b.t.Errorf("import: %+v, %v, want %+v", got, err, want)
	}
}

var post = memory.Origin{Kind: "post", ID: 7}

const long = "Wash your hands with soap and water for at least 20 seconds before every meal"

func TestFind(t *testing.T) {
	b := setup(t)
	b.learn(post, long+"=每餐前用肥皂和水洗手至少20秒", "Thank you.=谢谢。")
	b.learn(memory.Origin{Kind: "post", ID: 8}, "Thank you.=感谢。")
	for s, want := range map[string]string{
		"thank you. ":                           "感谢。 100", // the newest
		long + ".":                              "每餐前用肥皂和水洗手至少20秒 98",
		strings.Replace(long, "20", "40", 1):    "", // other numbers are not shown
		"Please read the protocol of the study": "",
		"":                                      "",
		"\xff":                                  "",
	} {
		got := b.found(s)
		if strings.HasSuffix(want, "98") && strings.HasPrefix(got, strings.TrimSuffix(want, "98")) {
			var score int
			if fmt.Sscan(got[strings.LastIndex(got, " "):], &score); score < memory.Threshold || score > 99 {
				t.Errorf("%q: %q, want a score below 100", s, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	back, err := b.Find(t.Context(), b.store, "zh", "en", []string{"谢谢。", "没有", "谢谢。"})
	b.ok(err)
	if back[0] == nil || back[0].Target != "Thank you." || back[1] != nil || back[2] == nil {
		t.Errorf("into English: %+v", back)
	}
	same, err := b.Find(t.Context(), b.store, "en", "en", []string{"Thank you."})
	if err != nil || same[0] != nil {
		t.Errorf("into its own language: %+v, %v", same, err)
	}
}

// counter counts queries.
type counter struct {
	pg.DB
	n int
}

func (c *counter) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c.n++
	return c.DB.Query(ctx, sql, args...)
}

func TestFind_twoQueries(t *testing.T) {
	b := setup(t)
	b.learn(post, long+"=甲20")
	var segments []string
	for i := range 100 {
		segments = append(segments, fmt.Sprintf("%s, on day number %c", long, 'a'+i%26))
	}
	c := &counter{DB: b.store}
	ms, err := b.Find(t.Context(), c, "en", "zh", append(segments, long))
	if err != nil || c.n > 2 || ms[100] == nil || ms[100].Score != 100 {
		t.Errorf("%d queries, %v, %+v", c.n, err, ms[100])
	}
	c.n = 0
	if _, err := b.Find(t.Context(), c, "en", "zh", []string{long, "", " "}); err != nil || c.n != 1 {
		t.Errorf("%d queries where one answers, %v", c.n, err)
	}
	c.n = 0
	if ms, err := b.Find(t.Context(), c, "en", "zh", nil); err != nil || c.n != 0 || len(ms) != 0 {
		t.Errorf("%d queries for nothing, %v", c.n, err)
	}
}

func TestSuggest(t *testing.T) {
	b := setup(t)
	b.learn(post, long+"=甲20", strings.Replace(long, "20", "40", 1)+"=乙40", strings.Replace(long, "soap and water", "alcohol", 1)+"=丙20", "Nothing of the kind=丁")
	b.learn(memory.Origin{Kind: "post", ID: 9}, long+"=甲20", long+"=戊20")
	got, err := b.Suggest(t.Context(), "en", "zh", []string{long, "xyz"}, 3)
	b.ok(err)
	var targets []string
	for _, m := range got[0] {
		targets = append(targets, m.Target)
	}
	if !slices.Equal(targets, []string{"戊20", "甲20", "乙40"}) || got[0][0].Score != 100 || got[0][2].Score >= 100 || len(got[1]) != 0 {
		t.Errorf("suggested %+v", got)
	}
	if got, err := b.Suggest(t.Context(), "en", "zh", []string{long}, 0); err != nil || len(got) != 1 || got[0] != nil {
		t.Errorf("none wanted: %+v, %v", got, err)
	}
}

func TestLearn_again(t *testing.T) {
	b := setup(t)
	b.size(0)
	b.learn(post, "One.=一。", "Two.=二。", "two.=二.", "=空", "Three.=", "Four\x00.=四。")
	b.size(3) // the control character is dropped, as from every text
	b.learn(post, "One.=壹。")
	b.size(1)
	if got := b.found("One."); got != "壹。 100" {
		t.Errorf("after learning again: %q", got)
	}
	if got := b.found("Two."); got != "" {
		t.Errorf("what is no longer taught: %q", got)
	}
}

func TestForget_takesNothingFromOthers(t *testing.T) {
	b := setup(t)
	b.imported(tmx("One.=一。"), memory.ImportReport{Added: 1})
	b.learn(post, "One.=一。", "Two.=二。")
	b.inTx(func(tx *pg.Tx) error { return b.Forget(t.Context(), tx, post) })
	if one, two := b.found("One."), b.found("Two."); one != "一。 100" || two != "" {
		t.Errorf("one: %q, two: %q", one, two)
	}
	b.size(1)
}

func TestSetWithdrawn(t *testing.T) {
	b := setup(t)
	other := memory.Origin{Kind: "message", ID: 7}
	b.learn(post, long+"=甲20")
	b.learn(other, "Two.=二。")
	withdraw := func(yes bool) {
		b.inTx(func(tx *pg.Tx) error {
			return b.SetWithdrawn(t.Context(), tx, yes, post, memory.Origin{Kind: "post", ID: 70})
		})
	}
	withdraw(true)
	withdraw(true)
	b.size(1)
	if b.found(long) != "" || b.found(long+".") != "" || b.found("Two.") == "" {
		t.Error("what is withdrawn is shown")
	}
	if got, err := b.Suggest(t.Context(), "en", "zh", []string{long}, 5); err != nil || len(got[0]) != 0 {
		t.Errorf("what is withdrawn is suggested: %+v, %v", got, err)
	}
	var out bytes.Buffer
	b.ok(b.Export(t.Context(), &out, "en", "zh"))
	page, err := b.List(t.Context(), b.admin, memory.Filter{})
	b.ok(err)
	if strings.Contains(out.String(), "甲") || len(page.Units) != 1 {
		t.Error("what is withdrawn is exported or listed")
	}
	b.learn(post, "Three.=三。")
	if got := b.found("Three."); got != "" {
		t.Errorf("learned while it is withdrawn, and shown: %q", got)
	}
	withdraw(false)
	if got := b.found("Three."); got != "三。 100" {
		t.Errorf("shown again: %q", got)
	}
	b.size(2)
}

func TestImport_again(t *testing.T) {
	b := setup(t)
	file := tmx("One.=一。", "one. =一.", "Two &amp; more.=二。", "=三")
	var told []int
	report, err := b.Import(t.Context(), strings.NewReader(file), b.admin.ID, func(n int) { told = append(told, n) })
	if want := (memory.ImportReport{Added: 2, Known: 1, Skipped: 1}); err != nil || report != want || report.Read() != 4 || len(told) == 0 {
		t.Errorf("first: %+v, %v, progress %v", report, err, told)
	}
	b.size(2)
	b.imported(file, memory.ImportReport{Known: 3, Skipped: 1})
	b.size(2)
	page, err := b.List(t.Context(), b.admin, memory.Filter{Origin: memory.FromFiles})
	b.ok(err)
	u := page.Units[0]
	if len(page.Units) != 2 || u.TUID != "u2" || u.Note != "noted" || u.Source != "somewhere" || u.Texts["en"] != "Two & more." ||
		u.Texts["zh"] != "二。" || u.AddedBy != b.admin.ID || u.AddedByName != "admin" || u.OriginKind != "" {
		t.Errorf("listed: %+v", page.Units)
	}
}

func TestImport_knownFromATranslation(t *testing.T) {
	b := setup(t)
	b.learn(post, "One.=一。")
	b.imported(tmx("One.=一。"), memory.ImportReport{Known: 1})
	b.inTx(func(tx *pg.Tx) error { return b.SetWithdrawn(t.Context(), tx, true, post) })
	b.imported(tmx("One.=一。"), memory.ImportReport{Added: 1})
	b.size(1)
}

func TestImport_broken(t *testing.T) {
	b := setup(t)
	file := tmx("One.=一。", "Two.=二。")
	_, err := b.Import(t.Context(), strings.NewReader(strings.Replace(file, "</body>", "<tu><tuv", 1)), 0, nil)
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid || f.Args["Line"] == nil {
		t.Errorf("broken: %v, want a fault with the line", err)
	}
	_, err = b.Import(t.Context(), failing{strings.NewReader(file[:200])}, 0, nil)
	if !errors.Is(err, errDisk) {
		t.Errorf("a reader's error: %v", err)
	}
	b.size(0)
	for range 2 { // each its own transaction: the temporary tables are gone
		b.imported(file, memory.ImportReport{Added: 2 - b.count(), Known: b.count()})
	}
	b.size(2)
}

func (b *bundle) count() int {
	n, err := b.Size(b.t.Context())
	b.ok(err)
	return n
}

var errDisk = errors.New("disk")

type failing struct{ *strings.Reader }

func (f failing) Read(p []byte) (int, error) {
	if f.Len() == 0 {
		return 0, errDisk
	}
	return f.Reader.Read(p)
}

func TestExport_comesBack(t *testing.T) {
	b := setup(t)
	b.imported(tmx("One.=一。", "Two &lt;b&gt; &amp; more.=二。"), memory.ImportReport{Added: 2})
	b.learn(post, "Three.=三。", "One.=一。")
	b.learn(memory.Origin{Kind: "post", ID: 8}, "Three.=三。")
	var out bytes.Buffer
	b.ok(b.Export(t.Context(), &out, "en", "zh"))
	if strings.Contains(out.String(), "post") || strings.Count(out.String(), "<tu ") != 3 {
		t.Errorf("exported:\n%s", out.String())
	}
	b.imported(out.String(), memory.ImportReport{Known: 3})
	c := newBundle(t)
	c.imported(out.String(), memory.ImportReport{Added: 3})
	var again bytes.Buffer
	c.ok(c.Export(t.Context(), &again, "en", "zh"))
	if again.String() != out.String() {
		t.Errorf("exported again:\n%s\nfirst:\n%s", again.String(), out.String())
	}
	for _, pair := range [][2]string{{"en", "en"}, {"en", "fr"}, {"", "zh"}} {
		if err := b.Export(t.Context(), &out, pair[0], pair[1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("from %q to %q: %v", pair[0], pair[1], err)
		}
	}
}

func TestList(t *testing.T) {
	b := setup(t)
	var pairs []string
	for i := range memory.PageSize + 5 {
		pairs = append(pairs, fmt.Sprintf("Sentence %d.=句子%d。", i, i))
	}
	b.learn(post, pairs...)
	b.imported(tmx("100% _real_=真"), memory.ImportReport{Added: 1})
	if _, err := b.List(t.Context(), b.member, memory.Filter{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member lists: %v", err)
	}
	first, err := b.List(t.Context(), b.admin, memory.Filter{})
	b.ok(err)
	rest, err := b.List(t.Context(), b.admin, memory.Filter{Before: first.Next})
	b.ok(err)
	if len(first.Units) != memory.PageSize || len(rest.Units) != 6 || rest.Next != 0 || rest.Units[0].ID >= first.Next {
		t.Errorf("%d and %d units, next %d and %d", len(first.Units), len(rest.Units), first.Next, rest.Next)
	}
	for f, want := range map[memory.Filter]int{
		{Text: "SENTENCE 1."}: 1, {Text: "句子54"}: 1, {Text: "0% _r"}: 1, {Text: "_"}: 1, {Text: `\`}: 0,
		{Text: "真", Origin: "post"}: 0, {Origin: memory.FromFiles}: 1, {Text: strings.Repeat("长", 1000)}: 0,
	} {
		p, err := b.List(t.Context(), b.admin, f)
		if err != nil || len(p.Units) != want {
			t.Errorf("%+v: %d units, %v, want %d", f, len(p.Units), err, want)
		}
	}
}

func TestChange(t *testing.T) {
	b := setup(t)
	file := tmx("One.=一。")
	b.imported(file, memory.ImportReport{Added: 1})
	page, err := b.List(t.Context(), b.admin, memory.Filter{})
	b.ok(err)
	id := page.Units[0].ID
	for texts, want := range map[*map[string]string]fault.Kind{
		{"zh": " "}: fault.Invalid, {"zh": strings.Repeat("长", memory.MaxText+1)}: fault.Invalid, {"fr": "un"}: fault.Invalid, {"zh": "\xff"}: fault.Malformed,
	} {
		if err := b.Change(t.Context(), b.admin, id, *texts); fault.KindOf(err) != want {
			t.Errorf("%.20q: %v, want kind %d", *texts, err, want)
		}
	}
	if err := b.Change(t.Context(), b.member, id, nil); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member changes: %v", err)
	}
	b.ok(b.Change(t.Context(), b.admin, id, map[string]string{"zh": "壹。"}))
	if got := b.found("One."); got != "壹。 100" {
		t.Errorf("changed: %q", got)
	}
	b.imported(file, memory.ImportReport{Known: 1})
	if got := b.found("One."); got != "壹。 100" {
		t.Errorf("after importing the old file again: %q", got)
	}
	if err := b.Delete(t.Context(), b.member, id); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member deletes: %v", err)
	}
	b.ok(b.Delete(t.Context(), b.admin, id))
	for _, err := range []error{b.Delete(t.Context(), b.admin, id), b.Change(t.Context(), b.admin, id, map[string]string{"zh": "二"})} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("what is gone: %v", err)
		}
	}
	b.size(0)
}

// realFile opens a file of the data beside the module.
func realFile(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../../../../shared/data/" + name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("no ../shared/data/%s beside the module: nothing to import", name)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestImport_realFile(t *testing.T) {
	b := setup(t)
	began := time.Now()
	report, err := b.Import(t.Context(), realFile(t, "tico19.tmx"), 0, nil)
	if err != nil || report.Read() != 1822 || report.Skipped != 0 || report.Added < 1800 {
		t.Errorf("%+v, %v", report, err)
	}
	t.Logf("%+v in %v", report, time.Since(began))
	again, err := b.Import(t.Context(), realFile(t, "tico19.tmx"), 0, nil)
	if err != nil || again.Added != 0 || again.Known != 1822 {
		t.Errorf("again: %+v, %v", again, err)
	}
	var out bytes.Buffer
	b.ok(b.Export(t.Context(), &out, "en", "zh"))
	b.imported(out.String(), memory.ImportReport{Known: report.Added})
}
