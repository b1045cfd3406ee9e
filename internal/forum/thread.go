package forum

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Kind is what a thread is for.
type Kind string

const (
	Discussion   Kind = "discussion"
	Question     Kind = "question"
	Partners     Kind = "partners"     // a call for partners
	Barrier      Kind = "barrier"      // what hinders cooperation
	Announcement Kind = "announcement" // by staff
)

// Kinds lists them as they are offered; an announcement is for staff only.
var Kinds = []Kind{Discussion, Question, Partners, Barrier, Announcement}

// Thread is one, without its posts.
type Thread struct {
	ID               ThreadID
	ChallengeID      ChallengeID
	ChallengeSlug    string
	ChallengeTitleEn string
	ChallengeTitleZh string
	ChallengeClosed  bool // archived
	Kind             Kind
	Title            string
	Lang             string
	Slug             string
	PostCount        int
	LastNumber       int
	LastPostAt       time.Time
	Change           int64
	CreatedAt        time.Time
	PinnedAt         *time.Time
	LockedAt         *time.Time
	HasKin           bool // see Service.Kin
	Slow             int  // seconds that a member waits between two replies
	HiddenAt         *time.Time
	TitleVersion     int
	Author
	translation.Found
}

// TitleIn is what a reader of that locale sees of the title; the thread was read for that locale.
func (t Thread) TitleIn(l i18n.Locale) translation.Shown {
	return translation.Content(translation.Text{Source: t.Title, Lang: t.Lang, Version: t.TitleVersion}, t.Found, l)
}

// Path is the thread's page without the locale.
func (t Thread) Path() string { return threadPath(t.ID, t.Slug) }

// Challenge is the curated title of the thread's challenge.
func (t Thread) Challenge() i18n.Text {
	return i18n.Text{En: t.ChallengeTitleEn, Zh: t.ChallengeTitleZh}
}

// Replies counts the visible posts after the first.
func (t Thread) Replies() int { return max(t.PostCount-1, 0) }

// Open reports whether members may write in it.
func (t Thread) Open() bool { return t.LockedAt == nil && t.HiddenAt == nil && !t.ChallengeClosed }

func threadPath(id ThreadID, slug string) string {
	if slug == "" {
		return fmt.Sprintf("/t/%d", id)
	}
	return fmt.Sprintf("/t/%d-%s", id, slug)
}

// subject names the thread to pg.Changes.
func subject(id ThreadID) string { return fmt.Sprintf("thread:%d", id) }

const threadColumns = `t.id, t.challenge_id, c.slug as challenge_slug, c.title_en as challenge_title_en,
	c.title_zh as challenge_title_zh, c.archived_at is not null as challenge_closed, t.kind, t.title, t.lang, t.slug,
	t.post_count, t.last_number, t.last_post_at, t.change, t.created_at, t.pinned_at, t.locked_at, t.hidden_at,
	t.title_version, t.slow_seconds as slow,
	t.split_from is not null or exists (select from threads k where k.split_from = t.id) as has_kin, ` + authorColumns + `, ` + translation.Columns + `
from threads t join challenges c on c.id = t.challenge_id join members m on m.id = t.author_id
left join translations tr on tr.subject_kind = 'thread' and tr.subject_id = t.id and tr.locale = @locale`

// moderated is whether the viewer moderates the challenge of the thread t. @viewer and @moderates are the query's.
const moderated = `(@moderates or exists (select from challenge_moderators where member_id = @viewer and challenge_id = t.challenge_id))`

const findThread = `select ` + threadColumns + ` where t.id = @id and (t.hidden_at is null or ` + moderated + `)`

// FindThread finds one that the viewer may see, for readers of a locale.
func (s *Service) FindThread(ctx context.Context, viewer account.Viewer, l i18n.Locale, id ThreadID) (Thread, error) {
	t, err := pg.One[Thread](ctx, s.store, findThread, pgx.StrictNamedArgs{"id": id, "moderates": viewer.Moderates(), "viewer": viewer.ID, "locale": translation.Reading(l)})
	if err != nil {
		return t, fmt.Errorf("find thread %d: %w", id, pg.OrNotFound(err, errThreadNotFound))
	}
	return t, nil
}

// Sort is the order of a thread list.
type Sort string

const (
	ByActivity Sort = "active" // the newest reply first
	ByNewest   Sort = "new"
)

// ThreadFilter picks threads. Zero values pick everything.
type ThreadFilter struct {
	Locale    i18n.Locale // of the reader
	Challenge ChallengeID
	Author    account.MemberID
	Kind      Kind
	Sort      Sort
	// After continues behind a thread of the page before: its LastPostAt (ByActivity) and ID.
	AfterAt time.Time
	AfterID ThreadID
	Limit   int // at most 100; 0: PageSize
}

