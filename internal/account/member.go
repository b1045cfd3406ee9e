package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

// Member is a member's public card and, for the member and administrators only, the e-mail.
type Member struct {
	ID          MemberID
	Name        string
	Handle      string // as shown, without "@"
	Email       string // empty for everyone else
	Locale      i18n.Locale
	TimeZone    string // IANA
	Region      Region
	Affiliation string
	Role        Role
	Translator  bool // trusted with other people's translations
	CreatedAt   time.Time
	About       string // what the member says of themselves, Markdown; empty in lists
	AboutHTML   string
	AboutLang   string

	// Sanctions in force, for moderators; the zero time: none.
	SilencedUntil, SuspendedUntil time.Time
	Waiting                       bool // … for one of them to look at the application
}

// Card is what others see beside what a member wrote.
type Card struct {
	ID          MemberID
	Name        string
	Handle      string
	Region      Region
	Affiliation string
	Role        Role
}

const memberColumns = `
	select id, name, handle, locale, time_zone, region, affiliation, role, translator, created_at, about, about_html, about_lang,
	       case when @admin or id = @viewer then coalesce(email, '') else '' end as email,
	       case when @staff and silenced_until > now() then silenced_until else '0001-01-01 00:00+00'::timestamptz end as silenced_until,
	       case when @staff and suspended_until > now() then suspended_until else '0001-01-01 00:00+00'::timestamptz end as suspended_until,
	       @staff and applied_at is not null as waiting
	from members `

const findMember = memberColumns + `where id = @id`

// FindMember is one member's profile, for everyone; NotFound when there is none.
func (s *Service) FindMember(ctx context.Context, viewer Viewer, id MemberID) (Member, error) {
	return s.find(ctx, findMember, pgx.StrictNamedArgs{"id": id, "viewer": viewer.ID, "admin": viewer.Administers(), "staff": viewer.Moderates()})
}

const findMemberByHandle = memberColumns + `where handle_key = @handle`

// FindByHandle is FindMember by handle, "@" before it or not.
func (s *Service) FindByHandle(ctx context.Context, viewer Viewer, handle string) (Member, error) {
	key := markup.Fold(strings.TrimPrefix(cleanShort(handle), "@"))
	return s.find(ctx, findMemberByHandle, pgx.StrictNamedArgs{"handle": key, "viewer": viewer.ID, "admin": viewer.Administers(), "staff": viewer.Moderates()})
}

func (s *Service) find(ctx context.Context, query string, args pgx.StrictNamedArgs) (Member, error) {
	m, err := pg.One[Member](ctx, s.store, query, args)
	if err != nil {
		return Member{}, pg.OrNotFound(fmt.Errorf("find member: %w", err), fault.New(fault.NotFound, "account.member.not_found"))
	}
	return m, nil
}

const listCards = `select id, name, handle, region, affiliation, role from members where id = any(@ids)`

// Members are the cards of those members, in one query. Ids that do not exist are not in the map. At most 1,000 ids.
func (s *Service) Members(ctx context.Context, ids []MemberID) (map[MemberID]Card, error) {
	cards := make(map[MemberID]Card, len(ids))
	if len(ids) == 0 {
		return cards, nil
	}
	if len(ids) > 1000 {
		return nil, fmt.Errorf("cards of %d members: more than 1,000", len(ids))
	}
	rows, err := pg.All[Card](ctx, s.store, listCards, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("cards of %d members: %w", len(ids), err)
	}
	for _, c := range rows {
		cards[c.ID] = c
	}
	return cards, nil
}

const listHandles = `select id, name, handle_key from members where handle_key = any(@keys)`

// ByHandles finds who is meant by mention candidates (markup.MentionCandidates), in one query.
func (s *Service) ByHandles(ctx context.Context, keys []string) (markup.Mentions, error) {
	found := markup.Mentions{}
	if len(keys) == 0 {
		return found, nil
	}
	rows, err := pg.All[struct {
		ID        int64
		Name      string
		HandleKey string
	}](ctx, s.store, listHandles, pgx.StrictNamedArgs{"keys": keys})
	if err != nil {
		return nil, fmt.Errorf("members by %d handles: %w", len(keys), err)
	}
	for _, m := range rows {
		found[m.HandleKey] = markup.Target{ID: m.ID, Name: m.Name}
	}
	return found, nil
}

// Filter narrows the list of members; the zero Filter is everyone.
type Filter struct {
	Search string // the beginning of a name, a handle or an e-mail; letter case does not matter
	Role   Role
}

// pageOfMembers is how many members a page of the list has.
const pageOfMembers = 50

const listMembers = `
	select id, name, handle, locale, time_zone, region, affiliation, role, translator, created_at, '' as about, '' as about_html,
	       '' as about_lang, coalesce(email, '') as email,
	       case when silenced_until > now() then silenced_until else '0001-01-01 00:00+00'::timestamptz end as silenced_until,
	       case when suspended_until > now() then suspended_until else '0001-01-01 00:00+00'::timestamptz end as suspended_until,
	       applied_at is not null as waiting
	from members
	where (@before = 0 or id < @before)
	  and (@role = '' or role = @role)
	  and (@prefix = '' or name ilike @prefix or handle_key like @prefix or email_key like @prefix)
	order by id desc limit @limit`

// ListMembers lists members, the newest first, with their e-mail: administrators only. before is 0 or the next that
// the page before answered; next is 0 at the end.
func (s *Service) ListMembers(ctx context.Context, viewer Viewer, f Filter, before MemberID) (page []Member, next MemberID, err error) {
	if !viewer.Administers() {
		return nil, 0, fault.New(fault.Forbidden, "error.forbidden")
	}
	prefix := ""
	if search := markup.Fold(strings.TrimPrefix(cleanShort(f.Search), "@")); search != "" {
		prefix = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(search) + "%"
	}
	page, err = pg.All[Member](ctx, s.store, listMembers, pgx.StrictNamedArgs{
		"before": before, "role": f.Role, "prefix": prefix, "limit": pageOfMembers + 1})
	if err != nil {
		return nil, 0, fmt.Errorf("list members: %w", err)
	}
	if len(page) > pageOfMembers {
		page = page[:pageOfMembers]
		next = page[pageOfMembers-1].ID
	}
	return page, next, nil
}
