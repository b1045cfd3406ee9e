// Package translationtest gives tests of the features what they need of translation.
package translationtest

import (
	"log/slog"
	"testing"

	"senet/internal/account"
	"senet/internal/jobs"
	"senet/internal/pg"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
)

// New makes the service over store, with these engines. Jobs are taken and not done: call Service.Work for that.
func New(t testing.TB, store *pg.Store, accounts *account.Service, engines ...engine.Engine) *translation.Service {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	queue, err := jobs.New(nil, log)
	if err != nil {
		t.Fatal(err)
	}
	return translation.New(store, translation.Parts{Accounts: accounts, Memory: memory.New(store), Glossary: glossary.New(store),
		Queue: queue, Engines: engines, Log: log})
}
