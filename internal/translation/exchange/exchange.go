// Package exchange reads and writes the files in which others keep translations: memories as TMX 1.4, glossaries as
// CSV and as TBX-Basic (ISO 30042, versions 2 and 3). It knows no database, no HTTP and no rule of the hub; what it
// reads was written by strangers, and everything it gives on is bounded and clean.
//
// Reading streams: each is called for every unit while the file is being read, before its end is known to be good.
// Whoever must not take half a file does all of it in one transaction and rolls back when reading returns an error.
// An error of each ends the reading and is returned as it is. Every other refusal is an *Error, a fault that names
// the line. Errors of the io.Reader itself are neither.
//
// What is read: UTF-8, and UTF-16 with or without a byte order mark; no other encoding, no broken one, no control
// character but tab and line break. Line breaks are "\n", whatever the file has. XML may have a DOCTYPE that names a
// DTD, which is never fetched, and none that declares anything. Files end at MaxBytes, texts at MaxText, units at
// MaxUnits. Memory does not grow with the file, but for the ids, which are kept to find duplicates.
//
// What is written can be read back, and is the same then.
package exchange

import (
	"time"
)

// Limits of what is read.
const (
	MaxBytes = 64 << 20 // a file, as it is stored
	MaxText  = 10_000   // a segment, a term, a note, in characters (code points)
	MaxID    = 200      // an id, in characters
	MaxUnits = 500_000  // units or concepts of a file; no real file of MaxBytes has as many
)

// Unit is one translation unit: a text in two languages or more.
type Unit struct {
	ID           string            // tuid; may be empty
	Texts        map[string]string // by locale: the languages asked for that are there and not blank, two at least
	Note, Source string            // <note>, several joined by "\n"; <prop type="source">; white space around them is dropped
	Created      time.Time         // creationdate, to the second; zero when absent or unreadable
	Line         int               // where the unit begins in the file, from 1; writers ignore it
}

// Term is one concept and its name in each language. White space around texts is dropped.
type Term struct {
	ID        string            // may be empty
	Texts     map[string]string // by locale: the languages asked for that are there and not blank, two at least
	Note      string
	Challenge string // slug of the health challenge for which the term holds; "" is everywhere
	Line      int    // where the concept begins in the file, from 1; writers ignore it
}

// Summary counts what a file held.
type Summary struct {
	Units   int // given to each
	Skipped int // left out, because fewer than two of the languages asked for were there
}

// Header is what a written file says about itself. The zero Header is valid.
type Header struct {
	Tool    string    // who wrote it; "senet" when empty
	Version string    // of Tool; "1" when empty
	Source  string    // locale of the originals; when empty, TMX says "*all*" and TBX "en"
	Created time.Time // TMX only; left out when zero
}

func (h Header) tool() string    { return orElse(h.Tool, "senet") }
func (h Header) version() string { return orElse(h.Version, "1") }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
