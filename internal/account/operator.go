package account

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

// NewMember is a member made by the operator or the demo, not by the member. Only Name is required: Locale is then
// English, TimeZone UTC, Region elsewhere, Role a plain member; without a Password there is no way to sign in.
type NewMember struct {
	Name        string
	Handle      string // empty: derived from the name
	Email       string
	Password    string
	Role        Role
	Locale      i18n.Locale
	TimeZone    string
	Region      Region
	Affiliation string
	JoinedAt    time.Time // zero: now
}

// CreateMember makes a member without a viewer, for commands and the demo. A taken e-mail or handle is a Conflict: an
// operator may know. The member has consented to nothing yet.
func (s *Service) CreateMember(ctx context.Context, n NewMember) (Member, error) {
	var wrong fault.Fields
	p := s.clean(profile{name: n.Name, affiliation: n.Affiliation, locale: cmp.Or(n.Locale, i18n.Locales[0]),
		zone: cmp.Or(n.TimeZone, "UTC"), region: cmp.Or(n.Region, Elsewhere)}, &wrong)
	m := newMember{profile: p, handle: n.Handle, role: cmp.Or(n.Role, RoleMember), createdAt: s.stamp()}
	if !n.JoinedAt.IsZero() {
		m.createdAt = n.JoinedAt
	}
	var ok bool
	if m.email, m.emailKey, ok = cleanEmail(n.Email); !ok {
		wrong.Add("email", "account.email.invalid", nil)
	}
	if m.handle != "" && !markup.ValidHandle(m.handle) {
		wrong.Add("handle", "account.handle.invalid", nil)
	}
	if _, ok := ParseRole(string(m.role)); !ok {
		wrong.Add("role", "account.role.unknown", nil)
	}
	if n.Password != "" {
		s.passwords.check("password", n.Password, &wrong, p.name, m.email)
	}
	if err := wrong.Err(); err != nil {
		return Member{}, err
	}
	if n.Password != "" {
		var err error
		if m.passwordHash, err = s.passwords.hash(ctx, n.Password); err != nil {
			return Member{}, err
		}
	}
	return s.insert(ctx, m, func(*pg.Tx, MemberID) error { return nil })
}

// HashPassword makes the string under which a password is kept, for the demo, which writes its members itself.
func (s *Service) HashPassword(ctx context.Context, password string) (string, error) {
	return s.passwords.hash(ctx, password)
}

const insertToken = `
	insert into api_tokens (token_hash, member_id, created_at)
	select @token, id, @now from members where email_key = @email returning member_id`

// IssueToken makes an API token for the member with that e-mail. The token is never shown again: only its hash is kept.
func (s *Service) IssueToken(ctx context.Context, email string) (string, error) {
	_, key, ok := cleanEmail(email)
	if !ok || key == "" {
		return "", fault.New(fault.Invalid, "account.email.invalid")
	}
	token, hash := newToken()
	var id MemberID
	err := s.store.QueryRow(ctx, insertToken, pgx.StrictNamedArgs{"token": hash, "email": key, "now": s.stamp()}).Scan(&id)
	if err != nil {
		return "", pg.OrNotFound(fmt.Errorf("issue token: %w", err), fault.New(fault.NotFound, "account.email.unknown"))
	}
	return token, nil
}
