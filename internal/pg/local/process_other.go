//go:build unix && !linux

package local

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// startBound starts cmd together with a watchdog: a shell that waits on a pipe which only this process holds open.
// When the pipe closes before cmd has ended, this process is gone, and the watchdog sends sig.
func startBound(cmd *exec.Cmd, sig syscall.Signal) (release func(), err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fmt.Errorf("watchdog: %w", err)
	}
	dog := exec.Command("/bin/sh", "-c", `read -r _; kill -`+strconv.Itoa(int(sig))+` "$0"`, strconv.Itoa(cmd.Process.Pid))
	dog.Stdin = r
	dog.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: cmd.SysProcAttr.Credential}
	err = dog.Start()
	r.Close()
	if err != nil {
		w.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fmt.Errorf("watchdog: %w", err)
	}
	return func() {
		// Killed first: the number of an ended process may already be another's.
		_ = dog.Process.Kill()
		_ = dog.Wait()
		w.Close()
	}, nil
}

// serversIn returns old when it is a Postgres; this system does not tell in which directory.
func serversIn(_ string, old int) []int {
	out, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(old)).Output()
	if err != nil || !strings.Contains(string(out), "postgres") {
		return nil
	}
	return []int{old}
}

// throughFiles reports whether a child may reach a directory through an open file when it may not walk there.
func throughFiles() bool { return false }
