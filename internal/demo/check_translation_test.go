package demo

import (
	"slices"
	"strings"
	"testing"
)

func TestCheck_translation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source, lang, text, by string
		want                   string // "": nothing is wrong
	}{
		"faithful": {"两家医院、1.5万人，见`audit.html`。\n\n- @annaweber，**请看。**", "zh",
			"Two hospitals and 15,000 people, see `audit.html`.\n\n- @annaweber, **please look.**", "sofia", ""},
		"small number as a word": {"第3条有12人反对。", "zh", "Twelve people object to the third point.", "sofia", ""},
		"none":                   {"没有人译过这一句。", "zh", "", "", ""},
		"translator of nothing":  {"没有人译过这一句。", "zh", "", "sofia", "translated: is missing, but has a translator"},
		"nobody's":               {"没有人译过这一句。", "zh", "Nobody has translated this.", "", `translator: nobody has the key ""`},
		"the source":             {"没有人译过这一句。", "zh", "没有人译过这一句。", "sofia", "translated: is the source"},
		"the same language":      {"没有人译过这一句。", "zh", "这一句没有人译过。", "sofia", `reads as "zh"`},
		"a paragraph less":       {"第一段。\n\n第二段。", "zh", "The first and the second.", "sofia", "has 1 paragraphs, the source 2"},
		"a list as prose":        {"- 第一条\n- 第二条", "zh", "The first one and the second one.", "sofia", "has the elements []"},
		"an item ticked":         {"- [ ] 分析方案定稿", "zh", "- [x] The analysis plan is final", "sofia", "has the elements"},
		"nobody named":           {"@王静，您怎么看？", "zh", "What do you think?", "sofia", "has the links []"},
		"somebody else named":    {"@王静，您怎么看？", "zh", "@张敏, what do you think?", "sofia", "has the links"},
		"unknown name":           {"王静，您怎么看？", "zh", "@wangjing, what do you think?", "sofia", "translated: has 1 “@” and 0 names"},
		"another address":        {"见[这里](/c/one-health)。", "zh", "It is [here](/c/digital-health).", "sofia", "has the links"},
		"code translated":        {"请看`n`这一列。", "zh", "See the column `count`.", "sofia", "has the code"},
		"a footnote lost":        {"差距不大。[^1]\n\n[^1]: 见表。", "zh", "The difference is small.\n\nSee the table.", "sofia", "has the links []"},
		"a figure changed":       {"耐药率是21.4%。", "zh", "The resistance is 24.1%.", "sofia", "has lost 21.4"},
		"ten thousands lost":     {"费用约5.1万元。", "zh", "It costs about 5.1 yuan.", "sofia", "has lost 51000"},
		"space by hand":          {"We read the MIC.", "en", "我们看的是 MIC 值。", "zhangmin", `is set by hand: "是 M"`},
		"half-width punctuation": {"We read the MIC.", "en", "我们看的是,最低抑菌浓度。", "zhangmin", `is set by hand: "是,"`},
		"straight quotation":     {"所谓“首株”。", "zh", `The so-called "first isolate".`, "sofia", "straight quotation marks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := mustRead(t)
			p := &content.Threads[0].Posts[0]
			p.Body, p.Lang, p.Translated, p.Translator, p.Reviewed = c.source, c.lang, c.text, c.by, false
			err := content.check()
			if c.want == "" && err != nil {
				t.Errorf("told %v, want nothing", err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("told %v, want %q", err, c.want)
			}
		})
	}
}

func TestCheck_glossaryAndMemory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		terms    []term
		segments []pair
		want     string
	}{
		"Chinese in English":      {terms: []term{{En: "breakpoint 折点", Zh: "折点"}}, want: "en: has Han characters"},
		"no Chinese":              {terms: []term{{En: "breakpoint", Zh: "breakpoint"}}, want: "zh: has no Han character"},
		"twice":                   {terms: []term{{En: "Breakpoint", Zh: "折点"}, {En: "breakpoint", Zh: "折点"}}, want: "stands there twice"},
		"of no challenge":         {terms: []term{{En: "breakpoint", Zh: "折点", Challenge: "peace"}}, want: `no challenge "peace"`},
		"two lines":               {segments: []pair{{En: "It is\nso.", Zh: "的确如此。"}}, want: "en: is not one line"},
		"the wrong way round":     {segments: []pair{{En: "的确如此。", Zh: "It is so."}}, want: `en: reads as "zh"`},
		"a figure lost":           {segments: []pair{{En: "We enrolled 1,920 patients.", Zh: "我们入组了192例患者。"}}, want: "has lost 1920"},
		"the same sentence twice": {segments: []pair{{En: "It is so.", Zh: "的确如此。"}, {En: "It is so.", Zh: "正是这样。"}}, want: "stands there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := mustRead(t)
			content.Terms, content.Segments = c.terms, c.segments
			if err := content.check(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("told %v, want %q", err, c.want)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"4,870 of 6214":    {"4870", "6214"},
		"约5.1万元，0.02～0.5亿": {"51000", "0.02", "50000000"},
		"`05/03/2021`":     {"5", "3", "2021"},
		"k ≥ 10, 2+1维":     {"10", "2", "1"},
		"none":             nil,
	} {
		if got := figures(text); !slices.Equal(got, want) {
			t.Errorf("%s has the figures %q, want %q", text, got, want)
		}
	}
}
