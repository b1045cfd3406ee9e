package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// SessionAge is how long a session lasts without being used.
const SessionAge = 30 * 24 * time.Hour

// seenEvery is how often at most a session's use is written down.
const seenEvery = 10 * time.Minute

// Browser is where a session is opened.
type Browser struct {
	UserAgent string
	Address   string
	Token     string // of the session that the browser had before: it ends
}

// Session is one browser in which a member is signed in.
type Session struct {
	ID         int64
	UserAgent  string // as the browser said, cut
	Address    string
	CreatedAt  time.Time
	LastSeenAt time.Time
	Current    bool // the one that asks
}

// newToken makes a secret of 256 random bits and what is stored of it.
func newToken() (token string, hash []byte) {
	var secret [32]byte
	rand.Read(secret[:])
	sum := sha256.Sum256(secret[:])
	return base64.RawURLEncoding.EncodeToString(secret[:]), sum[:]
}

// tokenHash is what is stored of a token; false when it cannot be one.
func tokenHash(token string) ([32]byte, bool) {
	if len(token) != 43 {
		return [32]byte{}, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return [32]byte{}, false
	}
	return sha256.Sum256(secret), true
}

const deleteOldSession = `delete from sessions where token_hash = @token returning member_id`

const insertSession = `
	insert into sessions (token_hash, member_id, user_agent, address, created_at, last_seen_at, expires_at)
	values (@token, @member, @user_agent, @address, @now, @now, @expires)`

// open starts a session for a member and ends the one this browser had: nobody can plant a token before a sign-in
// and use it after.
func (s *Service) open(ctx context.Context, tx *pg.Tx, id MemberID, b Browser) (string, error) {
	if old, ok := tokenHash(b.Token); ok {
		var was MemberID
		err := tx.QueryRow(ctx, deleteOldSession, pgx.StrictNamedArgs{"token": old[:]}).Scan(&was)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return "", fmt.Errorf("end the session before: %w", err)
		}
		if was != 0 {
			tx.Touch(Subject(was))
		}
	}
	token, hash := newToken()
	now := s.stamp()
	_, err := tx.Exec(ctx, insertSession, pgx.StrictNamedArgs{
		"token": hash, "member": id, "user_agent": cut(cleanShort(b.UserAgent), 300), "address": cut(cleanShort(b.Address), 64),
		"now": now, "expires": now.Add(SessionAge)})
	if err != nil {
		return "", fmt.Errorf("open session of member %d: %w", id, err)
	}
	return token, nil
}

// cut is the beginning of s, at most so many bytes of whole characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

const viewerBySession = `
	select m.id, m.name, m.handle, m.locale, m.time_zone, m.region, m.affiliation, m.role, m.translator, s.id as session, s.last_seen_at,
	       coalesce(m.silenced_until, 'epoch') as silenced_until, m.applied_at is not null and m.role = 'member' as waiting,
	       coalesce((select string_agg(other_id::text, ' ') from member_blocks where member_id = m.id), '') as muted,
	       coalesce((select string_agg(challenge_id::text, ' ') from challenge_moderators where member_id = m.id), '') as within
	from sessions s join members m on m.id = s.member_id
	where s.token_hash = @token and s.expires_at > @now and (m.suspended_until is null or m.suspended_until <= @now)`

// BySession is who has this session; the zero Viewer when nobody has, whatever the token looks like.
func (s *Service) BySession(ctx context.Context, token string) (Viewer, error) {
	return s.viewer(ctx, token, false)
}

const viewerByToken = `
	select m.id, m.name, m.handle, m.locale, m.time_zone, m.region, m.affiliation, m.role, m.translator, 0::bigint as session,
	       @now::timestamptz as last_seen_at, coalesce(m.silenced_until, 'epoch') as silenced_until, m.applied_at is not null and m.role = 'member' as waiting,
	       coalesce((select string_agg(other_id::text, ' ') from member_blocks where member_id = m.id), '') as muted,
	       coalesce((select string_agg(challenge_id::text, ' ') from challenge_moderators where member_id = m.id), '') as within
	from api_tokens t join members m on m.id = t.member_id
	where t.token_hash = @token and t.revoked_at is null and (m.suspended_until is null or m.suspended_until <= @now)`

// ByToken is whose API token this is; the zero Viewer when nobody's.
func (s *Service) ByToken(ctx context.Context, token string) (Viewer, error) {
	return s.viewer(ctx, token, true)
}

type viewerRow struct {
	ID          MemberID
	Name        string
	Handle      string
	Locale      i18n.Locale
	TimeZone    string
	Region      Region
	Affiliation string
	Role        Role
	Translator  bool
	Session     int64
	LastSeenAt  time.Time

	SilencedUntil time.Time
	Waiting       bool
	Muted         string
	Within        string
}

