package segment

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSimilarity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b        string
		least, most float64
	}{
		{"", "", 1, 1},
		{"Good morning.", "good  morning．", 1, 1},
		{"您有发热吗？", "您有发热吗?", 1, 1},
		{"Do you have a cough or a fever?", "Do you have a cough or a rash?", 0.8, 0.95},
		{"How long have the symptoms lasted?", "How long has the symptom lasted?", 0.7, 0.9},
		{"您从什么时候开始咳嗽？", "您从什么时候开始发热？", 0.75, 0.9},
		{"Take 5 tablets in the morning.", "Take 15 tablets in the morning.", 0.7, 0.9},
		{"a-b", "a b", 0.5, 0.99},
		{"Good morning", "您从什么时候开始咳嗽？", 0, 0.05},
		{"The clinic opens at nine.", "Vaccines need a cold chain.", 0, 0.2},
		{"好", "坏", 0, 0},
		{"...", "，", 0, 0.5},
		{strings.Repeat("好", MaxSimilar+1), strings.Repeat("好", MaxSimilar+2), 0, 0},
		{strings.Repeat("好", MaxSimilar+1), strings.Repeat("好", MaxSimilar+1), 1, 1},
	} {
		got, back := Similarity(c.a, c.b), Similarity(c.b, c.a)
		if got < c.least || got > c.most || got != back {
			t.Errorf("Similarity(%.40q, %.40q) = %v and %v the other way, want %v to %v", c.a, c.b, got, back, c.least, c.most)
		}
	}
}

func TestSignature_isStored(t *testing.T) {
	t.Parallel()
	// Signatures are kept in databases: these numbers may never change.
	for s, want := range map[string][]int32{
		"Wash your hands before you eat.": {-1966308105, -431593090, -545933198, 1286565098, 138387107, -1424352491, 716975979, 607915714, -511615719, -505094028, -205725095, 546092345, -155895704, -1199729059, -1726069115, -591179226, -491210935, 1424004841, -1977675633, -1541023701, -455790877, -511249147, -1226613321, 1162644678},
		"饭前请洗手。":                          {984531387, -486744197, -1537501973, -1447490339, -243350998, 1306435931, -199146284, 1218438566, -724402908, 780809945, 1495338432, 1872291894, 617090342, -482593210, -552676532, -963812459, 1584801326, -1341747855, -2117707429, -725952853, -397660279, -1890038406, 691549770, -1877506516},
	} {
		if got := Signature(s); !slices.Equal(got, want) {
			t.Errorf("Signature(%q) = %#v, want %#v", s, got, want)
		}
	}
	for _, s := range []string{"", " ", "。", "?!"} {
		if got := Signature(s); got != nil {
			t.Errorf("Signature(%q) = %v, want nil", s, got)
		}
	}
	for _, s := range []string{"to be or not to be", "好", "是的", "7", "I"} {
		if got := Signature(s); len(got) != Bands {
			t.Errorf("Signature(%q) has %d numbers, want %d", s, len(got), Bands)
		}
	}
	if !slices.Equal(Signature("饭前请洗手。"), Signature("饭前 请洗手.")) {
		t.Error("sentences of one key have different signatures")
	}
}

// share reports whether two signatures meet. Numbers of different bands are equal by chance only, once in 4 billion.
func share(a, b []int32) bool {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			return true
		}
	}
	return false
}

