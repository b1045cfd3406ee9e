// Package memory owns what was translated before, segment by segment: the pairs of reviewed translations and those that
// were imported. It finds what is alike, and learns, forgets, imports and exports. It writes memory_units and
// memory_texts and nothing else; which text is cut into which segments, and who is shown what, others decide.
//
// A pair serves in both directions. What a text's reviewed translation taught belongs to that text, its Origin: it is
// replaced when the text is learned again, withdrawn while the text is hidden, and forgotten with it, whatever else
// taught the same pair.
package memory

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation/exchange"
	"senet/internal/translation/segment"
)

// UnitID names a unit. A newer unit has a higher one.
type UnitID int64

// MaxText is how long a text may be, in characters: what an exported file can hold.
const MaxText = exchange.MaxText

// Service is the memory. It is safe for concurrent use.
type Service struct {
	store *pg.Store
	size  sizeCache
}

// New makes the service.
func New(store *pg.Store) *Service { return &Service{store: store} }

// subject is what pg.Changes calls the memory.
const subject = "memory"

var (
	errForbidden = fault.New(fault.Forbidden, "error.forbidden")
	errNotFound  = fault.New(fault.NotFound, "memory.unit.not_found")
	errUTF8      = fault.New(fault.Malformed, "error.utf8")
)

// sizeCache is the size at one version of the memory.
type sizeCache struct {
	mu      sync.Mutex
	counted bool
	version uint64
	units   int
}

const countUnits = `select count(*) from memory_units where withdrawn_at is null`

// Size is how many units are in use. It is counted once for each change of the memory.
func (s *Service) Size(ctx context.Context) (int, error) {
	s.size.mu.Lock()
	defer s.size.mu.Unlock()
	version := s.store.Changes.Version(subject)
	if s.size.counted && s.size.version == version {
		return s.size.units, nil
	}
	var units int
	if err := s.store.QueryRow(ctx, countUnits).Scan(&units); err != nil {
		return 0, fmt.Errorf("count units of the memory: %w", err)
	}
	s.size.counted, s.size.version, s.size.units = true, version, units
	return units, nil
}

// text is a text of a unit and what it is found by.
type text struct {
	lang, text string
	key        string
}

// signature is what texts like it are found by.
func (t text) signature() []int32 { return segment.Signature(t.text) }

// prepare cleans a text and makes what it is found by; false for one that says nothing, is too long, or is no UTF-8.
func prepare(lang, s string) (text, bool) {
	s, ok := markup.Clean(s)
	s = strings.TrimSpace(s)
	if !ok || utf8.RuneCountInString(s) > MaxText {
		return text{}, false
	}
	key := segment.Key(s)
	return text{lang, s, key}, key != ""
}

// keyHash is what a text is looked up by: keys may be longer than an index takes.
func keyHash(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// unitHash tells units with the same keys in the same languages.
func unitHash(texts map[string]text) []byte {
	h := sha256.New()
	for _, lang := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(h, "%s\x00%s\x00", lang, texts[lang].key)
	}
	return h.Sum(nil)
}

// array writes a signature as Postgres does: an array of arrays would need all of one length.
func array(signature []int32) string {
	out := make([]byte, 0, 12*len(signature)+2)
	out = append(out, '{')
	for i, v := range signature {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, int64(v), 10)
	}
	return string(append(out, '}'))
}
