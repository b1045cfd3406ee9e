package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// startBound starts cmd so that the kernel sends it sig when the calling thread ends.
func startBound(cmd *exec.Cmd, sig syscall.Signal) (release func(), err error) {
	cmd.SysProcAttr.Pdeathsig = sig
	return func() {}, cmd.Start()
}

// serversIn returns the processes of Postgres that work in dir: a postmaster and its backends stay in their cluster's
// directory. A zombie has none, and a stranger that was given an old postmaster's number is elsewhere.
func serversIn(dir string, _ int) []int {
	home, err := os.Stat(dir)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		comm, err := os.ReadFile(filepath.Join("/proc", e.Name(), "comm"))
		if err != nil || strings.TrimSpace(string(comm)) != "postgres" {
			continue
		}
		if cwd, err := os.Stat(filepath.Join("/proc", e.Name(), "cwd")); err == nil && os.SameFile(cwd, home) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// throughFiles reports whether a child may reach a directory through an open file when it may not walk there.
func throughFiles() bool {
	_, err := os.Stat("/proc/self/fd")
	return err == nil
}
