package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"senet/internal/fault"
)

// Shortest and longest password: characters and bytes. Length is what makes a password strong (NIST SP 800-63B-4), so
// no mixture of signs is asked for.
const (
	MinPassword = 10
	MaxPassword = 1024
)

// cost is what one hash takes of argon2id.
type cost struct {
	memory, passes uint32 // KiB
	lanes          uint8
}

// owasp is what OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane.
func owasp() cost { return cost{memory: 19 * 1024, passes: 2, lanes: 1} }

// Sizes of salt and key in bytes.
const (
	saltSize = 16
	keySize  = 32
)

// maxHashes bounds how many passwords are hashed at once, and with it the memory a flood of sign-ins can take.
const maxHashes = 4

//go:embed common_passwords.txt
var commonPasswords string

// hasher turns passwords into PHC strings and compares them.
type hasher struct {
	cost   cost
	slots  chan struct{}
	common map[string]bool
	runs   atomic.Int64 // how often argon2 ran: tests hold the work of known and unknown names against each other
}

func newHasher() *hasher {
	h := &hasher{cost: owasp(), slots: make(chan struct{}, maxHashes), common: map[string]bool{}}
	for line := range strings.Lines(commonPasswords) {
		h.common[strings.TrimSpace(line)] = true
	}
	return h
}

// check notes what is wrong with a new password. own are the name and e-mail that it must not be.
func (h *hasher) check(field, password string, wrong *fault.Fields, own ...string) {
	folded := strings.ToLower(strings.TrimSpace(password))
	switch {
	case len(password) > MaxPassword:
		wrong.Add(field, "account.password.long", fault.Args{"Max": MaxPassword})
		return
	case utf8.RuneCountInString(password) < MinPassword:
		wrong.Add(field, "account.password.short", fault.Args{"Min": MinPassword})
		return
	case h.common[folded] || fewCharacters(folded):
		wrong.Add(field, "account.password.common", nil)
		return
	}
	for _, o := range own {
		o = strings.ToLower(cleanShort(o))
		local, _, _ := strings.Cut(o, "@")
		if o != "" && (folded == o || folded == local || strings.ReplaceAll(folded, " ", "") == strings.ReplaceAll(o, " ", "")) {
			wrong.Add(field, "account.password.own", nil)
			return
		}
	}
}

// fewCharacters reports whether a password is three characters again and again.
func fewCharacters(password string) bool {
	seen := map[rune]bool{}
	for _, r := range password {
		if seen[r] = true; len(seen) > 3 {
			return false
		}
	}
	return true
}

// hash makes the PHC string of a password. It waits for a slot as long as ctx lasts.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	p := h.blank()
	rand.Read(p.salt)
	key, err := h.derive(ctx, password, p)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verify reports whether password is the one of that PHC string. An empty string is an account that is not there or
// has no password: the same work is done, and the answer is no.
func (h *hasher) verify(ctx context.Context, password, stored string) (bool, error) {
	if len(password) > MaxPassword {
		password = ""
	}
	p := h.blank()
	if stored != "" {
		var err error
		if p, err = parsePHC(stored); err != nil {
			return false, err
		}
	}
	key, err := h.derive(ctx, password, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.key) == 1 && stored != "", nil
}

// blank is a hash of nothing at today's cost.
func (h *hasher) blank() phc {
	return phc{cost: h.cost, salt: make([]byte, saltSize), key: make([]byte, keySize)}
}

// derive runs argon2id. Passwords are compared in NFKC, so that it does not matter how a keyboard composes them.
func (h *hasher) derive(ctx context.Context, password string, p phc) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.runs.Add(1)
	return argon2.IDKey([]byte(norm.NFKC.String(password)), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.key))), nil
}

// phc is a parsed PHC string of argon2id.
type phc struct {
	cost
	salt, key []byte
}

var errPHC = errors.New("stored password hash is not argon2id of known shape")

func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errPHC
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return phc{}, errPHC
	}
	var errSalt, errKey error
	p.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	p.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(p.salt) < 8 || len(p.key) < 16 ||
		p.memory > 256*1024 || p.passes < 1 || p.passes > 16 || p.lanes < 1 || p.lanes > 16 {
		return phc{}, errPHC
	}
	return p, nil
}
