package forum

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
	"senet/internal/translation"
)

const withholdRevisions = `update post_revisions set withheld = true where post_id = @id`

// EditOut changes somebody's post in the moderator's transaction. What was there before is kept for moderators, and its
// translations go, because they say it too. An unchanged text is the fault forum.already.
func (s *Service) EditOut(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PostID, body string) (Subject, error) {
	p, err := pg.One[lockedPost](ctx, tx, lockPost, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return Subject{}, fmt.Errorf("lock post %d: %w", id, pg.OrNotFound(err, errPostNotFound))
	}
	if !viewer.ModeratesIn(int64(p.ChallengeID)) {
		return Subject{}, errForbidden
	}
	var fields fault.Fields
	w, err := s.write(ctx, &fields, body, p.Lang, footnotes(p.ClientID))
	if err != nil {
		return Subject{}, err
	}
	if err := fields.Err(); err != nil {
		return Subject{}, err
	}
	if w.body == p.Body {
		return Subject{}, errAlready
	}
	b := &pgx.Batch{}
	b.Queue(keepRevision, pgx.StrictNamedArgs{"id": id, "editor": viewer.ID})
	b.Queue(withholdRevisions, pgx.StrictNamedArgs{"id": id})
	b.Queue(updatePost, pgx.StrictNamedArgs{"id": id, "body": w.body, "html": w.html, "lang": w.lang})
	b.Queue(bumpThread, pgx.StrictNamedArgs{"thread": p.ThreadID})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return Subject{}, fmt.Errorf("edit post %d: %w", id, err)
	}
	of := translation.Subject{Kind: translation.Post, ID: int64(id)}
	if err := s.words.Erase(ctx, tx, of); err != nil {
		return Subject{}, err
	}
	if err := s.words.Written(ctx, tx, translation.Post, translation.Fresh{ID: int64(id), Lang: w.lang}); err != nil {
		return Subject{}, err
	}
	if err := s.cutQuotes(ctx, tx, p.ThreadID, id, linesGone(p.Body, w.body), false); err != nil {
		return Subject{}, err
	}
	tx.Touch(subject(p.ThreadID))
	return s.SubjectOf(ctx, tx, id)
}

// linesGone are the lines of a text that another one does not have.
func linesGone(was, is string) string {
	kept := strings.Split(is, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(was, "\n"), func(l string) bool { return slices.Contains(kept, l) }), "\n")
}
