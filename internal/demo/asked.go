package demo

import (
	"context"
	"time"

	"github.com/google/uuid"

	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// asked are the rows of the questions and polls of rooms, with votes.
type asked struct {
	questionIDs, pollIDs, optionIDs                    []int64 // not used yet
	questions, votes, polls, options, ballots, entries [][]any
}

// copyAsked writes the questions and polls of rooms after what was said there.
func (l *loader) copyAsked(ctx context.Context, tx *pg.Tx, rooms []eventRow) error {
	var questions, polls, options int
	for _, e := range rooms {
		if e.number == 0 {
			questions, polls = questions+len(e.Questions), polls+len(e.Polls)
			for _, p := range e.Polls {
				options += len(p.Options)
			}
		}
	}
	a := &asked{}
	for _, r := range []struct {
		table string
		n     int
		to    *[]int64
	}{{"questions", questions, &a.questionIDs}, {"polls", polls, &a.pollIDs}, {"poll_options", options, &a.optionIDs}} {
		var err error
		if *r.to, err = reserve(ctx, tx, r.table, r.n); err != nil {
			return err
		}
	}
	for _, e := range rooms {
		if e.number != 0 {
			continue
		}
		seq := len(e.Messages)
		for _, q := range e.Questions {
			seq++
			l.ask(a, e, seq, q)
		}
		for _, p := range e.Polls {
			seq++
			l.open(a, e, seq, p)
		}
	}
	return a.copy(ctx, tx)
}

func next(ids *[]int64) int64 {
	id := (*ids)[0]
	*ids = (*ids)[1:]
	return id
}

func (l *loader) ask(a *asked, e eventRow, seq int, q question) {
	id, at, author := next(&a.questionIDs), l.until(e).Add(-time.Duration(q.Ago)), l.members[q.By]
	html := markup.Render(q.Body, markup.Options{Mentions: l.mentions, Lang: q.Lang})
	a.questions = append(a.questions, []any{id, e.room, author, uuid.New(), q.Anonymous, q.Body, html, q.Lang, len(q.Votes), q.State, at})
	l.render(rendering{Subject: translation.Subject{Kind: translation.Question, ID: id}, lang: q.Lang, source: q.Body, version: 1,
		text: q.Translated, translator: q.Translator, at: l.after(at, time.Minute)})
	for _, who := range q.Votes {
		a.votes = append(a.votes, []any{id, l.members[who]})
	}
	var by any = author
	if q.Anonymous {
		by = nil
	}
	a.entries = append(a.entries, []any{e.room, seq, "question", at, by, id})
}

func (l *loader) open(a *asked, e eventRow, seq int, p poll) {
	id, at, voters := next(&a.pollIDs), l.until(e).Add(-time.Duration(p.Ago)), 0
	var closed *time.Time
	if e.end.Before(l.now) {
		closed = &e.end
	}
	for i, o := range p.Options {
		option := next(&a.optionIDs)
		key := markup.Fold(markup.Simplify(markup.Fold(o.Body)))
		a.options = append(a.options, []any{option, id, i + 1, o.Body, p.Lang, key, len(o.Votes)})
		l.render(rendering{Subject: translation.Subject{Kind: translation.PollOption, ID: option}, lang: p.Lang, source: o.Body, version: 1,
			text: o.Translated, translator: p.Translator, plain: true, at: l.after(at, time.Minute)})
		for _, who := range o.Votes {
			a.ballots = append(a.ballots, []any{id, l.members[who], []int64{option}})
		}
		voters += len(o.Votes)
	}
	a.polls = append(a.polls, []any{id, e.room, l.members[p.By], uuid.New(), "single", p.Body, p.Lang, "live", voters, at, closed})
	l.render(rendering{Subject: translation.Subject{Kind: translation.Poll, ID: id}, lang: p.Lang, source: p.Body, version: 1,
		text: p.Translated, translator: p.Translator, plain: true, at: l.after(at, time.Minute)})
	a.entries = append(a.entries, []any{e.room, seq, "poll", at, l.members[p.By], id})
}

func (a *asked) copy(ctx context.Context, tx *pg.Tx) error {
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"questions", []string{"id", "room_id", "author_id", "client_id", "anonymous", "body", "html", "lang", "votes", "state", "created_at"}, a.questions},
		{"question_votes", []string{"question_id", "member_id"}, a.votes},
		{"polls", []string{"id", "room_id", "author_id", "client_id", "kind", "body", "lang", "results", "voters", "created_at", "closed_at"}, a.polls},
		{"poll_options", []string{"id", "poll_id", "position", "body", "lang", "key", "votes"}, a.options},
		{"poll_ballots", []string{"poll_id", "member_id", "options"}, a.ballots},
		{"room_events", []string{"room_id", "seq", "kind", "at", "member_id", "subject_id"}, a.entries},
	} {
		if err := copyRows(ctx, tx, t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	return nil
}
