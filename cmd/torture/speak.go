package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"
)

// said is a message of a speaker's.
type said struct {
	id   string
	body string
	seq  int64 // as acknowledged; 0: not yet
	sent int   // how often it was sent
}

// speaker says things in a room and keeps each until it is acknowledged, as the hub's own page does.
type speaker struct {
	c     *crowd
	n     int
	room  int64
	token string

	mu     sync.Mutex
	all    []*said
	broken []string
}

// waiting are those that are not acknowledged.
func (s *speaker) waiting() (ms []*said) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.all {
		if m.seq == 0 {
			ms = append(ms, m)
		}
	}
	return ms
}

func (s *speaker) acked(id string, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.all {
		if m.id == id {
			if m.seq != 0 && m.seq != seq {
				s.broken = append(s.broken, fmt.Sprintf("%s was acknowledged at %d and at %d", id, m.seq, seq))
			}
			m.seq = seq
		}
	}
}

var sentences = []string{"我家在上海东边，样本周三到。", "The samples of the northern sites have arrived.", "**重要。**所以我们需要更多数据 https://example.org/a?b=1",
	"Could somebody compare this with last winter?\n\n- site A\n- site B", "请看第3页的表格 `p < 0.05`", "Agreed!"}

// run speaks until ctx ends, over one connection after the other; a third of the speakers use plain requests.
func (s *speaker) run(ctx context.Context) {
	for ctx.Err() == nil {
		if s.n%3 == 2 {
			_ = s.post(ctx)
		} else {
			_ = s.socket(ctx)
		}
		sleep(ctx, chance(time.Second))
	}
}

// next is what is to be sent now: what waits, and while the storm lasts something new.
func (s *speaker) next() []*said {
	ms := s.waiting()
	if !s.c.calm.Load() {
		m := &said{id: uuid.NewString(), body: fmt.Sprintf("%s (%d)", sentences[rand.IntN(len(sentences))], rand.IntN(1e9))}
		s.mu.Lock()
		s.all = append(s.all, m)
		s.mu.Unlock()
		ms = append(ms, m)
	}
	return ms
}

func (s *speaker) socket(ctx context.Context) error {
	d := websocket.Dialer{NetDialContext: s.c.dial, HandshakeTimeout: 20 * time.Second}
	ws, _, err := d.DialContext(ctx, "ws://hub/ws", http.Header{"Authorization": {"Bearer " + s.token}})
	if err != nil {
		return err
	}
	defer ws.Close()
	s.c.connects.Add(1)
	ended := make(chan error, 1)
	go func() {
		for {
			var frame struct {
				Op, ID, Code string
				Seq          int64
			}
			_, p, err := ws.ReadMessage()
			if err == nil {
				err = json.Unmarshal(p, &frame)
			}
			if err != nil {
				ended <- err
				return
			}
			if frame.Op == "ack" {
				s.acked(frame.ID, frame.Seq)
			}
		}
	}()
	sent := map[string]bool{} // over this connection
	for {
		for _, m := range s.next() {
			if sent[m.id] {
				continue
			}
			sent[m.id] = true
			m.sent++
			if err := ws.WriteJSON(map[string]any{"op": "say", "room": s.room, "id": m.id, "body": m.body}); err != nil {
				return err
			}
		}
		select {
		case err := <-ended:
			return err
		case <-time.After(chance(time.Second)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *speaker) post(ctx context.Context) error {
	client := &http.Client{Transport: &http.Transport{DialContext: s.c.dial}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		for _, m := range s.next() {
			m.sent++
			var answer struct{ Seq int64 }
			err := call(ctx, client, "POST", fmt.Sprintf("http://hub/api/v1/rooms/%d/messages", s.room), s.token, map[string]any{"id": m.id, "body": m.body}, &answer)
			if err != nil {
				return err
			}
			s.acked(m.id, answer.Seq)
		}
		sleep(ctx, chance(time.Second))
	}
	return ctx.Err()
}

// meddler does everything else that makes events of a room: it reacts, hides and gives back, asks, votes, raises a hand, opens
// polls, edits and translates. What becomes of each does not matter; that everybody is told the same does.
func (c *crowd) meddle(ctx context.Context, room int64, token string) {
	client := &http.Client{Transport: &http.Transport{DialContext: c.dial}}
	defer client.CloseIdleConnections()
	at := func(format string, args ...any) string { return "http://hub/api/v1/" + fmt.Sprintf(format, args...) }
	var message, question, poll, option int64
	for sleep(ctx, chance(300*time.Millisecond)) && !c.calm.Load() {
		on := rand.IntN(2) == 0
		var err error
		switch rand.IntN(13) {
		case 0, 1:
			var page struct{ Items []eventJSON }
			if err = call(ctx, client, "GET", at("rooms/%d/events", room), token, nil, &page); err == nil {
				for _, e := range page.Items {
					if e.Kind == "message" {
						message = e.Data.ID
					}
				}
			}
		case 2, 3:
			err = call(ctx, client, "POST", at("messages/%d/reaction", message), token, map[string]any{"kind": "agree", "on": on}, nil)
		case 4:
			way := map[bool]string{true: "hide", false: "unhide"}[on]
			err = call(ctx, client, "POST", at("messages/%d/%s", message, way), token, map[string]any{"reason": "torture"}, nil)
		case 5:
			var q struct{ ID int64 }
			if err = call(ctx, client, "POST", at("rooms/%d/questions", room), token, map[string]any{"client_id": uuid.NewString(), "body": "什么时候开始？", "anonymous": on}, &q); err == nil {
				question = q.ID
			}
		case 6:
			err = call(ctx, client, "POST", at("questions/%d/vote", question), token, map[string]any{"on": on}, nil)
		case 7:
			err = call(ctx, client, "POST", at("rooms/%d/hand", room), token, map[string]any{"up": on}, nil)
		case 8:
			var made struct {
				ID      int64
				Options []struct{ ID int64 }
			}
			err = call(ctx, client, "POST", at("rooms/%d/polls", room), token, map[string]any{"client_id": uuid.NewString(), "kind": "single",
				"body": "Which first?", "options": []string{"ageing", "癌症"}, "results": "live"}, &made)
			if err == nil && len(made.Options) > 0 {
				poll, option = made.ID, made.Options[0].ID
			}
		case 9:
			err = call(ctx, client, "POST", at("polls/%d/ballot", poll), token, map[string]any{"options": []int64{option}}, nil)
		case 10:
			err = call(ctx, client, "POST", at("messages/%d/mark", message), token, map[string]any{"mark": "pin", "on": on}, nil)
		case 11:
			err = call(ctx, client, "POST", at("messages/%d/edit", message), token, map[string]any{"body": "edited 已修改", "version": 1}, nil)
		case 12:
			err = call(ctx, client, "PUT", at("messages/%d/translations/%s", message, map[bool]string{true: "en", false: "zh"}[on]), token,
				map[string]any{"text": "translated 译文"}, nil)
		}
		if no := new(refused); errors.As(err, &no) && no.status == http.StatusInternalServerError {
			c.wrong("a request failed: %v", err)
		}
	}
}
