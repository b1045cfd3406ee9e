package exchange

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	errFewTexts  = errors.New("fewer than two texts")
	errBlank     = errors.New("a blank text")
	errLong      = errors.New("too long a text or id")
	errForbidden = errors.New("a character that no text may have")
)

// writable reports why a text could not be read again.
func writable(s string, most int) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, forbidden) {
		return errForbidden
	}
	if utf8.RuneCountInString(s) > most {
		return errLong
	}
	return nil
}

// xmlWriter writes XML by hand, as every format here needs few and known elements. Its first error stays.
type xmlWriter struct {
	w      *bufio.Writer
	escape *strings.Replacer
	err    error
}

func newXMLWriter(w io.Writer) *xmlWriter {
	x := &xmlWriter{w: bufio.NewWriter(w), escape: strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")}
	x.raw(xml.Header)
	return x
}

func (x *xmlWriter) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *xmlWriter) raw(s string) {
	if x.err == nil {
		_, x.err = x.w.WriteString(s)
	}
}

func (x *xmlWriter) attr(name, value string) {
	if err := writable(value, MaxText); err != nil {
		x.fail(err)
		return
	}
	x.raw(" " + name + `="`)
	if x.err == nil {
		x.err = xml.EscapeText(x.w, []byte(unixLines(value)))
	}
	x.raw(`"`)
}

func (x *xmlWriter) id(name, value string) {
	if err := writable(value, MaxID); err != nil {
		x.fail(err)
	}
	x.attr(name, value)
}

func (x *xmlWriter) time(name string, at time.Time) {
	if !at.IsZero() {
		x.attr(name, at.UTC().Format(tmxTime))
	}
}

func (x *xmlWriter) text(s string) {
	s = unixLines(s)
	if err := writable(s, MaxText); err != nil {
		x.fail(err)
	}
	x.raw(x.escape.Replace(s))
}

// element writes an element with a text, which must not be blank.
func (x *xmlWriter) element(name, text string) {
	if strings.TrimSpace(text) == "" {
		x.fail(fmt.Errorf("%s: %w", name, errBlank))
	}
	x.raw("<" + name + ">")
	x.text(text)
	x.raw("</" + name + ">")
}

func (x *xmlWriter) flush() error {
	if x.err != nil {
		return x.err
	}
	return x.w.Flush()
}
