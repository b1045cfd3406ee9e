package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Reaction is a short answer to a post.
type Reaction string

const (
	Agree   Reaction = "agree"
	Thanks  Reaction = "thanks"
	Insight Reaction = "insight"
)

// Reactions lists them as they are offered.
var Reactions = []Reaction{Agree, Thanks, Insight}

const (
	addReaction = `
insert into post_reactions (post_id, member_id, kind)
select p.id, @member, @kind from posts p join threads t on t.id = p.thread_id
where p.id = @post and p.hidden_at is null and t.hidden_at is null
on conflict do nothing`
	dropReaction = `delete from post_reactions where post_id = @post and member_id = @member and kind = @kind`
	threadOfPost = `select p.thread_id from posts p join threads t on t.id = p.thread_id where p.id = @post and p.hidden_at is null and t.hidden_at is null`
	addBookmark  = `
insert into bookmarks (member_id, post_id)
select @member, p.id from posts p join threads t on t.id = p.thread_id
where p.id = @post and p.hidden_at is null and t.hidden_at is null
on conflict do nothing`
	dropBookmark = `delete from bookmarks where member_id = @member and post_id = @post`
)

// React adds the viewer's reaction to a post or takes it back; doing either twice is harmless.
func (s *Service) React(ctx context.Context, viewer account.Viewer, id PostID, kind Reaction, on bool) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	if !slices.Contains(Reactions, kind) {
		return fault.New(fault.Invalid, "forum.reaction.unknown")
	}
	query := dropReaction
	if on {
		query = addReaction
	}
	return s.onPost(ctx, id, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, query, pgx.StrictNamedArgs{"post": id, "member": viewer.ID, "kind": kind})
		return err
	})
}

// Bookmark keeps a post for the viewer or drops it; doing either twice is harmless.
func (s *Service) Bookmark(ctx context.Context, viewer account.Viewer, id PostID, on bool) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	query := dropBookmark
	if on {
		query = addBookmark
	}
	if _, err := s.FindPost(ctx, "", id); err != nil {
		return err
	}
	if _, err := s.store.Exec(ctx, query, pgx.StrictNamedArgs{"post": id, "member": viewer.ID}); err != nil {
		return fmt.Errorf("bookmark post %d: %w", id, err)
	}
	return nil
}

// onPost runs f for a visible post and tells that its thread has changed.
func (s *Service) onPost(ctx context.Context, id PostID, f func(*pg.Tx) error) error {
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		var thread ThreadID
		err := tx.QueryRow(ctx, threadOfPost, pgx.StrictNamedArgs{"post": id}).Scan(&thread)
		if err != nil {
			return fmt.Errorf("find post %d: %w", id, pg.OrNotFound(err, errPostNotFound))
		}
		if err := f(tx); err != nil {
			return fmt.Errorf("change post %d: %w", id, err)
		}
		tx.Touch(subject(thread))
		return nil
	})
}

// Bookmarked is a kept post with its thread.
type Bookmarked struct {
	PostID   PostID
	ThreadID ThreadID
	Thread   Thread `db:"-"`
	Body     string
	Lang     string
	Version  int
	KeptAt   time.Time
	Author
	translation.Found
}

// Content is what a reader of that locale sees of the post; the list was read for that locale.
func (b Bookmarked) Content(l i18n.Locale) translation.Shown {
	return translation.Content(translation.Text{Source: b.Body, Lang: b.Lang, Version: b.Version}, b.Found, l)
}

// Excerpt is the beginning of the kept post, as a reader of that locale sees it.
func (b Bookmarked) Excerpt(l i18n.Locale) string { return markup.Excerpt(b.Content(l).Text, 240) }

const listBookmarks = `
select p.id as post_id, t.id as thread_id, left(p.body, 2000) as body, p.lang, p.version, b.created_at as kept_at, ` + authorColumns + `, ` + translation.Columns + `
from bookmarks b join posts p on p.id = b.post_id join threads t on t.id = p.thread_id join members m on m.id = p.author_id
left join translations tr on tr.subject_kind = 'post' and tr.subject_id = p.id and tr.locale = @locale
where b.member_id = @member and p.hidden_at is null and t.hidden_at is null
	and (@after::bigint = 0 or (b.created_at, p.id) < ((select created_at from bookmarks where member_id = @member and post_id = @after), @after))
order by b.created_at desc, p.id desc limit @limit`

