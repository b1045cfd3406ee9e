package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

// JoinForm is what someone fills in to become a member.
type JoinForm struct {
	Name        string
	Email       string // may be empty
	Password    string
	Locale      i18n.Locale
	TimeZone    string
	Region      Region
	Affiliation string // may be empty
	Consent     bool   // to the storing of all this; required
	ClientID    uuid.UUID
	Browser     Browser
	Trap        string // a field that people do not see; whoever fills it in is a robot
	Stamp       string // of the form's Ticket
	Puzzle      string // the token of the form's puzzle; "": it had none
	Proof       string // what solves the puzzle; "": the browser runs no scripts
}

// Join makes a member and opens a session; the token goes into the cookie. A taken e-mail is no error, see the
// package's comment. Sending the form again with the same client id and password opens another session of the same
// member. During a raid the member waits for a moderator, whether the puzzle was solved or not; a wrong solution is a fault.
func (s *Service) Join(ctx context.Context, f JoinForm) (Member, string, error) {
	m, err := s.draft(f)
	if err != nil {
		return Member{}, "", err
	}
	come, err := s.comeIn(ctx, f)
	if err != nil {
		return Member{}, "", err
	}
	if err := s.countJoin(ctx, f.Browser.Address); err != nil {
		return Member{}, "", err
	}
	if come.waits {
		m.appliedAt = &m.createdAt
	}
	if m.passwordHash, err = s.passwords.hash(ctx, f.Password); err != nil {
		return Member{}, "", err
	}
	var token string
	joined, err := s.insert(ctx, m, func(tx *pg.Tx, id MemberID) error {
		if err := s.apply(ctx, tx, id, come); err != nil {
			return err
		}
		var err error
		token, err = s.open(ctx, tx, id, f.Browser)
		return err
	})
	if pg.Constraint(err) == "members_join_once" {
		return s.joinedBefore(ctx, f)
	}
	if err != nil {
		return Member{}, "", err
	}
	return joined, token, nil
}

// coming is how somebody comes in.
type coming struct {
	waits  bool    // for a moderator
	puzzle *solved // nil: none was handed in
}

// comeIn looks at the ticket of the form.
func (s *Service) comeIn(ctx context.Context, f JoinForm) (coming, error) {
	door, err := s.door(ctx)
	if err != nil {
		return coming{}, err
	}
	key, err := s.formKey(ctx)
	if err != nil {
		return coming{}, err
	}
	if err := s.checkStamp(key, f.Stamp, door.Least); err != nil {
		return coming{}, err
	}
	if !door.Raided {
		return coming{}, nil
	}
	c := coming{waits: true}
	if f.Proof != "" {
		of, err := checkProof(key, f.Puzzle, f.Proof, s.now())
		if err != nil {
			return coming{}, err
		}
		c.puzzle = &of
	}
	return c, nil
}

// apply uses up what the form brought and tells of who waits. It comes after the insert: a form that is sent twice ends
// there, and does not find its own puzzle spent.
func (s *Service) apply(ctx context.Context, tx *pg.Tx, id MemberID, c coming) error {
	if !c.waits {
		return nil
	}
	if c.puzzle != nil {
		if err := c.puzzle.spend(ctx, tx); err != nil {
			return err
		}
	}
	return s.Applied(ctx, tx, Application{ID: id, Solved: c.puzzle != nil})
}

// draft checks the form.
func (s *Service) draft(f JoinForm) (newMember, error) {
	var wrong fault.Fields
	p := s.clean(profile{name: f.Name, affiliation: f.Affiliation, locale: f.Locale, zone: f.TimeZone, region: f.Region}, &wrong)
	email, key, ok := cleanEmail(f.Email)
	if !ok {
		wrong.Add("email", "account.email.invalid", nil)
	}
	s.passwords.check("password", f.Password, &wrong, p.name, email)
	if f.Trap != "" {
		wrong.Add("website", "account.join.trap", nil)
	}
	if !f.Consent {
		wrong.Add("consent", "account.consent.missing", nil)
	}
	m := newMember{profile: p, email: email, emailKey: key, shareEmail: true, role: RoleMember, createdAt: s.stamp()}
	m.consentedAt = &m.createdAt
	if f.ClientID != uuid.Nil {
		m.joinID = &f.ClientID
	}
	return m, wrong.Err()
}

const findJoined = `select id, password_hash, coalesce(suspended_until, 'epoch') as suspended_until from members where join_id = @join`

// joinedBefore answers a form that has been sent twice.
func (s *Service) joinedBefore(ctx context.Context, f JoinForm) (Member, string, error) {
	row, err := pg.One[credentials](ctx, s.store, findJoined, pgx.StrictNamedArgs{"join": f.ClientID})
	if err != nil {
		return Member{}, "", fmt.Errorf("find who joined with this form: %w", err)
	}
	same, err := s.passwords.verify(ctx, f.Password, row.PasswordHash)
	if err != nil {
		return Member{}, "", err
	}
	if !same {
		return Member{}, "", fault.New(fault.Conflict, "account.join.again")
	}
	var token string
	err = s.store.InTx(ctx, func(tx *pg.Tx) (err error) {
		token, err = s.open(ctx, tx, row.ID, f.Browser)
		return err
	})
	if err != nil {
		return Member{}, "", err
	}
	m, err := s.FindMember(ctx, Viewer{ID: row.ID}, row.ID)
	return m, token, err
}

