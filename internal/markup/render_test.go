package markup

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func TestRender(t *testing.T) {
	const rel = ` rel="nofollow ugc noopener noreferrer"`
	for name, c := range map[string]struct{ src, want string }{
		"line break":          {"one\ntwo\n第三行\n第四行", "<p>one<br>\ntwo<br>\n第三行<br>\n第四行</p>"},
		"headings":            {"# a\n## b\n### c\n#### d\n##### e", "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>\n<h6>e</h6>"},
		"tags are text":       {"p<0.05 and n>30, a<b and c>d", "<p>p&lt;0.05 and n&gt;30, a&lt;b and c&gt;d</p>"},
		"script is text":      {"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		"entity":              {"&lt;b&gt; &copy; &amp;", "<p>&lt;b&gt; © &amp;</p>"},
		"external link":       {"[x](https://who.int/a?b=c&d=e)", `<p><a href="https://who.int/a?b=c&amp;d=e"` + rel + `>x</a></p>`},
		"internal link":       {"[x](/en/t/1#p-2) [y](#p-3)", `<p><a href="/en/t/1#p-2">x</a> <a href="#p-3">y</a></p>`},
		"own origin":          {"[x](https://hub.example/zh/t/1) [y](https://hub.example.evil/)", `<p><a href="/zh/t/1">x</a> <a href="https://hub.example.evil/"` + rel + `>y</a></p>`},
		"own origin, escaped": {"[x](https://hub.example//evil.example/)", `<p><a href="https://hub.example//evil.example/"` + rel + `>x</a></p>`},
		"without protocol":    {"[x](//evil.example) [y](www.who.int)", `<p><a href="https://evil.example"` + rel + `>x</a> <a href="https://www.who.int"` + rel + `>y</a></p>`},
		"backslash":           {`[x](/\evil.example)`, `<p><a href="/%5Cevil.example">x</a></p>`},
		"no link":             {"[x](foo.html) [y](javascript:alert(1)) [z](data:text/html,x)", "<p>x y z</p>"},
		"hidden scheme":       {"[x](javascript&colon;alert(1)) [y](java&#x0A;script:alert(1)) [z](&#x6A;avascript:1)", "<p>x y z</p>"},
		"password":            {"[x](https://who.int@evil.example/)", "<p>x</p>"},
		"autolink scheme":     {"<javascript:alert(1)> <ftp://a.example>", "<p>javascript:alert(1) ftp://a.example</p>"},
		"empty link":          {"[](https://a.example)", `<p><a href="https://a.example"` + rel + `>https://a.example</a></p>`},
		"image":               {"![CT 图像](https://a.example/x.png)", `<p><a href="https://a.example/x.png"` + rel + `>CT 图像</a></p>`},
		"image, local":        {"![a](/files/1.png)", `<p><a href="/files/1.png">a</a></p>`},
		"image, bad":          {"![a](data:image/svg+xml,x)", "<p>a</p>"},
		"image in link":       {"[![a](https://i.example)](https://l.example)", `<p><a href="https://l.example"` + rel + `>a</a></p>`},
		"address in link":     {"[at https://a.example](https://b.example)", `<p><a href="https://b.example"` + rel + `>at https://a.example</a></p>`},
		"title":               {`[x](/a "say \"hi\" <b>")`, `<p><a href="/a" title="say &#34;hi&#34; &lt;b&gt;">x</a></p>`},
		"code keeps language": {"```go\na<b\n```", "<pre><code class=\"language-go\">a&lt;b\n</code></pre>"},
		"code, odd language":  {"```\"><x\na\n```", "<pre><code>a\n</code></pre>"},
		"task list":           {"- [x] a\n- [ ] b", "<ul>\n<li><span class=\"task\">☑\ufe0e</span> a</li>\n<li><span class=\"task\">☐\ufe0e</span> b</li>\n</ul>"},
		"numbering":           {"3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"},
		"quote":               {"> 引用\n\n答", "<blockquote>\n<p>引用</p>\n</blockquote>\n<p>答</p>"},
		"table": {"|a|b|\n|--|-:|\n|1|2|", "<div class=\"table-scroll\" tabindex=\"0\"><table>\n<thead>\n<tr>\n<th>a</th>\n<th class=\"align-right\">b</th>\n</tr>\n</thead>\n" +
			"<tbody>\n<tr>\n<td>1</td>\n<td class=\"align-right\">2</td>\n</tr>\n</tbody>\n</table></div>"},
		"footnote": {"a[^1]\n\n[^1]: b", "<p>a<sup id=\"p7-fnref:1\"><a href=\"#p7-fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup></p>\n" +
			"<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n<li id=\"p7-fn:1\">\n<p>b\u00a0<a href=\"#p7-fnref:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩\ufe0e</a></p>\n</li>\n</ol>\n</div>"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.TrimSpace(Render(c.src, Options{IDPrefix: "p7-", Origin: "https://hub.example"}))
			if got != c.want {
				t.Errorf("Render(%q)\n got %s\nwant %s", c.src, got, c.want)
			}
		})
	}
}

