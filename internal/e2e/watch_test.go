package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch hears what a window does on the network and what its console says.
type watch struct {
	t      testing.TB
	origin string
	may    func(string) bool

	mu        sync.Mutex
	since     time.Time
	notes     []string
	troubles  []string
	requests  map[network.RequestID]string // URLs, without those served by the page itself (data:)
	order     []network.RequestID
	documents map[network.RequestID]bool
	answered  map[network.RequestID]bool
	bytes     map[network.RequestID]float64
}

func newWatch(t testing.TB, origin string, may func(string) bool) *watch {
	return &watch{t: t, since: time.Now(), origin: origin, may: may, requests: map[network.RequestID]string{}, documents: map[network.RequestID]bool{}, answered: map[network.RequestID]bool{}, bytes: map[network.RequestID]float64{}}
}

// hear is called for every event of the window, in order; it must be quick.
func (w *watch) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.request(e.RequestID, e.Request.URL)
		w.note("%s → %s %s", e.RequestID, e.Request.Method, strings.TrimPrefix(e.Request.URL, w.origin))
		if e.Type == network.ResourceTypeDocument {
			w.documents[e.RequestID] = true
		}
	case *network.EventWebSocketCreated:
		w.request(e.RequestID, "http"+strings.TrimPrefix(e.URL, "ws"))
	case *network.EventResponseReceived:
		w.note("%s ← %d", e.RequestID, e.Response.Status)
		w.answered[e.RequestID] = true
	case *network.EventLoadingFailed:
		w.note("%s ← %s", e.RequestID, e.ErrorText)
	case *network.EventLoadingFinished:
		w.bytes[e.RequestID] = e.EncodedDataLength
	case *runtime.EventExceptionThrown:
		w.trouble("exception: %s", exception(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.trouble("console: %s", arguments(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceNetwork && w.documents[e.Entry.NetworkRequestID] {
			return // a refused form comes back with 422: that is an answer
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity || e.Entry.Source == log.EntrySourceViolation {
			w.trouble("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
}

// note keeps what went over the network, for the message of a failed test.
func (w *watch) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf("%6.2fs ", time.Since(w.since).Seconds())+fmt.Sprintf(format, args...))
}

func (w *watch) request(id network.RequestID, url string) {
	if strings.HasPrefix(url, "data:") || url == "about:blank" {
		return
	}
	if _, seen := w.requests[id]; !seen { // a redirection keeps its id
		w.order = append(w.order, id)
	}
	w.requests[id] = url
	if url != w.origin && !strings.HasPrefix(url, w.origin+"/") {
		w.trouble("a request leaves the hub: %s", url)
	}
}

func (w *watch) trouble(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if w.may == nil || !w.may(text) {
		w.troubles = append(w.troubles, text)
	}
}

// report fails the test for what went wrong in its window.
func (w *watch) report() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, trouble := range w.troubles {
		w.t.Errorf("in a window: %s", trouble)
	}
	if w.t.Failed() {
		w.t.Logf("over the network went:\n%s", strings.Join(w.notes, "\n"))
	}
}

// seen are the troubles so far.
func (w *watch) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.troubles...)
}

// loaded is what was requested so far, in order, how many bytes of it came over the wire, and what is still to come.
func (w *watch) loaded() (urls []string, bytes int, pending []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range w.order {
		got, done := w.bytes[id]
		urls = append(urls, fmt.Sprintf("%s (%.0f bytes)", strings.TrimPrefix(w.requests[id], w.origin), got))
		bytes += int(got)
		if !done {
			pending = append(pending, w.requests[id])
		}
	}
	return urls, bytes, pending
}

// waits reports whether a request to an address like that has got no answer yet.
func (w *watch) waits(address string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, url := range w.requests {
		if strings.Contains(url, address) && !w.answered[id] {
			return true
		}
	}
	return false
}

func exception(d *runtime.ExceptionDetails) string {
	if d == nil {
		return "unknown"
	}
	text := d.Text
	if d.Exception != nil {
		text += " " + d.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", text, d.URL, d.LineNumber)
}

func arguments(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, string(a.Value)+a.Description)
	}
	return strings.Join(parts, " ")
}

// TestWatch_notices breaks every rule that the watch keeps, so that its silence means something.
func TestWatch_notices(t *testing.T) {
	t.Parallel()
	w := open(t, setting{})
	for _, c := range []struct{ name, js, want string }{
		{"foreign fetch", `fetch("http://127.0.0.1:1/")`, "Content Security Policy"},
		{"foreign image", `document.body.append(Object.assign(new Image(), {src: "http://127.0.0.1:1/x.png"}))`, "Content Security Policy"},
		{"inline script", `document.body.append(Object.assign(document.createElement("script"), {textContent: "1"}))`, "Content Security Policy"},
		{"inline style", `document.body.setAttribute("style", "color: red")`, "Content Security Policy"},
		{"exception", `setTimeout(() => { throw new Error("from a test") })`, "from a test"},
		{"lost promise", `setTimeout(() => { Promise.reject(new Error("lost")) })`, "lost"},
		{"console error", `console.error("from a page")`, "from a page"},
		{"missing resource", `fetch("/static/none.js")`, "404"},
		{"another origin", `location.href = "http://127.0.0.1:1/"`, "a request leaves the hub"},
	} {
		w.visit("/en/about")
		w.watch.forget()
		w.do("break a rule", evaluateQuietly(c.js))
		w.untilGo(c.name+" is noticed", func() bool { return strings.Contains(strings.Join(w.watch.seen(), "\n"), c.want) })
	}
	w.watch.forget()
}

// forget forgets the troubles so far.
func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.troubles = nil
}
