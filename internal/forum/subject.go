package forum

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Subject is what a moderator acted on: enough for the log and the notice to its author.
type Subject struct {
	AuthorID account.MemberID
	ThreadID ThreadID
	Title    string // of the thread
	Path     string // without the locale
	Was      string // the former title or challenge id; empty where nothing was replaced
}

const (
	hidePost = `
update posts set hidden_at = case when @hidden then now() end
where id = @id and (hidden_at is null) = @hidden and erased_at is null returning author_id, thread_id, number, body`
	countPosts = `
update threads set change = change + 1,
	post_count = (select count(*) from posts where thread_id = @thread and hidden_at is null),
	last_post_at = coalesce((select max(created_at) from posts where thread_id = @thread and hidden_at is null), created_at),
	hidden_at = case when @opening then case when @hidden then now() end else hidden_at end
where id = @thread returning title, slug, (select slug from challenges where id = challenge_id)`
	postExists = `select exists (select from posts where id = @id)`
	postErased = `select exists (select from posts where id = @id and erased_at is not null)`
)

// SetHidden hides a post or shows it again, in the moderator's transaction, with what other posts of the thread quote of it.
// Hiding the opening post hides the thread.
// Already so: the fault forum.already.
func (s *Service) SetHidden(ctx context.Context, tx *pg.Tx, id PostID, hidden bool) (Subject, error) {
	var sub Subject
	var number int
	var body string
	err := tx.QueryRow(ctx, hidePost, pgx.StrictNamedArgs{"id": id, "hidden": hidden}).Scan(&sub.AuthorID, &sub.ThreadID, &number, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		var erased bool
		if err := tx.QueryRow(ctx, postErased, pgx.StrictNamedArgs{"id": id}).Scan(&erased); err != nil {
			return sub, fmt.Errorf("look at post %d: %w", id, err)
		}
		if erased {
			return sub, errErased
		}
		return sub, already(ctx, tx, postExists, int64(id), errPostNotFound)
	}
	if err != nil {
		return sub, fmt.Errorf("hide post %d: %w", id, err)
	}
	var slug, challenge string
	err = tx.QueryRow(ctx, countPosts, pgx.StrictNamedArgs{"thread": sub.ThreadID, "opening": number == 1, "hidden": hidden}).
		Scan(&sub.Title, &slug, &challenge)
	if err != nil {
		return sub, fmt.Errorf("recount thread %d: %w", sub.ThreadID, err)
	}
	sub.Path = fmt.Sprintf("/p/%d", id)
	about := []translation.Subject{{Kind: translation.Post, ID: int64(id)}}
	if number == 1 { // with the opening post the whole thread goes, or comes again
		if about, err = wordsOf(ctx, tx, sub.ThreadID); err != nil {
			return sub, err
		}
		about = append(about, translation.Subject{Kind: translation.Post, ID: int64(id)})
	}
	if err := s.words.SetHidden(ctx, tx, hidden, about...); err != nil {
		return sub, err
	}
	if hidden {
		err = s.cutQuotes(ctx, tx, sub.ThreadID, id, body, true)
	} else {
		err = s.giveBackQuotes(ctx, tx, id)
	}
	if err != nil {
		return sub, err
	}
	tx.Touch(subject(sub.ThreadID), "challenge:"+challenge, "threads")
	return sub, nil
}

const shownOfThread = `select id from posts where thread_id = @thread and hidden_at is null`

// wordsOf are the title of a thread and those of its posts that are not hidden themselves.
func wordsOf(ctx context.Context, tx *pg.Tx, id ThreadID) ([]translation.Subject, error) {
	rows, err := tx.Query(ctx, shownOfThread, pgx.StrictNamedArgs{"thread": id})
	if err != nil {
		return nil, fmt.Errorf("list posts of thread %d: %w", id, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list posts of thread %d: %w", id, err)
	}
	subs := []translation.Subject{{Kind: translation.Thread, ID: int64(id)}}
	for _, post := range ids {
		subs = append(subs, translation.Subject{Kind: translation.Post, ID: post})
	}
	return subs, nil
}

const threadExists = `select exists (select from threads where id = @id)`

// already tells "is in that state" from "does not exist".
func already(ctx context.Context, tx *pg.Tx, query string, id int64, missing *fault.Fault) error {
	var exists bool
	if err := tx.QueryRow(ctx, query, pgx.StrictNamedArgs{"id": id}).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		return missing
	}
	return errAlready
}