// Bookmarks are the viewer's kept posts, for reading in a locale, the latest first, continuing behind the post after; and
// whether there are more.
func (s *Service) Bookmarks(ctx context.Context, viewer account.Viewer, l i18n.Locale, after PostID) (bs []Bookmarked, more bool, err error) {
	bs, err = pg.All[Bookmarked](ctx, s.store, listBookmarks,
		pgx.StrictNamedArgs{"member": viewer.ID, "after": after, "limit": PageSize + 1, "locale": translation.Reading(l)})
	if err != nil {
		return nil, false, fmt.Errorf("list bookmarks: %w", err)
	}
	if more = len(bs) > PageSize; more {
		bs = bs[:PageSize]
	}
	ids := make([]ThreadID, len(bs))
	for i, b := range bs {
		ids[i] = b.ThreadID
	}
	threads, err := s.threads(ctx, l, ids)
	for i := range bs {
		bs[i].Thread = threads[bs[i].ThreadID]
	}
	return bs, more, err
}

const (
	followThread      = `insert into thread_follows (member_id, thread_id) select @member, id from threads where id = @thread and hidden_at is null on conflict do nothing`
	unfollowThread    = `delete from thread_follows where member_id = @member and thread_id = @thread`
	followChallenge   = `insert into challenge_follows (member_id, challenge_id) values (@member, @challenge) on conflict do nothing`
	unfollowChallenge = `delete from challenge_follows where member_id = @member and challenge_id = @challenge`
	isFollowing       = `select exists (select from challenge_follows where member_id = @member and challenge_id = @challenge)`
)

func follow(ctx context.Context, db pg.DB, member account.MemberID, thread ThreadID) error {
	if _, err := db.Exec(ctx, followThread, pgx.StrictNamedArgs{"member": member, "thread": thread}); err != nil {
		return fmt.Errorf("follow thread %d: %w", thread, err)
	}
	return nil
}

// FollowThread makes the inbox tell of new replies, or stops it.
func (s *Service) FollowThread(ctx context.Context, viewer account.Viewer, id ThreadID, on bool) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	if _, err := s.FindThread(ctx, viewer, "", id); err != nil {
		return err
	}
	if on {
		return follow(ctx, s.store, viewer.ID, id)
	}
	if _, err := s.store.Exec(ctx, unfollowThread, pgx.StrictNamedArgs{"member": viewer.ID, "thread": id}); err != nil {
		return fmt.Errorf("unfollow thread %d: %w", id, err)
	}
	return nil
}

// FollowChallenge makes the inbox tell of new threads, or stops it.
func (s *Service) FollowChallenge(ctx context.Context, viewer account.Viewer, slug string, on bool) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	c, err := s.FindChallenge(ctx, slug)
	if err != nil {
		return err
	}
	query := unfollowChallenge
	if on {
		query = followChallenge
	}
	if _, err := s.store.Exec(ctx, query, pgx.StrictNamedArgs{"member": viewer.ID, "challenge": c.ID}); err != nil {
		return fmt.Errorf("follow challenge %s: %w", slug, err)
	}
	return nil
}

// FollowsChallenge reports whether the viewer follows it.
func (s *Service) FollowsChallenge(ctx context.Context, viewer account.Viewer, id ChallengeID) (on bool, err error) {
	if !viewer.SignedIn() {
		return false, nil
	}
	err = s.store.QueryRow(ctx, isFollowing, pgx.StrictNamedArgs{"member": viewer.ID, "challenge": id}).Scan(&on)
	return on, err
}

// Mine is what of a thread page belongs to the viewer alone.
type Mine struct {
	Follows    bool
	Reacted    []Reacted
	Bookmarked []PostID
	Hidden     []HiddenPost // for moderators only
	Draft      Draft
	Change     int64 // of the thread, now; -1 when the viewer may not see it any more
}

// HasReacted reports whether the viewer gave that reaction.
func (m Mine) HasReacted(id PostID, kind Reaction) bool {
	return slices.Contains(m.Reacted, Reacted{id, kind})
}

