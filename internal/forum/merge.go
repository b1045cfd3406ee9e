package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// MaxMoved is how many posts go from one thread to another at once.
const MaxMoved = 2000

var (
	errMergeItself = fault.New(fault.Invalid, "forum.merge.itself")
	errMergeMany   = fault.New(fault.Conflict, "forum.merge.too_many").With("Max", MaxMoved)
	errMoved       = fault.New(fault.Conflict, "forum.merge.moved")
	errSplitNone   = fault.New(fault.Invalid, "forum.split.none")
)

// Moved are posts that went from one thread to another, with the numbers that they had there.
type Moved struct {
	From    ThreadID `json:"from"`
	To      ThreadID `json:"to"`
	Posts   []PostID `json:"posts"`
	Numbers []int    `json:"numbers"`
}

type lockedThread struct {
	ID         ThreadID
	Title      string
	Slug       string
	Lang       string
	Kind       Kind
	Challenge  ChallengeID
	LastNumber int
	Hidden     bool
	Merged     bool
}

// Threads are locked in the order of their ids: of two who merge each other the second finds nothing to merge.
const lockThreads = `
select id, title, slug, lang, kind, challenge_id as challenge, last_number, hidden_at is not null as hidden, merged_into is not null as merged
from threads where id = any(@ids) order by id for update`

func lockBoth(ctx context.Context, tx *pg.Tx, a, b ThreadID) (at map[ThreadID]lockedThread, err error) {
	all, err := pg.All[lockedThread](ctx, tx, lockThreads, pgx.StrictNamedArgs{"ids": []ThreadID{a, b}})
	if err != nil {
		return nil, fmt.Errorf("lock threads: %w", err)
	}
	at = map[ThreadID]lockedThread{}
	for _, t := range all {
		at[t.ID] = t
	}
	for _, id := range []ThreadID{a, b} {
		if _, ok := at[id]; !ok {
			return nil, errThreadNotFound
		}
	}
	return at, nil
}

const (
	// Numbers that are free: behind all, or those that the posts had there before.
	movePosts = `
update posts p set thread_id = @to, number = w.number
from unnest(@posts::bigint[], @numbers::int[]) as w(id, number) where p.id = w.id and p.thread_id = @from`
	recount = `
update threads t set change = change + 1,
	post_count = (select count(*) from posts where thread_id = t.id and hidden_at is null),
	last_number = greatest(last_number, (select coalesce(max(number), 0) from posts where thread_id = t.id)),
	last_post_at = coalesce((select max(created_at) from posts where thread_id = t.id and hidden_at is null), created_at)
where id = any(@ids)`
	markMerged   = `update threads set merged_into = @to, hidden_at = now() where id = @from`
	markUnmerged = `update threads set merged_into = null, hidden_at = null where id = @from`
	shareFollows = `
insert into thread_follows (member_id, thread_id) select member_id, @to from thread_follows where thread_id = @from on conflict do nothing`
	// What somebody is writing goes where it can be posted.
	moveDrafts = `
update drafts d set place = @to_place where place = @from_place
	and not exists (select from drafts x where x.member_id = d.member_id and x.place = @to_place)`
	followWriters = `
insert into thread_follows (member_id, thread_id) select distinct author_id, @to::bigint from posts where thread_id = @to on conflict do nothing`
)

// Merge puts all posts of a thread behind those of another one, whose followers and drafts get company; the first thread leads
// there from now on. In the moderator's transaction.
func (s *Service) Merge(ctx context.Context, tx *pg.Tx, from, to ThreadID) (Subject, Moved, error) {
	m := Moved{From: from, To: to}
	if from == to {
		return Subject{}, m, errMergeItself
	}
	at, err := lockBoth(ctx, tx, from, to)
	if err != nil {
		return Subject{}, m, err
	}
	switch {
	case at[from].Merged:
		return Subject{}, m, errAlready
	case at[from].Hidden || at[to].Hidden:
		return Subject{}, m, errThreadNotFound
	}
	posts, err := postsBut(ctx, tx, from, nil)
	if err != nil {
		return Subject{}, m, err
	}
	for _, p := range posts {
		m.Posts, m.Numbers = append(m.Posts, p.ID), append(m.Numbers, p.Number)
	}
	numbers := make([]int, len(m.Posts))
	for i := range numbers {
		numbers[i] = at[to].LastNumber + i + 1
	}
	return s.moved(ctx, tx, at[to], m, numbers, merging)
}

