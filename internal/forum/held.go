package forum

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// ErrHeld comes with a post that was written and waits for a moderator: nobody sees it before.
var ErrHeld = errors.New("forum: held for a moderator")

// FreshPost is a post that has just been written, in its transaction.
type FreshPost struct {
	ID        PostID
	Thread    ThreadID
	Challenge ChallengeID
	Title     string // of a new thread; "" of a reply
	Body      string
	Lang      string
}

// screen asks whether a fresh post is to wait, and hides it if so.
func (s *Service) screen(ctx context.Context, tx *pg.Tx, viewer account.Viewer, p FreshPost) (held bool, err error) {
	if s.Screen == nil {
		return false, nil
	}
	if held, err = s.Screen(ctx, tx, viewer, p); err != nil || !held {
		return false, err
	}
	_, err = s.SetHidden(ctx, tx, p.ID, true)
	return true, err
}

const heldPost = `
	select p.author_id, p.number, p.body, p.lang, t.id as thread, t.title, t.lang as title_lang, t.slug, t.challenge_id,
		c.title_en, c.title_zh
	from posts p join threads t on t.id = p.thread_id join challenges c on c.id = t.challenge_id where p.id = @id`

type heldRow struct {
	AuthorID         account.MemberID
	Number           int
	Body, Lang       string
	Thread           ThreadID
	Title, TitleLang string
	Slug             string
	ChallengeID      ChallengeID
	TitleEn, TitleZh string
}

// Release shows a post that was held, in the moderator's transaction, and tells now whom it would have told then.
func (s *Service) Release(ctx context.Context, tx *pg.Tx, id PostID) (Subject, error) {
	sub, err := s.SetHidden(ctx, tx, id, false)
	if err != nil {
		return sub, err
	}
	p, err := pg.One[heldRow](ctx, tx, heldPost, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return sub, fmt.Errorf("read held post %d: %w", id, err)
	}
	mentions, err := s.mentionedIn(ctx, p.Body)
	if err != nil {
		return sub, err
	}
	n := news{kind: notify.KindReply, thread: p.Thread, post: id, path: fmt.Sprintf("/p/%d", id), title: p.Title, lang: p.TitleLang, mentions: mentions}
	query, of := threadFollowers, int64(p.Thread)
	if p.Number == 1 {
		n.kind, n.path, n.challenge = notify.KindThread, Started{ID: p.Thread, Slug: p.Slug}.Path(), &i18n.Text{En: p.TitleEn, Zh: p.TitleZh}
		query, of = challengeFollowers, int64(p.ChallengeID)
		if err := s.words.Written(ctx, tx, translation.Thread, translation.Fresh{ID: int64(p.Thread), Lang: p.TitleLang}); err != nil {
			return sub, err
		}
	}
	if err := s.words.Written(ctx, tx, translation.Post, translation.Fresh{ID: int64(id), Lang: p.Lang}); err != nil {
		return sub, err
	}
	if n.followers, err = followers(ctx, tx, query, of); err != nil {
		return sub, fmt.Errorf("list followers: %w", err)
	}
	return sub, s.tell(ctx, tx, account.Viewer{ID: p.AuthorID}, n)
}

// SubjectOf is what a moderator decides about when nothing of the post changes.
func (s *Service) SubjectOf(ctx context.Context, tx *pg.Tx, id PostID) (Subject, error) {
	p, err := pg.One[heldRow](ctx, tx, heldPost, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return Subject{}, fmt.Errorf("read post %d: %w", id, pg.OrNotFound(err, errPostNotFound))
	}
	return Subject{AuthorID: p.AuthorID, ThreadID: p.Thread, Title: p.Title, Path: fmt.Sprintf("/p/%d", id)}, nil
}
