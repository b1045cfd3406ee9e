package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"

	"senet/internal/fault"
)

// Door is how people may come in now.
type Door struct {
	Least  time.Duration // how soon a join form may come back; 0: forms are not timed
	Raided bool          // the hub is being flooded: a puzzle is set, and who joins waits for a moderator
}

// Times of a join form.
const (
	leastFill = 3 * time.Second // nobody types a name and a password faster
	formAge   = 24 * time.Hour
)

// door asks what Door says; without it, forms are timed and nobody waits.
func (s *Service) door(ctx context.Context) (Door, error) {
	if s.Door == nil {
		return Door{Least: leastFill}, nil
	}
	return s.Door(ctx)
}

// Ticket is what a join form carries from when it is made until it comes back.
type Ticket struct {
	Stamp  string // when it was made
	Puzzle Puzzle // zero while there is no raid
}

// NewTicket makes the ticket of a join form that is about to be shown.
func (s *Service) NewTicket(ctx context.Context) (Ticket, error) {
	door, err := s.door(ctx)
	if err != nil {
		return Ticket{}, err
	}
	key, err := s.formKey(ctx)
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{Stamp: sign(key, "stamp", binary.BigEndian.AppendUint64(nil, uint64(s.now().UnixMilli())))}
	if door.Raided {
		t.Puzzle = newPuzzle(key, s.now())
	}
	return t, nil
}

// Whoever meets these sends the same form once more, with a fresh stamp.
var (
	errQuick = fault.New(fault.Invalid, "account.join.quick")
	errStale = fault.New(fault.Invalid, "account.join.stale")
)

// Untimely reports whether a form was refused for when it was made, so that it needs another ticket.
func Untimely(f *fault.Fault) bool { return f.Is(errQuick) || f.Is(errStale) }

// checkStamp is why a form with that stamp is not taken: it comes back too soon or too late, or we have not made it.
func (s *Service) checkStamp(key []byte, stamp string, least time.Duration) error {
	if least == 0 {
		return nil
	}
	made, ok := signed(key, "stamp", stamp)
	if !ok || len(made) != 8 {
		return errStale
	}
	switch age := s.now().Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(made)))); {
	case age > formAge:
		return errStale
	case age < least:
		return errQuick
	}
	return nil
}

// formKeys remembers what forms are signed with; it never changes.
type formKeys struct {
	mu   sync.Mutex
	join []byte
}

const findFormKey = `select secret from form_keys where name = 'join'`

// formKey is what join forms are signed with, the same on all nodes.
func (s *Service) formKey(ctx context.Context) ([]byte, error) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if s.keys.join == nil {
		if err := s.store.QueryRow(ctx, findFormKey).Scan(&s.keys.join); err != nil {
			return nil, fmt.Errorf("find the key of join forms: %w", err)
		}
	}
	return s.keys.join, nil
}

func mac(key []byte, purpose string, payload []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose + "\x00"))
	h.Write(payload)
	return h.Sum(nil)
}

// sign writes the payload with a signature; what is signed for one purpose is nothing for another.
func sign(key []byte, purpose string, payload []byte) string {
	enc := base64.RawURLEncoding
	return enc.EncodeToString(payload) + "." + enc.EncodeToString(mac(key, purpose, payload))
}

// signed is the payload of what sign has written; false when it has not.
func signed(key []byte, purpose, token string) ([]byte, bool) {
	before, after, _ := strings.Cut(token, ".")
	enc := base64.RawURLEncoding.Strict()
	payload, err1 := enc.DecodeString(before)
	sum, err2 := enc.DecodeString(after)
	if err1 != nil || err2 != nil || subtle.ConstantTimeCompare(sum, mac(key, purpose, payload)) != 1 {
		return nil, false
	}
	return payload, true
}