// moving is what becomes of the threads when posts go from one to the other.
type moving int

const (
	merging moving = iota // the first is empty, and leads to the second
	parting               // the second is new, or empty and shown again
)

// moved moves the posts of m to their new numbers and sets both threads right. The subject is the thread that they come to.
func (s *Service) moved(ctx context.Context, tx *pg.Tx, to lockedThread, m Moved, numbers []int, how moving) (Subject, Moved, error) {
	args := pgx.StrictNamedArgs{"from": m.From, "to": m.To, "posts": m.Posts, "numbers": numbers}
	done, err := tx.Exec(ctx, movePosts, args)
	if err != nil {
		return Subject{}, m, fmt.Errorf("move posts: %w", err)
	}
	if done.RowsAffected() != int64(len(m.Posts)) {
		return Subject{}, m, errMoved
	}
	places := pgx.StrictNamedArgs{"from_place": subject(m.From), "to_place": subject(m.To)}
	ends := pgx.StrictNamedArgs{"from": m.From, "to": m.To}
	type step struct {
		query string
		args  pgx.StrictNamedArgs
	}
	steps := []step{{recount, pgx.StrictNamedArgs{"ids": []ThreadID{m.From, m.To}}}}
	if how == parting {
		steps = append(steps, step{markUnmerged, pgx.StrictNamedArgs{"from": m.To}}, step{followWriters, pgx.StrictNamedArgs{"to": m.To}})
	} else {
		steps = append(steps, step{markMerged, ends}, step{shareFollows, ends}, step{moveDrafts, places})
	}
	for _, st := range steps {
		if _, err := tx.Exec(ctx, st.query, st.args); err != nil {
			return Subject{}, m, fmt.Errorf("set threads %d and %d right: %w", m.From, m.To, err)
		}
	}
	title := m.From
	if how == parting {
		title = m.To
	}
	if err := s.words.SetHidden(ctx, tx, how != parting, translation.Subject{Kind: translation.Thread, ID: int64(title)}); err != nil {
		return Subject{}, m, err
	}
	tx.Touch(subject(m.From), subject(m.To), "threads", "challenges")
	sub := Subject{ThreadID: m.To, Title: to.Title, Path: threadPath(m.To, to.Slug)}
	return sub, m, nil
}

const (
	pickedPosts = `
select id, number, author_id from posts where thread_id = @thread and id = any(@posts) and number > 1 and hidden_at is null order by number`
	insertSplit = `
insert into threads (challenge_id, kind, title, lang, slug, author_id, client_id, split_from, last_number, hidden_at)
values (@challenge, @kind, @title, @lang, @slug, @author, @client_id, @from, 0, now()) returning id`
)

