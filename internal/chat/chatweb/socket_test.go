package chatweb_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/pg"
)

func TestSocket_twoMembersTalk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna, li := h.dial(h.anna, "?locale=en"), h.dial(h.li, "?locale=zh")
	anna.send(`{"op":"join","room":%d}`, h.room)
	if j := anna.next(); j.Op != "joined" || j.Seq != 0 || j.Events == nil || len(j.Events) != 0 {
		t.Fatalf("joined an empty room: %+v", j)
	}
	li.send(`{"op":"join","room":%d,"after":0}`, h.room)
	li.next()
	p := anna.until("presence")
	for p.Count < 2 {
		p = anna.until("presence")
	}
	if p.Count != 2 || len(p.Sample) != 2 || p.Sample[0]["name"] != "李云龙" {
		t.Errorf("presence is %+v", p)
	}
	id := anna.say(h.room, "Does **this** arrive?")
	frames := map[string]said{}
	for range 2 { // the ack and the event may come in either order
		f := anna.next()
		frames[f.Op] = f
	}
	if a := frames["ack"]; a.ID != id || a.Seq != 1 {
		t.Errorf("ack is %+v", a)
	}
	for who, e := range map[string]said{"Anna": frames["event"], "Li": li.next()} {
		at, err := time.Parse("2006-01-02T15:04:05.000Z", e.At)
		if err != nil || time.Since(at) > time.Minute {
			t.Errorf("at is %q", e.At)
		}
		if e.Op != "event" || e.Room != int64(h.room) || e.Seq != 1 || e.Kind != "message" || e.By["name"] != "Anna Weber" ||
			e.By["region"] != "eu" || e.By["affiliation"] != "Charité" || e.By["role"] != "member" || e.By["handle"] != h.anna.Handle {
			t.Errorf("%s got %+v", who, e)
		}
		d := e.Data
		if d["client_id"] != id || d["body"] != "Does **this** arrive?" || d["lang"] != "en" || d["reply_to"] != nil || d["id"].(float64) < 1 {
			t.Errorf("%s got data %v", who, d)
		}
		if _, has := d["reply_to"]; !has || !strings.Contains(e.HTML, "<strong>this</strong>") || strings.Contains(e.HTML, "_csrf") {
			t.Errorf("%s got html %s", who, e.HTML)
		}
	}
	reply := fmt.Sprintf(`{"op":"say","room":%d,"id":"%s","body":"到了。","lang":"zh","reply_to":%v}`, h.room, uuid.NewString(), frames["event"].Data["id"])
	li.send("%s", reply)
	e := anna.until("event")
	if e.Seq != 2 || e.Data["reply_to"] != frames["event"].Data["id"] || !strings.Contains(e.HTML, "Does this arrive?") {
		t.Errorf("the reply is %+v", e)
	}
	li.send(`{"op":"typing","room":%d}`, h.room)
	if s := anna.until("typing"); s.By["name"] != "李云龙" {
		t.Errorf("typing by %v", s.By)
	}
	li.send(`{"op":"leave","room":%d}`, h.room)
	li.send(`{"op":"ping"}`)
	li.until("pong")
}

