package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// HidePoll takes a poll from everybody, with its answers and results: pages, replays, the API, open windows. Moderators only;
// of a hidden poll it is the Conflict chat.already.
func (s *Service) HidePoll(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PollID) (Subject, error) {
	return s.setPollHidden(ctx, tx, viewer, id, KindPollRemove)
}

// UnhidePoll undoes HidePoll.
func (s *Service) UnhidePoll(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PollID) (Subject, error) {
	return s.setPollHidden(ctx, tx, viewer, id, KindPollRestore)
}

const (
	pollSubject = `
		select p.author_id, p.room_id, p.body, p.lang, p.hidden_at is not null, ` + roomPath + ` || '#poll-' || p.id
		from polls p join rooms r on r.id = p.room_id left join challenges c on c.id = r.challenge_id
		where p.id = @id
		for no key update of p`
	setPollHidden = `update polls set hidden_at = case when @hide then now() end where id = @id`
	answersOfPoll = `select id from poll_options where poll_id = @id and hidden_at is null order by id`
)

func (s *Service) setPollHidden(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PollID, kind Kind) (Subject, error) {
	var sub Subject
	var body string
	var hidden bool
	err := tx.QueryRow(ctx, pollSubject, pgx.StrictNamedArgs{"id": id}).
		Scan(&sub.AuthorID, &sub.Room, &body, &sub.Lang, &hidden, &sub.Path)
	if err != nil {
		return Subject{}, wrap(fmt.Sprintf("find poll %d", id), pg.OrNotFound(err, errNoPoll))
	}
	if err := s.moderates(ctx, tx, viewer, sub.Room); err != nil {
		return Subject{}, err
	}
	hide := kind == KindPollRemove
	if hidden == hide {
		return Subject{}, errAlready
	}
	if _, err := tx.Exec(ctx, setPollHidden, pgx.StrictNamedArgs{"id": id, "hide": hide}); err != nil {
		return Subject{}, fmt.Errorf("%s %d: %w", kind, id, err)
	}
	texts, err := textsOfPoll(ctx, tx, id)
	if err != nil {
		return Subject{}, fmt.Errorf("list answers of poll %d: %w", id, err)
	}
	if err := s.words.SetHidden(ctx, tx, hide, texts...); err != nil {
		return Subject{}, err
	}
	if _, err := s.Append(ctx, tx, sub.Room, Entry{Kind: kind, By: viewer.ID, Subject: int64(id)}); err != nil {
		return Subject{}, err
	}
	sub.Excerpt = markup.Shorten(body, excerptWeight)
	return sub, nil
}

// textsOfPoll are the question and the answers that are to be seen with it.
func textsOfPoll(ctx context.Context, tx *pg.Tx, id PollID) ([]translation.Subject, error) {
	rows, err := tx.Query(ctx, answersOfPoll, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return nil, err
	}
	texts := []translation.Subject{{Kind: translation.Poll, ID: int64(id)}}
	var answer int64
	_, err = pgx.ForEachRow(rows, []any{&answer}, func() error {
		texts = append(texts, translation.Subject{Kind: translation.PollOption, ID: answer})
		return nil
	})
	return texts, err
}
