package glossary

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// own makes terms of English and Chinese texts, separated by "=".
func own(challenge int64, pairs ...string) []Term {
	var out []Term
	for _, p := range pairs {
		en, zh, _ := strings.Cut(p, "=")
		out = append(out, Term{ID: TermID(len(out) + 1), Challenge: challenge, Texts: map[string]string{"en": en, "zh": zh}})
	}
	return out
}

// termsFor are the terms of a challenge among all.
func termsFor(challenge int64, all []Term) *Terms { return index(all).of(challenge) }

// marked shows where terms were found.
func marked(text string, spans []Span) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.Start] + "[" + text[s.Start:s.End] + "]")
		at = s.End
	}
	return b.String() + text[at:]
}

func TestFind(t *testing.T) {
	t.Parallel()
	terms := termsFor(0, own(0,
		"AIDS=艾滋病（AIDS）", "virus=病毒", "novel corona virus=新型冠状病毒", "corona virus outbreak of 2019=2019年冠状病毒爆发",
		"hand-washing=洗手", "health care provider=医疗服务人员", "symptoms=症状", "therapy=疗法", "lung=肺", "H1N1 virus=H1N1 病毒",
		"SARS-CoV=非典型肺炎冠状病毒（SARS-CoV）", "ICU=重症监护室", "Alzheimer's disease=阿尔茨海默病", "pH 7=中性",
		"SARS-related coronavirus=非典型肺炎（SARS）相关的冠状病毒", "diagnosis=诊断", "adverse event (AE)=不良事件", "biomarker(s)=生物标志物",
		"COVID-19=新冠肺炎", "news=新闻", "β-blocker=β受体阻滞剂"))
	for _, c := range []struct{ lang, text, want string }{
		{"en", "A Virus and two viruses; antivirus, virus's", "A [Virus] and two [viruses]; antivirus, [virus]'s"},
		{"en", "AIDS aids Aids; ICU, ICUs, icu", "[AIDS] aids Aids; [ICU], [ICUs], icu"},
		{"en", "hand washing, hand‑washing, handwashing, Hand\nwashing, hand\n\nwashing, hand, washing", "[hand washing], [hand‑washing], [handwashing], [Hand\nwashing], hand\n\nwashing, hand, washing"},
		{"en", "healthcare provider", "healthcare provider"},
		{"en", "a novel corona virus outbreak of 2019", "a novel [corona virus outbreak of 2019]"},
		{"en", "one symptom, two therapies", "one [symptom], two [therapies]"},
		{"en", "SARS-CoV and SARS-CoV-2; SARS‑CoV‑2; pH 7, pH 7.4, pH 7.", "[SARS-CoV] and SARS-CoV-2; SARS‑CoV‑2; [pH 7], pH 7.4, [pH 7]."},
		{"en", "Alzheimer’s disease", "[Alzheimer’s disease]"},
		{"en", "diagnoses of AEs: adverse events (AE)", "[diagnoses] of [AEs]: [adverse events] ([AE])"},
		{"en", "biomarker, biomarkers, biomarker(s), s", "[biomarker], [biomarkers], [biomarker(s)], s"},
		{"en", "Covid 19, covid-19, COVID19, new", "[Covid 19], [covid-19], [COVID19], new"},
		{"en", "β blockers", "[β blockers]"},
		{"zh", "艾滋病（AIDS）、艾滋病(AIDS)、艾滋病和AIDS", "[艾滋病（AIDS）]、[艾滋病(AIDS)]、[艾滋病]和[AIDS]"},
		{"zh", "新型冠状病毒是病毒，肺里有Ｈ１Ｎ１病毒。", "[新型冠状病毒]是[病毒]，[肺]里有[Ｈ１Ｎ１病毒]。"},
		{"zh", "在2019 年冠状病毒爆发时", "在[2019 年冠状病毒爆发]时"},
		{"zh", "非典型肺炎相关的冠状病毒，SARS", "[非典型肺炎相关的冠状病毒]，SARS"},
		{"fr", "virus", "virus"},
		{"en", "", ""},
		{"en", "\xffvirus\xff", "\xff[virus]\xff"},
	} {
		if got := marked(c.text, terms.Find(c.text, c.lang)); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.lang, got, c.want)
		}
	}
}

