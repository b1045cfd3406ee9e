package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cluster is the directory that Postgres keeps its data in.
type cluster struct {
	dir   string
	owner owner
	bin   binaries
	cfg   Config
}

// openCluster finds or makes the cluster of a data directory. Needs the lock on the data directory.
func openCluster(ctx context.Context, cfg Config) (c *cluster, fresh bool, err error) {
	c = &cluster{dir: cfg.clusterDir(), cfg: cfg}
	if c.owner, err = ownerOf(c.dir); err != nil {
		return nil, false, err
	}
	major, err := readMajor(c.dir)
	if err != nil {
		return nil, false, err
	}
	if c.bin, err = findBinaries(ctx, cfg, c.owner, major); err != nil {
		return nil, false, err
	}
	if major == 0 {
		return c, true, c.init(ctx)
	}
	if st, ok := statOwner(c.dir); ok && st.uid != c.owner.uid {
		err = c.owner.take(c.dir) // restored by root
	}
	return c, false, err
}

// readMajor returns the major version that made the cluster, and 0 when there is none yet.
func readMajor(dir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		// Remove spares whatever is in it.
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("local: %s is neither empty nor a Postgres cluster: %w", dir, err)
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("local: read version of cluster: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || major < oldest {
		return 0, fmt.Errorf("local: %s was made by Postgres %q; %d is the oldest supported", dir, bytes.TrimSpace(b), oldest)
	}
	return major, nil
}

// init makes a cluster beside its place and moves it there when it is whole, so that a killed initdb leaves nothing
// that looks like data.
func (c *cluster) init(ctx context.Context) error {
	half := c.dir + ".new"
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("local: remove unfinished cluster: %w", err)
	}
	defer os.RemoveAll(half)
	var err error
	// Not every system has the locale that orders by code point and still knows upper and lower case.
	for _, locale := range []string{"C.UTF-8", "C"} {
		if err = c.initdb(ctx, half, locale); err == nil || !strings.Contains(err.Error(), "locale") {
			break
		}
	}
	if err != nil {
		return err
	}
	if err := os.Rename(half, c.dir); err != nil {
		return fmt.Errorf("local: move cluster into place: %w", err)
	}
	return nil
}

func (c *cluster) initdb(ctx context.Context, dir, locale string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("local: remove unfinished cluster: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("local: make cluster: %w", err)
	}
	if err := c.owner.take(dir); err != nil {
		return fmt.Errorf("local: give cluster to user %d: %w", c.owner.uid, err)
	}
	r := reach{owner: c.owner}
	defer r.close()
	path, err := r.path(dir)
	if err != nil {
		return err
	}
	// Trust is for whoever may enter the socket's directory: the cluster's owner and root, who own the data anyway.
	args := []string{"-D", path, "--no-sync", "--encoding=UTF8", "--locale=" + locale, "--lc-messages=C",
		"--username=" + role, "--auth-local=trust", "--auth-host=reject"}
	if c.cfg.NoSync {
		args = append(args, "--wal-segsize=1")
	} else {
		args = append(args, "--data-checksums")
	}
	return run(ctx, c.initdbCommand(args, r.files))
}

// flush writes a new cluster to disk, which init left for later so that the first page is not kept waiting. It may run
// beside the server.
func (c *cluster) flush(ctx context.Context) error {
	r := reach{owner: c.owner}
	defer r.close()
	path, err := r.path(c.dir)
	if err != nil {
		return err
	}
	return run(ctx, c.initdbCommand([]string{"-D", path, "--sync-only"}, r.files))
}

func (c *cluster) initdbCommand(args []string, files []*os.File) command {
	return command{path: c.bin.program("initdb"), args: args, owner: c.owner, files: files,
		orphan: syscall.SIGKILL, logger: c.cfg.Logger}
}

// reach makes directories known to a child that runs as another user. Root's directories are often closed to others
// (/root, a mktemp -d), so root hands open directories over instead of opening the way to them.
type reach struct {
	owner owner
	files []*os.File
}

// path opens dir for the child and returns the name that it has there.
func (r *reach) path(dir string) (string, error) {
	if !r.owner.drop || !throughFiles() {
		return dir, nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", fmt.Errorf("local: open for postgres: %w", err)
	}
	r.files = append(r.files, f)
	return fmt.Sprintf("/proc/self/fd/%d", 2+len(r.files)), nil
}

func (r *reach) close() {
	for _, f := range r.files {
		f.Close()
	}
}

// postmaster is what a running server writes about itself.
type postmaster struct {
	pid   int
	ready bool
}

func (c *cluster) pidFile() string { return filepath.Join(c.dir, "postmaster.pid") }

// readPostmaster reads postmaster.pid: the process on line 1, its state on line 8.
func (c *cluster) readPostmaster() (postmaster, bool) {
	b, err := os.ReadFile(c.pidFile())
	if err != nil {
		return postmaster{}, false
	}
	lines := strings.Split(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return postmaster{}, false
	}
	return postmaster{pid: pid, ready: len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"}, true
}

// patience is how long an orphaned server may take to shut down in good order.
const patience = 20 * time.Second

// clear sees off what a killed hub left running. It holds the lock on the data directory, so no hub owns that any more.
// Not only the server counts: a backend that has outlived it may still write.
func (c *cluster) clear(ctx context.Context) error {
	old, ok := c.readPostmaster()
	if !ok {
		return nil
	}
	left := serversIn(c.dir, old.pid)
	if slices.Contains(left, old.pid) {
		_ = syscall.Kill(old.pid, syscall.SIGINT)
	}
	deadline := time.Now().Add(patience)
	for ; len(left) > 0; left = serversIn(c.dir, old.pid) {
		if time.Now().After(deadline) {
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGQUIT)
			}
			deadline = time.Now().Add(patience)
		}
		if !pause(ctx, 5*time.Millisecond) {
			return fmt.Errorf("local: waiting for the postgres of a killed hub (process %d): %w", old.pid, ctx.Err())
		}
	}
	if runtime.GOOS != "linux" {
		return nil // elsewhere serversIn guesses; Postgres judges its own file
	}
	// Postgres would refuse to start when any process of its user has the old number now, as happens in containers.
	if err := os.Remove(c.pidFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("local: remove stale postmaster.pid: %w", err)
	}
	return nil
}
