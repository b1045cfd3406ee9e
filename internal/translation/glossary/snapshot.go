package glossary

import (
	"context"
	"fmt"
	"sync"

	"senet/internal/pg"
)

// snapshot is all terms at one time, indexed.
type snapshot struct {
	vocab  *vocabulary
	tries  map[int64]map[string]*trie // challenge → language → its own terms; 0: the global ones
	counts map[int64]int
	terms  map[int64][]*Term
}

// snapshotCache keeps the newest snapshot; who asks while it is made waits for it.
type snapshotCache struct {
	mu      sync.Mutex
	version uint64
	made    *snapshot
}

// For gives the terms valid in a challenge, its own before the global ones; of challenge 0 the global ones only. They
// are kept in memory until a term changes.
func (s *Service) For(ctx context.Context, challenge int64) (*Terms, error) {
	snap, err := s.terms.get(ctx, s.store)
	if err != nil {
		return nil, err
	}
	return snap.of(challenge), nil
}

func (s *snapshot) of(challenge int64) *Terms {
	t := &Terms{vocab: s.vocab}
	if own := s.tries[challenge]; challenge != 0 && own != nil {
		t.scopes = append(t.scopes, own)
		t.terms = append(t.terms, s.terms[challenge])
		t.count = s.counts[challenge]
	}
	t.scopes = append(t.scopes, s.tries[0])
	t.terms = append(t.terms, s.terms[0])
	t.count += s.counts[0]
	return t
}

func (c *snapshotCache) get(ctx context.Context, store *pg.Store) (*snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	version := store.Changes.Version(subject, "challenges") // terms show the name of theirs
	if c.made != nil && c.version == version {
		return c.made, nil
	}
	terms, err := pg.All[Term](ctx, store, loadTerms)
	if err != nil {
		return nil, fmt.Errorf("load glossary: %w", err)
	}
	c.made, c.version = index(terms), version
	return c.made, nil
}

// loadTerms: of several terms with the same text the one changed last is preferred.
const loadTerms = `select ` + termColumns + ` where t.deleted_at is null order by t.updated_at desc, t.id desc`

func index(terms []Term) *snapshot {
	s := &snapshot{vocab: newVocabulary(), tries: map[int64]map[string]*trie{}, counts: map[int64]int{}, terms: map[int64][]*Term{}}
	for i := range terms {
		term := &terms[i]
		s.counts[term.Challenge]++
		s.terms[term.Challenge] = append(s.terms[term.Challenge], term)
		langs := s.tries[term.Challenge]
		if langs == nil {
			langs = map[string]*trie{}
			s.tries[term.Challenge] = langs
		}
		for lang := range term.Texts {
			if langs[lang] == nil {
				langs[lang] = newTrie()
			}
			for _, v := range variants(term, lang) {
				langs[lang].add(v, s.vocab)
			}
		}
	}
	for _, langs := range s.tries {
		for _, t := range langs {
			t.settle()
		}
	}
	return s
}
