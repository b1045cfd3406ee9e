package demo

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"senet/internal/i18n"
	"senet/internal/markup"
)

// translated is a text and what somebody made of it in the other language.
type translated struct {
	place, key   string // of what was made
	source, lang string
	text         string // empty: nobody has translated it
	by           string
	reviewed     bool
}

func (t thread) translation() translated {
	return translated{place: t.place, key: "title_translated", source: t.Title, lang: t.Lang, text: t.TitleTranslated, by: t.TitleTranslator}
}

func (p post) translation() translated {
	return translated{p.place, "translated", p.Body, p.Lang, p.Translated, p.Translator, p.Reviewed}
}

func (m message) translation() translated {
	return translated{place: m.place, key: "translated", source: m.Body, lang: m.Lang, text: m.Translated, by: m.Translator}
}

// translation holds a translation against its source: it is in the other language, by a member, of the same structure,
// and has lost nothing that is the same in every language.
func (k *checker) translation(t translated) {
	if t.text == "" {
		k.require(t.by == "" && !t.reviewed, t.place, t.key, "is missing, but has a translator or a review")
		return
	}
	k.by(t.place, strings.Replace(t.key, "translated", "translator", 1), t.by)
	k.text(t.place, t.key, t.text)
	lang := markup.Lang(t.text)
	k.require(t.text != t.source, t.place, t.key, "is the source")
	k.require(lang == string(i18n.Locale(t.lang).Other()), t.place, t.key, "reads as %q, and so does the source", lang)
	k.mentions(t.place, t.key, t.text)
	k.typeset(t.place, t.key, lang, t.text)
	of, is := blocks(t.source), blocks(t.text)
	k.require(of == is, t.place, t.key, "has %d paragraphs, the source %d", is, of)
	before, after := k.html(t.source), k.html(t.text)
	for name, shape := range kept() {
		of, is := shape.FindAllString(before, -1), shape.FindAllString(after, -1)
		slices.Sort(of)
		slices.Sort(is)
		k.require(slices.Equal(of, is), t.place, t.key, "has the %s %q, the source %q", name, is, of)
	}
	k.figures(t.place, t.key, t.source, t.text)
}

// blocks counts what stands between empty lines.
func blocks(text string) (n int) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if strings.TrimSpace(part) != "" {
			n++
		}
	}
	return n
}

// kept finds in a rendered text what a translation keeps as it is. Emphasis is not among it: Chinese has no italics
// for the names of species.
var kept = sync.OnceValue(func() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"links":    regexp.MustCompile(`href="[^"]*"`), // mentions and footnotes too
		"code":     regexp.MustCompile(`(?s)<code.*?</code>`),
		"elements": regexp.MustCompile(`<(?:li|tr|t[dh]|blockquote|strong|h\d|pre)\b|[☐☑]`),
	}
})

// typeset requires the typography of a language: in Chinese no space by hand beside Latin letters and no half-width
// punctuation beside Han, in both no straight quotation marks.
func (k *checker) typeset(place, key, lang, text string) {
	prose := noProse().ReplaceAllString(text, "")
	k.require(!strings.ContainsAny(prose, `"'`), place, key, "has straight quotation marks")
	if lang == string(i18n.Zh) {
		found := handSet().FindString(prose)
		k.require(found == "", place, key, "is set by hand: %q", found)
	}
}

// noProse finds code and the addresses of links.
var noProse = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)") })

var handSet = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\p{Han} [\p{Latin}\d@]|[\p{Latin}\d%] \p{Han}|\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`)
})

// figures requires every number that the source writes in figures, up to twelve also as an English word.
func (k *checker) figures(place, key, source, text string) {
	left := figures(strings.ReplaceAll(text, "每千", "每1000")) // "per 1,000"
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, n := range figures(source) {
		if i := slices.Index(left, n); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		k.require(slices.ContainsFunc(spelled(n), func(w string) bool { return slices.Contains(words, w) }), place, key, "has lost %s", n)
	}
}

var figure = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([万亿]?)`)
})

// figures lists the numbers of a text as they are, however they are written: "4,870", "8.8万".
func figures(text string) (all []string) {
	for _, m := range figure().FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", "")+m[2], 64)
		if err != nil {
			continue // so long that it is no number
		}
		switch m[3] {
		case "万":
			n *= 1e4
		case "亿":
			n *= 1e8
		}
		all = append(all, strconv.FormatFloat(math.Round(n*1e6)/1e6, 'f', -1, 64))
	}
	return all
}

// spelled are the words for a small number.
func spelled(n string) []string {
	i, err := strconv.Atoi(n)
	cardinal := strings.Fields("zero one two three four five six seven eight nine ten eleven twelve")
	ordinal := strings.Fields("zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")
	if err != nil || i < 0 || i >= len(cardinal) {
		return nil
	}
	return []string{cardinal[i], ordinal[i]}
}

// terms holds the glossary together: each pair once, in the two languages.
func (k *checker) terms(terms []term) {
	seen := map[string]bool{}
	for _, t := range terms {
		k.pair(t.place, t.En, t.Zh)
		if t.Note != "" {
			k.text(t.place, "note", t.Note)
		}
		k.require(t.Challenge == "" || k.slugs[t.Challenge], t.place, "challenge", "no challenge %q", t.Challenge)
		pair := fmt.Sprintf("%s\n%s", strings.ToLower(t.En), t.Zh)
		k.require(!seen[pair], t.place, "en", "stands there twice")
		seen[pair] = true
	}
}

// segments holds the translation memory together: sentences of both languages, each once, with the same figures.
func (k *checker) segments(segments []pair) {
	seen := map[string]bool{}
	for _, s := range segments {
		k.pair(s.place, s.En, s.Zh)
		k.require(markup.Lang(s.En) == "en", s.place, "en", "reads as %q", markup.Lang(s.En))
		k.require(markup.Lang(s.Zh) == "zh", s.place, "zh", "reads as %q", markup.Lang(s.Zh))
		k.figures(s.place, "zh", s.En, s.Zh)
		k.require(!seen[s.En] && !seen[s.Zh], s.place, "en", "stands there twice")
		seen[s.En], seen[s.Zh] = true, true
	}
}

// pair requires a line of English beside a line of Chinese.
func (k *checker) pair(place, en, zh string) {
	for key, text := range map[string]string{"en": en, "zh": zh} {
		k.text(place, key, text)
		line, _ := markup.CleanLine(text)
		k.require(line == text, place, key, "is not one line")
		k.typeset(place, key, key, text)
	}
	k.require(!han(en), place, "en", "has Han characters")
	k.require(han(zh), place, "zh", "has no Han character")
}

func han(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