// Sentences changed at random until they are a little or rather different must be found; other sentences must not be.
func TestSignature_finds(t *testing.T) {
	t.Parallel()
	pairs := sentencePairs(t)
	for side, sep := range []string{" ", ""} {
		all := make([][]int32, len(pairs))
		for i, p := range pairs {
			all[i] = Signature(p[side])
		}
		r := rand.New(rand.NewPCG(7, uint64(side)))
		tried, found := 0, 0
		for range 6_000 {
			i := r.IntN(len(pairs))
			changed := perturb(r, strings.Split(pairs[i][side], sep), strings.Split(pairs[r.IntN(len(pairs))][side], sep), sep)
			if s := Similarity(pairs[i][side], changed); s < 0.75 || s == 1 {
				continue
			}
			tried++
			if share(all[i], Signature(changed)) {
				found++
			}
		}
		candidates := 0
		for i := range all {
			for j := range all {
				if i != j && share(all[i], all[j]) {
					candidates++
				}
			}
		}
		average := float64(candidates) / float64(len(all))
		t.Logf("%s: %d of %d similar sentences found (%.2f %%); %.1f of %d others share a band on average",
			[]string{"English", "Chinese"}[side], found, tried, 100*float64(found)/float64(tried), average, len(all))
		if tried < 1_000 || float64(found) < 0.98*float64(tried) {
			t.Errorf("%d of %d similar sentences found, want 98 %%", found, tried)
		}
		if average > 0.02*float64(len(all)) {
			t.Errorf("%.1f candidates on average, want at most 2 %%", average)
		}
	}
}

// perturb exchanges, takes out and puts in up to a third of the words, with those of another sentence.
func perturb(r *rand.Rand, words, others []string, sep string) string {
	words = slices.Clone(words)
	for range 1 + r.IntN(max(1, len(words)/3)) {
		if len(words) < 2 {
			break
		}
		at, other := r.IntN(len(words)), others[r.IntN(len(others))]
		switch r.IntN(3) {
		case 0:
			words[at] = other
		case 1:
			words = slices.Delete(words, at, at+1)
		case 2:
			words = slices.Insert(words, at, other)
		}
	}
	return strings.Join(words, sep)
}

// sentencePairs reads the English and the Chinese sentences beside the module; see ../shared/data/README.md there.
func sentencePairs(t testing.TB) [][2]string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "tico19.tmx"))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("no ../shared/data/tico19.tmx beside the module: nothing to measure on")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
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
	var pairs [][2]string
	for _, unit := range tmx.Units {
		var pair [2]string
		for _, v := range unit.Variants {
			switch v.Lang {
			case "en":
				pair[0] = v.Seg
			case "zh":
				pair[1] = v.Seg
			}
		}
		pairs = append(pairs, pair)
	}
	if len(pairs) == 0 {
		t.Fatal("no sentence pairs read")
	}
	return pairs
}

func BenchmarkSignature(b *testing.B) {
	const sentence = "Please measure your blood pressure twice every morning before you take your tablets, and write both down."
	b.SetBytes(int64(len(sentence)))
	for b.Loop() {
		Signature(sentence)
	}
}

func BenchmarkSimilarity(b *testing.B) {
	const one = "Please measure your blood pressure twice every morning before you take your tablets, and write both down."
	const other = "Please measure the blood sugar twice every evening before you take the tablets, and write it down."
	for b.Loop() {
		Similarity(one, other)
	}
}

func BenchmarkSimilarity_longest(b *testing.B) {
	one, other := strings.Repeat("血压", MaxSimilar/2), strings.Repeat("糖尿", MaxSimilar/2)
	for b.Loop() {
		Similarity(one, other)
	}
}

// Where two real sentences stand one behind the other, the end of the first must be found.
func TestSplit_realSentences(t *testing.T) {
	t.Parallel()
	pairs := sentencePairs(t)
	for side, sep := range []string{" ", ""} {
		tried, found := 0, 0
		for i := range pairs[1:] {
			first, second := strings.TrimSpace(pairs[i][side]), strings.TrimSpace(pairs[i+1][side])
			stopped := strings.TrimRight(first, ".!?。！？") != first
			if !stopped || second == "" {
				continue
			}
			tried++
			if slices.ContainsFunc(sentences(first+sep+second, false), func(s span) bool { return s.start == len(first)+len(sep) }) {
				found++
			}
		}
		t.Logf("%s: %d of %d ends found (%.2f %%)", []string{"English", "Chinese"}[side], found, tried, 100*float64(found)/float64(tried))
		if tried < 1_000 || 100*found < 99*tried {
			t.Errorf("%d of %d ends found, want 99 %%", found, tried)
		}
	}
}
