package account

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// Failed sign-ins that are allowed within the window: of one name, wherever from, and of one address, whoever it tries.
const (
	failureWindow     = 15 * time.Minute
	failuresOfName    = 10
	failuresOfAddress = 50
)

const lockAttempts = `select pg_advisory_xact_lock(hashtextextended(s, 0)) from unnest(@subjects::text[]) s`

const countFailures = `
	select subject, count(*)::int as failures, min(at) as oldest from sign_in_failures
	where subject = any(@subjects) and at > @since group by subject`

const insertFailure = `insert into sign_in_failures (subject, at) select s, @at from unnest(@subjects::text[]) s`

// attempt counts a sign-in as failed before its password is looked at, so that a hundred at once count as a hundred;
// forgive takes it back. The answer is the time it was counted at.
func (s *Service) attempt(ctx context.Context, name, address string) (time.Time, error) {
	at := s.stamp()
	subjects := []string{ofName(name)}
	if a := ofAddress(address); a != "" {
		subjects = append(subjects, a)
	}
	slices.Sort(subjects) // everyone locks in the same order
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, lockAttempts, pgx.StrictNamedArgs{"subjects": subjects}); err != nil {
			return fmt.Errorf("lock sign-in attempts: %w", err)
		}
		counts, err := pg.All[struct {
			Subject  string
			Failures int
			Oldest   time.Time
		}](ctx, tx, countFailures, pgx.StrictNamedArgs{"subjects": subjects, "since": at.Add(-failureWindow)})
		if err != nil {
			return fmt.Errorf("count sign-in failures: %w", err)
		}
		for _, c := range counts {
			if c.Failures >= failuresOfAddress || c.Subject == ofName(name) && c.Failures >= failuresOfName {
				wait := c.Oldest.Add(failureWindow).Sub(at)
				return fault.New(fault.TooMany, "account.sign_in.too_many").With("Count", 1+int(wait/time.Minute)).After(wait)
			}
		}
		if _, err := tx.Exec(ctx, insertFailure, pgx.StrictNamedArgs{"subjects": subjects, "at": at}); err != nil {
			return fmt.Errorf("count a sign-in: %w", err)
		}
		return nil
	})
	return at, err
}

const deleteFailures = `delete from sign_in_failures where subject = @name or subject = @address and at = @at`

// forgive forgets the failures of a name that has signed in, and of its address this one attempt only: else an
// account of one's own would buy endless guesses at others'.
func forgive(ctx context.Context, tx *pg.Tx, name, address string, at time.Time) error {
	_, err := tx.Exec(ctx, deleteFailures, pgx.StrictNamedArgs{"name": ofName(name), "address": ofAddress(address), "at": at})
	if err != nil {
		return fmt.Errorf("forget sign-in failures: %w", err)
	}
	return nil
}

// joinsOfBlock is how many may join from one block of addresses within the window: a full hall joins from one.
const joinsOfBlock = 200

// Counting before adding lets a few more in when many come at the very same time, and costs no lock.
const countJoin = `
	with lately as (select count(*)::int as n, min(at) as oldest from (
		select at from sign_in_failures where subject = @block and at > @since order by at desc limit @max) l),
	added as (insert into sign_in_failures (subject, at) select @block, @at from lately where n < @max)
	select n, coalesce(oldest, @at) from lately`

// countJoin counts somebody who joins, on whichever node of the hub; too many from one block of addresses are TooMany.
func (s *Service) countJoin(ctx context.Context, address string) error {
	from := ofBlock(address)
	if from == "" {
		return nil
	}
	at := s.stamp()
	var n int
	var oldest time.Time
	err := s.store.QueryRow(ctx, countJoin, pgx.StrictNamedArgs{"block": from, "at": at, "since": at.Add(-failureWindow),
		"max": joinsOfBlock}).Scan(&n, &oldest)
	if err != nil {
		return fmt.Errorf("count who joins: %w", err)
	}
	if n >= joinsOfBlock {
		return fault.New(fault.TooMany, "error.too_many").After(oldest.Add(failureWindow).Sub(at))
	}
	return nil
}

// ofBlock is the subject of the block that an address is of: an IPv4 /24, an IPv6 /48. Empty when it is no address.
func ofBlock(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 24
	if a = a.Unmap().WithZone(""); a.Is6() {
		bits = 48
	}
	p, _ := a.Prefix(bits)
	return "join:" + p.String()
}

// ofName is the subject of a name. It is hashed: people type passwords into the wrong field.
func ofName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "account:" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// ofAddress is the subject of an address; of IPv6 the /64 that one customer has. Empty when it is no address.
func ofAddress(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		p, _ := a.Prefix(64)
		return "address:" + p.String()
	}
	return "address:" + a.String()
}
