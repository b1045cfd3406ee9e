package segment

import (
	"slices"
	"strings"
	"testing"
)

// translated are the texts of the pieces to translate.
func translated(pieces []Piece) []string {
	var out []string
	for _, p := range pieces {
		if p.Translate {
			out = append(out, p.Text)
		}
	}
	return out
}

func joined(pieces []Piece) string {
	var out strings.Builder
	for _, p := range pieces {
		out.WriteString(p.Text)
	}
	return out.String()
}

func TestSplit_sentences(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		// Stops of both scripts.
		"我们随访了三年。结果很好！您同意吗？谢谢": {"我们随访了三年。", "结果很好！", "您同意吗？", "谢谢"},
		"基线已测；复查在六月。好。":        {"基线已测；复查在六月。", "好。"},
		"真的？！太好了。":             {"真的？！", "太好了。"},
		"他没有回答……我们继续等。":        {"他没有回答……", "我们继续等。"},
		"We followed them for three years. The results are good! Do you agree? Thanks": {
			"We followed them for three years.", "The results are good!", "Do you agree?", "Thanks"},
		"do you smoke? no i don't! thanks":         {"do you smoke?", "no i don't!", "thanks"},
		"Wait... what? Well... The visit is over.": {"Wait... what?", "Well...", "The visit is over."},
		"采样完成.结果见下表.":                              {"采样完成.", "结果见下表."},
		"Is PCR enough?我们认为不够。":                    {"Is PCR enough?", "我们认为不够。"},

		// Abbreviations, initials, numbers.
		"Bring a diary, e.g. on paper. It helps, i.e. it reminds you.": {"Bring a diary, e.g. on paper.", "It helps, i.e. it reminds you."},
		"Keller et al. found the same. Keller et al. The next group did not.": {
			"Keller et al. found the same.", "Keller et al.", "The next group did not."},
		"See Fig. 2 and No. 5. Dr. Weber agrees.":       {"See Fig. 2 and No. 5.", "Dr. Weber agrees."},
		"Was it safe? No. We stopped.":                  {"Was it safe?", "No.", "We stopped."},
		"J. Smith and A. B. Jones wrote it. They left.": {"J. Smith and A. B. Jones wrote it.", "They left."},
		"The U.S. Department paid. We moved to the U.S. The grant ended.": {
			"The U.S. Department paid.", "We moved to the U.S.", "The grant ended."},
		"Drug vs. placebo, approx. 3.5 mg. Then 4.5 mg.":   {"Drug vs. placebo, approx. 3.5 mg.", "Then 4.5 mg."},
		"The effect was clear, p < 0.05. Nobody fell ill.": {"The effect was clear, p < 0.05.", "Nobody fell ill."},
		"They lack vitamin D. The winter is dark.":         {"They lack vitamin D.", "The winter is dark."},
		"E. coli grew. mRNA levels fell. P. vivax did not.": {
			"E. coli grew.", "mRNA levels fell.", "P. vivax did not."},
		"It began in 2019. By 2021 it was over.":                       {"It began in 2019.", "By 2021 it was over."},
		"2.1. Scope is wide. Good":                                     {"2.1. Scope is wide.", "Good"},
		"We meet at 9 a.m. in Ghent. Come at 8 a.m. The door is open.": {"We meet at 9 a.m. in Ghent.", "Come at 8 a.m.", "The door is open."},
		"样本量为30.5人。均值3.2。":                                             {"样本量为30.5人。", "均值3.2。"},

		// Addresses.
		"Read https://example.org/a.b?c=d. Then doi:10.1000/xyz.123. Write to anna@example.org. Bye": {
			"Read https://example.org/a.b?c=d.", "Then doi:10.1000/xyz.123.", "Write to anna@example.org.", "Bye"},
		"见https://example.org/a。之后再谈。": {"见https://example.org/a。", "之后再谈。"},

		"It is online. https://example.org has it": {"It is online.", "https://example.org has it"},

		// Brackets and quotation marks.
		"样本（见表2。）很小。": {"样本（见表2。）很小。"},
		"We waited (it was late. It rained.) and left. (So did they.) Good.": {
			"We waited (it was late. It rained.) and left.", "(So did they.)", "Good."},
		"She asked, “Does it hurt?” Then she left.":   {"She asked, “Does it hurt?”", "Then she left."},
		"“Does it hurt?” she asked. \"No.\" he said.": {"“Does it hurt?” she asked.", "\"No.\" he said."},
		"他问：“疼吗？”我点头。“还好。”他写道。":                       {"他问：“疼吗？”", "我点头。", "“还好。”他写道。"},

		// Marks in the line.
		"Use `a. B` and [the guide. It is short](https://example.org/a_(b)). Done": {
			"Use `a. B` and [the guide. It is short](https://example.org/a_(b)).", "Done"},
		"It **failed. Twice.** We stopped.":        {"It **failed. Twice.**", "We stopped."},
		"**Methods.** We asked 30 people.":         {"Methods.", "We asked 30 people."},
		"**结论。**可行。*全文如下。*":                        {"结论。", "可行。", "全文如下。"},
		"**重要：**请先测量。":                             {"**重要：**请先测量。"},
		"Shown before.[^1] Shown again.[3,4] New.": {"Shown before.[^1]", "Shown again.[3,4]", "New."},
		"The mean $\\bar{x}. Y$ is known. Good":    {"The mean $\\bar{x}. Y$ is known.", "Good"},
		"@李云龙 您好。@AnnaWeber thanks!":               {"@李云龙 您好。", "@AnnaWeber thanks!"},

		// Line breaks.
		"A long line\nthat goes on. Next": {"A long line\nthat goes on.", "Next"},
		"一行\n续行。下一句":                      {"一行\n续行。", "下一句"},
		"Anna Weber  \nGhent\\\nBelgium":  {"Anna Weber", "Ghent", "Belgium"},

		// Nothing to translate.
		"https://example.org": nil, "`make test`": nil, "37.5 °C": nil, "2019": nil, "👍": nil, "": nil, " \n": nil, "$x$": nil,
	} {
		pieces := Split(src, true)
		if got := translated(pieces); !slices.Equal(got, want) {
			t.Errorf("Split(%q) translates\n %q, want\n %q", src, got, want)
		}
		if got := joined(pieces); got != src {
			t.Errorf("Split(%q) joins to %q", src, got)
		}
	}
}

