package markup

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLang_mixed(t *testing.T) {
	for src, want := range mixedTexts() {
		if got := Lang(src); got != want {
			t.Errorf("Lang(%q) = %q, want %q (%+v)", src, got, want, count(src))
		}
	}
}

// tally counts right and wrong answers.
type tally struct{ total, wrong int }

func (c *tally) add(t *testing.T, text, want string) {
	t.Helper()
	c.total++
	if got := Lang(text); got != want {
		c.wrong++
		t.Logf("Lang(%q) = %q, want %q", text, got, want)
	}
}

// atMost fails when more than so many of a thousand were wrong.
func (c tally) atMost(t *testing.T, what string, permille int) {
	t.Helper()
	if c.total == 0 {
		t.Errorf("%s: nothing was measured", what)
		return
	}
	t.Logf("%s: %d of %d right (%.2f %%)", what, c.total-c.wrong, c.total, 100*float64(c.total-c.wrong)/float64(c.total))
	if 1000*c.wrong > permille*c.total {
		t.Errorf("%s: %d of %d wrong, want at most %.1f %%", what, c.wrong, c.total, float64(permille)/10)
	}
}

// Real sentences of health texts, each in both languages.
func TestLang_sentences(t *testing.T) {
	var long, short tally
	for _, p := range sentencePairs(t) {
		for lang, text := range p {
			if utf8.RuneCountInString(text) < 10 {
				short.add(t, text, lang)
			} else {
				long.add(t, text, lang)
			}
		}
	}
	long.atMost(t, "sentences of 10 characters or more", 10)
	short.atMost(t, "shorter ones", 30)
}

// Pieces cut out of real sentences: what short texts are like.
func TestLang_pieces(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var english, chinese tally
	for _, p := range sentencePairs(t) {
		words := strings.Fields(p["en"])
		n := 1 + r.IntN(3)
		at := r.IntN(max(1, len(words)-n))
		if piece := strings.Join(words[at:min(len(words), at+n)], " "); strings.ContainsFunc(piece, unicode.IsLetter) {
			english.add(t, piece, "en")
		}
		characters := []rune(p["zh"])
		at, n = r.IntN(max(1, len(characters)-8)), 2+r.IntN(7)
		piece := string(characters[at:min(len(characters), at+n)])
		if han := count(piece).anyHan; 2*han > utf8.RuneCountInString(piece) {
			chinese.add(t, piece, "zh")
		}
	}
	english.atMost(t, "1 to 3 English words", 30)
	chinese.atMost(t, "2 to 8 Chinese characters", 30)
}

// Real sentences with a term of the other language put in, as members do when they explain a word.
func TestLang_terms(t *testing.T) {
	terms := healthTerms(t)
	r := rand.New(rand.NewPCG(7, 8))
	var english, chinese tally
	for _, p := range sentencePairs(t) {
		term := terms[r.IntN(len(terms))]
		if words := strings.Fields(p["en"]); len(words) >= 6 {
			at := 1 + r.IntN(len(words)-1)
			put := []string{"(" + term[1] + ")", "“" + term[1] + "”", term[1]}[r.IntN(3)]
			english.add(t, strings.Join(slices.Insert(words, at, put), " "), "en")
		}
		if characters := []rune(p["zh"]); len(characters) >= 10 {
			at := 1 + r.IntN(len(characters)-1)
			put := []string{"（" + term[0] + "）", "“" + term[0] + "”", " " + term[0] + " "}[r.IntN(3)]
			chinese.add(t, string(slices.Insert(characters, at, []rune(put)...)), "zh")
		}
	}
	english.atMost(t, "English sentences with a Chinese term", 10)
	chinese.atMost(t, "Chinese sentences with an English term", 10)
}

// healthTerms reads pairs of terms, English and Chinese, beside the module; those with both scripts in one are left out.
func healthTerms(t *testing.T) [][2]string {
	t.Helper()
	file := openData(t, "health-terms.csv")
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var terms [][2]string
	for _, row := range rows[1:] {
		if count(row[0]).anyHan == 0 && count(row[1]).anyWords == 0 {
			terms = append(terms, [2]string{row[0], row[1]})
		}
	}
	if len(terms) < 100 {
		t.Fatalf("%d terms read only", len(terms))
	}
	return terms
}

// openData opens a file beside the module; see ../shared/data/README.md there.
func openData(t testing.TB, name string) *os.File {
	t.Helper()
	file, err := os.Open(filepath.Join(moduleRoot(t), "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skipf("no ../shared/data/%s beside the module: nothing to measure on", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// sentencePairs reads pairs of sentences by their language.
func sentencePairs(t testing.TB) []map[string]string {
	t.Helper()
	file := openData(t, "tico19.tmx")
	var tmx struct {
		Units []struct {
			Variants []struct {
				Lang string `xml:"lang,attr"`
				Seg  string `xml:"seg"`
			} `xml:"tuv"`
		} `xml:"body>tu"`
	}
	if err := xml.NewDecoder(file).Decode(&tmx); err != nil {
		t.Fatal(err)
	}
	var pairs []map[string]string
	for _, unit := range tmx.Units {
		pair := map[string]string{}
		for _, v := range unit.Variants {
			pair[v.Lang] = v.Seg
		}
		pairs = append(pairs, pair)
	}
	if len(pairs) == 0 {
		t.Fatal("no sentence pairs read")
	}
	return pairs
}

func moduleRoot(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("not inside a module")
		}
		dir = parent
	}
}
