package forum

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// maxQuoting is how many posts of a thread are looked through for quotes of one that is hidden, the newest first.
const maxQuoting = 2000

type quoting struct {
	ID       PostID
	Body     string
	Lang     string
	Version  int
	ClientID uuid.UUID
	AuthorID account.MemberID
}

const (
	quotingPosts = `
select id, body, lang, version, client_id, author_id from posts
where thread_id = @thread and id <> @id and strpos(body, '>') > 0 and erased_at is null order by number desc limit @limit for update`
	keepQuoting = `
insert into post_revisions (post_id, version, body, lang, editor_id, created_at, withheld)
select id, version, body, lang, author_id, coalesce(edited_at, created_at), @withheld from posts where id = @id`
	noteCut      = `insert into quote_cuts (quoted_id, post_id, version, rewritten) values (@quoted, @id, @version, @rewritten) on conflict do nothing`
	formerQuotes = `
select r.post_id as id, r.body, r.lang, r.version, p.client_id, p.author_id from post_revisions r join posts p on p.id = r.post_id
where p.thread_id = @thread and p.id <> @id and strpos(r.body, '>') > 0 and not r.withheld order by r.created_at desc limit @limit`
	withhold = `update post_revisions set withheld = true where post_id = @id and version = @version`
	rewrite  = `update posts set body = @body, html = @html, version = version + 1 where id = @id`
	cutPosts = `
select p.id, r.body, r.lang, p.version, p.client_id, p.author_id from quote_cuts c
join post_revisions r on r.post_id = c.post_id and r.version = c.version join posts p on p.id = c.post_id
where c.quoted_id = @quoted and c.rewritten and p.version = c.version + 1 and p.erased_at is null order by p.id for update of p`
	uncover = `
with c as (delete from quote_cuts where quoted_id = @quoted returning post_id, version)
update post_revisions r set withheld = false from c
where r.post_id = c.post_id and r.version = c.version`
	forgetCuts = `
with c as (delete from quote_cuts where quoted_id = @id returning post_id, version)
delete from post_revisions r using c where r.post_id = c.post_id and r.version = c.version`
)

// cutQuotes takes what other posts of the thread quote of a text out of them. With noted they can be given back (giveBackQuotes).
func (s *Service) cutQuotes(ctx context.Context, tx *pg.Tx, thread ThreadID, id PostID, text string, noted bool) error {
	all, err := pg.All[quoting](ctx, tx, quotingPosts, pgx.StrictNamedArgs{"thread": thread, "id": id, "limit": maxQuoting})
	if err != nil {
		return fmt.Errorf("look for quotes of post %d: %w", id, err)
	}
	for _, p := range all {
		body, cut := markup.CutQuotes(p.Body, text)
		if !cut {
			continue
		}
		if _, err := tx.Exec(ctx, keepQuoting, pgx.StrictNamedArgs{"id": p.ID, "withheld": true}); err != nil {
			return fmt.Errorf("withhold what post %d quoted: %w", p.ID, err)
		}
		if noted {
			if _, err := tx.Exec(ctx, noteCut, pgx.StrictNamedArgs{"quoted": id, "id": p.ID, "version": p.Version, "rewritten": true}); err != nil {
				return fmt.Errorf("note what post %d quoted: %w", p.ID, err)
			}
		}
		if err := s.rewrite(ctx, tx, p, body); err != nil {
			return err
		}
	}
	return withholdFormer(ctx, tx, thread, id, text, noted)
}

// withholdFormer does so with what posts of the thread quoted before they were edited.
func withholdFormer(ctx context.Context, tx *pg.Tx, thread ThreadID, id PostID, text string, noted bool) error {
	all, err := pg.All[quoting](ctx, tx, formerQuotes, pgx.StrictNamedArgs{"thread": thread, "id": id, "limit": maxQuoting})
	if err != nil {
		return fmt.Errorf("look for former quotes of post %d: %w", id, err)
	}
	for _, r := range all {
		if _, cut := markup.CutQuotes(r.Body, text); !cut {
			continue
		}
		if _, err := tx.Exec(ctx, withhold, pgx.StrictNamedArgs{"id": r.ID, "version": r.Version}); err != nil {
			return fmt.Errorf("withhold what post %d quoted: %w", r.ID, err)
		}
		if !noted {
			continue
		}
		if _, err := tx.Exec(ctx, noteCut, pgx.StrictNamedArgs{"quoted": id, "id": r.ID, "version": r.Version, "rewritten": false}); err != nil {
			return fmt.Errorf("note what post %d quoted: %w", r.ID, err)
		}
	}
	return nil
}

// giveBackQuotes undoes cutQuotes in the posts that nobody has changed since.
func (s *Service) giveBackQuotes(ctx context.Context, tx *pg.Tx, id PostID) error {
	all, err := pg.All[quoting](ctx, tx, cutPosts, pgx.StrictNamedArgs{"quoted": id})
	if err != nil {
		return fmt.Errorf("look for what was quoted of post %d: %w", id, err)
	}
	for _, p := range all {
		if _, err := tx.Exec(ctx, keepQuoting, pgx.StrictNamedArgs{"id": p.ID, "withheld": false}); err != nil {
			return fmt.Errorf("keep what post %d was: %w", p.ID, err)
		}
		if err := s.rewrite(ctx, tx, p, p.Body); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, uncover, pgx.StrictNamedArgs{"quoted": id}); err != nil {
		return fmt.Errorf("uncover what was quoted of post %d: %w", id, err)
	}
	return nil
}

// rewrite gives a post another text that is no edit of its author's. Its translations go: they say the other one.
func (s *Service) rewrite(ctx context.Context, tx *pg.Tx, p quoting, body string) error {
	w, err := s.rendered(ctx, body, p.Lang, footnotes(p.ClientID))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, rewrite, pgx.StrictNamedArgs{"id": p.ID, "body": body, "html": w}); err != nil {
		return fmt.Errorf("rewrite post %d: %w", p.ID, err)
	}
	if err := s.words.Erase(ctx, tx, translation.Subject{Kind: translation.Post, ID: int64(p.ID)}); err != nil {
		return err
	}
	return s.words.Written(ctx, tx, translation.Post, translation.Fresh{ID: int64(p.ID), Lang: p.Lang})
}

// rendered is the HTML of a stored text.
func (s *Service) rendered(ctx context.Context, body, lang, prefix string) (string, error) {
	found, err := s.accounts.ByHandles(ctx, markup.MentionCandidates(body))
	if err != nil {
		return "", err
	}
	return markup.Render(body, markup.Options{Mentions: found, Lang: lang, IDPrefix: prefix}), nil
}
