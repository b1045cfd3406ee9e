package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// ballot is a vote in one statement. The row of the ballot remembers what it was before, so that the counts move by exactly
// what changed; the poll's row comes before its options' in every statement, so that two voters cannot wait for each other.
const ballot = `
	with chosen as (
		select coalesce(array_agg(o.id order by o.id), '{}') as options
		from poll_options o where o.poll_id = @poll and o.id = any(@options::bigint[]) and o.hidden_at is null
	), room as (` + mayAct + ` and r.id = (select room_id from polls where id = @poll and state = 'open' and hidden_at is null)
		and cardinality(@options::bigint[]) = (select cardinality(options) from chosen)
	), cast_ as (
		insert into poll_ballots as b (poll_id, member_id, options)
		select @poll, @viewer, chosen.options from chosen, room
		on conflict (poll_id, member_id) do update set was = b.options, options = excluded.options
			where b.options <> excluded.options
		returning poll_id, options, was
	), counted as (
		update polls p set voters = voters + (cardinality(c.options) > 0)::int - (cardinality(c.was) > 0)::int
		from cast_ c where p.id = c.poll_id
		returning p.id, p.room_id, p.voters, p.results, c.options, c.was
	), moved as (
		update poll_options o set votes = votes + (o.id = any(c.options))::int - (o.id = any(c.was))::int
		from counted c where o.poll_id = c.id and (o.id = any(c.options)) <> (o.id = any(c.was))
		returning o.id, o.votes
	), done as (
		select room_id, 'ballot' as kind, null::bigint as by, null::bigint as message_id, c.id as subject_id,
			jsonb_build_object('voters', voters) || case when results = 'live'
				then jsonb_build_object('counts', (select coalesce(jsonb_object_agg(id::text, votes), '{}') from moved)) else '{}' end as data
		from counted c
	)` + appended

const pollClosed = `select state = 'closed' from polls where id = @id and hidden_at is null`

var errChoice = fault.New(fault.Invalid, "chat.poll.choice")

const pollKind = `select kind, room_id from polls where id = @id and hidden_at is null`

// CastBallot is a member's choice in a poll, in the place of an earlier one; no options withdraw it. A single choice and a
// scale take one option. In a cloud the words are given with SendWords.
func (s *Service) CastBallot(ctx context.Context, viewer account.Viewer, id PollID, options []OptionID) error {
	options = append([]OptionID{}, options...)
	slices.Sort(options)
	options = slices.Compact(options)
	if !viewer.SignedIn() {
		return errSignIn
	}
	var kind PollKind
	var room RoomID
	if err := s.store.QueryRow(ctx, pollKind, pgx.StrictNamedArgs{"id": id}).Scan(&kind, &room); err != nil {
		return wrap("find poll", pg.OrNotFound(err, errNoPoll))
	}
	if kind == Cloud && len(options) > 0 || kind != Multiple && len(options) > 1 || len(options) > MaxOptions {
		return errChoice
	}
	return s.cast(ctx, viewer, id, options)
}

func (s *Service) cast(ctx context.Context, viewer account.Viewer, id PollID, options []OptionID) error {
	return s.act(ctx, fmt.Sprintf("vote in poll %d", id), viewer, ballot,
		pgx.StrictNamedArgs{"poll": id, "options": options},
		func() error {
			var closed bool
			if err := s.store.QueryRow(ctx, pollClosed, pgx.StrictNamedArgs{"id": id}).Scan(&closed); err != nil {
				return pg.OrNotFound(err, errNoPoll)
			}
			over := errChoice
			if closed {
				over = errPollClosed
			}
			return s.whyNot(ctx, viewer, roomOfPoll, int64(id), errNoPoll, over)
		})
}

