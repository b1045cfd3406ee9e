package chat

import (
	"context"
	"log/slog"
	"sync"

	"senet/internal/account"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Service is rooms and their log.
type Service struct {
	store    *pg.Store
	accounts *account.Service
	words    *translation.Service
	log      *slog.Logger
	writers  [lanes]*writer // a room's messages all go through the same one
	// Notices tells members that a message names them; nil: nobody is told. Set it before Start.
	Notices *notify.Service
	// Erased hears, in the transaction, that what was said in a room is erased, so that whoever keeps something of it does the
	// same; workshop is 0 of a standing room. Set it before Start.
	Erased func(ctx context.Context, tx *pg.Tx, room RoomID, workshop int64) error

	// Pace says why a fresh message may not be said now, and when it may; nil: at any time. Set it before Start.
	Pace func(ctx context.Context, viewer account.Viewer, say Say) error
	// Gate says why a text may not be said, before it is; nil: everything may. Set it before Start.
	Gate func(ctx context.Context, viewer account.Viewer, body string) error

	mu    sync.Mutex
	heard []func(RoomID, int64, []Event)
}

// New makes the service over store; accounts knows who is mentioned. Saying something needs Start.
func New(store *pg.Store, accounts *account.Service, words *translation.Service, log *slog.Logger) *Service {
	s := &Service{store: store, accounts: accounts, words: words, log: log}
	for i := range s.writers {
		s.writers[i] = newWriter(s)
	}
	words.Register(translation.Message, messages{s})
	for _, a := range s.asked() {
		words.Register(a.kind, a)
	}
	return s
}

// Start starts the writers of this node.
func (s *Service) Start() {
	for _, w := range s.writers {
		w.start()
	}
}

// Stop lets nobody say more, writes what waits, and returns when the writers are gone. Stopping twice is harmless.
func (s *Service) Stop() {
	for _, w := range s.writers {
		w.stop()
	}
}

// writer is the one of the room's messages.
func (s *Service) writer(room RoomID) *writer { return s.writers[uint64(room)%lanes] }

// onCommit has f told of every commit of this process: a room and where its log stands now, and its newest events,
// or none where they have to be read. f must not block.
func (s *Service) onCommit(f func(RoomID, int64, []Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, f)
}

// tell is called after commit, never before.
func (s *Service) tell(room RoomID, seq int64, events []Event) {
	s.mu.Lock()
	heard := s.heard
	s.mu.Unlock()
	for _, f := range heard {
		f(room, seq, events)
	}
}
