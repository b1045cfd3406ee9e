package chat

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// NewPoll is a poll to be opened. ClientID makes opening it again harmless.
type NewPoll struct {
	Room     RoomID
	ClientID uuid.UUID
	Kind     PollKind
	Body     string
	Options  []string // of a single or multiple choice; empty lines are passed over
	Lang     string   // of all of it; "" to have it guessed
	Results  Results  // "": live
}

// OpenPoll opens a poll in a room, for hosts who may act there; also before the room is opened, and while it is paused.
// Opening it again with the same client id gives the same poll.
func (s *Service) OpenPoll(ctx context.Context, viewer account.Viewer, n NewPoll) (PollID, error) {
	room, err := s.FindRoom(ctx, viewer, n.Room)
	switch {
	case err != nil:
		return 0, err
	case viewer.SignedIn() && !room.Hosts(viewer):
		return 0, errForbidden
	}
	if err := room.MayAct(viewer); err != nil {
		return 0, err
	}
	if err := n.check(); err != nil {
		return 0, err
	}
	var id PollID
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		id, err = s.openPoll(ctx, tx, viewer, n)
		return err
	})
	return id, wrap(fmt.Sprintf("open poll in room %d", n.Room), err)
}

// check cleans a poll and says what is wrong with it.
func (n *NewPoll) check() error {
	var wrong fault.Fields
	var ok bool
	if n.Body, ok = markup.CleanLine(n.Body); !ok {
		return errUTF8
	}
	switch w := markup.Weight(n.Body); {
	case n.Body == "":
		wrong.Add("body", "chat.poll.empty", nil)
	case w > MaxPoll:
		wrong.Add("body", "chat.poll.long", fault.Args{"Max": MaxPoll})
	}
	switch n.Kind {
	case Single, Multiple:
		if err := n.checkOptions(&wrong); err != nil {
			return err
		}
	case Scale:
		n.Options = nil
		for i := range scaleEnd {
			n.Options = append(n.Options, strconv.Itoa(i+1))
		}
	case Cloud:
		n.Options = nil
	default:
		wrong.Add("kind", "chat.poll.unknown_kind", nil)
	}
	switch n.Results {
	case "":
		n.Results = ResultsLive
	case ResultsLive, ResultsClosed:
	default:
		wrong.Add("results", "chat.poll.unknown_results", nil)
	}
	if n.Lang == "" {
		n.Lang = langOf(n.Body)
	}
	if _, ok := i18n.ParseWritten(n.Lang); !ok {
		wrong.Add("lang", "chat.lang.unknown", nil)
	}
	return wrong.Err()
}

func (n *NewPoll) checkOptions(wrong *fault.Fields) error {
	kept := make([]string, 0, len(n.Options))
	seen := map[string]bool{}
	for _, o := range n.Options {
		o, ok := markup.CleanLine(o)
		if !ok {
			return errUTF8
		}
		if o == "" {
			continue
		}
		if markup.Weight(o) > MaxOption {
			wrong.Add("options", "chat.poll.option_long", fault.Args{"Max": MaxOption})
		}
		if key := answerKey(o); !seen[key] {
			seen[key] = true
			kept = append(kept, o)
		}
	}
	n.Options = kept
	if len(kept) < 2 || len(kept) > MaxOptions {
		wrong.Add("options", "chat.poll.options", fault.Args{"Max": MaxOptions})
	}
	return nil
}

const (
	insertPoll = `
		insert into polls (room_id, author_id, client_id, kind, body, lang, results)
		values (@room, @author, @client, @kind, @body, @lang, @results)
		on conflict on constraint polls_client_id_taken do nothing returning id`
	pollBefore    = `select id from polls where author_id = @author and client_id = @client`
	insertOptions = `
		insert into poll_options (poll_id, position, body, lang, key)
		select @poll, n, body, lang, key from unnest(@bodies::text[], @langs::text[], @keys::text[]) with ordinality as o (body, lang, key, n)
		returning id, lang`
)

func (s *Service) openPoll(ctx context.Context, tx *pg.Tx, viewer account.Viewer, n NewPoll) (PollID, error) {
	var id PollID
	err := tx.QueryRow(ctx, insertPoll, pgx.StrictNamedArgs{"room": n.Room, "author": viewer.ID, "client": n.ClientID,
		"kind": n.Kind, "body": n.Body, "lang": n.Lang, "results": n.Results}).Scan(&id)
	if err == pgx.ErrNoRows {
		err = tx.QueryRow(ctx, pollBefore, pgx.StrictNamedArgs{"author": viewer.ID, "client": n.ClientID}).Scan(&id)
		return id, err
	}
	if err != nil {
		return 0, err
	}
	if err := s.words.Written(ctx, tx, translation.Poll, translation.Fresh{ID: int64(id), Lang: n.Lang}); err != nil {
		return 0, err
	}
	if err := s.addOptions(ctx, tx, id, n); err != nil {
		return 0, err
	}
	_, err = s.Append(ctx, tx, n.Room, Entry{Kind: KindPoll, By: viewer.ID, Subject: int64(id)})
	return id, err
}

// addOptions writes the answers. They are in the language of the question but for those without words, as numbers are.
func (s *Service) addOptions(ctx context.Context, tx *pg.Tx, poll PollID, n NewPoll) error {
	if len(n.Options) == 0 {
		return nil
	}
	keys, langs := make([]string, len(n.Options)), make([]string, len(n.Options))
	for i, o := range n.Options {
		keys[i] = answerKey(o)
		if markup.Lang(o) != "" {
			langs[i] = n.Lang
		}
	}
	rows, err := tx.Query(ctx, insertOptions, pgx.StrictNamedArgs{"poll": poll, "bodies": n.Options, "keys": keys, "langs": langs})
	if err != nil {
		return err
	}
	fresh, err := pgx.CollectRows(rows, pgx.RowToStructByName[translation.Fresh])
	if err != nil {
		return err
	}
	return s.words.Written(ctx, tx, translation.PollOption, fresh...)
}
