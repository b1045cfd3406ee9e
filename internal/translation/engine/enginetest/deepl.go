package enginetest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
)

const (
	deepLPath      = "/v2/translate"
	glossariesPath = "/v2/glossaries"
)

// DeepL is a server of DeepL's API, version 2.
func DeepL(t testing.TB) *Server {
	return start(t, &Server{Key: "deepl-key-of-the-test:fx", MaxGlossaries: 1000, translatePath: deepLPath, serve: serveDeepL})
}

type glossary struct {
	ID         string    `json:"glossary_id"`
	Name       string    `json:"name"`
	Ready      bool      `json:"ready"`
	SourceLang string    `json:"source_lang"`
	TargetLang string    `json:"target_lang"`
	Created    time.Time `json:"creation_time"`
	Count      int       `json:"entry_count"`
	terms      []term
}

// Glossaries are the names of those that the account has, the oldest first.
func (s *Server) Glossaries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{}
	for _, g := range s.glossaries {
		out = append(out, g.Name)
	}
	return out
}

// DropGlossaries empties the account, as another user of the key might.
func (s *Server) DropGlossaries() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.glossaries = nil
}

// AddGlossary is one that somebody else made.
func (s *Server) AddGlossary(name, source, target string) {
	s.addGlossary(name, source, target, nil)
}

func (s *Server) addGlossary(name, source, target string, terms []term) *glossary {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	g := &glossary{
		ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", s.made), Name: name, Ready: !s.Unready, SourceLang: source, TargetLang: target,
		Created: time.Date(2026, 1, 1, 0, s.made, 0, 0, time.UTC), Count: len(terms), terms: terms,
	}
	s.glossaries = append(s.glossaries, g)
	return g
}

func serveDeepL(s *Server, c *Call, f Fault) reply {
	if c.Header.Get("Authorization") != "DeepL-Auth-Key "+s.Key {
		return refuse(http.StatusForbidden, "Forbidden")
	}
	if len(c.Body) > 128<<10 && c.Path == deepLPath {
		return refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	}
	if c.Method == http.MethodPost && c.Header.Get("Content-Type") != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "Unsupported media type")
	}
	id, isOne := strings.CutPrefix(c.Path, glossariesPath+"/")
	switch {
	case c.Method == http.MethodPost && c.Path == deepLPath:
		return s.deepL(c, f)
	case c.Method == http.MethodPost && c.Path == glossariesPath:
		return s.createGlossary(c)
	case c.Method == http.MethodGet && c.Path == glossariesPath:
		s.mu.Lock()
		defer s.mu.Unlock()
		return reply{http.StatusOK, map[string]any{"glossaries": append([]*glossary{}, s.glossaries...)}}
	case c.Method == http.MethodDelete && isOne:
		return s.deleteGlossary(id)
	}
	return refuse(http.StatusNotFound, "Not found")
}

func (s *Server) deepL(c *Call, f Fault) reply {
	var ask struct {
		Text           []string `json:"text"`
		SourceLang     string   `json:"source_lang"`
		TargetLang     string   `json:"target_lang"`
		GlossaryID     string   `json:"glossary_id"`
		TagHandling    string   `json:"tag_handling"`
		SplitSentences string   `json:"split_sentences"`
		Preserve       bool     `json:"preserve_formatting"`
	}
	if err := json.Unmarshal(c.Body, &ask); err != nil {
		return refuse(http.StatusBadRequest, "Bad request. Reason: %v", err)
	}
	switch {
	case len(ask.Text) == 0:
		return refuse(http.StatusBadRequest, "Parameter 'text' not specified.")
	case len(ask.Text) > 50:
		return refuse(http.StatusBadRequest, "Too many texts: at most 50.")
	case !slices.Contains([]string{"", "EN", "ZH", "DE", "FR"}, strings.ToUpper(ask.SourceLang)):
		return refuse(http.StatusBadRequest, "Value for 'source_lang' not supported.")
	case !slices.Contains([]string{"EN-GB", "EN-US", "ZH-HANS", "ZH-HANT", "ZH", "DE", "FR"}, strings.ToUpper(ask.TargetLang)):
		return refuse(http.StatusBadRequest, "Value for 'target_lang' not supported.")
	case !slices.Contains([]string{"", "xml", "html"}, ask.TagHandling):
		return refuse(http.StatusBadRequest, "Value for 'tag_handling' not supported.")
	case !slices.Contains([]string{"", "0", "1", "nonewlines"}, ask.SplitSentences):
		return refuse(http.StatusBadRequest, "Value for 'split_sentences' not supported.")
	case ask.GlossaryID != "" && ask.SourceLang == "":
		return refuse(http.StatusBadRequest, "Use of a glossary requires the source_lang parameter to be specified")
	}
	target := strings.ToLower(ask.TargetLang)[:2]
	var terms []term
	if ask.GlossaryID != "" {
		g := s.glossary(ask.GlossaryID)
		if g == nil {
			return refuse(http.StatusNotFound, "Glossary not found")
		}
		if !strings.EqualFold(g.SourceLang, ask.SourceLang) || !strings.EqualFold(g.TargetLang, target) {
			return refuse(http.StatusBadRequest, "Glossary does not match the language pair of the request")
		}
		terms = g.terms
	}
	var said []string
	for _, text := range ask.Text {
		masked := text
		if ask.TagHandling == "xml" {
			var err error
			if masked, err = fromXML(text); err != nil {
				return refuse(http.StatusBadRequest, "Tag handling parsing failed, please check input.")
			}
		}
		c.Texts = append(c.Texts, masked)
		said = append(said, toXML(s.say(target, masked, terms, f)))
	}
	type translation struct {
		Detected string `json:"detected_source_language"`
		Text     string `json:"text"`
	}
	out := []translation{}
	for _, text := range f.count(said) {
		out = append(out, translation{strings.ToUpper(ask.SourceLang), text})
	}
	return reply{http.StatusOK, map[string]any{"translations": out}}
}

