package translation

import (
	"log/slog"

	"senet/internal/account"
	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/translation/engine"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
)

// Service is translation.
type Service struct {
	store    *pg.Store
	accounts *account.Service
	memory   *memory.Service
	glossary *glossary.Service
	queue    *jobs.Queue
	engines  []engine.Engine
	budget   int64
	log      *slog.Logger
	sources  map[SubjectKind]Source
}

// Parts are what the service stands on.
type Parts struct {
	Accounts *account.Service
	Memory   *memory.Service
	Glossary *glossary.Service
	Queue    *jobs.Queue
	Engines  []engine.Engine // guarded, in order of preference; none: memory and people still work
	Budget   int64           // characters a month to each engine; 0: no bound. Books keep to it, pages tell of it
	Log      *slog.Logger
}

// New makes the service, and has the queue do its jobs.
func New(store *pg.Store, p Parts) *Service {
	s := &Service{store: store, accounts: p.Accounts, memory: p.Memory, glossary: p.Glossary, queue: p.Queue, engines: p.Engines,
		budget: p.Budget, log: p.Log, sources: map[SubjectKind]Source{}}
	s.Register(Profile, profiles{store})
	if p.Accounts != nil {
		p.Accounts.AboutChanged = s.aboutChanged
	}
	jobs.Handle(p.Queue, s.translate)
	jobs.Handle(p.Queue, s.recallAll)
	jobs.Handle(p.Queue, s.backfill)
	return s
}
