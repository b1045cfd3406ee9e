package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser is the one Chromium that all tests share.
type browser struct {
	ctx   context.Context
	close []func()
	err   error
}

var sharedBrowser = sync.OnceValue(startBrowser)

// browserToStop is the browser that TestMain stops: it must not start one for that.
var browserToStop *browser

// theBrowser is the shared Chromium; without one the test is skipped, or fails where CI=true.
func theBrowser(t testing.TB) *browser {
	t.Helper()
	b := sharedBrowser()
	if errors.Is(b.err, errNoChromium) && os.Getenv("CI") != "true" {
		t.Skip("no Chromium on this machine: install chromium (Debian: apt-get install chromium fonts-noto-cjk) to run the browser tests")
	}
	if b.err != nil {
		t.Fatalf("start Chromium: %v", b.err)
	}
	return b
}

var errNoChromium = errors.New("none of chromium, chromium-browser, google-chrome is on the PATH")

func startBrowser() *browser {
	b := &browser{}
	browserToStop = b
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		b.err = errNoChromium
		return b
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("headless", "new"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), // whatever a page may try
		chromedp.Flag("lang", "en-GB"),
		chromedp.WindowSize(1280, 900),
	)
	ctx, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	b.ctx = ctx
	b.close = []func(){cancel, stopAllocator}
	b.err = chromedp.Do(ctx)
	return b
}

func stopBrowser() {
	b := browserToStop
	if b == nil || b.ctx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	if err := chromedp.Cancel(ctx); err != nil && b.err == nil {
		fmt.Fprintf(os.Stderr, "e2e: close Chromium: %v\n", err)
	}
	for _, f := range b.close {
		f()
	}
}

// setting is what a window is opened with.
type setting struct {
	as       *member // who is signed in; nil: nobody
	via      *link   // the line it uses; nil: straight to the hub
	noScript bool
	width    int64                     // of a phone, say; 0: 1280
	may      func(trouble string) bool // what of the watch's troubles the test brings about itself
}

// window is a browser window with cookies of its own.
type window struct {
	t      testing.TB
	ctx    context.Context
	origin string
	watch  *watch
}

// patienceAWindow bounds every wait in a window: the machine may be busy with other tests.
const patienceAWindow = 30 * time.Second

// open opens a window, closed at the end of the test; then the watch tells what it has seen.
func open(t testing.TB, s setting) *window {
	t.Helper()
	b := theBrowser(t)
	w := &window{t: t, origin: theHub(t).URL}
	if s.via != nil {
		w.origin = s.via.URL
	}
	w.watch = newWatch(t, w.origin, s.may)
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.watch.hear))
	t.Cleanup(cancel)
	w.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // without a deadline: the window lives as long as this context
		t.Fatalf("open a window: %v", err)
	}
	w.do("prepare the window", prepare(s, w.origin))
	t.Cleanup(func() {
		w.keepEvidence()
		w.watch.report()
	})
	return w
}

// do runs steps with a deadline.
func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patienceAWindow)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.fail(what, err)
	}
}

// ask runs an action that answers, with a deadline.
func ask[T any](w *window, what string, action chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patienceAWindow)
	defer cancel()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		w.fail(what, err)
	}
	return answer
}

func (w *window) fail(what string, err error) {
	w.t.Helper()
	at, _ := chromedp.Run(w.ctx, chromedp.Location())
	w.t.Fatalf("%s: %v\nat %s, which reads:\n%s", what, err, at, w.reads())
}

// reads is what the page says, for messages.
func (w *window) reads() string {
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main")?.innerText ?? document.body.innerText`))
	if r := []rune(text); len(r) > 3000 {
		text = string(r[:1500]) + "\n[…]\n" + string(r[len(r)-1500:])
	}
	return text
}

// keepEvidence leaves a picture of the window of a failed test.
func (w *window) keepEvidence() {
	if !w.t.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	if picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		name := w.t.ArtifactDir() + "/window-" + strings.ReplaceAll(strings.TrimPrefix(w.origin, "http://"), ":", "-") + ".png"
		if os.WriteFile(name, picture, 0o600) == nil {
			w.t.Logf("the window is shown in %s (kept with -artifacts)", name)
		}
	}
}

// visit opens a path and waits until it is loaded.
func (w *window) visit(path string) {
	w.t.Helper()
	w.do("visit "+path, chromedp.Navigate(w.origin+path))
}

func (w *window) reload() {
	w.t.Helper()
	w.do("reload", chromedp.Reload())
}

// path is where the window is: path, query and fragment.
func (w *window) path() string {
	w.t.Helper()
	return strings.TrimPrefix(ask(w, "ask for the address", chromedp.Location()), w.origin)
}

// eval evaluates an expression in the page.
func eval[T any](w *window, js string) T {
	w.t.Helper()
	return ask(w, "evaluate "+js, chromedp.Evaluate[T](js))
}

// until waits for a condition in the page to hold, over navigations too.
func (w *window) until(what, js string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patienceAWindow)
	defer cancel()
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if holds && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			w.fail("wait until "+what, fmt.Errorf("it never came: %s (%v)", js, err))
		case <-tick.C:
		}
	}
}

// click presses the element that a CSS selector finds, once it can be seen.
func (w *window) click(css string) {
	w.t.Helper()
	w.do("click "+css, chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

// follow clicks what leads to another page and waits until that is loaded.
func (w *window) follow(css string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patienceAWindow)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible)); err != nil {
		w.fail("follow "+css, err)
	}
}

// text is what an element says.
func (w *window) text(css string) string {
	w.t.Helper()
	return ask(w, "read "+css, chromedp.Text(chromedp.CSS(css)))
}

// shows waits until the element says something.
func (w *window) shows(css, text string) {
	w.t.Helper()
	w.until(css+" says "+text, fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", css, text))
}

// hides waits until no element of that selector is there or visible.
func (w *window) gone(css string) {
	w.t.Helper()
	w.until(css+" is gone", fmt.Sprintf("![...document.querySelectorAll(%q)].some((e) => e.checkVisibility())", css))
}

// submit is the button that sends a form.
func submit(form string) string { return form + " button.primary" }

// focus puts the cursor into a field.
func (w *window) focus(css string) {
	w.t.Helper()
	w.do("focus "+css, chromedp.WaitVisible(chromedp.CSS(css)), chromedp.Focus(chromedp.CSS(css)))
}

// fill puts text into a field as if it had been typed there, in place of what it held.
func (w *window) fill(css, text string) {
	w.t.Helper()
	w.do("fill "+css, chromedp.WaitVisible(chromedp.CSS(css)), chromedp.Focus(chromedp.CSS(css)),
		evaluateQuietly(`document.activeElement.select?.()`), insertText(text))
}

// write adds text where the cursor is.
func (w *window) write(text string) {
	w.t.Helper()
	w.do("write", insertText(text))
}

// choose picks an option of a list, or one of several buttons.
func (w *window) choose(name, value string) {
	w.t.Helper()
	w.until("the choice "+name+" is there", fmt.Sprintf(`document.querySelector("[name=%s]")`, name))
	radio := fmt.Sprintf("input[name=%s][value=%q]", name, value)
	if eval[bool](w, fmt.Sprintf("Boolean(document.querySelector(%q))", radio)) {
		w.click(radio)
		return
	}
	w.do("choose "+value, chromedp.SetValue(chromedp.CSS("select[name="+name+"]"), value))
}
