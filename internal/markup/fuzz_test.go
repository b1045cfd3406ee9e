package markup

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// nasty seeds every fuzz test: tricks against sanitisers, half-open Markdown and text of both languages.
var nasty = []string{
	"", "请@李云龙看一下 **“重点”**。", "# 标题\n\n- [x] 完成\n- [ ] 未完成\n\n| 甲 | 乙 |\n|---|:-:|\n| 1 | 2 |\n\n注[^1]\n\n[^1]: 脚注",
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=\"javascript:alert(1)\">x</a>",
	"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\tscript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](\x01javascript:alert(1))",
	"[x](javascript&colon;alert(1))", "[x](vbscript:msgbox)", "[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
	"[x](//evil.example)", "[x](/\\evil.example)", "[x](https:evil.example)", "[x](http:/\\/evil.example)", "[x](\\/\\/evil.example)", "[x](&#47;/evil.example)",
	"[x](<javascript:alert(1)>)", "<javascript:alert(1)>", "<data:text/html,x>", "[x]: javascript:alert(1)\n[x]", "[a](/x \"\\\" onmouseover=\\\"alert(1)\")",
	"![\" onerror=\"alert(1)](https://x.example/i.png)", "[\"><script>](https://x.example)", "```\"><script>alert(1)</script>\nx\n```", "```js onload=x\ny\n```",
	"`<script>`", "<style>*{display:none}</style>", "<iframe src=//evil.example>", "<object data=x>", "<base href=//evil.example>", "<link rel=stylesheet href=//e>",
	"<!--><img src=x>-->", "<![CDATA[<script>]]>", "<?php x ?>", "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "&lt;script&gt;", "&#x3C;script&#x3E;",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<x\x00script>", "\u003Cscript\u003E", "＜script＞", "[x](https://a.example/\u202Egnp.exe)",
	"https://a.example/\"onmouseover=alert(1)", "https://a.example/<script>", "www.a.example/'><img>", "a@b.example\"onclick=x", "http://a.example\\@b.example/",
	"[x](https://user:pass@evil.example)", "[x](mailto:a@b.example?subject=x&body=<script>)", "[a [b](c) d](e)", "[![a](b)](c)", "![[a](b)](c)", "[^1][^1]\n\n[^1]: [^1]",
	"> > > > > > > > > > > > > > > deep", "- - - - - - - - - - - - - - - deep", "1. 1. 1. 1. 1. 1. 1. 1. 1. 1. 1. 1. 1. x", "***a**b*c_d_e__f__", "~~a ~~b~~ c~~", "**a~~b**c~~",
	"| a |\n|---|\n| `\\|` | b | c |", "|\n|-|\n", "a\n===\nb\n---\n", "\t- a\n\t\t- b", "    code\n\ttab", "\\", "\\\\", "\\\n", "a  \nb\\\nc", "[]()", "![]()", "[](<>)", "[a](<b c>)",
	"@anna@anna @@anna @anna_ @anna. @李 @李云龙云龙", "*@anna*@anna*", "[@anna](/x) `@anna`", "@a\u0301nna", "\xff\xfe", "a\xc3", "\x00", "\u200b\u200d\ufeff", "\u2028\u2029", "\ufffd\uffff",
	"e\u0301\u0301\u0301", "👩\u200d👩\u200d👧\u200d👦🇨🇳🇩🇪", "𠀀𠀁**“𠀂”**𠀃", "葛\U000E0100**(x)**", "“\uFE01**(x)**字", "한국어**(강조)**을", "مرحبا **بالعالم**", "\u202Eabc\u202C \u2067x\u2069",
	"&amp;amp;lt;", "&", "&#;", "&#0;", "&#x110000;", "&NotEqualTilde;", "&copy=2", "p<0.05 & n>30", "C:\\Users\\名", "$x_1 * y_2$", "5~10天，3~4天", "(c) (r) -- ... 'q' \"q\"",
}

// What is rendered without the parser must look as if the parser had rendered it, and has no links.
func FuzzRender_simple(f *testing.F) {
	addSeeds(f)
	for _, s := range []string{"We'll compare (again) 12-14 samples, 30% of all; fine?", "我家在上海东边，12 号。", "W. 1. a", "x www.a.example", "ftp.a.example",
		"a.example/x", "Step - one", "A -", "A\u3000B", "no 'quotes' here", "a b", "A (1) b)", "上海 - 北京 ...", "a!", "a …", "“重点”：甲、乙（丙）《丁》", "---", "a---"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if isSimple(src, "") && len(linksOf(src)) > 0 {
			t.Errorf("%q has links", src)
		}
		for _, lang := range []string{"en", "zh", ""} {
			opt := Options{IDPrefix: "p1-", Lang: lang, Mentions: Mentions{"李": {ID: 1, Name: "李"}, "a": {ID: 7, Name: "a"}}}
			if got, want := Render(src, opt), render(src, opt); got != want {
				t.Errorf("%q in %q:\ngot  %q\nwant %q", src, lang, got, want)
			}
		}
	})
}

