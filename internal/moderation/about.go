package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
)

// aboutWeight is how much of a text About shows, in weighted characters.
const aboutWeight = 400

// About is what somebody who is to decide must see of a subject: whose it is, how it begins and where it stands.
type About struct {
	Author string // "" of a question that was asked without a name
	Text   string // the title of a thread, the beginning of a post, message, question or poll; "" of a member
	Lang   string
	Path   string // without the locale
}

// What is hidden is shown: moderators decide about it too.
const (
	aboutPost = `
		select a.name as author, left(p.body, 2000) as text, p.lang,
			'/t/' || p.thread_id || '?after=' || p.number - 1 || '#post-' || p.id as path
		from posts p join members a on a.id = p.author_id where p.id = @id`
	aboutMessage = `
		select a.name as author, left(m.body, 2000) as text, m.lang,
			coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room') || '?at=' || m.seq || '#m-' || m.id as path
		from messages m join members a on a.id = m.author_id
			join rooms r on r.id = m.room_id left join challenges c on c.id = r.challenge_id
		where m.id = @id`
	aboutQuestion = `
		select case when q.anonymous then '' else a.name end as author, left(q.body, 2000) as text, q.lang,
			coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room') || '#q-' || q.id as path
		from questions q join members a on a.id = q.author_id
			join rooms r on r.id = q.room_id left join challenges c on c.id = r.challenge_id
		where q.id = @id`
	aboutPoll = `
		select a.name as author, p.body as text, p.lang, coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room') || '#poll-' || p.id as path
		from polls p join members a on a.id = p.author_id
			join rooms r on r.id = p.room_id left join challenges c on c.id = r.challenge_id
		where p.id = @id`
	aboutThreadTitle = `
		select a.name as author, t.title as text, t.lang, '/t/' || t.id as path
		from threads t join members a on a.id = t.author_id where t.id = @id`
	aboutMember = `
		select name as author, '' as text, '' as lang, '/m/' || handle as path from members where id = @id`
)

// About looks at a post, message, question, poll, thread or member. For moderators.
func (s *Service) About(ctx context.Context, viewer account.Viewer, of Subject) (About, error) {
	if err := permit(viewer, ""); err != nil {
		return About{}, err
	}
	query := aboutMember
	switch of.Kind {
	case Post:
		query = aboutPost
	case Message:
		query = aboutMessage
	case Question:
		query = aboutQuestion
	case Poll:
		query = aboutPoll
	case Thread:
		query = aboutThreadTitle
	}
	a, err := pg.One[About](ctx, s.store, query, pgx.StrictNamedArgs{"id": of.ID})
	if err != nil {
		return About{}, fmt.Errorf("look at %s: %w", of, pg.OrNotFound(err, fault.New(fault.NotFound, "error.not_found")))
	}
	a.Text = markup.Excerpt(a.Text, aboutWeight)
	return a, nil
}
