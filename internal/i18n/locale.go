package i18n

import (
	"io/fs"

	"golang.org/x/text/language"
)

// Locale is a language of the interface, as in URLs: "en" or "zh".
type Locale string

// The languages that the hub began with. They name the sides of a Text; nothing that is drawn for a reader asks
// whether the reader's language is one of them.
const (
	En Locale = "en"
	Zh Locale = "zh"
)

// Spec is a language of the interface. A new one is one line of the table below and one file of messages, named after
// its code; everything else (addresses, the switcher, hreflang, choices of a language, plurals, numbers, dates, lists,
// sorting, the language of commands) comes from the two.
type Spec struct {
	Code   Locale // in addresses and settings, and the name of its messages: en.toml
	Tag    string // BCP 47 of its text, for lang attributes: language and script
	Format string // BCP 47 of the region whose plurals, numbers and order of names it follows, here and in scripts
	Zone   string // IANA: the time zone that is offered to those who join in it

	messages fs.FS // where its file is; nil: beside the others
}

// spoken are the languages of the interface in the order of the switcher. The first is for those of whom nothing is
// known.
var spoken = table(
	Spec{Code: En, Tag: "en", Format: "en-GB", Zone: "Europe/Brussels"},
	Spec{Code: Zh, Tag: "zh-Hans", Format: "zh-CN", Zone: "Asia/Shanghai"},
)

// Locales lists the languages of the interface in the order of the switcher.
var Locales = spoken.codes()

// Add makes the hub speak one more language for the rest of the process; its file of messages is in fsys. It is for
// tests, which prove with it that the hub takes another one: call it in TestMain, before anything else looks, because
// nothing guards the table. archtest keeps it out of the hub itself.
func Add(s Spec, fsys fs.FS) {
	s.messages = fsys
	spoken = table(append(spoken.specs, s)...)
	Locales = spoken.codes()
}

// registry is the table with what is looked up in it.
type registry struct {
	specs   []Spec
	byCode  map[Locale]Spec
	matcher language.Matcher
}

func table(specs ...Spec) registry {
	r := registry{specs: specs, byCode: make(map[Locale]Spec, len(specs))}
	tags := make([]language.Tag, len(specs))
	for i, s := range specs {
		r.byCode[s.Code] = s
		tags[i] = s.format()
	}
	r.matcher = language.NewMatcher(tags)
	return r
}

func (r registry) codes() []Locale {
	codes := make([]Locale, len(r.specs))
	for i, s := range r.specs {
		codes[i] = s.Code
	}
	return codes
}

// format is Format, parsed; the table holds none that is broken.
func (s Spec) format() language.Tag { return language.MustParse(s.Format) }

// Parse reads the locale of a URL or a setting; false when the hub does not speak it.
func Parse(s string) (Locale, bool) {
	spec, ok := spoken.byCode[Locale(s)]
	return spec.Code, ok
}

// Tag is the BCP 47 tag for the lang attribute.
func (l Locale) Tag() string {
	if s, ok := spoken.byCode[l]; ok {
		return s.Tag
	}
	return string(l)
}

// Format is the BCP 47 tag by which scripts sort, and write numbers and dates, as Printer does here.
func (l Locale) Format() string { return spoken.byCode[l].Format }

// Zone is the IANA name of the time zone that most readers of the language are likely to be in.
func (l Locale) Zone() string { return spoken.byCode[l].Zone }

// Others are the languages of the interface but this one, in the order of the switcher.
func (l Locale) Others() []Locale {
	others := make([]Locale, 0, len(Locales))
	for _, o := range Locales {
		if o != l {
			others = append(others, o)
		}
	}
	return others
}

// Match picks the locale for an Accept-Language header; the first of the table when it says nothing we know.
func Match(acceptLanguage string) Locale {
	if len(acceptLanguage) > 1000 {
		return Locales[0]
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Locales[0]
	}
	if _, i, conf := spoken.matcher.Match(tags...); conf > language.No {
		return Locales[i]
	}
	return Locales[0]
}
