// Package transport carries finished letters away: to a mail server over SMTP, or into files where no server is set. It
// is the only importer of go-mail, and knows nothing of members, languages or the database.
package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// Message is a letter, ready to go. Names, subject and texts may hold any character; what would break out of a header is
// taken out.
type Message struct {
	ID       string // of Message-ID, without its brackets; the same when the message is sent again
	At       time.Time
	From, To mail.Address
	Subject  string
	Lang     string // BCP 47
	Text     string
	HTML     string
	Off      string    // where to turn this kind of mail off with one POST (RFC 8058)
	Calendar *Calendar // nil: none
}

// Calendar is an event that goes with a message, as a part that calendars take (RFC 6047) and as a file.
type Calendar struct {
	Method string // REQUEST, CANCEL or PUBLISH
	Name   string // of the file: letters and digits of ASCII, "-" and "."; others are left out
	ICS    []byte // RFC 5545
}

// Transport carries messages. What is tried again is sent twice where an answer was lost on its way.
type Transport interface {
	// Send hands one message over. Refused is the error of one that will not be taken however often it is tried; every
	// other error may pass.
	Send(ctx context.Context, m Message) error
	// Where is where messages go, for the log: a server's address or a directory, without a password.
	Where() string
}

// Refused says that a mail server will not take a message: it answered 5xx to its sender, its recipient or its text.
type Refused struct {
	Code  int    // 550
	Reply string // in the server's own words
}

func (r *Refused) Error() string {
	return fmt.Sprintf("the mail server refuses: %d %s", r.Code, r.Reply)
}

var errAddress = errors.New("not an address")

// compose makes the message of go-mail.
func compose(m Message) (*gomail.Msg, error) {
	encoding := gomail.EncodingQP
	if mostlyWide(m.Subject + m.Text) {
		encoding = gomail.EncodingB64 // a third shorter, and lines of an even length
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(encoding))
	from, to, err := addresses(m)
	if err != nil {
		return nil, err
	}
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.EnvelopeFromMailAddress(&mail.Address{Address: from.Address})
	msg.Subject(line(m.Subject))
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(line(m.ID))
	msg.SetGenHeader("Content-Language", line(m.Lang))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office notes, please
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")  // the same for Exchange
	if m.Off != "" {
		msg.SetListUnsubscribe(line(m.Off))
		msg.SetListUnsubscribePost()
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	if c := m.Calendar; c != nil {
		as := gomail.ContentType("text/calendar; method=" + method(c.Method))
		msg.AddAlternativeString(as, string(c.ICS), gomail.WithPartEncoding(gomail.EncodingB64))
		msg.AttachReadSeeker(fileName(c.Name), bytes.NewReader(c.ICS), gomail.WithFileContentType(as+"; charset=UTF-8"))
	}
	return msg, nil
}

// addresses are sender and recipient as they can stand in a header: names on one line, domains in ASCII.
func addresses(m Message) (from, to *mail.Address, err error) {
	both := [2]*mail.Address{}
	for i, a := range []mail.Address{m.From, m.To} {
		parsed, err := mail.ParseAddress("<" + a.Address + ">")
		if err != nil || parsed.Address != a.Address {
			return nil, nil, &Refused{Code: 553, Reply: errAddress.Error()}
		}
		local, domain := cutAt(a.Address)
		if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
			domain = ascii
		}
		both[i] = &mail.Address{Name: line(a.Name), Address: local + "@" + domain}
	}
	return both[0], both[1], nil
}

func cutAt(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	return address[:at], address[at+1:]
}

// method is that of a calendar; PUBLISH, which asks for nothing, for one that there is not.
func method(s string) string {
	switch s {
	case "REQUEST", "CANCEL":
		return s
	}
	return "PUBLISH"
}

// fileName is a name that every mail program takes.
func fileName(s string) string {
	const longest = 80
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, s)
	return s[max(0, len(s)-longest):]
}

// line is s on one line, without control characters.
func line(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029', r == '\u0085':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s))
}

// mostlyWide reports whether most characters of a text are not ASCII.
func mostlyWide(s string) bool {
	wide, all := 0, 0
	for _, r := range s {
		all++
		if r > unicode.MaxASCII {
			wide++
		}
	}
	return 4*wide > all // of UTF-8, three bytes each
}
