package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxContext = 1000 // characters

// provider speaks the protocol of one engine. It sends every HTTP call through its client.
type provider interface {
	label() string
	// most is how much goes into one HTTP call: texts, and bytes of their UTF-8. A longer text goes alone.
	most() (texts, bytes int)
	// translate asks for texts that are not blank and fit into one call. Its answer has any number of texts, which may
	// hold anything that is valid UTF-8.
	translate(ctx context.Context, o order) ([]string, error)
}

// order is a request with its languages.
type order struct {
	Request
	from, to language
}

// errHalve says that a call may go well with fewer texts in it: the server has a limit of its own, or lost count.
var errHalve = errors.New("fewer texts may do")

// Guarded is an engine with its guards. It is safe for concurrent use.
type Guarded struct {
	name     string
	outside  bool
	provider provider
	clock    clock
	circuit  *circuit
}

func (g *Guarded) Name() string  { return g.name }
func (g *Guarded) Label() string { return g.provider.label() }
func (g *Guarded) Outside() bool { return g.outside }

// State is how the engine is, as far as its calls have shown.
func (g *Guarded) State() State { return g.circuit.now() }

// Translate is Engine's. Texts are sent in as many calls as they need, one after the other; the first that fails ends it.
func (g *Guarded) Translate(ctx context.Context, r Request) ([]string, error) {
	from, to, err := pair(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.name, err)
	}
	r.Context = head(strings.TrimSpace(r.Context), maxContext)
	o := order{r, from, to}
	out := make([]string, len(r.Texts))
	refused := &Refused{Engine: g.name}
	for _, batch := range g.split(r.Texts, out) {
		if err := g.send(ctx, o, batch, out, refused); err != nil {
			return nil, err
		}
	}
	if len(refused.Positions) > 0 {
		return out, refused
	}
	return out, nil
}

// split gives the positions of the texts of each call. What has no letter needs no translation and goes to out at once.
func (g *Guarded) split(texts, out []string) [][]int {
	most, mostBytes := g.provider.most()
	var batches [][]int
	var batch []int
	size := 0
	for i, text := range texts {
		if !strings.ContainsFunc(text, unicode.IsLetter) {
			out[i] = text
			continue
		}
		if len(batch) == most || len(batch) > 0 && size+len(text) > mostBytes {
			batches, batch, size = append(batches, batch), nil, 0
		}
		batch = append(batch, i)
		size += len(text)
	}
	if len(batch) > 0 {
		batches = append(batches, batch)
	}
	return batches
}

// send translates the texts at some positions, in one call or, when the engine wants fewer at once, in several.
func (g *Guarded) send(ctx context.Context, o order, at []int, out []string, refused *Refused) error {
	part := o
	part.Texts = make([]string, len(at))
	for i, p := range at {
		part.Texts[i] = o.Texts[p]
	}
	answer, err := g.ask(ctx, part)
	if errors.Is(err, errHalve) && len(at) > 1 {
		if err := g.send(ctx, o, at[:len(at)/2], out, refused); err != nil {
			return err
		}
		return g.send(ctx, o, at[len(at)/2:], out, refused)
	}
	if err != nil {
		return err
	}
	for i, p := range at {
		if reason := judge(part.Texts[i], answer[i], o.from, o.to); reason != "" {
			refused.Positions, refused.Reasons = append(refused.Positions, p), append(refused.Reasons, reason)
			continue
		}
		out[p] = answer[i]
	}
	return nil
}

// ask is one call through the circuit.
func (g *Guarded) ask(ctx context.Context, o order) (answer []string, err error) {
	if !g.circuit.allow(g.clock.now()) {
		return nil, fmt.Errorf("%s: %w", g.name, ErrOpen)
	}
	end := neither // a panic says nothing of the engine, and must not keep the circuit half-open
	defer func() { g.circuit.done(g.clock.now(), end, Kind(err)) }()
	answer, err = g.provider.translate(ctx, o)
	if err == nil && len(answer) != len(o.Texts) {
		err = fmt.Errorf("%s: %w: %w", g.name, ErrAnswer, errHalve)
	}
	end = outcomeOf(err, len(o.Texts))
	return answer, err
}

// outcomeOf is what the end of a call says of the engine.
func outcomeOf(err error, texts int) outcome {
	switch {
	case err == nil:
		return well
	case errors.Is(err, context.Canceled) || errors.Is(err, ErrBudget) || errors.Is(err, errTurn) || errors.Is(err, errHalve) && texts > 1:
		return neither
	}
	return failed
}

// characters are what a budget counts.
func characters(texts []string) int {
	n := 0
	for _, text := range texts {
		n += utf8.RuneCountInString(text)
	}
	return n
}

// head is the beginning of a text.
func head(text string, characters int) string {
	for i := range text {
		if characters == 0 {
			return text[:i]
		}
		characters--
	}
	return text
}
