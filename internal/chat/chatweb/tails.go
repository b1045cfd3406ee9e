package chatweb

import (
	"cmp"
	"slices"
	"sync"

	"senet/internal/chat"
)

// tails bound what waits for all slow clients of a node together. Past the bound those who are farthest behind are sent
// away, to come back and ask for what they missed, until a quarter of it is free.
type tails struct {
	limit func() int64 // bytes; 0: no bound

	mu       sync.Mutex
	total    int64
	of       map[*link]int64 // bytes of memory, not only of what waits
	shedding bool
}

func newTails(limit func() int64) *tails { return &tails{limit: limit, of: map[*link]int64{}} }

// hold notes that n bytes are kept for l, which holds its own lock. It is false when there is no room at all: while the
// slowest are being sent away, an eighth more than the bound may be held.
func (t *tails) hold(l *link, n int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total += n - t.of[l]
	if n == 0 {
		delete(t.of, l)
	} else {
		t.of[l] = n
	}
	limit := t.limit()
	if limit <= 0 || t.total <= limit {
		return true
	}
	if !t.shedding {
		t.shedding = true
		go t.shed(limit) // not here: it takes the locks of other links
	}
	return t.total <= limit+limit/8
}

// shed sends away those who are farthest behind.
func (t *tails) shed(limit int64) {
	t.mu.Lock()
	type tail struct {
		link *link
		size int64
	}
	all := make([]tail, 0, len(t.of))
	for l, n := range t.of {
		all = append(all, tail{l, n})
	}
	slices.SortFunc(all, func(a, b tail) int { return cmp.Compare(b.size, a.size) })
	left, n := t.total, 0
	for left > limit*3/4 && n < len(all) {
		left -= all[n].size
		n++
	}
	t.mu.Unlock()
	for _, a := range all[:n] {
		a.link.Close(chat.CloseResync)
	}
	t.mu.Lock()
	t.shedding = false
	t.mu.Unlock()
}

// held is how many bytes are kept for all.
func (t *tails) held() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total
}
