package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/pg"
	"senet/internal/translation"
)

// What may not be seen yet never leaves Postgres: the votes and, of a cloud, the words of a poll whose results are shown when
// it is closed.
const pollColumns = `
	select p.id, p.room_id as room, p.client_id, p.kind, case when p.hidden_at is null then p.body else '' end as body, p.lang, p.results,
		p.state = 'closed' as closed, p.voters, p.created_at as at, p.hidden_at is not null as hidden,
		a.id as author_id, a.name, a.handle, a.region, a.affiliation, a.role,
		coalesce((select b.options from poll_ballots b where b.poll_id = p.id and b.member_id = @viewer), '{}') as own,
		case when p.kind = 'cloud' and p.hidden_at is null then coalesce((select array_agg(o.body order by o.id)
			from poll_ballots b join poll_options o on o.poll_id = p.id and o.id = any(b.options) and o.hidden_at is null
			where b.poll_id = p.id and b.member_id = @viewer), '{}') end as own_words,
		case when p.hidden_at is null then (` + foundColumns + `'poll' and tr.subject_id = p.id) end as found,
		case when p.hidden_at is null and (` + shownPoll + ` or p.kind <> 'cloud') then (select jsonb_agg(o) from (
			select o.id as "ID", o.body as "Body", o.lang as "Lang", case when ` + shownPoll + ` then o.votes else 0 end as "Votes",
				(` + foundColumns + `'poll_option' and tr.subject_id = o.id) as "Found"
			from poll_options o where o.poll_id = p.id and o.hidden_at is null
				and (o.id = any(@wanted::bigint[]) or o.id in (select t.id from poll_options t where t.poll_id = p.id and t.hidden_at is null
					order by t.votes desc, t.id limit ` + maxCloud + `))
			order by case when p.kind = 'cloud' then -o.votes end, o.position, o.id) o) end as options
	from polls p join members a on a.id = p.author_id `

const shownPoll = `(p.state = 'closed' or p.results = 'live')`

// maxCloud bounds the words of a cloud that are shown: those with the most votes, and those in @wanted.
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
	OwnWords    []string
	Found       Translations
	Options     []Option
}

func (r pollRow) poll() *Poll {
	return &Poll{ID: r.ID, Room: r.Room, ClientID: r.ClientID, Kind: r.Kind, Body: r.Body, Lang: r.Lang, Results: r.Results,
		Closed: r.Closed, Voters: r.Voters, At: r.At, Hidden: r.Hidden, Options: r.Options, Own: r.Own, OwnWords: r.OwnWords, Found: r.Found,
		Author: By{ID: r.AuthorID, Name: r.Name, Handle: r.Handle, Region: r.Region, Affiliation: r.Affiliation, Role: r.Role}}
}

const (
	pollsOf   = pollColumns + `where p.id = any(@ids)`
	roomPolls = pollColumns + `where p.room_id = @room and p.hidden_at is null order by p.state = 'closed', p.id desc limit @n`
)

// polls are those that events are about, as they are now for everybody, by their id: with their answers where an event shows
// them. Most events are ballots, which need to know only whether the poll is hidden.
func (s *Service) polls(ctx context.Context, events []Event) (map[int64]*Poll, error) {
	whole, brief, wanted := []int64{}, []int64{}, []OptionID{}
	for _, e := range events {
		switch e.Kind {
		case KindBallot, KindOptionRemove, KindPollRemove:
			brief = append(brief, e.Subject)
		case KindOption, KindOptionTranslation:
			wanted = append(wanted, e.own().Option)
			whole = append(whole, e.Subject)
		default:
			if e.Kind.about() == translation.Poll {
				whole = append(whole, e.Subject)
			}
		}
	}
	found := map[int64]*Poll{}
	if len(brief) > 0 {
		rows, err := pg.All[briefPoll](ctx, s.store, briefPolls, pgx.StrictNamedArgs{"ids": brief})
		if err != nil {
			return nil, fmt.Errorf("look at polls: %w", err)
		}
		for _, r := range rows {
			found[int64(r.ID)] = &Poll{ID: r.ID, Room: r.Room, Hidden: r.Hidden}
		}
	}
	if len(whole) > 0 {
		rows, err := pg.All[pollRow](ctx, s.store, pollsOf, pgx.StrictNamedArgs{"ids": whole, "viewer": int64(0), "wanted": wanted})
		if err != nil {
			return nil, fmt.Errorf("read polls: %w", err)
		}
		for _, r := range rows {
			found[int64(r.ID)] = r.poll()
		}
	}
	return found, nil
}

const briefPolls = `select id, room_id as room, hidden_at is not null as hidden from polls where id = any(@ids)`

type briefPoll struct {
	ID     PollID
	Room   RoomID
	Hidden bool
}

// MaxPolls is how many polls a room shows.
const MaxPolls = 50

// Polls are those of a room, at most MaxPolls: the open ones first, then the newest. room-polls.js keeps the same order.
func (s *Service) Polls(ctx context.Context, viewer account.Viewer, room RoomID) ([]Poll, error) {
	rows, err := pg.All[pollRow](ctx, s.store, roomPolls, pgx.StrictNamedArgs{
		"viewer": viewer.ID, "room": room, "n": MaxPolls, "wanted": []OptionID{}})
	if err != nil {
		return nil, fmt.Errorf("list polls of room %d: %w", room, err)
	}
	ps := make([]Poll, len(rows))
	for i, r := range rows {
		ps[i] = *r.poll()
	}
	return ps, nil
}
