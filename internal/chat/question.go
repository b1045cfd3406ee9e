package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

// QuestionID names a question.
type QuestionID int64

// QuestionState is how far a question has come.
type QuestionState string

const (
	Queued   QuestionState = "queued"
	Live     QuestionState = "live" // is being answered; one at a time
	Answered QuestionState = "answered"
	Parked   QuestionState = "parked" // for later, outside the meeting
	Merged   QuestionState = "merged" // the same as another one, which has its votes
)

// MaxQuestion is the longest question, in weighted characters.
const MaxQuestion = 1000

// Question is what somebody asked in a room, as it is now. Of a hidden one Body and HTML are empty.
type Question struct {
	ID        QuestionID
	Room      RoomID
	ClientID  uuid.UUID
	Author    By // the zero By when it was asked without a name: the side may tell enough
	Anonymous bool
	Body      string
	HTML      string
	Lang      string
	Votes     int
	State     QuestionState
	Into      QuestionID // of a merged one
	At        time.Time
	StateAt   *time.Time
	Hidden    bool
	Voted     bool // the viewer has; false in the log
	Own       bool // the viewer asked it; false in the log
	Found     Translations
}

// Text is the question as its author wrote it.
func (q Question) Text() translation.Text {
	return translation.Text{Source: q.Body, HTML: q.HTML, Lang: q.Lang, Version: 1}
}

// Content is what a reader of that locale sees.
func (q Question) Content(l i18n.Locale) translation.Shown {
	return translation.Content(q.Text(), q.Found[translation.Reading(l)], l)
}

// Subject is the question as translation knows it.
func (q Question) Subject() translation.Subject {
	return translation.Subject{Kind: translation.Question, ID: int64(q.ID)}
}

// Ask is a question to be asked. ClientID makes asking it again harmless.
type Ask struct {
	Room      RoomID
	ClientID  uuid.UUID
	Body      string // Markdown
	Lang      string // "" to have it guessed
	Anonymous bool
}

var (
	errNoQuestion   = fault.New(fault.NotFound, "chat.question.not_found")
	errQuestionOver = fault.New(fault.Conflict, "chat.question.over")
	errNamed        = fault.New(fault.Conflict, "chat.question.named")
)

// Ask asks a question in a room, for members who may act there; also before it is opened. Asking again with the same client id
// gives the same question.
func (s *Service) Ask(ctx context.Context, viewer account.Viewer, a Ask) (QuestionID, error) {
	w, err := s.wording(ctx, a.Body, a.Lang, MaxQuestion, "chat.question.empty", "chat.question.long")
	if err != nil {
		return 0, err
	}
	if err := s.gated(ctx, viewer, w.body); err != nil {
		return 0, err
	}
	room, err := s.FindRoom(ctx, viewer, a.Room)
	if err != nil {
		return 0, err
	}
	if err := room.MayAct(viewer); err != nil {
		return 0, err
	}
	if a.Anonymous && !room.Settings.Anonymous {
		return 0, errNamed
	}
	var id QuestionID
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		id, err = s.ask(ctx, tx, viewer, a, w)
		return err
	})
	return id, wrap(fmt.Sprintf("ask in room %d", a.Room), err)
}

const insertQuestion = `
	insert into questions (room_id, author_id, client_id, anonymous, body, html, lang)
	values (@room, @author, @client, @anonymous, @body, @html, @lang)
	on conflict on constraint questions_client_id_taken do nothing
	returning id`

const askedBefore = `select id from questions where author_id = @author and client_id = @client`

func (s *Service) ask(ctx context.Context, tx *pg.Tx, viewer account.Viewer, a Ask, w wording) (QuestionID, error) {
	var id QuestionID
	err := tx.QueryRow(ctx, insertQuestion, pgx.StrictNamedArgs{"room": a.Room, "author": viewer.ID, "client": a.ClientID,
		"anonymous": a.Anonymous, "body": w.body, "html": w.html, "lang": w.lang}).Scan(&id)
	if err == pgx.ErrNoRows {
		err = tx.QueryRow(ctx, askedBefore, pgx.StrictNamedArgs{"author": viewer.ID, "client": a.ClientID}).Scan(&id)
		return id, err
	}
	if err != nil {
		return 0, err
	}
	if err := s.words.Written(ctx, tx, translation.Question, translation.Fresh{ID: int64(id), Lang: w.lang}); err != nil {
		return 0, err
	}
	e := Entry{Kind: KindQuestion, By: viewer.ID, Subject: int64(id)}
	if a.Anonymous {
		e.By = 0
	}
	_, err = s.Append(ctx, tx, a.Room, e)
	return id, err
}

