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

// HideQuestion takes a question from everybody, with its translations: pages, replays, the API, open sockets. Moderators only;
// of a hidden question it is the Conflict chat.already.
func (s *Service) HideQuestion(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id QuestionID) (Subject, error) {
	return s.setQuestionHidden(ctx, tx, viewer, id, KindQuestionRemove)
}

// UnhideQuestion undoes HideQuestion: the question is what it was, with its votes.
func (s *Service) UnhideQuestion(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id QuestionID) (Subject, error) {
	return s.setQuestionHidden(ctx, tx, viewer, id, KindQuestionRestore)
}

const (
	questionSubject = `
		select m.author_id, m.anonymous, m.room_id, left(m.body, 400), m.lang, m.hidden_at is not null, ` + roomPath + `
		from questions m join rooms r on r.id = m.room_id left join challenges c on c.id = r.challenge_id
		where m.id = @id
		for no key update of m`
	hideQuestion = `update questions set hidden_at = case when @hide then now() end where id = @id`
)

func (s *Service) setQuestionHidden(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id QuestionID, kind Kind) (Subject, error) {
	var sub Subject
	var body, path string
	var anonymous, hidden bool
	err := tx.QueryRow(ctx, questionSubject, pgx.StrictNamedArgs{"id": id}).
		Scan(&sub.AuthorID, &anonymous, &sub.Room, &body, &sub.Lang, &hidden, &path)
	if err != nil {
		return Subject{}, wrap(fmt.Sprintf("find question %d", id), pg.OrNotFound(err, errNoQuestion))
	}
	if err := s.moderates(ctx, tx, viewer, sub.Room); err != nil {
		return Subject{}, err
	}
	hide := kind == KindQuestionRemove
	if hidden == hide {
		return Subject{}, errAlready
	}
	if _, err := tx.Exec(ctx, hideQuestion, pgx.StrictNamedArgs{"id": id, "hide": hide}); err != nil {
		return Subject{}, fmt.Errorf("%s %d: %w", kind, id, err)
	}
	if err := s.words.SetHidden(ctx, tx, hide, translation.Subject{Kind: translation.Question, ID: int64(id)}); err != nil {
		return Subject{}, err
	}
	e := Entry{Kind: kind, Subject: int64(id)}
	if !hide && !anonymous { // the restored question is its author's; who moderates is nobody's business
		e.By = sub.AuthorID
	}
	if _, err := s.Append(ctx, tx, sub.Room, e); err != nil {
		return Subject{}, err
	}
	sub.Excerpt = markup.Excerpt(body, excerptWeight)
	sub.Path = fmt.Sprintf("%s#q-%d", path, id)
	return sub, nil
}
