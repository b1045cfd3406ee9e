package account

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
)

// people makes members of those names, in that order; "Name/handle" gives a handle.
func (b *bundle) people(t *testing.T, names ...string) map[string]MemberID {
	t.Helper()
	ids := map[string]MemberID{}
	for _, n := range names {
		name, handle, _ := strings.Cut(n, "/")
		m, err := b.CreateMember(t.Context(), NewMember{Name: name, Handle: handle})
		if err != nil {
			t.Fatalf("create %q: %v", n, err)
		}
		ids[name] = m.ID
	}
	return ids
}

// found are the names that Complete finds, in its order.
func (b *bundle) found(t *testing.T, query string, near ...MemberID) string {
	t.Helper()
	got, err := b.Complete(t.Context(), Viewer{ID: 1}, query, near, MaxCompletions)
	if err != nil {
		t.Fatalf("complete %q: %v", query, err)
	}
	names := make([]string, len(got))
	for i, m := range got {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}

func TestComplete_howPeopleAreFound(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.people(t, "李云龙", "张敏", "Clara Dubois", "Jörg Müller", "曾国华", "单小明", "仇英", "欧阳静", "吕布", "黑明", "歐陽鋒",
		"阿卜杜拉·买买提", "Anna-Lena O’Brien", "José Ærø", "Иван Петров", "Yunlong Li/li.yl_charite", "章志军 (Zhang Zhijun)/zjzhang", "佐藤さくら",
		"A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c")
	for query, want := range map[string]string{
		"lyl": "李云龙", "liyunl": "Yunlong Li, 李云龙", "liyl": "李云龙", "yunlong": "Yunlong Li, 李云龙", "龙": "李云龙", "云龙": "李云龙", "李": "李云龙",
		"zm": "张敏", "zhm": "张敏", "zhangmin": "张敏", "张敏": "张敏", "張": "张敏", "min": "张敏, 单小明, 黑明", "张mim": "",
		"cla": "Clara Dubois", "dub": "Clara Dubois", "CLARA D": "Clara Dubois", "ｃｌａ": "Clara Dubois", "cd": "Clara Dubois, A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c", "＠ｄｕｂ": "Clara Dubois", "duboisc": "Clara Dubois",
		"mull": "Jörg Müller", "muell": "Jörg Müller", "müll": "Jörg Müller", "mu\u0308ll": "Jörg Müller", "jorg": "Jörg Müller", "joerg m": "Jörg Müller", "JÖRG": "Jörg Müller",
		"zeng": "曾国华", "ceng": "曾国华", "zgh": "曾国华", "cgh": "曾国华",
		"shan": "单小明", "danx": "单小明", "chanxm": "单小明", "sxm": "单小明", "單": "单小明",
		"qiu": "仇英", "chouy": "仇英",
		"ouyang": "歐陽鋒, 欧阳静", "oyj": "欧阳静", "ouyj": "欧阳静", "欧阳锋": "歐陽鋒", "歐陽靜": "欧阳静", "feng": "歐陽鋒",
		"lv": "吕布", "lvb": "吕布", "lub": "吕布", "lyub": "吕布", "lüb": "吕布",
		"hem": "黑明", "hei": "黑明",
		"abudula": "阿卜杜拉·买买提", "maimaiti": "阿卜杜拉·买买提", "买买提": "阿卜杜拉·买买提",
		"lena": "Anna-Lena O’Brien", "obrien": "Anna-Lena O’Brien", "o'brien": "Anna-Lena O’Brien", "anna-lena": "Anna-Lena O’Brien", "alo": "Anna-Lena O’Brien",
		"jose": "José Ærø", "josé": "José Ærø", "aero": "José Ærø", "ærø": "José Ærø", "aeroe": "José Ærø",
		"ivan": "Иван Петров", "Пет": "Иван Петров", "petrov": "Иван Петров",
		"li.": "Yunlong Li", "ylc": "Yunlong Li", "charite": "Yunlong Li",
		"zjz": "章志军 (Zhang Zhijun)", "zzj": "章志军 (Zhang Zhijun)", "zhijun": "章志军 (Zhang Zhijun)",
		"佐藤": "佐藤さくら", "さく": "佐藤さくら",
		"abcde": "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c",
		"":      "", " ": "", "@": "", "。": "", "%": "", "_": "", "c%": "", "c_a": "", `\`: "", "nobody": "", "\xff": "", "cla\x00": "Clara Dubois",
		"claradubois" + strings.Repeat("x", maxKey): "", strings.Repeat("a", 1<<16): "", "\U0010FFFF": "", "'; drop": "",
	} {
		if got := b.found(t, query); got != want {
			t.Errorf("%.40q finds %q, want %q", query, got, want)
		}
	}
}

func TestComplete_likeIsData(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.people(t, "Anna/a_b", "Berta/axb", "Carl/a.b-c")
	for query, want := range map[string]string{"a_": "Anna", "a_b": "Anna", "A_B": "Anna", "a%": "", "a%b": "", "%": "", "a.b": "Carl", "a.b-": "Carl", "a-": "",
		"_b": "", "a\\_b": "", "axb": "Berta", "b": "Anna, Carl, Berta"} {
		if got := b.found(t, query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestComplete_order(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	ids := b.people(t, "Zoe Li", "Lisa Weber", "Li Na", "李娜", "Anna Li", "Lina Berg", "黎娜/lina2", "Ben Limbach", "李", "Lin Wu", "Linus Ek", "Liv Aas", "Lia Roth")
	if got, want := b.found(t, "li"), "Anna Li, Li Na, Zoe Li, 李, 李娜, 黎娜, Lia Roth, Ben Limbach, Lin Wu, Lina Berg"; got != want {
		t.Errorf("li finds %q, want those with a name that is so, then the others as they follow: %q", got, want)
	}
	if got, want := b.found(t, "lina"), "Li Na, Lina Berg, 李娜, 黎娜"; got != want {
		t.Errorf("lina finds %q, want %q", got, want)
	}
	near := []MemberID{ids["Lina Berg"], ids["黎娜"], ids["Lisa Weber"]}
	if got, want := b.found(t, "lina", near...), "Lina Berg, 黎娜, Li Na, 李娜"; got != want {
		t.Errorf("with two who are near lina finds %q, want %q", got, want)
	}
	got, err := b.Complete(t.Context(), Viewer{ID: 1}, "li", near, 2)
	if err != nil || len(got) != 2 || got[0].Name != "黎娜" || got[1].Name != "Lina Berg" {
		t.Errorf("two of li are %v, %v", got, err)
	}
	for _, n := range []int{-1, 0, 99} {
		if got, err := b.Complete(t.Context(), Viewer{ID: 1}, "l", nil, n); err != nil || len(got) < 1 || len(got) > MaxCompletions {
			t.Errorf("%d of l: %d, %v", n, len(got), err)
		}
	}
	first := b.found(t, "l")
	for range 3 {
		if again := b.found(t, "l"); again != first {
			t.Errorf("l finds now %q, now %q", first, again)
		}
	}
	many := make([]MemberID, 10_000)
	for i := range many {
		many[i] = MemberID(i + 1_000_000)
	}
	if got := b.found(t, "zoe", many...); got != "Zoe Li" {
		t.Errorf("with 10,000 who are near zoe finds %q", got)
	}
}

func TestComplete_membersOnly(t *testing.T) {
	t.Parallel()
	_, err := rolledBack(t).Complete(t.Context(), Visitor(), "anna", nil, 5)
	wantFault(t, err, fault.Unauthorised, "error.sign_in")
}

// TestComplete_followsTheName joins, changes the name, and undoes a change that fails.
func TestComplete_followsTheName(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, token := b.join(t, "Anna Weber", "anna@example.org")
	v := b.bySession(t, token)
	f := SettingsForm{Name: "王安娜", Region: China, Locale: i18n.Zh, TimeZone: "Asia/Shanghai"}
	if err := b.UpdateSettings(t.Context(), v, f); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"wanganna": "王安娜", "web": "", "annaw": "王安娜"} { // the handle stays
		if got := b.found(t, query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	b.AboutChanged = nil
	f.Name = ""
	if err := b.UpdateSettings(t.Context(), v, f); err == nil {
		t.Error("a member without a name")
	}
	if got := b.found(t, "wanganna"); got != "王安娜" {
		t.Errorf("after a refused change it finds %q", got)
	}
	if _, err := b.store.Exec(t.Context(), `delete from members where id = $1`, m.ID); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `select count(*) from member_keys`); n != 0 {
		t.Errorf("%d keys of nobody are left", n)
	}
}

// TestFillKeys brings the members of an old hub, who have no keys, and those of earlier rules.
func TestFillKeys(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	const old = `insert into members (name, handle, handle_key) select '李云龙', 'old' || n, 'old' || n from generate_series(1, $1) n`
	if _, err := b.store.Exec(t.Context(), old, fillAtOnce+3); err != nil {
		t.Fatal(err)
	}
	ids := b.people(t, "Clara Dubois")
	stale := `with gone as (delete from member_keys where member_id = $1) update members set keys_version = $2 where id = $1`
	if _, err := b.store.Exec(t.Context(), stale, ids["Clara Dubois"], keysVersion-1); err != nil {
		t.Fatal(err)
	}
	if got := b.found(t, "lyl"); got != "" {
		t.Fatalf("without keys it finds %q", got)
	}
	for range 2 {
		if err := b.FillKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := b.count(t, `select count(distinct member_id) from member_keys where key = 'lyl'`); n != fillAtOnce+3 {
			t.Errorf("%d have keys, want %d", n, fillAtOnce+3)
		}
		if got := b.found(t, "dub"); got != "Clara Dubois" {
			t.Errorf("dub finds %q", got)
		}
		if n := b.count(t, `select count(*) from members where keys_version <> $1`, keysVersion); n != 0 {
			t.Errorf("%d members are left over", n)
		}
	}
}

// TestNameKeys_bounded takes the worst names there are.
func TestNameKeys_bounded(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("单", 30), strings.Repeat("折 ", 30), strings.Repeat("a ", 60), strings.Repeat("ü", 120),
		strings.Repeat("\u0308", 120), "", strings.Repeat("重乐单", 10), strings.Repeat("𠀀", 30)} {
		keys := nameKeys(name, "handle")
		if len(keys) > maxKeys || keys[0] != "handle" {
			t.Errorf("%.20q has %d keys, the first is %q", name, len(keys), keys[0])
		}
		for _, k := range keys {
			if k == "" || len([]rune(k)) > maxKey {
				t.Errorf("%.20q has the key %q", name, k)
			}
		}
	}
}

// TestComplete_readsLittle looks at the work itself: among 50,000 members a search reads the range that it needs of the
// index, and never all members.
func TestComplete_readsLittle(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	const crowd = `
		with m as (
			insert into members (name, handle, handle_key, keys_version)
			select 'Lin ' || n, 'lin' || n, 'lin' || n, $1 from generate_series(1, 50000) n returning id, handle
		)
		insert into member_keys (member_id, key) select id, k from m, unnest(array[handle, 'l' || id, substr(md5(handle), 1, 8)]) k`
	if _, err := b.store.Exec(t.Context(), crowd, keysVersion); err != nil {
		t.Fatal(err)
	}
	ids := b.people(t, "Lina Berg", "李云龙")
	if _, err := b.store.Exec(t.Context(), `analyze members, member_keys`); err != nil {
		t.Fatal(err)
	}
	near := []MemberID{ids["Lina Berg"], ids["李云龙"]}
	for query, bound := range map[string]float64{"l": 6000, "lin": 6000, "lyl": 100, "müll": 200} {
		if got := b.found(t, query, near...); query != "müll" && !strings.HasPrefix(got, map[bool]string{true: "李云龙", false: "Lina Berg"}[query == "lyl"]) {
			t.Errorf("%s finds %q, want those who are near first", query, got)
		}
		first := typedForms(query)
		plan := b.explain(t, complete, pgx.StrictNamedArgs{"first": first, "past": past(first), "near": near,
			"rows": 2 * MaxCompletions * maxKeys, "page": pageOfNamesakes, "limit": MaxCompletions})
		if !plan.uses("member_keys_key") {
			t.Errorf("%s does not use the index:\n%s", query, plan.text)
		}
		if n := plan.read(); n > bound {
			t.Errorf("%s reads %.0f rows, want at most %.0f:\n%s", query, n, bound, plan.text)
		}
	}
}

// plan is what Postgres has done for a query.
type plan struct {
	root node
	text string
}

type node struct {
	Type    string  `json:"Node Type"`
	Index   string  `json:"Index Name"`
	Table   string  `json:"Relation Name"`
	Rows    float64 `json:"Actual Rows"`
	Removed float64 `json:"Rows Removed by Filter"`
	Loops   float64 `json:"Actual Loops"`
	Plans   []node
}

func (b *bundle) explain(t *testing.T, query string, args pgx.StrictNamedArgs) plan {
	t.Helper()
	var text string
	if err := b.store.QueryRow(t.Context(), "explain (analyze, timing off, format json) "+query, args).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var out []struct{ Plan node }
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	return plan{out[0].Plan, text}
}

func (n node) each(f func(node)) {
	f(n)
	for _, below := range n.Plans {
		below.each(f)
	}
}

func (p plan) uses(index string) (used bool) {
	p.root.each(func(n node) { used = used || n.Index == index })
	return used
}

// read is how many rows came out of tables and indexes.
func (p plan) read() (rows float64) {
	p.root.each(func(n node) {
		if n.Table != "" || n.Index != "" {
			rows += (n.Rows + n.Removed) * n.Loops
		}
	})
	return rows
}
