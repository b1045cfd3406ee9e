package enginetest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const chatPath = "/v1/chat/completions"

// OpenAI is a server of OpenAI's chat protocol with one model, which translates what it is given as texts.
func OpenAI(t testing.TB) *Server {
	return start(t, &Server{
		URL: "/v1", Key: "openai-key-of-the-test", Model: "interpreter-7b", Formats: []string{"json_schema", "json_object"},
		translatePath: chatPath, serve: serveChat,
	})
}

type chat struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Temperature    *float64 `json:"temperature"`
	ResponseFormat *struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Name   string `json:"name"`
			Strict bool   `json:"strict"`
			Schema struct {
				Type                 string                     `json:"type"`
				Properties           map[string]json.RawMessage `json:"properties"`
				Required             []string                   `json:"required"`
				AdditionalProperties *bool                      `json:"additionalProperties"`
			} `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

func serveChat(s *Server, c *Call, f Fault) reply {
	if c.Method != http.MethodPost || c.Path != chatPath {
		return refuse(http.StatusNotFound, "Invalid URL")
	}
	if s.Key != "" && c.Header.Get("Authorization") != "Bearer "+s.Key {
		return refuse(http.StatusUnauthorized, "Incorrect API key provided: %s", c.Header.Get("Authorization"))
	}
	var ask chat
	if err := json.Unmarshal(c.Body, &ask); err != nil || c.Header.Get("Content-Type") != "application/json" {
		return refuse(http.StatusBadRequest, "We could not parse the JSON body of your request")
	}
	if why := s.refuseChat(ask); why.status != 0 {
		return why
	}
	said, ok := s.interpret(c, ask, f)
	if !ok {
		said = "I am happy to help. What would you like me to translate?"
	}
	if s.Chatty {
		said = "<think>\nThe user wants {\"translations\": []}.\n</think>\n\n```json\n" + said + "\n```"
	}
	return reply{http.StatusOK, map[string]any{
		"id": "chatcmpl-1", "model": s.Model,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": said, "refusal": nil},
		}},
		"usage": map[string]any{"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
	}}
}

func (s *Server) refuseChat(ask chat) reply {
	format := ask.ResponseFormat
	var all strings.Builder
	for _, m := range ask.Messages {
		if !slices.Contains([]string{"system", "user", "assistant"}, m.Role) {
			return refuse(http.StatusBadRequest, "Invalid value: '%s'", m.Role)
		}
		all.WriteString(m.Content)
	}
	switch {
	case ask.Model != s.Model:
		return refuse(http.StatusNotFound, "The model `%s` does not exist", ask.Model)
	case len(ask.Messages) == 0:
		return refuse(http.StatusBadRequest, "[] is too short - 'messages'")
	case s.NoTemperature && ask.Temperature != nil:
		return refuse(http.StatusBadRequest, "Unsupported value: 'temperature' does not support 0 with this model.")
	case format == nil:
	case !slices.Contains(s.Formats, format.Type):
		return refuse(http.StatusBadRequest, "'response_format.type' must be another than '%s'", format.Type)
	case format.Type == "json_object" && !strings.Contains(strings.ToLower(all.String()), "json"):
		return refuse(http.StatusBadRequest, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
	case format.Type == "json_schema":
		schema := format.JSONSchema.Schema
		strict := schema.AdditionalProperties != nil && !*schema.AdditionalProperties && len(schema.Required) == len(schema.Properties)
		if format.JSONSchema.Name == "" || schema.Type != "object" || format.JSONSchema.Strict && !strict {
			return refuse(http.StatusBadRequest, "Invalid schema for response_format")
		}
	}
	return reply{}
}

// interpret is the model at its best: it does what the first message says with the data in the second.
func (s *Server) interpret(c *Call, ask chat, f Fault) (string, bool) {
	if len(ask.Messages) != 2 || ask.Messages[0].Role != "system" || ask.Messages[1].Role != "user" {
		return "", false
	}
	target := "en"
	if strings.Contains(ask.Messages[0].Content, "into Simplified Chinese") {
		target = "zh"
	} else if !strings.Contains(ask.Messages[0].Content, "into British English") {
		return "", false
	}
	var data struct {
		Glossary []struct{ Source, Target string } `json:"glossary"`
		Context  string                            `json:"context"`
		Texts    []string                          `json:"texts"`
	}
	d := json.NewDecoder(strings.NewReader(ask.Messages[1].Content))
	d.DisallowUnknownFields()
	if err := d.Decode(&data); err != nil || d.More() {
		return "", false
	}
	var terms []term
	for _, t := range data.Glossary {
		terms = append(terms, term{t.Source, t.Target})
	}
	c.Texts = data.Texts
	said := []string{}
	for _, text := range data.Texts {
		said = append(said, s.say(target, text, terms, f))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{"translations": f.count(said)}); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String()), true
}
