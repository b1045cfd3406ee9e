package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Post is one post of a thread, as everyone sees it.
type Post struct {
	ID        PostID
	ThreadID  ThreadID
	Number    int
	Body      string
	HTML      string
	Lang      string
	Version   int
	CreatedAt time.Time
	EditedAt  *time.Time
	Agree     int
	Thanks    int
	Insight   int
	Author
	translation.Found
}

// Content is what a reader of that locale sees; the post was read for that locale.
func (p Post) Content(l i18n.Locale) translation.Shown {
	return translation.Content(p.Text(), p.Found, l)
}

// Text is the post as its author wrote it.
func (p Post) Text() translation.Text {
	return translation.Text{Source: p.Body, HTML: p.HTML, Lang: p.Lang, Version: p.Version}
}

// State changes with the post and with its translation for the readers that it was read for.
func (p Post) State(l i18n.Locale) string {
	if p.Lang == string(l.Reading()) {
		return fmt.Sprintf("%d.0", p.Version)
	}
	return fmt.Sprintf("%d.%d", p.Version, p.TrRevision)
}

// Anchor is the post's place on the page.
func (p Post) Anchor() string { return fmt.Sprintf("post-%d", p.ID) }

const postColumns = `p.id, p.thread_id, p.number, p.body, p.html, p.lang, p.version, p.created_at, p.edited_at,
	coalesce(r.agree, 0)::int as agree, coalesce(r.thanks, 0)::int as thanks, coalesce(r.insight, 0)::int as insight, ` + authorColumns + `, ` + translation.Columns + `
from posts p join members m on m.id = p.author_id
left join translations tr on tr.subject_kind = 'post' and tr.subject_id = p.id and tr.locale = @locale
left join lateral (select count(*) filter (where kind = 'agree') as agree, count(*) filter (where kind = 'thanks') as thanks,
	count(*) filter (where kind = 'insight') as insight from post_reactions where post_id = p.id) r on true`

const listPosts = `select ` + postColumns + `
where p.thread_id = @thread and p.hidden_at is null and p.number > @after order by p.number limit @limit`

// ListPosts is a page of a thread's visible posts with numbers above after, for readers of a locale, and whether there
// are more. limit is at most 100; 0: PageSize. The thread's own visibility is part of FindThread; here hidden posts are in no answer, whoever asks.
func (s *Service) ListPosts(ctx context.Context, l i18n.Locale, thread ThreadID, after, limit int) (ps []Post, more bool, err error) {
	if limit <= 0 || limit > 100 {
		limit = PageSize
	}
	ps, err = pg.All[Post](ctx, s.store, listPosts, pgx.StrictNamedArgs{"thread": thread, "after": after, "limit": limit + 1, "locale": translation.Reading(l)})
	if err != nil {
		return nil, false, fmt.Errorf("list posts of thread %d: %w", thread, err)
	}
	if len(ps) > limit {
		return ps[:limit], true, nil
	}
	return ps, false, nil
}

const findPost = `select ` + postColumns + ` join threads t on t.id = p.thread_id
where p.id = @id and p.hidden_at is null and t.hidden_at is null`

// FindPost finds a visible post of a visible thread, for readers of a locale.
func (s *Service) FindPost(ctx context.Context, l i18n.Locale, id PostID) (Post, error) {
	p, err := pg.One[Post](ctx, s.store, findPost, pgx.StrictNamedArgs{"id": id, "locale": translation.Reading(l)})
	if err != nil {
		return p, fmt.Errorf("find post %d: %w", id, pg.OrNotFound(err, errPostNotFound))
	}
	return p, nil
}

// Place is where a post stands: its thread, and the number after which its page begins.
type Place struct {
	ThreadID ThreadID
	Slug     string
	After    int
}

const placeOfPost = `
select t.id as thread_id, t.slug, case when before.n < @size then 0 else (
	select q.number from posts q where q.thread_id = t.id and q.hidden_at is null
	order by q.number offset before.n / @size * @size - 1 limit 1) end as after
from posts p join threads t on t.id = p.thread_id
cross join lateral (select count(*) as n from posts q where q.thread_id = t.id and q.hidden_at is null and q.number < p.number) before
where p.id = @id and p.hidden_at is null and t.hidden_at is null`

