package chatweb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/chat"
)

type eventsPage struct {
	Items    []said
	Seq      int64
	Reset    bool
	Next     int64
	Presence said
}

func TestAPI_sayAndRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	messages := fmt.Sprintf("/api/v1/rooms/%d/messages", h.room)
	events := fmt.Sprintf("/api/v1/rooms/%d/events", h.room)
	id := uuid.NewString()
	for range 2 {
		var ack struct{ Seq int64 }
		if code := h.call(h.anna, "POST", messages, fmt.Sprintf(`{"id":%q,"body":"糖尿病筛查","lang":"zh"}`, id), &ack); code != 200 || ack.Seq != 1 {
			t.Errorf("got %d, seq %d", code, ack.Seq)
		}
	}
	for i := range 5 {
		h.call(h.li, "POST", messages, fmt.Sprintf(`{"id":%q,"body":"n %d"}`, uuid.NewString(), i), nil)
	}
	var p eventsPage
	h.call(member{}, "GET", events, "", &p)
	if len(p.Items) != 6 || p.Seq != 6 || p.Next != 6 || p.Items[0].Data["body"] != "糖尿病筛查" || p.Items[0].By["name"] != "Anna Weber" {
		t.Errorf("the newest are %+v", p)
	}
	h.call(member{}, "GET", events+"?after=4", "", &p)
	if len(p.Items) != 2 || p.Items[0].Seq != 5 || p.Reset {
		t.Errorf("after 4 came %+v", p)
	}
	h.call(member{}, "GET", events+"?after=7&wait=5", "", &p)
	if len(p.Items) != 6 || !p.Reset {
		t.Errorf("from the future: %+v", p)
	}
	for path, want := range map[string]int{events + "?after=x": 400, events + "?after=-1": 400, "/api/v1/rooms/99999/events": 404,
		"/api/v1/rooms/x/events": 404, events + "?after=0&wait=-1": 400} {
		if code := h.call(member{}, "GET", path, "", nil); code != want {
			t.Errorf("%s: want %d, got %d", path, want, code)
		}
	}
	for body, want := range map[string]int{
		`{"id":"x","body":"a"}`: 400, `{`: 400, fmt.Sprintf(`{"id":%q,"body":" "}`, uuid.NewString()): 422,
		"{\"id\":\"" + uuid.NewString() + "\",\"body\":\"\xff\"}": 400,
	} {
		if code := h.call(h.anna, "POST", messages, body, nil); code != want {
			t.Errorf("%s: want %d, got %d", body, want, code)
		}
	}
	if code := h.call(member{}, "POST", messages, fmt.Sprintf(`{"id":%q,"body":"a"}`, uuid.NewString()), nil); code != 401 {
		t.Errorf("a visitor who writes gets %d", code)
	}
	var room struct {
		ID    int64
		Seq   int64
		Title map[string]string
	}
	if code := h.call(member{}, "GET", fmt.Sprintf("/api/v1/rooms/%d", h.room), "", &room); code != 200 || room.Seq != 6 || room.Title["zh"] != "感染" {
		t.Errorf("the room is %d %+v", code, room)
	}
}

func TestAPI_longPoll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	poll := func(wait int) (p eventsPage, took time.Duration) {
		start := time.Now()
		if code := h.call(h.li, "GET", fmt.Sprintf("/api/v1/rooms/%d/events?after=0&wait=%d", h.room, wait), "", &p); code != 200 {
			t.Errorf("got %d", code)
		}
		return p, time.Since(start)
	}
	if p, took := poll(1); len(p.Items) != 0 || p.Next != 0 || took < 900*time.Millisecond {
		t.Errorf("with nothing new: %+v after %v", p, took)
	}
	woken := make(chan eventsPage)
	go func() {
		p, took := poll(25)
		if took > 15*time.Second {
			t.Errorf("woken after %v only", took)
		}
		woken <- p
	}()
	seq, err := h.service.Say(t.Context(), h.anna.viewer(), chat.Say{Room: h.room, ClientID: uuid.New(), Body: "wake up"})
	h.must(err)
	if p := <-woken; len(p.Items) != 1 || p.Items[0].Seq != seq || p.Next != seq {
		t.Errorf("woken with %+v", p)
	}
}
