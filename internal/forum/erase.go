package forum

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/translation"
)

var errErased = fault.New(fault.Conflict, "forum.post.erased")

const (
	blankPost   = `update posts set body = '', html = '', erased_at = now() where id = @id and erased_at is null`
	blankTitle  = `update threads set title = '–', slug = '', title_version = title_version + 1 where id = @thread`
	openingPost = `select number = 1 from posts where id = @id`
)

// besidePost is what else holds words of a post, or tells of them.
var besidePost = []string{
	`delete from post_revisions where post_id = @id`,
	`delete from post_reactions where post_id = @id`,
	`delete from bookmarks where post_id = @id`,
	`delete from drafts where place = 'post:' || @id::bigint`,
	forgetCuts,
}

// Erase takes the text of a post out of the database for good, with its former versions and translations, in the moderator's
// transaction; its number stays. A post that is shown is hidden first; with an opening post goes the title of its thread.
// Already erased: the fault forum.already.
func (s *Service) Erase(ctx context.Context, tx *pg.Tx, id PostID) (Subject, error) {
	sub, err := s.SetHidden(ctx, tx, id, true)
	if fault.KindOf(err) == fault.Conflict { // hidden already
		sub, err = s.SubjectOf(ctx, tx, id)
	}
	if err != nil {
		return sub, err
	}
	done, err := tx.Exec(ctx, blankPost, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return sub, fmt.Errorf("erase post %d: %w", id, err)
	}
	if done.RowsAffected() == 0 {
		return sub, errAlready
	}
	for _, query := range besidePost {
		if _, err := tx.Exec(ctx, query, pgx.StrictNamedArgs{"id": id}); err != nil {
			return sub, fmt.Errorf("erase what is beside post %d: %w", id, err)
		}
	}
	gone := []translation.Subject{{Kind: translation.Post, ID: int64(id)}}
	var opening bool
	if err := tx.QueryRow(ctx, openingPost, pgx.StrictNamedArgs{"id": id}).Scan(&opening); err != nil {
		return sub, fmt.Errorf("look at post %d: %w", id, err)
	}
	if opening {
		if _, err := tx.Exec(ctx, blankTitle, pgx.StrictNamedArgs{"thread": sub.ThreadID}); err != nil {
			return sub, fmt.Errorf("erase the title of thread %d: %w", sub.ThreadID, err)
		}
		gone = append(gone, translation.Subject{Kind: translation.Thread, ID: int64(sub.ThreadID)})
		sub.Title = ""
	}
	tx.Touch(subject(sub.ThreadID), "threads")
	return sub, s.words.Erase(ctx, tx, gone...)
}