// PlaceOf finds the page of its thread on which a visible post stands.
func (s *Service) PlaceOf(ctx context.Context, id PostID) (Place, error) {
	pl, err := pg.One[Place](ctx, s.store, placeOfPost, pgx.StrictNamedArgs{"id": id, "size": PageSize})
	if err != nil {
		return pl, fmt.Errorf("place post %d: %w", id, pg.OrNotFound(err, errPostNotFound))
	}
	return pl, nil
}

// ReplyForm is a reply. ClientID makes a second sending harmless.
type ReplyForm struct {
	Thread   ThreadID
	Body     string
	Lang     string // "" is guessed
	ClientID uuid.UUID
}

const (
	postByClientID = `select id from posts where author_id = @author and client_id = @client_id`
	nextNumber     = `
update threads t set last_number = last_number + 1, post_count = post_count + 1, last_post_at = now(), change = change + 1
from challenges c where t.id = @thread and c.id = t.challenge_id and t.hidden_at is null and t.locked_at is null and c.archived_at is null
returning t.last_number, t.title, t.lang, c.slug, c.id, t.slow_seconds`
)

// Reply adds a post to a thread. Invalid input is told field by field: body, lang. With ErrHeld it was written too.
func (s *Service) Reply(ctx context.Context, viewer account.Viewer, form ReplyForm) (PostID, error) {
	if err := viewer.MayWrite(); err != nil {
		return 0, err
	}
	again := pgx.StrictNamedArgs{"author": viewer.ID, "client_id": form.ClientID}
	var id PostID
	if err := s.store.QueryRow(ctx, postByClientID, again).Scan(&id); err == nil {
		return id, nil
	}
	var fields fault.Fields
	w, err := s.write(ctx, &fields, form.Body, form.Lang, footnotes(form.ClientID))
	if err != nil {
		return 0, err
	}
	if err := fields.Err(); err != nil {
		return 0, err
	}
	held := false
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		id, held, err = s.reply(ctx, tx, viewer, form, w)
		return err
	})
	if pg.Constraint(err) == "posts_client_id_taken" { // the same form, sent twice at once
		err = s.store.QueryRow(ctx, postByClientID, again).Scan(&id)
	}
	if err == nil && held {
		err = ErrHeld
	}
	return id, err
}

func (s *Service) reply(ctx context.Context, tx *pg.Tx, viewer account.Viewer, form ReplyForm, w written) (id PostID, held bool, err error) {
	var number, slow int
	var title, titleLang, challenge string
	var in ChallengeID
	err = tx.QueryRow(ctx, nextNumber, pgx.StrictNamedArgs{"thread": form.Thread}).Scan(&number, &title, &titleLang, &challenge, &in, &slow)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, s.whyClosed(ctx, viewer, form.Thread)
	}
	if err != nil {
		return 0, false, fmt.Errorf("number the reply: %w", err)
	}
	if err := checkPace(ctx, tx, viewer, in, form.Thread, slow); err != nil {
		return 0, false, err
	}
	if err := tx.QueryRow(ctx, insertPost, postArgs(form.Thread, number, viewer, form.ClientID, w)).Scan(&id); err != nil {
		return 0, false, fmt.Errorf("insert reply: %w", err)
	}
	if err := follow(ctx, tx, viewer.ID, form.Thread); err != nil {
		return 0, false, err
	}
	if err := clearDraft(ctx, tx, viewer.ID, subject(form.Thread)); err != nil {
		return 0, false, err
	}
	held, err = s.screen(ctx, tx, viewer, FreshPost{ID: id, Thread: form.Thread, Challenge: in, Body: w.body, Lang: w.lang})
	if err != nil || held {
		return id, held, err
	}
	if err := s.words.Written(ctx, tx, translation.Post, translation.Fresh{ID: int64(id), Lang: w.lang}); err != nil {
		return 0, false, err
	}
	to, err := followers(ctx, tx, threadFollowers, int64(form.Thread))
	if err != nil {
		return 0, false, fmt.Errorf("list followers of thread %d: %w", form.Thread, err)
	}
	tx.Touch(subject(form.Thread), "challenge:"+challenge, "threads")
	return id, false, s.tell(ctx, tx, viewer, news{kind: notify.KindReply, thread: form.Thread, post: id, path: fmt.Sprintf("/p/%d", id),
		title: title, lang: titleLang, followers: to, mentions: w.mentions})
}

