package chat

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"senet/internal/account"
	"senet/internal/fault"
)

func TestSay_isInTheLogAsItWasSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := uuid.New()
	seq, err := h.service.Say(t.Context(), h.li, Say{Room: h.room, ClientID: client, Body: "**重要。**所以我们需要更多数据\x00", Lang: ""})
	h.must(err)
	p, err := h.service.Events(t.Context(), h.anna, h.room, 0, 10)
	h.must(err)
	if seq != 1 || p.Seq != 1 || len(p.Events) != 1 {
		t.Fatalf("want one event with seq 1, got seq %d and %+v", seq, p)
	}
	e := p.Events[0]
	m := e.Message
	if e.Kind != KindMessage || m.Body != "**重要。**所以我们需要更多数据" || m.Lang != "zh" || m.ClientID != client || m.Seq != 1 {
		t.Errorf("wrong message: %+v", m)
	}
	if !strings.Contains(m.HTML, "<strong>重要。</strong>") {
		t.Errorf("html is %q", m.HTML)
	}
	if e.By.Name != "李云龙" || e.By.Region != account.China || e.By.Affiliation != "Charité" || e.By.Role != account.RoleMember {
		t.Errorf("by is %+v", e.By)
	}
}

func TestSay_refusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.newRoom("cancer")
	archived := h.newRoom("ageing")
	_, err := h.pool.Exec(t.Context(), `update challenges set archived_at = now() where slug = 'ageing'`)
	h.must(err)
	h.say(h.anna, "something to answer")
	in := h.idOf(1)
	cases := map[string]struct {
		who  account.Viewer
		say  Say
		want string
	}{
		"a visitor":               {account.Visitor(), Say{Room: h.room, Body: "hello"}, "error.sign_in"},
		"nothing":                 {h.anna, Say{Room: h.room, Body: " \u200b\n"}, "chat.body.empty"},
		"too long":                {h.anna, Say{Room: h.room, Body: strings.Repeat("a", 4001)}, "chat.body.long"},
		"too long in Chinese":     {h.anna, Say{Room: h.room, Body: strings.Repeat("数", 2001)}, "chat.body.long"},
		"a strange language":      {h.anna, Say{Room: h.room, Body: "bonjour", Lang: "fr"}, "chat.lang.unknown"},
		"broken UTF-8":            {h.anna, Say{Room: h.room, Body: "a\xff"}, "error.utf8"},
		"a room that is not":      {h.anna, Say{Room: 999_999, Body: "hello"}, "chat.room.not_found"},
		"an archived room":        {h.anna, Say{Room: archived, Body: "hello"}, "chat.room.archived"},
		"an answer across rooms":  {h.anna, Say{Room: other, Body: "hello", ReplyTo: in}, "chat.reply.not_found"},
		"an answer to nothing":    {h.anna, Say{Room: h.room, Body: "hello", ReplyTo: 999_999}, "chat.reply.not_found"},
		"an answer to less":       {h.anna, Say{Room: h.room, Body: "hello", ReplyTo: -1}, "chat.reply.not_found"},
		"a room below all others": {h.anna, Say{Room: -1, Body: "hello"}, "chat.room.not_found"},
	}
	for name, c := range cases {
		c.say.ClientID = uuid.New()
		_, err := h.service.Say(t.Context(), c.who, c.say)
		if f := fault.Of(err); f == nil || f.Key != c.want {
			t.Errorf("%s: want %s, got %v", name, c.want, err)
		}
	}
	if p, err := h.service.Events(t.Context(), h.anna, h.room, 0, 10); err != nil || p.Seq != 1 {
		t.Errorf("refused messages moved the log to %d (%v)", p.Seq, err)
	}
	for _, body := range []string{strings.Repeat("a", 4000), strings.Repeat("数", 2000)} {
		h.say(h.anna, body)
	}
}

func TestSay_twiceIsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.newRoom("cancer")
	say := Say{Room: h.room, ClientID: uuid.New(), Body: "once"}
	first, err := h.service.Say(t.Context(), h.anna, say)
	h.must(err)
	h.say(h.li, "in between")
	again, err := h.service.Say(t.Context(), h.anna, say)
	h.must(err)
	say.Room, say.Body = other, "elsewhere"
	elsewhere, err := h.service.Say(t.Context(), h.anna, say)
	h.must(err)
	if first != 1 || again != 1 || elsewhere != 1 {
		t.Errorf("want seq 1 three times, got %d, %d, %d", first, again, elsewhere)
	}
	theirs, err := h.service.Say(t.Context(), h.li, Say{Room: h.room, ClientID: say.ClientID, Body: "mine"})
	h.must(err)
	if theirs != 3 {
		t.Errorf("another member's message with the same client id: want seq 3, got %d", theirs)
	}
	var n int
	h.must(h.pool.QueryRow(t.Context(), `select count(*) from messages`).Scan(&n))
	if n != 3 {
		t.Errorf("want 3 messages, got %d", n)
	}
}

