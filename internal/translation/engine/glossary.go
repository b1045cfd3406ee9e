package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	maxTerm        = 1024    // bytes, DeepL's limit of each side
	maxGlossary    = 8 << 20 // bytes; DeepL's limit is 10 MiB
	keptGlossaries = 4       // older ones of a pair: calls on their way may still use them, and so may another hub
	retryGlossary  = 10 * time.Minute
)

// glossaries keeps the hub's terms at DeepL: one glossary for each pair and set of terms, under a name that holds their
// hash. It is created once and found again after a restart; older ones of the pair are deleted. What is not the hub's, by
// its name, is left alone.
//
// A glossary is a help, not a condition: while DeepL does not take one (its plan allows none, it is not ready), texts are
// translated without, and the next attempt is made after some minutes.
type glossaries struct {
	client *client
	busy   chan struct{} // holds one token while nobody synchronises
	mu     sync.Mutex
	known  map[string]string    // name → id
	failed map[string]time.Time // name → when it could not be had
}

func newGlossaries(c *client) *glossaries {
	g := &glossaries{client: c, busy: make(chan struct{}, 1), known: map[string]string{}, failed: map[string]time.Time{}}
	g.busy <- struct{}{}
	return g
}

// find returns the id of the glossary for a request, "" for none. Its only error is the end of ctx.
func (g *glossaries) find(ctx context.Context, o order) (string, error) {
	entries := tsv(o.Terms)
	if entries == "" {
		return "", nil
	}
	source, target := strings.ToLower(o.from.source), strings.ToLower(o.to.source)
	prefix := "senet-" + source + "-" + target + "-"
	sum := sha256.Sum256([]byte(entries))
	name := prefix + hex.EncodeToString(sum[:16])
	if id, ok := g.have(name); ok {
		return id, nil
	}
	select {
	case <-ctx.Done():
		return "", g.client.ended(ctx.Err())
	case <-g.busy:
		defer func() { g.busy <- struct{}{} }()
	}
	if id, ok := g.have(name); ok { // another call was quicker
		return id, nil
	}
	limited, cancel := g.client.clock.within(ctx, g.client.timeout) // all its calls and retries: texts wait for it
	defer cancel()
	id := g.sync(limited, name, prefix, glossary{Name: name, SourceLang: source, TargetLang: target, Entries: entries, EntriesFormat: "tsv"})
	if ctx.Err() != nil {
		return "", g.client.ended(ctx.Err())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if id == "" {
		clear(g.failed) // of other terms it may be had; and the map stays small
		g.failed[name] = g.client.clock.now()
		return "", nil
	}
	clear(g.known)
	g.known[name] = id
	return id, nil
}

// have says what is known of a glossary without asking; false: nothing.
func (g *glossaries) have(name string) (id string, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if id, ok := g.known[name]; ok {
		return id, true
	}
	at, ok := g.failed[name]
	return "", ok && g.client.clock.now().Sub(at) < retryGlossary
}

func (g *glossaries) forget(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, known := range g.known {
		if known == id {
			delete(g.known, name)
			g.failed[name] = g.client.clock.now()
		}
	}
}

// glossary is one of DeepL's, as it is created and listed.
type glossary struct {
	ID            string    `json:"glossary_id,omitempty"`
	Name          string    `json:"name"`
	SourceLang    string    `json:"source_lang"`
	TargetLang    string    `json:"target_lang"`
	Ready         bool      `json:"ready,omitempty"`
	Created       time.Time `json:"creation_time,omitzero"`
	Entries       string    `json:"entries,omitempty"`
	EntriesFormat string    `json:"entries_format,omitempty"`
}

// sync finds or creates a glossary and deletes old ones; "": it cannot be had.
func (g *glossaries) sync(ctx context.Context, name, prefix string, wanted glossary) string {
	var list struct {
		Glossaries []glossary `json:"glossaries"`
	}
	if g.client.do(ctx, call{method: http.MethodGet, path: "/v2/glossaries", into: &list}) != nil {
		return ""
	}
	var old []glossary
	for _, there := range list.Glossaries {
		if there.Name == name {
			if there.Ready {
				return there.ID
			}
			return ""
		}
		if strings.HasPrefix(there.Name, prefix) {
			old = append(old, there)
		}
	}
	slices.SortFunc(old, func(a, b glossary) int { return b.Created.Compare(a.Created) })
	for _, there := range old[min(keptGlossaries, len(old)):] {
		_ = g.client.do(ctx, call{method: http.MethodDelete, path: "/v2/glossaries/" + there.ID}) // what stays is deleted the next time
	}
	var made glossary
	if g.client.do(ctx, call{method: http.MethodPost, path: "/v2/glossaries", body: wanted, into: &made}) != nil || !made.Ready {
		return ""
	}
	return made.ID
}

// tsv are the terms as DeepL takes them: sorted, each source once, without what it refuses.
func tsv(terms []Term) string {
	sorted := slices.Clone(terms)
	for i := range sorted {
		sorted[i] = Term{strings.TrimSpace(sorted[i].Source), strings.TrimSpace(sorted[i].Target)}
	}
	slices.SortFunc(sorted, func(a, b Term) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Target, b.Target))
	})
	var b strings.Builder
	last := ""
	for _, t := range sorted {
		if t.Source == last || !holds(t.Source) || !holds(t.Target) || b.Len()+len(t.Source)+len(t.Target) > maxGlossary {
			continue
		}
		last = t.Source
		b.WriteString(t.Source + "\t" + t.Target + "\n")
	}
	return b.String()
}

// holds says whether a side of an entry is one that DeepL takes.
func holds(side string) bool {
	return side != "" && len(side) <= maxTerm && !strings.ContainsFunc(side, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar
	})
}
