package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"syscall"
	"time"
)

// pump reads the sockets of a swarm with one thread and epoll, past the runtime's own poller.
type pump struct {
	epoll   int
	members map[int]*member // by file descriptor
	stopped chan struct{}
	stop    chan struct{}
}

// fdSocket is a socket that the runtime knows nothing of.
type fdSocket int

func (f fdSocket) Read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(int(f), p)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (f fdSocket) Write(p []byte) (int, error) { return syscall.Write(int(f), p) }
func (f fdSocket) Close() error                { return syscall.Close(int(f)) }

func (p *pump) open() (err error) {
	p.members, p.stop, p.stopped = map[int]*member{}, make(chan struct{}), make(chan struct{})
	p.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	return err
}

func (p *pump) add(s *swarm, addr string, enter func(io.ReadWriter) ([]byte, error)) error {
	to, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	m := &member{fd: fd, w: fdSocket(fd)}
	p.members[fd] = m
	sa := &syscall.SockaddrInet4{Port: to.Port}
	copy(sa.Addr[:], to.IP.To4())
	patience := syscall.Timeval{Sec: 20}
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience); err != nil {
		return err
	}
	if err := syscall.Connect(fd, sa); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	left, err := enter(fdSocket(fd))
	if err != nil {
		return err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	s.took(m, left)
	return syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
}

func (p *pump) begin(s *swarm) { go p.run(s) }

func (p *pump) run(s *swarm) {
	runtime.LockOSThread()
	defer close(p.stopped)
	events := make([]syscall.EpollEvent, 256)
	buf := make([]byte, 256<<10)
	for {
		select {
		case <-p.stop:
			return
		default:
		}
		n, err := syscall.EpollWait(p.epoll, events, 100)
		if err != nil && err != syscall.EINTR {
			s.gone()
			return
		}
		for _, e := range events[:max(n, 0)] {
			got, err := syscall.Read(int(e.Fd), buf)
			switch {
			case got > 0:
				s.took(p.members[int(e.Fd)], buf[:got])
			case err == syscall.EAGAIN || err == syscall.EINTR:
			default:
				_ = syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_DEL, int(e.Fd), nil)
				s.gone()
			}
		}
	}
}

// close ends the reader and the sockets.
func (p *pump) close() {
	close(p.stop)
	select {
	case <-p.stopped:
	case <-time.After(time.Second): // it never began
	}
	for _, m := range p.members {
		m.w.Close()
	}
	syscall.Close(p.epoll)
}
