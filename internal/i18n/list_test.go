package i18n_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"senet/internal/i18n"
)

func TestList(t *testing.T) {
	en, zh := hub(t)
	for _, c := range []struct {
		things string
		en, zh string
	}{
		{"", "", ""},
		{"A", "A", "A"},
		{"A B", "A and B", "A和B"},
		{"A B C", "A, B and C", "A、B和C"},
		{"A B C D", "A, B, C and D", "A、B、C和D"},
	} {
		things := strings.Fields(c.things)
		if got := en.List(things...); got != c.en {
			t.Errorf("en, %s: %q, want %q", c.things, got, c.en)
		}
		if got := zh.List(things...); got != c.zh {
			t.Errorf("zh, %s: %q, want %q", c.things, got, c.zh)
		}
	}
}

// TestSort: Chinese by pinyin and before Latin, Latin by letters whatever their accents; equal ones stay as they were.
func TestSort(t *testing.T) {
	en, zh := hub(t)
	names := []string{"王敏", "Zoe", "李云龙", "Ümit", "Anna", "张三", "安娜", "Álvaro", "北京大学", "复旦大学", "ben", "Øystein"}
	for _, c := range []struct {
		p    *i18n.Printer
		want string
	}{
		{zh, "安娜 北京大学 复旦大学 李云龙 王敏 张三 Álvaro Anna ben Øystein Ümit Zoe"},
		{en, "Álvaro Anna ben Øystein Ümit Zoe"},
	} {
		got := slices.Clone(names)
		i18n.Sort(c.p, got, func(s string) string { return s })
		if text := strings.Join(got, " "); !strings.HasPrefix(text, c.want) {
			t.Errorf("%s: %s, want %s", c.p.Locale, text, c.want)
		}
	}
	type person struct{ name, from string }
	people := []person{{"李云龙", "b"}, {"Anna", "x"}, {"李云龙", "a"}}
	i18n.Sort(zh, people, func(p person) string { return p.name })
	if people[0].from != "b" || people[1].from != "a" || people[2].name != "Anna" {
		t.Errorf("people are sorted as %v", people)
	}
}

func TestReading(t *testing.T) {
	en, zh := hub(t)
	for name, want := range map[string]string{
		"李云龙": "Li Yunlong", "王敏": "Wang Min", "龙": "Long", "吕布": "Lü Bu", "张建安": "Zhang Jian’an",
		"曾国藩": "Zeng Guofan", "单雄信": "Shan Xiongxin", "任正非": "Ren Zhengfei", "翟志刚": "Zhai Zhigang", "仇英": "Qiu Ying", // not Ceng, Dan, Chou
		"欧阳静": "Ouyang Jing", "欧阳": "Ou Yang", "司马相如": "Sima Xiangru", "尉迟恭": "Yuchi Gong", "闾丘露薇": "Lüqiu Luwei", "歐陽修": "Ouyang Xiu",
		"陈方安生": "Chen Fang’ansheng", "李 云龙": "Li Yunlong", "买买提·艾力": "Maimaiti Aili",
		"Anna Weber": "", "李云龙 Leo": "", "Leo 李": "", "": "", " ": "", "·": "", "山口さくら": "", "복지": "", "李😀": "", "李云龙！": "",
		"复旦大学公共卫生学院": "", "甲·乙·丙·丁·戊": "", strings.Repeat("龙", 30): "", "李\x00": "", "李\xff": "",
	} {
		if got := en.Reading(name); got != want {
			t.Errorf("%q is read %q, want %q", name, got, want)
		}
		if got := zh.Reading(name); got != "" {
			t.Errorf("readers of Chinese are told how %q is read: %q", name, got)
		}
	}
}

// TestReading_atOnce: many at once, more names than are kept.
func TestReading_atOnce(t *testing.T) {
	en, _ := hub(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 10_000 {
				name := string([]rune{'李', rune(0x4e00 + i)})
				en.Reading(name)
				if got := en.Reading("李云龙"); got != "Li Yunlong" {
					t.Errorf("after %d names: %q", i, got)
					return
				}
			}
		})
	}
	wg.Wait()
}
