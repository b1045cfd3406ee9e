package main

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// swarm is many sockets that are read by one cheap reader, the same for the hub and for the floor.
type swarm struct {
	pump

	mu      sync.Mutex
	counts  map[frameKind]int
	want    int
	kind    frameKind
	reached chan struct{}
	broken  error
}

// member is one socket of a swarm.
type member struct {
	scanner
	fd int // where the pump reads it; what it is depends on the system
	w  io.WriteCloser
}

// newSwarm opens n sockets one after the other; enter does what has to be said first and returns what was read beyond
// the answer. It expects one frame of that kind for each.
func newSwarm(addr string, n int, kind frameKind, enter func(i int, rw io.ReadWriter) ([]byte, error)) (*swarm, error) {
	s := &swarm{counts: map[frameKind]int{}}
	s.expect(kind, n)
	if err := s.open(); err != nil {
		return nil, err
	}
	for i := range n {
		if err := s.add(s, addr, func(rw io.ReadWriter) ([]byte, error) { return enter(i, rw) }); err != nil {
			s.close()
			return nil, fmt.Errorf("socket %d: %w", i, err)
		}
	}
	s.begin(s)
	return s, nil
}

// expect has wait return when so many more frames of that kind have come, counted from now.
func (s *swarm) expect(kind frameKind, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kind, s.want, s.counts[kind] = kind, n, 0
	s.reached = make(chan struct{})
}

func (s *swarm) wait(limit time.Duration) error {
	select {
	case <-s.reached:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.broken
	case <-time.After(limit):
		s.mu.Lock()
		defer s.mu.Unlock()
		return fmt.Errorf("%d of %d frames came within %s", s.counts[s.kind], s.want, limit)
	}
}

// took counts what one read of a member brought.
func (s *swarm) took(m *member, p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.feed(p, func(k frameKind) {
		s.counts[k]++
		switch k {
		case framePing:
			_, _ = m.w.Write(clientFrame(opPong, ""))
		case frameClose:
			s.fail(errors.New("the server closed a socket"))
		case frameError:
			s.fail(errors.New("the server answered a socket with an error"))
		}
	})
	if s.reached != nil && s.counts[s.kind] >= s.want {
		s.end()
	}
}

// gone notes that a member's socket has ended.
func (s *swarm) gone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail(errors.New("a socket ended"))
}

func (s *swarm) fail(err error) {
	if s.broken == nil {
		s.broken = err
	}
	s.end()
}

func (s *swarm) end() {
	if s.reached != nil {
		select {
		case <-s.reached:
		default:
			close(s.reached)
		}
	}
}
