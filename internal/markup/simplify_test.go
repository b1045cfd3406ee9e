package markup

import "testing"

func TestSimplify(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "",
		"Data privacy":         "Data privacy",
		"數據隱私":                 "数据隐私",
		"数据隐私":                 "数据隐私",
		"醫療 AI，檢測":             "医疗 AI，检测",
		"乾燥的頭髮":                "干燥的头发",
		"façade ＡＩ 数据\u0301 😀": "façade ＡＩ 数据\u0301 😀",
	} {
		if got := Simplify(text); got != want {
			t.Errorf("Simplify(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestSimplify_settles(t *testing.T) {
	t.Parallel()
	table := simplified()
	if len(table) < 2500 {
		t.Fatalf("only %d characters", len(table))
	}
	for from, to := range table {
		if again, ok := table[to]; ok {
			t.Errorf("%c becomes %c, and that %c", from, to, again)
		}
	}
}
