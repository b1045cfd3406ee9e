// Package mailtest is the other end of mail, for tests: a mail server that speaks SMTP, and a reader of letters.
package mailtest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"testing"
)

// Letter is a letter as a mail program reads it.
type Letter struct {
	Header   mail.Header
	From, To *mail.Address
	Subject  string
	Text     string
	HTML     string
	Calendar string // the part for calendars
	Method   string // of Calendar
	Files    map[string]string
	Raw      string
}

// Read reads a letter; one that is broken fails the test.
func Read(t testing.TB, raw []byte) Letter {
	t.Helper()
	l := Letter{Raw: string(raw), Files: map[string]string{}}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("read letter: %v\n%.600s", err, raw)
	}
	l.Header = m.Header
	if l.From, err = mail.ParseAddress(m.Header.Get("From")); err != nil {
		t.Fatalf("From: %v", err)
	}
	if l.To, err = mail.ParseAddress(m.Header.Get("To")); err != nil {
		t.Fatalf("To: %v", err)
	}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatalf("Subject: %v", err)
	}
	if err := l.part(m.Header.Get, m.Body); err != nil {
		t.Fatalf("read letter: %v\n%.600s", err, raw)
	}
	return l
}

// part reads a part and those within it.
func (l *Letter) part(header func(string) string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type: %w", err)
	}
	if boundary := params["boundary"]; boundary != "" {
		for parts := multipart.NewReader(body, boundary); ; {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := l.part(p.Header.Get, p); err != nil {
				return err
			}
		}
	}
	switch header("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	disposition, of, _ := mime.ParseMediaType(header("Content-Disposition"))
	switch {
	case disposition == "attachment":
		name, err := new(mime.WordDecoder).DecodeHeader(of["filename"])
		if err != nil {
			return err
		}
		l.Files[name] = string(text)
	case kind == "text/plain":
		l.Text = string(text)
	case kind == "text/html":
		l.HTML = string(text)
	case kind == "text/calendar":
		l.Calendar, l.Method = string(text), params["method"]
	}
	return nil
}

// ReadDir reads the letters that are kept as files in a directory, the oldest first; none where it does not exist.
func ReadDir(t testing.TB, dir string) []Letter {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.eml")) // sorted
	if err != nil {
		t.Fatal(err)
	}
	letters := make([]Letter, len(names))
	for i, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		letters[i] = Read(t, raw)
	}
	return letters
}
