package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	port     = "5432" // only a part of the socket's name: nothing listens on TCP
	role     = "senet"
	database = "senet"

	// maxSocketPath is what macOS allows (104 bytes with the final zero); Linux allows four more.
	maxSocketPath = 103
)

// socketDir returns where the socket of a data directory is: DataDir/run, or what DataDir/run.path says.
func socketDir(dataDir string) string {
	if b, err := os.ReadFile(runPathFile(dataDir)); err == nil {
		return strings.TrimSpace(string(b))
	}
	return filepath.Join(dataDir, "run")
}

func runPathFile(dataDir string) string { return filepath.Join(dataDir, "run.path") }

func socketFile(dir string) string { return filepath.Join(dir, ".s.PGSQL."+port) }

// makeSocketDir makes a fresh directory that only o and root may enter. Needs the lock on the data directory.
func makeSocketDir(dataDir string, o owner) (string, error) {
	removeSocketDir(dataDir)
	dir := filepath.Join(dataDir, "run")
	var err error
	if len(socketFile(dir)) <= maxSocketPath {
		err = os.Mkdir(dir, 0o700)
	} else {
		dir, err = makeShortDir(dataDir)
	}
	if err == nil && o.drop {
		err = os.Chown(dir, int(o.uid), int(o.gid))
	}
	if err != nil {
		return "", fmt.Errorf("local: make socket directory: %w", err)
	}
	return dir, nil
}

// makeShortDir is for data directories whose path does not fit into a socket's address. The name is random, so that
// nobody else can have made it first; DataDir/run.path remembers it.
func makeShortDir(dataDir string) (string, error) {
	parent := os.TempDir()
	if len(parent) > maxSocketPath/2 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "senet-")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(runPathFile(dataDir), []byte(dir+"\n"), 0o600); err != nil {
		os.Remove(dir)
		return "", err
	}
	return dir, nil
}

// removeSocketDir removes what this or an earlier, killed hub left. Only known names are touched, because the path
// may come from a file.
func removeSocketDir(dataDir string) {
	dir := socketDir(dataDir)
	_ = os.Remove(socketFile(dir))
	_ = os.Remove(socketFile(dir) + ".lock")
	_ = os.Remove(dir)
	_ = os.Remove(runPathFile(dataDir))
}

func urlFor(dir, database string) string {
	q := url.Values{"host": {dir}, "port": {port}, "user": {role}}
	return "postgres:///" + database + "?" + q.Encode()
}

// Find returns the URL of the private Postgres that another process runs on dataDir, and false when none does.
// It waits a few seconds for one that is just starting.
func Find(dataDir string) (string, bool) {
	dataDir, err := filepath.Abs(dataDir)
	if err != nil {
		return "", false
	}
	dir := socketDir(dataDir)
	if !sameOwner(dir, (Config{DataDir: dataDir}).clusterDir()) {
		return "", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	u := urlFor(dir, database)
	for {
		if conn, err := net.Dial("unix", socketFile(dir)); err != nil {
			return "", false
		} else {
			conn.Close()
		}
		err := ping(ctx, u)
		if err == nil {
			return u, true
		}
		if !starting(err) || !pause(ctx, 20*time.Millisecond) {
			return "", false
		}
	}
}

// sameOwner reports whether dir is the cluster owner's and closed to others: after a reboot a short directory may be
// anybody's.
func sameOwner(dir, cluster string) bool {
	a, ok := statOwner(dir)
	b, ok2 := statOwner(cluster)
	info, err := os.Lstat(dir)
	return ok && ok2 && a.uid == b.uid && err == nil && info.IsDir() && info.Mode().Perm() == 0o700
}

func ping(ctx context.Context, u string) error {
	conn, err := pgconn.Connect(ctx, u)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// starting reports whether a refused connection may be accepted soon: the server is not up yet (57P03), or the first
// start has not made the database yet (3D000).
func starting(err error) bool {
	code := sqlState(err)
	return code == "57P03" || code == "3D000" || errors.Is(err, syscall.ECONNREFUSED)
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

// pause waits for d and reports whether ctx still runs.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
