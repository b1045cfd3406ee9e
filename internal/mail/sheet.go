package mail

import (
	"bytes"
	"context"
	"strings"

	"senet/internal/i18n"
	"senet/internal/markup"
)

// subjectWeight is how long a subject may be, in weighted characters: mail programs show about half of it.
const subjectWeight = 140

// sheet is a letter as it is set: the content, cleaned, and what stands around it.
type sheet struct {
	Content
	Lang        string // of the letter: "en", "zh-Hans"
	P           *i18n.Printer
	Greeting    string
	Why         string // it came
	ActionURL   string // "" with no action
	HomeURL     string
	SettingsURL string
	OffURL      string
}

func (s *Service) sheet(l waiting, to Recipient, c Content) sheet {
	url := func(path string) string { return s.with.BaseURL.String() + "/" + string(to.Locale) + path }
	sh := sheet{Content: cleanContent(c), Lang: to.Locale.Tag(), P: to.P, Greeting: to.T("mail.letter.greeting", "Name", cleanLine(l.Name)),
		Why: to.T("mail.why." + string(l.Topic)), HomeURL: url(""), SettingsURL: url("/settings#mail"),
		OffURL: url(Off{Member: l.Member, Group: l.Topic, Key: sign(l.Secret, l.Member, l.Topic)}.path())}
	if sh.Action.Label != "" && strings.HasPrefix(sh.Action.Path, "/") {
		sh.ActionURL = url(sh.Action.Path)
	}
	return sh
}

// cleanContent takes out what could not be set.
func cleanContent(c Content) Content {
	c.Subject = markup.Shorten(cleanLine(c.Subject), subjectWeight)
	c.Lines, c.Closing = cleanLines(c.Lines), cleanLines(c.Closing)
	c.Title, c.Quote = cleanWords(c.Title, cleanLine), cleanWords(c.Quote, cleanText)
	facts := make([]Fact, len(c.Facts))
	for i, f := range c.Facts {
		facts[i] = Fact{Label: cleanLine(f.Label), Value: cleanText(f.Value), Lang: i18n.TextTag(f.Lang)}
	}
	c.Facts = facts
	c.Action.Label, c.Action.Path = cleanLine(c.Action.Label), cleanLine(c.Action.Path)
	return c
}

func cleanWords(w Words, clean func(string) string) Words {
	w.Text, w.Note, w.Lang = clean(w.Text), cleanLine(w.Note), i18n.TextTag(w.Lang)
	return w
}

func cleanLines(lines []string) []string {
	clean := make([]string, 0, len(lines))
	for _, l := range lines {
		if l = cleanLine(l); l != "" {
			clean = append(clean, l)
		}
	}
	return clean
}

func cleanLine(s string) string {
	s, _ = markup.CleanLine(s)
	return s
}

func cleanText(s string) string {
	s, _ = markup.Clean(s)
	return strings.TrimSpace(s)
}

// linesOf are the lines of a text that are not empty.
func linesOf(s string) []string {
	return cleanLines(strings.Split(s, "\n"))
}

// text is the letter as plain text.
func (s sheet) text() string {
	var b strings.Builder
	paragraph := func(lines ...string) {
		for _, l := range lines {
			b.WriteString(l + "\n")
		}
		b.WriteString("\n")
	}
	paragraph(s.Greeting)
	for _, l := range s.Lines {
		paragraph(l)
	}
	if s.Title.Text != "" {
		paragraph(s.Title.Text)
	}
	if len(s.Facts) > 0 {
		for _, f := range s.Facts {
			for i, v := range linesOf(f.Value) {
				if i == 0 {
					v = s.P.T("mail.letter.fact", "Label", f.Label, "Value", v)
				} else {
					v = "    " + v
				}
				b.WriteString(v + "\n")
			}
		}
		b.WriteString("\n")
	}
	if quoted := linesOf(s.Quote.Text); len(quoted) > 0 {
		for _, l := range quoted {
			b.WriteString("> " + l + "\n")
		}
		if s.Quote.Note != "" {
			b.WriteString(s.Quote.Note + "\n")
		}
		b.WriteString("\n")
	}
	if s.ActionURL != "" {
		paragraph(s.labelled(s.Action.Label), s.ActionURL)
	}
	for _, l := range s.Closing {
		paragraph(l)
	}
	b.WriteString("-- \n" + hubName + "\n" + s.HomeURL + "\n\n")
	paragraph(s.Why)
	paragraph(s.labelled(s.P.T("mail.letter.off")), s.OffURL)
	b.WriteString(s.labelled(s.P.T("mail.letter.settings")) + "\n" + s.SettingsURL + "\n")
	return b.String()
}

// labelled is what stands before an address on a line of its own.
func (s sheet) labelled(label string) string {
	return strings.TrimSpace(s.P.T("mail.letter.fact", "Label", label, "Value", ""))
}

// html is the letter as HTML.
func (s sheet) html(ctx context.Context) (string, error) {
	var b bytes.Buffer
	if err := letterHTML(s).Render(ctx, &b); err != nil {
		return "", err
	}
	return b.String(), nil
}
