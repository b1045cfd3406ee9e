package markup

import (
	"slices"
	"strings"
	"testing"
)

func TestReadings(t *testing.T) {
	for r, want := range map[rune]string{'李': "li", '单': "dan chan shan", '吕': "lv", '曾': "ceng zeng", '仇': "chou qiu ju", 'a': "", 'か': "", '。': ""} {
		if got := Readings(r); strings.Join(got, " ") != want {
			t.Errorf("Readings(%q) = %q, want %s", r, got, want)
		}
	}
	for r := rune(0x4E00); r < 0xA000; r++ {
		got := Readings(r)
		if len(got) > 8 || slices.ContainsFunc(got, func(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" }) {
			t.Errorf("Readings(%q) = %q", r, got)
		}
		if s := syllable(r); s != "" && got[0] != s {
			t.Errorf("%q is read %q at first, and in addresses %q", r, got, s)
		}
	}
}

func TestLatin(t *testing.T) {
	for in, want := range map[string]string{"Müller": "muller", "Ærø": "aero", "Παπαδοπούλου": "papadopoulou", "Щукин": "shchukin", "ＡＢ": "ab", "李": "", "o'b": "ob"} {
		if got := Latin(in); got != want {
			t.Errorf("Latin(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSimplified(t *testing.T) {
	for in, want := range map[string]string{"張敏": "张敏", "張李雲龍ab": "张李云龙ab", "张": "张", "abc": "abc", "": "", "歐陽": "欧阳"} {
		if got := Simplified(in); got != want {
			t.Errorf("Simplified(%q) = %q, want %q", in, got, want)
		}
	}
}
