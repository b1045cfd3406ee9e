package enginetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const librePath = "/translate"

// Libre is a server of LibreTranslate's API.
func Libre(t testing.TB) *Server {
	return start(t, &Server{Key: "libre-key-of-the-test", Chinese: "zh-Hans", translatePath: librePath, serve: serveLibre})
}

func serveLibre(s *Server, c *Call, f Fault) reply {
	switch {
	case c.Method == http.MethodGet && c.Path == "/languages":
		type language struct {
			Code    string   `json:"code"`
			Name    string   `json:"name"`
			Targets []string `json:"targets"`
		}
		all := []string{"de", "en", s.Chinese}
		return reply{http.StatusOK, []language{{"de", "German", all}, {"en", "English", all}, {s.Chinese, "Chinese", all}}}
	case c.Method == http.MethodPost && c.Path == librePath:
		return s.libre(c, f)
	}
	return refuse(http.StatusNotFound, "Not found")
}

func (s *Server) libre(c *Call, f Fault) reply {
	var ask struct {
		Q      []string `json:"q"`
		Source string   `json:"source"`
		Target string   `json:"target"`
		Format string   `json:"format"`
		APIKey string   `json:"api_key"`
	}
	if err := json.Unmarshal(c.Body, &ask); err != nil || c.Header.Get("Content-Type") != "application/json" {
		return refuse(http.StatusBadRequest, "Invalid JSON format")
	}
	characters := 0
	for _, text := range ask.Q {
		characters += utf8.RuneCountInString(text)
	}
	known := map[string]bool{"de": true, "en": true, s.Chinese: true}
	switch {
	case s.Key != "" && ask.APIKey == "":
		return refuse(http.StatusBadRequest, "Please contact the server operator to get an API key")
	case s.Key != "" && ask.APIKey != s.Key:
		return refuse(http.StatusForbidden, "Invalid API key")
	case len(ask.Q) == 0:
		return refuse(http.StatusBadRequest, "Invalid request: missing q parameter")
	case s.BatchLimit > 0 && len(ask.Q) > s.BatchLimit:
		return refuse(http.StatusBadRequest, "Invalid request: request (%d) exceeds text limit (%d)", len(ask.Q), s.BatchLimit)
	case s.CharLimit > 0 && characters > s.CharLimit:
		return refuse(http.StatusBadRequest, "Invalid request: request (%d) exceeds text limit (%d)", characters, s.CharLimit)
	case !known[ask.Source]:
		return refuse(http.StatusBadRequest, "%s is not supported", ask.Source)
	case !known[ask.Target]:
		return refuse(http.StatusBadRequest, "%s is not supported", ask.Target)
	case ask.Format != "html" && ask.Format != "text" && ask.Format != "":
		return refuse(http.StatusBadRequest, "%s format is not supported", ask.Format)
	}
	said := []string{}
	for _, text := range ask.Q {
		masked := text
		if ask.Format == "html" {
			masked = fromHTML(text)
		}
		c.Texts = append(c.Texts, masked)
		answer := s.say(ask.Target[:2], masked, nil, f)
		if ask.Format == "html" {
			answer = toHTML(answer)
		}
		if !s.Escaped {
			answer = html.UnescapeString(answer) // the real one does, although the answer then is no HTML any more
		}
		said = append(said, answer)
	}
	return reply{http.StatusOK, map[string]any{"translatedText": f.count(said)}}
}

// fromHTML reads a text as the server does: white space is one space; an element that is not to be translated is kept.
// Those with an id m1, m2 … become placeholders, and a br a newline.
func fromHTML(text string) string {
	z := html.NewTokenizer(strings.NewReader(strings.Join(strings.Fields(text), " ")))
	var b strings.Builder
	kept := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if !kept {
				b.WriteString(z.Token().Data)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Key] = a.Val
			}
			id, isMark := strings.CutPrefix(attributes["id"], "m")
			switch {
			case token.Data == "br":
				b.WriteString("\n")
			case isMark && attributes["translate"] == "no":
				b.WriteString("⟦" + id + "⟧")
				kept = true
			default:
				fmt.Fprintf(&b, "<%s>", token.Data)
			}
		case html.EndTagToken:
			kept = false
		}
	}
}

func toHTML(masked string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(masked)
	escaped = strings.ReplaceAll(escaped, "\n", `<br translate="no"/>`)
	return mark.ReplaceAllString(escaped, `<span id="m$1" translate="no">M$1</span>`)
}
