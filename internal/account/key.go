package account

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"senet/internal/i18n"
	"senet/internal/markup"
)

// keysVersion counts the rules below: with a higher one every member's keys are made anew (FillKeys).
const keysVersion = 1

const (
	maxKey   = 48 // characters of a key and of what is looked for: the rest of a longer name finds nobody else
	maxKeys  = 80 // of one member
	maxParts = 12 // parts from which on a name may be typed

	// Ways to say a name of up to fewParts parts, all that a person's has, of a longer one, and either from a later part on.
	fewParts     = 4
	saidShort    = 32
	saidLong     = 4
	maxSaidLater = 8
)

// nameKeys are the beginnings of what somebody may type to find a member: the handle and its later words; every word of
// the name, and the name from each of them on, as it is written, in Latin letters, German ones with and without their
// "e"; a name in Han characters from each of them on, in simplified form and in pinyin, by every reading, and its first
// alone; initials, and the first part whole with initials of the others. All are folded and without spaces.
func nameKeys(name, handle string) []string {
	keys := keySet{}
	keys.add(foldKey(handle))
	parts := partsOf(name)
	ways := saidLong
	if len(parts) <= fewParts {
		ways = saidShort
	}
	later := min(ways, maxSaidLater)
	keys.addFrom(parts, ways)
	keys.addInitials(parts, ways)
	keys.add(markup.Latin(i18n.Pinyin(name))) // family names that are read in their own way
	for i, p := range parts {
		if !p.han || i == 0 || !parts[i-1].han {
			keys.addFrom(parts[i:i+1], later)
		}
	}
	for i := 1; i < min(len(parts), maxParts); i++ {
		keys.addFrom(parts[i:], later)
	}
	if len(parts) == 2 { // the other name first: "li yunlong" finds Yunlong Li
		keys.addFrom([]part{parts[1], parts[0]}, later)
	}
	inHandle := partsOf(handle)
	for i := 1; i < min(len(inHandle), maxParts); i++ {
		keys.addFrom(inHandle[i:], later)
	}
	keys.addShort(parts, later)
	for i := 1; i < min(len(parts), maxParts); i++ {
		keys.addInitials(parts[i:], later)
	}
	return keys
}

// keySet is keys in the order of their worth, each once.
type keySet []string

func (k *keySet) add(key string) {
	if utf8.RuneCountInString(key) > maxKey {
		key = string([]rune(key)[:maxKey])
	}
	if key != "" && len(*k) < maxKeys && !slices.Contains(*k, key) {
		*k = append(*k, key)
	}
}

// addFrom adds a name that begins with parts: as it is written, and in at most so many ways that it is said.
func (k *keySet) addFrom(parts []part, ways int) {
	var written strings.Builder
	for _, p := range parts {
		written.WriteString(p.written)
	}
	k.add(written.String())
	for _, way := range joinForms(parts, ways, said) {
		k.add(way)
	}
}

// addInitials adds the first letters of two parts and more: "lyl".
func (k *keySet) addInitials(parts []part, ways int) {
	if len(parts) < 2 {
		return
	}
	for _, letters := range joinForms(parts, ways, initials) {
		k.add(letters)
	}
}

// addShort adds the first part whole with the initials of the others, of three parts and more: "liyl".
func (k *keySet) addShort(parts []part, ways int) {
	if len(parts) < 3 {
		return
	}
	for _, rest := range joinForms(parts[1:], ways, initials) {
		for _, first := range parts[0].said {
			k.add(first + rest)
		}
	}
}

func said(p part) []string     { return p.said }
func initials(p part) []string { return p.initials }

// joinForms joins one form of each part, in every way but no more than limit: where there would be more, the later parts
// have their commonest forms only.
func joinForms(parts []part, limit int, forms func(part) []string) []string {
	joined := []string{""}
	for _, p := range parts {
		fs := forms(p)
		if len(joined)*len(fs) > limit {
			fs = fs[:max(1, limit/len(joined))]
		}
		next := make([]string, 0, len(joined)*len(fs))
		for _, begun := range joined {
			for _, f := range fs {
				next = append(next, begun+f)
			}
		}
		joined = next
	}
	return joined
}

// part is what somebody may begin with within a name: a word, or one Han character. All of its forms are folded.
type part struct {
	han      bool
	written  string
	said     []string // in Latin letters, the commonest first; as it is written where there is no such form
	initials []string
}

// partsOf takes a name or a handle apart.
func partsOf(name string) []part {
	var parts []part
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			parts = append(parts, wordPart(word.String()))
			word.Reset()
		}
	}
	for _, r := range fold(name) {
		switch {
		case unicode.Is(unicode.Han, r):
			end()
			parts = append(parts, hanPart(r))
		case inKey(r):
			word.WriteRune(r)
		case !isApostrophe(r):
			end()
		}
	}
	end()
	return parts
}

func wordPart(word string) part {
	p := part{written: word, said: latinForms(word)}
	if len(p.said) == 0 {
		p.said = []string{word}
	}
	for _, way := range p.said {
		p.initials = appendNew(p.initials, firstOf(way))
	}
	return p
}

func hanPart(r rune) part {
	p := part{han: true, written: string(r)}
	for _, reading := range markup.Readings(r) {
		p.said = appendNew(p.said, reading)
		if strings.Contains(reading, "v") { // lü is typed lv, lu and, as in passports, lyu
			p.said = appendNew(p.said, strings.Replace(reading, "v", "u", 1))
			p.said = appendNew(p.said, strings.Replace(reading, "v", "yu", 1))
		}
		p.initials = appendNew(p.initials, reading[:1])
		if len(reading) > 1 && reading[1] == 'h' { // zh, ch, sh
			p.initials = appendNew(p.initials, reading[:2])
		}
	}
	if len(p.said) == 0 {
		p.said, p.initials = []string{p.written}, []string{p.written}
	}
	return p
}

// germanLetters are those that are also written with two.
var germanLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ø", "oe", "å", "aa")

// latinForms is a folded word in Latin letters, none when it has none.
func latinForms(word string) []string {
	var forms []string
	for _, w := range []string{word, germanLetters.Replace(word)} {
		if latin := markup.Latin(w); latin != "" {
			forms = appendNew(forms, latin)
		}
	}
	return forms
}

// typedForms are the beginnings of keys that are looked for when somebody has typed query, none where no key can begin so.
// What holds a "_" or "." is the beginning of a handle; a "-" may also stand in a name.
func typedForms(query string) []string {
	typed := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || isApostrophe(r) || r == '·' || r == '•' {
			return -1
		}
		return r
	}, strings.TrimPrefix(fold(query), "@"))
	if typed != foldKey(typed) || utf8.RuneCountInString(typed) > maxKey || !strings.ContainsFunc(typed, inKey) {
		return nil
	}
	if strings.ContainsAny(typed, "_.") || strings.HasSuffix(typed, "-") {
		return []string{typed}
	}
	bare := strings.ReplaceAll(typed, "-", "")
	forms := appendNew([]string{bare}, typed)
	if strings.ContainsFunc(bare, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return forms
	}
	for _, latin := range latinForms(bare) {
		forms = appendNew(forms, latin)
	}
	return forms
}

// fold is a name or a handle as it is compared.
func fold(s string) string { return markup.Simplified(markup.Fold(s)) }

// foldKey is what of a handle is compared.
func foldKey(s string) string {
	return strings.Map(func(r rune) rune {
		if inKey(r) || r == '_' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, fold(s))
}

func inKey(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

func firstOf(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
