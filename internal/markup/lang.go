package markup

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// Lang tells the language of a text in Markdown: "zh", "en", or "" where nothing can be told: no letters, or a script
// that neither language uses. Mixed text is told by its sentence, not by counting letters: English terms in a Chinese
// sentence leave it Chinese, a Chinese name in an English one leaves it English, and what is cited, in brackets, in
// quotation marks or behind a colon, says little about who cites it. Code, addresses, mentions and quotes of others do
// not count, unless there is nothing else.
//
// web/static/js/lang.js says the same while somebody types; a test holds the two together.
func Lang(s string) string {
	text := plain(s, plainWriter{skipCode: true, skipQuote: true, skipLinks: true, bracketLinks: true})
	if lang := count(withoutHandles(text)).lang(); lang != "" {
		return lang
	}
	return count(s).lang()
}

// withoutHandles takes out what follows "@" in the Latin script, and up to four Han characters that stand alone:
// other Chinese handles cannot be told from the sentence around them.
func withoutHandles(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	return handles().ReplaceAllString(text, " $1")
}

var handles = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`@(?:[\p{Latin}\p{N}_.-]+|\p{Han}{1,4}($|[\s\x{A0}\x{3000},.!?:;，。！？：；、]))`)
})

// census is what Lang decides by. All but the last three are sums of weights: what the author says counts whole, what
// is cited a whole less.
type census struct {
	han      int // Han characters, at most maxRunHan of a run
	hanForm  int // of which the small words of a Chinese sentence
	hanMark  int // full-width marks
	hanFirst int // the text begins with a Han character
	hanStop  int // a sentence ends with a stop of Chinese
	words    int // Latin words, at most maxRunWords of a run
	terms    int // of which acronyms and names: they stand in both languages
	joins    int // small words of English titles as well as of its sentences
	clauses  int // small words of English sentences: pronouns and verbs
	wordStop int // a Latin word ends with a stop

	anyHan, anyWords int // how many there are
	kana, others     int // letters of Japanese and of other scripts
}

// What the author says weighs whole, what is cited one.
const whole = 4

// A foreign phrase in a sentence may be long; past this its length says no more about the sentence.
const (
	maxRunHan   = 6
	maxRunWords = 4
)

// lang decides. Small words and marks, which belong to the sentence and not to a term in it, weigh most. The weights
// were set on mixed sentences of the test.
func (c census) lang() string {
	switch {
	case c.kana*4 > c.anyHan && c.kana > c.anyWords || c.others > 2*(c.anyHan+c.anyWords) && c.anyHan+c.anyWords < 3:
		return ""
	case c.anyHan == 0 && c.anyWords == 0:
		return ""
	case c.anyHan == 0:
		return "en"
	case c.anyWords == 0:
		return "zh"
	}
	zh := 2*c.han + 6*c.hanForm + 2*c.hanMark + 6*c.hanFirst + 4*c.hanStop
	en := 3*c.words + c.terms + 2*c.joins + 6*c.clauses + 4*c.wordStop
	if zh >= en {
		return "zh"
	}
	return "en"
}

// counter reads a text.
type counter struct {
	census
	text    []rune
	cited   []bool // in brackets or quotation marks
	colon   bool   // behind a colon, until the sentence ends
	first   bool   // a letter was seen
	latin   int    // words since the line began
	line    int    // Han characters since the line began
	runHan  int    // Han characters in this run
	runWord int    // words in this run
	number  bool   // the last word was a number
}

func count(s string) census {
	c := counter{text: []rune(s)}
	for i, r := range c.text {
		if r >= '！' && r <= '～' && isAlnum(byte(min(r-0xFEE0, 0x7F))) {
			c.text[i] = r - 0xFEE0 // full-width letters and digits
		}
	}
	c.cite()
	for i := 0; i < len(c.text); {
		end := i
		for end < len(c.text) && inWord(c.text[end]) {
			end++
		}
		if end > i {
			c.word(strings.Trim(string(c.text[i:end]), "'’"), c.weight(i), end < len(c.text) && unicode.Is(unicode.Han, c.text[end]))
			c.stop(end)
			i = end
			continue
		}
		c.rune(i)
		i++
	}
	return c.census
}

func inWord(r rune) bool {
	return r < 0x80 && isAlnum(byte(r)) || r == '\'' || r == '’' || r >= 0x80 && unicode.Is(unicode.Latin, r)
}

// maxCited is how many characters may be cited in one pair of marks.
const maxCited = 300

// cite finds what is in brackets and quotation marks that open and close on one line.
func (c *counter) cite() {
	c.cited = make([]bool, len(c.text))
	var open []int
	for i, r := range c.text {
		switch {
		case r == '\n':
			open = open[:0]
		case r == '"' && len(open) > 0 && c.text[open[len(open)-1]] == '"':
			c.mark(open[len(open)-1], i)
			open = open[:len(open)-1]
		case strings.ContainsRune("(（[【《“「『\"", r):
			open = append(open, i)
		default:
			at := len(open) - 1
			if opener := openerOf(r); opener != 0 && at >= 0 && c.text[open[at]] == opener {
				c.mark(open[at], i)
				open = open[:at]
			}
		}
	}
}

