package exchange

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"senet/internal/fault"
)

// maxToken is how many bytes of UTF-8 a tag, a comment or a piece of text of an XML file may have: MaxText characters,
// each written as a character reference, and much to spare.
const maxToken = 256 << 10

// input turns a file into clean UTF-8 whose lines end in "\n", and knows the line it is at. It refuses what is not
// text when it gets there, never before.
type input struct {
	src   *bufio.Reader
	wide  binary.ByteOrder // of UTF-16; nil: UTF-8
	line  int              // of the next character
	cr    bool             // the last character was "\r"
	rest  []byte           // of a character that ReadByte has begun
	buf   [utf8.UTFMax]byte
	from  int   // the line where the current token begins
	left  int   // bytes that ReadByte still gives of it
	ended bool  // the end has been met
	err   error // why no more is given, other than the end
}

func newInput(r io.Reader) (*input, error) {
	if err := checkSize(r); err != nil {
		return nil, err
	}
	in := &input{line: 1}
	in.src = bufio.NewReaderSize(&bounded{r: r, left: MaxBytes}, 64<<10)
	head, err := in.src.Peek(4)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, in.fail(err)
	case len(head) == 0:
		return nil, refuse(1, "exchange.empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return nil, refuse(1, "exchange.packed").detail("ZIP")
	case bytes.HasPrefix(head, []byte{0x1F, 0x8B}):
		return nil, refuse(1, "exchange.packed").detail("gzip")
	case bytes.Equal(head, []byte{0xFF, 0xFE, 0, 0}), bytes.Equal(head, []byte{0, 0, 0xFE, 0xFF}):
		return nil, refuse(1, "exchange.encoding").detail("UTF-32")
	}
	in.recognise(head)
	return in, nil
}

// recognise finds the encoding. UTF-16 needs no byte order mark: text in UTF-8 has no zero byte, and files of these
// formats begin with an ASCII character.
func (in *input) recognise(head []byte) {
	mark := 0
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		mark = 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		in.wide, mark = binary.LittleEndian, 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		in.wide, mark = binary.BigEndian, 2
	case len(head) > 1 && head[0] != 0 && head[1] == 0:
		in.wide = binary.LittleEndian
	case len(head) > 1 && head[0] == 0 && head[1] != 0:
		in.wide = binary.BigEndian
	}
	_, _ = in.src.Discard(mark)
}

// begins reports whether the first character that is not white space is c, as far as can be seen from here.
func (in *input) begins(c byte) bool {
	head, _ := in.src.Peek(1024)
	for _, b := range head {
		if b != 0 && b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b == c
		}
	}
	return true
}

// ReadRune gives the next character.
func (in *input) ReadRune() (rune, int, error) {
	for {
		r, err := in.decode()
		if err != nil {
			return 0, 0, err
		}
		cr := in.cr
		if in.cr = r == '\r'; in.cr {
			r = '\n'
		} else if cr && r == '\n' {
			continue
		}
		if forbidden(r) {
			return 0, 0, in.fail(forbiddenAt(in.line, r))
		}
		if r == '\n' {
			in.line++
		}
		return r, utf8.RuneLen(r), nil
	}
}

// begin lets ReadByte give a token, which begins in that line.
func (in *input) begin(line int) { in.from, in.left = line, maxToken }

// ReadByte gives the next byte of UTF-8, of a token at most maxToken.
func (in *input) ReadByte() (byte, error) {
	if in.left--; in.left < 0 {
		return 0, in.fail(tooLong(in.from))
	}
	if len(in.rest) == 0 {
		r, _, err := in.ReadRune()
		if err != nil {
			return 0, err
		}
		if r < utf8.RuneSelf {
			return byte(r), nil
		}
		in.rest = in.buf[:utf8.EncodeRune(in.buf[:], r)]
	}
	b := in.rest[0]
	in.rest = in.rest[1:]
	return b, nil
}

// Read is there because encoding/xml asks for an io.Reader; it reads by ReadByte.
func (in *input) Read(p []byte) (int, error) {
	for i := range p {
		b, err := in.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = b
	}
	return len(p), nil
}

func (in *input) decode() (rune, error) {
	switch {
	case in.err != nil:
		return 0, in.err
	case in.wide != nil:
		return in.decodeWide()
	}
	r, size, err := in.src.ReadRune()
	if err != nil {
		return 0, in.fail(err)
	}
	if r == utf8.RuneError && size == 1 {
		return 0, in.fail(refuse(in.line, "exchange.bytes").detail("UTF-8"))
	}
	return r, nil
}

func (in *input) decodeWide() (rune, error) {
	r, err := in.half()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	low, err := in.half()
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, in.fail(refuse(in.line, "exchange.bytes").detail("UTF-16"))
	}
	return r, nil
}

// half reads 16 bits.
func (in *input) half() (rune, error) {
	var two [2]byte
	_, err := io.ReadFull(in.src, two[:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, in.fail(refuse(in.line, "exchange.bytes").detail("UTF-16"))
	}
	if err != nil {
		return 0, in.fail(err)
	}
	return rune(in.wide.Uint16(two[:])), nil
}

// fail remembers why reading ends.
func (in *input) fail(err error) error {
	var refused *Error
	switch {
	case errors.Is(err, io.EOF):
		in.ended = true
		return io.EOF
	case errors.Is(err, errTooLarge):
		err = tooLarge(in.line)
	case !errors.As(err, &refused):
		err = fmt.Errorf("exchange: read: %w", err)
	}
	in.err = err
	return err
}

var errTooLarge = errors.New("exchange: too large")

func tooLarge(line int) *Error {
	return refuseAs(fault.TooLarge, line, "exchange.too_large").with("Max", MaxBytes>>20)
}

// bounded gives at most left bytes, and then refuses if there are more.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), errTooLarge
	}
	b.left -= int64(n)
	return n, err
}

// checkSize refuses a file that is too large before anything of it is read, where its size can be known.
func checkSize(r io.Reader) error {
	s, ok := r.(io.Seeker)
	if !ok {
		return nil
	}
	at, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil // a pipe: its bytes are counted as they come
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("exchange: size: %w", err)
	}
	if _, err := s.Seek(at, io.SeekStart); err != nil {
		return fmt.Errorf("exchange: size: %w", err)
	}
	if end-at > MaxBytes {
		return tooLarge(1)
	}
	return nil
}