// Split makes a new thread of some replies of a thread, in their order, in the same challenge. Title and lang are under the rules of
// titles. In the moderator's transaction.
func (s *Service) Split(ctx context.Context, tx *pg.Tx, from ThreadID, posts []PostID, title, lang string) (Subject, Moved, error) {
	m := Moved{From: from}
	var fields fault.Fields
	title, err := checkTitle(&fields, title)
	if err != nil {
		return Subject{}, m, err
	}
	lang = language(&fields, lang, title)
	if len(posts) == 0 || len(posts) > MaxMoved {
		fields.Add("posts", errSplitNone.Key, nil)
	}
	if err := fields.Err(); err != nil {
		return Subject{}, m, err
	}
	at, err := lockBoth(ctx, tx, from, from)
	if err != nil {
		return Subject{}, m, err
	}
	if at[from].Hidden {
		return Subject{}, m, errThreadNotFound
	}
	rows, err := tx.Query(ctx, pickedPosts, pgx.StrictNamedArgs{"thread": from, "posts": posts})
	if err != nil {
		return Subject{}, m, fmt.Errorf("pick posts: %w", err)
	}
	var id PostID
	var number int
	var author, first int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &number, &author}, func() error {
		if first == 0 {
			first = author
		}
		m.Posts, m.Numbers = append(m.Posts, id), append(m.Numbers, number)
		return nil
	}); err != nil {
		return Subject{}, m, fmt.Errorf("pick posts: %w", err)
	}
	if len(m.Posts) == 0 {
		return Subject{}, m, errAlready // somebody was faster
	}
	if len(m.Posts) != len(slices.Compact(slices.Sorted(slices.Values(posts)))) {
		fields.Add("posts", errMoved.Key, nil) // some are gone by now
		return Subject{}, m, fields.Err()
	}
	kind := at[from].Kind
	if kind == Announcement {
		kind = Discussion
	}
	fresh := lockedThread{Title: title, Slug: markup.Slug(title, lang), Lang: lang}
	err = tx.QueryRow(ctx, insertSplit, pgx.StrictNamedArgs{"challenge": at[from].Challenge, "kind": kind, "title": title, "lang": lang,
		"slug": fresh.Slug, "author": first, "client_id": uuid.New(), "from": from}).Scan(&fresh.ID)
	if err != nil {
		return Subject{}, m, fmt.Errorf("insert thread: %w", err)
	}
	m.To = fresh.ID
	numbers := make([]int, len(m.Posts))
	for i := range numbers {
		numbers[i] = i + 1
	}
	sub, m, err := s.moved(ctx, tx, fresh, m, numbers, parting)
	if err != nil {
		return sub, m, err
	}
	return sub, m, s.words.Written(ctx, tx, translation.Thread, translation.Fresh{ID: int64(m.To), Lang: lang})
}

// Unmerge takes Merge back: the posts go back to their thread, with the numbers that they had there.
func (s *Service) Unmerge(ctx context.Context, tx *pg.Tx, was Moved) (Subject, Moved, error) {
	return s.moveBack(ctx, tx, was, parting)
}

// Unsplit takes Split back: the new thread leads to the one from which its posts came. What was written in it since then goes
// behind all others.
func (s *Service) Unsplit(ctx context.Context, tx *pg.Tx, was Moved) (Subject, Moved, error) {
	return s.moveBack(ctx, tx, was, merging)
}

const numbersOfPosts = `
select p.number from unnest(@posts::bigint[]) with ordinality as w(id, n) join posts p on p.id = w.id
where p.thread_id = @thread order by w.n`

// moveBack moves posts back to where they were. What it returns takes that back in turn.
func (s *Service) moveBack(ctx context.Context, tx *pg.Tx, was Moved, how moving) (Subject, Moved, error) {
	back := Moved{From: was.To, To: was.From, Posts: was.Posts}
	at, err := lockBoth(ctx, tx, was.From, was.To)
	if err != nil {
		return Subject{}, back, err
	}
	rows, err := tx.Query(ctx, numbersOfPosts, pgx.StrictNamedArgs{"posts": was.Posts, "thread": was.To})
	if err != nil {
		return Subject{}, back, fmt.Errorf("read numbers of posts: %w", err)
	}
	if back.Numbers, err = pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
		return Subject{}, back, fmt.Errorf("read numbers of posts: %w", err)
	}
	if len(back.Numbers) != len(back.Posts) {
		return Subject{}, back, errMoved
	}
	numbers := slices.Clone(was.Numbers)
	if how == merging {
		since, err := postsBut(ctx, tx, was.To, was.Posts)
		if err != nil {
			return Subject{}, back, err
		}
		for i, p := range since {
			back.Posts, back.Numbers = append(slices.Clip(back.Posts), p.ID), append(back.Numbers, p.Number)
			numbers = append(numbers, at[was.From].LastNumber+i+1)
		}
	}
	sub, back, err := s.moved(ctx, tx, at[was.From], back, numbers, how)
	if name := pg.Constraint(err); name == "posts_number_taken" {
		return sub, back, errMoved
	}
	return sub, back, err
}

