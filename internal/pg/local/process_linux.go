package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// startBound starts cmd so that the kernel sends it sig when the calling thread ends.
func startBound(cmd *exec.Cmd, sig syscall.Signal) (release func(), err error) {
	cmd.SysProcAttr.Pdeathsig = sig
	return func() {}, cmd.Start()
}

// runsIn reports whether the process pid is at work in dir: a postmaster stays in its cluster's directory. A zombie
// has none, and a stranger that was given an old postmaster's number is elsewhere.
func runsIn(pid int, dir string) bool {
	cwd, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	if err != nil {
		return false
	}
	info, err := os.Stat(dir)
	return err == nil && os.SameFile(cwd, info)
}

// throughFiles reports whether a child may reach a directory through an open file when it may not walk there.
func throughFiles() bool {
	_, err := os.Stat("/proc/self/fd")
	return err == nil
}
