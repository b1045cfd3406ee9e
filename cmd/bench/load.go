package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load asks for one page over and over, on connections that stay open. It does as little as a client can: what it
// costs is part of every measure, of the hub's and the floor's alike.
type load struct {
	addr   string
	path   string
	header string // lines, each with \r\n
	conns  int
}

// rate is requests a second for that long. Answers other than 200 are an error.
func (l load) rate(d time.Duration) (float64, error) {
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", l.path, l.addr, l.header)
	conns := make([]net.Conn, l.conns)
	for i := range conns {
		c, err := net.Dial("tcp", l.addr)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(d + 30*time.Second))
		conns[i] = c
	}
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	begun := time.Now()
	for _, c := range conns {
		wg.Go(func() {
			r := bufio.NewReaderSize(c, 64<<10)
			for time.Since(begun) < d && failed.Load() == nil {
				if err := roundTrip(c, r, request); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(begun).Seconds(), nil
}

var (
	statusOK      = []byte("HTTP/1.1 200 ")
	contentLength = []byte("Content-Length: ")
)

func roundTrip(c net.Conn, r *bufio.Reader, request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, statusOK) {
			return fmt.Errorf("answer: %s", bytes.TrimSpace(line))
		}
		if rest, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			break
		}
	}
	if length < 0 {
		return errors.New("answer without Content-Length")
	}
	_, err := r.Discard(length)
	return err
}