func TestRender_chineseInEnglish(t *testing.T) {
	for src, want := range map[string]string{
		"The term 慢性病（NCD） is *广泛使用*\nhere": `The term <span lang="zh">慢性病（</span>NCD） is <em><span lang="zh">广泛使用</span></em><br>` + "\nhere",
		"end 终。\nnext":     `end <span lang="zh">终。</span><br>` + "\nnext",
		"`代码` 👍 （x）":       "<code>代码</code> 👍 （x）",
		"[指南](/a) 甲&amp;乙": `<a href="/a"><span lang="zh">指南</span></a> <span lang="zh">甲</span>&amp;<span lang="zh">乙</span>`,
		"only English":     "only English",
	} {
		if got := body(Render(src, Options{Lang: "en"})); got != want {
			t.Errorf("%q\n got %s\nwant %s", src, got, want)
		}
	}
	if got := body(Render("用 English 写", Options{Lang: "zh"})); got != "用 English 写" {
		t.Errorf("nothing is marked in a Chinese text: %s", got)
	}
}

// Emphasis in Chinese is dots under the characters; a species among them is slanted, as it is printed.
func TestRender_latinInChinese(t *testing.T) {
	for src, want := range map[string]string{
		"大肠埃希菌（*E. coli*）是*重点*":   "大肠埃希菌（<i>E. coli</i>）是<em>重点</em>",
		"**E. coli** *A 型* *a*b*": "<strong>E. coli</strong> <em>A 型</em> <i>a</i>b*",
	} {
		if got := body(Render(src, Options{Lang: "zh"})); got != want {
			t.Errorf("%q\n got %s\nwant %s", src, got, want)
		}
	}
	if got := body(Render("only *E. coli*", Options{Lang: "en"})); got != "only <em>E. coli</em>" {
		t.Errorf("in English it is emphasis: %s", got)
	}
}

func TestRender_bareAddresses(t *testing.T) {
	for src, want := range map[string]string{
		"见https://who.int/abc，以及":                       "https://who.int/abc",
		"见（https://who.int/a_b(c)）。":                    "https://who.int/a_b(c)",
		"(see https://who.int/a)":                       "https://who.int/a",
		"https://who.int/a?b=1&copy=2.":                 "https://who.int/a?b=1&copy=2",
		"HTTP://WHO.INT/":                               "http://WHO.INT/",
		"访问www.who.int/zh。":                             "https://www.who.int/zh",
		"**https://who.int/a**后":                        "https://who.int/a",
		"https://who.int/_a_/b*c*":                      "https://who.int/_a_/b*c",
		"https://doi.org/10.1016/S0140-6736(20)30183-5": "https://doi.org/10.1016/S0140-6736(20)30183-5",
		"https://who.int:8443/x":                        "https://who.int:8443/x",
		"邮箱anna_b.weber@charite.de。":                    "mailto:anna_b.weber@charite.de",
		"mail a+b@x.example now":                        "mailto:a+b@x.example",
		"https://zh.wikipedia.org/wiki/糖尿病 条目":          "https://zh.wikipedia.org/wiki/",
		"xhttps://who.int":                              "",
		"https://localhost/":                            "",
		"https://1.2.3":                                 "",
		"www.example":                                   "",
		"@example.com":                                  "",
		"`https://who.int`":                             "",
		"ftp://who.int/":                                "",
	} {
		var got string
		for _, n := range elements(t, Render(src, Options{})) {
			if n.Data == "a" {
				got = attribute(n, "href")
			}
		}
		if got != want {
			t.Errorf("%q: link to %q, want %q", src, got, want)
		}
	}
}

