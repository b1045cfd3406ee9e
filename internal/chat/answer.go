package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
)

// Answer is a question that was answered in the room, and the moment of that.
type Answer struct {
	Question
	From int64     // seq from which on it was being answered; 0: it was marked as answered without that
	Upto int64     // seq with which it was answered
	Said []Message // what was said in between and is not hidden, in order; of much, what got most reactions
}

const (
	// MaxAnswers is how many answered questions Answers gives, MaxSaid how many messages of each.
	MaxAnswers = 100
	MaxSaid    = 6
)

const (
	answeredQuestions = `select ` + questionColumns + ` from questions q join members a on a.id = q.author_id
		where q.room_id = @room and q.hidden_at is null and q.state = 'answered'
		order by q.state_at, q.id limit @n`
	answerMoments = `
		select subject_id as question, coalesce(max(seq) filter (where data->>'state' = 'live'), 0) as live,
			coalesce(max(seq) filter (where data->>'state' = 'answered'), 0) as answered
		from room_events where room_id = @room and kind = 'question_state' and subject_id = any(@ids)
		group by subject_id`
	saidBetween = `
		select w.n, ` + messageColumns + `
		from unnest(@froms::bigint[], @uptos::bigint[]) with ordinality as w (since, upto, n)
		cross join lateral (
			select * from messages where room_id = @room and seq > w.since and seq < w.upto and hidden_at is null
			order by (select coalesce(sum(value::int), 0) from jsonb_each_text(reactions)) desc, seq limit @most
		) m
		join members a on a.id = m.author_id` + messageJoins + `
		order by w.n, m.seq`
)

// Answers are the answered questions of a room, in the order in which they were, at most MaxAnswers, for whoever may read it.
func (s *Service) Answers(ctx context.Context, viewer account.Viewer, id RoomID) ([]Answer, error) {
	if _, err := s.FindRoom(ctx, viewer, id); err != nil {
		return nil, err
	}
	rows, err := pg.All[questionRow](ctx, s.store, answeredQuestions, pgx.StrictNamedArgs{"room": id, "viewer": viewer.ID, "n": MaxAnswers})
	if err != nil {
		return nil, fmt.Errorf("list answered questions of room %d: %w", id, err)
	}
	answers, place, ids := make([]Answer, len(rows)), map[QuestionID]int{}, make([]QuestionID, len(rows))
	for i, r := range rows {
		answers[i].Question, place[r.ID], ids[i] = *r.question(), i, r.ID
	}
	moments, err := pg.All[struct {
		Question       QuestionID
		Live, Answered int64
	}](ctx, s.store, answerMoments, pgx.StrictNamedArgs{"room": id, "ids": ids})
	if err != nil {
		return nil, fmt.Errorf("find when questions of room %d were answered: %w", id, err)
	}
	for _, m := range moments {
		a := &answers[place[m.Question]]
		if a.Upto = m.Answered; m.Live < m.Answered {
			a.From = m.Live
		}
	}
	return answers, s.saidFor(ctx, id, answers)
}

// saidFor puts to answers what was said while they were given.
func (s *Service) saidFor(ctx context.Context, id RoomID, answers []Answer) error {
	var froms, uptos []int64
	var whose []int
	for i, a := range answers {
		if a.From > 0 {
			froms, uptos, whose = append(froms, a.From), append(uptos, a.Upto), append(whose, i)
		}
	}
	if len(whose) == 0 {
		return nil
	}
	said, err := pg.All[struct {
		N int
		messageRow
	}](ctx, s.store, saidBetween, pgx.StrictNamedArgs{"room": id, "froms": froms, "uptos": uptos, "most": MaxSaid})
	if err != nil {
		return fmt.Errorf("read answers in room %d: %w", id, err)
	}
	for _, r := range said {
		a := &answers[whose[r.N-1]]
		a.Said = append(a.Said, *r.message())
	}
	return nil
}

const (
	shownMessages  = `select id from messages where room_id = @room and id = any(@ids) and hidden_at is null`
	shownQuestions = `select id from questions where room_id = @room and id = any(@ids) and hidden_at is null`
)

// Shown are those of the messages and questions that can be seen in a room: not those that were removed, or belong elsewhere.
func (s *Service) Shown(ctx context.Context, db pg.DB, id RoomID, messages []MessageID, questions []QuestionID) (ms []MessageID, qs []QuestionID, err error) {
	rows, err := db.Query(ctx, shownMessages, pgx.StrictNamedArgs{"room": id, "ids": messages})
	if err == nil {
		ms, err = pgx.CollectRows(rows, pgx.RowTo[MessageID])
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look for messages of room %d: %w", id, err)
	}
	rows, err = db.Query(ctx, shownQuestions, pgx.StrictNamedArgs{"room": id, "ids": questions})
	if err == nil {
		qs, err = pgx.CollectRows(rows, pgx.RowTo[QuestionID])
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look for questions of room %d: %w", id, err)
	}
	return ms, qs, nil
}