const (
	wordsOf = `
		select w.key, coalesce(o.id, 0), coalesce(o.hidden_at is not null, false)
		from unnest(@keys::text[]) w (key) left join poll_options o on o.poll_id = @poll and o.key = w.key`
	addWord = `
		insert into poll_options (poll_id, position, body, lang, key) values (@poll, 0, @body, @lang, @key)
		on conflict on constraint poll_options_key_taken do nothing returning id`
)

// SendWords gives a member's words to a cloud, at most MaxWords, in the place of earlier ones. The same word, whatever its case
// and width, is there once.
func (s *Service) SendWords(ctx context.Context, viewer account.Viewer, id PollID, words []string) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	kept, err := checkWords(words)
	if err != nil {
		return err
	}
	var kind PollKind
	var of RoomID
	if err := s.store.QueryRow(ctx, pollKind, pgx.StrictNamedArgs{"id": id}).Scan(&kind, &of); err != nil {
		return wrap("find poll", pg.OrNotFound(err, errNoPoll))
	}
	if kind != Cloud {
		return errChoice
	}
	room, err := s.FindRoom(ctx, viewer, of)
	if err != nil {
		return err
	}
	if err := room.MayAct(viewer); err != nil {
		return err
	}
	options, err := s.wordOptions(ctx, viewer, room.ID, id, kept)
	if err != nil {
		return wrap(fmt.Sprintf("send words to poll %d", id), err)
	}
	return s.cast(ctx, viewer, id, options)
}

func checkWords(words []string) (kept []string, err error) {
	var wrong fault.Fields
	var keys []string
	for _, w := range words {
		w, ok := markup.CleanLine(w)
		if !ok {
			return nil, errUTF8
		}
		if w == "" || slices.Contains(keys, markup.Fold(w)) {
			continue
		}
		if markup.Weight(w) > MaxWord {
			wrong.Add("words", "chat.poll.word_long", fault.Args{"Max": MaxWord})
		}
		kept, keys = append(kept, w), append(keys, markup.Fold(w))
	}
	if len(kept) == 0 || len(kept) > MaxWords {
		wrong.Add("words", "chat.poll.words", fault.Args{"Max": MaxWords})
	}
	return kept, wrong.Err()
}

// wordOptions are the options of words: those that are there, and new ones, which the log tells of. A word that a host took out
// stays out.
func (s *Service) wordOptions(ctx context.Context, viewer account.Viewer, room RoomID, poll PollID, words []string) (ids []OptionID, err error) {
	body := map[string]string{}
	keys := make([]string, len(words))
	for i, w := range words {
		keys[i] = markup.Fold(w)
		body[keys[i]] = w
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		var open bool
		err := tx.QueryRow(ctx, `select state = 'open' from polls where id = $1 for no key update`, poll).Scan(&open)
		if err != nil || !open {
			return cmp.Or[error](err, errPollClosed)
		}
		rows, err := tx.Query(ctx, wordsOf, pgx.StrictNamedArgs{"poll": poll, "keys": keys})
		if err != nil {
			return err
		}
		var fresh []string
		var key string
		var id OptionID
		var hidden bool
		_, err = pgx.ForEachRow(rows, []any{&key, &id, &hidden}, func() error {
			switch {
			case hidden:
			case id == 0:
				fresh = append(fresh, key)
			default:
				ids = append(ids, id)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, key := range fresh { // at most MaxWords
			lang := langOf(body[key])
			err := tx.QueryRow(ctx, addWord, pgx.StrictNamedArgs{"poll": poll, "body": body[key], "lang": lang, "key": key}).Scan(&id)
			if err != nil {
				return err
			}
			ids = append(ids, id)
			e := Entry{Kind: KindOption, Subject: int64(poll), Data: data(ownData{Option: id})}
			if _, err := s.Append(ctx, tx, room, e); err != nil {
				return err
			}
			if err := s.words.Written(ctx, tx, translation.PollOption, translation.Fresh{ID: int64(id), Lang: lang}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(ids) == 0 {
		err = fault.New(fault.Invalid, "chat.poll.word_hidden")
	}
	return ids, err
}
