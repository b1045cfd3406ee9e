package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// meeting is a workshop's room with a host.
type meeting struct {
	*house
	host account.Viewer
}

func newMeeting(t *testing.T) *meeting {
	t.Helper()
	m := &meeting{house: newHouse(t)}
	m.host = m.member("Dr Hu Jing", account.China, account.RoleMember)
	m.must(m.store.InTx(t.Context(), func(tx *pg.Tx) (err error) {
		m.room, err = m.service.OpenEventRoom(t.Context(), tx, EventRoom{Workshop: 1, Title: i18n.Text{En: "Sepsis", Zh: "脓毒症"}, Path: "/w/1-sepsis/room"})
		if err != nil {
			return err
		}
		if err := m.service.SetStaff(t.Context(), tx, m.host.ID, m.room, m.host.ID, Organiser); err != nil {
			return err
		}
		return m.service.MoveRoom(t.Context(), tx, m.room, Open)
	}))
	return m
}

func (m *meeting) move(to State) {
	m.t.Helper()
	m.must(m.store.InTx(m.t.Context(), func(tx *pg.Tx) error { return m.service.MoveRoom(m.t.Context(), tx, m.room, to) }))
}

func (m *meeting) sanction(v account.Viewer, s Sanction) {
	m.t.Helper()
	m.must(m.store.InTx(m.t.Context(), func(tx *pg.Tx) error { return m.service.Sanction(m.t.Context(), tx, m.room, v.ID, s, nil) }))
}

func (m *meeting) poll(n NewPoll) PollID {
	m.t.Helper()
	n.Room, n.ClientID = m.room, uuid.New()
	if n.Body == "" {
		n.Body = "Which data do you share?"
	}
	id, err := m.service.OpenPoll(m.t.Context(), m.host, n)
	m.must(err)
	return id
}

// seen is a poll as a viewer's page shows it.
func (m *meeting) seen(v account.Viewer, id PollID) Poll {
	m.t.Helper()
	ps, err := m.service.Polls(m.t.Context(), v, m.room)
	m.must(err)
	for _, p := range ps {
		if p.ID == id {
			return p
		}
	}
	m.t.Fatalf("poll %d is not among the %d of the room", id, len(ps))
	return Poll{}
}

func (m *meeting) send(v account.Viewer, id PollID, words []string) error {
	m.t.Helper()
	_, err := m.service.SendWords(m.t.Context(), v, id, words)
	return err
}

// options are the ids of a poll's answers, in order.
func (m *meeting) options(id PollID) (ids []OptionID) {
	m.t.Helper()
	for _, o := range m.seen(m.host, id).Options {
		ids = append(ids, o.ID)
	}
	return ids
}

// tally is what a poll shows as text: "Genomes 2, Images 0 of 2".
func (m *meeting) tally(id PollID) string {
	m.t.Helper()
	p := m.seen(m.host, id)
	parts := make([]string, len(p.Options))
	for i, o := range p.Options {
		parts[i] = fmt.Sprintf("%s %d", o.Body, o.Votes)
	}
	return fmt.Sprintf("%s of %d", strings.Join(parts, ", "), p.Voters)
}

func mustFault(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != kind || f.Key != key && !hasField(f, key) {
		t.Errorf("%s: %v, want %v %s", what, err, kind, key)
	}
}

func hasField(f *fault.Fault, key string) bool {
	for _, m := range f.Fields {
		if m.Key == key {
			return true
		}
	}
	return false
}

// frame is an event as it goes over the wire, with its data read.
type frame struct {
	Frame
	Data map[string]any `json:"data"`
}

func (m *meeting) frames(after int64) []frame {
	m.t.Helper()
	var fs []frame
	for _, e := range m.logged(after) {
		var f frame
		m.must(json.Unmarshal([]byte(wire(m.t, e)), &f))
		fs = append(fs, f)
	}
	return fs
}

// logged is all of the log after that seq, however long.
func (m *meeting) logged(after int64) []Event {
	m.t.Helper()
	events, err := m.service.read(m.t.Context(), m.room, after, m.head())
	m.must(err)
	return events
}

func (m *meeting) head() int64 {
	m.t.Helper()
	seq, err := m.service.head(m.t.Context(), m.room, 0)
	m.must(err)
	return seq
}

