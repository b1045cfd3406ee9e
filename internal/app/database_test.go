package app_test

import (
	"log/slog"
	"sync"
	"testing"

	"senet/internal/app"
	"senet/internal/config"
)

// A script starts the hub and at once, without waiting for it to be ready, a command beside it.
func TestOpenDatabase_besideOneThatIsStarting(t *testing.T) {
	t.Parallel()
	cfg := config.Config{DataDir: t.TempDir()}
	dbs, errs := make([]*app.Database, 3), make([]error, 3)
	var opening sync.WaitGroup
	for i := range dbs {
		opening.Go(func() { dbs[i], errs[i] = app.OpenDatabase(t.Context(), cfg, slog.New(slog.DiscardHandler), true) })
	}
	opening.Wait()
	for i, db := range dbs {
		if errs[i] != nil {
			t.Errorf("command %d: %v", i, errs[i])
			continue
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Ready(t.Context()); err != nil {
			t.Errorf("command %d: %v", i, err)
		}
	}
}
