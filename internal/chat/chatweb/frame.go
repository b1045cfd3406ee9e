package chatweb

import (
	"encoding/binary"
)

// Opcodes of RFC 6455, section 5.2.
const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// frame is a whole WebSocket frame as a server sends it: final, not masked.
func frame(op byte, payload []byte) []byte {
	n := len(payload)
	f := make([]byte, 0, n+10)
	f = append(f, 0x80|op)
	switch {
	case n < 126:
		f = append(f, byte(n))
	case n < 1<<16:
		f = binary.BigEndian.AppendUint16(append(f, 126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, 127), uint64(n))
	}
	return append(f, payload...)
}

// closeFrame says goodbye with a code and a reason, which is for scripts and has at most 123 bytes.
func closeFrame(code int, reason string) []byte {
	return frame(opClose, append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

// boundary is where the frame that byte n belongs to ends: the first end of a frame in p at or after n. p begins
// with a frame and holds whole frames.
func boundary(p []byte, n int) int {
	end := 0
	for end < n && end+2 <= len(p) {
		size := int(p[end+1] & 0x7f)
		switch size {
		case 126:
			size = 4 + int(binary.BigEndian.Uint16(p[end+2:]))
		case 127:
			size = 10 + int(binary.BigEndian.Uint64(p[end+2:]))
		default:
			size += 2
		}
		end += size
	}
	return min(end, len(p))
}
