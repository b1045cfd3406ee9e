package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"senet/internal/pg/local"
	"senet/internal/schema"
	"senet/migrations"
)

// format changes when a template is made in another way.
const format = "2"

// keep is how long a template that nobody uses stays in the cache.
const keep = 48 * time.Hour

// copyTemplate puts a migrated cluster at dst, making the cached one first when there is none. It returns the major
// version of Postgres.
func copyTemplate(ctx context.Context, dst string) (major int, err error) {
	if major, err = local.Major(ctx, local.Config{}); err != nil {
		return 0, err
	}
	key, err := templateKey(major)
	if err != nil {
		return 0, err
	}
	cache, err := cacheDir()
	if err != nil {
		return 0, err
	}
	src := filepath.Join(cache, key)
	unlock, err := lockFile(ctx, src+".lock")
	if err != nil {
		return 0, err
	}
	defer unlock()
	if _, err := os.Stat(src); errors.Is(err, fs.ErrNotExist) {
		if err := makeTemplate(ctx, src); err != nil {
			return 0, fmt.Errorf("make template: %w", err)
		}
		removeOld(cache, key)
	}
	now := time.Now()
	_ = os.Chtimes(src, now, now) // in use, says this to removeOld
	return major, copyDir(dst, src)
}

func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "senet-test")
	return dir, os.MkdirAll(dir, 0o700)
}

// templateKey names a template by all that shapes it: Postgres, the migrations, and the code that applies them.
func templateKey(major int) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, format, major)
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read migrations: %w", err)
	}
	h.Write(schemaSource())
	return fmt.Sprintf("%d-%s", major, hex.EncodeToString(h.Sum(nil))[:16]), nil
}

// schemaSource returns what package schema is built from: its source and the versions of the modules that bring
// tables of their own. Empty when the test runs away from the source.
func schemaSource() []byte {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	for err != nil && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		mod, err = os.ReadFile(filepath.Join(dir, "go.mod"))
	}
	var all bytes.Buffer
	for lines := bufio.NewScanner(bytes.NewReader(mod)); lines.Scan(); {
		if l := lines.Text(); strings.Contains(l, "riverqueue") || strings.Contains(l, "goose") {
			line, _, _ := strings.Cut(l, "//")
			all.WriteString(strings.TrimSpace(line))
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "internal", "schema", "*.go"))
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
			all.Write(b)
		}
	}
	return all.Bytes()
}

// makeTemplate builds a cluster beside its place and moves it there when it is whole.
func makeTemplate(ctx context.Context, dst string) error {
	work, err := makeScratch()
	if err != nil {
		return err
	}
	defer removeScratch(work)
	srv, err := local.Start(ctx, config(work))
	if err != nil {
		return err
	}
	err = migrate(ctx, srv.URL())
	if stopErr := srv.Stop(ctx); err == nil {
		err = stopErr
	}
	if err != nil {
		return err
	}
	half := dst + ".new"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if err := copyDir(half, filepath.Join(work, "postgres")); err != nil {
		return err
	}
	return os.Rename(half, dst)
}

// migrate turns a fresh cluster into a template: the schema in senet, a copy to clone from, and nothing else, because
// every start copies all of it.
func migrate(ctx context.Context, url string) error {
	if err := schema.Up(ctx, url); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "vacuum (full, analyze)"); err != nil {
		return err
	}
	if err := conn.Close(ctx); err != nil {
		return err
	}
	// The source of a copy must have no one connected, so this goes through another database.
	conn, err = pgx.Connect(ctx, strings.Replace(url, "/senet?", "/template1?", 1))
	if err != nil {
		return err
	}
	if err := retryBusy(ctx, conn, "create database "+template+" template = senet"); err != nil {
		return err
	}
	if err := conn.Close(ctx); err != nil {
		return err
	}
	conn, err = pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		"update pg_database set datistemplate = false",
		"drop database template0",
		"drop database postgres",
		"drop database template1 with (force)",
		"checkpoint",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// retryBusy repeats sql while the database it copies is in use (55006): a closed connection takes a moment to go.
func retryBusy(ctx context.Context, conn *pgx.Conn, sql string) error {
	for {
		_, err := conn.Exec(ctx, sql)
		if err == nil || !strings.Contains(err.Error(), "55006") || ctx.Err() != nil {
			return err
		}
	}
}

// removeOld removes templates that were not used for long and that nobody holds.
func removeOld(cache, current string) {
	dirs, _ := filepath.Glob(filepath.Join(cache, "*-*"))
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() || filepath.Base(dir) == current || time.Since(info.ModTime()) < keep {
			continue
		}
		f, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			continue
		}
		if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			os.RemoveAll(dir) // the lock's file stays: another may be waiting on it
		}
		f.Close()
	}
}

// lockFile waits for the lock on path until ctx ends.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || ctx.Err() != nil {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func copyDir(dst, src string) error {
	if err := os.CopyFS(dst, os.DirFS(src)); err != nil {
		return fmt.Errorf("copy cluster: %w", err)
	}
	return os.Chmod(dst, 0o700) // Postgres insists
}
