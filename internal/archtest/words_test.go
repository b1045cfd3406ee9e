package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	templ "github.com/a-h/templ/parser/v2"
	"github.com/a-h/templ/parser/v2/visitor"
)

// names are the words that are the same in every language.
var names = []string{"SENET", "Hub", "English", "中文"}

// spoken are the attributes that people see or hear.
var spoken = []string{"title", "placeholder", "alt", "label", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext"}

func hasLetters(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// TestViews_noWords: a view holds no word of any language, and nothing inline that the content security policy would
// block.
func TestViews_noWords(t *testing.T) {
	views := files(t, ".templ")
	if len(views) < 10 {
		t.Fatalf("only %d views found", len(views))
	}
	for _, s := range views {
		for _, complaint := range lookAtView(t, s.text) {
			if ownStyles[s.path] == "" || !strings.Contains(complaint, blocked) {
				t.Errorf("%s:%s", s.path, complaint)
			}
		}
	}
}

// ownStyles are views that are no pages of the hub, and why they hold their styles themselves.
var ownStyles = map[string]string{
	"internal/mail/letter.templ": "a letter loads nothing, and no policy of ours goes with it",
}

// blocked is how a complaint about something inline ends.
const blocked = "the content security policy blocks it"

// lookAtView is what is wrong with a view, each with its line.
func lookAtView(t *testing.T, text string) []string {
	t.Helper()
	file, err := templ.ParseString(text)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	complain := func(at templ.Range, format string, args ...any) {
		found = append(found, fmt.Sprintf("%d: ", at.From.Line+1)+fmt.Sprintf(format, args...))
	}
	v := visitor.New()
	v.Text = func(n *templ.Text) error {
		if text := strings.TrimSpace(n.Value); hasLetters(entity.ReplaceAllString(text, "")) && !slices.Contains(names, text) {
			complain(n.Range, "%q is a word in a view: put it into both locale files", text)
		}
		return nil
	}
	v.StringExpression = func(n *templ.StringExpression) error {
		for _, word := range loose(n.Expression.Value) {
			complain(n.Range, "%q is a word in a view: put it into both locale files", word)
		}
		return nil
	}
	v.ConstantAttribute = func(n *templ.ConstantAttribute) error {
		name := n.Key.String()
		if slices.Contains(spoken, name) && hasLetters(n.Value) || strings.HasPrefix(name, "data-") && sentence(n.Value) {
			complain(n.Range, "%s=%q holds words: put them into both locale files", name, n.Value)
		}
		if inline(name) {
			complain(n.Range, "%s is inline: the content security policy blocks it", name)
		}
		return nil
	}
	v.ExpressionAttribute = func(n *templ.ExpressionAttribute) error {
		name := n.Key.String()
		if inline(name) {
			complain(n.Range, "%s is inline: the content security policy blocks it", name)
		}
		if slices.Contains(spoken, name) {
			for _, word := range loose(n.Expression.Value) {
				complain(n.Range, "%s: %q is a word in a view: put it into both locale files", name, word)
			}
		}
		return nil
	}
	v.ScriptElement = func(n *templ.ScriptElement) error {
		if len(n.Contents) > 0 {
			complain(n.Range, "a script in a page: the content security policy blocks it")
		}
		return nil
	}
	v.RawElement = func(n *templ.RawElement) error {
		complain(n.Range, "<%s> in a page: the content security policy blocks it", n.Name)
		return nil
	}
	if err := file.Visit(v); err != nil {
		t.Fatal(err)
	}
	return found
}

var entity = regexp.MustCompile(`&#?\w+;`)

func inline(attribute string) bool {
	return attribute == "style" || strings.HasPrefix(attribute, "on")
}

// loose are the strings with letters that an expression shows as they are: those that are no argument of a call.
func loose(expression string) []string {
	tree, err := parser.ParseExpr(expression)
	if err != nil {
		return nil
	}
	var out []string
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return false
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && hasLetters(s) && !slices.Contains(names, s) {
				out = append(out, s)
			}
		}
		return true
	})
	return out
}

