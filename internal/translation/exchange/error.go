package exchange

import (
	"fmt"
	"strings"
	"unicode"

	"senet/internal/fault"
)

// Error is a file that cannot be taken: which line, and why. Inside is a fault of kind Invalid, or TooLarge, whose key
// begins with "exchange." and whose Args hold Line and, by key, Detail (a name or a character of the file, clipped),
// First (an earlier line), Max, Want and Found.
type Error struct {
	Line  int // from 1; of a fault of the whole file, how far it was read
	Fault *fault.Fault
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Fault) }

// Unwrap gives the fault to fault.Of.
func (e *Error) Unwrap() error { return e.Fault }

func refuse(line int, key string) *Error { return refuseAs(fault.Invalid, line, key) }

func refuseAs(kind fault.Kind, line int, key string) *Error {
	return &Error{Line: line, Fault: fault.New(kind, key).With("Line", line)}
}

func (e *Error) with(name string, value any) *Error {
	return &Error{Line: e.Line, Fault: e.Fault.With(name, value)}
}

func (e *Error) because(err error) *Error {
	return &Error{Line: e.Line, Fault: e.Fault.Because(err)}
}

func (e *Error) detail(s string) *Error { return e.with("Detail", clip(s)) }

func tooLong(line int) *Error {
	return refuse(line, "exchange.too_long").with("Max", MaxText)
}

func forbiddenAt(line int, r rune) *Error {
	return refuse(line, "exchange.control").with("Detail", fmt.Sprintf("%U", r))
}

// clip makes a text of the file fit to be shown in a message.
func clip(s string) string {
	const most = 60
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = '·'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// forbidden reports whether a character has no place in a text: controls but tab and line break, and what XML excludes.
func forbidden(r rune) bool {
	switch {
	case r >= ' ' && r <= '~', r == '\t', r == '\n', r == '\r':
		return false
	case unicode.IsControl(r), r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}