func addSeeds(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Add(strings.Join(nasty, "\n"))
	f.Add(strings.Join(nasty, " "))
}

// What every reader is served for years. The rules here are written apart from the sanitiser's on purpose.
func FuzzRender(f *testing.F) {
	addSeeds(f)
	opt := Options{IDPrefix: "p1-", Lang: "zh", Origin: "https://hub.example", Mentions: Mentions{
		"李云龙": {ID: 12, Name: "李云龙"}, "李": {ID: 1}, "anna": {ID: 7, Name: `<script>"'&`}, "a_b": {ID: -3}}}
	f.Fuzz(func(t *testing.T, src string) {
		out := Render(src, opt)
		checkSafe(t, src, out)
		english := opt
		english.Lang = "en"
		checkSafe(t, src, Render(src, english))
		if again := machinery().policy.Sanitize(out); again != out {
			t.Errorf("sanitising twice changes the output of %q:\n%s\n%s", src, out, again)
		}
		if utf8.ValidString(src) {
			if n := len(Plain(src)); n > 8*len(src)+64 {
				t.Errorf("Plain made %d bytes of %d", n, len(src))
			}
		}
	})
}

var allowed = map[string][]string{
	"p": nil, "br": nil, "hr": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil, "strong": nil, "em": nil, "del": nil, "pre": nil,
	"code": {"class"}, "blockquote": nil, "ul": nil, "ol": {"start"}, "li": {"id"}, "table": nil, "thead": nil, "tbody": nil, "tr": nil,
	"th": {"class"}, "td": {"class"}, "sup": {"id"}, "div": {"class", "role", "tabindex"},
	"a": {"href", "title", "rel", "class", "role", "data-member"}, "span": {"lang", "class"},
}

func checkSafe(t *testing.T, src, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q: output is no valid UTF-8: %q", src, out)
	}
	var open []string
	ids := map[string]bool{}
	for z := html.NewTokenizer(strings.NewReader(out)); ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("%q: not closed: %v\n%s", src, open, out)
			}
			return
		case html.CommentToken, html.DoctypeToken:
			t.Fatalf("%q: comment or doctype in %s", src, out)
		case html.StartTagToken, html.SelfClosingTagToken:
			checkElement(t, src, out, token, ids)
			if token.Data == "a" && slices.Contains(open, "a") {
				t.Fatalf("%q: link in a link: %s", src, out)
			}
			if !slices.Contains([]string{"br", "hr"}, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("%q: </%s> closes %v\n%s", src, token.Data, open, out)
			}
			open = open[:len(open)-1]
		}
	}
}

func checkElement(t *testing.T, src, out string, token html.Token, ids map[string]bool) {
	t.Helper()
	attributes, ok := allowed[token.Data]
	if !ok {
		t.Fatalf("%q: element <%s> in %s", src, token.Data, out)
	}
	values := map[string]string{}
	for _, a := range token.Attr {
		if !slices.Contains(attributes, a.Key) {
			t.Fatalf("%q: attribute %s of <%s> in %s", src, a.Key, token.Data, out)
		}
		values[a.Key] = a.Val
	}
	if id, ok := values["id"]; ok {
		if !strings.HasPrefix(id, "p1-fn") || ids[id] {
			t.Fatalf("%q: id %q in %s", src, id, out)
		}
		ids[id] = true
	}
	href, ok := values["href"]
	if !ok {
		if token.Data == "a" {
			t.Fatalf("%q: link without target in %s", src, out)
		}
		return
	}
	checkHref(t, src, href, values["rel"])
}

