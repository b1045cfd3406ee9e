package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

const (
	founded = 120 * 24 * time.Hour // how long ago the hub was opened
	maxAge  = 110 * 24 * time.Hour // of what is said in it: by then everybody has joined
)

// loader turns the content into rows. Ids are taken from the tables' sequences beforehand, so that rows of several
// tables can be made at once and copied.
type loader struct {
	*content
	accounts     *account.Service
	now          time.Time
	passwordHash string

	members    map[string]int64 // by key
	challenges map[string]int64 // by slug
	mentions   markup.Mentions
	renderings []rendering
	events     []eventRow
	outcomes   map[string]*int64 // threads, by the key of the event
}

func (l *loader) load(ctx context.Context, tx *pg.Tx) error {
	for _, step := range []func(context.Context, *pg.Tx) error{l.loadMembers, l.loadChallenges, l.loadThreads, l.loadWorkshops, l.loadRooms, l.loadWords} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// at is when something of that age happened.
func (l *loader) at(a age) time.Time { return l.now.Add(-time.Duration(a)) }

// after is d later than at, but never in the future.
func (l *loader) after(at time.Time, d time.Duration) time.Time {
	return at.Add(min(d, l.now.Sub(at)/2))
}

func (l *loader) ids(keys []string) []account.MemberID {
	ids := make([]account.MemberID, len(keys))
	for i, k := range keys {
		ids[i] = account.MemberID(l.members[k])
	}
	return ids
}

func (l *loader) loadMembers(ctx context.Context, tx *pg.Tx) error {
	ids, err := reserve(ctx, tx, "members", len(l.Members))
	if err != nil {
		return err
	}
	l.members, l.mentions = map[string]int64{}, markup.Mentions{}
	rows := make([][]any, len(l.Members))
	for i, m := range l.Members {
		l.members[m.Key] = ids[i]
		l.mentions[markup.Fold(m.Handle)] = markup.Target{ID: ids[i], Name: m.Name}
		joined := l.now.Add(-founded + time.Duration(i)*11*time.Hour)
		rows[i] = []any{ids[i], m.Name, m.Handle, markup.Fold(m.Handle), m.Email, m.Email, l.passwordHash, m.Lang, m.TimeZone,
			m.Region, m.Affiliation, m.Role, joined, joined}
	}
	err = copyRows(ctx, tx, "members", []string{"id", "name", "handle", "handle_key", "email", "email_key", "password_hash",
		"locale", "time_zone", "region", "affiliation", "role", "consented_at", "created_at"}, rows)
	if err != nil {
		return err
	}
	all := make([]account.MemberID, len(ids))
	for i, id := range ids {
		all[i] = account.MemberID(id)
	}
	return l.accounts.WriteKeys(ctx, tx, all...)
}

func (l *loader) loadChallenges(ctx context.Context, tx *pg.Tx) error {
	ids, err := reserve(ctx, tx, "challenges", len(l.Challenges))
	if err != nil {
		return err
	}
	opened := l.now.Add(-founded)
	l.challenges = map[string]int64{}
	rows := make([][]any, len(l.Challenges))
	for i, c := range l.Challenges {
		l.challenges[c.Slug] = ids[i]
		rows[i] = []any{ids[i], c.Slug, c.TitleEn, c.TitleZh, c.SummaryEn, c.SummaryZh, i + 1, opened}
	}
	err = copyRows(ctx, tx, "challenges",
		[]string{"id", "slug", "title_en", "title_zh", "summary_en", "summary_zh", "position", "created_at"}, rows)
	if err != nil {
		return err
	}
	var follows [][]any
	for _, m := range l.Members {
		for _, slug := range m.Follows {
			follows = append(follows, []any{l.members[m.Key], l.challenges[slug], opened.Add(10 * 24 * time.Hour)})
		}
	}
	return copyRows(ctx, tx, "challenge_follows", []string{"member_id", "challenge_id", "created_at"}, follows)
}

func (l *loader) title(slug string) *i18n.Text {
	i := slices.IndexFunc(l.Challenges, func(c challenge) bool { return c.Slug == slug })
	return &i18n.Text{En: l.Challenges[i].TitleEn, Zh: l.Challenges[i].TitleZh}
}

// written is a post or message to come, in the order of time.
type written struct {
	id     int64
	client uuid.UUID
	at     time.Time
}

const nextIDs = `select nextval(pg_get_serial_sequence(@table, 'id')) from generate_series(1, @n)`

// reserve takes n ids, in growing order, that the table will give to nobody else.
func reserve(ctx context.Context, tx *pg.Tx, table string, n int) ([]int64, error) {
	rows, err := tx.Query(ctx, nextIDs, pgx.StrictNamedArgs{"table": table, "n": n})
	if err != nil {
		return nil, fmt.Errorf("reserve ids of %s: %w", table, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("reserve ids of %s: %w", table, err)
	}
	slices.Sort(ids)
	return ids, nil
}

func copyRows(ctx context.Context, tx *pg.Tx, table string, columns []string, rows [][]any) error {
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("copy %s: %w", table, err)
	}
	return nil
}

// notice is a row of notices: what the owners would have told at the time. What is older than three days is read.
func (l *loader) notice(to, actor account.MemberID, at time.Time, n notify.Notice) []any {
	var read *time.Time
	if l.now.Sub(at) > 3*24*time.Hour {
		t := at.Add(5 * time.Hour)
		read = &t
	}
	return []any{to, string(n.Kind), actor, n.Subject, n.Within, n.Path, n.Data, at, read}
}

var noticeColumns = []string{"member_id", "kind", "actor_id", "subject", "within", "path", "data", "created_at", "read_at"}
