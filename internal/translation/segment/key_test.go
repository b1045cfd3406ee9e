package segment

import (
	"slices"
	"testing"
)

func TestKey_same(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"How long has it lasted?", "  how long\nhas it  LASTED？", "Ｈow long has it lasted?"},
		{"使用PCR检测。", "使用 PCR 检测。", "使用ＰＣＲ检测.", "使用PCR\n检测。"},
		{"她说“是的”。", "她说「是的」。", "她说\"是的\"."},
		{"It’s 5–10 days", "It's 5-10 days", "it's 5‑10\u00A0days"},
		{"乙肝\u200B疫苗", "乙肝疫苗"},
		{"“好。”", "\"好.\""},
	} {
		for _, s := range same {
			if got, want := Key(s), Key(same[0]); got != want {
				t.Errorf("Key(%q) = %q, want %q as of %q", s, got, want, same[0])
			}
		}
	}
}

func TestKey_different(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"10⁶ CFU", "106 CFU"}, {"H₂O", "H2O"}, {"no cough", "nocough"}, {"好吗？", "好。"}, {"½ dose", "1/2 dose"}, {"a, b", "a b"},
	} {
		if Key(pair[0]) == Key(pair[1]) {
			t.Errorf("Key(%q) = Key(%q) = %q", pair[0], pair[1], Key(pair[0]))
		}
	}
	for _, s := range []string{"", " \n\t", "\u200B"} {
		if got := Key(s); got != "" {
			t.Errorf("Key(%q) = %q, want nothing", s, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][]string{
		"no numbers":                nil,
		"1,234.5 of 12,345,678":     {"1234.5", "12345678"},
		"１２３．４ 与 １，２３４":             {"123.4", "1234"},
		"共2，300人":                   {"2", "300"},
		"1,2,3 and 1,2345":          {"1", "1", "2", "2345", "3"},
		"at −5 °C, not (-7) or 2-3": {"-5", "-7", "2", "3"},
		"COVID-19 in 2019–2021":     {"19", "2019", "2021"},
		"10⁶, 10⁻³ and m²":          {"10", "10", "^-3", "^2", "^6"},
		"3.50 is not 3.5. At 12:30": {"12", "3.5", "3.50", "30"},
		"version 1.2.3":             {"1.2", "3"},
		"-":                         nil,
	} {
		if got := Numbers(s); !slices.Equal(got, want) {
			t.Errorf("Numbers(%q) = %q, want %q", s, got, want)
		}
	}
}