func TestRender_idPrefixIsCleaned(t *testing.T) {
	got := Render("a[^1]\n\n[^1]: b", Options{IDPrefix: `x" onload="`})
	if strings.Contains(got, "onload=") || !strings.Contains(got, `id="xonloadfn:1"`) {
		t.Errorf("id prefix not cleaned: %s", got)
	}
}

func TestRender_mentionHref(t *testing.T) {
	got := Render("@anna", Options{Mentions: Mentions{"anna": {ID: 3, Name: `A "<b>"`}},
		MentionHref: func(m Target) string { return fmt.Sprintf("https://hub.example/zh/m/%d", m.ID) }})
	want := `<p><a class="mention" href="https://hub.example/zh/m/3" data-member="3" rel="nofollow noreferrer">@A &#34;&lt;b&gt;&#34;</a></p>`
	if strings.TrimSpace(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestRender_tooLongIsPlain(t *testing.T) {
	src := strings.Repeat("**a** ", MaxSource/6+1)
	if got := Render(src, Options{}); strings.Contains(got, "<strong>") || !strings.HasPrefix(got, "<p>**a**") {
		t.Errorf("%d bytes were read as Markdown", len(src))
	}
}

// 64 KiB of anything that makes Markdown parsers slow costs at most some ten times what 64 KiB of ordinary posts do
// (15 ms on an idle machine of 2025), and makes no flood of output. What is quadratic costs a hundred times or more.
func TestRender_pathologicalInput(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("measures time")
	}
	patterns := []string{"[", "*", "_", ">", "~", "`", "![", "[a](", "[a](<b", "[a](b \"", "- ", "1. ", "> > ", "[^", "[^1]: ", "<", "<a:",
		"&", "a*b ", "*a _b ", "*a **b ", "\\", "|", "|\n", "a|b\n-|-\n", "www.", "http://", "@", "a@", "@a ", "@李", "**a", "_a", "[a][",
		"]", "[]", "[[]]", "``a`", "# ", "#\n", "---\n", "- a\n", "\t", "    a\n", "[a]: b\n", "[a]: <b\n", "[a]: b\n\n", "“**", "**。**a", "~~a ",
		"+ * - ", "![a](b)", "[![](", "<http://a", "</", "<!--", "&#", "~~~", "```\n", "[a]:", "[^1]", "[^a]:x\n", "*_*_", "\u200d",
		"é\u0301", "😀", "x@y.zz ", "https://a.bc/(((", "https://a.bc/)))&amp;", "[x](y) ", "a\n=\n", "`\\|` | ", "*a*", "a\n\n", "> a\n",
		">\n\n", "* * *\n", "![][", "[\\", "\"[", "](", "[a](b)]", "]*[", "[a](b ", "[^a][^b]", "|a|\n|-|\n", "a<", "(", "“", "。**", "*。_"}
	for _, pattern := range patterns {
		checkCost(t, fmt.Sprintf("%q", pattern), strings.Repeat(pattern, 64<<10/len(pattern)))
	}
	half := 32 << 10
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	for name, src := range map[string]string{
		"openers then closers": many("*a ", half/3) + many("b_ ", half/3),
		"nested emphasis":      many("*a ", half/3) + many("b* ", half/3),
		"runs of all lengths": func() (s string) {
			for i := range 350 {
				s += many("`", i) + "a"
			}
			return
		}(),
		"brackets open, closed": many("[", half) + many("]", half),
		"brackets, links":       many("[", half/4) + many("](b)", half/4),
		"images nested":         many("![", half/6) + many("](b)", half/6),
		"quotes deep":           many(">", half) + many("a\n>", half/3),
		"list staircase": func() (s string) {
			for i := range 340 {
				s += many(" ", i) + "- a\n"
			}
			return
		}(),
		"wide table":            "|" + many("a|", 49) + "\n|" + many("-|", 49) + "\n" + many("|\n", half/2),
		"wider table":           "|" + many("a|", 5000) + "\n|" + many("-|", 5000) + "\n" + many("|\n", half/2),
		"table of escapes":      "|a|b|\n|-|-|\n" + many("|`\\|`|`\\|`|\n", half/12),
		"long target, repeated": "[a]: https://x.example/" + many("y", 2000) + "\n\n" + many("[a] ", half/4),
		"longer target":         "[a]: https://x.example/" + many("y", half) + "\n\n" + many("[a] ", half/4),
		"long title, repeated":  "[a]: /x '" + many("y", half) + "'\n\n" + many("[a] ", half/4),
		"footnote, repeated":    "[^1]: a\n\n" + many("[^1]", half/4),
		"footnotes, many": func() (s string) {
			for i := range 3000 {
				s += fmt.Sprintf("[^%d]: a\n\n[^%d] ", i, i)
			}
			return
		}(),
		"labels, many": func() (s string) {
			for i := range 3000 {
				s += fmt.Sprintf("[%d]: /a\n[%d] ", i, i)
			}
			return
		}(),
		"footnotes nested":  many("[^1]: ", 5000) + "a",
		"one long line":     many("word ", half/5*2),
		"one long Han line": many("汉字。", 64<<10/9),
		"mentions, many":    many("@李云龙 ", half/11*2),
		"mention, endless":  "@" + many("李", half/3*2),
		"handle, endless":   "@" + many("a", half*2),
	} {
		checkCost(t, name, src)
	}
}

func checkCost(t *testing.T, name, src string) {
	t.Helper()
	const most = 15
	ordinary := strings.Repeat(post+"\n\n", 64<<10/(len(post)+2))
	var ratio float64
	for range 5 { // the machine may be busy, now more and now less: one good comparison is enough
		normal, _ := cost(ordinary)
		took, size := cost(src)
		if size > 1<<20 {
			t.Errorf("%s: %d bytes became %d", name, len(src), size)
		}
		ratio = float64(took) / float64(normal)
		if ratio < most {
			return
		}
	}
	t.Errorf("%s: costs %.0f times what ordinary text does, want less than %d", name, ratio, most)
}

// cost is the time to find mentions and render, and how many bytes come out.
func cost(src string) (time.Duration, int) {
	opt := Options{Mentions: Mentions{"李云龙": {ID: 1, Name: strings.Repeat("龙", 60)}}}
	start := time.Now()
	MentionCandidates(src)
	size := len(Render(src, opt))
	return time.Since(start), size
}

// elements lists the elements of an output, in order.
func elements(t testing.TB, out string) []*html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// post is an ordinary one, in both languages.
const post = "感谢 @AnnaWeber 的分享！关于**“家庭血压监测”**，我们在成都做了一项小规模试点：\n\n" +
	"1. 招募 120 名患者（年龄 ≥ 60 岁）\n2. 每周两次远程随访\n3. 数据见 https://example.org/data?id=12\n\n" +
	"> Have you compared it with clinic readings?\n\nYes: the mean difference was *small* (p<0.05), see [our report](https://example.org/r).\n\n" +
	"| 组 | 均值 |\n|---|---:|\n| A | 132 |\n| B | 128 |\n\n期待进一步合作。"

func BenchmarkRender_post(b *testing.B) {
	opt := Options{Mentions: Mentions{"annaweber": {ID: 7, Name: "Anna Weber"}}, IDPrefix: "p1-"}
	b.SetBytes(int64(len(post)))
	for b.Loop() {
		Render(post, opt)
	}
}

func BenchmarkRender_line(b *testing.B) {
	for b.Loop() {
		Render("好的，我明天把**数据**发给你。", Options{})
	}
}