func TestFind_ownBeforeGlobal(t *testing.T) {
	t.Parallel()
	all := append(own(0, "model=模型", "mouse model=小鼠模型"), own(7, "model=模式", "animal model=动物模型")...)
	for challenge, want := range map[int64]string{0: "模型", 7: "模式", 8: "模型"} {
		spans := termsFor(challenge, all).Find("a model", "en")
		if len(spans) != 1 || spans[0].Term.Texts["zh"] != want {
			t.Errorf("in challenge %d: %+v, want %s", challenge, spans, want)
		}
	}
	if got := marked("mouse models, animal models", termsFor(7, all).Find("mouse models, animal models", "en")); got != "[mouse models], [animal models]" {
		t.Errorf("both scopes: %s", got)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	terms := termsFor(7, append(own(0, "virus=病毒", "coronavirus=冠状病毒", "outbreak=爆发", "outbreak=暴发", "AIDS=艾滋病（AIDS）", "lung=肺", "cell="),
		own(7, "lung=肺部")...))
	got := terms.Check("A virus outbreak: outbreaks of AIDS in lungs, not cells.", "en", "冠状病毒暴发：艾滋病，肺。", "zh")
	want := []string{"virus → 病毒 true", "outbreak → 暴发 true", "AIDS → 艾滋病（AIDS） true", "lungs → 肺部 false"}
	var shown []string
	for _, c := range got {
		shown = append(shown, fmt.Sprintf("%s → %s %v", c.Source, c.Target, c.Used))
	}
	if !slices.Equal(shown, want) {
		t.Errorf("got %q\nwant %q", shown, want)
	}
	back := terms.Check("肺部有冠状病毒", "zh", "There are coronaviruses in the lung", "en")
	if len(back) != 2 || !back[0].Used || !back[1].Used {
		t.Errorf("into English: %+v", back)
	}
	if got := terms.Check("nothing here", "en", "", "zh"); got != nil {
		t.Errorf("no terms: %+v", got)
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	terms := termsFor(0, own(0, "AIDS=艾滋病（AIDS）", "virus=病毒", "cell="))
	got := terms.Pairs("en", "zh")
	if want := [][2]string{{"AIDS", "艾滋病（AIDS）"}, {"virus", "病毒"}}; !slices.Equal(got, want) {
		t.Errorf("into Chinese: %q", got)
	}
	got = terms.Pairs("zh", "en")
	if want := [][2]string{{"艾滋病（AIDS）", "AIDS"}, {"病毒", "virus"}}; !slices.Equal(got, want) {
		t.Errorf("into English: %q", got)
	}
}

// FuzzFind: spans lie within the text, in order, apart.
func FuzzFind(f *testing.F) {
	terms := termsFor(0, own(0, "AIDS=艾滋病（AIDS）", "virus=病毒", "hand-washing=洗手", "a (b) c=（"))
	f.Add("hand washing 病毒（AIDS")
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range []string{"en", "zh"} {
			at := 0
			for _, s := range terms.Find(text, lang) {
				if s.Start < at || s.End <= s.Start || s.End > len(text) {
					t.Fatalf("%q: span %+v after %d", text, s, at)
				}
				at = s.End
			}
		}
	})
}

// made are n invented terms and texts of 64 KiB that hold many of them: every tenth word or character begins a term that
// is there, every fourth word is one of those that terms are made of.
func made(n int) (terms []Term, en, zh string) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, 3+r.IntN(8))
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	words := make([]string, 5000)
	for i := range words {
		words[i] = word()
	}
	han := func() string { return string(rune(0x4E00 + r.IntN(3000))) }
	for i := range n {
		t := Term{ID: TermID(i + 1), Texts: map[string]string{}}
		for range 1 + r.IntN(3) {
			t.Texts["en"] += words[r.IntN(len(words))] + " "
		}
		for range 2 + r.IntN(4) {
			t.Texts["zh"] += han()
		}
		terms = append(terms, t)
	}
	var e, z strings.Builder
	for e.Len() < 64<<10 {
		if r.IntN(10) == 0 {
			e.WriteString(terms[r.IntN(n)].Texts["en"])
		}
		if r.IntN(4) == 0 {
			e.WriteString(words[r.IntN(len(words))] + " ")
		} else {
			e.WriteString(word() + " ")
		}
	}
	for z.Len() < 64<<10 {
		if r.IntN(10) == 0 {
			z.WriteString(terms[r.IntN(n)].Texts["zh"])
		}
		z.WriteString(han())
	}
	return terms, e.String(), z.String()
}

func BenchmarkFind(b *testing.B) {
	all, en, zh := made(20_000)
	terms := termsFor(0, all)
	for name, text := range map[string]string{"en": en, "zh": zh} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				terms.Find(text, name)
			}
		})
	}
}

func BenchmarkIndex(b *testing.B) {
	all, _, _ := made(20_000)
	for b.Loop() {
		index(all)
	}
}

// BenchmarkFind_hostile: a text that stays on the way to long terms all the time.
func BenchmarkFind_hostile(b *testing.B) {
	var all []Term
	for i := range 60 {
		all = append(all, Term{ID: TermID(i + 1), Texts: map[string]string{"zh": strings.Repeat("肺", i+1)}})
	}
	terms := termsFor(0, all)
	text := strings.Repeat("肺", 64<<10/3)
	for b.Loop() {
		terms.Find(text, "zh")
	}
}
