package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// binaries is a directory with the programs postgres and initdb.
type binaries struct {
	dir   string
	major int
}

func (b binaries) program(name string) string { return filepath.Join(b.dir, name) }

// usualRoots are where packages put server binaries: Debian, Red Hat, Alpine, Homebrew, Postgres.app.
func usualRoots() []string {
	roots := filepath.SplitList(os.Getenv("PATH"))
	return append(roots,
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	)
}

// findBinaries looks through this machine, then fetches. major is what an existing cluster needs; 0 is any from
// oldest on, where PATH goes first and then the newest.
func findBinaries(ctx context.Context, cfg Config, o owner, major int) (binaries, error) {
	roots := cfg.roots
	if roots == nil {
		roots = usualRoots()
	}
	for _, dir := range candidates(roots) {
		b, err := inspect(ctx, dir, o)
		if err == nil && b.fits(major) {
			return b, nil
		}
	}
	dir, err := fetch(ctx, cfg, major)
	if err != nil {
		return binaries{}, &MissingError{Major: major, Cause: err}
	}
	b, err := inspect(ctx, dir, o)
	if err == nil && !b.fits(major) {
		err = fmt.Errorf("version %d is not the one wanted", b.major)
	}
	if err != nil {
		return binaries{}, &MissingError{Major: major, Cause: fmt.Errorf("fetched to %s: %w", dir, err)}
	}
	return b, nil
}

func (b binaries) fits(major int) bool {
	if major == 0 {
		return b.major >= oldest
	}
	return b.major == major
}

// candidates returns the directories that hold both programs, in the order of roots and newest first within one.
func candidates(roots []string) []string {
	var dirs []string
	for _, root := range roots {
		if root == "" {
			continue
		}
		found, err := filepath.Glob(filepath.Join(root, "postgres"))
		if err != nil {
			continue
		}
		slices.SortFunc(found, func(a, b string) int { return compareNatural(b, a) })
		for _, f := range found {
			// A link on PATH points into the directory where initdb and the libraries are.
			real, err := filepath.EvalSymlinks(f)
			if err != nil {
				continue
			}
			dir := filepath.Dir(real)
			if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// compareNatural orders paths by the numbers in them, so that 9.6 comes before 14.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		na, ra := leadingNumber(a)
		nb, rb := leadingNumber(b)
		if ra != len(a) && rb != len(b) {
			if na != nb {
				return na - nb
			}
			a, b = a[len(a)-ra:], b[len(b)-rb:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// leadingNumber returns the number that s begins with and how many bytes follow it.
func leadingNumber(s string) (n, rest int) {
	digits := strings.TrimLeft(s, "0123456789")
	n, _ = strconv.Atoi(s[:len(s)-len(digits)])
	return n, len(digits)
}

// inspect asks the binaries for their version, as the user who will run them.
func inspect(ctx context.Context, dir string, o owner) (binaries, error) {
	b := binaries{dir: dir}
	p, err := start(command{path: b.program("postgres"), args: []string{"-V"}, owner: o, orphan: syscall.SIGKILL})
	if err != nil {
		return binaries{}, err
	}
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.signal(syscall.SIGKILL)
		<-p.exited
		return binaries{}, ctx.Err()
	}
	if b.major, err = parseVersion(p.log.tail()); err != nil {
		return binaries{}, err
	}
	return b, nil
}

// parseVersion reads "postgres (PostgreSQL) 15.13 (Debian …)", also "17beta1".
func parseVersion(s string) (int, error) {
	_, version, ok := strings.Cut(s, "(PostgreSQL) ")
	if n, rest := leadingNumber(version); ok && rest < len(version) {
		return n, nil
	}
	return 0, fmt.Errorf("local: not a version of postgres: %q", s)
}

// defaultCacheDir is open to all when root fetches, because Postgres runs as somebody else then.
func defaultCacheDir() string {
	if os.Geteuid() == 0 && runtime.GOOS != "darwin" {
		return "/var/cache/senet"
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "senet")
}

// Major returns the major version of the Postgres that Start would make a new cluster with, fetching it when there
// is none. Error: *MissingError.
func Major(ctx context.Context, cfg Config) (int, error) {
	b, err := findBinaries(ctx, cfg.withDefaults(), runner(), 0)
	return b.major, err
}
