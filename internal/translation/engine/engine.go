// Package engine asks machine translation engines: DeepL, LibreTranslate and servers that speak OpenAI's chat protocol.
// It owns their protocols and what stands between them and the hub: time-outs, retries, rate, budget, a circuit that
// opens when an engine is down, and the checks of what comes back. It keeps nothing, knows no database and no other
// package of the hub, and decides neither what is translated nor what of it is shown.
//
// An engine is not trusted: its answer is somebody else's text, as hostile as a member's. A text is not trusted either:
// it is escaped or encoded into a fixed place of the request, and never becomes part of an instruction.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The names of the engines, as settings, budgets and stored translations know them.
const (
	NameDeepL  = "deepl"
	NameLibre  = "libretranslate"
	NameOpenAI = "openai"
)

// Request is what one call asks: texts of one language.
//
// What must survive (mentions, links, code, formulas) is masked by the caller as ⟦1⟧, ⟦2⟧ … and must come back once
// each. An engine rewrites these placeholders into what its protocol protects best and gives them back as ⟦n⟧; whether
// they all came back is the caller's to verify.
type Request struct {
	Source, Target string   // locales: "en", "zh"; "en-GB", "zh-CN" and "zh-Hans" are understood as well. Never equal
	Texts          []string // sentences or short paragraphs, valid UTF-8. Those without a letter come back as they are
	// Terms is the glossary: what must be used. DeepL and OpenAI are told of it, LibreTranslate cannot be; the caller
	// checks the answer. Give the glossary of the pair whole and not only the terms of these texts: DeepL keeps it
	// under a hash of its terms, and each other set of terms is another glossary there. An entry that a glossary cannot
	// hold (empty, over 1,024 bytes, with a tab or a control character, a source twice) is left out.
	Terms []Term
	// Context is text around, not translated: data, never an instruction. Of it the first 1,000 characters are sent, to
	// DeepL and OpenAI; LibreTranslate takes none.
	Context string
}

// Term is an entry of the glossary, in the direction of the request.
type Term struct{ Source, Target string }

// Engine translates. It is safe for concurrent use.
type Engine interface {
	// Name is stable: "deepl", "libretranslate", "openai".
	Name() string
	// Label is shown to readers: "DeepL", "LibreTranslate", the model's name for OpenAI-compatible servers.
	Label() string
	// Outside says that texts leave the institute: "never send to an outside engine" forbids it.
	Outside() bool
	// Translate returns as many texts as it is given, in their order. With an error there are none, except with a
	// *Refused: then the texts it names are "" and the others good. Other errors are one of the Err… of this package, or
	// the caller's context that was cancelled; none holds a text, a key or a word of the engine's.
	Translate(ctx context.Context, r Request) ([]string, error)
}

// Budget limits what is sent. Reserve is asked before each HTTP call that sends text, with the number of characters
// (Unicode code points of the texts, placeholders included, context and glossary not). A retry reserves again only when
// the engine may have charged for the attempt before: it timed out, or its answer broke off. What was answered by a status
// that says "later" or never reached the engine is not charged by any of them, and its retry is free.
//
// An error refuses the call, which then is ErrBudget and wraps it.
type Budget interface {
	Reserve(ctx context.Context, engine string, characters int) error
}

// Meter is told of every HTTP call once it is over, retries and failures included. Calls that send no text (glossaries,
// languages) have 0 characters and texts. err is nil or one of the Err… of this package.
type Meter interface {
	Count(engine string, characters, texts int, took time.Duration, err error)
}

// Settings say which engines there are. An engine without its settings is off.
type Settings struct {
	Order  []string // names, the preferred first; an engine that is not named is off
	Inside []string // names of those that run in the institute's own house: texts do not leave

	DeepLKey string // "": off
	DeepLURL string // "": the free or the paid service, as the key says

	LibreTranslateURL string // "": off
	LibreTranslateKey string // "": the server asks for none

	OpenAIURL   string // the base, such as https://host/v1; "": off
	OpenAIKey   string // "": the server asks for none
	OpenAIModel string // required with OpenAIURL

	Timeout time.Duration // of one HTTP call with its answer; 0: 20 s
	Rate    float64       // HTTP calls a second to one engine; 0: 5
	Budget  int64         // characters a month to one engine, 0: no limit. For the one who counts them: see WithBudget
}

// Option changes how the engines work.
type Option func(*options)

type options struct {
	budget Budget
	meter  Meter
	clock  clock
}

// WithBudget asks b before text is sent.
func WithBudget(b Budget) Option { return func(o *options) { o.budget = b } }

// WithMeter tells m of every HTTP call.
func WithMeter(m Meter) Option { return func(o *options) { o.meter = m } }

// WithClock replaces time in tests: now for the rate, the circuit and dates in answers, sleep for every wait. The time-out
// of a call stays real.
func WithClock(now func() time.Time, sleep func(context.Context, time.Duration) error) Option {
	return func(o *options) { o.clock.now, o.clock.sleep = now, sleep }
}

// New makes the engines that have settings, in order of preference; each is a *Guarded. None is no error. It does not
// talk to them.
func New(s Settings, opts ...Option) ([]Engine, error) {
	o := options{clock: realClock()}
	for _, opt := range opts {
		opt(&o)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	var out []Engine
	for _, name := range s.Order {
		if p := s.provider(name, o); p != nil {
			out = append(out, &Guarded{
				name: name, outside: !slices.Contains(s.Inside, name), provider: p, clock: o.clock, circuit: newCircuit(o.clock.now()),
			})
		}
	}
	return out, nil
}

// provider is the one of that name, nil when it has no settings.
func (s Settings) provider(name string, o options) provider {
	switch {
	case name == NameDeepL && s.DeepLKey != "":
		return newDeepL(s, o)
	case name == NameLibre && s.LibreTranslateURL != "":
		return newLibre(s, o)
	case name == NameOpenAI && s.OpenAIURL != "":
		return newOpenAI(s, o)
	}
	return nil
}

func (s Settings) check() error {
	known := []string{NameDeepL, NameLibre, NameOpenAI}
	for i, name := range s.Order {
		if !slices.Contains(known, name) || slices.Contains(s.Order[:i], name) {
			return fmt.Errorf("translation engines: %q in the order is unknown or there twice", name)
		}
	}
	for _, name := range s.Inside {
		if !slices.Contains(known, name) {
			return fmt.Errorf("translation engines: %q is no engine", name)
		}
	}
	if s.OpenAIURL != "" && s.OpenAIModel == "" {
		return errors.New("translation engines: openai has no model")
	}
	return nil
}

// String names the engines that are on, and no key.
func (s Settings) String() string { return fmt.Sprintf("translation engines %v", s.Order) }

// GoString is String: %#v shows no key either.
func (s Settings) GoString() string { return s.String() }