// A vote and taking it back are one statement each; a merged question's votes go to the one it was merged into. The question
// is locked before the vote is written: who waited for a host sees what he made of it. Everything about questions locks
// them before the room's log.
const vote = `
	with asked as (
		select coalesce(into_id, id) as id from questions where id = @question and hidden_at is null
	), locked as (
		select id, room_id from questions
		where id = (select id from asked) and state in ('queued', 'live') and hidden_at is null
		for no key update
	), room as (` + mayAct + ` and r.id = (select room_id from locked)
	), changed as (%s), counted as (
		update questions set votes = votes + @by where id = (select question_id from changed) returning id, room_id, votes
	), done as (
		select room_id, 'vote' as kind, null::bigint as by, null::bigint as message_id, id as subject_id,
			jsonb_build_object('votes', votes) as data from counted
	)` + appended

var (
	addVote = fmt.Sprintf(vote, `insert into question_votes (question_id, member_id)
		select locked.id, @viewer from locked, room on conflict do nothing returning question_id`)
	dropVote = fmt.Sprintf(vote, `delete from question_votes v using locked, room where v.question_id = locked.id
		and v.member_id = @viewer returning v.question_id`)
)

const roomOfQuestion = `select room_id from questions where id = @id and hidden_at is null`

// Vote votes for a question or takes the vote back; doing either twice is harmless.
func (s *Service) Vote(ctx context.Context, viewer account.Viewer, id QuestionID, on bool) error {
	query, by := dropVote, -1
	if on {
		query, by = addVote, 1
	}
	what := fmt.Sprintf("vote for question %d", id)
	why := func() error { return s.whyNot(ctx, viewer, roomOfQuestion, int64(id), errNoQuestion, errQuestionOver) }
	err := s.act(ctx, what, viewer, query, pgx.StrictNamedArgs{"question": id, "by": by}, why)
	for range maxMerges {
		if !errors.Is(err, errQuestionOver) {
			break
		}
		// It may have been merged while the vote waited for it.
		err = s.act(ctx, what, viewer, query, pgx.StrictNamedArgs{"question": id, "by": by}, why)
	}
	return err
}

// maxMerges is how many merges in a row a vote follows.
const maxMerges = 2

// lockQuestions lets one host at a time move the questions of a room. It is no lock of the room: that one comes last, with
// the log.
const lockQuestions = `select pg_advisory_xact_lock(hashtextextended('chat.questions:' || @room::bigint, 0))`

const (
	// What was live before is answered: there is one at a time.
	liveQuestions = `
		update questions set state = 'answered', state_at = now() where room_id = @room and state = 'live' and id <> @id
		returning id`
	setQuestionState = `
		update questions set state = @state, state_at = now(), into_id = null
		where id = @id and hidden_at is null and state <> @state
		returning into_id`
)

