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
	"strconv"

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

// load makes the printer of a language.
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
	p := &Printer{Locale: s.Code, plain: make(map[string]pattern, len(messages)), counted: map[string]map[string]pattern{},
		numbers: message.NewPrinter(tag), tag: tag, readsHan: inHan(tag)}
	for _, m := range messages {
		if forms := formsOf(m); len(forms) > 1 {
			p.counted[m.ID] = forms
		} else {
			p.plain[m.ID] = cut(m.Other)
		}
	}
	p.latinDigits = p.numbers.Sprint(10) == "10"
	p.plurals, err = newPlurals(tag)
	return p, err
}

// formsOf are the plural forms of a message, by their CLDR names.
func formsOf(m *goi18n.Message) map[string]pattern {
	forms := map[string]pattern{}
	for name, text := range map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, other: m.Other} {
		if text != "" {
			forms[name] = cut(text)
		}
	}
	return forms
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
	plain       map[string]pattern            // messages of one form
	counted     map[string]map[string]pattern // of several
	plurals     *plurals
	numbers     *message.Printer
	latinDigits bool
	tag         language.Tag // of the region
	readsHan    bool
}

// Has reports whether the locale has that message.
func (p *Printer) Has(key string) bool {
	_, plain := p.plain[key]
	return plain || p.counted[key] != nil
}

// T is the message of a key. args are its values by name: T("forum.by", "Name", "李云龙"). A whole number is
// one of things and is written as the language writes numbers, unless its name says that it tells one thing from others:
// ID, Number, Line and First. A missing message shows as its key, so that it is seen; archtest keeps that from landing.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.plain[key]
	if !ok {
		return key
	}
	return m.fill(func(b []byte, name string) []byte { return p.named(b, args, name) })
}

// N is a message that counts: its plural form by n, which it shows as {{.Count}}.
func (p *Printer) N(key string, n int, args ...any) string {
	return p.form(key, n).fill(func(b []byte, name string) []byte {
		if name == "Count" {
			return append(b, p.Number(n)...)
		}
		return p.named(b, args, name)
	})
}

// Message puts a fault's message into words.
func (p *Printer) Message(m fault.Message) string {
	text, ok := p.plain[m.Key]
	if !ok {
		n, _ := m.Args["Count"].(int)
		text = p.form(m.Key, n)
	}
	return text.fill(func(b []byte, name string) []byte { return p.value(b, name, m.Args[name]) })
}

// form is the form of a message for n; the key itself when there is no such message.
func (p *Printer) form(key string, n int) pattern {
	if forms := p.counted[key]; forms != nil {
		if m, ok := forms[p.plurals.of(n)]; ok {
			return m
		}
		return forms[other]
	}
	if m, ok := p.plain[key]; ok {
		return m
	}
	return pattern{{text: key}}
}

// Forms are the plural forms of a message that counts, by their CLDR names ("one", "few", "other"), with {n} where the
// number stands: for scripts, which choose among them by Intl.PluralRules.
func (p *Printer) Forms(key string) map[string]string {
	forms := p.counted[key]
	if forms == nil {
		forms = map[string]pattern{other: p.form(key, 0)}
	}
	texts := make(map[string]string, len(forms))
	for name, m := range forms {
		texts[name] = m.fill(func(b []byte, name string) []byte {
			if name == "Count" {
				return append(b, "{n}"...)
			}
			return nil
		})
	}
	return texts
}

// Name is what a language of the interface calls itself, whatever language p speaks: English, 中文.
func (p *Printer) Name(l Locale) string { return p.bundle.For(l).T("language.name") }

// Mark is Name in a few letters, to stand beside a text: EN, 中文.
func (p *Printer) Mark(l Locale) string { return p.bundle.For(l).T("language.mark") }

// named appends the value of that name among args; nil when it is not there.
func (p *Printer) named(b []byte, args []any, name string) []byte {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return p.value(b, name, args[i+1])
		}
	}
	return nil
}

// value appends a value as it stands in a message under that name; nil when there is none.
func (p *Printer) value(b []byte, name string, v any) []byte {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return append(b, v...)
	case int:
		return p.whole(b, name, int64(v))
	case int64:
		return p.whole(b, name, v)
	}
	return fmt.Append(b, v)
}

func (p *Printer) whole(b []byte, name string, n int64) []byte {
	switch name {
	case "ID", "Number", "Line", "First":
		return strconv.AppendInt(b, n, 10)
	}
	return append(b, p.Number(int(n))...)
}