const document = "# Blood pressure at home #\n" +
	"\n" +
	"We measured twice.\nThe second counts. See [the plan][p].\n" +
	"\n" +
	"- [ ] Buy a cuff. Try it.\n" +
	"- Write down\n  the time.\n" +
	"  1. 先坐五分钟。\n" +
	"\n" +
	"> Who said this? Nobody.\n" +
	"\n" +
	"```sh\nsenet serve. Now.\n```\n" +
	"\n" +
	"| Drug | 剂量 |\n|:--|--:|\n| Amlodipine | 5 mg |\n" +
	"\n" +
	"$$\nm = \\frac{a}{b}. C\n$$\n" +
	"\n" +
	"Summary\n-------\n" +
	"Good[^1]\n" +
	"\n" +
	"[^1]: A note. It is short.\n" +
	"\n" +
	"[p]: https://example.org \"The plan. Whole.\"\n" +
	"\n" +
	"    indented. Code.\n"

func TestSplit_blocks(t *testing.T) {
	t.Parallel()
	pieces := Split(document, true)
	if got := joined(pieces); got != document {
		t.Fatalf("joins to %q", got)
	}
	type sentence struct {
		text  string
		block int
	}
	var got []sentence
	for _, p := range pieces {
		if p.Translate {
			got = append(got, sentence{p.Text, p.Block})
		}
	}
	want := []sentence{
		{"Blood pressure at home", 0},
		{"We measured twice.", 1}, {"The second counts.", 1}, {"See [the plan][p].", 1},
		{"Buy a cuff.", 2}, {"Try it.", 2}, {"Write down\n  the time.", 3}, {"先坐五分钟。", 4},
		// 5 is the quotation, 6 the code.
		{"Drug", 7}, {"剂量", 8}, {"Amlodipine", 9},
		// 10 is the dose, 11 the formula.
		{"Summary", 12}, {"Good[^1]", 13}, {"A note.", 14}, {"It is short.", 14},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n %v, want\n %v", got, want)
	}
	if last := pieces[len(pieces)-1]; last.Block != 16 {
		t.Errorf("the last block has number %d, want 16", last.Block)
	}
}

