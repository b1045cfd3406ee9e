// Package i18n gives every word, date, number and name in the reader's language. It owns the languages of the
// interface (a line of a table and a file of messages each), the choice of one, and the curated bilingual value Text;
// it owns no words (they are in locales/) and is the only importer of go-i18n.
//
// What differs from language to language is data: the words, the order of a date, the joints of a list are messages;
// plurals, numbers and sorting are those that CLDR, in golang.org/x/text and go-i18n, gives for the language's region.
package i18n

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"senet/internal/fault"
)

// Bundle holds the messages of every locale, resolved once at start.
type Bundle struct {
	printers map[Locale]*Printer
	readings readings
}

// Load reads the messages of every language from fsys: en.toml, zh.toml.
func Load(fsys fs.FS) (*Bundle, error) {
	b := &Bundle{printers: make(map[Locale]*Printer, len(spoken.specs))}
	for _, s := range spoken.specs {
		p, err := load(fsys, s)
		if err != nil {
			return nil, fmt.Errorf("i18n: load %s: %w", s.Code, err)
		}
		p.bundle = b
		b.printers[s.Code] = p
	}
	return b, nil
}

// load makes the printer of a language. Each has a go-i18n bundle to itself: plurals are those of its region, and no
// language falls back on another.
func load(fsys fs.FS, s Spec) (*Printer, error) {
	if s.messages != nil {
		fsys = s.messages
	}
	text, err := fs.ReadFile(fsys, string(s.Code)+".toml")
	if err != nil {
		return nil, err
	}
	messages, err := goi18n.ParseMessageBytes(text, toml.Unmarshal)
	if err != nil {
		return nil, err
	}
	tag := s.format()
	gb := goi18n.NewBundle(tag)
	if err := gb.AddMessages(tag, messages...); err != nil {
		return nil, err
	}
	p := &Printer{Locale: s.Code, plain: make(map[string]pattern, len(messages)), counted: map[string]*goi18n.Message{},
		localizer: goi18n.NewLocalizer(gb, tag.String()), numbers: message.NewPrinter(tag), tag: tag, readsHan: inHan(tag)}
	for _, m := range messages {
		if counts(m) {
			p.counted[m.ID] = m
		} else {
			p.plain[m.ID] = cut(m.Other)
		}
	}
	p.latinDigits = p.numbers.Sprint(10) == "10"
	return p, nil
}

// counts reports whether a message has plural forms: more than one, or a count to show.
func counts(m *goi18n.Message) bool {
	return m.Zero+m.One+m.Two+m.Few+m.Many != "" || strings.Contains(m.Other, "{{.Count}}")
}

// For is the printer of a locale; of the first one when the hub does not speak it.
func (b *Bundle) For(l Locale) *Printer {
	if p, ok := b.printers[l]; ok {
		return p
	}
	return b.printers[Locales[0]]
}

// Printer speaks one language. It is safe for concurrent use.
type Printer struct {
	Locale      Locale
	bundle      *Bundle
	plain       map[string]pattern
	counted     map[string]*goi18n.Message
	localizer   *goi18n.Localizer
	numbers     *message.Printer
	latinDigits bool
	tag         language.Tag
	readsHan    bool
}

// Has reports whether the locale has that message.
func (p *Printer) Has(key string) bool {
	_, plain := p.plain[key]
	return plain || p.counted[key] != nil
}

// T is the message of a key. args are its values by name: T("forum.by", "Name", "李云龙"). An int is a number of
// things and is written as the language writes numbers; anything else stands as it is. A missing message shows as its
// key, so that it is seen; archtest keeps that from landing.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.plain[key]
	if !ok {
		return key
	}
	return m.fill(p, func(name string) any {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == name {
				return args[i+1]
			}
		}
		return nil
	})
}

// N is a message that counts: its plural form by n, which it shows as {{.Count}}.
func (p *Printer) N(key string, n int, args ...any) string {
	data := make(map[string]any, 1+len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		data[args[i].(string)] = args[i+1]
	}
	data["Count"] = n
	return p.say(key, data)
}

// Message puts a fault's message into words.
func (p *Printer) Message(m fault.Message) string {
	return p.say(m.Key, m.Args)
}

// say is a message, in the plural form of data's Count where it has such forms.
func (p *Printer) say(key string, data map[string]any) string {
	if m, ok := p.plain[key]; ok {
		return m.fill(p, func(name string) any { return data[name] })
	}
	if p.counted[key] == nil {
		return key
	}
	shown := make(map[string]any, len(data))
	for k, v := range data {
		shown[k] = p.value(v)
	}
	s, err := p.localizer.Localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: shown, PluralCount: data["Count"]})
	if err != nil {
		return key
	}
	return s
}

// Forms are the plural forms of a message that counts, by their CLDR names ("one", "few", "other"), with {n} where the
// number stands: for scripts, which choose among them by Intl.PluralRules.
func (p *Printer) Forms(key string) map[string]string {
	m := p.counted[key]
	if m == nil {
		return map[string]string{"other": p.T(key)}
	}
	forms := map[string]string{}
	for name, text := range map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other} {
		if text != "" {
			forms[name] = strings.ReplaceAll(text, "{{.Count}}", "{n}")
		}
	}
	return forms
}

// Name is what a language of the interface calls itself, whatever language p speaks: English, 中文.
func (p *Printer) Name(l Locale) string { return p.bundle.For(l).T("language.name") }

// Mark is Name in a few letters, to stand beside a text: EN, 中文.
func (p *Printer) Mark(l Locale) string { return p.bundle.For(l).T("language.mark") }

// pattern is a message cut at its values, so that filling it costs no template.
type pattern []part

// part is text, or the name of a value.
type part struct{ text, name string }

func cut(text string) pattern {
	var m pattern
	for {
		before, rest, found := strings.Cut(text, "{{.")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			return append(m, part{text: text})
		}
		m = append(m, part{text: before}, part{name: name})
		text = after
	}
}

// fill puts the values in. One that is not given shows as it is written in the file.
func (m pattern) fill(p *Printer, value func(name string) any) string {
	if len(m) == 1 {
		return m[0].text
	}
	var b strings.Builder
	for _, part := range m {
		if part.name == "" {
			b.WriteString(part.text)
		} else if v := value(part.name); v != nil {
			b.WriteString(p.value(v))
		} else {
			b.WriteString("{{." + part.name + "}}")
		}
	}
	return b.String()
}

// value is a value as it stands in a message.
func (p *Printer) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return p.Number(v)
	}
	return fmt.Sprint(v)
}
