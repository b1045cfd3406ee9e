package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// Puzzle is a proof of work (Juels and Brainard's client puzzle): for each of its parts, the browser finds a number n so that
// the SHA-256 of "token.part.n" begins with so many zero bits. Several easy parts take about the same time on every try, which
// one hard part does not. The zero Puzzle is none.
type Puzzle struct {
	Token string // signed: a random id, how hard it is and until when it can be handed in
	Parts int
	Bits  int
}

// Eight parts of 12 bits are 32,768 hashes on average. A phone's browser makes some 15,000 a second through WebCrypto: two
// seconds, while a form is being filled in.
const (
	puzzleParts = 8
	puzzleBits  = 12
	puzzleAge   = 2 * time.Hour
	maxNumber   = 12 // digits of a number that solves a part
)

// puzzleID names a puzzle among those that are spent.
const puzzleID = 16

// newPuzzle sets a puzzle.
func newPuzzle(key []byte, now time.Time) Puzzle {
	payload := make([]byte, puzzleID, puzzleID+10)
	rand.Read(payload)
	payload = append(payload, puzzleParts, puzzleBits)
	payload = binary.BigEndian.AppendUint64(payload, uint64(now.Add(puzzleAge).Unix()))
	return Puzzle{Token: sign(key, "puzzle", payload), Parts: puzzleParts, Bits: puzzleBits}
}

// solved is a puzzle that somebody has solved.
type solved struct {
	id      []byte
	expires time.Time
}

var errProof = fault.New(fault.Invalid, "account.join.proof")

// checkProof looks at the numbers with which somebody claims to have solved a puzzle, with commas between them. A puzzle that
// is not ours, is over or is not solved is the fault account.join.proof.
func checkProof(key []byte, token, proof string, now time.Time) (solved, error) {
	payload, ok := signed(key, "puzzle", token)
	if !ok || len(payload) != puzzleID+10 {
		return solved{}, errProof
	}
	parts, hard := int(payload[puzzleID]), int(payload[puzzleID+1])
	expires := time.Unix(int64(binary.BigEndian.Uint64(payload[puzzleID+2:])), 0)
	numbers := strings.Split(proof, ",")
	if !expires.After(now) || len(numbers) != parts {
		return solved{}, errProof
	}
	for part, number := range numbers {
		if len(number) > maxNumber || !solves(token, part, number, hard) {
			return solved{}, errProof
		}
	}
	return solved{id: payload[:puzzleID], expires: expires}, nil
}

// solves reports whether a number solves a part of the puzzle.
func solves(token string, part int, number string, hard int) bool {
	sum := sha256.Sum256([]byte(token + "." + strconv.Itoa(part) + "." + number))
	return bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= hard
}

const spendPuzzle = `insert into spent_puzzles (id, expires_at) values (@id, @expires) on conflict (id) do nothing`

// spend uses a solved puzzle up; errProof when it was.
func (of solved) spend(ctx context.Context, tx *pg.Tx) error {
	done, err := tx.Exec(ctx, spendPuzzle, pgx.StrictNamedArgs{"id": of.id, "expires": of.expires})
	if err != nil {
		return fmt.Errorf("spend a puzzle: %w", err)
	}
	if done.RowsAffected() == 0 {
		return errProof
	}
	return nil
}