func TestSocket_twiceIsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.dial(h.anna, "")
	id := uuid.NewString()
	for range 3 {
		c.send(`{"op":"say","room":%d,"id":"%s","body":"once"}`, h.room, id)
		if a := c.next(); a.Op != "ack" || a.ID != id || a.Seq != 1 {
			t.Errorf("got %+v", a)
		}
	}
	var n int
	h.must(h.pool.QueryRow(t.Context(), `select count(*) from room_events`).Scan(&n))
	if n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestSocket_refusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	visitor, anna := h.dial(member{}, "?locale=en"), h.dial(h.anna, "?locale=zh")
	say := fmt.Sprintf(`{"op":"say","room":%d,"id":"%s","body":%%q}`, h.room, uuid.NewString())
	for _, c := range []struct {
		who        *client
		send, code string
	}{
		{visitor, fmt.Sprintf(say, "hello"), "error.sign_in"},
		{visitor, fmt.Sprintf(`{"op":"typing","room":%d}`, h.room), "error.sign_in"},
		{anna, fmt.Sprintf(say, " "), "chat.body.empty"},
		{anna, `{"op":"join","room":99999}`, "chat.room.not_found"},
		{anna, `{"op":"join"}`, "chat.room.not_found"},
		{anna, fmt.Sprintf(`{"op":"typing","room":%d}`, h.room), "chat.not_joined"},
		{anna, `{"op":"say","room":1,"id":"not a uuid","body":"x"}`, "chat.malformed"},
		{anna, `{"op":"dance"}`, "chat.malformed"},
		{anna, `{"op":7}`, "chat.malformed"},
		{anna, `{"op":`, "chat.malformed"},
		{anna, "{\"op\":\"ping\xff\"}", "chat.malformed"},
	} {
		c.who.send("%s", c.send)
		e := c.who.next()
		if e.Op != "error" || e.Code != c.code || e.Message == "" || e.Message == e.Code {
			t.Errorf("%s: want %s with words, got %+v", c.send, c.code, e)
		}
		if zh := strings.ContainsAny(e.Message, "请，。"); zh != (c.who == anna) {
			t.Errorf("%s: wrong language: %s", c.send, e.Message)
		}
	}
	// The visitor may read all the same.
	visitor.send(`{"op":"join","room":%d}`, h.room)
	if j := visitor.next(); j.Op != "joined" {
		t.Errorf("a visitor gets %+v", j)
	}
}

func TestSocket_nonsenseEndsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, abuse := range map[string]func(c *client){
		"nonsense again and again": func(c *client) {
			for range 30 {
				_ = c.ws.WriteMessage(websocket.TextMessage, []byte("nonsense"))
			}
		},
		"a frame that is too large": func(c *client) {
			_ = c.ws.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("a"), 70_000))
		},
		"a large one in pieces": func(c *client) {
			w, _ := c.ws.NextWriter(websocket.TextMessage)
			for range 100 {
				_, _ = w.Write(bytes.Repeat([]byte("a"), 10_000))
			}
			w.Close()
		},
	} {
		c := h.dial(h.anna, "")
		abuse(c)
		if code := c.closed(); code != chat.ClosePolicy {
			t.Errorf("%s: want close %d, got %d", name, chat.ClosePolicy, code)
		}
	}
	c := h.dial(h.anna, "") // and the largest that is allowed
	c.send(`{"op":"say","room":%d,"id":"%s","body":%q}`, h.room, uuid.NewString(), strings.Repeat("a", 60_000))
	if e := c.next(); e.Code != "chat.body.long" {
		t.Errorf("got %+v", e)
	}
}

func TestSocket_tooFast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.dial(h.anna, "")
	for range 12 {
		anna.say(h.room, "quick")
	}
	acks, slow := 0, said{}
	for range 12 {
		switch f := anna.next(); f.Op {
		case "ack":
			acks++
		case "error":
			slow = f
		}
	}
	if acks != 10 || slow.Code != "chat.too_fast" || slow.RetryAfter < 1 || slow.RetryAfter > 1500 || slow.ID == "" {
		t.Errorf("%d acks, and %+v", acks, slow)
	}
	admin := h.dial(h.admin, "")
	for range 500 {
		admin.say(h.room, "a script")
	}
	for i := range 500 {
		if f := admin.next(); f.Op != "ack" || f.Seq != int64(acks+i+1) {
			t.Fatalf("message %d: %+v", i, f)
		}
	}
}

