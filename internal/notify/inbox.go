package notify

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

// PageSize is how many notices List yields at most.
const PageSize = 30

// Page is a part of an inbox, newest first.
type Page struct {
	Items []Item
	Next  ID // the cursor of the page after it; 0 when it is the last
}

const list = `
	select n.id, n.kind, n.subject, n.path, n.data, n.created_at, n.read_at,
		case when n.kind in ('reply', 'mention', 'quote', 'thread', 'translated') then coalesce(a.name, '') else '' end as actor_name, ` + translation.Columns + `
	from notices n left join members a on a.id = n.actor_id
	left join translations tr on tr.subject_kind = 'thread' and tr.locale = @locale
		and tr.subject_id = case when n.within like 'thread:%' then substr(n.within, 8)::bigint end
	where n.member_id = @member and (@before::bigint = 0 or n.id < @before)
	order by n.id desc
	limit @limit`

// List is the viewer's own inbox from before on, for reading in a locale; 0 is its newest page. Visitors get Unauthorised.
func (s *Service) List(ctx context.Context, viewer account.Viewer, l i18n.Locale, before ID) (Page, error) {
	if !viewer.SignedIn() {
		return Page{}, fault.New(fault.Unauthorised, "error.sign_in")
	}
	items, err := pg.All[Item](ctx, s.store, list, pgx.StrictNamedArgs{
		"member": viewer.ID, "before": before, "limit": PageSize + 1, "locale": translation.Reading(l),
	})
	if err != nil {
		return Page{}, fmt.Errorf("list inbox of %d: %w", viewer.ID, err)
	}
	var p Page
	if len(items) > PageSize {
		items = items[:PageSize]
		p.Next = items[PageSize-1].ID
	}
	p.Items = items
	return p, nil
}

const open = `
	update notices set read_at = coalesce(read_at, now()) where id = @id and member_id = @member
	returning path`

// Open marks one notice as read and says where it leads, without the locale; another's notice is NotFound.
func (s *Service) Open(ctx context.Context, viewer account.Viewer, id ID) (path string, err error) {
	if !viewer.SignedIn() {
		return "", fault.New(fault.Unauthorised, "error.sign_in")
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		err := tx.QueryRow(ctx, open, pgx.StrictNamedArgs{"id": id, "member": viewer.ID}).Scan(&path)
		if err != nil {
			return fmt.Errorf("open notice %d: %w", id, pg.OrNotFound(err, fault.New(fault.NotFound, "notify.gone")))
		}
		tx.Touch(inbox(viewer.ID))
		return nil
	})
	return path, err
}

const markRead = `
	update notices set read_at = now()
	where id in (select id from notices where member_id = @member and read_at is null and (@all or id = any(@ids))
		order by id for no key update)`

// MarkRead marks notices of the viewer as read; others' ids are passed over.
func (s *Service) MarkRead(ctx context.Context, viewer account.Viewer, ids ...ID) error {
	return s.mark(ctx, viewer, ids, false)
}

// MarkAllRead marks the viewer's whole inbox as read.
func (s *Service) MarkAllRead(ctx context.Context, viewer account.Viewer) error {
	return s.mark(ctx, viewer, nil, true)
}

func (s *Service) mark(ctx context.Context, viewer account.Viewer, ids []ID, all bool) error {
	if !viewer.SignedIn() {
		return fault.New(fault.Unauthorised, "error.sign_in")
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, markRead, pgx.StrictNamedArgs{"member": viewer.ID, "ids": ids, "all": all})
		if err != nil {
			return fmt.Errorf("mark inbox of %d as read: %w", viewer.ID, err)
		}
		if tag.RowsAffected() > 0 {
			tx.Touch(inbox(viewer.ID))
		}
		return nil
	})
}

// maxCounts bounds the memory of the unread cache; past it counting starts afresh.
const maxCounts = 50_000

// unreadCache holds, by inbox, the number of unread notices and the version of the inbox it was counted at.
type unreadCache struct {
	mu     sync.Mutex
	counts map[string]unreadCount
}

type unreadCount struct {
	version uint64
	n       int
}

const countUnread = `
	select count(*) from (select 1 from notices where member_id = @member and read_at is null limit @max) n`

// MaxUnread is where Unread stops counting.
const MaxUnread = 100

// Unread is how many notices a member has not read, at most MaxUnread. Every page asks, so it comes from memory
// until the inbox changes; while the database cannot answer it is 0.
func (s *Service) Unread(ctx context.Context, member account.MemberID) int {
	subject := inbox(member)
	version := s.store.Changes.Version(subject)
	if c, ok := s.unread.find(subject); ok && c.version == version {
		return c.n
	}
	var n int
	args := pgx.StrictNamedArgs{"member": member, "max": MaxUnread}
	if err := s.store.QueryRow(ctx, countUnread, args).Scan(&n); err != nil {
		return 0
	}
	s.unread.keep(subject, unreadCount{version: version, n: n})
	return n
}

func (u *unreadCache) find(subject string) (unreadCount, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	c, ok := u.counts[subject]
	return c, ok
}

func (u *unreadCache) keep(subject string, c unreadCount) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.counts) >= maxCounts {
		clear(u.counts)
	}
	u.counts[subject] = c
}
