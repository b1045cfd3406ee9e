package chat

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// eraseStep is how many events, or questions, or polls, are erased in one transaction: a room that is read meanwhile waits for
// none of them for long, and what is done stays done when the hub stops.
const eraseStep = 500

// KindErase tells who has a room open that what was said in it is gone.
const KindErase Kind = "erase"

// isOver holds for a room whose time is over. One that was opened again after it was erased, and has ended anew, is over anew.
const isOver = `ended_at + make_interval(days => retention_days) <= now() and (erased_at is null or erased_at < ended_at)`

const (
	overRooms = `select id from rooms where id > @after and ` + isOver + ` order by id limit 1`
	holdOver  = `select coalesce(workshop_id, 0) from rooms where id = @room and ` + isOver + ` for no key update`
)

// errStays is why erasing ends early: the room was opened again meanwhile, or what was promised is another thing now.
var errStays = errors.New("the room is not over any more")

// EraseOver erases what was said in every room whose time is over, and returns how many it has emptied: messages with what they
// were before, questions, polls and their answers, with votes, reactions, raised hands and all translations, what the memory
// learned from those, and the notices that lead there. The log keeps its seq: who replays it gets each of them as removed, and
// no name. What runs the room (its states, staff and sanctions) stays. It goes step by step and may be stopped and begun again
// anywhere; running it twice at once, or when nothing is over, harms nothing.
func (s *Service) EraseOver(ctx context.Context) (n int, err error) {
	var after RoomID
	var failed []error
	for ctx.Err() == nil {
		err := s.store.QueryRow(ctx, overRooms, pgx.StrictNamedArgs{"after": after}).Scan(&after)
		if errors.Is(err, pgx.ErrNoRows) {
			break
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("find rooms whose time is over: %w", err))
			break
		}
		switch err := s.erase(ctx, after); {
		case errors.Is(err, errStays):
		case err != nil: // the others do not wait for it
			failed = append(failed, fmt.Errorf("erase room %d: %w", after, err))
		default:
			n++
			s.log.Info("what was said in a room is erased, as promised", "room", after)
		}
	}
	return n, errors.Join(append(failed, ctx.Err())...)
}

func (s *Service) erase(ctx context.Context, id RoomID) error {
	seq, err := s.head(ctx, id, 0)
	if err != nil {
		return err
	}
	// From the end: an answer goes before what it answers.
	for upto := seq; upto > 0; upto -= eraseStep {
		err := s.store.InTx(ctx, func(tx *pg.Tx) error { return s.eraseStretch(ctx, tx, id, max(upto-eraseStep, 0), upto) })
		if err != nil {
			return err
		}
	}
	for _, part := range []erasing{
		{translation.Question, mergedQuestions, `delete from questions where id = any(@ids)`},
		{translation.Question, otherQuestions, `delete from questions where id = any(@ids)`},
		{translation.PollOption, roomOptions, `delete from poll_options where id = any(@ids)`},
		{translation.Poll, wholePolls, `delete from polls where id = any(@ids)`},
	} {
		if err := s.erasePart(ctx, id, part); err != nil {
			return err
		}
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error { return s.eraseRest(ctx, tx, id) })
}

const (
	holdStretch = `select id from messages where room_id = @room and seq > @from and seq <= @upto order by id for update`
	// What they were before and the reactions to them go with them.
	eraseMessages = `delete from messages where id = any(@ids)`
	blankStretch  = `
		update room_events set member_id = null,
			data = '{"removed": true}' || case when message_id is null then '{}' else jsonb_build_object('id', message_id) end
		where room_id = @room and seq > @from and seq <= @upto and (message_id is not null or subject_id is not null)
			and (member_id is not null or data is null or not data ? 'removed')`
)

// eraseStretch erases a part of a room's log. Texts are held before their room, as by everybody else who needs both.
func (s *Service) eraseStretch(ctx context.Context, tx *pg.Tx, id RoomID, from, upto int64) error {
	stretch := pgx.StrictNamedArgs{"room": id, "from": from, "upto": upto}
	ids, err := s.held(ctx, tx, holdStretch, stretch)
	if err != nil {
		return err
	}
	if _, err := holdRoom(ctx, tx, id); err != nil {
		return err
	}
	if err := s.eraseTexts(ctx, tx, translation.Message, eraseMessages, ids); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, blankStretch, stretch)
	return err
}

// erasing is a kind of texts of a room: which of them go next, and how.
type erasing struct {
	kind         translation.SubjectKind
	next, delete string
}

const (
	mergedQuestions = `select id from questions where room_id = @room and into_id is not null order by id limit @n for update`
	otherQuestions  = `select id from questions where room_id = @room and into_id is null order by id limit @n for update`
	roomOptions     = `
		select o.id from poll_options o join polls p on p.id = o.poll_id where p.room_id = @room order by o.id limit @n for update of o`
	wholePolls = `select id from polls where room_id = @room order by id limit @n for update`
)

func (s *Service) erasePart(ctx context.Context, id RoomID, part erasing) error {
	for more := true; more; {
		err := s.store.InTx(ctx, func(tx *pg.Tx) error {
			ids, err := s.held(ctx, tx, part.next, pgx.StrictNamedArgs{"room": id, "n": eraseStep})
			if err != nil {
				return err
			}
			more = len(ids) == eraseStep
			if _, err := holdRoom(ctx, tx, id); err != nil {
				return err
			}
			return s.eraseTexts(ctx, tx, part.kind, part.delete, ids)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) held(ctx context.Context, tx *pg.Tx, query string, args pgx.StrictNamedArgs) ([]int64, error) {
	rows, err := tx.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// holdRoom holds a room whose time is over, and says whose workshop it is of.
func holdRoom(ctx context.Context, tx *pg.Tx, id RoomID) (workshop int64, err error) {
	err = tx.QueryRow(ctx, holdOver, pgx.StrictNamedArgs{"room": id}).Scan(&workshop)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errStays
	}
	return workshop, err
}

// eraseTexts erases texts of one kind and whatever else knows them.
func (s *Service) eraseTexts(ctx context.Context, tx *pg.Tx, kind translation.SubjectKind, query string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, query, pgx.StrictNamedArgs{"ids": ids}); err != nil {
		return fmt.Errorf("erase %d of kind %s: %w", len(ids), kind, err)
	}
	subjects, names := make([]translation.Subject, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		subjects[i], names[i] = translation.Subject{Kind: kind, ID: id}, notify.Subject(string(kind), id)
	}
	if err := s.words.Erase(ctx, tx, subjects...); err != nil {
		return err
	}
	if s.Notices == nil {
		return nil
	}
	return s.Notices.RetractFor(ctx, tx, names...)
}

const (
	eraseHands = `delete from hands where room_id = @room`
	eraseReads = `delete from room_reads where room_id = @room`
	erasePaces = `delete from room_pace where room_id = @room`
	markErased = `update rooms set erased_at = now() where id = @room`
)

// eraseRest ends the erasing of a room.
func (s *Service) eraseRest(ctx context.Context, tx *pg.Tx, id RoomID) error {
	workshop, err := holdRoom(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, query := range []string{eraseHands, eraseReads, erasePaces, markErased} {
		if _, err := tx.Exec(ctx, query, pgx.StrictNamedArgs{"room": id}); err != nil {
			return err
		}
	}
	if s.Erased != nil {
		if err := s.Erased(ctx, tx, id, workshop); err != nil {
			return err
		}
	}
	_, err = s.Append(ctx, tx, id, Entry{Kind: KindErase, Data: data(struct{}{})})
	return err
}