// whyClosed says why a thread took no reply: gone, locked or archived.
func (s *Service) whyClosed(ctx context.Context, viewer account.Viewer, id ThreadID) error {
	t, err := s.FindThread(ctx, viewer, "", id)
	switch {
	case err != nil:
		return err
	case t.HiddenAt != nil:
		return errThreadNotFound
	case t.ChallengeClosed:
		return errArchived
	}
	return errLocked
}

// EditForm changes a post. Version is the one that was edited: when it is no longer the newest, nothing is
// overwritten and the fault says so; 0 skips that check.
type EditForm struct {
	Post    PostID
	Body    string
	Lang    string // "" keeps it
	Version int
}

const (
	lockPost = `
select p.author_id, p.body, p.lang, p.version, p.client_id, p.thread_id, t.title, t.lang as title_lang, t.challenge_id, t.locked_at is not null as locked, c.archived_at is not null as archived
from posts p join threads t on t.id = p.thread_id join challenges c on c.id = t.challenge_id
where p.id = @id and p.hidden_at is null and t.hidden_at is null for update of p`
	keepRevision = `
insert into post_revisions (post_id, version, body, lang, editor_id, created_at)
select id, version, body, lang, @editor, coalesce(edited_at, created_at) from posts where id = @id`
	updatePost = `
update posts set body = @body, html = @html, lang = @lang, version = version + 1, edited_at = now() where id = @id`
	bumpThread = `update threads set change = change + 1 where id = @thread`
)

type lockedPost struct {
	AuthorID         account.MemberID
	Body             string
	Lang             string
	Version          int
	ClientID         uuid.UUID
	ThreadID         ThreadID
	Title, TitleLang string
	ChallengeID      ChallengeID
	Locked           bool
	Archived         bool
}

// Edit changes one's own post; the version before is kept in its history, and who is named for the first time is told.
// Changing nothing makes no version.
func (s *Service) Edit(ctx context.Context, viewer account.Viewer, form EditForm) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	if s.Gate != nil {
		if err := s.Gate(ctx, viewer, form.Body); err != nil {
			return err
		}
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		p, err := pg.One[lockedPost](ctx, tx, lockPost, pgx.StrictNamedArgs{"id": form.Post})
		if err != nil {
			return fmt.Errorf("lock post %d: %w", form.Post, pg.OrNotFound(err, errPostNotFound))
		}
		switch {
		case p.AuthorID != viewer.ID:
			return errForbidden
		case p.Locked:
			return errLocked
		case p.Archived:
			return errArchived
		case form.Version != 0 && form.Version != p.Version:
			return fault.New(fault.Conflict, "forum.post.edited_meanwhile")
		}
		if form.Lang == "" {
			form.Lang = p.Lang
		}
		var fields fault.Fields
		w, err := s.write(ctx, &fields, form.Body, form.Lang, footnotes(p.ClientID))
		if err != nil {
			return err
		}
		if err := fields.Err(); err != nil {
			return err
		}
		if err := clearDraft(ctx, tx, viewer.ID, fmt.Sprintf("post:%d", form.Post)); err != nil {
			return err
		}
		if w.body == p.Body && w.lang == p.Lang {
			return nil
		}
		b := &pgx.Batch{}
		b.Queue(keepRevision, pgx.StrictNamedArgs{"id": form.Post, "editor": viewer.ID})
		b.Queue(updatePost, pgx.StrictNamedArgs{"id": form.Post, "body": w.body, "html": w.html, "lang": w.lang})
		b.Queue(bumpThread, pgx.StrictNamedArgs{"thread": p.ThreadID})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("edit post %d: %w", form.Post, err)
		}
		tx.Touch(subject(p.ThreadID))
		if err := s.tellNamedNow(ctx, tx, viewer, form.Post, p, w); err != nil {
			return err
		}
		return s.outdated(ctx, tx, viewer, form.Post, p.ThreadID, w.lang)
	})
}

