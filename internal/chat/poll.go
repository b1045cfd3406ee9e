package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// PollID names a poll, OptionID one of its answers.
type (
	PollID   int64
	OptionID int64
)

// PollKind says what a voter may choose.
type PollKind string

const (
	Single   PollKind = "single"
	Multiple PollKind = "multiple"
	Scale    PollKind = "scale" // 1 to 5
	Cloud    PollKind = "cloud" // words of one's own, at most MaxWords
)

// PollKinds lists them in the order in which they are offered.
func PollKinds() []PollKind { return []PollKind{Single, Multiple, Scale, Cloud} }

// Limits of a poll; lengths in weighted characters.
const (
	MaxPoll    = 300
	MaxOption  = 120
	MaxOptions = 20
	MaxWords   = 3
	MaxWord    = 30
	scaleEnd   = 5
)

// Results says when the results of a poll are shown.
type Results string

const (
	ResultsLive   Results = "live"
	ResultsClosed Results = "closed" // only when the poll is closed
)

// Poll is what a host asks everybody, as it is now. Of a hidden one Body and Options are empty. Where the results are not to
// be seen yet, nothing of them is in it: Votes are 0, and a cloud has no Options.
type Poll struct {
	ID       PollID
	Room     RoomID
	ClientID uuid.UUID
	Author   By
	Kind     PollKind
	Body     string // plain
	Lang     string
	Results  Results
	Closed   bool
	Voters   int
	At       time.Time
	Hidden   bool
	Options  []Option
	Own      []OptionID // what the viewer chose; empty in the log
	OwnWords []string   // of a cloud, the words the viewer sent, but for those that were taken out
	Found    Translations
}

// Option is one answer of a poll; of a cloud, a word that somebody sent.
type Option struct {
	ID    OptionID
	Body  string // plain
	Lang  string // "" of a number
	Votes int
	Found Translations
}

// Shown reports whether the results of the poll may be shown.
func (p Poll) Shown() bool { return p.Closed || p.Results == ResultsLive }

// Content is what a reader of that locale sees of the question.
func (p Poll) Content(l i18n.Locale) translation.Shown { return plain(p.Body, p.Lang, p.Found, l) }

// Subject is the question as translation knows it.
func (p Poll) Subject() translation.Subject {
	return translation.Subject{Kind: translation.Poll, ID: int64(p.ID)}
}

// Content is what a reader of that locale sees of an answer.
func (o Option) Content(l i18n.Locale) translation.Shown { return plain(o.Body, o.Lang, o.Found, l) }

// Subject is the answer as translation knows it.
func (o Option) Subject() translation.Subject {
	return translation.Subject{Kind: translation.PollOption, ID: int64(o.ID)}
}

func plain(body, lang string, found Translations, l i18n.Locale) translation.Shown {
	return translation.Content(translation.Text{Source: body, Lang: lang, Version: 1}, found[translation.Reading(l)], l)
}

