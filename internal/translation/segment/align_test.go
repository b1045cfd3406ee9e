package segment

import (
	"slices"
	"testing"
)

func TestAlign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source, target string
		want           []Pair
	}{
		"sentence by sentence": {
			"# 居家血压\n\n我们测了两次。以第二次\n为准。\n\n- 袖带",
			"# Blood pressure at home\n\nWe measured twice. The second counts.\n\n- cuff",
			[]Pair{{"居家血压", "Blood pressure at home"}, {"我们测了两次。", "We measured twice."},
				{"以第二次为准。", "The second counts."}, {"袖带", "cuff"}},
		},
		"whole blocks where sentences differ in number": {
			"共30人；随访一年。\n\n好。", "There were 30, followed for a year.\n\nGood.",
			[]Pair{{"共30人；随访一年。", "There were 30, followed for a year."}, {"好。", "Good."}},
		},
		"whole blocks where sentences moved": {
			"入组30人。其中12人吸烟。又有6人饮酒，已戒。", "We took in 30, of whom 12 smoked. Another 6 drank. They stopped.",
			[]Pair{{"入组30人。其中12人吸烟。又有6人饮酒，已戒。", "We took in 30, of whom 12 smoked. Another 6 drank. They stopped."}},
		},
		"nothing where blocks differ in number":   {"一。\n\n二。", "One. Two.", nil},
		"nothing where blocks differ in kind":     {"# 一\n\n二", "One\n\n# Two", nil},
		"no code, no quotations, nothing equal":   {"> 引文\n\n`x`\n\nPCR\n\n是", "> 引文\n\n`x`\n\nPCR\n\nyes", []Pair{{"是", "yes"}}},
		"cells by cells, numbers left out":        {"| 药 | 量 |\n|-|-|\n| 氨氯地平 | 5 |", "| Drug | Dose |\n|-|-|\n| amlodipine | 5 |", []Pair{{"药", "Drug"}, {"量", "Dose"}, {"氨氯地平", "amlodipine"}}},
		"emphasis around a sentence is no matter": {"**目的。** 检验。", "Aim. To test.", []Pair{{"目的。", "Aim."}, {"检验。", "To test."}}},
		"nothing of nothing":                      {"", "", nil},
	} {
		if got := Align(c.source, c.target, true); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n %q, want\n %q", name, got, c.want)
		}
	}
	if got := Align("# 一", "# One", false); !slices.Equal(got, []Pair{{"# 一", "# One"}}) {
		t.Errorf("plain text: %q", got)
	}
}
