package translation

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/translation/engine"
)

// Sources of text beside engines, in the books.
const (
	UsedMemory = "memory"
	UsedAgain  = "kept" // a sentence that an engine had translated before the text was edited
)

// tally counts sentences by source until they are booked.
type tally map[string]*booking

type booking struct{ characters, texts int }

func (t tally) add(source, text string) {
	if t[source] == nil {
		t[source] = &booking{}
	}
	t[source].texts++
	t[source].characters += utf8.RuneCountInString(text) // as engines count them
}

const book = `
	insert into translation_usage as u (month, source, characters, texts, calls, failures)
	values (date_trunc('month', now() at time zone 'utc')::date, @source, @characters, @texts, @calls, @failures)
	on conflict (month, source) do update set characters = u.characters + excluded.characters, texts = u.texts + excluded.texts,
		calls = u.calls + excluded.calls, failures = u.failures + excluded.failures`

func (s *Service) count(ctx context.Context, t tally) error {
	for source, b := range t {
		_, err := s.store.Exec(ctx, book, pgx.StrictNamedArgs{"source": source, "characters": b.characters, "texts": b.texts, "calls": 0, "failures": 0})
		if err != nil {
			return fmt.Errorf("book what was translated: %w", err)
		}
	}
	return nil
}

// Books keep what engines are asked to do: they are the engines' meter and their budget.
type Books struct {
	store  *pg.Store
	budget int64 // characters a month and engine; 0: no bound
}

// NewBooks opens the books.
func NewBooks(store *pg.Store, budget int64) *Books { return &Books{store, budget} }

// One statement checks and books, so that several nodes do not spend the same rest.
const reserve = `
	insert into translation_usage as u (month, source, characters)
	values (date_trunc('month', now() at time zone 'utc')::date, @source, @characters)
	on conflict (month, source) do update set characters = u.characters + excluded.characters
		where @budget::bigint = 0 or u.characters + excluded.characters <= @budget`

// Reserve books characters that are about to be sent; engine.ErrBudget when the month's are spent.
func (b *Books) Reserve(ctx context.Context, name string, characters int) error {
	if b.budget > 0 && int64(characters) > b.budget {
		return engine.ErrBudget
	}
	tag, err := b.store.Exec(ctx, reserve, pgx.StrictNamedArgs{"source": name, "characters": characters, "budget": b.budget})
	if err != nil {
		return fmt.Errorf("book characters of %s: %w", name, err)
	}
	if tag.RowsAffected() == 0 {
		return engine.ErrBudget
	}
	return nil
}

// Count books a call that was made; its characters are reserved already.
func (b *Books) Count(name string, _, texts int, _ time.Duration, failed error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	failures := 0
	if failed != nil {
		failures, texts = 1, 0
	}
	_, _ = b.store.Exec(ctx, book, pgx.StrictNamedArgs{"source": name, "characters": 0, "texts": texts, "calls": 1, "failures": failures})
}

// Usage is what one source of translations did in one month.
type Usage struct {
	Month      time.Time
	Source     string // an engine's name, "memory", or "kept"
	Characters int64  // code points
	Texts      int64  // sentences
	Calls      int64
	Failures   int64
}

const listUsage = `
	select month, source, characters, texts, calls, failures from translation_usage
	where month > now() - interval '12 months' order by month desc, characters desc, source`

// Usage is what translation cost in the last twelve months, the newest first.
func (s *Service) Usage(ctx context.Context) ([]Usage, error) {
	us, err := pg.All[Usage](ctx, s.store, listUsage)
	if err != nil {
		return nil, fmt.Errorf("list usage: %w", err)
	}
	return us, nil
}

// EngineState is an engine as administrators and members see it.
type EngineState struct {
	Name    string
	Label   string
	Outside bool
	Circuit engine.State
}

// Engines are those that are on, in order of preference.
func (s *Service) Engines() []EngineState {
	var es []EngineState
	for _, e := range s.engines {
		state := EngineState{Name: e.Name(), Label: e.Label(), Outside: e.Outside()}
		if c, ok := e.(interface{ State() engine.State }); ok {
			state.Circuit = c.State()
		}
		es = append(es, state)
	}
	return es
}

// Month is the one in which an engine's characters are booked at that moment: its first day, in UTC.
func Month(at time.Time) time.Time {
	y, m, _ := at.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// Budget is how many characters a month each engine may be sent; 0: no bound.
func (s *Service) Budget() int64 { return s.budget }

// Load is how many texts are being translated and wait for it.
func (s *Service) Load(ctx context.Context) (jobs.Load, error) {
	return s.queue.LoadOf(ctx, s.store, Task{}.Kind())
}