func TestLookAtView(t *testing.T) {
	for body, want := range map[string]int{
		`<p>{ r.T("forum.reply") }</p>`:                         0,
		`<p>· 12 →&nbsp;</p>`:                                   0,
		`<p>Reply</p>`:                                          1,
		`<p>回复</p>`:                                             1,
		`<p>{ "Reply" }</p>`:                                    1,
		`<p>{ "@" + name }</p>`:                                 0,
		`<button title="Reply">{ x }</button>`:                  1,
		`<button title={ r.T("forum.reply") }>{ x }</button>`:   0,
		`<button title={ "Reply" }>{ x }</button>`:              1,
		`<form data-confirm="Really do it?"></form>`:            1,
		`<p style="color: red"></p>`:                            1,
		`<p onclick="x()"></p>`:                                 1,
		`<script>let x = 1</script>`:                            1,
		`<span lang="en">SENET</span>`:                          0,
		"if a {\n<b>Word</b>\n} else {\n<i title=\"x\"></i>\n}": 2,
	} {
		if got := lookAtView(t, "package p\n\ntempl v() {\n\t"+body+"\n}\n"); len(got) != want {
			t.Errorf("%s: %d complaints, want %d: %v", body, len(got), want, got)
		}
	}
}

// han are the Go files that may hold Chinese, and why.
var han = map[string]string{
	"internal/markup/lang.go": "characters that tell Chinese from other languages; nobody reads them",

	"internal/translation/segment/signature.go": "characters too common to tell a sentence by; nobody reads them",
	"internal/i18n/name.go":                     "family names that are read in their own way",
}

// TestGo_noChinese: Chinese words are in zh.toml.
func TestGo_noChinese(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.isGenerated() || f.dir() == "internal/demo" || isSupport(f.dir()) || han[f.path] != "" {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && hasHan(lit.Value) {
				t.Errorf("%s: %s: Chinese in Go: put it into zh.toml", f.line(n), lit.Value)
			}
			return true
		})
	}
}

// edge are the packages whose strings may reach people.
func edge(dir string) bool {
	_, web, ok := rank(dir)
	return ok && web || slices.Contains([]string{"web/ui", "internal/httpx", "internal/server", "internal/config", "cmd/senet"}, dir)
}

// forOperators are the calls whose text goes to the log or into an error, which members never see.
var forOperators = []string{"Errorf", "New", "panic", "Error", "Warn", "Info", "Debug", "Log"}

// protocol are texts with a space that are words for machines.
var protocol = regexp.MustCompile(`^(text|application)/[a-z+]+; charset=|^(private|public), (no-cache|max-age)|^select |` +
	`^Application Support$|^light dark$|^not ready\n$|^(Huawei|QQ|UC) Browser$|^Samsung Internet$`)

var tag = regexp.MustCompile(`<[^<>]*>`)

// TestGo_noSentences: what reaches people comes from the locale files.
func TestGo_noSentences(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.isGenerated() || !edge(f.dir()) {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				return !slices.Contains(forOperators, called(n))
			case *ast.Field:
				return n.Tag == nil
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && sentence(tag.ReplaceAllString(s, "")) && !protocol.MatchString(s) {
					t.Errorf("%s: %q reads like words for people: put it into both locale files", f.line(n), s)
				}
			}
			return true
		})
	}
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// sentence reports whether a text reads like words for people: Chinese, or two words with a space between.
func sentence(s string) bool { return hasHan(s) || twoWords.MatchString(s) }

var twoWords = regexp.MustCompile(`\pL{2,}[,;]? \pL{2,}`)

