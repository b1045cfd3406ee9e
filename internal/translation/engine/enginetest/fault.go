package enginetest

import (
	"bytes"
	"strings"
)

// Fault is something that goes wrong. The zero Fault is none.
type Fault struct {
	kind   kind
	status int
	header map[string]string
	body   func([]byte) []byte
	text   func(source, translation string) string
	list   func([]string) []string
}

type kind int

const (
	none kind = iota
	slow
	cut
)

// Slow holds a call until its caller gives it up or the test ends.
func Slow() Fault { return Fault{kind: slow} }

// Status answers with a status and no translation.
func Status(code int) Fault { return Fault{status: code} }

// RetryAfter is Status with the header: seconds, or a date.
func RetryAfter(code int, value string) Fault {
	return Fault{status: code, header: map[string]string{"Retry-After": value}}
}

// Redirect sends the caller elsewhere.
func Redirect(to string) Fault { return Fault{status: 307, header: map[string]string{"Location": to}} }

// AuthFailed refuses the key: 403, which is DeepL's and LibreTranslate's; OpenAI's 401 is Status(401).
func AuthFailed() Fault { return Status(403) }

// Quota says that the account is used up, as DeepL does.
func Quota() Fault { return Status(456) }

// CutBody breaks the answer off in the middle.
func CutBody() Fault { return Fault{kind: cut} }

// WrongJSON answers with a page of HTML and status 200, as a portal in between does.
func WrongJSON() Fault { return Body("<html>not JSON</html>") }

// Body answers with these bytes and status 200.
func Body(text string) Fault {
	return Fault{body: func([]byte) []byte { return []byte(text) }}
}

// BadUTF8 answers with bytes that are no UTF-8.
func BadUTF8() Fault {
	return Fault{body: func(b []byte) []byte { return bytes.Replace(b, []byte("译"), []byte{0xff, 0xfe}, 1) }}
}

// Huge answers with 5 MiB.
func Huge() Fault {
	return Fault{body: func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 5<<20)...) }}
}

// Empty answers with nothing for every text.
func Empty() Fault { return texts(func(_, _ string) string { return "" }) }

// SwappedLanguage gives every text back as it was.
func SwappedLanguage() Fault { return texts(func(source, _ string) string { return source }) }

// LostPlaceholder leaves the first placeholder of every text out.
func LostPlaceholder() Fault {
	return texts(func(_, translation string) string {
		if at := mark.FindStringIndex(translation); at != nil {
			return translation[:at[0]] + translation[at[1]:]
		}
		return translation
	})
}

// DoubledPlaceholder puts the first placeholder of every text at its end as well.
func DoubledPlaceholder() Fault {
	return texts(func(_, translation string) string { return translation + mark.FindString(translation) })
}

// NUL puts a NUL into every text.
func NUL() Fault {
	return texts(func(_, translation string) string { return translation + "\x00" })
}

// Long makes every text 20 times as long, and 400 characters longer.
func Long() Fault {
	return texts(func(_, translation string) string {
		return strings.Repeat(translation, 20) + strings.Repeat("啊", 400)
	})
}

// Saying gives the same for every text.
func Saying(text string) Fault { return texts(func(_, _ string) string { return text }) }

// Only lets a fault of texts befall the texts that hold a word.
func (f Fault) Only(word string) Fault {
	spoil := f.text
	f.text = func(source, translation string) string {
		if !strings.Contains(source, word) {
			return translation
		}
		return spoil(source, translation)
	}
	return f
}

// TooFew leaves the last text out.
func TooFew() Fault {
	return Fault{list: func(l []string) []string { return l[:len(l)-1] }}
}

// TooMany gives one text more.
func TooMany() Fault {
	return Fault{list: func(l []string) []string { return append(l, "多") }}
}

func texts(spoil func(source, translation string) string) Fault { return Fault{text: spoil} }

func (f Fault) spoil(source, translation string) string {
	if f.text == nil {
		return translation
	}
	return f.text(source, translation)
}

func (f Fault) count(l []string) []string {
	if f.list == nil || len(l) == 0 {
		return l
	}
	return f.list(l)
}

// instead is the answer of a fault that leaves no room for another; its status is 0 for others.
func (f Fault) instead() reply {
	if f.status == 0 {
		return reply{}
	}
	said := map[int]string{456: "Quota Exceeded", 429: "Too many requests", 403: "Forbidden"}
	if text, ok := said[f.status]; ok {
		return reply{f.status, complaint(text)}
	}
	return reply{f.status, complaint("it failed as the test wants")}
}
