package archtest

import (
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"senet/internal/i18n"
	"senet/locales"
)

// message is one entry of a locale file.
type message struct {
	forms   map[string]string // by plural form; a plain message has "other" only
	counted bool
}

// args are the names that its forms show.
func (m message) args() []string {
	seen := map[string]bool{}
	for _, text := range m.forms {
		for _, a := range placeholder.FindAllStringSubmatch(text, -1) {
			seen[a[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

var (
	placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	reserved    = []string{"id", "hash", "description", "zero", "one", "two", "few", "many", "other"}
)

// forms are the plural forms that a language has for whole numbers, by CLDR, and "other", which go-i18n asks for.
func forms(l i18n.Locale) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	found := map[string]bool{"other": true}
	for n := range 2000 {
		found[names[plural.Cardinal.MatchPlural(language.MustParse(l.Format()), n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func loadLocale(t *testing.T, lang string) map[string]message {
	t.Helper()
	text, err := fs.ReadFile(locales.FS, lang+".toml")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		t.Fatalf("%s.toml: %v", lang, err)
	}
	out := map[string]message{}
	flatten(t, lang, "", tree, out)
	return out
}

func flatten(t *testing.T, lang, at string, tree map[string]any, out map[string]message) {
	t.Helper()
	counted := len(tree) > 0
	for k := range tree {
		counted = counted && slices.Contains(reserved, k)
	}
	if counted {
		m := message{forms: map[string]string{}, counted: true}
		for k, v := range tree {
			m.forms[k] = v.(string)
		}
		out[at] = m
		return
	}
	for k, v := range tree {
		key := strings.TrimPrefix(at+"."+k, ".")
		switch v := v.(type) {
		case string:
			if slices.Contains(reserved, k) {
				t.Errorf("%s.toml: %s: a key named %q among others makes go-i18n misread the table", lang, key, k)
			}
			out[key] = message{forms: map[string]string{"other": v}}
		case map[string]any:
			flatten(t, lang, key, v, out)
		default:
			t.Errorf("%s.toml: %s is neither text nor a table", lang, key)
		}
	}
}

// TestLocales_files: every language of the table has its file, and every file its line in the table.
func TestLocales_files(t *testing.T) {
	files, err := fs.Glob(locales.FS, "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	want := make([]string, len(i18n.Locales))
	for i, l := range i18n.Locales {
		want[i] = string(l) + ".toml"
	}
	if slices.Sort(want); !slices.Equal(files, want) {
		t.Errorf("locales/ holds %v, the table of i18n wants %v", files, want)
	}
}

// TestLocales_parity: every message is in every language, with the same values and the plural forms of the language.
func TestLocales_parity(t *testing.T) {
	english := loadLocale(t, "en")
	for _, l := range i18n.Locales {
		words, want := loadLocale(t, string(l)), forms(l)
		for key := range words {
			if _, ok := english[key]; !ok {
				t.Errorf("%s is in %s.toml and not in en.toml", key, l)
			}
		}
		for key, e := range english {
			m, ok := words[key]
			if !ok {
				t.Errorf("%s is in en.toml and not in %s.toml", key, l)
				continue
			}
			if m.counted != e.counted {
				t.Errorf("%s is counted in one of en.toml and %s.toml only", key, l)
			}
			if a, b := e.args(), m.args(); !slices.Equal(a, b) {
				t.Errorf("%s shows %v in en.toml and %v in %s.toml", key, a, b, l)
			}
			if got := slices.Sorted(maps.Keys(m.forms)); m.counted && !slices.Equal(got, want) {
				t.Errorf("%s.toml: %s has the plural forms %v, the language has %v", l, key, got, want)
			}
			checkTexts(t, l, key, m)
		}
	}
}

func checkTexts(t *testing.T, l i18n.Locale, key string, m message) {
	t.Helper()
	for _, text := range m.forms {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s.toml: %s is empty", l, key)
		}
		if strings.Contains(placeholder.ReplaceAllString(text, ""), "{{") {
			t.Errorf("%s.toml: %s: %q: a value is written {{.Name}}, nothing else", l, key, text)
		}
	}
}

// mayName are the packages that may name a language, and why.
var mayName = map[string]string{
	"internal/i18n":   "the table, and the sides of a Text",
	"internal/markup": "it tells the languages of texts apart",
	"internal/demo":   "its texts are in both languages",
	"cmd/bench":       "it writes texts in both languages",

	"internal/translation/segment":  "sentences end, and are joined, as each language writes",
	"internal/translation/glossary": "words of English are found in both numbers",
	"internal/translation/engine":   "what each engine calls the languages of texts, in one table",
}

// fallback are the files that name English as the language of a text of which nothing is known.
var fallback = []string{"internal/forum/forum.go", "internal/chat/say.go"}

// TestLocales_noneIsNamed: no code asks whether a reader's language is this or that one, so that another one needs a
// line in the table of i18n and a file of messages, and no more.
func TestLocales_noneIsNamed(t *testing.T) {
	for _, f := range goFiles(t) {
		if mayName[f.dir()] != "" || isSupport(f.dir()) || slices.Contains(fallback, f.path) {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "i18n" && (n.Sel.Name == "En" || n.Sel.Name == "Zh" || n.Sel.Name == "Add") {
					t.Errorf("%s: i18n.%s: what differs by language is data: a message, or a field of i18n's table", f.line(n), n.Sel.Name)
				}
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && (s == "en" || s == "zh" || s == "zh-Hans") {
					t.Errorf("%s: %q: what differs by language is data: a message, or a field of i18n's table", f.line(n), s)
				}
			}
			return true
		})
	}
	for _, s := range files(t, ".js") {
		if s.path == "web/static/js/composer.js" || s.path == "web/static/js/lang.js" { // they guess the language of a text
			continue
		}
		for _, lit := range stringsOf(s.text) {
			if lit.text == "en" || lit.text == "zh" || lit.text == "en-GB" || lit.text == "zh-CN" {
				t.Errorf("%s: %q: the page says the language: document.documentElement.dataset.format", s.at(lit.at), lit.text)
			}
		}
	}
}

// usage is where Go and views name messages: whole keys, and beginnings that the code completes.
type usage struct {
	keys, prefixes map[string]string // → where
}

var keyShape = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\.?$`)

// notKeys look like keys and are something else.
var notKeys = map[string]bool{"chat.seat": true} // a value that Fiber carries for a request

// findUsage looks at every string of the code. A string that has the shape of a key and begins with a table of the
// locale files is one; a string to which something is added is the beginning of keys.
func findUsage(t *testing.T, tables map[string]bool) usage {
	u := usage{keys: map[string]string{}, prefixes: map[string]string{}}
	for _, f := range goFiles(t) {
		started := map[*ast.BasicLit]bool{}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.ADD {
				if lit, ok := b.X.(*ast.BasicLit); ok {
					started[lit] = true
				}
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(lit.Value)
			table, _, dotted := strings.Cut(s, ".")
			if err != nil || !dotted || !tables[table] || !keyShape.MatchString(s) || notKeys[s] || strings.HasSuffix(s, ".templ") {
				return true
			}
			if started[lit] {
				u.prefixes[s] = f.line(n)
			} else {
				u.keys[s] = f.line(n)
			}
			return true
		})
	}
	return u
}

// TestLocales_everyKeyIsThereAndUsed: what the code names exists; what exists is named.
func TestLocales_everyKeyIsThereAndUsed(t *testing.T) {
	words := loadLocale(t, "en")
	tables := map[string]bool{}
	for key := range words {
		table, _, _ := strings.Cut(key, ".")
		tables[table] = true
	}
	u := findUsage(t, tables)
	for key, at := range u.keys {
		if _, ok := words[key]; !ok {
			t.Errorf("%s: no message %q in the locale files", at, key)
		}
	}
	keys := slices.Sorted(maps.Keys(words))
	for prefix, at := range u.prefixes {
		if !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, prefix) }) {
			t.Errorf("%s: no message begins with %q", at, prefix)
		}
	}
	for _, key := range keys {
		used := u.keys[key] != ""
		for prefix := range u.prefixes {
			used = used || strings.HasPrefix(key, prefix)
		}
		if !used {
			t.Errorf("the message %s is used nowhere: use it, or remove it from both files", key)
		}
	}
}

// TestLocales_values: a call of T or N gives the message the values that it shows.
func TestLocales_values(t *testing.T) {
	words := loadLocale(t, "en")
	checked := 0
	for _, f := range goFiles(t) {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			key, given, ok := translated(call)
			m, there := words[key]
			if !ok || !there {
				return true
			}
			checked++
			want := slices.DeleteFunc(m.args(), func(a string) bool { return m.counted && a == "Count" })
			if slices.Sort(given); !slices.Equal(given, want) {
				t.Errorf("%s: %s shows %v and is given %v", f.line(n), key, want, given)
			}
			if name := call.Fun.(*ast.SelectorExpr).Sel.Name; m.counted != (name == "N") {
				t.Errorf("%s: %s is asked for by %s: N is for messages that count, T for the others", f.line(n), key, name)
			}
			return true
		})
	}
	if checked < 100 {
		t.Errorf("only %d calls of T and N found: does the search still work?", checked)
	}
}

// translated reads r.T("key", "Name", v) and r.N("key", n, "Name", v) when key and names are written out.
func translated(call *ast.CallExpr) (key string, names []string, ok bool) {
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel || sel.Sel.Name != "T" && sel.Sel.Name != "N" || len(call.Args) == 0 || call.Ellipsis.IsValid() {
		return "", nil, false
	}
	if key, ok = literal(call.Args[0]); !ok {
		return "", nil, false
	}
	first := 1
	if sel.Sel.Name == "N" {
		first = 2
	}
	for i := first; i < len(call.Args); i += 2 {
		name, ok := literal(call.Args[i])
		if !ok {
			return "", nil, false
		}
		names = append(names, name)
	}
	return key, names, true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// TestLocales_faults: the key of every fault and of every field is a message. (Elsewhere a string is taken for a key
// only when it begins with a table of the locale files.)
func TestLocales_faults(t *testing.T) {
	words := loadLocale(t, "en")
	checked := 0
	for _, f := range goFiles(t) {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := sel.X.(*ast.Ident)
			isNew := x != nil && x.Name == "fault" && sel.Sel.Name == "New"
			if key, ok := literal(call.Args[1]); ok && (isNew || sel.Sel.Name == "Add" && len(call.Args) == 3) {
				checked++
				if _, there := words[key]; !there {
					t.Errorf("%s: no message %q in the locale files", f.line(n), key)
				}
			}
			return true
		})
	}
	if checked < 50 {
		t.Errorf("only %d faults found: does the search still work?", checked)
	}
}

// terminal are the tables whose messages are printed in a terminal, which sets no space between scripts and whose
// quotation marks are those of commands.
var terminal = []string{"config.", "cli."}

func isTerminal(key string) bool {
	return slices.ContainsFunc(terminal, func(p string) bool { return strings.HasPrefix(key, p) })
}

var (
	halfWidth  = regexp.MustCompile(`\p{Han}[,;:!?()]|[,;:!?()]\p{Han}|\p{Han}\.(?:\s|$|\p{Han})`)
	typedSpace = regexp.MustCompile(`\p{Han} [A-Za-z0-9]|[A-Za-z0-9] \p{Han}|\p{Han} \p{Han}|\p{Han} @|\p{Han} \{\{|\}\} \p{Han}`)
)

// TestLocales_chinese: full-width punctuation, and no space between scripts by hand: the type setting makes it.
func TestLocales_chinese(t *testing.T) {
	for key, m := range loadLocale(t, "zh") {
		for _, text := range m.forms {
			if found := halfWidth.FindString(text); found != "" {
				t.Errorf("zh.toml: %s: %q: Chinese has full-width punctuation: %q", key, text, found)
			}
			if found := typedSpace.FindString(text); found != "" && !isTerminal(key) {
				t.Errorf("zh.toml: %s: %q: the space between scripts is made by the type setting: %q", key, text, found)
			}
			if strings.ContainsAny(text, `"'!！`) && !isTerminal(key) {
				t.Errorf("zh.toml: %s: %q: straight quotation mark or exclamation mark", key, text)
			}
		}
	}
}

// TestLocales_english: real quotation marks, no exclamation marks, no Chinese but where it names itself.
func TestLocales_english(t *testing.T) {
	for key, m := range loadLocale(t, "en") {
		for _, text := range m.forms {
			if strings.ContainsAny(text, `"'!`) && !isTerminal(key) {
				t.Errorf("en.toml: %s: %q: straight quotation mark, apostrophe or exclamation mark", key, text)
			}
			if (strings.Contains(text, "...") || strings.Contains(text, "  ")) && !isTerminal(key) {
				t.Errorf("en.toml: %s: %q: an ellipsis is one character, a space is one", key, text)
			}
			if hasHan(text) && !slices.Contains(ownNames, text) && !demoNames[key] {
				t.Errorf("en.toml: %s: %q has Chinese in it", key, text)
			}
		}
	}
}

// ownNames are what languages call themselves, the same on both sides.
var ownNames = []string{"中文", "English"}

// demoNames are messages that name members of the demo as they write themselves.
var demoNames = map[string]bool{"cli.demo_loaded": true}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
