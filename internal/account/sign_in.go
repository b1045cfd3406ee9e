package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
)

// SignInForm is what someone fills in to come back.
type SignInForm struct {
	Login    string // e-mail or handle, "@" before it or not
	Password string
	Browser  Browser
}

// credentials are what a password is held against.
type credentials struct {
	ID           MemberID
	PasswordHash string

	SuspendedUntil time.Time
}

const findByEmail = `select id, coalesce(password_hash, '') as password_hash, coalesce(suspended_until, 'epoch') as suspended_until from members where email_key = @key`
const findByHandle = `select id, coalesce(password_hash, '') as password_hash, coalesce(suspended_until, 'epoch') as suspended_until from members where handle_key = @key`

// SignIn opens a session and ends the one that this browser had. The faults, all with the same answer for names that
// exist and names that do not: Invalid account.sign_in.wrong; TooMany account.sign_in.too_many after 10 failures of one
// name or 50 of one address within 15 minutes; Forbidden account.suspended for who is shut out, after the right password.
func (s *Service) SignIn(ctx context.Context, f SignInForm) (Viewer, string, error) {
	who, key, at, err := s.check(ctx, f)
	if err != nil {
		return Visitor(), "", err
	}
	if who.SuspendedUntil.After(s.stamp()) {
		return Visitor(), "", errSuspended(who.SuspendedUntil)
	}
	var token string
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		if err := forgive(ctx, tx, key, f.Browser.Address, at); err != nil {
			return err
		}
		var err error
		token, err = s.open(ctx, tx, who.ID, f.Browser)
		return err
	})
	if err != nil {
		return Visitor(), "", err
	}
	v, err := s.BySession(ctx, token)
	return v, token, err
}

// SuspendedMember is who has that password and is suspended, who may appeal and nothing else; the faults are those of SignIn, and
// Conflict account.not_suspended for all others.
func (s *Service) SuspendedMember(ctx context.Context, f SignInForm) (MemberID, error) {
	who, _, _, err := s.check(ctx, f)
	if err != nil {
		return 0, err
	}
	if !who.SuspendedUntil.After(s.stamp()) {
		return 0, fault.New(fault.Conflict, "account.not_suspended")
	}
	return who.ID, nil
}

// check finds whose password it is; key and at are what the attempt counts for.
func (s *Service) check(ctx context.Context, f SignInForm) (who credentials, key string, at time.Time, err error) {
	query := findByHandle
	login := cleanShort(f.Login)
	if name := strings.TrimPrefix(login, "@"); strings.Contains(name, "@") {
		query, key = findByEmail, emailKey(login)
	} else {
		key = markup.Fold(name)
	}
	if key == "" || f.Password == "" {
		return who, key, at, errWrong()
	}
	if at, err = s.attempt(ctx, key, f.Browser.Address); err != nil {
		return who, key, at, err
	}
	who, err = pg.One[credentials](ctx, s.store, query, pgx.StrictNamedArgs{"key": key})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return who, key, at, fmt.Errorf("find who signs in: %w", err)
	}
	right, err := s.passwords.verify(ctx, f.Password, who.PasswordHash)
	if err != nil {
		return who, key, at, fmt.Errorf("sign in member %d: %w", who.ID, err)
	}
	if !right {
		return who, key, at, errWrong()
	}
	return who, key, at, nil
}

func errWrong() error { return fault.New(fault.Invalid, "account.sign_in.wrong") }
