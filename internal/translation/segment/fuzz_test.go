package segment

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// seeds are texts in which the rules meet each other.
func seeds(f *testing.F) {
	for _, s := range []string{
		"", document, "\xff. \xc3(", "a. B", "。」。", "**a.** b", "***x.*** _y. Z_", "`a`` b` c", "[a](b [c](d) e", "![", "](x)", "[](a)",
		"$a$b$ $$", "\\(a\\) \\[b\\]", "@a@b @李云龙@x.y", "a@b.cc.", "10.1000/a.doi: 10.1234/b", "https://x.org/).", "www.a.b(c",
		"5 mg/kg 95% 10⁶ 3 × 10⁵ p < 0.05", "⟦1⟧ ⟧⟦", "| a | b |\n|--|--|\n| c\\| | d |\n", "- [ ] a\n\t- b\n\n  c", "> a\n> > b\nc",
		"1. a\n\n   b\n2) c", "[a]: b\n[c]: d 'e'\ntext", "[^1]: a\n\n    b\n\nc[^1]", "a\\\nb  \nc\r\nd\re", "~~~\na\n", "a\n===\nb\n---\n",
		"“a。b。”c（d。）e……f", "(a. b.) C. \"D.\" e", "a.\u3000b\u2028c\u00a0d.", "１，２３４．５ −5 ³", "Ｈe said ﬁ İ ß ſ ẞ", "e.g. i.e. U.S. The J. S. No. 5 No.",
		strings.Repeat("[", 50) + strings.Repeat("]", 50), strings.Repeat("(a. ", 40), strings.Repeat("*a _b ", 40),
	} {
		f.Add(s)
	}
}

func FuzzSplit(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		for _, markdown := range []bool{true, false} {
			pieces := Split(src, markdown)
			if got := joined(pieces); got != src {
				t.Fatalf("Split(%q, %v) joins to %q", src, markdown, got)
			}
			block := 0
			for _, p := range pieces {
				if p.Text == "" || p.Block < block {
					t.Fatalf("Split(%q, %v) has the piece %+v after block %d", src, markdown, p, block)
				}
				block = p.Block
				if p.Translate && strings.TrimSpace(p.Text) != p.Text {
					t.Fatalf("Split(%q, %v) has the sentence %q with white space around it", src, markdown, p.Text)
				}
			}
			if _, err := Weave(pieces, translated(pieces)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzBlocks(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		for _, markdown := range []bool{true, false} {
			var whole strings.Builder
			var texts []string
			for _, r := range Blocks(src, markdown) {
				whole.WriteString(r.Text)
				if r.Translate {
					texts = append(texts, r.Text)
				}
			}
			if whole.String() != src {
				t.Fatalf("Blocks(%q, %v) joins to %q", src, markdown, whole.String())
			}
			if got, err := Join(src, markdown, texts); err != nil || got != src {
				t.Fatalf("Join(%q, %v) of its own rows = %q, %v", src, markdown, got, err)
			}
		}
	})
}

func FuzzMask(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		m := Mask(s, "李云龙", "a")
		if got, err := m.Restore(m.Text); err != nil || got != s {
			t.Fatalf("Mask(%q) = %+v restores to %q, %v", s, m, got, err)
		}
		for i := range m.Held {
			if _, err := m.Restore(strings.Replace(m.Text, placeholder(i+1), "", 1)); err == nil {
				t.Fatalf("Mask(%q): a lost placeholder is not missed", s)
			}
		}
	})
}

func FuzzAlike(f *testing.F) {
	for _, s := range []string{"", "a", "Hello, World。", "Ｈe said ﬁ İ ß ſ ẞ", "１，２３４．５ −5 ³", "a\u200bb\u0301 \u0345", "“x”。", "\xff", "ﷺ ½ ①", "ΑΣ Σ", "ᾳ", "\u1E9E 。 .。"} {
		f.Add(s, "other 文字")
		f.Add("the same thing", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		key := Key(a)
		if again := Key(key); again != key {
			t.Fatalf("Key(%q) = %q, and its key %q", a, key, again)
		}
		if !slices.IsSorted(Numbers(a)) {
			t.Fatalf("Numbers(%q) = %q", a, Numbers(a))
		}
		there, back := Similarity(a, b), Similarity(b, a)
		if there != back || there < 0 || there > 1 || there == 1 != (key == Key(b)) {
			t.Fatalf("Similarity(%q, %q) = %v, the other way %v", a, b, there, back)
		}
		if n := len(Signature(a)); n != 0 && n != Bands {
			t.Fatalf("Signature(%q) has %d numbers", a, n)
		}
		if key == Key(b) && !slices.Equal(Signature(a), Signature(b)) {
			t.Fatalf("%q and %q have one key and two signatures", a, b)
		}
		Align(a, b, true)
	})
}

// Work grows with the length of a text, not faster: each of these is as long as a post may be, and made to hurt. It is
// held against ordinary text of that length, because a busy machine is slow at both, and one good comparison of five is
// enough; what grows with the square takes thousands of times as long.
func TestHostile(t *testing.T) {
	t.Parallel()
	const size, most = 120 << 10, 50
	long := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	ordinary := long("The vaccine reached 95% of them, says Dr. Li (see [the report](https://example.org/a)). 疫苗覆盖率为95%。\n\n")
	for _, unit := range []string{
		"[", "[a](", "](", "*a ", "**a.**", "_", "`a``b", "$a ", "$", "\\(", "<a", "(a. ", "“", ". ", "a.", "e.g. ", "\"a.\" ", "@", "@a",
		"a@b", "@李", "10.1000/", "https://a.b/(", ")", "5 mg ", "1,", "a1,1 mg", "⟦", "| a ", "- ", "> ", "a\n", "[a]: b\n", "。」", "…", "\\[\n",
		"$$\n", "[^a", "!", "Dr. ", "A. ", "(", "（。", "*.", "[1].",
	} {
		var ratio float64
		for range 5 {
			floor := work(t, ordinary)
			if ratio = float64(work(t, long(unit))) / float64(floor); ratio < most {
				break
			}
		}
		t.Logf("%-14q takes %.1f times what ordinary text does", unit, ratio)
		if ratio >= most {
			t.Errorf("%q repeated takes %.0f times what ordinary text does, want less than %d", unit, ratio, most)
		}
	}
}

// work is how long a text takes to be cut, masked, put together again and compared.
func work(t *testing.T, src string) time.Duration {
	t.Helper()
	start := time.Now()
	Split(src, true)
	m := Mask(src)
	if _, err := m.Restore(m.Text); err != nil {
		t.Errorf("%.20q…: %v", src, err)
	}
	Blocks(src, true)
	Align(src, src, true)
	Signature(src)
	Numbers(src)
	return time.Since(start)
}