func TestOpenPoll(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	n := NewPoll{Room: m.room, ClientID: uuid.New(), Kind: Single, Body: " 哪些数据\u3000可以共享？ ", Options: []string{"基因组", "", "影像", "基因組", "10–20", "ＡＩ", "ai"}}
	ids := make(chan PollID, 8)
	var all sync.WaitGroup
	for range cap(ids) {
		all.Go(func() {
			id, err := m.service.OpenPoll(t.Context(), m.host, n)
			if err != nil {
				t.Error(err)
			}
			ids <- id
		})
	}
	all.Wait()
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("opening it again gives poll %d, want %d", id, first)
		}
	}
	p := m.seen(m.li, first)
	if p.Body != "哪些数据 可以共享？" || p.Lang != "zh" || p.Results != ResultsLive || p.Closed || p.Author.ID != m.host.ID {
		t.Errorf("the poll is %+v", p)
	}
	if got := m.tally(first); got != "基因组 0, 影像 0, 10–20 0, ＡＩ 0 of 0" {
		t.Errorf("its answers are %s", got)
	}
	if p.Options[0].Lang != "zh" || p.Options[2].Lang != "" {
		t.Errorf("the languages of its answers are %q and %q", p.Options[0].Lang, p.Options[2].Lang)
	}
	var opened int
	for _, f := range m.frames(0) {
		if f.Kind == KindPoll {
			opened++
			if f.By == nil || f.By.ID != m.host.ID || f.Data["voters"] != 0.0 || len(f.Data["options"].([]any)) != 4 {
				t.Errorf("the event is %+v", f)
			}
		}
	}
	if opened != 1 {
		t.Errorf("the log tells of %d polls, want 1", opened)
	}
	if got := len(m.options(m.poll(NewPoll{Kind: Scale, Options: []string{"x"}}))); got != 5 {
		t.Errorf("a scale has %d answers", got)
	}
	if got := len(m.options(m.poll(NewPoll{Kind: Cloud, Options: []string{"x"}}))); got != 0 {
		t.Errorf("a cloud begins with %d words", got)
	}
}

func TestOpenPoll_refuses(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	many := strings.Split(strings.Repeat("x", MaxOptions+1), "")
	for i := range many {
		many[i] += fmt.Sprint(i)
	}
	two := []string{"yes", "no"}
	for key, n := range map[string]NewPoll{
		"chat.poll.empty":           {Kind: Single, Body: " \u200b ", Options: two},
		"chat.poll.long":            {Kind: Single, Body: strings.Repeat("长", MaxPoll/2+1), Options: two},
		"chat.poll.unknown_kind":    {Kind: "x", Body: "a", Options: two},
		"chat.poll.unknown_results": {Kind: Single, Results: "x", Body: "a", Options: two},
		"chat.poll.options":         {Kind: Multiple, Body: "a", Options: []string{"Yes", "ｙｅｓ"}},
		"chat.poll.option_long":     {Kind: Single, Body: "a", Options: []string{"yes", strings.Repeat("x", MaxOption+1)}},
		"chat.lang.unknown":         {Kind: Scale, Body: "a", Lang: "fr"},
	} {
		n.Room, n.ClientID = m.room, uuid.New()
		_, err := m.service.OpenPoll(t.Context(), m.host, n)
		mustFault(t, key, err, fault.Invalid, key)
	}
	_, err := m.service.OpenPoll(t.Context(), m.host, NewPoll{Room: m.room, Kind: Multiple, Body: "a", Options: many})
	mustFault(t, "too many answers", err, fault.Invalid, "chat.poll.options")
	_, err = m.service.OpenPoll(t.Context(), m.host, NewPoll{Room: m.room, Kind: Single, Body: "a\xff", Options: two})
	mustFault(t, "broken UTF-8", err, fault.Malformed, "error.utf8")
}

