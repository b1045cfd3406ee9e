package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// ask sends a raw call and returns the status and the body of its answer.
func ask(t *testing.T, s *Server, method, path, body string, header ...string) (int, string) {
	t.Helper()
	base := strings.TrimSuffix(s.URL, "/v1")
	req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// TestDeepL_refuses what the real one refuses, so that a test with it can fail.
func TestDeepL_refuses(t *testing.T) {
	t.Parallel()
	s := DeepL(t)
	key := "DeepL-Auth-Key " + s.Key
	s.AddGlossary("g", "en", "zh")
	const glossaryID = "00000000-0000-4000-8000-000000000001"
	many, err := json.Marshal(make([]string, 51))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		method, path, auth, body string
		want                     int
	}{
		"well":                     {"POST", deepLPath, key, `{"text":["a"],"target_lang":"ZH-HANS"}`, 200},
		"well with a glossary":     {"POST", deepLPath, key, `{"text":["a"],"source_lang":"EN","target_lang":"ZH","glossary_id":"` + glossaryID + `"}`, 200},
		"no key":                   {"POST", deepLPath, "", `{"text":["a"],"target_lang":"ZH-HANS"}`, 403},
		"a bearer":                 {"POST", deepLPath, "Bearer " + s.Key, `{"text":["a"],"target_lang":"ZH-HANS"}`, 403},
		"bad JSON":                 {"POST", deepLPath, key, `{"text":["a"]`, 400},
		"a text that is no list":   {"POST", deepLPath, key, `{"text":"a","target_lang":"ZH-HANS"}`, 400},
		"no text":                  {"POST", deepLPath, key, `{"text":[],"target_lang":"ZH-HANS"}`, 400},
		"51 texts":                 {"POST", deepLPath, key, `{"text":` + string(many) + `,"target_lang":"ZH-HANS"}`, 400},
		"129 KiB":                  {"POST", deepLPath, key, `{"text":["` + strings.Repeat("a", 129<<10) + `"],"target_lang":"ZH-HANS"}`, 413},
		"no target":                {"POST", deepLPath, key, `{"text":["a"]}`, 400},
		"target zh-CN":             {"POST", deepLPath, key, `{"text":["a"],"target_lang":"zh-CN"}`, 400},
		"source EN-GB":             {"POST", deepLPath, key, `{"text":["a"],"source_lang":"EN-GB","target_lang":"ZH-HANS"}`, 400},
		"broken XML":               {"POST", deepLPath, key, `{"text":["a <b"],"target_lang":"ZH-HANS","tag_handling":"xml"}`, 400},
		"an unknown entity":        {"POST", deepLPath, key, `{"text":["a & b"],"target_lang":"ZH-HANS","tag_handling":"xml"}`, 400},
		"a control character":      {"POST", deepLPath, key, `{"text":["a\u0007"],"target_lang":"ZH-HANS","tag_handling":"xml"}`, 400},
		"glossary without source":  {"POST", deepLPath, key, `{"text":["a"],"target_lang":"ZH-HANS","glossary_id":"` + glossaryID + `"}`, 400},
		"glossary of another pair": {"POST", deepLPath, key, `{"text":["a"],"source_lang":"ZH","target_lang":"EN-GB","glossary_id":"` + glossaryID + `"}`, 400},
		"unknown glossary":         {"POST", deepLPath, key, `{"text":["a"],"source_lang":"EN","target_lang":"ZH-HANS","glossary_id":"x"}`, 404},
		"glossary of csv":          {"POST", glossariesPath, key, `{"name":"n","source_lang":"en","target_lang":"zh","entries":"a,b","entries_format":"csv"}`, 400},
		"entries twice":            {"POST", glossariesPath, key, `{"name":"n","source_lang":"en","target_lang":"zh","entries":"a\tb\na\tc","entries_format":"tsv"}`, 400},
		"entries with a space":     {"POST", glossariesPath, key, `{"name":"n","source_lang":"en","target_lang":"zh","entries":"a \tb","entries_format":"tsv"}`, 400},
		"no entries":               {"POST", glossariesPath, key, `{"name":"n","source_lang":"en","target_lang":"zh","entries":"","entries_format":"tsv"}`, 400},
		"glossary into itself":     {"POST", glossariesPath, key, `{"name":"n","source_lang":"en","target_lang":"en","entries":"a\tb","entries_format":"tsv"}`, 400},
		"deleting what is not":     {"DELETE", glossariesPath + "/x", key, ``, 404},
		"listing without a key":    {"GET", glossariesPath, "", ``, 403},
		"another path":             {"POST", "/v1/translate", key, `{}`, 404},
	} {
		if got, body := ask(t, s, c.method, c.path, c.body, "Authorization", c.auth); got != c.want {
			t.Errorf("%s: %d %s, want %d", what, got, body, c.want)
		}
	}
	if got, _ := ask(t, s, "POST", deepLPath, "text=a", "Authorization", key, "Content-Type", "text/plain"); got != 415 {
		t.Errorf("plain text: %d", got)
	}
}