func (s *Service) viewer(ctx context.Context, token string, bearer bool) (Viewer, error) {
	hash, ok := tokenHash(token)
	if !ok {
		return Visitor(), nil
	}
	now := s.stamp()
	key := credential{bearer: bearer, hash: hash}
	kept, known := s.viewers.find(key)
	if known && now.Before(kept.until) && s.store.Changes.Version(Subject(kept.viewer.ID)) == kept.version {
		return kept.viewer, nil
	}
	query := viewerBySession
	if bearer {
		query = viewerByToken
	}
	for id := kept.viewer.ID; ; {
		// The version is read before the row; whose it is, is known only from the second time on.
		version := s.store.Changes.Version(Subject(id))
		row, err := pg.One[viewerRow](ctx, s.store, query, pgx.StrictNamedArgs{"token": hash[:], "now": now})
		if errors.Is(err, pgx.ErrNoRows) {
			s.viewers.forget(key)
			return Visitor(), nil
		}
		if err != nil {
			return Visitor(), fmt.Errorf("find who asks: %w", err)
		}
		if row.ID != id {
			id = row.ID
			continue
		}
		if err := s.seen(ctx, row, now); err != nil {
			return Visitor(), err
		}
		v := s.viewerOf(row)
		s.viewers.keep(key, cached{viewer: v, version: version, until: now.Add(viewerAge)})
		return v, nil
	}
}

func (s *Service) viewerOf(row viewerRow) Viewer {
	zone, ok := s.zone(row.TimeZone)
	if !ok {
		zone = time.UTC
	}
	return Viewer{ID: row.ID, Name: row.Name, Handle: row.Handle, Locale: row.Locale, Zone: zone, Region: row.Region,
		Affiliation: row.Affiliation, Role: row.Role, Translator: row.Translator, Session: row.Session, SilencedUntil: row.SilencedUntil, Waiting: row.Waiting, Muted: row.Muted,
		Within: row.Within}
}

const touchSession = `
	update sessions set last_seen_at = @now, expires_at = @expires where id = @id and last_seen_at <= @stale`

// seen moves the end of a session that is in use.
func (s *Service) seen(ctx context.Context, row viewerRow, now time.Time) error {
	if row.Session == 0 || now.Sub(row.LastSeenAt) < seenEvery {
		return nil
	}
	_, err := s.store.Exec(ctx, touchSession, pgx.StrictNamedArgs{
		"id": row.Session, "now": now, "expires": now.Add(SessionAge), "stale": now.Add(-seenEvery)})
	if err != nil {
		return fmt.Errorf("extend session %d: %w", row.Session, err)
	}
	return nil
}

const listSessions = `
	select id, user_agent, address, created_at, last_seen_at, id = @current as current
	from sessions where member_id = @member and expires_at > @now
	order by id = @current desc, last_seen_at desc, id desc limit 100`

// Sessions are the viewer's own, this one first, then by last use; at most 100.
func (s *Service) Sessions(ctx context.Context, viewer Viewer) ([]Session, error) {
	list, err := pg.All[Session](ctx, s.store, listSessions,
		pgx.StrictNamedArgs{"member": viewer.ID, "current": viewer.Session, "now": s.stamp()})
	if err != nil {
		return nil, fmt.Errorf("list sessions of member %d: %w", viewer.ID, err)
	}
	return list, nil
}

const deleteSession = `delete from sessions where id = @id and member_id = @member`

// Revoke ends one of the viewer's sessions, at once.
func (s *Service) Revoke(ctx context.Context, viewer Viewer, id int64) error {
	return s.end(ctx, viewer, deleteSession, pgx.StrictNamedArgs{"id": id, "member": viewer.ID}, true)
}

const deleteOtherSessions = `delete from sessions where member_id = @member and id <> @current`

// RevokeOthers ends all of the viewer's sessions but this one.
func (s *Service) RevokeOthers(ctx context.Context, viewer Viewer) error {
	return s.end(ctx, viewer, deleteOtherSessions, pgx.StrictNamedArgs{"member": viewer.ID, "current": viewer.Session}, false)
}

// SignOut ends the viewer's session; without one it does nothing.
func (s *Service) SignOut(ctx context.Context, viewer Viewer) error {
	return s.end(ctx, viewer, deleteSession, pgx.StrictNamedArgs{"id": viewer.Session, "member": viewer.ID}, false)
}

func (s *Service) end(ctx context.Context, viewer Viewer, query string, args pgx.StrictNamedArgs, must bool) error {
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		done, err := tx.Exec(ctx, query, args)
		if err != nil {
			return fmt.Errorf("end sessions of member %d: %w", viewer.ID, err)
		}
		if must && done.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "account.session.not_found")
		}
		tx.Touch(Subject(viewer.ID))
		return nil
	})
}
