package i18n

import (
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Reading is how a name in Han characters is said, in pinyin without tones, family name first as it is written:
// 李云龙 → "Li Yunlong", 欧阳静 → "Ouyang Jing". It is "" for readers of Chinese, who need none, and for a name that is
// not all Han characters or is too long for a person's. Characters of several readings have that of family names where
// they are one, else their commonest: the bearer may say it differently.
func (p *Printer) Reading(name string) string {
	if p.readsHan || !startsHan(name) { // most names end here
		return ""
	}
	return p.bundle.readings.of(name)
}

// readings keeps what was found out: pages and frames ask for the same few names again and again.
type readings struct {
	mu   sync.Mutex
	said map[string]string
}

// keptReadings bounds readings; names are at most some 60 characters long.
const keptReadings = 4096

func (k *readings) of(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	said, ok := k.said[name]
	if !ok {
		said = reading(name)
		if k.said == nil || len(k.said) >= keptReadings {
			k.said = map[string]string{}
		}
		k.said[name] = said
	}
	return said
}

// longestName is how many characters a name in one piece has at most, two of family and two given; and how many
// pieces one has: 阿卜杜拉·买买提 has two.
const longestName = 4

// Pinyin is Reading whoever reads: for finding people by how their names are said.
func Pinyin(name string) string {
	if !startsHan(name) {
		return ""
	}
	return reading(name)
}

// reading is Reading for whoever cannot read Chinese: the work itself.
func reading(name string) string {
	pieces := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '·' || r == '•' })
	if len(pieces) == 1 {
		whole := []rune(pieces[0])
		if len(whole) > longestName {
			return ""
		}
		pieces = family(whole)
	}
	if len(pieces) > longestName {
		return ""
	}
	for i, piece := range pieces {
		if pieces[i] = sayPiece(piece, i == 0); pieces[i] == "" {
			return ""
		}
	}
	return strings.Join(pieces, " ")
}

// family parts the family name from the given one, where there is one.
func family(name []rune) []string {
	n := 1
	if len(name) > 2 && families[string(name[:2])] != "" {
		n = 2
	}
	if len(name) == n {
		return []string{string(name)}
	}
	return []string{string(name[:n]), string(name[n:])}
}

// sayPiece is a family name or a given name as one word, "" when it is not all Han characters.
func sayPiece(piece string, isFamily bool) string {
	said := ""
	if isFamily {
		said = families[piece]
	}
	if said == "" {
		for _, r := range piece {
			syllables := pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal})
			if len(syllables) == 0 || !unicode.Is(unicode.Han, r) {
				return ""
			}
			s := strings.ReplaceAll(syllables[0], "v", "ü") // go-pinyin's way to write ü
			if said != "" && strings.ContainsRune("aoe", rune(s[0])) {
				said += "’" // GB/T 16159: where it could be taken for the end of the syllable before
			}
			said += s
		}
	}
	return strings.ToUpper(said[:1]) + said[1:] // no syllable begins with ü
}

// families are the family names of two characters, and those of one whose reading is not the commonest of the
// character, simplified and traditional.
var families = map[string]string{
	"单": "shan", "單": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "區": "ou", "盖": "ge", "蓋": "ge",
	"朴": "piao", "乐": "yue", "樂": "yue", "翟": "zhai", "缪": "miao", "繆": "miao", "种": "chong", "員": "yun", "员": "yun",
	"洗": "xian", "覃": "qin", "召": "shao", "黑": "he", "折": "she", "秘": "bi", "隗": "wei", "薄": "bo", "都": "du", "卜": "bu",
	"祭": "zhai", "么": "yao", "佴": "nai", "阚": "kan", "闞": "kan", "繁": "po",
	"欧阳": "ouyang", "歐陽": "ouyang", "司马": "sima", "司馬": "sima", "上官": "shangguan", "诸葛": "zhuge", "諸葛": "zhuge",
	"司徒": "situ", "司空": "sikong", "皇甫": "huangfu", "尉迟": "yuchi", "尉遲": "yuchi", "公孙": "gongsun", "公孫": "gongsun",
	"令狐": "linghu", "宇文": "yuwen", "长孙": "zhangsun", "長孫": "zhangsun", "慕容": "murong", "万俟": "moqi", "夏侯": "xiahou",
	"东方": "dongfang", "東方": "dongfang", "赫连": "helian", "赫連": "helian", "澹台": "tantai", "澹臺": "tantai", "公冶": "gongye",
	"濮阳": "puyang", "濮陽": "puyang", "淳于": "chunyu", "申屠": "shentu", "轩辕": "xuanyuan", "軒轅": "xuanyuan", "钟离": "zhongli",
	"鍾離": "zhongli", "呼延": "huyan", "端木": "duanmu", "独孤": "dugu", "獨孤": "dugu", "南宫": "nangong", "南宮": "nangong",
	"拓跋": "tuoba", "纳兰": "nalan", "納蘭": "nalan", "鲜于": "xianyu", "鮮于": "xianyu", "闾丘": "lüqiu", "閭丘": "lüqiu",
	"西门": "ximen", "西門": "ximen", "东郭": "dongguo", "東郭": "dongguo", "百里": "baili", "左丘": "zuoqiu", "梁丘": "liangqiu",
}