// TestPoll_whoMay: hosts open, close and tidy; members vote; what the room is like and who somebody is there decide.
func TestPoll_whoMay(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	second := m.member("Second Host", account.Europe, account.RoleMember)
	m.must(m.service.HandOver(t.Context(), m.host, m.room, second.ID, Host))
	id := m.poll(NewPoll{Kind: Single, Options: []string{"yes", "no"}})
	option := m.options(id)[0]
	open := func(v account.Viewer) error {
		_, err := m.service.OpenPoll(t.Context(), v, NewPoll{Room: m.room, ClientID: uuid.New(), Kind: Scale, Body: "How useful?"})
		return err
	}
	vote := func(v account.Viewer) error { return m.service.CastBallot(t.Context(), v, id, []OptionID{option}) }
	check := func(when string, do func(account.Viewer) error, v account.Viewer, kind fault.Kind, key string) {
		t.Helper()
		if err := do(v); key != "" {
			mustFault(t, when, err, kind, key)
		} else if err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("a visitor opens a poll", open, account.Visitor(), fault.Unauthorised, "error.sign_in")
	check("a member opens a poll", open, m.anna, fault.Forbidden, "error.forbidden")
	check("a host opens a poll", open, second, 0, "")
	check("a moderator opens a poll", open, m.mod, 0, "")
	check("a visitor votes", vote, account.Visitor(), fault.Unauthorised, "error.sign_in")
	check("a member votes", vote, m.anna, 0, "")
	mustFault(t, "a member closes a poll", m.service.ClosePoll(t.Context(), m.anna, id, true), fault.Forbidden, "error.forbidden")

	m.move(Paused)
	check("in a pause a member votes", vote, m.li, fault.Conflict, "chat.room.paused")
	check("in a pause a host votes", vote, second, 0, "")
	check("in a pause a host opens a poll", open, second, 0, "")
	m.move(Open)

	m.sanction(m.li, Muted)
	check("who is muted votes", vote, m.li, fault.Forbidden, "chat.room.muted")
	m.sanction(second, Muted)
	check("a host who is muted opens a poll", open, second, fault.Forbidden, "chat.room.muted")
	m.sanction(m.li, Removed)
	check("who is removed votes", vote, m.li, fault.Forbidden, "chat.room.removed")
	m.sanction(m.li, "")
	check("who is readmitted votes", vote, m.li, 0, "")

	m.move(Ended)
	check("after the end a host opens a poll", open, m.host, fault.Conflict, "chat.room.ended")
	check("after the end a member votes", vote, m.anna, fault.Conflict, "chat.room.ended")
	m.must(m.service.ClosePoll(t.Context(), m.host, id, true)) // there is no other way to see its results
	mustFault(t, "after the end a host opens it again", m.service.ClosePoll(t.Context(), m.host, id, false), fault.Conflict, "chat.room.ended")
	if got := m.tally(id); got != "yes 3, no 0 of 3" {
		t.Errorf("the poll counts %s", got)
	}
}

func TestCastBallot_refuses(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	single := m.poll(NewPoll{Kind: Single, Options: []string{"yes", "no"}})
	multiple := m.poll(NewPoll{Kind: Multiple, Options: []string{"a", "b"}})
	cloud := m.poll(NewPoll{Kind: Cloud})
	m.must(m.send(m.li, cloud, []string{"privacy"}))
	own, foreign, word := m.options(single), m.options(multiple), m.options(cloud)
	before := m.head()
	for what, c := range map[string]struct {
		poll    PollID
		options []OptionID
	}{
		"two of a single choice":  {single, own},
		"another poll's answer":   {single, foreign[:1]},
		"an answer that is none":  {multiple, []OptionID{foreign[0], 1 << 40}},
		"a negative answer":       {multiple, []OptionID{-1}},
		"a word without words":    {cloud, word},
		"more than there can be":  {multiple, make([]OptionID, 3)},
		"an answer given as zero": {multiple, []OptionID{0}},
	} {
		mustFault(t, what, m.service.CastBallot(t.Context(), m.anna, c.poll, c.options), fault.Invalid, "chat.poll.choice")
	}
	mustFault(t, "words for a choice", m.send(m.anna, single, []string{"x"}), fault.Invalid, "chat.poll.choice")
	mustFault(t, "no such poll", m.service.CastBallot(t.Context(), m.anna, 1<<40, nil), fault.NotFound, "chat.poll.not_found")
	m.must(m.service.ClosePoll(t.Context(), m.host, single, true))
	mustFault(t, "a closed poll", m.service.CastBallot(t.Context(), m.anna, single, own[:1]), fault.Conflict, "chat.poll.closed")
	mustFault(t, "withdrawing from it", m.service.CastBallot(t.Context(), m.anna, single, nil), fault.Conflict, "chat.poll.closed")
	if got := m.head() - before; got != 1 {
		t.Errorf("what was refused is in the log: %d events, want the closing", got)
	}
}

// TestCastBallot_mind: who changes his mind is counted once, and what changes nothing is no event.
func TestCastBallot_mind(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	id := m.poll(NewPoll{Kind: Multiple, Options: []string{"a", "b", "c"}})
	o := m.options(id)
	for _, step := range []struct {
		options []OptionID
		want    string
		counts  map[string]any // nil: no event
	}{
		{nil, "a 0, b 0, c 0 of 0", nil},
		{[]OptionID{o[1], o[0], o[1]}, "a 1, b 1, c 0 of 1", map[string]any{str(o[0]): 1.0, str(o[1]): 1.0}},
		{[]OptionID{o[0], o[1]}, "a 1, b 1, c 0 of 1", nil},
		{[]OptionID{o[2], o[1]}, "a 0, b 1, c 1 of 1", map[string]any{str(o[0]): 0.0, str(o[2]): 1.0}},
		{nil, "a 0, b 0, c 0 of 0", map[string]any{str(o[1]): 0.0, str(o[2]): 0.0}},
		{[]OptionID{}, "a 0, b 0, c 0 of 0", nil},
		{o, "a 1, b 1, c 1 of 1", map[string]any{str(o[0]): 1.0, str(o[1]): 1.0, str(o[2]): 1.0}},
	} {
		before := m.head()
		m.must(m.service.CastBallot(t.Context(), m.anna, id, step.options))
		if got := m.tally(id); got != step.want {
			t.Errorf("after %v: %s, want %s", step.options, got, step.want)
		}
		fs := m.frames(before)
		switch {
		case step.counts == nil && len(fs) > 0:
			t.Errorf("after %v: %+v, want no event", step.options, fs)
		case step.counts != nil && (len(fs) != 1 || fs[0].By != nil || !maps.Equal(fs[0].Data["counts"].(map[string]any), step.counts)):
			t.Errorf("after %v: %+v, want counts %v of nobody", step.options, fs, step.counts)
		}
	}
	if got := m.seen(m.anna, id).Own; !slices.Equal(got, o) {
		t.Errorf("her own choice is %v, want %v", got, o)
	}
	if got := m.seen(m.li, id).Own; len(got) != 0 {
		t.Errorf("his own choice is %v", got)
	}
}

func str(o OptionID) string { return fmt.Sprint(int64(o)) }

// isExact holds a poll's counts against its ballots, and against what the log said last.
func (m *meeting) isExact(id PollID) {
	m.t.Helper()
	rows, err := m.pool.Query(m.t.Context(), `select o.id, o.votes, (select count(*) from poll_ballots b where b.poll_id = $1 and o.id = any(b.options))
		from poll_options o where o.poll_id = $1`, id)
	m.must(err)
	last := map[string]any{}
	var voters any = 0.0
	for _, f := range m.frames(0) {
		if f.Kind == KindBallot && f.Data["id"] == float64(id) {
			voters = f.Data["voters"]
			if counts, ok := f.Data["counts"].(map[string]any); ok {
				maps.Copy(last, counts)
			}
		}
	}
	for rows.Next() {
		var option OptionID
		var votes, ballots int
		m.must(rows.Scan(&option, &votes, &ballots))
		if said, ok := last[str(option)].(float64); votes != ballots || ok && int(said) != votes || !ok && votes != 0 {
			m.t.Errorf("option %d has %d votes by the table, %d by the ballots, %v by the log", option, votes, ballots, last[str(option)])
		}
	}
	m.must(rows.Err())
	var counted, cast int
	m.must(m.pool.QueryRow(m.t.Context(), `select voters, (select count(*) from poll_ballots where poll_id = $1 and options <> '{}') from polls where id = $1`, id).
		Scan(&counted, &cast))
	if counted != cast || voters != float64(counted) {
		m.t.Errorf("%d voters by the poll, %d by the ballots, %v by the log", counted, cast, voters)
	}
}

// TestBallots_manyAtOnce has sixty members vote, change and withdraw at once in polls of every kind, some of them on two
// devices.
func TestBallots_manyAtOnce(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	const members, rounds = 60, 4
	voters := make([]account.Viewer, members)
	for i := range voters {
		voters[i] = m.member(fmt.Sprintf("Voter %d", i), account.China, account.RoleMember)
	}
	single := m.poll(NewPoll{Kind: Single, Options: []string{"a", "b", "c"}})
	multiple := m.poll(NewPoll{Kind: Multiple, Options: []string{"a", "b", "c", "d", "e"}})
	cloud := m.poll(NewPoll{Kind: Cloud})
	one, many := m.options(single), m.options(multiple)
	words := []string{"privacy", "ethics", "数据", "伦理", "funding", "trust", "AI"}
	var all sync.WaitGroup
	for i, v := range voters {
		for range 1 + i%2 { // every other one has two devices
			all.Go(func() {
				var errs error
				for range rounds {
					some := slices.DeleteFunc(slices.Clone(many), func(OptionID) bool { return rand.IntN(2) == 0 })
					errs = errors.Join(errs, m.service.CastBallot(t.Context(), v, multiple, some),
						m.service.CastBallot(t.Context(), v, single, one[rand.IntN(3):][:rand.IntN(2)]),
						m.send(v, cloud, []string{words[rand.IntN(7)], words[rand.IntN(7)]}))
				}
				if rand.IntN(3) == 0 {
					errs = errors.Join(errs, m.service.CastBallot(t.Context(), v, cloud, nil))
				}
				if errs != nil {
					t.Error(errs)
				}
			})
		}
	}
	all.Wait()
	for _, id := range []PollID{single, multiple, cloud} {
		m.isExact(id)
	}
	for i, e := range m.logged(0) {
		if e.Seq != int64(i+1) {
			t.Fatalf("after %d the log goes on with %d", i, e.Seq)
		}
	}
}
