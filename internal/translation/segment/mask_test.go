package segment

import (
	"slices"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sentence, text, held string }{
		// Mentions.
		{"@AnnaWeber please ask @anna.b.", "⟦1⟧ please ask ⟦2⟧.", "@AnnaWeber @anna.b"},
		{"@李云龙，请看。谢谢@王敏！", "⟦1⟧，请看。谢谢⟦2⟧！", "@李云龙 @王敏"},
		{"@张敏请看一下这份数据", "⟦1⟧请看一下这份数据", "@张敏"}, // is known
		{"@欧阳修请看一下这份数据", "@欧阳修请看一下这份数据", ""},
		{"@Weber王 has it", "⟦1⟧王 has it", "@Weber"},
		{"mail anna@example.org or name@host", "mail ⟦1⟧ or name@host", "anna@example.org"},

		// Addresses.
		{"See https://example.org/a_(b)?c=d, or www.example.org.", "See ⟦1⟧, or ⟦2⟧.", "https://example.org/a_(b)?c=d www.example.org"},
		{"见https://example.org/a。再见（http://example.org）", "见⟦1⟧。再见（⟦2⟧）", "https://example.org/a http://example.org"},
		{"It is doi:10.1000/xyz(1).2, or 10.1000/182.", "It is ⟦1⟧, or ⟦2⟧.", "doi:10.1000/xyz(1).2 10.1000/182"},
		{"<https://example.org> it is", "⟦1⟧ it is", "<https://example.org>"},

		// Links: the text stays.
		{"Read [the *plan*](https://example.org \"T\") now", "Read ⟦1⟧the *plan*⟦2⟧ now", "[|](https://example.org \"T\")"},
		{"![血压计](/a.png) 与 [文][r]", "⟦1⟧血压计⟦2⟧ 与 ⟦3⟧文⟦4⟧", "![ ](/a.png) [ ][r]"},
		{"[![a](b) c](d)", "⟦1⟧⟦2⟧a⟦3⟧ c⟦4⟧", "[ ![ ](b) ](d)"},
		{"as shown [12] and [^1]", "as shown [12] and ⟦1⟧", "[^1]"},

		// Code and formulas, and no money.
		{"Run `make  x` or ``a`b``", "Run ⟦1⟧ or ⟦2⟧", "`make  x`|``a`b``"},
		{"The value $x_1$ or \\(a + b\\) or $$y$$", "The value ⟦1⟧ or ⟦2⟧ or ⟦3⟧", "$x_1$|\\(a + b\\)|$$y$$"},
		{"It cost $5 and $6, or $5-$6, or US$5, not 6$.", "It cost $5 and $6, or $5-$6, or US$5, not 6$.", ""},
		{"from $5 to 10$ a day", "from $5 to 10$ a day", ""},

		// Numbers with symbols of units, and others.
		{"Give 5 mg/kg at 37.5 °C", "Give ⟦1⟧ at ⟦2⟧", "5 mg/kg|37.5 °C"},
		{"有10⁶ CFU/mL，占95%，温度37℃", "有⟦1⟧，占⟦2⟧，温度⟦3⟧", "10⁶ CFU/mL|95%|37℃"},
		{"每日5mg/kg，共5天", "每日⟦1⟧，共5天", "5mg/kg"},
		{"12 µg/L and 3 × 10⁵ or 1.5x10^9/L", "⟦1⟧ and ⟦2⟧ or ⟦3⟧", "12 µg/L|3 × 10⁵|1.5x10^9/L"},
		{"with p < 0.05 and *P*=.03, n = 30", "with ⟦1⟧ and ⟦2⟧, ⟦3⟧", "p < 0.05|*P*=.03|n = 30"},
		{"120/80 mmHg, 18.5–24.9 kg/m², -80 °C, 2.5 mL·min⁻¹·kg⁻¹", "⟦1⟧, ⟦2⟧, ⟦3⟧, ⟦4⟧", "120/80 mmHg|18.5–24.9 kg/m²|-80 °C|2.5 mL·min⁻¹·kg⁻¹"},
		{"10 mg/day in the morning", "⟦1⟧/day in the morning", "10 mg"},
		{"5 days, 10 patients, IL-6 gene, 3D, H5N1, COVID-19, 2 groups, 12 of 30", "5 days, 10 patients, IL-6 gene, 3D, H5N1, COVID-19, 2 groups, 12 of 30", ""},
		{"the *bla*NDM gene of NC_045512.2", "the *bla*NDM gene of NC_045512.2", ""},

		// The text's own brackets.
		{"a ⟦1⟧ b", "a ⟦1⟧1⟦2⟧ b", "⟦|⟧"},
	} {
		m := Mask(c.sentence, "张敏", "AnnaWeber")
		sep := " "
		if strings.Contains(c.held, "|") || c.held == "10 mg" {
			sep = "|"
		}
		var want []string
		if c.held != "" {
			want = strings.Split(c.held, sep)
		}
		if m.Text != c.text || !slices.Equal(m.Held, want) {
			t.Errorf("Mask(%q)\n = %q %q, want\n   %q %q", c.sentence, m.Text, m.Held, c.text, want)
		}
		if got, err := m.Restore(m.Text); got != c.sentence || err != nil {
			t.Errorf("Restore(Mask(%q).Text) = %q, %v", c.sentence, got, err)
		}
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	m := Mask("请@张敏 看[报告](/r)，剂量5 mg。", "张敏")
	if m.Text != "请⟦1⟧ 看⟦2⟧报告⟦3⟧，剂量⟦4⟧。" {
		t.Fatal(m.Text)
	}
	for translated, want := range map[string]string{
		"⟦1⟧, please see ⟦2⟧the report⟦3⟧, dose ⟦4⟧.": "@张敏, please see [the report](/r), dose 5 mg.",
		"Dose ⟦4⟧: see ⟦2⟧the report⟦3⟧, ⟦1⟧":         "Dose 5 mg: see [the report](/r), @张敏",
		"⟦ 1 ⟧, see ⟦ 2⟧the report⟦３ ⟧, dose ⟦　４　⟧":   "@张敏, see [the report](/r), dose 5 mg",
		"Please⟦1⟧see ⟦2⟧it⟦3⟧ at ⟦4⟧":                "Please @张敏 see [it](/r) at 5 mg",
	} {
		if got, err := m.Restore(translated); got != want || err != nil {
			t.Errorf("Restore(%q) = %q, %v; want %q", translated, got, err, want)
		}
	}
	for translated, why := range map[string]string{
		"⟦1⟧ see ⟦2⟧it⟦3⟧":                    "⟦4⟧ is lost",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4⟧ ⟦4⟧":                "⟦4⟧ is doubled",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4⟧ ⟦5⟧":                "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4⟧ ⟦0⟧":                "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4⟧ ⟦x⟧":                "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4⟧ ⟦":                  "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4⟧ ⟧":                  "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦4":                     "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦-4⟧":                   "foreign",
		"⟦1⟧ ⟦2⟧it⟦3⟧ ⟦99999999999999999999⟧": "foreign",
		"⟦1⟧ ⟦3⟧it⟦2⟧ ⟦4⟧":                    "broken",
		"":                                    "⟦1⟧ is lost",
	} {
		if got, err := m.Restore(translated); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("Restore(%q) = %q, %v; want an error with %q", translated, got, err, why)
		}
	}
	two := Mask("[a](b) [c](d)")
	if _, err := two.Restore("⟦1⟧x⟦3⟧y⟦2⟧z⟦4⟧"); err == nil {
		t.Error("links may cross")
	}
	if got, err := two.Restore("⟦3⟧x⟦4⟧ ⟦1⟧y⟦2⟧"); got != "[x](d) [y](b)" || err != nil {
		t.Errorf("links change places: %q, %v", got, err)
	}
}

func BenchmarkMask(b *testing.B) {
	sentence := "@AnnaWeber saw [the report](https://example.org/a) with 5 mg/kg, p < 0.05 and `code` in 30 of 120 patients from 四川大学."
	b.SetBytes(int64(len(sentence)))
	for b.Loop() {
		Mask(sentence)
	}
}
