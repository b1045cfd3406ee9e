package chat

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

const (
	// lanes is how many writers share the rooms of a node, so that a busy room, or one that is locked, keeps few others
	// waiting. A writer writes many messages with one commit; more of them would pay more commits for the same.
	lanes      = 4
	maxWaiting = 20_000 / lanes // messages that may wait for one of them
	maxBatch   = 1000           // messages written in one transaction
	crowd      = 16             // messages in a transaction from which on many talk at once
	// A batch must be written within batchTime, else its senders are told to try again; their client ids make that
	// harmless.
	batchTime = 15 * time.Second
)

// passing are the classes of Postgres errors after which trying again may help: a deadlock or the like, too few
// resources, a restart.
var passing = map[string]bool{"40": true, "53": true, "57": true}

var errBusy = fault.New(fault.Unavailable, "chat.busy").After(2 * time.Second)

// waiting is a message that passed the rules and waits to be written.
type waiting struct {
	ctx       context.Context
	say       Say
	html      string
	author    By
	mentioned []account.MemberID
	done      func(seq int64, err error)
}

// writer is the one who writes what is said in its rooms on this node: whatever waits goes into one transaction. Only
// where many talk at once does it wait a little for more, so an idle room pays one commit a message and a busy one shares it.
type writer struct {
	service *Service
	mu      sync.Mutex
	queue   []*waiting
	running bool
	wake    chan struct{} // holds a token while something waits or the end is near
	gone    chan struct{} // closed when the goroutine has ended
}

func newWriter(s *Service) *writer {
	return &writer{service: s, wake: make(chan struct{}, 1)}
}

func (w *writer) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running {
		return
	}
	w.running = true
	w.gone = make(chan struct{})
	go w.run(w.gone)
}

func (w *writer) stop() {
	w.mu.Lock()
	gone := w.gone
	w.running = false
	w.nudge()
	w.mu.Unlock()
	if gone != nil {
		<-gone
	}
}

func (w *writer) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) submit(m *waiting) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.running:
		return errStopped
	case len(w.queue) >= maxWaiting:
		return errBusy
	}
	w.queue = append(w.queue, m)
	w.nudge()
	return nil
}

// take is what waits now, at most a batch; more is false when nothing waits and nothing will.
func (w *writer) take() (batch []*waiting, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.queue), maxBatch)
	batch = w.queue[:n:n]
	w.queue = w.queue[n:]
	if len(w.queue) == 0 {
		w.queue = nil
	}
	return batch, n > 0 || w.running
}

func (w *writer) run(gone chan struct{}) {
	defer close(gone)
	for {
		batch, more := w.take()
		if !more {
			return
		}
		if len(batch) == 0 {
			<-w.wake
			continue
		}
		begun := time.Now()
		w.write(batch)
		if len(batch) >= crowd {
			w.gather(len(batch), time.Since(begun)/4)
		}
	}
}

// gather waits for those who were just answered to say something again: where many talk at once, two halves of them would
// pay a commit each in turn. It ends when nobody comes any more, and after at most that long.
func (w *writer) gather(answered int, most time.Duration) {
	const step, patience = 100 * time.Microsecond, 4
	until := time.Now().Add(most)
	last := w.waiting()
	all := min(last+answered, maxBatch)
	for still := 0; last < all && still < patience && time.Now().Before(until); {
		time.Sleep(step)
		if n := w.waiting(); n > last {
			last, still = n, 0
		} else {
			still++
		}
	}
}

// waiting is how many messages wait to be written.
func (w *writer) waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue)
}

// write writes a batch and tells everybody how it went. A batch that Postgres refuses is written one by one, so
// that one bad message harms nobody else.
func (w *writer) write(batch []*waiting) {
	live := batch[:0]
	for _, m := range batch {
		if err := m.ctx.Err(); err != nil {
			m.done(0, err)
			continue
		}
		live = append(live, m)
	}
	if len(live) == 0 {
		return
	}
	err := w.try(live)
	if err == nil {
		return
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		// The connection broke, perhaps during the commit: once more, which the client ids make harmless.
		if err = w.try(live); err == nil {
			return
		}
	}
	if len(live) == 1 && pg.Constraint(err) == "messages_client_id_taken" {
		// The same was said meanwhile, to another room: its client id gives it the seq that it has there.
		if err = w.try(live); err == nil {
			return
		}
	}
	if len(live) > 1 && errors.As(err, &refused) {
		for _, m := range live {
			w.write([]*waiting{m})
		}
		return
	}
	w.service.log.Error("messages not written", "count", len(live), "err", err)
	if refused == nil || passing[refused.Code[:2]] {
		err = errBusy.Because(err)
	}
	for _, m := range live {
		m.done(0, err)
	}
}

func (w *writer) try(batch []*waiting) error {
	ctx, cancel := context.WithTimeout(context.Background(), batchTime)
	defer cancel()
	return w.service.writeBatch(ctx, batch)
}