// checkHref reads an address as browsers do: they drop white space and control characters and take "\" for "/".
func checkHref(t *testing.T, src, href, rel string) {
	t.Helper()
	seen := strings.ToLower(strings.ReplaceAll(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, href), `\`, "/"))
	switch {
	case strings.HasPrefix(seen, "http://"), strings.HasPrefix(seen, "https://"), strings.HasPrefix(seen, "mailto:"):
		if rel != externalRel {
			t.Fatalf("%q: link to %q with rel %q", src, href, rel)
		}
	case strings.HasPrefix(seen, "//"), !strings.HasPrefix(seen, "/") && !strings.HasPrefix(seen, "#"):
		t.Fatalf("%q: link to %q", src, href)
	}
}

func FuzzMentionCandidates(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		candidates := MentionCandidates(src)
		if len(candidates) > maxMentions*2*(maxHandleHan+2) {
			t.Fatalf("%d candidates", len(candidates))
		}
		known := Mentions{}
		for i, c := range candidates {
			if c == "" || Fold(c) != c || utf8.RuneCountInString(c) > 4*MaxHandle || strings.ContainsAny(c, "@ \n<") {
				t.Fatalf("%q: candidate %q", src, c)
			}
			known[c] = Target{ID: int64(i + 1)}
		}
		// Whoever is told must have been a candidate; and what a candidate leads to stays safe HTML.
		for _, m := range Mentioned(src, known) {
			if m.ID < 1 || int(m.ID) > len(candidates) {
				t.Fatalf("%q mentions %v, no candidate", src, m)
			}
		}
		checkSafe(t, src, Render(src, Options{Mentions: known, IDPrefix: "p1-"}))
	})
}

func FuzzExcerpt(f *testing.F) {
	for i, s := range nasty {
		f.Add(s, i%40)
	}
	f.Fuzz(func(t *testing.T, src string, max int) {
		src = strings.ToValidUTF8(src, "")
		max %= 300
		got := Excerpt(src, max)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r") {
			t.Fatalf("Excerpt(%q, %d) = %q", src, max, got)
		}
		if Weight(got) > max && max > 0 {
			t.Fatalf("Excerpt(%q, %d) = %q weighs %d", src, max, got, Weight(got))
		}
		rest, cut := strings.CutSuffix(got, "…")
		line := oneLine(Plain(src))
		if cut && strings.HasPrefix(line, rest) && rest != "" {
			if next, _ := utf8.DecodeRuneInString(line[len(rest):]); modifies(next) && len(rest) < len(line) && !strings.HasSuffix(line, "…") {
				t.Fatalf("Excerpt(%q, %d) = %q cuts before %q", src, max, got, next)
			}
		}
	})
}

func FuzzDiff(f *testing.F) {
	for i, s := range nasty {
		f.Add(s, nasty[(i*7+3)%len(nasty)])
		f.Add(s, s+" 好 "+s)
	}
	f.Fuzz(func(t *testing.T, old, new string) {
		chunks := Diff(old, new)
		a, b := sides(chunks)
		if a != old || b != new {
			t.Fatalf("Diff(%q, %q) loses text: %q, %q", old, new, a, b)
		}
		for i, c := range chunks {
			if c.Text == "" || i > 0 && (chunks[i-1].Op == c.Op || chunks[i-1].Op == Added && c.Op == Removed) {
				t.Fatalf("Diff(%q, %q): chunks out of order: %s", old, new, show(chunks))
			}
		}
		if old == new && len(chunks) > 1 {
			t.Fatalf("Diff of equal texts: %s", show(chunks))
		}
	})
}

func FuzzClean(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := Clean(s)
		if ok != utf8.ValidString(s) {
			t.Fatalf("Clean(%q) reports %v", s, ok)
		}
		if again, _ := Clean(got); again != got {
			t.Fatalf("Clean is not settled: %q → %q → %q", s, got, again)
		}
		if !norm.NFC.IsNormalString(got) {
			t.Fatalf("Clean(%q) = %q is not NFC", s, got)
		}
		for _, r := range got {
			if isNoise(r) && r != '\n' && r != '\t' && r != zwsp {
				t.Fatalf("Clean(%q) keeps %U", s, r)
			}
		}
		line, _ := CleanLine(s)
		if strings.ContainsAny(line, "\n\t\u3000\u200b") || strings.TrimSpace(line) != line {
			t.Fatalf("CleanLine(%q) = %q", s, line)
		}
	})
}

func FuzzNames(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		if folded := Fold(s); Fold(folded) != folded && utf8.ValidString(s) {
			t.Fatalf("Fold is not settled: %q → %q → %q", s, folded, Fold(folded))
		}
		if h := Handle(s); h != "" && (!ValidHandle(h) || utf8.RuneCountInString(h) > maxDerived) {
			t.Fatalf("Handle(%q) = %q is no valid handle", s, h)
		}
		slug := Slug(s, "zh")
		if len(slug) > maxSlug || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(slug, "-") != slug {
			t.Fatalf("Slug(%q) = %q", s, slug)
		}
		if quote := Quote(s, s); quote != "" && !strings.HasPrefix(quote, ">") {
			t.Fatalf("Quote(%q) = %q", s, quote)
		}
		Lang(s)
		if Blank(s) && utf8.ValidString(s) && visible(Plain(s)) && strings.IndexFunc(Plain(s), func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
			t.Fatalf("Blank(%q), and yet it shows %q", s, Plain(s))
		}
	})
}