// query puts the filter into SQL: only the conditions it has, so that each combination gets a plan of its own.
func (f ThreadFilter) query(limit int) (string, pgx.StrictNamedArgs) {
	sql := `select ` + threadColumns + ` where t.hidden_at is null`
	args := pgx.StrictNamedArgs{"limit": limit, "locale": translation.Reading(f.Locale)}
	if f.Challenge != 0 {
		sql += ` and t.challenge_id = @challenge`
		args["challenge"] = f.Challenge
	}
	if f.Author != 0 {
		sql += ` and t.author_id = @author`
		args["author"] = f.Author
	}
	if f.Kind != "" {
		sql += ` and t.kind = @kind`
		args["kind"] = f.Kind
	}
	after, order := ` and (t.last_post_at, t.id) < (@after_at, @after_id)`, ` order by t.last_post_at desc, t.id desc`
	if f.Sort == ByNewest {
		after, order = ` and t.id < @after_id`, ` order by t.id desc`
	}
	if f.AfterID != 0 {
		sql += after
		args["after_id"] = f.AfterID
		if f.Sort != ByNewest {
			args["after_at"] = f.AfterAt
		}
	}
	return sql + order + ` limit @limit`, args
}

// ListThreads is a page of threads that everyone may see, and whether there are more.
func (s *Service) ListThreads(ctx context.Context, f ThreadFilter) (ts []Thread, more bool, err error) {
	limit := f.Limit
	if limit <= 0 || limit > 100 {
		limit = PageSize
	}
	sql, args := f.query(limit + 1)
	ts, err = pg.All[Thread](ctx, s.store, sql, args)
	if err != nil {
		return nil, false, fmt.Errorf("list threads: %w", err)
	}
	if len(ts) > limit {
		return ts[:limit], true, nil
	}
	return ts, false, nil
}

const pinnedThreads = `select ` + threadColumns + ` where t.hidden_at is null and t.pinned_at is not null and t.challenge_id = @challenge
order by t.pinned_at desc limit 10`

// PinnedThreads are those that a moderator put on top of a challenge, the latest first, at most 10.
func (s *Service) PinnedThreads(ctx context.Context, l i18n.Locale, challenge ChallengeID) ([]Thread, error) {
	ts, err := pg.All[Thread](ctx, s.store, pinnedThreads, pgx.StrictNamedArgs{"challenge": challenge, "locale": translation.Reading(l)})
	if err != nil {
		return nil, fmt.Errorf("list pinned threads: %w", err)
	}
	return ts, nil
}

const threadsByID = `select ` + threadColumns + ` where t.id = any(@ids) and t.hidden_at is null`

// threads are those of the ids that everyone may see.
func (s *Service) threads(ctx context.Context, l i18n.Locale, ids []ThreadID) (map[ThreadID]Thread, error) {
	ts, err := pg.All[Thread](ctx, s.store, threadsByID, pgx.StrictNamedArgs{"ids": ids, "locale": translation.Reading(l)})
	if err != nil {
		return nil, fmt.Errorf("find threads: %w", err)
	}
	byID := make(map[ThreadID]Thread, len(ts))
	for _, t := range ts {
		byID[t.ID] = t
	}
	return byID, nil
}

// ThreadForm starts a thread. ClientID makes a second sending harmless.
type ThreadForm struct {
	Challenge string // slug
	Kind      Kind
	Title     string
	Body      string
	Lang      string // "" is guessed from title and body
	ClientID  uuid.UUID
}

// Started names a new thread and its opening post.
type Started struct {
	ID     ThreadID
	PostID PostID
	Slug   string
	Held   bool // nobody sees it until a moderator has looked
}

// Path is the new thread's page without the locale.
func (s Started) Path() string { return threadPath(s.ID, s.Slug) }

const (
	threadByClientID = `
select t.id, p.id as post_id, t.slug, p.hidden_at is not null as held from threads t join posts p on p.thread_id = t.id and p.number = 1
where t.author_id = @author and t.client_id = @client_id`
	insertThread = `
insert into threads (challenge_id, kind, title, lang, slug, author_id, client_id, post_count, last_number, change, slow_seconds)
values (@challenge, @kind, @title, @lang, @slug, @author, @client_id, 1, 1, 1, (select slow_seconds from challenges where id = @challenge)) returning id`
	insertPost = `
insert into posts (thread_id, number, author_id, client_id, body, html, lang)
values (@thread, @number, @author, @client_id, @body, @html, @lang) returning id`
)

// StartThread starts a thread. Invalid input is told field by field: title, body, kind, lang, challenge.
func (s *Service) StartThread(ctx context.Context, viewer account.Viewer, form ThreadForm) (started Started, err error) {
	if err := viewer.MayWrite(); err != nil {
		return Started{}, err
	}
	again := pgx.StrictNamedArgs{"author": viewer.ID, "client_id": form.ClientID}
	if started, err := pg.One[Started](ctx, s.store, threadByClientID, again); err == nil {
		return started, nil
	}
	o, err := s.checkThread(ctx, viewer, form)
	if err != nil {
		return Started{}, err
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		started, err = s.start(ctx, tx, viewer, o)
		return err
	})
	if name := pg.Constraint(err); name == "threads_client_id_taken" || name == "posts_client_id_taken" {
		return pg.One[Started](ctx, s.store, threadByClientID, again) // the same form, sent twice at once
	}
	return started, err
}

