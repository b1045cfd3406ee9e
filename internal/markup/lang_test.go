package markup

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

func TestLang_mixed(t *testing.T) {
	for src, want := range map[string]string{
		// Chinese sentences with foreign words.
		"我们使用 PCR 和 machine learning 方法":                               "zh",
		"推荐用 Python pandas numpy scikit-learn":                         "zh",
		"请看 WHO Collaborating Centre for Tobacco Control 的报告":          "zh",
		"这篇 The Lancet 的文章不错":                                          "zh",
		"@AnnaWeber 谢谢":                                                "zh",
		"请问 Dr. Anna Weber (Charité – Universitätsmedizin Berlin) 在吗？": "zh",
		"OK，收到":         "zh",
		"Hi 大家好":        "zh",
		"COVID-19 疫苗":   "zh",
		"mRNA疫苗的III期试验": "zh",
		"好":             "zh",
		"李云龙":           "zh",
		"糖尿病 diabetes":  "zh",
		"參考資料與臨床試驗":     "zh",
		"见 https://www.who.int/news-room/fact-sheets/detail/diabetes 了解详情 for details": "zh",
		"运行 `docker compose up --build the thing for me` 即可":                           "zh",
		"> Have you compared this with the readings from the clinic?\n\n比较过，差别不大。":     "zh",
		"主题是 Hypertension management in primary care settings 的现状":                     "zh",
		// English sentences with Chinese in them.
		"We met 李云龙 in Beijing yesterday":                   "en",
		"李云龙 will speak first":                              "en",
		"Thanks 李云龙!":                                       "en",
		"The term 慢性阻塞性肺疾病 is usually translated as COPD.":  "en",
		"How do you say “家庭医生签约服务” in English?":             "en",
		"@李云龙 could you share the slides?":                  "en",
		"Dear 王教授, thank you for the data from 四川大学华西医院":    "en",
		"> 您是否与诊室血压做过比较？\n\nYes, the difference was small.": "en",
		// One language only.
		"Hello":                      "en",
		"I":                          "en",
		"Qu'est-ce que c'est ?":      "en", // the hub has two languages; the author can correct it
		"**Methods.** We used R 4.3": "en",
		"好的👍":                        "zh",
		// Only code or an address: better than nothing.
		"`git push`":          "en",
		"https://example.org": "en",
		// Nothing to tell.
		"":            "",
		"123 + 45":    "",
		"？！…":         "",
		"👍👍":          "",
		"こんにちは、元気ですか": "",
		"안녕하세요":       "",
		"Привет":      "",
	} {
		if got := Lang(src); got != want {
			t.Errorf("Lang(%q) = %q, want %q (%+v)", src, got, want, count(src))
		}
	}
}

// Real sentences of health texts, each in both languages.
func TestLang_sentences(t *testing.T) {
	pairs := sentencePairs(t)
	var wrong, total, wrongShort, totalShort int
	check := func(text, want string) {
		bad := Lang(text) != want
		if bad {
			t.Logf("Lang(%q) = %q", text, Lang(text))
		}
		if utf8.RuneCountInString(text) < 10 {
			totalShort++
			if bad {
				wrongShort++
			}
			return
		}
		total++
		if bad {
			wrong++
		}
	}
	for _, p := range pairs {
		check(p["en"], "en")
		check(p["zh"], "zh")
	}
	t.Logf("wrong: %d of %d sentences, %d of %d short ones", wrong, total, wrongShort, totalShort)
	if wrong*100 > total || wrongShort*100 > 3*totalShort {
		t.Errorf("too many wrong: %d of %d, short %d of %d; want at most 1 %% and 3 %%", wrong, total, wrongShort, totalShort)
	}
}

// sentencePairs reads the sentence pairs beside the module; see ../shared/data/README.md there.
func sentencePairs(t testing.TB) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join(moduleRoot(t), "..", "shared", "data", "tico19.tmx"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no ../shared/data/tico19.tmx beside the module: nothing to measure on")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var tmx struct {
		Units []struct {
			Variants []struct {
				Lang string `xml:"lang,attr"`
				Seg  string `xml:"seg"`
			} `xml:"tuv"`
		} `xml:"body>tu"`
	}
	if err := xml.NewDecoder(file).Decode(&tmx); err != nil {
		t.Fatal(err)
	}
	var pairs []map[string]string
	for _, unit := range tmx.Units {
		pair := map[string]string{}
		for _, v := range unit.Variants {
			pair[v.Lang] = v.Seg
		}
		pairs = append(pairs, pair)
	}
	if len(pairs) == 0 {
		t.Fatal("no sentence pairs read")
	}
	return pairs
}

func moduleRoot(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("not inside a module")
		}
		dir = parent
	}
}
