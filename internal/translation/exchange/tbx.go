package exchange

import (
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// ReadTBX reads a glossary in TBX-Basic and calls each for every concept that has a term in two of the languages wanted
// at least; others are counted. It takes version 3 (tbx, conceptEntry, langSec, termSec) in both styles, DCA and DCT,
// and version 2 (martif, termEntry, langSet, tig or ntig). languages is as in ReadTMX.
//
// A Term has one name a language: of several the preferred one, else the first; a deprecated or superseded name is never
// taken. Note is that of the concept. Challenge is what WriteTBX wrote, the project subset of the name; those of other
// tools mean something else and are left out, as are definitions, subject fields and parts of speech.
func ReadTBX(r io.Reader, languages func(tag string) (locale string, ok bool), each func(Term) error) (Summary, error) {
	d, err := newDocument(r, map[string][]string{
		"conceptEntry": {"body"}, "langSec": {"conceptEntry"}, "termSec": {"langSec"},
		"termEntry": {"body"}, "langSet": {"termEntry"}, "tig": {"langSet"}, "ntig": {"langSet"}, "termGrp": {"ntig"},
		"term": {"termSec", "tig", "termGrp"},
	})
	if err != nil {
		return Summary{}, err
	}
	if _, err := d.root("exchange.not_tbx", "tbx", "martif"); err != nil {
		return Summary{}, err
	}
	t := tbxReader{d, newIntake(languages), each}
	err = t.outline()
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return t.Summary, err
	}
	return t.finish(d.in.line)
}

type tbxReader struct {
	*document
	*intake
	each func(Term) error
}

// outline goes down to the concepts.
func (t *tbxReader) outline() error {
	return t.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "text", "body":
			return t.outline()
		case "conceptEntry", "termEntry":
			return t.concept(e)
		}
		return nil
	})
}

func (t *tbxReader) concept(e xml.StartElement) error {
	c := Term{Texts: map[string]string{}, Line: t.line}
	id, err := t.attribute(e, "id")
	if err != nil {
		return err
	}
	c.ID = strings.TrimSpace(decodeID(id))
	if err := t.admit(c.ID, c.Line); err != nil {
		return err
	}
	var about notes
	err = t.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "note":
			return about.read(t.document, c.Line)
		case "langSec", "langSet":
			return t.section(&c, e)
		}
		return nil
	})
	if err != nil || !t.take(c.Texts) {
		return err
	}
	c.Note = about.String()
	return t.each(c)
}

// section reads what a concept is called in one language.
func (t *tbxReader) section(c *Term, e xml.StartElement) error {
	tag, err := t.language(e)
	if err != nil {
		return err
	}
	locale, wanted := t.locale(tag)
	best := name{rank: unwelcome}
	err = t.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "termSec", "tig", "ntig":
			n := name{rank: usual}
			if err := t.name(&n); err != nil {
				return err
			}
			if n.text != "" && n.rank > best.rank {
				best = n
			}
		}
		return nil
	})
	if err != nil || best.text == "" {
		return err
	}
	t.meet(tag)
	if _, taken := c.Texts[locale]; wanted && !taken {
		c.Texts[locale] = best.text
		c.Challenge = orElse(c.Challenge, best.challenge)
	}
	return nil
}

// name is one of the names of a concept.
type name struct {
	text, challenge string
	rank            int
}

const (
	unwelcome = iota // deprecated or superseded
	usual
	preferred
)

// name reads a term with what is said of it. In DCA style the kind of a statement is its attribute type, in DCT style
// the name of its element.
func (t *tbxReader) name(n *name) error {
	return t.children(func(e xml.StartElement) error {
		kind := e.Name.Local
		if kind == "termNote" || kind == "admin" {
			kind, _ = t.attribute(e, "type")
		}
		line := t.line
		switch kind {
		case "termGrp", "termNoteGrp", "adminGrp":
			return t.name(n)
		case "term", "administrativeStatus", "normativeAuthorization", "projectSubset":
		default:
			return nil
		}
		text, err := t.text()
		if err != nil {
			return err
		}
		text = strings.TrimSpace(text)
		switch {
		case kind == "term" && n.text != "":
			return refuse(line, "exchange.misplaced").detail(kind)
		case kind == "term":
			n.text = text
		case kind == "projectSubset":
			if slug, ok := strings.CutPrefix(text, challengeMark); ok {
				n.challenge = strings.TrimSpace(slug)
			}
		case strings.HasPrefix(text, "preferred"):
			n.rank = preferred
		case strings.HasPrefix(text, "deprecated"), strings.HasPrefix(text, "superseded"):
			n.rank = unwelcome
		}
		return nil
	})
}