// Reacted is a reaction that the viewer gave.
type Reacted struct {
	Post PostID
	Kind Reaction
}

// HiddenPost stands, for moderators, where a hidden post was; its text is not part of the page.
type HiddenPost struct {
	ID     PostID
	Number int
	Author string
}

// Draft is what a member is writing and has not posted. It is theirs alone.
type Draft struct {
	Place     string // thread:<id>, challenge:<slug>, post:<id>
	Title     string
	Body      string
	Lang      string
	Kind      string
	UpdatedAt time.Time
}

const (
	saveDraft = `
insert into drafts (member_id, place, title, body, lang, kind) values (@member, @place, @title, @body, @lang, @kind)
on conflict (member_id, place) do update set title = excluded.title, body = excluded.body, lang = excluded.lang,
	kind = excluded.kind, updated_at = now()
returning updated_at`
	dropDraft  = `delete from drafts where member_id = @member and place = @place`
	findDraft  = `select place, title, body, lang, kind, updated_at from drafts where member_id = @member and place = @place`
	listDrafts = `select place, title, left(body, 2000) as body, lang, kind, updated_at from drafts where member_id = @member order by updated_at desc limit 100`
)

func clearDraft(ctx context.Context, tx *pg.Tx, member account.MemberID, place string) error {
	if _, err := tx.Exec(ctx, dropDraft, pgx.StrictNamedArgs{"member": member, "place": place}); err != nil {
		return fmt.Errorf("clear draft: %w", err)
	}
	return nil
}

// SaveDraft keeps what is being written, however unfinished; an empty one is dropped. It answers when it was saved.
func (s *Service) SaveDraft(ctx context.Context, viewer account.Viewer, d Draft) (time.Time, error) {
	if !viewer.SignedIn() {
		return time.Time{}, errSignIn
	}
	if kind, rest, ok := strings.Cut(d.Place, ":"); !ok || rest == "" || len(d.Place) > 80 || !slices.Contains([]string{"thread", "challenge", "post"}, kind) {
		return time.Time{}, fault.New(fault.Invalid, "forum.draft.place")
	}
	for _, text := range []*string{&d.Place, &d.Title, &d.Body, &d.Lang, &d.Kind} {
		clean, ok := markup.Clean(*text)
		if !ok {
			return time.Time{}, fault.New(fault.Malformed, "error.utf8")
		}
		*text = clean
	}
	if len(d.Body) > MaxBody || len(d.Title) > 4*MaxTitle || len(d.Lang) > 8 || len(d.Kind) > 20 {
		return time.Time{}, fault.New(fault.TooLarge, "forum.body.long").With("Max", MaxBody>>10)
	}
	if markup.Blank(d.Title) && markup.Blank(d.Body) {
		_, err := s.store.Exec(ctx, dropDraft, pgx.StrictNamedArgs{"member": viewer.ID, "place": d.Place})
		return time.Now(), err
	}
	var at time.Time
	err := s.store.QueryRow(ctx, saveDraft, pgx.StrictNamedArgs{"member": viewer.ID, "place": d.Place, "title": d.Title,
		"body": d.Body, "lang": d.Lang, "kind": d.Kind}).Scan(&at)
	if err != nil {
		return at, fmt.Errorf("save draft: %w", err)
	}
	return at, nil
}

// FindDraft is the viewer's draft for a place; an empty one when there is none.
func (s *Service) FindDraft(ctx context.Context, viewer account.Viewer, place string) (Draft, error) {
	d, err := pg.One[Draft](ctx, s.store, findDraft, pgx.StrictNamedArgs{"member": viewer.ID, "place": place})
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{Place: place}, nil
	}
	if err != nil {
		return d, fmt.Errorf("find draft: %w", err)
	}
	return d, nil
}

// Drafts are the viewer's, the latest first, at most 100, each with the beginning of its text.
func (s *Service) Drafts(ctx context.Context, viewer account.Viewer) ([]Draft, error) {
	ds, err := pg.All[Draft](ctx, s.store, listDrafts, pgx.StrictNamedArgs{"member": viewer.ID})
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return ds, nil
}
