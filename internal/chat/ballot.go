package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// ballot is a vote in one statement, in a poll that is locked. The row of the ballot remembers what it was before, so that the
// counts move by exactly what changed. Where nothing changes there is no event; where the viewer may not vote, or an answer is
// not one of the poll's, no `room`. Words that were taken out of a cloud keep their votes, which nobody is told.
const ballot = `
	with chosen as (
		select coalesce(array_agg(o.id order by o.id), '{}') as options
		from poll_options o where o.poll_id = @poll and o.id = any(@options::bigint[]) and o.hidden_at is null
	), room as (` + mayAct + ` and r.id = @room and cardinality(@options::bigint[]) = (select cardinality(options) from chosen)
	), cast_ as (
		insert into poll_ballots as b (poll_id, member_id, options)
		select @poll, @viewer, chosen.options from chosen, room
		on conflict (poll_id, member_id) do update set was = b.options, options = excluded.options
			where b.options <> excluded.options
		returning poll_id, options, was
	), counted as (
		update polls p set voters = voters + (cardinality(c.options) > 0)::int - (cardinality(c.was) > 0)::int
		from cast_ c where p.id = c.poll_id and c.options <> c.was
		returning p.id, p.room_id, p.voters, p.results, c.options, c.was
	), moved as (
		update poll_options o set votes = votes + (o.id = any(c.options))::int - (o.id = any(c.was))::int
		from counted c where o.poll_id = c.id and (o.id = any(c.options)) <> (o.id = any(c.was))
		returning o.id, o.votes, o.hidden_at
	), done as (
		select room_id, 'ballot' as kind, null::bigint as by, null::bigint as message_id, c.id as subject_id,
			jsonb_build_object('voters', voters) || case when results = 'live' then jsonb_build_object('counts',
				(select coalesce(jsonb_object_agg(id::text, votes) filter (where hidden_at is null), '{}') from moved)) else '{}' end as data
		from counted c
	)` + appended

var (
	errChoice = fault.New(fault.Invalid, "chat.poll.choice")
	// errNotNow stands for what the room says, until that is asked.
	errNotNow = errors.New("the viewer may not vote now")
)

// CastBallot is a member's choice in a poll, in the place of an earlier one; no options withdraw it. A single choice and a
// scale take one option. In a cloud the words are given with SendWords.
func (s *Service) CastBallot(ctx context.Context, viewer account.Viewer, id PollID, options []OptionID) error {
	if len(options) > MaxOptions {
		return errChoice
	}
	options = append([]OptionID{}, options...)
	slices.Sort(options)
	options = slices.Compact(options)
	return s.vote(ctx, viewer, id, func(tx *pg.Tx, p lockedPoll) error {
		n := len(options)
		if p.Kind == Cloud && n > 0 || p.Kind != Multiple && n > 1 {
			return errChoice
		}
		if err := s.cast(ctx, tx, viewer, id, p, options); err != nil || p.Kind != Cloud {
			return err
		}
		return s.dropWords(ctx, tx, id)
	})
}

// vote has a member do something in an open poll, one after the other. What do refuses with errChoice or errNotNow comes
// after what the room and the poll have to say.
func (s *Service) vote(ctx context.Context, viewer account.Viewer, id PollID, do func(*pg.Tx, lockedPoll) error) error {
	if err := viewer.MayWrite(); err != nil {
		return err
	}
	over := errPollClosed
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		p, err := lock(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !p.Open:
			return errNotNow
		}
		over = errChoice
		return do(tx, p)
	})
	if errors.Is(err, errNotNow) || errors.Is(err, errChoice) {
		err = s.whyNot(ctx, viewer, roomOfPoll, int64(id), errNoPoll, over)
	}
	return wrap(fmt.Sprintf("vote in poll %d", id), err)
}

// cast writes the ballot. Options are sorted, each once.
func (s *Service) cast(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id PollID, p lockedPoll, options []OptionID) error {
	var room RoomID
	var seq int64
	var may bool
	err := tx.QueryRow(ctx, ballot, pgx.StrictNamedArgs{"poll": id, "room": p.Room, "viewer": viewer.ID, "moderates": viewer.Moderates(),
		"options": options}).Scan(&room, &seq, &may)
	switch {
	case err != nil:
		return err
	case !may:
		return errNotNow
	case seq != 0:
		tx.OnCommit(func() { s.tell(room, seq, nil) })
	}
	return nil
}
