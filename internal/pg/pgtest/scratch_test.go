package pgtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRemoveStale(t *testing.T) {
	base := t.TempDir()
	mine, ok, err := hold(base)
	if err != nil || !ok {
		t.Fatalf("hold: %v, %v", ok, err)
	}
	stale := filepath.Join(base, "123")
	if err := os.MkdirAll(filepath.Join(stale, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(holdFile(stale), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	removeStale(base)
	want(t, mine, true)
	want(t, holdFile(mine), true)
	want(t, stale, false)
	want(t, holdFile(stale), false)
}

func TestRemoveOld(t *testing.T) {
	cache := t.TempDir()
	old := time.Now().Add(-2 * keep)
	for _, name := range []string{"15-current", "15-old", "15-held", "15-recent"} {
		dir := filepath.Join(cache, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if name == "15-recent" {
			continue
		}
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	unlock, err := lockFile(t.Context(), filepath.Join(cache, "15-held.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	removeOld(cache, "15-current")
	want(t, filepath.Join(cache, "15-current"), true)
	want(t, filepath.Join(cache, "15-held"), true)
	want(t, filepath.Join(cache, "15-recent"), true)
	want(t, filepath.Join(cache, "15-old"), false)
}

func TestTemplateKey(t *testing.T) {
	a, err := templateKey(15)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := templateKey(15)
	c, _ := templateKey(16)
	if a != b || a == c {
		t.Errorf("keys %s, %s for the same version, %s for another", a, b, c)
	}
	if len(schemaSource()) == 0 {
		t.Error("the key does not know the schema's source")
	}
}

func want(t *testing.T, path string, exists bool) {
	t.Helper()
	if _, err := os.Stat(path); (err == nil) != exists {
		t.Errorf("%s: exists %v, want %v", filepath.Base(path), err == nil, exists)
	}
}
