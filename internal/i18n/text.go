package i18n

// Written are the languages that members' texts are in and that a Text has sides for: those that the hub tells apart
// and translates. They do not follow the languages of the interface: a hub whose pages are also in German still holds
// texts in English and Chinese.
var Written = []Locale{En, Zh}

// ParseWritten reads the language of a text; false when it is none that texts are written in.
func ParseWritten(s string) (Locale, bool) {
	for _, l := range Written {
		if string(l) == s {
			return l, true
		}
	}
	return "", false
}

// TextTag is the lang attribute of a text in that language; "" when the language is none that texts are written in.
func TextTag(lang string) string {
	if l, ok := ParseWritten(lang); ok {
		return l.Tag()
	}
	return ""
}

// Reading is the language in which readers of l read what members wrote: l where texts are written in it, else English.
func (l Locale) Reading() Locale {
	if _, ok := ParseWritten(string(l)); ok {
		return l
	}
	return En
}

// Other is the language that a text in l is translated into: the other one of Written; of a language that texts are
// not written in, English.
func (l Locale) Other() Locale {
	if l == En {
		return Zh
	}
	return En
}

// Text is a curated value in both languages; one side may be empty. Its JSON is {"en", "zh"}, whatever other languages
// the pages are in.
type Text struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// In is the text for readers of that language, and the language it is in: their own side; where that is missing, or
// they read a language that a Text has no side for, the English one, else the Chinese one. An empty text is in l.
func (t Text) In(l Locale) (string, Locale) {
	for _, side := range [...]Locale{l, En, Zh} {
		if s := t.Only(side); s != "" {
			return s, side
		}
	}
	return "", l
}

// Only is the text in that language; empty when it is missing.
func (t Text) Only(l Locale) string {
	switch l {
	case En:
		return t.En
	case Zh:
		return t.Zh
	}
	return ""
}

// Side is that side of the text, to be changed in place; nil for a language that a Text has no side for.
func (t *Text) Side(l Locale) *string {
	switch l {
	case En:
		return &t.En
	case Zh:
		return &t.Zh
	}
	return nil
}
