package chatweb_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/app/apptest"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/engine"
	"senet/internal/translation/engine/enginetest"
)

// gate stands before an engine and lets its translations through one by one.
type gate struct {
	arrived chan string   // what was asked, as it came
	open    chan struct{} // a value lets one through; closed, all
	URL     string
}

func newGate(t *testing.T, e *enginetest.Server) *gate {
	g := &gate{arrived: make(chan string, 64), open: make(chan struct{})}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/translate" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			g.arrived <- string(body)
			select {
			case <-g.open:
			case <-r.Context().Done():
				return
			}
		}
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	g.URL = srv.URL
	return g
}

// next is what is asked next.
func (g *gate) next(t *testing.T) string {
	t.Helper()
	select {
	case asked := <-g.arrived:
		return asked
	case <-time.After(20 * time.Second):
		t.Fatal("the engine is asked nothing")
		return ""
	}
}

// serve runs a whole hub until the test ends.
func serve(t *testing.T, site *apptest.Site) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- site.Hub.Serve(ctx, ln, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	<-ready
}

// TestEngine_newestMessageFirst has the whole hub translate a talk while its engine is slow: once it has time again, it is
// asked for what was said last, and readers get the translations as events.
func TestEngine_newestMessageFirst(t *testing.T) {
	t.Parallel()
	libre := enginetest.Libre(t)
	gate := newGate(t, libre)
	site := apptest.New(t, pgtest.DB(t), engine.Settings{Order: []string{engine.NameLibre}, LibreTranslateURL: gate.URL,
		LibreTranslateKey: libre.Key, Rate: 1000, Timeout: time.Minute})
	serve(t, site)
	li := site.Person("李云龙", "member", i18n.Zh)
	var room chat.RoomID
	if err := site.Store.QueryRow(t.Context(), `select id from rooms`).Scan(&room); err != nil {
		t.Fatal(err)
	}
	const workers, rest = 4, 3 // as many as the queue has; and those that wait for one
	body := func(n int) string { return fmt.Sprintf("第%d条消息：我们需要更多数据。", n) }
	for n := 1; n <= workers+rest; n++ {
		if _, err := site.Hub.Chat.Say(t.Context(), li.Viewer, chat.Say{Room: room, ClientID: uuid.New(), Body: body(n)}); err != nil {
			t.Fatal(err)
		}
		if n <= workers {
			gate.next(t)
		}
	}
	for n := workers + rest; n > workers; n-- {
		gate.open <- struct{}{}
		if asked := gate.next(t); !strings.Contains(asked, body(n)) {
			t.Fatalf("the engine is asked %s, want message %d", asked, n)
		}
	}
	close(gate.open)

	const last = 2 * (workers + rest)
	var p eventsPage
	for after := 0; p.Seq < last; after = int(p.Seq) {
		site.API(apptest.Person{}, "GET", fmt.Sprintf("/rooms/%d/events?after=%d&wait=20&locale=en", room, after), nil).Want(200).JSON(&p)
	}
	site.API(apptest.Person{}, "GET", fmt.Sprintf("/rooms/%d/events?after=0&locale=en", room), nil).Want(200).JSON(&p)
	translated := map[any]said{}
	for i, e := range p.Items {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has seq %d", i+1, e.Seq)
		}
		if e.Kind == "translation" {
			translated[e.Data["id"]] = e
		}
	}
	for n := 1; n <= workers+rest; n++ {
		m := p.Items[n-1]
		e, ok := translated[m.Data["id"]]
		if !ok {
			t.Fatalf("message %d has no translation: %+v", n, p.Items)
		}
		want := enginetest.Translation("en", body(n))
		if e.Data["kind"] != "machine" || e.Data["text"] != want || e.Data["provider"] != "LibreTranslate" {
			t.Errorf("the translation of message %d is %v, want %q by LibreTranslate", n, e.Data, want)
		}
		if got := strings.TrimSpace(selection(t, e.HTML).Find(".prose.translated").Text()); got != want {
			t.Errorf("message %d reads %q, want %q", n, got, want)
		}
		if got := selection(t, e.HTML).Find(".provenance > .translated").Text(); !strings.Contains(got, "Machine translation: LibreTranslate") {
			t.Errorf("message %d says of its translation %q", n, got)
		}
	}
}
