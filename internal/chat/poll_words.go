package chat

import (
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

// SendWords gives a member's words to a cloud, at most MaxWords, in the place of earlier ones. The same word, whatever its case
// and width, in traditional or simplified characters, is there once; one that nobody stands by any more is gone. Words that a
// host took out are passed over. It gives what the words are in the cloud.
func (s *Service) SendWords(ctx context.Context, viewer account.Viewer, id PollID, words []string) (options []OptionID, err error) {
	if err := viewer.MayWrite(); err != nil {
		return nil, err
	}
	if words, err = checkWords(words); err != nil {
		return nil, err
	}
	err = s.vote(ctx, viewer, id, func(tx *pg.Tx, p lockedPoll) error {
		if p.Kind != Cloud {
			return errChoice
		}
		if options, err = s.wordOptions(ctx, tx, id, p, words); err != nil {
			return err
		}
		if err := s.cast(ctx, tx, viewer, id, p, options); err != nil {
			return err
		}
		return s.dropWords(ctx, tx, id)
	})
	return options, err
}

func checkWords(words []string) (kept []string, err error) {
	var wrong fault.Fields
	var keys []string
	for _, w := range words {
		w, ok := markup.CleanLine(w)
		if !ok {
			return nil, errUTF8
		}
		if key := answerKey(w); w != "" && !slices.Contains(keys, key) && len(keys) <= MaxWords {
			kept, keys = append(kept, w), append(keys, key)
		}
		if markup.Weight(w) > MaxWord {
			wrong.Add("words", "chat.poll.word_long", fault.Args{"Max": MaxWord})
		}
	}
	if len(kept) == 0 || len(kept) > MaxWords {
		wrong.Add("words", "chat.poll.words", fault.Args{"Max": MaxWords})
	}
	return kept, wrong.Err()
}

const (
	wordsOf = `
		select w.key, coalesce(o.id, 0), coalesce(o.hidden_at is not null, false)
		from unnest(@keys::text[]) w (key) left join poll_options o on o.poll_id = @poll and o.key = w.key`
	addWord = `insert into poll_options (poll_id, position, body, lang, key) values (@poll, 0, @body, @lang, @key) returning id`
)

// wordOptions are the options of words, sorted: those that are there, and new ones, which the log tells of.
func (s *Service) wordOptions(ctx context.Context, tx *pg.Tx, id PollID, p lockedPoll, words []string) (ids []OptionID, err error) {
	body, keys := map[string]string{}, make([]string, len(words))
	for i, w := range words {
		keys[i] = answerKey(w)
		body[keys[i]] = w
	}
	rows, err := tx.Query(ctx, wordsOf, pgx.StrictNamedArgs{"poll": id, "keys": keys})
	if err != nil {
		return nil, err
	}
	var fresh []string
	var key string
	var option OptionID
	var hidden bool
	_, err = pgx.ForEachRow(rows, []any{&key, &option, &hidden}, func() error {
		switch {
		case hidden:
		case option == 0:
			fresh = append(fresh, body[key])
		default:
			ids = append(ids, option)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(ids)+len(fresh) == 0 {
		return nil, fault.New(fault.Invalid, "chat.poll.word_hidden")
	}
	for _, w := range fresh { // at most MaxWords
		if option, err = s.addWord(ctx, tx, id, p, w); err != nil {
			return nil, err
		}
		ids = append(ids, option)
	}
	slices.Sort(ids)
	return ids, nil
}

func (s *Service) addWord(ctx context.Context, tx *pg.Tx, id PollID, p lockedPoll, word string) (option OptionID, err error) {
	lang := markup.Lang(word)
	err = tx.QueryRow(ctx, addWord, pgx.StrictNamedArgs{"poll": id, "body": word, "lang": lang, "key": answerKey(word)}).Scan(&option)
	if err != nil {
		return 0, err
	}
	if p.Results == ResultsLive { // else it is translated once it may be seen
		if err := s.words.Written(ctx, tx, translation.PollOption, translation.Fresh{ID: int64(option), Lang: lang}); err != nil {
			return 0, err
		}
	}
	_, err = s.Append(ctx, tx, p.Room, Entry{Kind: KindOption, Subject: int64(id), Data: data(ownData{Option: option})})
	return option, err
}

const dropWords = `delete from poll_options where poll_id = @poll and votes = 0 and hidden_at is null returning id`

// dropWords removes the words of a cloud that nobody stands by any more: somebody who tries word after word leaves nothing
// behind.
func (s *Service) dropWords(ctx context.Context, tx *pg.Tx, id PollID) error {
	rows, err := tx.Query(ctx, dropWords, pgx.StrictNamedArgs{"poll": id})
	if err != nil {
		return fmt.Errorf("drop words: %w", err)
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("drop words: %w", err)
	}
	for _, option := range gone { // at most MaxWords
		if err := s.words.Erase(ctx, tx, translation.Subject{Kind: translation.PollOption, ID: option}); err != nil {
			return err
		}
	}
	return nil
}