// challengeMark tells a challenge of the hub from the project subsets of other tools.
const challengeMark = "challenge:"

// WriteTBX writes TBX-Basic of version 3 (ISO 30042:2019) in DCA style and UTF-8, one concept a line. An id that is no
// XML name is encoded so that ReadTBX finds it again; without one the concept gets a number. It stops at the first error
// of terms, and at a term that could not be read again, as WriteTMX does. Ids must be unique.
func WriteTBX(w io.Writer, h Header, terms iter.Seq2[Term, error]) error {
	x := newXMLWriter(w)
	x.raw(`<tbx type="TBX-Basic" style="dca"`)
	x.attr("xml:lang", orElse(h.Source, language.English.String()))
	x.raw(` xmlns="urn:iso:std:iso:30042:ed-2">` + "\n<tbxHeader><fileDesc><sourceDesc>")
	x.element("p", h.tool()+" "+h.version())
	x.raw("</sourceDesc></fileDesc></tbxHeader>\n<text>\n")
	n := 0
	for t, err := range terms {
		if n++; n == 1 {
			x.raw("<body>\n") // a body without a concept would not be valid
		}
		if err == nil {
			err = writeConcept(x, h, t, n)
		}
		if err != nil {
			return err
		}
	}
	if n > 0 {
		x.raw("</body>\n")
	}
	x.raw("</text>\n</tbx>\n")
	return x.flush()
}

func writeConcept(x *xmlWriter, h Header, t Term, number int) error {
	if len(t.Texts) < 2 {
		return fmt.Errorf("exchange: term %q: %w", t.ID, errFewTexts)
	}
	if err := writable(t.ID, MaxID); err != nil {
		return fmt.Errorf("exchange: term %q: %w", t.ID, err)
	}
	x.raw("<conceptEntry")
	x.attr("id", encodeID(strings.TrimSpace(t.ID), number))
	x.raw(">")
	if note := strings.TrimSpace(t.Note); note != "" {
		x.element("note", note)
	}
	for _, locale := range localesOf(t.Texts, h.Source) {
		x.raw("<langSec")
		x.attr("xml:lang", locale)
		x.raw("><termSec>")
		x.element("term", strings.TrimSpace(t.Texts[locale]))
		if slug := strings.TrimSpace(t.Challenge); slug != "" {
			x.raw(`<admin type="projectSubset">`) // TBX-Basic has it beside the name only
			x.text(challengeMark + slug)
			x.raw("</admin>")
		}
		x.raw("</termSec></langSec>")
	}
	x.raw("</conceptEntry>\n")
	if x.err != nil {
		return fmt.Errorf("exchange: term %q: %w", t.ID, x.err)
	}
	return nil
}

// Marks of ids that are not written as they are. An id of TBX is an XML name: a letter or "_", then letters, digits,
// "-", "_" and ".".
const (
	numbered = "_-." // then a number: there is no id
	encoded  = "_.." // then the id, its other bytes as "_" and two hexadecimal digits
)

func encodeID(id string, number int) string {
	if id == "" {
		return numbered + strconv.Itoa(number)
	}
	var b strings.Builder
	whole := isLetter(id[0])
	for i := range len(id) {
		c := id[i]
		if isLetter(c) || c >= '0' && c <= '9' || c == '-' || c == '.' {
			b.WriteByte(c)
			continue
		}
		whole = whole && c == '_'
		fmt.Fprintf(&b, "_%02x", c)
	}
	if whole {
		return id
	}
	return encoded + b.String()
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// decodeID reads what encodeID wrote; every other id is what it is.
func decodeID(s string) string {
	if n, ok := strings.CutPrefix(s, numbered); ok && n != "" && strings.Trim(n, "0123456789") == "" {
		return ""
	}
	rest, ok := strings.CutPrefix(s, encoded)
	if !ok {
		return s
	}
	var b strings.Builder
	for {
		plain, code, more := strings.Cut(rest, "_")
		b.WriteString(plain)
		if !more {
			break
		}
		if len(code) < 2 {
			return s
		}
		c, err := hex.DecodeString(code[:2])
		if err != nil {
			return s
		}
		b.Write(c)
		rest = code[2:]
	}
	if id := b.String(); writable(id, MaxID) == nil {
		return id
	}
	return s
}