const (
	lockThread = `
update threads t set locked_at = case when @on then now() end, change = change + 1
where id = @id and (locked_at is null) = @on `
	pinThread = `
update threads t set pinned_at = case when @on then now() end, change = change + 1
where id = @id and (pinned_at is null) = @on `
	moveThread = `
update threads t set challenge_id = @to, change = t.change + 1
from threads was where t.id = @id and was.id = t.id and t.challenge_id <> @to and exists (select from challenges where id = @to)
returning t.author_id, t.title, t.slug, was.challenge_id::text`
	renameThread = `
update threads t set title = @title, lang = @lang, slug = @slug, title_version = t.title_version + 1, change = t.change + 1
from threads was where t.id = @id and was.id = t.id and (t.title, t.lang) <> (@title, @lang)
returning t.author_id, t.title, t.slug, was.title`
	returningThread = `returning t.author_id, t.title, t.slug, ''`
)

// SetLocked closes a thread to replies and edits, or opens it again.
func (s *Service) SetLocked(ctx context.Context, tx *pg.Tx, id ThreadID, locked bool) (Subject, error) {
	return s.changeThread(ctx, tx, id, lockThread+returningThread, pgx.StrictNamedArgs{"id": id, "on": locked})
}

// SetPinned puts a thread on top of its challenge, or takes it down.
func (s *Service) SetPinned(ctx context.Context, tx *pg.Tx, id ThreadID, pinned bool) (Subject, error) {
	return s.changeThread(ctx, tx, id, pinThread+returningThread, pgx.StrictNamedArgs{"id": id, "on": pinned})
}

// Move puts a thread into another challenge; Was is the former challenge's id.
func (s *Service) Move(ctx context.Context, tx *pg.Tx, id ThreadID, to ChallengeID) (Subject, error) {
	return s.changeThread(ctx, tx, id, moveThread, pgx.StrictNamedArgs{"id": id, "to": to})
}

// Rename gives a thread another title, under the rules of titles; lang "" is guessed. Was is the former title.
func (s *Service) Rename(ctx context.Context, tx *pg.Tx, id ThreadID, title, lang string) (Subject, error) {
	var fields fault.Fields
	title, err := checkTitle(&fields, title)
	if err != nil {
		return Subject{}, err
	}
	lang = language(&fields, lang, title)
	if err := fields.Err(); err != nil {
		return Subject{}, err
	}
	sub, err := s.changeThread(ctx, tx, id, renameThread,
		pgx.StrictNamedArgs{"id": id, "title": title, "lang": lang, "slug": markup.Slug(title, lang)})
	if err != nil {
		return sub, err
	}
	return sub, s.retitled(ctx, tx, id, lang)
}

func (s *Service) changeThread(ctx context.Context, tx *pg.Tx, id ThreadID, query string, args pgx.StrictNamedArgs) (Subject, error) {
	sub := Subject{ThreadID: id}
	var slug string
	err := tx.QueryRow(ctx, query, args).Scan(&sub.AuthorID, &sub.Title, &slug, &sub.Was)
	if errors.Is(err, pgx.ErrNoRows) {
		return sub, already(ctx, tx, threadExists, int64(id), errThreadNotFound)
	}
	if err != nil {
		return sub, fmt.Errorf("change thread %s: %w", strconv.FormatInt(int64(id), 10), err)
	}
	sub.Path = threadPath(id, slug)
	tx.Touch(subject(id), "threads", "challenges")
	return sub, nil
}
