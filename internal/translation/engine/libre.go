package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
)

// libre speaks LibreTranslate's API (docs.libretranslate.com: /languages and /translate).
type libre struct {
	client *client
	key    string
	mu     sync.Mutex
	codes  map[string]string // the hub's code → the server's code; nil: not asked yet
}

func newLibre(s Settings, o options) *libre {
	return &libre{client: newClient(NameLibre, s.LibreTranslateURL, s, o), key: s.LibreTranslateKey}
}

func (l *libre) label() string { return "LibreTranslate" }

// most: the server has limits of its own, which are unlimited unless its operator sets them; it translates one text
// after the other, and must be done within the time-out.
func (l *libre) most() (texts, bytes int) { return 20, 10_000 }

type libreRequest struct {
	Q      []string `json:"q"`
	Source string   `json:"source"`
	Target string   `json:"target"`
	Format string   `json:"format"`
	APIKey string   `json:"api_key,omitempty"`
}

func (l *libre) translate(ctx context.Context, o order) ([]string, error) {
	codes, err := l.languages(ctx, o.from, o.to)
	if err != nil {
		return nil, err
	}
	ask := libreRequest{Source: codes[o.from.code], Target: codes[o.to.code], Format: "html", APIKey: l.key}
	for _, text := range o.Texts {
		ask.Q = append(ask.Q, hypertext.write(text))
	}
	var answer struct {
		TranslatedText []string `json:"translatedText"`
	}
	err = l.client.do(ctx, call{
		method: http.MethodPost, path: "/translate", body: ask, into: &answer, characters: characters(o.Texts), texts: len(o.Texts), look: lookLibre,
	})
	if errors.Is(err, ErrRefusedByProvider) {
		l.forget() // its languages may have changed
	}
	if err != nil {
		return nil, err
	}
	out := answer.TranslatedText
	for i := range min(len(out), len(o.Texts)) {
		out[i] = hypertext.read(out[i], isEscaped(o.Texts[i], out[i]))
	}
	return out, nil
}

// lookLibre tells the server's own limits, of texts and of characters, from what it refuses altogether.
func lookLibre(status int, complaint []byte) error {
	if status == http.StatusBadRequest && bytes.Contains(complaint, []byte("exceeds text limit")) {
		return fmt.Errorf("%w: %w", ErrRefusedByProvider, errHalve)
	}
	return nil
}

// entity is an escaped character of HTML.
var entity = regexp.MustCompile(`&(?:[A-Za-z]{2,8}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});`)

// isEscaped says whether an answer is to be unescaped. LibreTranslate does that itself, although the text that it gives
// back then is no HTML; doing it twice would change a text that speaks of HTML. A server that does not shows it by
// entities where the source has none.
func isEscaped(source, answer string) bool {
	return !entity.MatchString(source) && entity.MatchString(answer)
}

// languages are the server's codes of a pair. It is asked once, and again after it refused a call.
func (l *libre) languages(ctx context.Context, from, to language) (map[string]string, error) {
	l.mu.Lock()
	codes := l.codes
	l.mu.Unlock()
	if codes != nil {
		return codes, nil
	}
	var offered []struct {
		Code    string   `json:"code"`
		Targets []string `json:"targets"`
	}
	if err := l.client.do(ctx, call{method: http.MethodGet, path: "/languages", into: &offered}); err != nil {
		return nil, err
	}
	targets := map[string][]string{}
	for _, o := range offered {
		targets[o.Code] = o.Targets
	}
	codes = map[string]string{}
	for _, known := range languages() {
		for _, code := range slices.Backward(known.libre) {
			if targets[code] != nil {
				codes[known.code] = code
			}
		}
	}
	if !slices.Contains(targets[codes[from.code]], codes[to.code]) {
		return nil, fmt.Errorf("%s: it does not translate from %s to %s: %w", NameLibre, from.code, to.code, ErrRefusedByProvider)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.codes = codes
	return codes, nil
}

func (l *libre) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.codes = nil
}