func openerOf(r rune) rune {
	switch r {
	case ')':
		return '('
	case '）':
		return '（'
	case ']':
		return '['
	case '】':
		return '【'
	case '》':
		return '《'
	case '”':
		return '“'
	case '」':
		return '「'
	case '』':
		return '『'
	}
	return 0
}

func (c *counter) mark(start, stop int) {
	if stop-start > maxCited {
		return
	}
	for i := start + 1; i < stop; i++ {
		c.cited[i] = true
	}
}

func (c *counter) weight(i int) int {
	if c.cited[i] || c.colon {
		return 1
	}
	return whole
}

// rune counts a character that is not of a word.
func (c *counter) rune(i int) {
	r, weight := c.text[i], c.weight(i)
	switch {
	case r == '\n':
		c.colon, c.latin, c.line = false, 0, 0
		c.endRun()
	case r == '。' || r == '！' || r == '？':
		c.hanStop = max(c.hanStop, weight)
		c.hanMark += weight
		c.colon = false
		c.endRun()
	case r == '，' || r == '、' || r == '；':
		c.hanMark += weight
		c.colon = c.colon && r != '；'
		c.endRun()
	case r == '：':
		c.hanMark += weight
		c.colon = true
		c.endRun()
	case r == ':' && c.latin > 1 && c.line == 0 && (i+1 == len(c.text) || unicode.IsSpace(c.text[i+1])):
		c.colon = true
		c.endRun()
	case unicode.Is(unicode.Han, r):
		c.hanRune(r, weight)
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		c.kana++
	case unicode.IsLetter(r):
		c.others++
	}
}

// endRun: the next words and Han characters count anew.
func (c *counter) endRun() { c.runHan, c.runWord = 0, 0 }

func (c *counter) hanRune(r rune, weight int) {
	if !c.first {
		c.hanFirst, c.first = weight, true
	}
	c.anyHan++
	c.line++
	c.runWord = 0
	c.number = false
	if c.runHan++; c.runHan <= maxRunHan {
		c.han += weight
	}
	if strings.ContainsRune(chineseForms, r) {
		c.hanForm += weight
	}
}

// stop looks at the mark behind a word.
func (c *counter) stop(end int) {
	if end == len(c.text) || !strings.ContainsRune(".?!", c.text[end]) || !isAlnum(byte(min(c.text[end-1], 0x7F))) {
		return
	}
	c.wordStop = max(c.wordStop, c.weight(end))
	if end+1 < len(c.text) && unicode.IsSpace(c.text[end+1]) {
		c.endRun()
	}
}

// word counts a word; joined says that a Han character follows at once: the "I" of "I期" is no pronoun.
func (c *counter) word(w string, weight int, joined bool) {
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
		c.number = digits > 0
		return
	}
	unit := c.number && letters <= 3
	c.number = false
	c.first = true
	c.anyWords++
	c.latin++
	c.runHan = 0
	c.runWord++
	plain := upper == 0 && digits == 0
	lower := strings.ToLower(w)
	switch {
	case w == "I" && !joined || plain && isClauseWord(lower):
		c.clauses += weight
	case plain && isJoiningWord(lower):
		c.joins += weight
	case digits > 0 || upper > 0 || letters == 1 || unit:
		c.terms += weight
		return
	}
	if c.runWord <= maxRunWords {
		c.words += weight
	}
}

// chineseForms are characters that hold a Chinese sentence together and hardly occur in names, in both scripts.
const chineseForms = "的了是在和与我你您他她它们这那有不也都就吗呢吧啊被把让给对从到为以及我但而将请会能可要应该个些什么怎哪谁几很更最已还没于由并使如果因所好谢讲说见读看想帮问今昨欢" +
	"這們個嗎為與會對從將讓給應該還沒於誰幾請謝講說見讀問歡"

// isClauseWord reports whether w, in lower case, makes an English sentence.
func isClauseWord(w string) bool {
	switch w {
	case "is", "are", "was", "were", "be", "been", "am", "has", "have", "had", "do", "does", "did", "will", "would",
		"can", "could", "should", "may", "might", "must", "i", "you", "he", "she", "it", "we", "they", "me", "him",
		"her", "us", "them", "my", "your", "his", "its", "our", "their", "this", "that", "these", "those", "there",
		"here", "who", "what", "which", "where", "when", "why", "how", "not", "if", "then", "so", "also", "please",
		"thanks", "thank", "thx", "dear", "hello", "hi", "yes", "no", "i'm", "it's", "don't", "we're", "i'd", "i'll", "i've",
		"let's":
		return true
	}
	return false
}

// isJoiningWord reports whether w, in lower case, is a small word of English titles as well as of its sentences.
func isJoiningWord(w string) bool {
	switch w {
	case "the", "a", "an", "of", "and", "or", "but", "to", "in", "on", "at", "by", "for", "from", "with", "as", "than",
		"about", "into", "any", "all", "more", "most", "after", "before", "during", "between", "among", "without", "under",
		"over", "other", "such", "same", "some", "whose", "while", "because", "however", "rather", "only", "very", "each":
		return true
	}
	return false
}