// StartThreadIn is StartThread as part of a transaction. That a form was sent before is for its owner to know: sent again it is
// an error that ends the transaction.
func (s *Service) StartThreadIn(ctx context.Context, tx *pg.Tx, viewer account.Viewer, form ThreadForm) (Started, error) {
	if err := viewer.MayWrite(); err != nil {
		return Started{}, err
	}
	o, err := s.checkThread(ctx, viewer, form)
	if err != nil {
		return Started{}, err
	}
	return s.start(ctx, tx, viewer, o)
}

// opening is a thread that passed the rules.
type opening struct {
	form  ThreadForm
	in    Challenge
	title string
	written
}

func (s *Service) checkThread(ctx context.Context, viewer account.Viewer, form ThreadForm) (opening, error) {
	c, err := s.FindChallenge(ctx, form.Challenge)
	var fields fault.Fields
	if fault.KindOf(err) == fault.NotFound {
		fields.Add("challenge", "forum.challenge.not_found", nil)
	} else if err != nil {
		return opening{}, err
	}
	if c.ArchivedAt != nil {
		return opening{}, errArchived
	}
	title, err := checkTitle(&fields, form.Title)
	if err != nil {
		return opening{}, err
	}
	checkKind(&fields, viewer, form.Kind)
	if form.Lang == "" {
		form.Lang = markup.Lang(title + "\n" + form.Body)
	}
	w, err := s.write(ctx, &fields, form.Body, form.Lang, footnotes(form.ClientID))
	if err != nil {
		return opening{}, err
	}
	return opening{form, c, title, w}, fields.Err()
}

func (s *Service) start(ctx context.Context, tx *pg.Tx, viewer account.Viewer, o opening) (Started, error) {
	started := Started{Slug: markup.Slug(o.title, o.lang)}
	err := tx.QueryRow(ctx, insertThread, pgx.StrictNamedArgs{"challenge": o.in.ID, "kind": o.form.Kind, "title": o.title,
		"lang": o.lang, "slug": started.Slug, "author": viewer.ID, "client_id": o.form.ClientID}).Scan(&started.ID)
	if err != nil {
		return started, fmt.Errorf("insert thread: %w", err)
	}
	err = tx.QueryRow(ctx, insertPost, postArgs(started.ID, 1, viewer, o.form.ClientID, o.written)).Scan(&started.PostID)
	if err != nil {
		return started, fmt.Errorf("insert opening post: %w", err)
	}
	if err := follow(ctx, tx, viewer.ID, started.ID); err != nil {
		return started, err
	}
	if err := clearDraft(ctx, tx, viewer.ID, "challenge:"+o.in.Slug); err != nil {
		return started, err
	}
	started.Held, err = s.screen(ctx, tx, viewer, FreshPost{ID: started.PostID, Thread: started.ID, Challenge: o.in.ID, Title: o.title, Body: o.body, Lang: o.lang})
	if err != nil || started.Held {
		return started, err
	}
	if err := s.words.Written(ctx, tx, translation.Thread, translation.Fresh{ID: int64(started.ID), Lang: o.lang}); err != nil {
		return started, err
	}
	if err := s.words.Written(ctx, tx, translation.Post, translation.Fresh{ID: int64(started.PostID), Lang: o.lang}); err != nil {
		return started, err
	}
	tx.Touch("challenge:"+o.in.Slug, "threads")
	to, err := followers(ctx, tx, challengeFollowers, int64(o.in.ID))
	if err != nil {
		return started, fmt.Errorf("list followers of challenge %d: %w", o.in.ID, err)
	}
	about := o.in.Title()
	return started, s.tell(ctx, tx, viewer, news{kind: notify.KindThread, thread: started.ID, post: started.PostID, path: started.Path(),
		title: o.title, lang: o.lang, challenge: &about, followers: to, mentions: o.mentions})
}

func postArgs(thread ThreadID, number int, viewer account.Viewer, client uuid.UUID, w written) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"thread": thread, "number": number, "author": viewer.ID, "client_id": client,
		"body": w.body, "html": w.html, "lang": w.lang}
}

// footnotes is the prefix that keeps a post's footnote ids apart from those of other posts on the page.
func footnotes(client uuid.UUID) string { return "p" + client.String()[:8] + "-" }

func checkTitle(fields *fault.Fields, title string) (string, error) {
	title, ok := markup.CleanLine(title)
	if !ok {
		return "", fault.New(fault.Malformed, "error.utf8")
	}
	switch w := markup.Weight(title); {
	case markup.Blank(title):
		fields.Add("title", "forum.title.empty", nil)
	case w < MinTitle:
		fields.Add("title", "forum.title.short", nil)
	case w > MaxTitle:
		fields.Add("title", "forum.title.long", fault.Args{"Max": MaxTitle})
	}
	return title, nil
}

func checkKind(fields *fault.Fields, viewer account.Viewer, kind Kind) {
	switch {
	case !slices.Contains(Kinds, kind):
		fields.Add("kind", "forum.kind.unknown", nil)
	case kind == Announcement && !viewer.Moderates():
		fields.Add("kind", "forum.kind.staff", nil)
	}
}