func TestSplit_plain(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		"# Not a heading. - no list": {"# Not a heading.", "- no list"},
		"*Salmonella* in milk":       {"*Salmonella* in milk"},
		" 高血压管理：现状与展望 ":              {"高血压管理：现状与展望"},
		"> first line\n\n    second": {"> first line", "second"},
		"COVID-19: what now? Part 2": {"COVID-19: what now?", "Part 2"},
		"2019–2021":                  nil,
	} {
		pieces := Split(src, false)
		if got := translated(pieces); !slices.Equal(got, want) {
			t.Errorf("Split(%q) translates %q, want %q", src, got, want)
		}
		if got := joined(pieces); got != src {
			t.Errorf("Split(%q) joins to %q", src, got)
		}
	}
}

func TestWeave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src     string
		targets []string
		want    string
	}{
		{"我们测了两次。以第二次为准。", []string{"We measured twice.", "The second counts."},
			"We measured twice. The second counts."},
		{"We measured twice. The second counts.", []string{"我们测了两次。", "以第二次为准。"},
			"我们测了两次。以第二次为准。"},
		{"**Aim.** To test. **End. Bye.**", []string{"目的。", "检验。", "完。", "再见。"},
			"**目的。**检验。**完。再见。**"},
		{"**目的。**检验。**完。再见。**好。", []string{"Aim.", "To test.", "End.", "Bye.", "Good."},
			"**Aim.** To test. **End. Bye.** Good."},
		{"- 一。二。\n- 三", []string{"One.", "Two.", "Three"}, "- One. Two.\n- Three"},
		{"| 甲 | 乙 |\n|--|--|\n| 丙 | 5 mg |", []string{"A|B", "B", "C\nD"},
			"| A\\|B | B |\n|--|--|\n| C D | 5 mg |"},
		{"First line.\nSecond.", []string{"第一行。", "第二行。"}, "第一行。\n第二行。"},
		{"“Yes.” “No.” Nothing", []string{"“是。”", "“不。”", "无"}, "“是。”“不。”无"},
		{"“是。”“不。”", []string{"“Yes.”", "“No.”"}, "“Yes.” “No.”"},
		{"Anna  \nGhent", []string{"安娜", "根特"}, "安娜  \n根特"},
		{"Yes. https://example.org No.", []string{"是。", "https://example.org 否。"}, "是。https://example.org 否。"},
	} {
		got, err := Weave(Split(c.src, true), c.targets)
		if err != nil || got != c.want {
			t.Errorf("Weave(Split(%q)) = %q, %v; want %q", c.src, got, err, c.want)
		}
	}
	for _, targets := range [][]string{nil, {"a"}, {"a", "b", "c"}} {
		if _, err := Weave(Split("One. Two.", true), targets); err != ErrPieces {
			t.Errorf("Weave with %d texts for 2: %v, want ErrPieces", len(targets), err)
		}
	}
}

func TestUnwrap(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"one\n  two": "one two", "一，\n二": "一，二", "用\nPCR": "用 PCR", "a\r\n\r\nb\n": "a b", "same  line": "same  line", "\n": "",
	} {
		if got := Unwrap(src); got != want {
			t.Errorf("Unwrap(%q) = %q, want %q", src, got, want)
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat(document+"\n", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Split(text, true)
	}
}