func TestLibre_refuses(t *testing.T) {
	t.Parallel()
	s := Libre(t)
	s.BatchLimit, s.CharLimit = 2, 10
	body := func(q, source, target, format, key string) string {
		return fmt.Sprintf(`{"q":%s,"source":%q,"target":%q,"format":%q,"api_key":%q}`, q, source, target, format, key)
	}
	for what, c := range map[string]struct {
		body string
		want int
	}{
		"well":                {body(`["a"]`, "en", "zh-Hans", "html", s.Key), 200},
		"no key":              {body(`["a"]`, "en", "zh-Hans", "html", ""), 400},
		"wrong key":           {body(`["a"]`, "en", "zh-Hans", "html", "x"), 403},
		"bad JSON":            {`{"q":`, 400},
		"no text":             {body(`[]`, "en", "zh-Hans", "html", s.Key), 400},
		"too many texts":      {body(`["a","b","c"]`, "en", "zh-Hans", "html", s.Key), 400},
		"too many characters": {body(`["eleven char"]`, "en", "zh-Hans", "html", s.Key), 400},
		"unknown source":      {body(`["a"]`, "en-GB", "zh-Hans", "html", s.Key), 400},
		"unknown target":      {body(`["a"]`, "en", "zh", "html", s.Key), 400},
		"unknown format":      {body(`["a"]`, "en", "zh-Hans", "xml", s.Key), 400},
	} {
		if got, answer := ask(t, s, "POST", librePath, c.body); got != c.want || got != 200 && !strings.HasPrefix(answer, `{"error":"`) {
			t.Errorf("%s: %d %s, want %d", what, got, answer, c.want)
		}
	}
	if got, answer := ask(t, s, "GET", "/languages", ""); got != 200 || !strings.Contains(answer, `"code":"zh-Hans"`) {
		t.Errorf("languages: %d %s", got, answer)
	}
	if _, answer := ask(t, s, "POST", librePath, body(`["a&lt; b"]`, "en", "zh-Hans", "html", s.Key)); answer != `{"translatedText":["译：a\u003c b"]}` {
		t.Errorf("%s: the real server unescapes its answer", answer)
	}
}

func TestOpenAI_refuses(t *testing.T) {
	t.Parallel()
	s := OpenAI(t)
	s.NoTemperature, s.Formats = true, []string{"json_schema", "json_object"}
	const talk = `"messages":[{"role":"user","content":"hello"}]`
	for what, c := range map[string]struct {
		auth, body string
		want       int
	}{
		"well":             {s.Key, `{"model":"interpreter-7b",` + talk + `}`, 200},
		"wrong key":        {"x", `{"model":"interpreter-7b",` + talk + `}`, 401},
		"wrong model":      {s.Key, `{"model":"gpt",` + talk + `}`, 404},
		"bad JSON":         {s.Key, `{"model":`, 400},
		"no messages":      {s.Key, `{"model":"interpreter-7b","messages":[]}`, 400},
		"unknown role":     {s.Key, `{"model":"interpreter-7b","messages":[{"role":"boss","content":"x"}]}`, 400},
		"temperature":      {s.Key, `{"model":"interpreter-7b","temperature":0,` + talk + `}`, 400},
		"unknown format":   {s.Key, `{"model":"interpreter-7b","response_format":{"type":"xml"},` + talk + `}`, 400},
		"JSON not said":    {s.Key, `{"model":"interpreter-7b","response_format":{"type":"json_object"},` + talk + `}`, 400},
		"schema not there": {s.Key, `{"model":"interpreter-7b","response_format":{"type":"json_schema"},` + talk + `}`, 400},
	} {
		if got, answer := ask(t, s, "POST", chatPath, c.body, "Authorization", "Bearer "+c.auth); got != c.want {
			t.Errorf("%s: %d %s, want %d", what, got, answer, c.want)
		}
	}
}

// TestServer_remembers: calls are written down as they came, those too that fail.
func TestServer_remembers(t *testing.T) {
	t.Parallel()
	s := Libre(t)
	s.Fail(Status(503), 1)
	s.Learn("a ⟦1⟧", "甲⟦1⟧")
	body := `{"q":["a <span id=\"m1\" translate=\"no\">x</span>"],"source":"en","target":"zh-Hans","format":"html","api_key":"` + s.Key + `"}`
	if got, _ := ask(t, s, "POST", librePath, body); got != 503 {
		t.Errorf("the fault: %d", got)
	}
	if got, answer := ask(t, s, "POST", librePath, body); got != 200 || !strings.Contains(answer, "甲") || !strings.Contains(answer, `id=\"m1\"`) {
		t.Errorf("%d %s", got, answer)
	}
	calls := s.Translations()
	if len(calls) != 2 || calls[0].Status != 503 || calls[1].Status != 200 || string(calls[1].Body) != body || len(s.Texts()) != 1 || s.Texts()[0] != "a ⟦1⟧" {
		t.Errorf("calls %+v", calls)
	}
}

// TestServer_slow: a call is held until its caller goes away.
func TestServer_slow(t *testing.T) {
	t.Parallel()
	s := Libre(t)
	s.FailAlways(Slow())
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-s.Blocked()
		cancel()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+librePath, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(req); err == nil {
		res.Body.Close()
		t.Errorf("it answered %d", res.StatusCode)
	}
}
