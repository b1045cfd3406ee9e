package i18n

import (
	"sync/atomic"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// other is the plural form that every language has.
const other = "other"

// plurals chooses the plural form of a language for a number, by go-i18n's rules of CLDR. What was asked once is kept
// for small numbers, because go-i18n answers through a template.
type plurals struct {
	localizer *goi18n.Localizer
	known     [1000]atomic.Pointer[string]
}

// formID names a message whose every form is the form's own name.
const formID = "form"

func newPlurals(tag language.Tag) (*plurals, error) {
	b := goi18n.NewBundle(tag)
	m := &goi18n.Message{ID: formID, Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: other}
	if err := b.AddMessages(tag, m); err != nil {
		return nil, err
	}
	return &plurals{localizer: goi18n.NewLocalizer(b, tag.String())}, nil
}

// of is the name of the form for n.
func (r *plurals) of(n int) string {
	small := n >= 0 && n < len(r.known)
	if small {
		if name := r.known[n].Load(); name != nil {
			return *name
		}
	}
	name, err := r.localizer.Localize(&goi18n.LocalizeConfig{MessageID: formID, PluralCount: n})
	if err != nil {
		name = other
	}
	if small {
		r.known[n].Store(&name)
	}
	return name
}
