package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// roomy is what memory must offer before clusters are put there: one takes about 30 MB, a clone 9.
const roomy = 1 << 30

// makeScratch makes a directory for a cluster and holds it until this process ends, in memory where there is room. It
// removes directories that no process holds any more.
func makeScratch() (string, error) {
	base := filepath.Join(scratchParent(), "senet-test-"+strconv.Itoa(os.Geteuid()))
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	info, err := os.Lstat(base)
	if err != nil {
		return "", err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || ok && int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is somebody else's", base)
	}
	removeStale(base)
	for {
		dir, ok, err := hold(base)
		if err != nil || ok {
			return dir, err
		}
	}
}

func scratchParent() string {
	const shm = "/dev/shm"
	var st unix.Statfs_t
	if unix.Access(shm, unix.W_OK) == nil && unix.Statfs(shm, &st) == nil && uint64(st.Bavail)*uint64(st.Bsize) > roomy {
		return shm
	}
	return os.TempDir()
}

// hold makes a directory and a locked file beside it, which stays locked as long as this process lives. It is not ok
// when removeStale of another process was quicker than the lock.
func hold(base string) (dir string, ok bool, err error) {
	dir, err = os.MkdirTemp(base, "")
	if err != nil {
		return "", false, err
	}
	fd, err := unix.Open(holdFile(dir), unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return "", false, fmt.Errorf("hold %s: %w", dir, err)
	}
	if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil && isAt(fd, holdFile(dir)) {
		return dir, true, nil
	}
	unix.Close(fd)
	return "", false, nil
}

func holdFile(dir string) string { return dir + ".hold" }

// isAt reports whether path still names the open file fd.
func isAt(fd int, path string) bool {
	var open, named unix.Stat_t
	return unix.Fstat(fd, &open) == nil && unix.Stat(path, &named) == nil && open.Dev == named.Dev && open.Ino == named.Ino
}

func removeScratch(dir string) {
	if os.RemoveAll(dir) == nil {
		os.Remove(holdFile(dir))
	}
}

// removeStale removes what killed test binaries left when their reaper was killed too.
func removeStale(base string) {
	holds, _ := filepath.Glob(holdFile(filepath.Join(base, "*")))
	for _, h := range holds {
		fd, err := unix.Open(h, unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil {
			removeScratch(strings.TrimSuffix(h, ".hold"))
		}
		unix.Close(fd)
	}
}

// reaper waits until its standard input ends, which is when the test binary has, then for Postgres, and cleans up.
const reaper = `read -r _
pid=$(head -n 1 "$0/postgres/postmaster.pid" 2>/dev/null)
while [ -e "$0/postgres/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
rm -rf "$0" "$0.hold"`

// reap starts a small process that removes dir when this one is gone, however it went.
func reap(dir string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("reaper: %w", err)
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", "-c", reaper, dir)
	cmd.Dir = "/"
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C is not for it
	if err := cmd.Start(); err != nil {
		w.Close()
		return fmt.Errorf("reaper: %w", err)
	}
	// The end of this process is what closes w, so it must not be collected with its *os.File.
	if _, err := unix.FcntlInt(w.Fd(), unix.F_DUPFD_CLOEXEC, 3); err != nil {
		return fmt.Errorf("reaper: %w", err)
	}
	w.Close()
	return nil
}
