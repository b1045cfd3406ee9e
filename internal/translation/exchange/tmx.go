package exchange

import (
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// tmxTime is how TMX writes a time, in UTC.
const tmxTime = "20060102T150405Z"

// ReadTMX reads a translation memory, TMX 1.1 to 1.4, and calls each for every unit that has two of the languages
// wanted at least; others are counted. languages maps a tag of the file to a locale, nil is Languages; it is asked
// once for each tag. Of two variants in the same locale the first one is taken. Inline codes (bpt, ept, it, ph, ut) are
// dropped, the text in hi and sub is kept. A file none of whose units has the languages is refused by
// exchange.languages; one without units is not.
func ReadTMX(r io.Reader, languages func(tag string) (locale string, ok bool), each func(Unit) error) (Summary, error) {
	d, err := newDocument(r, map[string][]string{"tu": {"body"}, "tuv": {"tu"}, "seg": {"tuv"}})
	if err != nil {
		return Summary{}, err
	}
	if _, err := d.root("exchange.not_tmx", "tmx"); err != nil {
		return Summary{}, err
	}
	t := tmxReader{d, newIntake(languages), each}
	err = d.children(func(e xml.StartElement) error {
		if e.Name.Local != "body" {
			return nil
		}
		return d.children(func(e xml.StartElement) error {
			if e.Name.Local != "tu" {
				return nil
			}
			return t.unit(e)
		})
	})
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return t.Summary, err
	}
	return t.finish(d.in.line)
}

type tmxReader struct {
	*document
	*intake
	each func(Unit) error
}

func (t *tmxReader) unit(e xml.StartElement) error {
	u := Unit{Texts: map[string]string{}, Line: t.line, Created: readTime(e)}
	var about, source notes
	var err error
	if u.ID, err = t.attribute(e, "tuid"); err != nil {
		return err
	}
	if err := t.admit(u.ID, u.Line); err != nil {
		return err
	}
	err = t.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "note":
			return about.read(t.document, u.Line)
		case "prop":
			if kind, _ := t.attribute(e, "type"); kind == "source" && len(source.texts) == 0 {
				return source.read(t.document, u.Line)
			}
		case "tuv":
			return t.variant(&u, e)
		}
		return nil
	})
	if err != nil || !t.take(u.Texts) {
		return err
	}
	u.Note, u.Source = about.String(), source.String()
	return t.each(u)
}

func (t *tmxReader) variant(u *Unit, e xml.StartElement) error {
	tag, err := t.language(e)
	if err != nil {
		return err
	}
	if u.Created.IsZero() {
		u.Created = readTime(e)
	}
	locale, wanted := t.locale(tag)
	segments := 0
	return t.children(func(e xml.StartElement) error {
		if e.Name.Local != "seg" {
			return nil
		}
		if segments++; segments > 1 {
			return refuse(t.line, "exchange.misplaced").detail("seg")
		}
		text, err := t.text()
		if err != nil || strings.TrimSpace(text) == "" {
			return err
		}
		t.meet(tag)
		if _, taken := u.Texts[locale]; wanted && !taken {
			u.Texts[locale] = text
		}
		return nil
	})
}

// readTime reads a creationdate; some tools write it as ISO 8601 does.
func readTime(e xml.StartElement) time.Time {
	for _, a := range e.Attr {
		if a.Name.Local != "creationdate" {
			continue
		}
		for _, layout := range []string{tmxTime, time.RFC3339} {
			if at, err := time.Parse(layout, a.Value); err == nil {
				return at.UTC().Truncate(time.Second)
			}
		}
	}
	return time.Time{}
}

// WriteTMX writes valid TMX 1.4 in UTF-8, one unit a line, the languages in alphabetical order, that of the header's
// source first. Line breaks are written as "\n". It stops at the first error of units, and at a unit that could not be
// read again: fewer than two texts, a blank or too long one, a control character. Ids must be unique.
func WriteTMX(w io.Writer, h Header, units iter.Seq2[Unit, error]) error {
	x := newXMLWriter(w)
	x.raw("<tmx version=\"1.4\">\n<header")
	x.attr("creationtool", h.tool())
	x.attr("creationtoolversion", h.version())
	x.attr("segtype", "sentence")
	x.attr("o-tmf", "TMX")
	x.attr("adminlang", language.English.String())
	x.attr("srclang", orElse(h.Source, "*all*"))
	x.attr("datatype", "plaintext")
	x.time("creationdate", h.Created)
	x.raw("/>\n<body>\n")
	for u, err := range units {
		if err == nil {
			err = writeUnit(x, h, u)
		}
		if err != nil {
			return err
		}
	}
	x.raw("</body>\n</tmx>\n")
	return x.flush()
}

func writeUnit(x *xmlWriter, h Header, u Unit) error {
	if len(u.Texts) < 2 {
		return fmt.Errorf("exchange: unit %q: %w", u.ID, errFewTexts)
	}
	x.raw("<tu")
	if u.ID != "" {
		x.id("tuid", u.ID)
	}
	x.time("creationdate", u.Created)
	x.raw(">")
	if note := strings.TrimSpace(u.Note); note != "" {
		x.element("note", note)
	}
	if source := strings.TrimSpace(u.Source); source != "" {
		x.raw(`<prop type="source">`)
		x.text(source)
		x.raw("</prop>")
	}
	for _, locale := range localesOf(u.Texts, h.Source) {
		x.raw("<tuv")
		x.attr("xml:lang", locale)
		x.raw(">")
		x.element("seg", u.Texts[locale])
		x.raw("</tuv>")
	}
	x.raw("</tu>\n")
	if x.err != nil {
		return fmt.Errorf("exchange: unit %q: %w", u.ID, x.err)
	}
	return nil
}

// localesOf are the languages of a text, the first one first.
func localesOf(texts map[string]string, first string) []string {
	locales := slices.Sorted(maps.Keys(texts))
	slices.SortStableFunc(locales, func(a, b string) int {
		switch {
		case a == first:
			return -1
		case b == first:
			return 1
		}
		return 0
	})
	return locales
}
