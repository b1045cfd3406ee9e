package exchange

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"senet/internal/fault"
)

// Languages is the usual mapping of a file's language tag to a locale: English of every country is "en", Chinese in
// simplified characters is "zh", by script where the tag names one ("zh-Hans-HK") and else by the country's custom
// ("zh", "zh-CN", "zh-SG"). Traditional characters ("zh-Hant", "zh-TW", "zh-HK", "zh-MO") are not taken: the hub writes
// simplified, and a memory that mixes both would give a reader either. Underscores, case, three-letter codes ("eng",
// "zho") and the older "zh-CHS" are understood.
func Languages(tag string) (locale string, ok bool) {
	if len(tag) > maxTag {
		return "", false
	}
	if strings.EqualFold(tag, "zh-CHS") {
		return language.Chinese.String(), true
	}
	t, err := language.Parse(tag)
	if err != nil {
		return "", false
	}
	base, _ := t.Base()
	script, _ := t.Script()
	switch locale = base.String(); locale {
	case language.English.String():
		return locale, true
	case language.Chinese.String():
		if script.String() == "Hans" {
			return locale, true
		}
	}
	return "", false
}

const (
	maxTag   = 60 // bytes of a language tag; longer ones name no language
	maxFound = 20 // languages that are named when none is wanted
	maxKnown = 1000
)

// intake is what every format does with what it has read: languages, duplicates, counts.
type intake struct {
	languages func(string) (string, bool)
	known     map[string]mapped // what languages said
	found     []string          // tags with a text, in the order of the file
	seen      map[string]int    // ids and where they were
	total     int
	Summary
}

type mapped struct {
	locale string
	ok     bool
}

func newIntake(languages func(string) (string, bool)) *intake {
	if languages == nil {
		languages = Languages
	}
	return &intake{languages: languages, known: map[string]mapped{}, seen: map[string]int{}}
}

// locale maps a tag, asking once for each.
func (in *intake) locale(tag string) (string, bool) {
	m, ok := in.known[tag]
	if !ok {
		m.locale, m.ok = in.languages(tag)
		if len(in.known) < maxKnown && len(tag) <= maxTag {
			in.known[strings.Clone(tag)] = m
		}
	}
	return m.locale, m.ok
}

// meet notes that the file has a text in that language.
func (in *intake) meet(tag string) {
	if len(in.found) > maxFound || slices.Contains(in.found, tag) {
		return
	}
	if tag = clip(tag); !slices.Contains(in.found, tag) {
		in.found = append(in.found, tag)
	}
}

// admit checks that a unit is not one too many and that its id is new.
func (in *intake) admit(id string, line int) error {
	if in.total++; in.total > MaxUnits {
		return refuseAs(fault.TooLarge, line, "exchange.too_many").with("Max", MaxUnits)
	}
	if id == "" {
		return nil
	}
	if len([]rune(id)) > MaxID {
		return refuse(line, "exchange.long_id").with("Max", MaxID)
	}
	if first, ok := in.seen[id]; ok {
		return refuse(line, "exchange.duplicate").detail(id).with("First", first)
	}
	in.seen[id] = line
	return nil
}

// take counts a unit with these texts and reports whether it is to be given on.
func (in *intake) take(texts map[string]string) bool {
	if len(texts) < 2 {
		in.Skipped++
		return false
	}
	in.Units++
	return true
}

// finish is the end of a good file; one of whose units none could be taken is refused.
func (in *intake) finish(line int) (Summary, error) {
	if in.Units == 0 && in.Skipped > 0 {
		return in.Summary, in.noLanguages(line)
	}
	return in.Summary, nil
}

func (in *intake) noLanguages(line int) *Error {
	names := in.found
	if len(names) > maxFound {
		names = append(slices.Clone(names[:maxFound]), "…")
	}
	if len(names) == 0 {
		names = []string{"–"}
	}
	return refuse(line, "exchange.languages").with("Detail", strings.Join(names, ", "))
}
