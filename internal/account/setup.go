package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// setupAge is how long the link that creates the first administrator can be used.
const setupAge = 24 * time.Hour

const lockSetup = `select pg_advisory_xact_lock(hashtextextended('senet.setup', 0))`
const hasAdmin = `select exists (select from members where role = 'admin')`
const deleteSetupLinks = `delete from setup_links where used_at is null`
const insertSetupLink = `insert into setup_links (token_hash, created_at, expires_at) values (@token, @now, @expires)`

// SetupLink makes the token of the one-time link that creates the first administrator, good for 24 hours; earlier ones
// stop working. ok is false when the hub has an administrator already.
func (s *Service) SetupLink(ctx context.Context) (token string, ok bool, err error) {
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		done, err := setUp(ctx, tx)
		if done || err != nil {
			return err
		}
		var hash []byte
		token, hash = newToken()
		if _, err := tx.Exec(ctx, deleteSetupLinks); err != nil {
			return fmt.Errorf("withdraw earlier setup links: %w", err)
		}
		now := s.stamp()
		_, err = tx.Exec(ctx, insertSetupLink, pgx.StrictNamedArgs{"token": hash, "now": now, "expires": now.Add(setupAge)})
		if err != nil {
			return fmt.Errorf("make setup link: %w", err)
		}
		ok = true
		return nil
	})
	if err != nil {
		return "", false, err
	}
	return token, ok, nil
}

// setUp reports whether the hub has an administrator; until the transaction ends nobody else sets it up.
func setUp(ctx context.Context, tx *pg.Tx) (done bool, err error) {
	if _, err := tx.Exec(ctx, lockSetup); err != nil {
		return false, fmt.Errorf("lock setup: %w", err)
	}
	if err := tx.QueryRow(ctx, hasAdmin).Scan(&done); err != nil {
		return false, fmt.Errorf("look for an administrator: %w", err)
	}
	return done, nil
}

const findSetupLink = `
	select exists (select from setup_links where token_hash = @token and used_at is null and expires_at > @now)
	   and not exists (select from members where role = 'admin')`

// CheckSetupLink is nil when the link can be used: NotFound else. It uses nothing up.
func (s *Service) CheckSetupLink(ctx context.Context, token string) error {
	hash, ok := tokenHash(token)
	if !ok {
		return errSetup()
	}
	if err := s.store.QueryRow(ctx, findSetupLink, pgx.StrictNamedArgs{"token": hash[:], "now": s.stamp()}).Scan(&ok); err != nil {
		return fmt.Errorf("look up setup link: %w", err)
	}
	if !ok {
		return errSetup()
	}
	return nil
}

func errSetup() error { return fault.New(fault.NotFound, "account.setup.not_found") }

const useSetupLink = `
	update setup_links set used_at = @now where token_hash = @token and used_at is null and expires_at > @now`

// UseSetupLink creates the first administrator and opens a session. A link that is used, expired, withdrawn or made up
// is NotFound, and so is any link once there is an administrator; of two at once exactly one succeeds. What is wrong
// with the form does not use the link up.
func (s *Service) UseSetupLink(ctx context.Context, token string, f JoinForm) (Member, string, error) {
	if err := s.CheckSetupLink(ctx, token); err != nil {
		return Member{}, "", err
	}
	hash, _ := tokenHash(token)
	m, err := s.draft(f)
	if err != nil {
		return Member{}, "", err
	}
	m.role, m.shareEmail = RoleAdmin, false // whoever holds the link may know that an e-mail is taken
	if m.passwordHash, err = s.passwords.hash(ctx, f.Password); err != nil {
		return Member{}, "", err
	}
	m.joinID = nil // the link itself works once
	var session string
	admin, err := s.insertFirst(ctx, hash[:], m, func(tx *pg.Tx, id MemberID) (err error) {
		session, err = s.open(ctx, tx, id, f.Browser)
		return err
	})
	if err != nil {
		return Member{}, "", err
	}
	return admin, session, nil
}

// insertFirst uses the link up and inserts the member in one transaction.
func (s *Service) insertFirst(ctx context.Context, hash []byte, m newMember, also func(*pg.Tx, MemberID) error) (Member, error) {
	return s.insert(ctx, m, func(tx *pg.Tx, id MemberID) error {
		if _, err := tx.Exec(ctx, lockSetup); err != nil {
			return fmt.Errorf("lock setup: %w", err)
		}
		var others bool
		if err := tx.QueryRow(ctx, hasOtherAdmin, pgx.StrictNamedArgs{"id": id}).Scan(&others); err != nil {
			return fmt.Errorf("look for an administrator: %w", err)
		}
		used, err := tx.Exec(ctx, useSetupLink, pgx.StrictNamedArgs{"token": hash, "now": s.stamp()})
		if err != nil {
			return fmt.Errorf("use setup link: %w", err)
		}
		if others || used.RowsAffected() == 0 {
			return errSetup()
		}
		return also(tx, id)
	})
}

const hasOtherAdmin = `select exists (select from members where role = 'admin' and id <> @id)`