func TestSocket_whoMayConnect(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		name   string
		who    member
		header []string
		status int
	}{
		{"our own page", member{}, []string{"Origin", "http://" + h.addr}, 101},
		{"our page behind a proxy", member{}, []string{"Origin", "http://hub.example"}, 101},
		{"no browser", member{}, nil, 101},
		{"a foreign page", member{}, []string{"Origin", "http://evil.example"}, 403},
		{"a page without an address", member{}, []string{"Origin", "null"}, 403},
		{"a token from anywhere", h.anna, []string{"Origin", "http://evil.example"}, 101},
	} {
		client, res, err := h.tryDial(c.who, "", c.header...)
		if res == nil || res.StatusCode != c.status {
			t.Errorf("%s: want %d, got %v %v", c.name, c.status, res, err)
		}
		if err == nil {
			client.ws.Close()
		}
	}
	if code := h.call(h.anna, "GET", "/ws", "", nil); code != 400 {
		t.Errorf("without an upgrade: %d", code)
	}
	h.handlers.Limits.PerMember = 2
	h.dial(h.li, "")
	second := h.dial(h.li, "")
	if _, res, err := h.tryDial(h.li, ""); err == nil || res.StatusCode != 429 {
		t.Errorf("the third: %v %v", res, err)
	}
	second.ws.Close()
	for late := time.Now().Add(10 * time.Second); ; {
		if c, _, err := h.tryDial(h.li, ""); err == nil {
			c.ws.Close()
			break
		}
		if time.Now().After(late) {
			t.Fatal("a place is not given back")
		}
	}
}

func TestSocket_whoIsSignedOutIsSentAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.dial(h.anna, "")
	c.send(`{"op":"join","room":%d}`, h.room)
	c.next()
	_, err := h.pool.Exec(t.Context(), `update api_tokens set revoked_at = now() where member_id = $1`, h.anna.ID)
	h.must(err)
	h.store.Changes.Touch(fmt.Sprintf("member:%d", h.anna.ID))
	if code := c.closed(); code != chat.CloseForbidden {
		t.Errorf("want close %d, got %d", chat.CloseForbidden, code)
	}
}

// TestSocket_whoIsSilencedIsHeardNoMore: the change comes as from another process, and counts within two seconds.
func TestSocket_whoIsSilencedIsHeardNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.dial(h.anna, "")
	c.send(`{"op":"join","room":%d}`, h.room)
	c.next()
	c.say(h.room, "before")
	c.until("ack")
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return h.accounts.SetSanctions(t.Context(), tx, h.anna.ID, account.Sanctions{Silenced: time.Now().Add(time.Hour)})
	}))
	pace := time.NewTicker(200 * time.Millisecond) // who says more is sent away for that
	defer pace.Stop()
	for late := time.Now().Add(20 * time.Second); ; <-pace.C {
		c.say(h.room, "after")
		answer := c.next()
		for answer.Op != "ack" && answer.Op != "nack" && answer.Op != "error" {
			answer = c.next()
		}
		if strings.HasPrefix(answer.Code, "account.silenced") {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("still heard: %+v", answer)
		}
	}
}

func TestSocket_stopSaysComeBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []*client
	for range 30 {
		c := h.dial(h.anna, "")
		c.send(`{"op":"join","room":%d}`, h.room)
		c.next()
		all = append(all, c)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		h.hub.Stop(t.Context())
	}()
	for _, c := range all {
		if code := c.closed(); code != chat.CloseRestart {
			t.Errorf("want close %d, got %d", chat.CloseRestart, code)
		}
		c.ws.Close()
	}
	<-stopped
}

