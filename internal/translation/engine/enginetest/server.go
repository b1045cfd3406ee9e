// Package enginetest has translation engines for tests: servers on 127.0.0.1 that speak the protocols of DeepL,
// LibreTranslate and OpenAI's chat, refuse what the real ones refuse, translate so that a test can tell what must come
// out, write down what they were asked, and fail when they are told to.
package enginetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Server is an engine in the test's process. Its methods may be used while it serves; set its fields before.
type Server struct {
	URL string // for the settings: DeepL's, LibreTranslate's address, OpenAI's base with /v1
	Key string // what it asks for; LibreTranslate may be given ""

	Model string // OpenAI: the only one there is

	Formats       []string // OpenAI: the types of response_format that it takes
	NoTemperature bool     // OpenAI: the model has its own
	Chatty        bool     // OpenAI: the model thinks aloud and puts its answer in a fence

	Chinese    string // LibreTranslate: its code of simplified Chinese
	BatchLimit int    // LibreTranslate: most texts of a call; 0: no limit
	CharLimit  int    // LibreTranslate: most characters of a call, tags included; 0: no limit
	Escaped    bool   // LibreTranslate: the answer is HTML; the real server unescapes it

	MaxGlossaries int  // DeepL: of the account
	Unready       bool // DeepL: glossaries take their time

	translatePath string
	serve         func(s *Server, c *Call, f Fault) reply

	closing    chan struct{}
	blocked    chan struct{}
	mu         sync.Mutex
	calls      []Call
	faults     map[string][]Fault // by path; the next first
	lasting    map[string]Fault
	words      map[string]string
	glossaries []*glossary
	made       int
}

// Call is what a server was asked.
type Call struct {
	Method, Path string
	Header       http.Header
	Body         []byte
	Texts        []string // to translate, masked with ⟦n⟧ again
	Status       int      // what it answered; 0: nothing
	Complaint    string   // why it refused, "" when it did not
}

// reply is what a server answers.
type reply struct {
	status int
	body   any // JSON; nil: none
}

func refuse(status int, format string, args ...any) reply {
	return reply{status, complaint(fmt.Sprintf(format, args...))}
}

// complaint is the text of a refusal, which each protocol wraps its own way.
type complaint string

func start(t testing.TB, s *Server) *Server {
	s.closing, s.blocked = make(chan struct{}), make(chan struct{}, 64)
	s.faults, s.lasting, s.words = map[string][]Fault{}, map[string]Fault{}, map[string]string{}
	srv := httptest.NewServer(s)
	t.Cleanup(func() {
		close(s.closing)
		srv.Close()
	})
	s.URL = srv.URL + s.URL
	return s
}

// Learn makes the server translate a text so. Both are masked with ⟦n⟧.
func (s *Server) Learn(text, translation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words[text] = translation
}

// Fail makes the next n translations fail, after those that were told before.
func (s *Server) Fail(f Fault, n int) { s.FailAt(s.translatePath, f, n) }

// FailAlways makes every translation fail until Heal.
func (s *Server) FailAlways(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lasting[s.translatePath] = f
}

// FailAt is Fail for another path, such as "/v2/glossaries" or "/languages".
func (s *Server) FailAt(path string, f Fault, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.faults[path] = append(s.faults[path], f)
	}
}

// Heal ends all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	clear(s.lasting)
}

// Blocked has a value for each call that Slow holds.
func (s *Server) Blocked() <-chan struct{} { return s.blocked }

// Calls are all that the server was asked, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Translations are the calls that asked for a translation, refused ones and failed ones included.
func (s *Server) Translations() []Call {
	var out []Call
	for _, c := range s.Calls() {
		if c.Path == s.translatePath {
			out = append(out, c)
		}
	}
	return out
}

// Texts are all the texts that the server was asked to translate, in order.
func (s *Server) Texts() []string {
	var out []string
	for _, c := range s.Translations() {
		out = append(out, c.Texts...)
	}
	return out
}

// Translation is what every server makes of a text that it has not learnt: "译：" or "[en] " before the text.
func Translation(target, text string) string {
	if target == "zh" {
		return "译：" + text
	}
	return "[en] " + text
}

// say is a server's translation, with the terms of a glossary in it.
func (s *Server) say(target, text string, terms []term, f Fault) string {
	s.mu.Lock()
	learnt, ok := s.words[text]
	s.mu.Unlock()
	if !ok {
		said := text
		for _, t := range terms {
			said = strings.ReplaceAll(said, t.source, t.target)
		}
		learnt = Translation(target, said)
	}
	return f.spoil(text, learnt)
}

type term struct{ source, target string }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	c := Call{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	f := s.next(c.Path)
	if f.kind == slow {
		s.note(c)
		select {
		case s.blocked <- struct{}{}:
		default:
		}
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		return
	}
	a := f.instead()
	if a.status == 0 {
		a = s.serve(s, &c, f)
	}
	c.Status = a.status
	if text, ok := a.body.(complaint); ok {
		c.Complaint = string(text)
	}
	s.note(c)
	for name, value := range f.header {
		w.Header().Set(name, value)
	}
	s.write(w, a, f)
}

func (s *Server) note(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
}

func (s *Server) next(path string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting := s.faults[path]; len(waiting) > 0 {
		s.faults[path] = waiting[1:]
		return waiting[0]
	}
	return s.lasting[path]
}

func (s *Server) write(w http.ResponseWriter, a reply, f Fault) {
	if text, ok := a.body.(complaint); ok {
		a.body = map[string]any{"message": text} // DeepL's
		switch s.translatePath {
		case librePath:
			a.body = map[string]any{"error": text}
		case chatPath:
			a.body = map[string]any{"error": map[string]any{"message": text, "type": "invalid_request_error"}}
		}
	}
	text, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	if a.body == nil {
		text = nil
	}
	if f.body != nil {
		text = f.body(text)
	}
	w.Header().Set("Content-Type", "application/json")
	if f.kind == cut && len(text) > 1 {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		text = text[:len(text)/2]
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(text) // who went away is no concern of a server
}

// mark is a placeholder in a masked text.
var mark = regexp.MustCompile(`⟦([0-9]+)⟧`)