// SetQuestion moves a question to another state, for hosts; one that was merged comes back as its own, its votes stay where
// they went. Moving it to where it is, is harmless.
func (s *Service) SetQuestion(ctx context.Context, viewer account.Viewer, id QuestionID, state QuestionState) error {
	switch state {
	case Queued, Live, Answered, Parked:
	default:
		return fault.New(fault.Invalid, "chat.question.unknown_state")
	}
	room, err := s.hostedRoom(ctx, viewer, roomOfQuestion, int64(id), errNoQuestion)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, lockQuestions, pgx.StrictNamedArgs{"room": room.ID}); err != nil {
			return err
		}
		moved := []QuestionID{}
		if state == Live {
			rows, err := tx.Query(ctx, liveQuestions, pgx.StrictNamedArgs{"room": room.ID, "id": id})
			if err != nil {
				return err
			}
			if moved, err = pgx.CollectRows(rows, pgx.RowTo[QuestionID]); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, setQuestionState, pgx.StrictNamedArgs{"id": id, "state": state})
		if err != nil {
			return fmt.Errorf("move question %d: %w", id, err)
		}
		if tag.RowsAffected() > 0 {
			moved = append(moved, id)
		}
		for _, q := range moved {
			to := movedData{Answered}
			if q == id {
				to.State = state
			}
			if _, err := s.Append(ctx, tx, room.ID, Entry{Kind: KindQuestionState, By: viewer.ID, Subject: int64(q), Data: data(to)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// movedData is in the log for Answers, which looks for the moment of an answer; readers are told the question as it is now.
type movedData struct {
	State QuestionState `json:"state"`
}

const (
	bothQuestions = `
		select count(*) from (select id from questions where id in (@id, @into) and room_id = @room and hidden_at is null
			and state <> 'merged' order by id for no key update) q`
	mergeVotes = `
		with w as (
			insert into question_votes (question_id, member_id)
			select @into, member_id from question_votes where question_id in (select id from questions where id = @id or into_id = @id)
			on conflict do nothing returning member_id
		)
		update questions set votes = votes + (select count(*) from w) where id = @into`
	mergeQuestion = `update questions set state = 'merged', into_id = @into, state_at = now() where id = @id or into_id = @id`
)

// Merge makes a question the same as another one of the room, for hosts: who voted for either has voted for that, once.
func (s *Service) Merge(ctx context.Context, viewer account.Viewer, id, into QuestionID) error {
	room, err := s.hostedRoom(ctx, viewer, roomOfQuestion, int64(id), errNoQuestion)
	if err != nil {
		return err
	}
	if id == into {
		return fault.New(fault.Invalid, "chat.question.merge_self")
	}
	args := pgx.StrictNamedArgs{"id": id, "into": into}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, lockQuestions, pgx.StrictNamedArgs{"room": room.ID}); err != nil {
			return err
		}
		var both int
		err := tx.QueryRow(ctx, bothQuestions, pgx.StrictNamedArgs{"id": id, "into": into, "room": room.ID}).Scan(&both)
		if err != nil {
			return err
		}
		if both != 2 {
			return errQuestionOver
		}
		if _, err := tx.Exec(ctx, mergeVotes, args); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, mergeQuestion, args); err != nil {
			return err
		}
		for _, q := range []QuestionID{id, into} {
			if _, err := s.Append(ctx, tx, room.ID, Entry{Kind: KindQuestionState, By: viewer.ID, Subject: int64(q)}); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(fmt.Sprintf("merge question %d into %d", id, into), err)
}

const questionColumns = `
	q.id, q.room_id as room, q.client_id, q.anonymous, case when q.hidden_at is null then q.body else '' end as body,
	case when q.hidden_at is null then q.html else '' end as html, q.lang, q.votes, q.state, coalesce(q.into_id, 0) as into_id,
	q.created_at as at, q.state_at, q.hidden_at is not null as hidden,
	case when q.anonymous then 0 else a.id end as author_id, case when q.anonymous then '' else a.name end as name,
	case when q.anonymous then '' else a.handle end as handle, case when q.anonymous then '' else a.region end as region,
	case when q.anonymous then '' else a.affiliation end as affiliation,
	case when q.anonymous then '' else a.role end as role,
	exists (select from question_votes v where v.question_id = q.id and v.member_id = @viewer) as voted,
	q.author_id = @viewer as own,
	case when q.hidden_at is null then (` + foundOfQ + `) end as found`

const foundOfQ = foundColumns + `'question' and tr.subject_id = q.id`

type questionRow struct {
	ID          QuestionID
	Room        RoomID
	ClientID    uuid.UUID
	Anonymous   bool
	Body        string
	HTML        string `db:"html"`
	Lang        string
	Votes       int
	State       QuestionState
	IntoID      QuestionID
	At          time.Time
	StateAt     *time.Time
	Hidden      bool
	AuthorID    account.MemberID
	Name        string
	Handle      string
	Region      account.Region
	Affiliation string
	Role        account.Role
	Voted       bool
	Own         bool
	Found       Translations
}

func (r questionRow) question() *Question {
	return &Question{ID: r.ID, Room: r.Room, ClientID: r.ClientID, Anonymous: r.Anonymous, Body: r.Body, HTML: r.HTML, Lang: r.Lang,
		Votes: r.Votes, State: r.State, Into: r.IntoID, At: r.At, StateAt: r.StateAt, Hidden: r.Hidden, Voted: r.Voted, Own: r.Own,
		Author: By{ID: r.AuthorID, Name: r.Name, Handle: r.Handle, Region: r.Region, Affiliation: r.Affiliation, Role: r.Role}, Found: r.Found}
}

const (
	questionsOf = `select ` + questionColumns + ` from questions q join members a on a.id = q.author_id where q.id = any(@ids)`
	// MaxQuestions bounds a list; the most valued of those that wait come first, then what was answered last.
	roomQuestions = `select ` + questionColumns + ` from questions q join members a on a.id = q.author_id
		where q.room_id = @room and q.hidden_at is null
		order by array_position(array['live', 'queued', 'parked', 'answered', 'merged'], q.state),
			case when q.state = 'queued' then q.votes end desc, case when q.state <> 'queued' then q.state_at end desc nulls last, q.id
		limit @n`
)

// MaxQuestions is how many questions a room shows.
const MaxQuestions = 300

// Questions are those of a room, at most MaxQuestions: the one that is live, the queued ones by votes and then by age, the
// parked, the answered, the merged, of these the newest first. room-order.js keeps the same order.
func (s *Service) Questions(ctx context.Context, viewer account.Viewer, room RoomID) ([]Question, error) {
	rows, err := pg.All[questionRow](ctx, s.store, roomQuestions, pgx.StrictNamedArgs{"viewer": viewer.ID, "room": room, "n": MaxQuestions})
	if err != nil {
		return nil, fmt.Errorf("list questions of room %d: %w", room, err)
	}
	qs := make([]Question, len(rows))
	for i, r := range rows {
		qs[i] = *r.question()
	}
	return qs, nil
}
