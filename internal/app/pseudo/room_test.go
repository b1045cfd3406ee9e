package pseudo

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"

	"senet/internal/app/apptest"
	"senet/internal/pg/pgtest"
)

// TestRoom_framesAreInTheLanguage: over the socket and by long poll, a reader of the language gets its words.
func TestRoom_framesAreInTheLanguage(t *testing.T) {
	site := apptest.New(t, pgtest.DB(t))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- site.Hub.Serve(ctx, ln, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	<-ready
	var room int64
	if err := site.Store.QueryRow(t.Context(), `select id from rooms`).Scan(&room); err != nil {
		t.Fatal(err)
	}
	moderator := site.Person("张伟", "moderator", "zh")
	ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+ln.Addr().String()+"/ws?locale=qps", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	send(t, ws, fmt.Sprintf(`{"op":"join","room":%d,"after":0}`, room))
	next(t, ws, "joined")
	site.API(moderator, "POST", fmt.Sprintf("/rooms/%d/messages", room), map[string]any{"id": uuid.NewString(), "body": "大家好"}).Want(200)
	checkFrame(t, "the socket's event", next(t, ws, "event").HTML)
	send(t, ws, `{"op":"dance"}`)
	if e := next(t, ws, "error"); !strings.HasPrefix(e.Message, "Ţħé řóóɱ") {
		t.Errorf("the socket refuses with %q", e.Message)
	}
	var polled struct{ Items []frame }
	site.API(apptest.Person{}, "GET", fmt.Sprintf("/rooms/%d/events?after=0&locale=qps", room), nil).Want(200).JSON(&polled)
	if len(polled.Items) != 1 {
		t.Fatalf("the poll has %d events, want 1", len(polled.Items))
	}
	checkFrame(t, "the poll's event", polled.Items[0].HTML)
}

type frame struct {
	Op      string `json:"op"`
	Message string `json:"message"`
	HTML    string `json:"html"`
}

func checkFrame(t *testing.T, at, html string) {
	t.Helper()
	for _, want := range []string{`href="/qps/m/`, `>Ḿóđéřáţóř~<`, `lang="zh-Hans"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%s has no %s: %s", at, want, html)
		}
	}
}

func send(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// next is the next frame of that kind.
func next(t *testing.T, ws *websocket.Conn, op string) frame {
	t.Helper()
	_ = ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s: %v", op, err)
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if f.Op == op {
			return f
		}
	}
}
