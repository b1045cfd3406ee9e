package markup

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

func TestRender_emphasisBesideCJK(t *testing.T) {
	for src, want := range map[string]string{
		"**重要。**所以":                 "<strong>重要。</strong>所以",
		"**“患者”**的数据":               "<strong>“患者”</strong>的数据",
		"这是**“重点”**。":               "这是<strong>“重点”</strong>。",
		"*强调*文字":                    "<em>强调</em>文字",
		"~~删除。~~后":                  "<del>删除。</del>后",
		"前~~（删除）~~后":                "前<del>（删除）</del>后",
		"他说：**“不行！”**然后走了":          "他说：<strong>“不行！”</strong>然后走了",
		"**《指南》**规定":                "<strong>《指南》</strong>规定",
		"见**(附录A)**一节":              "见<strong>(附录A)</strong>一节",
		"用**`code`**命令":             "用<strong><code>code</code></strong>命令",
		"约**46%**的人":                "约<strong>46%</strong>的人",
		"***又粗又斜。***后面":             "<em><strong>又粗又斜。</strong></em>后面",
		"**——破折号——**后面":             "<strong>——破折号——</strong>后面",
		"**‘单引号’**后面":               "<strong>‘单引号’</strong>后面",
		"**「重要」**です":                "<strong>「重要」</strong>です",
		"**마크다운(Markdown)**을":       "<strong>마크다운(Markdown)</strong>을",
		"𠀀**“𠀁”**𠀂":                 "𠀀<strong>“𠀁”</strong>𠀂",
		"字\uFE00**“引”**字":           "字\uFE00<strong>“引”</strong>字",
		"“\uFE01**(x)**字":           "“\uFE01<strong>(x)</strong>字",
		"葛\U000E0100**(x)**字":       "葛\U000E0100<strong>(x)</strong>字",
		"第一**段。**\n第二":              "第一<strong>段。</strong><br>\n第二",
		"English **“quoted”** text": "English <strong>“quoted”</strong> text",
		// Nothing of this is emphasis.
		"** 重要**":     "** 重要**",
		"5~10天，3~4天":  "5~10天，3~4天",
		"～～全角～～":      "～～全角～～",
		"变量_名称_值":     "变量_名称_值",
		"a **b.**c":   "a **b.**c",
		"🎉**(x)**🎉":   "🎉<strong>(x)</strong>🎉", // symbols count as punctuation in CommonMark too
		"snake_case_": "snake_case_",
	} {
		if got := body(Render(src, Options{})); got != want {
			t.Errorf("%q:\n got %s\nwant %s", src, got, want)
		}
	}
}

// body is the inside of the only paragraph of an output.
func body(html string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(html), "<p>"), "</p>")
}

// Without CJK characters our reading must be goldmark's own. Random text over the characters that matter finds what a
// table of examples forgets.
func TestEmphasis_isCommonMarkOutsideCJK(t *testing.T) {
	standard := goldmark.New()
	var inline []util.PrioritizedValue
	for _, v := range parser.DefaultInlineParsers() {
		if v.Priority != 500 {
			inline = append(inline, v)
		}
	}
	inline = append(inline, util.Prioritized(emphasis{}, 500))
	ours := goldmark.New(goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))))

	fixed := []string{"*foo bar*", "a * foo bar*", `a*"foo"*`, "foo*bar*", "_foo bar_", `a_"foo"_`, "foo_bar_", "пристаням_стремятся_",
		`aa_"bb"_cc`, "foo-_(bar)_", "_foo*", "*foo bar *", "*(*foo)", "*(*foo*)*", "_(_foo)", "_foo_bar_baz_", "_(bar)_.", "**foo bar**",
		"__foo, __bar__, baz__", "**foo\"*bar*\"foo**", "***foo** bar*", "*foo**bar**baz*", "foo***bar***baz", "foo******bar*********baz",
		"** is not an empty emphasis", "**** is not", "foo *\\**", "**foo*", "****foo*", "*foo****", "______foo______", "*foo _bar* baz_",
		"*[bar*](/url)", "**a<http://foo.bar/?q=**>", "*a `*`*", "a_b__c", "__a_b__", "_a__b_", "*a_b*c_", "été*é*", "“*a*”", "**“a”** b"}
	alphabet := []string{"a", "b", " ", "*", "**", "***", "_", "__", ".", "(", ")", "“", "”", "é", "\n", "[", "](u)", "`", `\`, "~", "1", "€"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60_000 {
		var s strings.Builder
		for range 1 + random.IntN(14) {
			s.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		fixed = append(fixed, s.String())
	}
	for _, src := range fixed {
		if strings.Contains(src, "~~") {
			continue // struck through here, text there
		}
		var want, got bytes.Buffer
		if err := standard.Convert([]byte(src), &want); err != nil {
			t.Fatal(err)
		}
		if err := ours.Convert([]byte(src), &got); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Fatalf("%q:\n got %s\nwant %s", src, got.String(), want.String())
		}
	}
}