// tellNamedNow tells those whom an edit names and the text before did not.
func (s *Service) tellNamedNow(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PostID, before lockedPost, w written) error {
	if len(w.mentions) == 0 {
		return nil
	}
	known, err := s.mentionedIn(ctx, before.Body)
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(w.mentions, func(m account.MemberID) bool { return slices.Contains(known, m) })
	return s.tell(ctx, tx, viewer, news{kind: notify.KindReply, thread: before.ThreadID, post: id, path: fmt.Sprintf("/p/%d", id),
		title: before.Title, lang: before.TitleLang, mentions: fresh})
}

// Revision is one version of a post: a former one, or the present one.
type Revision struct {
	Version   int
	Body      string
	Lang      string
	CreatedAt time.Time
	Withheld  bool // a moderator took something out of it: moderators alone see it
}

const listRevisions = `
select r.version, r.body, r.lang, r.created_at, r.withheld from post_revisions r
join posts p on p.id = r.post_id join threads t on t.id = p.thread_id
where r.post_id = @id and p.hidden_at is null and t.hidden_at is null and (not r.withheld or ` + moderated + `)
union all
select p.version, p.body, p.lang, coalesce(p.edited_at, p.created_at), false from posts p join threads t on t.id = p.thread_id
where p.id = @id and p.hidden_at is null and t.hidden_at is null
order by version desc limit 100`

const anyWithheld = `select exists (select from post_revisions where post_id = @id and withheld)`

// Withheld reports whether a moderator took something out of a post.
func (s *Service) Withheld(ctx context.Context, id PostID) (any bool, err error) {
	if err := s.store.QueryRow(ctx, anyWithheld, pgx.StrictNamedArgs{"id": id}).Scan(&any); err != nil {
		return false, fmt.Errorf("look for what was taken out of post %d: %w", id, err)
	}
	return any, nil
}

// Revisions are the versions of a visible post that the viewer may see, the newest first, at most 100.
func (s *Service) Revisions(ctx context.Context, viewer account.Viewer, id PostID) ([]Revision, error) {
	args := pgx.StrictNamedArgs{"id": id, "viewer": viewer.ID, "moderates": viewer.Moderates()}
	rs, err := pg.All[Revision](ctx, s.store, listRevisions, args)
	if err != nil {
		return nil, fmt.Errorf("list revisions of post %d: %w", id, err)
	}
	if len(rs) == 0 {
		return nil, errPostNotFound
	}
	return rs, nil
}

// Path is the thread's page without the locale.
func (p Place) Path() string { return threadPath(p.ThreadID, p.Slug) }

const newestPosts = `select ` + postColumns + `
where p.thread_id = @thread and p.hidden_at is null order by p.number desc limit @limit`

// NewestPosts are a thread's last visible posts, the newest first, for readers of a locale.
func (s *Service) NewestPosts(ctx context.Context, l i18n.Locale, thread ThreadID, limit int) ([]Post, error) {
	ps, err := pg.All[Post](ctx, s.store, newestPosts, pgx.StrictNamedArgs{"thread": thread, "limit": limit, "locale": translation.Reading(l)})
	if err != nil {
		return nil, fmt.Errorf("list newest posts of thread %d: %w", thread, err)
	}
	return ps, nil
}

const openings = `select ` + postColumns + ` where p.thread_id = any(@threads) and p.number = 1 and p.hidden_at is null`

// Openings are the first posts of threads, by thread, for readers of a locale.
func (s *Service) Openings(ctx context.Context, l i18n.Locale, threads []ThreadID) (map[ThreadID]Post, error) {
	ps, err := pg.All[Post](ctx, s.store, openings, pgx.StrictNamedArgs{"threads": threads, "locale": translation.Reading(l)})
	if err != nil {
		return nil, fmt.Errorf("list opening posts: %w", err)
	}
	byThread := make(map[ThreadID]Post, len(ps))
	for _, p := range ps {
		byThread[p.ThreadID] = p
	}
	return byThread, nil
}
