package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
}

const findByEmail = `select id, coalesce(password_hash, '') as password_hash from members where email_key = @key`
const findByHandle = `select id, coalesce(password_hash, '') as password_hash from members where handle_key = @key`

// SignIn opens a session and ends the one that this browser had. The faults, all with the same answer for names that
// exist and names that do not: Invalid account.sign_in.wrong; TooMany account.sign_in.too_many after 10 failures of one
// name or 50 of one address within 15 minutes.
func (s *Service) SignIn(ctx context.Context, f SignInForm) (Viewer, string, error) {
	query, key := findByHandle, ""
	login := cleanShort(f.Login)
	if name := strings.TrimPrefix(login, "@"); strings.Contains(name, "@") {
		query, key = findByEmail, emailKey(login)
	} else {
		key = markup.Fold(name)
	}
	if key == "" || f.Password == "" {
		return Visitor(), "", errWrong()
	}
	at, err := s.attempt(ctx, key, f.Browser.Address)
	if err != nil {
		return Visitor(), "", err
	}
	who, err := pg.One[credentials](ctx, s.store, query, pgx.StrictNamedArgs{"key": key})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Visitor(), "", fmt.Errorf("find who signs in: %w", err)
	}
	right, err := s.passwords.verify(ctx, f.Password, who.PasswordHash)
	if err != nil {
		return Visitor(), "", fmt.Errorf("sign in member %d: %w", who.ID, err)
	}
	if !right {
		return Visitor(), "", errWrong()
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

func errWrong() error { return fault.New(fault.Invalid, "account.sign_in.wrong") }