// newMember is a row to be inserted.
type newMember struct {
	profile
	handle          string // empty: derived from the name and made unique
	email, emailKey string
	shareEmail      bool // a taken e-mail is kept without its key instead of refused
	passwordHash    string
	role            Role
	joinID          *uuid.UUID
	appliedAt       *time.Time // waits since then; nil: does not wait
	consentedAt     *time.Time
	createdAt       time.Time
}

const insertMember = `
	insert into members (name, handle, handle_key, email, email_key, password_hash, locale, time_zone, region,
	                     affiliation, role, join_id, applied_at, consented_at, created_at)
	values (@name, @handle, @handle_key, nullif(@email, ''),
	        case when not @share_email or not exists (select from members where email_key = @email_key)
	             then nullif(@email_key, '') end,
	        nullif(@password_hash, ''), @locale, @time_zone, @region, @affiliation, @role, @join_id, @applied_at, @consented_at, @created_at)
	returning id, name, handle, coalesce(email, '') as email, locale, time_zone, region, affiliation, role, translator, created_at,
	          about, about_html, about_lang, '0001-01-01 00:00+00'::timestamptz as silenced_until, '0001-01-01 00:00+00'::timestamptz as suspended_until,
	          false as waiting`

// maxInserts bounds how often an insert is tried when others take the same handle or e-mail at the same moment.
const maxInserts = 10

// insert adds the member in a transaction of its own together with what also says.
func (s *Service) insert(ctx context.Context, m newMember, also func(tx *pg.Tx, id MemberID) error) (Member, error) {
	for attempt := 1; ; attempt++ {
		var joined Member
		err := s.store.InTx(ctx, func(tx *pg.Tx) (err error) {
			if joined, err = s.insertIn(ctx, tx, m, attempt); err != nil {
				return err
			}
			if err := s.WriteKeys(ctx, tx, joined.ID); err != nil {
				return err
			}
			return also(tx, joined.ID)
		})
		again := pg.Constraint(err) == "members_handle_taken" && m.handle == "" ||
			pg.Constraint(err) == "members_email_taken" && m.shareEmail
		if !again || attempt == maxInserts {
			return joined, taken(err)
		}
	}
}

func taken(err error) error {
	switch pg.Constraint(err) {
	case "members_handle_taken":
		return fault.New(fault.Conflict, "account.handle.taken").Because(err)
	case "members_email_taken":
		return fault.New(fault.Conflict, "account.email.taken").Because(err)
	}
	return err
}

func (s *Service) insertIn(ctx context.Context, tx *pg.Tx, m newMember, attempt int) (Member, error) {
	handle := m.handle
	if handle == "" {
		var err error
		if handle, err = s.freeHandle(ctx, tx, m.name, attempt); err != nil {
			return Member{}, err
		}
	}
	joined, err := pg.One[Member](ctx, tx, insertMember, pgx.StrictNamedArgs{
		"name": m.name, "handle": handle, "handle_key": markup.Fold(handle), "email": m.email, "email_key": m.emailKey,
		"share_email": m.shareEmail, "password_hash": m.passwordHash, "locale": m.locale, "time_zone": m.zone,
		"region": m.region, "affiliation": m.affiliation, "role": m.role, "join_id": m.joinID, "applied_at": m.appliedAt,
		"consented_at": m.consentedAt, "created_at": m.createdAt})
	if err != nil {
		return Member{}, fmt.Errorf("insert member: %w", err)
	}
	return joined, nil
}

const findFreeHandle = `
	select c.handle from unnest(@handles::text[], @keys::text[]) with ordinality as c (handle, key, n)
	where not exists (select from members m where m.handle_key = c.key)
	order by c.n limit 1`

// freeHandle is a handle that nobody has right now: that of the name, else with a number, from the third attempt on
// with a random one. Only the constraint decides who gets it.
func (s *Service) freeHandle(ctx context.Context, tx *pg.Tx, name string, attempt int) (string, error) {
	base := markup.Handle(name)
	var handles []string
	if attempt < 3 {
		handles = append(handles, base)
		for n := 2; n <= 9; n++ {
			handles = append(handles, fmt.Sprintf("%s%d", base, n))
		}
	}
	for _, below := range []int64{1000, 100_000, 10_000_000} { // with at most 24 characters before them, within markup.MaxHandle
		n, err := rand.Int(rand.Reader, big.NewInt(below))
		if err != nil {
			return "", fmt.Errorf("random handle: %w", err)
		}
		handles = append(handles, fmt.Sprintf("%s%d", base, n.Int64()+10))
	}
	keys := make([]string, len(handles))
	for i, h := range handles {
		keys[i] = markup.Fold(h)
	}
	var handle string
	err := tx.QueryRow(ctx, findFreeHandle, pgx.StrictNamedArgs{"handles": handles, "keys": keys}).Scan(&handle)
	if errors.Is(err, pgx.ErrNoRows) {
		return handles[len(handles)-1], nil // the constraint says no, and the next attempt draws again
	}
	if err != nil {
		return "", fmt.Errorf("find a free handle: %w", err)
	}
	return handle, nil
}