func TestWriter_sameMessageInOneBatch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.service.Stop() // so that the batch is ours
	client := uuid.New()
	var got []int64
	var batch []*waiting
	for range 3 {
		w, err := h.service.check(t.Context(), Say{Room: h.room, ClientID: client, Body: "same"})
		h.must(err)
		w.ctx, w.author = t.Context(), ByViewer(h.anna)
		w.done = func(seq int64, err error) { h.must(err); got = append(got, seq) }
		batch = append(batch, w)
	}
	h.service.writer(h.room).write(batch)
	if len(got) != 3 || got[0] != 1 || got[1] != 1 || got[2] != 1 {
		t.Errorf("want seq 1 for each, got %v", got)
	}
}

func TestWriter_oneBadMessageHarmsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.service.Stop()
	ghost := account.Viewer{ID: 424242, Name: "Nobody"} // no such member
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	type outcome struct {
		seq int64
		err error
	}
	got := map[string]outcome{}
	var batch []*waiting
	for _, m := range []struct {
		name string
		who  account.Viewer
		ctx  context.Context
	}{{"first", h.anna, t.Context()}, {"ghost", ghost, t.Context()}, {"bad", h.anna, t.Context()}, {"left", h.anna, gone}, {"last", h.li, t.Context()}} {
		w, err := h.service.check(t.Context(), Say{Room: h.room, ClientID: uuid.New(), Body: m.name})
		h.must(err)
		w.ctx, w.author = m.ctx, ByViewer(m.who)
		w.done = func(seq int64, err error) { got[m.name] = outcome{seq, err} }
		if m.name == "bad" {
			w.html = "\x00" // Postgres refuses the whole batch
		}
		batch = append(batch, w)
	}
	h.service.writer(h.room).write(batch)
	if got["first"] != (outcome{1, nil}) || got["last"] != (outcome{2, nil}) {
		t.Errorf("good messages suffered: %v", got)
	}
	if refused := new(pgconn.PgError); !errors.As(got["bad"].err, &refused) {
		t.Errorf("the bad one: want what Postgres says, got %v", got["bad"])
	}
	if got["ghost"].err != errSignIn {
		t.Errorf("who is not there: got %v", got["ghost"])
	}
	if !errors.Is(got["left"].err, context.Canceled) {
		t.Errorf("who left: got %v", got["left"])
	}
}

func TestWriter_gaplessUnderLoad(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.newRoom("cancer")
	second := New(h.store, h.service.accounts, h.service.words, h.service.log) // another node on the same database
	second.Start()
	defer second.Stop()
	const senders, each = 16, 25
	var wg sync.WaitGroup
	for i := range senders {
		node := []*Service{h.service, second}[i%2]
		room := []RoomID{h.room, other}[i/2%2]
		wg.Go(func() {
			last := int64(0)
			for range each {
				say := Say{Room: room, ClientID: uuid.New(), Body: "load"}
				seq, err := node.Say(t.Context(), h.anna, say)
				if err != nil || seq <= last {
					t.Errorf("said %d after %d: %v", seq, last, err)
					return
				}
				last = seq
			}
		})
	}
	wg.Wait()
	for _, room := range []RoomID{h.room, other} {
		p, err := h.service.Events(t.Context(), h.anna, room, 0, MaxReplay)
		h.must(err)
		var s []int64
		for _, e := range p.Events {
			s = append(s, e.Seq)
		}
		mustFollow(t, s, 1, senders*each/2)
	}
}

func TestStop_writesWhatWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var mu sync.Mutex
	acked := 0
	for range 300 {
		h.must(h.service.Submit(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "bye"}, func(_ int64, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				acked++
			}
		}))
	}
	h.service.Stop()
	if acked != 300 {
		t.Errorf("%d of 300 were written", acked)
	}
	if _, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "late"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("after Stop: want unavailable, got %v", err)
	}
}

func TestSay_theSameToTwoRoomsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.newRoom("ageing")
	for range 20 {
		client := uuid.New()
		var at [2]int64
		var wg sync.WaitGroup
		for i, room := range []RoomID{h.room, other} {
			wg.Go(func() {
				seq, err := h.service.Say(t.Context(), h.anna, Say{Room: room, ClientID: client, Body: "the same"})
				if err != nil {
					t.Error(err)
				}
				at[i] = seq
			})
		}
		wg.Wait()
		if at[0] != at[1] {
			t.Fatalf("said once, but told of %d and %d", at[0], at[1])
		}
	}
}
