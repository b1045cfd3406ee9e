//go:build unix

package chatweb

import "syscall"

const canTry = true

// tryWrite writes to a socket that does not block; 0 when it takes nothing now.
func tryWrite(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), p)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