type numbered struct {
	ID     PostID
	Number int
}

const postsOfThread = `select id, number from posts where thread_id = @thread and not id = any(@but) order by number limit @limit`

// postsBut are the posts of a thread that are none of those, hidden ones too.
func postsBut(ctx context.Context, tx *pg.Tx, id ThreadID, but []PostID) ([]numbered, error) {
	ps, err := pg.All[numbered](ctx, tx, postsOfThread, pgx.StrictNamedArgs{"thread": id, "but": append([]PostID{}, but...), "limit": MaxMoved + 1})
	if err != nil {
		return nil, fmt.Errorf("list posts of thread %d: %w", id, err)
	}
	if len(ps) > MaxMoved {
		return nil, errMergeMany
	}
	return ps, nil
}

const mergedInto = `
with recursive way (id, n) as (
	select merged_into, 1 from threads where id = @id and merged_into is not null
	union all select t.merged_into, n + 1 from way join threads t on t.id = way.id where t.merged_into is not null and n < 20)
select t.id, t.slug from way join threads t on t.id = way.id where t.hidden_at is null order by n desc limit 1`

// MergedInto is the path of the visible thread into which one was merged; "" when it was not.
func (s *Service) MergedInto(ctx context.Context, id ThreadID) (path string, err error) {
	var to ThreadID
	var slug string
	err = s.store.QueryRow(ctx, mergedInto, pgx.StrictNamedArgs{"id": id}).Scan(&to, &slug)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look where thread %d went: %w", id, err)
	}
	return threadPath(to, slug), nil
}

// Kin is a thread that was split off, or from which one was.
type Kin struct {
	ID    ThreadID
	Title string
	Lang  string
	Slug  string
	Child bool // it was split off
}

// Path is its page, without the locale.
func (k Kin) Path() string { return threadPath(k.ID, k.Slug) }

const kinOf = `
select k.id, k.title, k.lang, k.slug, coalesce(k.split_from = @id, false) as child from threads k
where (k.split_from = @id or k.id = (select split_from from threads where id = @id)) and k.hidden_at is null order by k.id limit 20`

// Kin are the visible threads that were split off a thread, and that from which it was.
func (s *Service) Kin(ctx context.Context, id ThreadID) ([]Kin, error) {
	ks, err := pg.All[Kin](ctx, s.store, kinOf, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return nil, fmt.Errorf("list what was split off thread %d: %w", id, err)
	}
	return ks, nil
}

// Reply is a post as a moderator picks it.
type Reply struct {
	ID     PostID
	Number int
	Author string
	Text   string // its beginning
	Lang   string
}

const listReplies = `
select p.id, p.number, m.name as author, left(p.body, 400) as text, p.lang from posts p join members m on m.id = p.author_id
where p.thread_id = @thread and p.number > 1 and p.hidden_at is null order by p.number desc limit @limit`

// Replies are the newest visible replies of a thread, at most MaxMoved, the oldest first.
func (s *Service) Replies(ctx context.Context, id ThreadID) ([]Reply, error) {
	rs, err := pg.All[Reply](ctx, s.store, listReplies, pgx.StrictNamedArgs{"thread": id, "limit": MaxMoved})
	if err != nil {
		return nil, fmt.Errorf("list replies of thread %d: %w", id, err)
	}
	slices.Reverse(rs)
	for i := range rs {
		rs[i].Text = markup.Excerpt(rs[i].Text, 160)
	}
	return rs, nil
}
