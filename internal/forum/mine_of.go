package forum

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// The dearest part of a member's page is to ask what of it is the member's: the rest is ready in memory. So whatever
// asks wait at the same time go to Postgres in one query, and what is hidden is looked up for moderators only.
const (
	mineColumns = `
select w.i, f.member_id is not null as follows,
	array(select post_id || ':' || kind from post_reactions where member_id = w.member and post_id = any(w.posts::bigint[])) as reacted,
	array(select post_id from bookmarks where member_id = w.member and post_id = any(w.posts::bigint[])) as bookmarked,
	coalesce(d.title, '') as title, coalesce(d.body, '') as body, coalesce(d.lang, '') as lang, coalesce(d.kind, '') as kind,
	d.updated_at as saved_at, t.change, `
	mineFrom = ` as hidden
from unnest(@members::bigint[], @threads::bigint[], @posts::text[], @firsts::int[], @lasts::int[])
	with ordinality as w (member, thread, posts, first, last, i)
join threads t on t.id = w.thread
left join thread_follows f on f.thread_id = t.id and f.member_id = w.member
left join drafts d on d.place = 'thread:' || w.thread and d.member_id = w.member`
	hiddenOfPage = `
	(select jsonb_agg(jsonb_build_object('ID', p.id, 'Number', p.number, 'Author', m.name) order by p.number)
	from posts p join members m on m.id = p.author_id
	where p.thread_id = w.thread and p.hidden_at is not null and p.number > w.first and p.number <= w.last)`
	mineOfMembers    = mineColumns + `null::jsonb` + mineFrom + ` where t.hidden_at is null`
	mineOfModerators = mineColumns + hiddenOfPage + mineFrom
)

type mineRow struct {
	I          int // of the ask, from 1
	Follows    bool
	Reacted    []string // "<post id>:<kind>"
	Bookmarked []PostID
	Hidden     []HiddenPost
	Title      string // of the draft
	Body       string
	Lang       string
	Kind       string
	SavedAt    *time.Time
	Change     int64
}

// mineAsk asks for what a member has on a page.
type mineAsk struct {
	member      account.MemberID
	thread      ThreadID
	posts       []PostID
	first, last int

	done   chan struct{} // closed when answered
	answer Mine
	err    error
}

// MineOf fetches what the viewer has on a page of a thread of a challenge: the posts given, numbers in (first, last].
func (s *Service) MineOf(ctx context.Context, viewer account.Viewer, in ChallengeID, thread ThreadID, posts []PostID, first, last int) (Mine, error) {
	if !viewer.SignedIn() {
		return Mine{}, nil
	}
	ask := &mineAsk{member: viewer.ID, thread: thread, posts: posts, first: first, last: last}
	if viewer.ModeratesIn(int64(in)) {
		s.readMine(ctx, mineOfModerators, []*mineAsk{ask})
		return ask.answer, ask.err
	}
	return s.mine.ask(ctx, ask, func(asks []*mineAsk) {
		ctx, cancel := context.WithTimeout(context.Background(), askTime) // not of one of those who wait
		defer cancel()
		s.readMine(ctx, mineOfMembers, asks)
	})
}

// readMine answers asks with one query.
func (s *Service) readMine(ctx context.Context, query string, asks []*mineAsk) {
	n := len(asks)
	members, threads, posts := make([]int64, n), make([]int64, n), make([]string, n)
	firsts, lasts := make([]int, n), make([]int, n)
	for i, a := range asks {
		members[i], threads[i], posts[i], firsts[i], lasts[i] = int64(a.member), int64(a.thread), arrayOf(a.posts), a.first, a.last
		a.answer.Change = -1
	}
	rows, err := pg.All[mineRow](ctx, s.store, query, pgx.StrictNamedArgs{"members": members, "threads": threads,
		"posts": posts, "firsts": firsts, "lasts": lasts})
	if err != nil {
		err = fmt.Errorf("read what members have on pages of threads: %w", err)
		for _, a := range asks {
			a.err = err
		}
		return
	}
	for _, r := range rows {
		a := asks[r.I-1]
		a.answer, a.err = r.mine(a.thread)
	}
}

// arrayOf is ids as Postgres writes an array.
func arrayOf(ids []PostID) string {
	b := []byte{'{'}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(id), 10)
	}
	return string(append(b, '}'))
}

func (r mineRow) mine(thread ThreadID) (Mine, error) {
	m := Mine{Follows: r.Follows, Bookmarked: r.Bookmarked, Hidden: r.Hidden, Change: r.Change}
	for _, one := range r.Reacted {
		id, kind, _ := strings.Cut(one, ":")
		post, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return Mine{}, fmt.Errorf("read reaction %q: %w", one, err)
		}
		m.Reacted = append(m.Reacted, Reacted{PostID(post), Reaction(kind)})
	}
	if r.SavedAt != nil {
		m.Draft = Draft{Place: subject(thread), Title: r.Title, Body: r.Body, Lang: r.Lang, Kind: r.Kind, UpdatedAt: *r.SavedAt}
	}
	return m, nil
}

const (
	maxAsks = 64               // answered by one query
	askTime = 10 * time.Second // of such a query, whoever waits for it
)

// gather lets those who ask at the same time ask together. There is no timer: who finds few enough asking Postgres
// starts a reader, which answers whatever waits until nothing does.
type gather struct {
	mu      sync.Mutex
	waiting []*mineAsk
	readers int
}

// maxReaders is how many such queries run at the same time: enough to keep Postgres busy, few enough to gather.
var maxReaders = max(2, runtime.GOMAXPROCS(0)/2)

// ask waits for the answer, or for the end of ctx.
func (g *gather) ask(ctx context.Context, a *mineAsk, read func([]*mineAsk)) (Mine, error) {
	a.done = make(chan struct{})
	g.mu.Lock()
	g.waiting = append(g.waiting, a)
	if g.readers < maxReaders {
		g.readers++
		go g.run(read)
	}
	g.mu.Unlock()
	select {
	case <-a.done:
		return a.answer, a.err
	case <-ctx.Done():
		return Mine{}, ctx.Err()
	}
}

func (g *gather) run(read func([]*mineAsk)) {
	for {
		g.mu.Lock()
		n := min(len(g.waiting), maxAsks)
		if n == 0 {
			g.readers--
			g.mu.Unlock()
			return
		}
		asks := g.waiting[:n:n]
		g.waiting = g.waiting[n:]
		g.mu.Unlock()
		read(asks)
		for _, a := range asks {
			close(a.done)
		}
	}
}
