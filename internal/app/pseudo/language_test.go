// Package pseudo proves that a third language of the interface takes one line of Go and one file of messages. The
// line is in TestMain, and the file is made here from the English one: every letter is replaced by an accented one, so
// that a word that does not come from the file is seen. Then the whole hub is walked through in that language.
//
// The table of languages is the process's: that is why these tests have a package to themselves.
package pseudo

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/BurntSushi/toml"

	"senet/internal/config"
	"senet/internal/i18n"
	"senet/locales"
)

const qps i18n.Locale = "qps"

// TestMain gives the hub its third language. It counts as Polish does, which has other plural forms and other
// separators of digits than English and Chinese.
func TestMain(m *testing.M) {
	file, err := translate()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	i18n.Add(i18n.Spec{Code: qps, Tag: "qps-ploc", Format: "pl-PL", Zone: "Europe/Warsaw"}, fstest.MapFS{"qps.toml": {Data: file}})
	os.Exit(m.Run())
}

// translate makes the messages of the language from the English ones.
func translate() ([]byte, error) {
	english, err := locales.FS.ReadFile("en.toml")
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := toml.Unmarshal(english, &tree); err != nil {
		return nil, err
	}
	translateTable(tree)
	tree["date"].(map[string]any)["day"] = "{{.Year}}·{{.Month}}·{{.Day}}" // its own order
	var out bytes.Buffer
	err = toml.NewEncoder(&out).Encode(tree)
	return out.Bytes(), err
}

func translateTable(table map[string]any) {
	if other, ok := table["other"].(string); ok { // a message that counts; the forms tell themselves apart
		clear(table)
		for form, mark := range forms {
			table[form] = translateText(other) + mark
		}
		return
	}
	for key, v := range table {
		switch v := v.(type) {
		case string:
			table[key] = translateText(v)
		case map[string]any:
			translateTable(v)
		}
	}
}

// forms are the plural forms of Polish.
var forms = map[string]string{"one": "①", "few": "②", "many": "③", "other": "④"}

var value = regexp.MustCompile(`\{\{\.\w+\}\}`)

// translateText accents everything but the values, and makes it longer by a fifth, as German would be.
func translateText(s string) string {
	var b strings.Builder
	at := 0
	for _, v := range append(value.FindAllStringIndex(s, -1), []int{len(s), len(s)}) {
		b.WriteString(accent.Replace(s[at:v[0]]))
		b.WriteString(s[v[0]:v[1]])
		at = v[1]
	}
	return b.String() + strings.Repeat("~", len(s)/5)
}

var accent = strings.NewReplacer(
	"a", "á", "b", "ƀ", "c", "ç", "d", "đ", "e", "é", "f", "ƒ", "g", "ğ", "h", "ħ", "i", "í", "j", "ĵ", "k", "ķ", "l", "ľ", "m", "ɱ",
	"n", "ñ", "o", "ó", "p", "ƥ", "q", "ʠ", "r", "ř", "s", "š", "t", "ţ", "u", "ú", "v", "ṽ", "w", "ŵ", "x", "ẋ", "y", "ý", "z", "ž",
	"A", "Á", "B", "Ɓ", "C", "Ç", "D", "Đ", "E", "É", "F", "Ƒ", "G", "Ğ", "H", "Ħ", "I", "Í", "J", "Ĵ", "K", "Ķ", "L", "Ľ", "M", "Ḿ",
	"N", "Ñ", "O", "Ó", "P", "Ƥ", "Q", "Ɋ", "R", "Ř", "S", "Š", "T", "Ţ", "U", "Ú", "V", "Ṽ", "W", "Ŵ", "X", "Ẋ", "Y", "Ý", "Z", "Ž")

// words is what the language calls things.
func words(t *testing.T) *i18n.Printer {
	t.Helper()
	b, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	return b.For(qps)
}

func TestTable(t *testing.T) {
	if want := []i18n.Locale{"en", "zh", "qps"}; !slices.Equal(i18n.Locales, want) {
		t.Errorf("the languages are %v, want %v", i18n.Locales, want)
	}
	if l, ok := i18n.Parse("qps"); !ok || l != qps || l.Tag() != "qps-ploc" || l.Format() != "pl-PL" {
		t.Errorf("qps is read as %q, %v, with the tags %q and %q", l, ok, l.Tag(), l.Format())
	}
	if got, want := qps.Others(), []i18n.Locale{"en", "zh"}; !slices.Equal(got, want) {
		t.Errorf("the others are %v, want %v", got, want)
	}
	for header, want := range map[string]i18n.Locale{"pl": qps, "pl-PL,pl;q=0.9,en;q=0.8": qps, "en,pl;q=0.5": "en", "zh-TW": "zh", "fr": "en"} {
		if got := i18n.Match(header); got != want {
			t.Errorf("Match(%q) is %s, want %s", header, got, want)
		}
	}
	for lang, want := range map[string]i18n.Locale{"pl_PL.UTF-8": qps, "pl": qps, "zh_CN.UTF-8": "zh", "C": "en", "pl_PL@euro": qps} {
		env := func(name string) string { return map[string]string{"LANG": lang}[name] }
		if got := config.CLILocale(env); got != want {
			t.Errorf("with LANG=%s commands speak %s, want %s", lang, got, want)
		}
	}
}

// TestText_thirdLanguage: a curated text has two sides, whatever the reader reads.
func TestText_thirdLanguage(t *testing.T) {
	for _, c := range []struct {
		text i18n.Text
		want string
		lang i18n.Locale
	}{
		{i18n.Text{En: "Cancer", Zh: "癌症"}, "Cancer", "en"},
		{i18n.Text{Zh: "癌症"}, "癌症", "zh"},
		{i18n.Text{}, "", qps},
	} {
		if got, lang := c.text.In(qps); got != c.want || lang != c.lang {
			t.Errorf("%+v reads %q in %q, want %q in %q", c.text, got, lang, c.want, c.lang)
		}
	}
	if _, ok := i18n.ParseWritten("qps"); ok {
		t.Error("a new language of the pages became one that texts are written in")
	}
}

func TestPrinter_countsAsItsRegion(t *testing.T) {
	p := words(t)
	for n, want := range map[int]string{0: "③", 1: "①", 2: "②", 4: "②", 5: "③", 12: "③", 22: "②", 25: "③"} {
		if got := p.N("forum.replies", n); !strings.HasSuffix(got, want) {
			t.Errorf("%d: %q, want the form %s", n, got, want)
		}
	}
	if got, want := p.N("forum.replies", 12345), "12\u00a0345 řéƥľíéš"; !strings.HasPrefix(got, want) {
		t.Errorf("a number is %q, want %q at its beginning", got, want)
	}
	if got := p.Forms("room.here"); len(got) != 4 || !strings.Contains(got["few"], "{n}") {
		t.Errorf("scripts get the forms %v", got)
	}
}
