package screen

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHas: however a word is spelt, it is found; in other words it is not.
func TestHas(t *testing.T) {
	for _, c := range []struct {
		word, text string
		want       bool
	}{
		{"微信", "加我微信详谈", true},
		{"微信", "加我微 信详谈", true},
		{"微信", "加我微.信详谈", true},
		{"微信", "加我微\u200b信详谈", true},
		{"代写论文", "代寫論文", true},
		{"代写论文", "代 写 论 文", true},
		{"viagra", "Cheap VIAGRA here", true},
		{"viagra", "cheap v i a g r a here", true},
		{"viagra", "cheap v.i.a.g.r.a here", true},
		{"viagra", "ｃｈｅａｐ　ｖｉａｇｒａ", true},
		{"viagra", "cheap vіаgrа here", true}, // Cyrillic і and а
		{"viagra", "cheap vi\u00adagra here", true},
		{"viagra", "cheap viágra here", true},
		{"free money", "FREE  money!", true},
		{"free money", "money for free", false},
		{"ass", "assess the class", false},
		{"上海", "我家在上海东边", true},
		{"海东", "我家在上海东边", true}, // Chinese has no word marks: whoever adds this sees it when trying
		{"covid", "COVID-19", true},
		{"19", "2019", false},
		{"a b", "vitamin a b", true},
	} {
		if got := Fold(c.text).Has(Fold(c.word)); got != c.want {
			t.Errorf("%q in %q: %v, want %v", c.word, c.text, got, c.want)
		}
	}
	if Fold("anything").Has(Fold(" .!")) {
		t.Error("nothing is found everywhere")
	}
}

// TestHas_healthTexts: ordinary words of health in both languages are none of what lists are made of.
func TestHas_healthTexts(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "health-terms.csv"))
	if err != nil {
		t.Skip("the texts are not there")
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []Folded
	for _, word := range []string{"viagra", "casino", "代写论文", "微信", "刷单", "加微", "博彩", "free money", "click here"} {
		list = append(list, Fold(word))
	}
	for _, row := range rows {
		text := Fold(strings.Join(row, "\n"))
		for _, word := range list {
			if text.Has(word) {
				t.Errorf("%q is found in %v", word.joined, row)
			}
		}
	}
}

func TestPrint(t *testing.T) {
	const text = "We offer the fastest service for your thesis, please contact us at any time and get ten percent off your first order today."
	same := []string{
		strings.ToUpper(text), strings.ReplaceAll(text, " ", "  "), strings.Replace(text, "today", "now", 1),
		strings.ReplaceAll(text, "o", "о"), // Cyrillic
	}
	for _, s := range same {
		if !Alike(Fold(text).Print(), Fold(s).Print()) {
			t.Errorf("not alike: %q", s)
		}
	}
	for _, s := range []string{
		"The resistance data of both laboratories can be compared only when first isolates are counted in the same way everywhere.",
		"欢迎各位参加本次研讨会，请在会前阅读活动介绍中的三张数据表，并准备一个您最关心的问题。",
	} {
		if Alike(Fold(text).Print(), Fold(s).Print()) {
			t.Errorf("alike: %q", s)
		}
	}
	if Fold("thanks").Print() != 0 || Alike(0, 0) {
		t.Error("short texts say nothing")
	}
}

func TestHosts(t *testing.T) {
	const body = "See https://Spam.Example.COM/x and [this](http://other.test:8080/) and ![p](//pic.test/a.png) and www.bare.test, not https://hub.test/t/1 nor `https://code.test/`."
	got := strings.Join(Hosts(body, "hub.test"), " ")
	if got != "spam.example.com other.test pic.test www.bare.test" {
		t.Errorf("hosts %q", got)
	}
	for host, want := range map[string]bool{"example.com": true, "spam.example.com": true, "notexample.com": false, "example.com.evil.test": false} {
		if Under(host, "example.com") != want {
			t.Errorf("%s under example.com: %v", host, !want)
		}
	}
}