// Mean is the mean of a scale's answers; 0 without one.
func (p Poll) Mean() float64 {
	sum, n := 0, 0
	for i, o := range p.Options {
		sum, n = sum+(i+1)*o.Votes, n+o.Votes
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

// Share is an answer's share in percent, rounded: of the voters, of whom each may have given several answers; of a cloud of
// all words.
func (p Poll) Share(o Option) int {
	of := p.Voters
	if p.Kind == Cloud {
		of = 0
		for _, o := range p.Options {
			of += o.Votes
		}
	}
	if of == 0 {
		return 0
	}
	return (200*o.Votes + of) / (2 * of)
}

// answerKey is the form under which answers are compared: the same word, whatever its case and width, in traditional or
// simplified characters, is one.
func answerKey(body string) string { return markup.Fold(markup.Simplify(markup.Fold(body))) }

var (
	errNoPoll     = fault.New(fault.NotFound, "chat.poll.not_found")
	errPollClosed = fault.New(fault.Conflict, "chat.poll.closed")
)

// lockPoll comes first in whatever changes a poll, its answers or its ballots, and the room's log last: so nobody waits for
// somebody who waits for him, and who has waited sees what the others did.
const lockPoll = `select kind, results, room_id, state = 'open' from polls where id = @poll and hidden_at is null for no key update`

const (
	roomOfPoll = `select room_id from polls where id = @id and hidden_at is null`
	closePoll  = `
		update polls set state = case when @closed then 'closed' else 'open' end, closed_at = case when @closed then now() end
		where id = @poll and (state = 'closed') <> @closed`
	wordsOfPoll = `select id, lang from poll_options where poll_id = @poll and hidden_at is null order by id`
)

// ClosePoll ends a poll or opens it again, for hosts; doing either twice is harmless. When the event is over polls can be
// closed still.
func (s *Service) ClosePoll(ctx context.Context, viewer account.Viewer, id PollID, closed bool) error {
	return s.changePoll(ctx, viewer, id, func(tx *pg.Tx, room Room, p lockedPoll) (*Entry, error) {
		if err := room.MayAct(viewer); !closed && err != nil {
			return nil, err
		}
		tag, err := tx.Exec(ctx, closePoll, pgx.StrictNamedArgs{"poll": id, "closed": closed})
		if err != nil || tag.RowsAffected() == 0 {
			return nil, err
		}
		if closed && p.Kind == Cloud && p.Results == ResultsClosed { // nobody could see its words before, nor translate them
			err = s.translateWords(ctx, tx, id)
		}
		return &Entry{Kind: KindPollState}, err
	})
}

func (s *Service) translateWords(ctx context.Context, tx *pg.Tx, id PollID) error {
	fresh, err := pg.All[translation.Fresh](ctx, tx, wordsOfPoll, pgx.StrictNamedArgs{"poll": id})
	if err != nil {
		return err
	}
	return s.words.Written(ctx, tx, translation.PollOption, fresh...)
}

const hideOption = `update poll_options set hidden_at = now() where id = @option and poll_id = @poll and hidden_at is null`

// HideWord takes a word out of a cloud, for hosts; doing it twice is harmless. It cannot be sent again.
func (s *Service) HideWord(ctx context.Context, viewer account.Viewer, id PollID, word OptionID) error {
	return s.changePoll(ctx, viewer, id, func(tx *pg.Tx, _ Room, p lockedPoll) (*Entry, error) {
		if p.Kind != Cloud {
			return nil, errChoice
		}
		tag, err := tx.Exec(ctx, hideOption, pgx.StrictNamedArgs{"poll": id, "option": word})
		if err != nil || tag.RowsAffected() == 0 {
			return nil, err
		}
		subject := translation.Subject{Kind: translation.PollOption, ID: int64(word)}
		return &Entry{Kind: KindOptionRemove, Data: data(ownData{Option: word})}, s.words.SetHidden(ctx, tx, true, subject)
	})
}

// lockedPoll is what changes of a poll depend on.
type lockedPoll struct {
	Kind    PollKind
	Results Results
	Room    RoomID
	Open    bool
}

func lock(ctx context.Context, tx *pg.Tx, id PollID) (p lockedPoll, err error) {
	err = tx.QueryRow(ctx, lockPoll, pgx.StrictNamedArgs{"poll": id}).Scan(&p.Kind, &p.Results, &p.Room, &p.Open)
	return p, pg.OrNotFound(err, errNoPoll)
}

// changePoll has a host change a poll, and tells of it where there is something to tell.
func (s *Service) changePoll(ctx context.Context, viewer account.Viewer, id PollID, change func(*pg.Tx, Room, lockedPoll) (*Entry, error)) error {
	room, err := s.hostedRoom(ctx, viewer, roomOfPoll, int64(id), errNoPoll)
	if err != nil {
		return err
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		p, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		e, err := change(tx, room, p)
		if err != nil || e == nil {
			return err
		}
		e.By, e.Subject = viewer.ID, int64(id)
		_, err = s.Append(ctx, tx, room.ID, *e)
		return err
	})
	return wrap(fmt.Sprintf("change poll %d", id), err)
}
