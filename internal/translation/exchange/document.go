package exchange

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxDepth      = 64 // elements inside each other
	maxAttributes = 64 // of an element
)

// document walks through an XML file element by element. It checks what encoding/xml leaves open when it gives raw
// tokens (which keep the prefixes and know where everything began): that tags match, that nothing is declared or
// left unclosed, that elements are where they belong.
type document struct {
	in      *input
	dec     *xml.Decoder
	parents map[string][]string // where an element may stand; others stand anywhere
	open    []opened
	line    int   // where the newest token begins
	rooted  bool  // the root element has been met
	refused error // the encoding that the file declares
}

type opened struct {
	name xml.Name
	line int
}

// newDocument begins to read a file that must be XML.
func newDocument(r io.Reader, parents map[string][]string) (*document, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, err
	}
	if !in.begins('<') {
		return nil, refuse(1, "exchange.not_xml")
	}
	d := &document{in: in, parents: parents, dec: xml.NewDecoder(in)}
	d.dec.CharsetReader = d.charset
	return d, nil
}

// charset takes a declared encoding that says what has been recognised already.
func (d *document) charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be", "utf16", "ucs-2", "iso-10646-ucs-2":
		return r, nil
	}
	d.refused = refuse(d.line, "exchange.encoding").detail(label)
	return nil, d.refused
}

// root gives the root element; another name than those wanted is refused with that key.
func (d *document) root(key string, names ...string) (xml.StartElement, error) {
	token, err := d.next()
	if err != nil {
		return xml.StartElement{}, err
	}
	start, ok := token.(xml.StartElement)
	if !ok || !slices.Contains(names, start.Name.Local) {
		return start, refuse(d.line, key).detail(written(start.Name))
	}
	return start, nil
}

// children calls each for every element inside the open one and returns after its end. each may read its element to
// the end; what it leaves is skipped.
func (d *document) children(each func(xml.StartElement) error) error {
	depth := len(d.open)
	for len(d.open) >= depth {
		token, err := d.next()
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if err := each(start); err != nil {
			return err
		}
		for len(d.open) > depth {
			if _, err := d.next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// text reads the open element to its end and gives what people read of it: the content of native codes is left out,
// that of highlighted text and of texts inside codes is kept.
func (d *document) text() (string, error) {
	var b strings.Builder
	line, depth, length := d.line, len(d.open), 0
	kept := []bool{true}
	for len(d.open) >= depth {
		token, err := d.next()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			kept = append(kept, isRead(t.Name.Local, kept[len(kept)-1]))
		case xml.EndElement:
			kept = kept[:len(kept)-1]
		case xml.CharData:
			if !kept[len(kept)-1] {
				continue
			}
			if length += utf8.RuneCount(t); length > MaxText {
				return "", tooLong(line)
			}
			b.Write(t)
		}
	}
	return d.clean(b.String(), line)
}

// notes are the notes of a unit.
type notes struct {
	texts  []string
	length int
}

// read adds the text of the open element, which belongs to what began in that line.
func (n *notes) read(d *document, line int) error {
	s, err := d.text()
	if err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	if n.length += utf8.RuneCountInString(s) + 1; n.length > MaxText+1 {
		return tooLong(line)
	}
	n.texts = append(n.texts, s)
	return nil
}

func (n *notes) String() string { return strings.Join(n.texts, "\n") }

func isRead(element string, around bool) bool {
	switch element {
	case "bpt", "ept", "it", "ph", "ut":
		return false
	case "sub":
		return true
	}
	return around
}

// clean checks what character references may have brought in, and makes line breaks "\n".
func (d *document) clean(s string, line int) (string, error) {
	s = unixLines(s)
	if i := strings.IndexFunc(s, forbidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return "", forbiddenAt(line+strings.Count(s[:i], "\n"), r)
	}
	return s, nil
}

func unixLines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// attribute gives the value of an attribute without prefix.
func (d *document) attribute(e xml.StartElement, name string) (string, error) {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return d.clean(a.Value, d.line)
		}
	}
	return "", nil
}

// language gives xml:lang, else lang; without either the element is refused.
func (d *document) language(e xml.StartElement) (string, error) {
	for _, space := range []string{"xml", ""} {
		for _, a := range e.Attr {
			if tag := strings.TrimSpace(a.Value); a.Name.Space == space && a.Name.Local == "lang" && tag != "" {
				return tag, nil
			}
		}
	}
	return "", refuse(d.line, "exchange.no_language").detail(e.Name.Local)
}

