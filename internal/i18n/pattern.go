package i18n

import "strings"

// pattern is a message cut at its values: filling it costs no template.
type pattern []part

// part is text, or the name of a value.
type part struct{ text, name string }

func cut(text string) pattern {
	var m pattern
	for {
		before, rest, found := strings.Cut(text, "{{.")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			return append(m, part{text: text})
		}
		m = append(m, part{text: before}, part{name: name})
		text = after
	}
}

// fill puts the values in; value appends the one of that name, or answers nil when it is not given: then it shows as it
// is written in the file.
func (m pattern) fill(value func(b []byte, name string) []byte) string {
	if len(m) == 1 {
		return m[0].text
	}
	b := make([]byte, 0, 96)
	for _, part := range m {
		if part.name == "" {
			b = append(b, part.text...)
		} else if more := value(b, part.name); more != nil {
			b = more
		} else {
			b = append(append(append(b, "{{."...), part.name...), "}}"...)
		}
	}
	return string(b)
}