// TestScripts_noWords: scripts take their words from the page.
func TestScripts_noWords(t *testing.T) {
	scripts := files(t, ".js")
	if len(scripts) == 0 {
		t.Fatal("no scripts found")
	}
	for _, s := range scripts {
		if filepath.ToSlash(filepath.Dir(s.path)) != "web/static/js" {
			continue
		}
		for _, lit := range stringsOf(s.text) {
			if sentence(lit.text) && !technical[lit.text] {
				t.Errorf("%s: %q reads like words: give it to the script in a data attribute or a template", s.at(lit.at), lit.text)
			}
		}
		for _, m := range shownDirectly.FindAllStringIndex(s.text, -1) {
			t.Errorf("%s: %s shows a word: give it to the script in a data attribute or a template", s.at(m[0]), s.text[m[0]:m[1]])
		}
	}
}

// technical are strings of scripts that only look like sentences.
var technical = map[string]bool{}

var shownDirectly = regexp.MustCompile("(?:textContent|innerText|innerHTML|\\.title|placeholder|ariaLabel|alert\\(|confirm\\(|prompt\\()\\s*=?\\s*[\"'`][^\"'`]*\\pL")

type jsString struct {
	text string
	at   int
}

// stringsOf are the texts of a script's strings; of template literals the parts between the values.
func stringsOf(js string) []jsString {
	var out []jsString
	scanJS(js, 0, false, &out)
	return out
}

// scanJS reads code from i to the end, or to the } that closes a template's value, and returns where it stopped.
func scanJS(js string, i int, inValue bool, out *[]jsString) int {
	depth := 0
	last := byte(';') // the last byte that was code: tells a regular expression from a division
	for i < len(js) {
		switch c := js[i]; {
		case strings.HasPrefix(js[i:], "//"):
			for i < len(js) && js[i] != '\n' {
				i++
			}
			continue
		case strings.HasPrefix(js[i:], "/*"):
			end := strings.Index(js[i+2:], "*/")
			if end < 0 {
				return len(js)
			}
			i += end + 4
			continue
		case c == '"' || c == '\'':
			start := i + 1
			i = endOf(js, start, c)
			*out = append(*out, jsString{js[start:min(i, len(js))], start})
		case c == '`':
			i = scanTemplate(js, i+1, out)
		case c == '/' && strings.IndexByte("(,=:[!&|?{};+-*%<>~^", last) >= 0:
			i = endOfRegexp(js, i+1)
		case c == '{':
			depth++
		case c == '}':
			if depth--; inValue && depth < 0 {
				return i
			}
		}
		if i < len(js) && js[i] > ' ' {
			last = js[i]
		}
		i++
	}
	return i
}

func scanTemplate(js string, i int, out *[]jsString) int {
	start := i
	for i < len(js) && js[i] != '`' {
		switch {
		case js[i] == '\\':
			i += 2
		case strings.HasPrefix(js[i:], "${"):
			*out = append(*out, jsString{js[start:i], start})
			i = scanJS(js, i+2, true, out) + 1
			start = i
		default:
			i++
		}
	}
	end := min(i, len(js))
	*out = append(*out, jsString{js[min(start, end):end], start})
	return i
}

func endOf(js string, i int, quote byte) int {
	for i < len(js) && js[i] != quote && js[i] != '\n' {
		if js[i] == '\\' {
			i++
		}
		i++
	}
	return i
}

func endOfRegexp(js string, i int) int {
	for class := false; i < len(js) && js[i] != '\n' && (class || js[i] != '/'); i++ {
		switch js[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		}
	}
	return i
}

func TestStringsOf(t *testing.T) {
	const js = "a = \"one two\" // 'not this one'\nb = x / y / 'three four'; c = /it's \"one\"/.test(`five ${f({k: 'six seven'})} eight nine`) /* `nor this` */"
	var got []string
	for _, s := range stringsOf(js) {
		got = append(got, s.text)
	}
	if want := []string{"one two", "three four", "five ", "six seven", " eight nine"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
