package markup

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestWeight(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "汉字": 4, "，。": 4, "“”": 2, "ａ": 2, "ｱ": 1, "カナ": 4, "한글": 4, "é": 1, "e\u0301": 1, "n\u0303o": 2,
		"👍": 1, "👍🏽": 1, "👩\u200d👩\u200d👧": 1, "🇨🇳🇩🇪": 2, "☺\ufe0f": 1, "a\u200bb": 2, "𠀀": 2, "\u3000": 2, "a\n": 2, "㊗": 2, strings.Repeat("👩\u200d", 70): 10, "क्षि": 2,
	} {
		if got := Weight(s); got != want {
			t.Errorf("Weight(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		src  string
		max  int
		want string
	}{
		{"short", 10, "short"},
		{"The quick brown fox jumps", 12, "The quick…"},
		{"The quick, brown fox", 12, "The quick…"},
		{"我们在成都做了一项试点研究", 11, "我们在成都…"},
		{"我们在成都，做了试点", 12, "我们在成都…"},
		{"他说（很好）就走了", 7, "他说…"},
		{"数据“很重要”的", 7, "数据…"},
		{"汉字abc汉字", 8, "汉字abc…"},
		{"Supercalifragilisticexpialidocious", 10, "Supercali…"},
		{"a 👩\u200d👩\u200d👧👩\u200d👩\u200d👧👩\u200d👩\u200d👧 b", 4, "a 👩\u200d👩\u200d👧…"},
		{"👩\u200d👩\u200d👧👩\u200d👩\u200d👧👩\u200d👩\u200d👧", 2, "👩\u200d👩\u200d👧…"},
		{"**Bold** and [link](https://x.example)\n\n# Head", 40, "Bold and link Head"},
		{"> quoted\n\nanswer", 40, "answer"},
		{"> only quoted", 40, "only quoted"},
		{"第一行\n第二行", 40, "第一行第二行"},
		{"one\n二", 40, "one 二"},
		{"```\ncode\n```\ntext", 40, "text"},
		{"```\ncode\n```", 40, "code"},
		{"abc", 0, ""},
		{"abc", 1, "…"},
		{"汉字", 2, "…"},
		{"", 10, ""},
		{"<b>x</b> &amp; y", 40, "<b>x</b> & y"},
	} {
		got := Excerpt(c.src, c.max)
		if got != c.want {
			t.Errorf("Excerpt(%q, %d) = %q, want %q", c.src, c.max, got, c.want)
		}
		if Weight(got) > c.max {
			t.Errorf("Excerpt(%q, %d) weighs %d", c.src, c.max, Weight(got))
		}
	}
}

func TestPlain(t *testing.T) {
	for src, want := range map[string]string{
		"# A\n\ntext *with* **marks** and `code`\nnext": "A\n\ntext with marks and code\nnext",
		"- a\n- b\n  - c\n\nd":                          "- a\n- b\n- c\n\nd",
		"3. a\n4. b":                                    "3. a\n4. b",
		"- a\n\n- b":                                    "- a\n- b",
		"> q\n\na":                                      "q\n\na",
		"| a | b |\n|--|--|\n| 1 | 2 |":                 "a | b\n1 | 2",
		"[x](https://a.example) <https://b.example>":    "x https://b.example",
		"![alt](/x) ![](/y)":                            "alt /y",
		"a[^1]\n\n[^1]: note":                           "a\n\nnote",
		"- [x] done":                                    "- done",
		"```go\na\n  b\n```":                            "a\n  b",
		`\*a\* &lt; \&amp;`:                             "*a* < &amp;",
		"- a\n\n  > q\n\n  ```\n  c\n  ```":             "- a\n\nq\n\nc",
		"---":                                           "",
		"~~x~~ <b>":                                     "x <b>",
	} {
		if got := Plain(src); got != want {
			t.Errorf("Plain(%q)\n got %q\nwant %q", src, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\rc\u2028d":                       "a\nb\nc\nd",
		"a\x00b\x1bc\u0085d\td":                  "abc\nd\td",
		"e\u0301":                                "é",
		"safe\u202Egnp.exe":                      "safegnp.exe",
		"\u2067a\u2069":                          "a",
		"a\u200bb\ufeffc\u2060":                  "a\u200bbc",
		"Fig. \u200bFig.1,1":                     "Fig. \u200bFig.1,1",
		"Z" + strings.Repeat("\u200b\u0335", 40): "Z" + strings.Repeat("\u200b\u0335", 4),
		"汉\u200d字":                               "汉字",
		"a\u200cb":                               "ab",
		"👩\u200d👩\u200d👧":                        "👩\u200d👩\u200d👧",
		"❤\ufe0f\u200d🔥":                         "❤\ufe0f\u200d🔥",
		"می\u200cخواهم":                          "می\u200cخواهم",
		"क्\u200dष":                              "क्\u200dष",
		"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F": "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
		"a\U000E0067b":                     "ab",
		"a\u200eb":                         "ab",
		"אב\u200f!":                        "אב\u200f!",
		"葛\U000E0100":                      "葛\U000E0100",
		"\u3164":                           "",
		"👍" + strings.Repeat("\ufe0f", 40): "👍" + strings.Repeat("\ufe0f", 8),
		"क" + strings.Repeat("\u093e", 40): "क" + strings.Repeat("\u093e", 8),
		"Z" + strings.Repeat("\u0335", 40): "Z" + strings.Repeat("\u0335", 8),
		"\u3000全角　空格":                      "\u3000全角　空格",
		"\ufdd0\U0001ffff":                 "",
	} {
		got, ok := Clean(in)
		if !ok || got != want {
			t.Errorf("Clean(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"\xff", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80"} {
		if got, ok := Clean(in); ok || got != "" {
			t.Errorf("Clean(%q) = %q, %v; want a refusal", in, got, ok)
		}
	}
}

func TestCleanLine(t *testing.T) {
	for in, want := range map[string]string{
		"  a \n\t b\u3000c\u00a0 ": "a b c", "　张三　": "张三", "\n": "", "a\u200b b": "a b", "An\u200bna": "Anna", "e\u200b\u0301": "é",
	} {
		if got, ok := CleanLine(in); !ok || got != want {
			t.Errorf("CleanLine(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	if _, ok := CleanLine("\xff"); ok {
		t.Error("CleanLine took invalid UTF-8")
	}
}

func TestBlank(t *testing.T) {
	for _, s := range []string{"", " \n\t", "\u3000\u00a0", "\u200b\u200d\ufeff", "\u2800", "\u3164", "---", "****", "- ", "> \n>", "#", "[a]: /x",
		"[]( )", "```\n```", "- [ ] ", "|  |\n|--|", "\u0301", "&nbsp;", "&#8203;", "[^1]: x"} {
		if !Blank(s) {
			t.Errorf("Blank(%q) = false; it shows nothing: %s", s, Render(s, Options{}))
		}
	}
	for _, s := range []string{"a", "。", "👍", "> 引", "`x`", "![](https://x.example/)", "<br>", "1"} {
		if Blank(s) {
			t.Errorf("Blank(%q) = true; it shows %s", s, Render(s, Options{}))
		}
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Home monitoring: what works?":     "home-monitoring-what-works",
		"糖尿病管理":                            "tang-niao-bing-guan-li",
		"COVID-19疫苗的安全性":                   "covid-19-yi-miao-de-an-quan-xing",
		"Müller’s große Straße à Besançon": "mullers-grosse-strasse-a-besancon",
		"吕":            "lv",
		"Ελλάδα":       "ellada",
		"Щука и ёж":    "shchuka-i-ezh",
		"R&D":          "r-d",
		"？！":           "",
		"こんにちは":        "",
		"ＡＢＣ　全角":       "abc-quan-jiao",
		"  --a--  ":    "a",
		"Łódź Øresund": "lodz-oresund",
		"e\u0301tude":  "etude",
		"m² ½":         "m2-1-2",
	} {
		if got := Slug(title, "en"); got != want {
			t.Errorf("Slug(%q) = %q, want %q", title, got, want)
		}
	}
	long := Slug(strings.Repeat("人工智能辅助诊断", 20), "zh")
	if len(long) > 60 || len(long) < 50 || strings.HasSuffix(long, "-") {
		t.Errorf("long slug %q has %d bytes", long, len(long))
	}
	if got := Slug(strings.Repeat("x", 100), "en"); len(got) != 60 {
		t.Errorf("one long word: %d bytes, want 60", len(got))
	}
}

func TestQuote(t *testing.T) {
	for name, c := range map[string]struct{ author, src, want string }{
		"plain":       {"Anna", "hello\nworld", "> **Anna**\n>\n> hello\n> world\n\n"},
		"nested":      {"王芳", "> old\n\n我的回答", "> **王芳**\n>\n> 我的回答\n\n"},
		"name":        {"A *b* [c](d) @e", "x", "> **A \\*b\\* \\[c\\]\\(d\\) \\@e**\n>\n> x\n\n"},
		"nobody":      {"", "x", "> x\n\n"},
		"code":        {"A", "```\n> kept\n```", "> **A**\n>\n> ```\n> > kept\n> ```\n\n"},
		"footnotes":   {"A", "a[^1]\n\n[^1]: note", "> **A**\n>\n> a\n>\n> note\n\n"},
		"blank lines": {"A", "a\n\n\n\nb\n\n", "> **A**\n>\n> a\n>\n> b\n\n"},
		"nothing":     {"A", "> only\n> quotes", ""},
	} {
		if got := Quote(c.author, c.src); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestQuote_long(t *testing.T) {
	got := Quote("A", strings.Repeat("汉字很多。", 200))
	if w := Weight(got); w > 640 || w < 500 || !strings.Contains(got, "…") {
		t.Errorf("long quote weighs %d: %q", w, got)
	}
	got = Quote("A", "```\n"+strings.Repeat("code line\n", 200)+"```\n\nend")
	if strings.Count(got, "```") != 2 {
		t.Errorf("a cut code block must be closed: %q", got)
	}
	rendered := Render(got+"answer", Options{})
	if !strings.Contains(rendered, "</blockquote>\n<p>answer</p>") {
		t.Errorf("the answer is inside the quote: %s", rendered)
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"a", "a", "=a"},
		{"", "a b", "+a b"},
		{"a b", "", "-a b"},
		{"The quick brown fox", "The slow red fox", "=The |-quick brown|+slow red|= fox"},
		{"患者数据很重要", "患者信息很重要。", "=患者|-数据|+信息|=很重要|+。"},
		{"one two three", "one three", "=one |-two |=three"},
		{"a\nb\n", "a\nc\nb\n", "=a\n|+c\n|=b\n"},
		{"don't", "do not", "-don't|+do not"},
	} {
		if got := show(Diff(c.old, c.new)); got != c.want {
			t.Errorf("Diff(%q, %q)\n got %s\nwant %s", c.old, c.new, got, c.want)
		}
	}
}

func show(chunks []Chunk) string {
	var parts []string
	for _, c := range chunks {
		parts = append(parts, string("=+-"[c.Op])+c.Text)
	}
	return strings.Join(parts, "|")
}

// sides puts a diff together again.
func sides(chunks []Chunk) (old, new string) {
	var a, b strings.Builder
	for _, c := range chunks {
		if c.Op != Added {
			a.WriteString(c.Text)
		}
		if c.Op != Removed {
			b.WriteString(c.Text)
		}
	}
	return a.String(), b.String()
}

func TestExcerpt_realSentences(t *testing.T) {
	for _, pair := range sentencePairs(t) {
		for _, text := range pair {
			for _, max := range []int{10, 40, 80} {
				got := Excerpt(text, max)
				if Weight(got) > max || !utf8.ValidString(got) || strings.Contains(got, "\n") {
					t.Fatalf("Excerpt(%q, %d) = %q", text, max, got)
				}
			}
		}
	}
}

// sorting is how long this machine takes, now, to sort half a million numbers.
func sorting() time.Duration {
	random := rand.New(rand.NewPCG(1, 1))
	numbers := make([]uint64, 1<<19)
	for i := range numbers {
		numbers[i] = random.Uint64()
	}
	start := time.Now()
	slices.Sort(numbers)
	return time.Since(start)
}

// Two long texts without a common word are the worst that Diff can get: bounded by the fallbacks. What it takes is
// held against sorting, measured in between, because a busy machine is slow at both.
func TestDiff_longTexts(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("measures time")
	}
	long := func(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }
	shuffled := func(seed uint64, size int) string {
		random := rand.New(rand.NewPCG(seed, 1))
		var s strings.Builder
		for s.Len() < size {
			s.WriteRune(rune(0x4E00 + random.IntN(300)))
			if random.IntN(40) == 0 {
				s.WriteByte('\n')
			}
		}
		return s.String()
	}
	for name, c := range map[string][2]string{
		"nothing common":   {long("old words ", 64<<10), long("neue Wörter, ", 64<<10)},
		"random Han":       {shuffled(1, 64<<10), shuffled(2, 64<<10)},
		"one line, random": {strings.ReplaceAll(shuffled(1, 64<<10), "\n", ""), strings.ReplaceAll(shuffled(2, 64<<10), "\n", "")},
		"alternating":      {long("a b ", 64<<10), long("b a ", 64<<10)},
		"lines swapped":    {long("a b c\nd e f\n", 64<<10), long("d e f\na b c\n", 64<<10)},
		"small change":     {shuffled(1, 64<<10), shuffled(1, 64<<10) + "完"},
	} {
		best, floor := time.Hour, time.Hour
		for range 5 {
			start := time.Now()
			chunks := Diff(c[0], c[1])
			best = min(best, time.Since(start))
			if a, b := sides(chunks); a != c[0] || b != c[1] {
				t.Fatalf("%s: text lost", name)
			}
			if floor = min(floor, sorting()); best < 2*floor {
				break
			}
		}
		t.Logf("%s: %v, sorting %v", name, best, floor)
		if best > 6*floor {
			t.Errorf("%s: %v, want less than 6 times %v", name, best, floor)
		}
	}
}

func BenchmarkLang(b *testing.B) {
	for b.Loop() {
		Lang(post)
	}
}

func BenchmarkExcerpt(b *testing.B) {
	for b.Loop() {
		Excerpt(post, 120)
	}
}

func BenchmarkClean(b *testing.B) {
	for b.Loop() {
		Clean(post)
	}
}
