// Package i18n gives every word, date and number in the reader's language. It owns the choice of a locale and the
// curated bilingual value Text; it owns no words (they are in locales/) and is the only importer of go-i18n.
package i18n

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/go-playground/locales"
	engb "github.com/go-playground/locales/en_GB"
	zhhans "github.com/go-playground/locales/zh_Hans_CN"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"senet/internal/fault"
)

// Locale is a language of the interface, as in URLs: "en" or "zh".
type Locale string

const (
	En Locale = "en"
	Zh Locale = "zh"
)

// Locales lists them in the order of the language switcher.
var Locales = []Locale{En, Zh}

// Parse reads the locale of a URL or a setting; false when the hub does not speak it.
func Parse(s string) (Locale, bool) {
	switch Locale(s) {
	case En, Zh:
		return Locale(s), true
	}
	return "", false
}

// Tag is the BCP 47 tag for the lang attribute.
func (l Locale) Tag() string {
	if l == Zh {
		return "zh-Hans"
	}
	return string(l)
}

// Other is the language across the table.
func (l Locale) Other() Locale {
	if l == Zh {
		return En
	}
	return Zh
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Chinese})

// Match picks the locale for an Accept-Language header; English when it says nothing we know.
func Match(acceptLanguage string) Locale {
	if len(acceptLanguage) > 1000 {
		return En
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return En
	}
	if _, i, conf := matcher.Match(tags...); conf > language.No && i == 1 {
		return Zh
	}
	return En
}

// Text is a curated value in both languages; one side may be empty.
type Text struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// In is the text in that language, else in the other one, and the language it is in.
func (t Text) In(l Locale) (string, Locale) {
	if s := t.Only(l); s != "" {
		return s, l
	}
	return t.Only(l.Other()), l.Other()
}

// Only is the text in that language; empty when it is missing.
func (t Text) Only(l Locale) string {
	if l == Zh {
		return t.Zh
	}
	return t.En
}

// Bundle holds the messages of every locale, resolved once at start.
type Bundle struct{ printers map[Locale]*Printer }

// Load reads en.toml and zh.toml from fsys.
func Load(fsys fs.FS) (*Bundle, error) {
	gb := goi18n.NewBundle(language.English)
	gb.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	b := &Bundle{printers: map[Locale]*Printer{}}
	formats := map[Locale]locales.Translator{En: engb.New(), Zh: zhhans.New()}
	for _, l := range Locales {
		file, err := gb.LoadMessageFileFS(fsys, string(l)+".toml")
		if err != nil {
			return nil, fmt.Errorf("i18n: load %s: %w", l, err)
		}
		plain := make(map[string]string, len(file.Messages))
		known := make(map[string]bool, len(file.Messages))
		for _, m := range file.Messages {
			known[m.ID] = true
			if m.One == "" && !strings.Contains(m.Other, "{{") {
				plain[m.ID] = m.Other
			}
		}
		b.printers[l] = &Printer{Locale: l, plain: plain, known: known, format: formats[l],
			localizer: goi18n.NewLocalizer(gb, string(l))}
	}
	return b, nil
}

// For is the printer of a locale.
func (b *Bundle) For(l Locale) *Printer { return b.printers[l] }

// Printer speaks one language. It is safe for concurrent use.
type Printer struct {
	Locale    Locale
	plain     map[string]string
	known     map[string]bool
	localizer *goi18n.Localizer
	format    locales.Translator
}

// Has reports whether the locale has that message.
func (p *Printer) Has(key string) bool { return p.known[key] }

// T is the message of a key. args are its values by name: T("forum.by", "Name", "李云龙"). A missing message
// shows as its key, so that it is seen; archtest keeps that from landing.
func (p *Printer) T(key string, args ...any) string {
	if s, ok := p.plain[key]; ok {
		return s
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		data[args[i].(string)] = args[i+1]
	}
	return p.localize(key, data)
}

// N is a message that counts: its plural form by n, which it shows as {{.Count}}.
func (p *Printer) N(key string, n int, args ...any) string {
	data := make(map[string]any, 1+len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		data[args[i].(string)] = args[i+1]
	}
	data["Count"] = n
	return p.localize(key, data)
}

// Message puts a fault's message into words.
func (p *Printer) Message(m fault.Message) string {
	if s, ok := p.plain[m.Key]; ok {
		return s
	}
	return p.localize(m.Key, m.Args)
}

func (p *Printer) localize(key string, data map[string]any) string {
	if !p.known[key] {
		return key
	}
	cfg := &goi18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if n, ok := data["Count"]; ok {
		cfg.PluralCount = n
		if i, ok := n.(int); ok {
			shown := make(map[string]any, len(data))
			for k, v := range data {
				shown[k] = v
			}
			shown["Count"] = p.Number(i)
			cfg.TemplateData = shown
		}
	}
	s, err := p.localizer.Localize(cfg)
	if err != nil {
		return key
	}
	return s
}
