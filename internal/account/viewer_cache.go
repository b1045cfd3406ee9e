package account

import (
	"sync"
	"time"
)

// viewerAge is how long at most a viewer is believed without asking Postgres. pg.Changes shortens it to nothing when
// it has heard of a change.
const viewerAge = 5 * time.Second

// maxViewers bounds the cache: some 300 bytes each.
const maxViewers = 20_000

// credential is a session's or an API token's hash.
type credential struct {
	bearer bool
	hash   [32]byte
}

type cached struct {
	viewer  Viewer
	version uint64 // of the member's subject, read before the row
	until   time.Time
}

// viewerCache remembers who is behind a credential. What is too old stays as the memory of whose it is.
type viewerCache struct {
	mu   sync.RWMutex
	kept map[credential]cached
}

func newViewerCache() *viewerCache { return &viewerCache{kept: map[credential]cached{}} }

func (vc *viewerCache) find(key credential) (cached, bool) {
	vc.mu.RLock()
	defer vc.mu.RUnlock()
	c, ok := vc.kept[key]
	return c, ok
}

func (vc *viewerCache) keep(key credential, c cached) {
	vc.mu.Lock()
	defer vc.mu.Unlock()
	if len(vc.kept) >= maxViewers {
		spare := maxViewers / 8
		for k := range vc.kept { // in no order: as good as any, and it costs nothing to know
			delete(vc.kept, k)
			if spare--; spare == 0 {
				break
			}
		}
	}
	vc.kept[key] = c
}

func (vc *viewerCache) forget(key credential) {
	vc.mu.Lock()
	defer vc.mu.Unlock()
	delete(vc.kept, key)
}
