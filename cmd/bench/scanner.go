package main

import "encoding/binary"

// scanner counts the frames in a stream of bytes. It looks at their heads and at two bytes of their payload, so that
// reading costs next to nothing beside the work of the server.
type scanner struct {
	head   [10]byte
	have   int // bytes of head
	size   int // of the payload
	at     int // bytes of the payload seen
	first  byte
	second byte
}

// Kinds of frames that are told apart.
type frameKind int

const (
	frameOther frameKind = iota
	frameEvent
	frameJoined
	frameError
	framePing
	frameClose
)

// opAt is where the op's first letter is in {"op":"event",…}.
const opAt = 7

// feed reads p and tells of every frame that is whole.
func (s *scanner) feed(p []byte, tell func(frameKind)) {
	for len(p) > 0 {
		if !s.headDone() {
			s.head[s.have] = p[0]
			s.have++
			p = p[1:]
			if s.headDone() && s.measure() == 0 {
				s.end(tell)
			}
			continue
		}
		n := min(s.size-s.at, len(p))
		if i := opAt - s.at; i >= 0 && i < n {
			s.first = p[i]
		}
		if i := opAt + 1 - s.at; i >= 0 && i < n {
			s.second = p[i]
		}
		s.at += n
		p = p[n:]
		if s.at == s.size {
			s.end(tell)
		}
	}
}

func (s *scanner) headDone() bool {
	if s.have < 2 {
		return false
	}
	switch s.head[1] & 0x7f {
	case 126:
		return s.have == 4
	case 127:
		return s.have == 10
	}
	return s.have == 2
}

func (s *scanner) measure() int {
	s.size = int(s.head[1] & 0x7f)
	switch s.size {
	case 126:
		s.size = int(binary.BigEndian.Uint16(s.head[2:]))
	case 127:
		s.size = int(binary.BigEndian.Uint64(s.head[2:]))
	}
	return s.size
}

func (s *scanner) end(tell func(frameKind)) {
	tell(s.kind())
	*s = scanner{}
}

func (s *scanner) kind() frameKind {
	switch s.head[0] & 0x0f {
	case opPing:
		return framePing
	case opClose:
		return frameClose
	}
	switch {
	case s.first == 'e' && s.second == 'v':
		return frameEvent
	case s.first == 'e' && s.second == 'r':
		return frameError
	case s.first == 'j':
		return frameJoined
	}
	return frameOther
}
