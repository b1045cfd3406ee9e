package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// published are the builds that are fetched, by major version. The layout and the names are those of
// io.zonky.test.postgres on Maven Central: a jar that holds one .txz, and the jar's SHA-256 beside it.
var published = map[int]string{14: "14.18.0", 15: "15.13.0", 16: "16.9.0", 17: "17.5.0", 18: "18.3.0"}

// preferred is the version for a new cluster.
const preferred = 17

const (
	maxJar      = 256 << 20        // bytes; real ones have about 30 MB
	maxChecksum = 1 << 10          // bytes
	stall       = 30 * time.Second // how long a mirror may send nothing
)

// errRefused marks answers that asking again does not change.
var errRefused = errors.New("refused")

// fetch returns the directory of server binaries in the cache, after fetching them when they are not there.
func fetch(ctx context.Context, cfg Config, major int) (string, error) {
	if major == 0 {
		major = preferred
	}
	version, ok := published[major]
	if !ok {
		return "", fmt.Errorf("no build of version %d is published", major)
	}
	name := fmt.Sprintf("embedded-postgres-binaries-%s", platform())
	home := filepath.Join(cfg.CacheDir, name+"-"+version)
	bin := filepath.Join(home, "bin")
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err == nil {
		return bin, nil
	}
	if err := makeCache(cfg.CacheDir); err != nil {
		return "", err
	}
	u := fmt.Sprintf("%s/io/zonky/test/postgres/%s/%s/%s-%s.jar", strings.TrimRight(cfg.Mirror, "/"), name, version, name, version)
	cfg.Logger.Info("fetching PostgreSQL", "version", version, "from", u)
	jar, err := download(ctx, cfg, u)
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", u, err)
	}
	defer os.Remove(jar)
	if err := install(jar, home); err != nil {
		return "", fmt.Errorf("unpack %s: %w", u, err)
	}
	return bin, nil
}

// platform is what the builds call this machine.
func platform() string {
	arch := map[string]string{"arm64": "arm64v8", "386": "i386"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	if _, err := os.Stat("/etc/alpine-release"); err == nil {
		arch += "-alpine"
	}
	return runtime.GOOS + "-" + arch
}

// makeCache makes the cache, which must be open to the user that Postgres runs as.
func makeCache(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make cache: %w", err)
	}
	if os.Geteuid() != 0 {
		return nil
	}
	return os.Chmod(dir, 0o755)
}

// download tries a few times, because links get cut, and returns a file whose checksum is right.
func download(ctx context.Context, cfg Config, u string) (string, error) {
	wait := cfg.retry
	for attempt := 1; ; attempt++ {
		jar, err := downloadOnce(ctx, cfg, u)
		if err == nil {
			return jar, nil
		}
		if attempt == cfg.fetches || errors.Is(err, errRefused) || !pause(ctx, wait) {
			return "", err
		}
		cfg.Logger.Warn("fetching PostgreSQL failed; trying again", "attempt", attempt, "err", err)
		wait *= 2
	}
}

func downloadOnce(ctx context.Context, cfg Config, u string) (jar string, err error) {
	var want strings.Builder
	if _, err := get(ctx, u+".sha256", &want, maxChecksum); err != nil {
		return "", fmt.Errorf("checksum: %w", err)
	}
	f, err := os.CreateTemp(cfg.CacheDir, "fetch-*.jar")
	if err != nil {
		return "", fmt.Errorf("make file: %w", err)
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	sum, err := get(ctx, u, f, maxJar)
	if err != nil {
		return "", err
	}
	// Some tools write the file's name behind the sum.
	sha, _, _ := strings.Cut(strings.TrimSpace(want.String()), " ")
	if got := hex.EncodeToString(sum.Sum(nil)); !strings.EqualFold(got, sha) {
		return "", fmt.Errorf("checksum is %s, not %s as published", got, sha)
	}
	return f.Name(), nil
}

// get copies what u answers to w and returns its SHA-256.
func get(ctx context.Context, u string, w io.Writer, limit int64) (hash.Hash, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %s", stall)) })
	defer watch.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, because(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err := fmt.Errorf("%s answered %s", u, resp.Status)
		if resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests {
			err = fmt.Errorf("%w: %w", errRefused, err)
		}
		return nil, err
	}
	sum := sha256.New()
	body := readerFunc(func(b []byte) (int, error) {
		watch.Reset(stall)
		return resp.Body.Read(b)
	})
	n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(body, limit+1))
	if err != nil {
		return nil, because(ctx, err)
	}
	if n > limit {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes", errRefused, u, limit)
	}
	return sum, nil
}

// because prefers the reason for which ctx was cancelled to the mere fact.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// install unpacks a jar beside home and moves it there when it is whole; another hub may do the same meanwhile.
func install(jar, home string) error {
	half, err := os.MkdirTemp(filepath.Dir(home), "unpack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(half)
	if err := unpack(jar, half); err != nil {
		return err
	}
	if err := os.Chmod(half, 0o755); err != nil {
		return err
	}
	err = os.Rename(half, home)
	if errors.Is(err, fs.ErrExist) {
		if _, statErr := os.Stat(filepath.Join(home, "bin", "postgres")); statErr == nil {
			return nil
		}
	}
	return err
}
