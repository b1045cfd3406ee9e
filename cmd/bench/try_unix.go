//go:build unix

package main

import (
	"errors"
	"net"
	"syscall"
)

// tryWrite writes what the kernel takes at once.
func tryWrite(c *net.TCPConn, p []byte) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	n, werr := 0, error(nil)
	err = raw.Write(func(fd uintptr) bool {
		n, werr = syscall.Write(int(fd), p)
		return true
	})
	if errors.Is(werr, syscall.EAGAIN) || errors.Is(werr, syscall.EINTR) {
		return 0, err
	}
	return max(n, 0), errors.Join(err, werr)
}