// A client that does not read is cut and told so; the others get everything.
func TestSocket_slowClientIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow, quick := h.dial(h.anna, ""), h.dial(h.li, "")
	for _, c := range []*client{slow, quick} {
		c.send(`{"op":"join","room":%d,"after":0}`, h.room)
		c.next()
	}
	const n, step = 1500, 50 // 25 MB in all: more than the kernel keeps for a socket and the hub for a client
	for want := int64(1); want <= n; want++ {
		if want%step == 1 {
			h.backfill(step-1, strings.Repeat("many words ", 1500))
			_, err := h.service.Say(t.Context(), h.admin.viewer(), chat.Say{Room: h.room, ClientID: uuid.New(), Body: "a hint"})
			h.must(err)
		}
		if e := quick.until("event"); e.Seq != want {
			t.Fatalf("the quick one: want %d, got %d", want, e.Seq)
		}
	}
	last := int64(0)
	for {
		f, err := slow.read()
		if ce, ok := err.(*websocket.CloseError); ok {
			if ce.Code != chat.CloseResync {
				t.Errorf("want close %d, got %d", chat.CloseResync, ce.Code)
			}
			break
		}
		if err != nil {
			t.Fatalf("the slow one broke after %d: %v", last, err)
		}
		if f.Op == "event" {
			if f.Seq != last+1 {
				t.Fatalf("the slow one: %d after %d", f.Seq, last)
			}
			last = f.Seq
		}
	}
	if last == 0 || last >= n {
		t.Errorf("the slow one got %d of %d", last, n)
	}
	t.Logf("the slow one was cut after %d", last)
}

// Through a real listener, with lines that break at any time: everything exactly once, in order.
func TestSocket_exactlyOnceThroughBrokenLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const senders, each, listeners = 4, 30, 4
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			c := h.dial(h.admin, "")
			for n := range each {
				id := uuid.NewString()
				for acked := false; !acked; {
					c.send(`{"op":"say","room":%d,"id":"%s","body":"%d/%d"}`, h.room, id, i, n)
					if rand.IntN(4) == 0 { // the line breaks before the ack: come back and say it again
						c.ws.Close()
						c = h.dial(h.admin, "")
						continue
					}
					f := c.until("ack")
					acked = f.ID == id
				}
			}
		})
	}
	for range listeners {
		wg.Go(func() {
			seen := map[string]int{}
			for last := int64(0); last < senders*each; {
				c := h.dial(h.li, "")
				c.send(`{"op":"join","room":%d,"after":%d}`, h.room, last)
				take := func(e said) {
					if e.Seq != last+1 {
						t.Errorf("want %d, got %d", last+1, e.Seq)
					}
					last = e.Seq
					seen[e.Data["body"].(string)]++
				}
				for until := last + 1 + rand.Int64N(40); last < until && last < senders*each; {
					f := c.next()
					for _, e := range f.Events {
						take(e)
					}
					if f.Op == "event" {
						take(f)
					}
				}
				c.ws.Close()
			}
			if len(seen) != senders*each {
				t.Errorf("%d different messages, want %d", len(seen), senders*each)
			}
		})
	}
	wg.Wait()
}

func TestSocket_hiddenWhileOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.dial(h.li, "")
	c.send(`{"op":"join","room":%d}`, h.room)
	c.next()
	anna := h.dial(h.anna, "")
	anna.say(h.room, "secret")
	id := chat.MessageID(c.next().Data["id"].(float64))
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.Hide(t.Context(), tx, h.admin.viewer(), id)
		return err
	}))
	if e := c.next(); e.Kind != "remove" || e.Data["id"] != float64(id) || e.Seq != 2 || e.By != nil {
		t.Errorf("got %+v", e)
	}
	late := h.dial(h.anna, "")
	late.send(`{"op":"join","room":%d}`, h.room)
	j := late.next()
	if e := j.Events[0]; e.Data["removed"] != true || e.Data["body"] != nil || e.HTML != "" || e.Seq != 1 {
		t.Errorf("the replay has %+v", e)
	}
	var page struct{ Items []said }
	h.call(h.anna, "GET", fmt.Sprintf("/api/v1/rooms/%d/events?after=0", h.room), "", &page)
	if e := page.Items[0]; e.Data["removed"] != true || e.Data["body"] != nil || e.HTML != "" {
		t.Errorf("the API has %+v", e)
	}
}

func TestSocket_unknownTokenIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, res, err := h.tryDial(member{token: "nobody's"}, "")
	if err == nil || res == nil || res.StatusCode != 401 {
		t.Errorf("want 401, got %v %v", res, err)
	}
}
