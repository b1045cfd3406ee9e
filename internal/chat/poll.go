package chat

import (
	"context"
	"fmt"
	"strconv"
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

// Poll is what a host asks everybody, as it is now. Of a hidden one, and of hidden options, Body is empty.
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

// Shown reports whether the numbers of the poll may be shown.
func (p Poll) Shown() bool { return p.Closed || p.Results == ResultsLive }

// Content is what a reader of that locale sees of the question.
func (p Poll) Content(l i18n.Locale) translation.Shown { return plain(p.Body, p.Lang, p.Found, l) }

// Content is what a reader of that locale sees of an answer.
func (o Option) Content(l i18n.Locale) translation.Shown { return plain(o.Body, o.Lang, o.Found, l) }

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

var (
	errNoPoll     = fault.New(fault.NotFound, "chat.poll.not_found")
	errPollClosed = fault.New(fault.Conflict, "chat.poll.closed")
)

// OpenPoll opens a poll in a room, for hosts.
func (s *Service) OpenPoll(ctx context.Context, viewer account.Viewer, n NewPoll) (PollID, error) {
	room, err := s.FindRoom(ctx, viewer, n.Room)
	switch {
	case err != nil:
		return 0, err
	case !room.Hosts(viewer):
		return 0, errForbidden
	case room.ReadOnly():
		return 0, room.MayAct(viewer)
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
		if key := markup.Fold(o); !seen[key] {
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
		select @poll, n, body, @lang, key from unnest(@bodies::text[], @keys::text[]) with ordinality as o (body, key, n)
		returning id`
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
	lang := n.Lang
	if n.Kind == Scale {
		lang = ""
	}
	if err := s.addOptions(ctx, tx, id, n.Options, lang); err != nil {
		return 0, err
	}
	_, err = s.Append(ctx, tx, n.Room, Entry{Kind: KindPoll, By: viewer.ID, Subject: int64(id)})
	return id, err
}

func (s *Service) addOptions(ctx context.Context, tx *pg.Tx, poll PollID, bodies []string, lang string) error {
	if len(bodies) == 0 {
		return nil
	}
	keys := make([]string, len(bodies))
	for i, b := range bodies {
		keys[i] = markup.Fold(b)
	}
	rows, err := tx.Query(ctx, insertOptions, pgx.StrictNamedArgs{"poll": poll, "bodies": bodies, "keys": keys, "lang": lang})
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || lang == "" {
		return err
	}
	fresh := make([]translation.Fresh, len(ids))
	for i, id := range ids {
		fresh[i] = translation.Fresh{ID: id, Lang: lang}
	}
	return s.words.Written(ctx, tx, translation.PollOption, fresh...)
}

const (
	roomOfPoll = `select room_id from polls where id = @id and hidden_at is null`
	closePoll  = `
		update polls set state = case when @closed then 'closed' else 'open' end, closed_at = case when @closed then now() end
		where id = @id and hidden_at is null and (state = 'closed') <> @closed`
)

// ClosePoll ends a poll or opens it again, for hosts; doing either twice is harmless.
func (s *Service) ClosePoll(ctx context.Context, viewer account.Viewer, id PollID, closed bool) error {
	return s.changePoll(ctx, viewer, id, Entry{Kind: KindPollState}, closePoll, pgx.StrictNamedArgs{"id": id, "closed": closed})
}

const hideOption = `
	update poll_options o set hidden_at = now() from polls p
	where o.id = @option and p.id = o.poll_id and p.id = @id and p.kind = 'cloud' and o.hidden_at is null`

// HideWord takes a word out of a cloud, for hosts; doing it twice is harmless.
func (s *Service) HideWord(ctx context.Context, viewer account.Viewer, id PollID, word OptionID) error {
	e := Entry{Kind: KindOptionRemove, Data: data(ownData{Option: word})}
	return s.changePoll(ctx, viewer, id, e, hideOption, pgx.StrictNamedArgs{"id": id, "option": word})
}

func (s *Service) changePoll(ctx context.Context, viewer account.Viewer, id PollID, e Entry, query string, args pgx.StrictNamedArgs) error {
	e.By, e.Subject = viewer.ID, int64(id)
	room, err := s.hostedRoom(ctx, viewer, roomOfPoll, int64(id), errNoPoll)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, query, args)
		if err != nil {
			return fmt.Errorf("change poll %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		_, err = s.Append(ctx, tx, room.ID, e)
		return err
	})
}

const pollColumns = `
	select p.id, p.room_id as room, p.client_id, p.kind, case when p.hidden_at is null then p.body else '' end as body, p.lang, p.results,
		p.state = 'closed' as closed, p.voters, p.created_at as at, p.hidden_at is not null as hidden,
		a.id as author_id, a.name, a.handle, a.region, a.affiliation, a.role,
		coalesce((select b.options from poll_ballots b where b.poll_id = p.id and b.member_id = @viewer), '{}') as own,
		case when p.hidden_at is null then (` + foundColumns + `'poll' and tr.subject_id = p.id) end as found,
		case when p.hidden_at is null then (select jsonb_agg(o) from (
			select o.id as "ID", o.body as "Body", o.lang as "Lang", o.votes as "Votes",
				(` + foundColumns + `'poll_option' and tr.subject_id = o.id) as "Found"
			from poll_options o where o.poll_id = p.id and o.hidden_at is null
			order by case when p.kind = 'cloud' then -o.votes end, o.position, o.id limit ` + maxCloud + `) o) end as options
	from polls p join members a on a.id = p.author_id `

// maxCloud bounds the words of a cloud that are shown.
const maxCloud = "200"

type pollRow struct {
	ID          PollID
	Room        RoomID
	ClientID    uuid.UUID
	Kind        PollKind
	Body        string
	Lang        string
	Results     Results
	Closed      bool
	Voters      int
	At          time.Time
	Hidden      bool
	AuthorID    account.MemberID
	Name        string
	Handle      string
	Region      account.Region
	Affiliation string
	Role        account.Role
	Own         []OptionID
	Found       Translations
	Options     []Option
}

func (r pollRow) poll() *Poll {
	return &Poll{ID: r.ID, Room: r.Room, ClientID: r.ClientID, Kind: r.Kind, Body: r.Body, Lang: r.Lang, Results: r.Results,
		Closed: r.Closed, Voters: r.Voters, At: r.At, Hidden: r.Hidden, Options: r.Options, Own: r.Own, Found: r.Found,
		Author: By{ID: r.AuthorID, Name: r.Name, Handle: r.Handle, Region: r.Region, Affiliation: r.Affiliation, Role: r.Role}}
}

const (
	pollsOf   = pollColumns + `where p.id = any(@ids)`
	roomPolls = pollColumns + `where p.room_id = @room and p.hidden_at is null order by p.state = 'closed', p.id desc limit @n`
)

// MaxPolls is how many polls a room shows.
const MaxPolls = 50

// Polls are those of a room, at most MaxPolls: the open ones first, then the newest.
func (s *Service) Polls(ctx context.Context, viewer account.Viewer, room RoomID) ([]Poll, error) {
	rows, err := pg.All[pollRow](ctx, s.store, roomPolls, pgx.StrictNamedArgs{"viewer": viewer.ID, "room": room, "n": MaxPolls})
	if err != nil {
		return nil, fmt.Errorf("list polls of room %d: %w", room, err)
	}
	ps := make([]Poll, len(rows))
	for i, r := range rows {
		ps[i] = *r.poll()
	}
	return ps, nil
}