// fromXML reads a text as strictly as DeepL does; elements with the name m and an id become placeholders.
func fromXML(text string) (string, error) {
	d := xml.NewDecoder(strings.NewReader("<r>" + text + "</r>"))
	var b strings.Builder
	depth := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			b.Write(token)
		case xml.StartElement:
			if depth++; depth == 1 {
				continue
			}
			if token.Name.Local != "m" || len(token.Attr) != 1 || token.Attr[0].Name.Local != "id" {
				return "", fmt.Errorf("an element <%s> that nobody has announced", token.Name.Local)
			}
			b.WriteString("⟦" + token.Attr[0].Value + "⟧")
		case xml.EndElement:
			depth--
		}
	}
}

// toXML writes empty elements now one way, now the other, as DeepL does.
func toXML(masked string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(masked)
	return mark.ReplaceAllStringFunc(escaped, func(m string) string {
		id := mark.FindStringSubmatch(m)[1]
		if n, _ := strconv.Atoi(id); n%2 == 0 {
			return `<m id="` + id + `"></m>`
		}
		return `<m id="` + id + `"/>`
	})
}

func (s *Server) glossary(id string) *glossary {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.glossaries {
		if g.ID == id && g.Ready {
			return g
		}
	}
	return nil
}

func (s *Server) createGlossary(c *Call) reply {
	var ask struct {
		Name          string `json:"name"`
		SourceLang    string `json:"source_lang"`
		TargetLang    string `json:"target_lang"`
		Entries       string `json:"entries"`
		EntriesFormat string `json:"entries_format"`
	}
	if err := json.Unmarshal(c.Body, &ask); err != nil {
		return refuse(http.StatusBadRequest, "Bad request. Reason: %v", err)
	}
	languages := []string{"en", "zh", "de", "fr"}
	switch {
	case ask.Name == "" || len(ask.Name) > 1024:
		return refuse(http.StatusBadRequest, "Bad name")
	case !slices.Contains(languages, strings.ToLower(ask.SourceLang)) || !slices.Contains(languages, strings.ToLower(ask.TargetLang)) ||
		strings.EqualFold(ask.SourceLang, ask.TargetLang):
		return refuse(http.StatusBadRequest, "Unsupported glossary source and target language")
	case ask.EntriesFormat != "tsv":
		return refuse(http.StatusBadRequest, "Invalid entries format")
	}
	terms, err := entries(ask.Entries)
	if err != nil {
		return refuse(http.StatusBadRequest, "Invalid glossary entries provided: %v", err)
	}
	if len(s.Glossaries()) >= s.MaxGlossaries {
		return refuse(456, "Quota for glossaries exceeded")
	}
	return reply{http.StatusCreated, s.addGlossary(ask.Name, ask.SourceLang, ask.TargetLang, terms)}
}

func entries(text string) ([]term, error) {
	var out []term
	seen := map[string]bool{}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		source, target, ok := strings.Cut(line, "\t")
		if !ok || strings.Contains(target, "\t") {
			return nil, fmt.Errorf("a line is not two fields")
		}
		for _, side := range []string{source, target} {
			if side == "" || side != strings.TrimSpace(side) || len(side) > 1024 || strings.ContainsFunc(side, unicode.IsControl) {
				return nil, fmt.Errorf("a side is empty, too long, or has spaces or control characters")
			}
		}
		if seen[source] {
			return nil, fmt.Errorf("a source is there twice")
		}
		seen[source] = true
		out = append(out, term{source, target})
	}
	return out, nil
}

func (s *Server) deleteGlossary(id string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, g := range s.glossaries {
		if g.ID == id {
			s.glossaries = slices.Delete(s.glossaries, i, i+1)
			return reply{http.StatusNoContent, nil}
		}
	}
	return refuse(http.StatusNotFound, "Glossary not found")
}
