package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// handshake asks for the socket and returns what came after the answer's head. Reads are few: r need not be buffered.
func handshake(rw io.ReadWriter, addr, path, header string) ([]byte, error) {
	_, err := fmt.Fprintf(rw, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", path, addr, header)
	if err != nil {
		return nil, err
	}
	var got []byte
	buf := make([]byte, 4096)
	for {
		n, err := rw.Read(buf)
		got = append(got, buf[:n]...)
		if head, rest, ok := bytes.Cut(got, []byte("\r\n\r\n")); ok {
			if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
				return nil, fmt.Errorf("no socket: %s", head)
			}
			return rest, nil
		}
		if err != nil {
			return nil, fmt.Errorf("no socket: %w", err)
		}
	}
}

// clientFrame is a frame as a client sends it: masked, with a mask of zeros, which changes nothing.
func clientFrame(op byte, payload string) []byte {
	f := []byte{0x80 | op}
	if n := len(payload); n < 126 {
		f = append(f, 0x80|byte(n))
	} else {
		f = binary.BigEndian.AppendUint16(append(f, 0x80|126), uint16(n))
	}
	f = append(f, 0, 0, 0, 0)
	return append(f, payload...)
}

const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

func joinFrame(room int64) []byte {
	return clientFrame(opText, fmt.Sprintf(`{"op":"join","room":%d}`, room))
}

// socket is one client that reads what it gets.
type socket struct {
	net.Conn
	r *bufio.Reader
}

func dial(addr, path, header string) (*socket, error) {
	c, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
	left, err := handshake(c, addr, path, header)
	if err != nil {
		c.Close()
		return nil, err
	}
	return &socket{c, bufio.NewReader(io.MultiReader(bytes.NewReader(left), c))}, nil
}

// next is the next frame as it came over the wire, its head included; pings are answered.
func (s *socket) next() (frame, payload []byte, err error) {
	for {
		head, err := s.r.Peek(2)
		if err != nil {
			return nil, nil, err
		}
		size, n := 2, int(head[1]&0x7f)
		switch n {
		case 126:
			size = 4
		case 127:
			size = 10
		}
		if head, err = s.r.Peek(size); err != nil {
			return nil, nil, err
		}
		switch n {
		case 126:
			n = int(binary.BigEndian.Uint16(head[2:]))
		case 127:
			n = int(binary.BigEndian.Uint64(head[2:]))
		}
		frame := make([]byte, size+n)
		if _, err := io.ReadFull(s.r, frame); err != nil {
			return nil, nil, err
		}
		switch frame[0] & 0x0f {
		case opClose:
			return nil, nil, errors.New("the server closed the socket")
		case opPing:
			if _, err := s.Write(clientFrame(opPong, string(frame[size:]))); err != nil {
				return nil, nil, err
			}
			continue
		}
		return frame, frame[size:], nil
	}
}

// await is the next frame whose op is that; an error frame is an error.
func (s *socket) await(op string) ([]byte, error) {
	for {
		frame, payload, err := s.next()
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(payload, []byte(`{"op":"`+op+`"`)) {
			return frame, nil
		}
		if bytes.HasPrefix(payload, []byte(`{"op":"error"`)) {
			return nil, errors.New(strings.TrimSpace(string(payload)))
		}
	}
}
