package moderation

import (
	"context"
	"fmt"
	"time"

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
	ID       int64
	AuthorID account.MemberID
	Author   string // "" of a question that was asked without a name
	Text     string // the title of a thread, the beginning of a post, message, question or poll; of a member what they say of themselves
	Lang     string
	Path     string // without the locale
	Hidden   bool
	At       *time.Time // when it was written
}

// What is hidden is shown: moderators decide about it too.
var aboutQueries = map[string]string{
	Post: `
		select p.id, p.author_id, a.name as author, left(p.body, 2000) as text, p.lang,
			'/t/' || p.thread_id || '?after=' || p.number - 1 || '#post-' || p.id as path, p.hidden_at is not null as hidden, p.created_at as at
		from posts p join members a on a.id = p.author_id where p.id = any(@ids)`,
	Message: `
		select m.id, m.author_id, a.name as author, left(m.body, 2000) as text, m.lang,
			coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room') || '?at=' || m.seq || '#m-' || m.id as path,
			m.hidden_at is not null as hidden, m.created_at as at
		from messages m join members a on a.id = m.author_id
			join rooms r on r.id = m.room_id left join challenges c on c.id = r.challenge_id
		where m.id = any(@ids)`,
	Question: `
		select q.id, q.author_id, case when q.anonymous then '' else a.name end as author, left(q.body, 2000) as text, q.lang,
			coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room') || '#q-' || q.id as path, q.hidden_at is not null as hidden, q.created_at as at
		from questions q join members a on a.id = q.author_id
			join rooms r on r.id = q.room_id left join challenges c on c.id = r.challenge_id
		where q.id = any(@ids)`,
	Poll: `
		select p.id, p.author_id, a.name as author, p.body as text, p.lang,
			coalesce(nullif(r.path, ''), '/c/' || c.slug || '/room') || '#poll-' || p.id as path, p.hidden_at is not null as hidden, p.created_at as at
		from polls p join members a on a.id = p.author_id
			join rooms r on r.id = p.room_id left join challenges c on c.id = r.challenge_id
		where p.id = any(@ids)`,
	Thread: `
		select t.id, t.author_id, a.name as author, t.title as text, t.lang, '/t/' || t.id as path,
			t.hidden_at is not null as hidden, t.created_at as at
		from threads t join members a on a.id = t.author_id where t.id = any(@ids)`,
	Decided: `
		select l.id, coalesce(l.author_id, 0) as author_id, coalesce(m.name, '') as author, coalesce(a.text, '') as text, coalesce(a.lang, '') as lang,
			'/decisions/' || l.id as path, false as hidden, a.at
		from moderation_log l left join appeals a on a.log_id = l.id left join members m on m.id = l.author_id where l.id = any(@ids)`,
	Member: `
		select id, id as author_id, name as author, left(about, 2000) as text, about_lang as lang, '/m/' || handle as path,
			false as hidden, null::timestamptz as at
		from members where id = any(@ids)`,
}

// About looks at one post, message, question, poll, thread or member. For moderators.
func (s *Service) About(ctx context.Context, viewer account.Viewer, of Subject) (About, error) {
	if err := permitDesk(viewer); err != nil {
		return About{}, err
	}
	if err := permitWithin(ctx, s.store, viewer, of); err != nil {
		return About{}, err
	}
	found, err := s.abouts(ctx, of)
	if err != nil {
		return About{}, err
	}
	a, ok := found[of]
	if !ok {
		return About{}, fault.New(fault.NotFound, "error.not_found")
	}
	return a, nil
}

// abouts looks at subjects, with one query for each kind of them; those that are gone are missing.
func (s *Service) abouts(ctx context.Context, subjects ...Subject) (map[Subject]About, error) {
	ids := map[string][]int64{}
	for _, sub := range subjects {
		ids[sub.Kind] = append(ids[sub.Kind], sub.ID)
	}
	found := map[Subject]About{}
	for kind, ids := range ids {
		query, ok := aboutQueries[kind]
		if !ok {
			continue
		}
		as, err := pg.All[About](ctx, s.store, query, pgx.StrictNamedArgs{"ids": ids})
		if err != nil {
			return nil, fmt.Errorf("look at %d of kind %s: %w", len(ids), kind, err)
		}
		for _, a := range as {
			if kind != Decided {
				a.Text = markup.Excerpt(a.Text, aboutWeight)
			}
			found[Subject{kind, a.ID}] = a
		}
	}
	return found, nil
}
