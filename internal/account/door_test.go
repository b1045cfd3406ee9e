package account

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/fault"
	"senet/internal/pg"
)

func (b *bundle) ticket(t *testing.T) Ticket {
	t.Helper()
	ticket, err := b.NewTicket(t.Context())
	if err != nil {
		t.Fatalf("new ticket: %v", err)
	}
	return ticket
}

// solution solves a puzzle as a browser does.
func solution(p Puzzle) string {
	numbers := make([]string, p.Parts)
	for part := range numbers {
		n := 0
		for !solves(p.Token, part, strconv.Itoa(n), p.Bits) {
			n++
		}
		numbers[part] = strconv.Itoa(n)
	}
	return strings.Join(numbers, ",")
}

// TestJoin_timed: a form that comes back too soon, too late or with a stamp that is not ours is to be sent once more.
func TestJoin_timed(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.open.Least = 3 * time.Second
	forged := sign([]byte("another key"), "stamp", make([]byte, 8))
	puzzle := newPuzzle([]byte("k"), b.clock).Token
	for name, c := range map[string]struct {
		stamp func(string) string
		after time.Duration
		key   string
	}{
		"at once":           {nil, 0, "account.join.quick"},
		"just too soon":     {nil, 2900 * time.Millisecond, "account.join.quick"},
		"in time":           {nil, 3100 * time.Millisecond, ""},
		"after hours":       {nil, 23 * time.Hour, ""},
		"after a day":       {nil, 24*time.Hour + time.Minute, "account.join.stale"},
		"without a stamp":   {func(string) string { return "" }, time.Minute, "account.join.stale"},
		"with another's":    {func(string) string { return forged }, time.Minute, "account.join.stale"},
		"with half of it":   {func(s string) string { return s[:len(s)/2] }, time.Minute, "account.join.stale"},
		"with bytes at end": {func(s string) string { return s + "A" }, time.Minute, "account.join.stale"},
		"with a puzzle":     {func(string) string { return puzzle }, time.Minute, "account.join.stale"},
	} {
		f := joinForm("Timed "+name, "")
		f.Stamp = b.ticket(t).Stamp
		if c.stamp != nil {
			f.Stamp = c.stamp(f.Stamp)
		}
		made := b.clock
		b.clock = made.Add(c.after)
		_, _, err := b.Join(t.Context(), f)
		b.clock = made
		switch {
		case c.key == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.key != "":
			if f := wantFault(t, err, fault.Invalid, c.key); !Untimely(f) {
				t.Errorf("%s: %v is not untimely", name, f)
			}
		}
	}
	if n := b.count(t, `select count(*) from members where name like 'Timed %'`); n != 2 {
		t.Errorf("%d have joined, want 2", n)
	}
}

// TestNewTicket_otherNode: what one node signs the others know.
func TestNewTicket_otherNode(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.open.Least = 3 * time.Second
	other := newBundle(b.store)
	other.clock, other.open = b.clock.Add(time.Minute), b.open
	f := joinForm("Anna Weber", "")
	f.Stamp = b.ticket(t).Stamp
	if _, _, err := other.Join(t.Context(), f); err != nil {
		t.Errorf("a form of another node: %v", err)
	}
}

// TestJoin_raid: who joins waits, with a solved puzzle or without one; a wrong solution is a fault and a right one serves once.
func TestJoin_raid(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	if p := b.ticket(t).Puzzle; p.Token != "" {
		t.Errorf("without a raid there is a puzzle %+v", p)
	}
	b.open.Raided = true
	p := b.ticket(t).Puzzle
	f := joinForm("Solver", "")
	f.ClientID = uuid.New()
	f.Puzzle, f.Proof = p.Token, solution(p)

	wrong := f
	for name, proof := range map[string]string{
		"too few": strings.TrimSuffix(f.Proof, f.Proof[strings.LastIndex(f.Proof, ","):]), "one more": f.Proof + ",1", "no numbers": ",,,,,,,",
		"long ones": strings.Repeat("1", 4000) + ",,,,,,,", "of others": "1,2,3,4,5,6,7,8",
	} {
		wrong.Proof = proof
		_, _, err := b.Join(t.Context(), wrong)
		if fault.Of(err) == nil || fault.Of(err).Key != "account.join.proof" {
			t.Errorf("%s: %v, want account.join.proof", name, err)
		}
	}
	wrong = f
	wrong.Puzzle = newPuzzle([]byte("another key"), b.clock).Token
	_, _, err := b.Join(t.Context(), wrong)
	wantFault(t, err, fault.Invalid, "account.join.proof")
	b.clock = b.clock.Add(puzzleAge)
	_, _, err = b.Join(t.Context(), f)
	wantFault(t, err, fault.Invalid, "account.join.proof")
	b.clock = b.clock.Add(-puzzleAge)

	m, token, err := b.Join(t.Context(), f)
	if err != nil {
		t.Fatalf("with the puzzle solved: %v", err)
	}
	if v := b.bySession(t, token); !v.Waiting || fault.KindOf(v.MayWrite()) != fault.Forbidden {
		t.Errorf("who joins during a raid may write: %+v", v)
	}
	if same, _, err := b.Join(t.Context(), f); err != nil || same.ID != m.ID {
		t.Errorf("the same form again: member %d, %v; want %d", same.ID, err, m.ID)
	}
	again := f
	again.ClientID, again.Name = uuid.New(), "Copier"
	_, _, err = b.Join(t.Context(), again)
	wantFault(t, err, fault.Invalid, "account.join.proof")

	without := joinForm("Scriptless", "")
	s, token, err := b.Join(t.Context(), without)
	if err != nil {
		t.Fatalf("without scripts: %v", err)
	}
	if !b.bySession(t, token).Waiting {
		t.Error("who has no scripts does not wait")
	}
	if got, want := fmt.Sprint(b.applied), fmt.Sprint([]Application{{m.ID, true}, {s.ID, false}}); got != want {
		t.Errorf("applications %s, want %s", got, want)
	}

	if n := b.count(t, `select count(*) from spent_puzzles`); n != 1 {
		t.Errorf("%d spent puzzles, want 1", n)
	}
	b.clock = b.clock.Add(puzzleAge + time.Second)
	if err := b.Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `select count(*) from spent_puzzles`); n != 0 {
		t.Errorf("%d spent puzzles after sweeping", n)
	}
}

// TestEndApplication: who waited may write at once, in the open session; it ends once.
func TestEndApplication(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.open.Raided = true
	m, token := b.join(t, "Anna Weber", "")
	b.bySession(t, token)
	end := func() error {
		return b.store.InTx(t.Context(), func(tx *pg.Tx) error {
			_, err := b.EndApplication(t.Context(), tx, m.ID)
			return err
		})
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	if err := b.bySession(t, token).MayWrite(); err != nil {
		t.Errorf("may not write: %v", err)
	}
	wantFault(t, end(), fault.NotFound, "account.member.not_waiting")
}