// end makes sure that nothing follows the root element.
func (d *document) end() error {
	_, err := d.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = refuse(d.line, "exchange.xml.syntax")
	}
	return err
}

// next gives the next tag or text inside the root element; io.EOF after the root is closed.
func (d *document) next() (xml.Token, error) {
	for {
		first := d.dec.InputOffset() == 0
		d.line, _ = d.dec.InputPos()
		d.in.begin(d.line)
		token, err := d.dec.RawToken()
		if err != nil {
			return nil, d.explain(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return t, d.push(t)
		case xml.EndElement:
			return t, d.pop(t)
		case xml.CharData:
			if len(d.open) > 0 {
				return t, nil
			}
			if i := strings.IndexFunc(string(t), isSolid); i >= 0 {
				return nil, refuse(d.line+strings.Count(string(t[:i]), "\n"), "exchange.xml.syntax")
			}
		case xml.Directive:
			err = d.declaration(t)
		case xml.ProcInst:
			if strings.EqualFold(t.Target, "xml") && !first {
				err = refuse(d.line, "exchange.xml.syntax")
			}
		}
		if err != nil {
			return nil, err
		}
	}
}

func isSolid(r rune) bool { return !unicode.IsSpace(r) }

func (d *document) push(e xml.StartElement) error {
	switch {
	case len(d.open) == 0 && d.rooted, hasTwins(e.Attr):
		return refuse(d.line, "exchange.xml.syntax")
	case len(d.open) == maxDepth, len(e.Attr) > maxAttributes:
		return refuse(d.line, "exchange.xml.deep")
	}
	parents, ok := d.parents[e.Name.Local]
	if ok && len(d.open) > 0 && !slices.Contains(parents, d.open[len(d.open)-1].name.Local) {
		return refuse(d.line, "exchange.misplaced").detail(written(e.Name))
	}
	d.rooted = true
	d.open = append(d.open, opened{e.Name, d.line})
	return nil
}

func (d *document) pop(e xml.EndElement) error {
	if len(d.open) == 0 {
		return refuse(d.line, "exchange.xml.syntax")
	}
	last := d.open[len(d.open)-1]
	if last.name != e.Name {
		return refuse(d.line, "exchange.xml.mismatch").detail(written(e.Name)).
			with("Open", clip(written(last.name))).with("First", last.line)
	}
	d.open = d.open[:len(d.open)-1]
	return nil
}

// hasTwins reports whether an attribute is given twice. Of more attributes than are allowed it does not look at all.
func hasTwins(attrs []xml.Attr) bool {
	for i, a := range attrs[:min(len(attrs), maxAttributes)] {
		if slices.ContainsFunc(attrs[:i], func(b xml.Attr) bool { return a.Name == b.Name }) {
			return true
		}
	}
	return false
}

func written(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// declaration takes a DOCTYPE that names a DTD, which nobody fetches, and refuses any that declares something: entities
// could grow without end or read other files.
func (d *document) declaration(t xml.Directive) error {
	s := string(t)
	if len(s) < 7 || !strings.EqualFold(s[:7], "doctype") {
		return refuse(d.line, "exchange.xml.dtd")
	}
	if d.rooted {
		return refuse(d.line, "exchange.xml.syntax")
	}
	quote := rune(0)
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '[':
			return refuse(d.line, "exchange.xml.dtd")
		}
	}
	return nil
}

// explain says what an error of the decoder means.
func (d *document) explain(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case d.in.err != nil:
		return d.in.err
	case d.refused != nil:
		return d.refused
	case errors.Is(err, io.EOF) && len(d.open) == 0 && d.rooted:
		return io.EOF
	case errors.Is(err, io.EOF) && !d.rooted:
		return refuse(d.in.line, "exchange.empty")
	case d.in.ended:
		return refuse(d.in.line, "exchange.xml.truncated").because(err)
	case !errors.As(err, &syntax):
		return refuse(d.line, "exchange.xml.syntax").because(err)
	}
	if name, ok := strings.CutPrefix(syntax.Msg, "invalid character entity "); ok {
		return refuse(syntax.Line, "exchange.xml.entity").detail(name)
	}
	if code, ok := strings.CutPrefix(syntax.Msg, "illegal character code "); ok {
		return refuse(syntax.Line, "exchange.control").detail(code)
	}
	return refuse(syntax.Line, "exchange.xml.syntax").because(err)
}
