package chatweb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/chat/chatweb"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/server"
	"senet/internal/translation"
	"senet/internal/translation/translationtest"
	"senet/locales"
	"senet/web"
)

// house is a hub with a room, listening on an address of its own.
type house struct {
	t        *testing.T
	pool     *pgxpool.Pool
	store    *pg.Store
	accounts *account.Service
	words    *translation.Service
	service  *chat.Service
	hub      *chat.Hub
	handlers *chatweb.Handlers
	app      *fiber.App
	addr     string
	room     chat.RoomID
	anna     member
	li       member
	admin    member
}

type member struct {
	account.Member
	token string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	pool := pgtest.DB(t)
	h := &house{t: t, pool: pool, store: pg.NewStore(pool)}
	bundle, err := i18n.Load(locales.FS)
	h.must(err)
	assets, err := web.Load()
	h.must(err)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.accounts = account.New(h.store)
	h.words = translationtest.New(t, h.store, h.accounts)
	h.service = chat.New(h.store, h.accounts, h.words, log)
	wire := chatweb.NewWire(bundle)
	h.hub = chat.NewHub(h.service, wire, log)
	base, _ := url.Parse("http://hub.example")
	kit := &httpx.Kit{Bundle: bundle, Auth: h.accounts, Assets: assets, BaseURL: base, Log: log}
	h.handlers = chatweb.New(h.service, h.hub, wire, kit)
	h.app = server.New(server.Options{Kit: kit, Assets: assets, Ready: func(context.Context) error { return nil }, Log: log,
		Socket: h.handlers.MountSocket}, h.handlers)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	h.addr = ln.Addr().String()
	h.service.Start()
	h.hub.Start()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = h.app.Listener(ln)
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		h.hub.Stop(ctx)
		_ = h.app.ShutdownWithTimeout(time.Second)
		<-served
		h.service.Stop()
	})
	h.anna = h.member("Anna Weber", account.RoleMember)
	h.li = h.member("李云龙", account.RoleMember)
	h.admin = h.member("Ada Admin", account.RoleAdmin)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		var challenge int64
		err := tx.QueryRow(t.Context(), `insert into challenges (slug, title_en, title_zh) values ('infection-amr', 'Infection', '感染') returning id`).Scan(&challenge)
		if err != nil {
			return err
		}
		h.room, err = h.service.OpenRoom(t.Context(), tx, challenge)
		return err
	}))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) member(name string, role account.Role) member {
	h.t.Helper()
	email := uuid.NewString() + "@example.org"
	m, err := h.accounts.CreateMember(h.t.Context(), account.NewMember{Name: name, Email: email, Role: role, Region: account.Europe, Affiliation: "Charité"})
	h.must(err)
	token, err := h.accounts.IssueToken(h.t.Context(), email)
	h.must(err)
	return member{m, token}
}

func (m member) viewer() account.Viewer {
	return account.Viewer{ID: m.ID, Name: m.Name, Handle: m.Handle, Role: m.Role, Zone: time.UTC}
}

// backfill writes n messages past the service, as another process would.
func (h *house) backfill(n int, html string) {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), `
		with r as (update rooms set seq = seq + $2 where id = $1 returning id, seq - $2 as base),
		m as (insert into messages (room_id, seq, author_id, client_id, body, html, lang)
			select r.id, r.base + n, $3, gen_random_uuid(), 'm' || n, $4, 'en' from r, generate_series(1, $2) n
			returning id, room_id, seq, author_id)
		insert into room_events (room_id, seq, kind, member_id, message_id) select room_id, seq, 'message', author_id, id from m`,
		h.room, n, h.anna.ID, html)
	h.must(err)
}

// said is a frame from the hub, as far as tests ask.
type said struct {
	Op         string
	Room       int64
	Seq        int64
	Kind       string
	At         string
	ID         string
	Code       string
	Message    string
	Reset      bool
	Count      int
	HTML       string
	By         map[string]any
	Data       map[string]any
	Sample     []map[string]any
	Events     []said
	RetryAfter int64 `json:"retry_after_ms"`
}

// client is somebody with a socket.
type client struct {
	t  *testing.T
	ws *websocket.Conn
}

func (h *house) dial(m member, query string, header ...string) *client {
	h.t.Helper()
	c, res, err := h.tryDial(m, query, header...)
	if err != nil {
		h.t.Fatalf("dial: %v %v", err, res)
	}
	h.t.Cleanup(func() { c.ws.Close() })
	return c
}

func (h *house) tryDial(m member, query string, header ...string) (*client, *http.Response, error) {
	hd := http.Header{}
	if m.token != "" {
		hd.Set("Authorization", "Bearer "+m.token)
	}
	for i := 0; i < len(header); i += 2 {
		hd.Set(header[i], header[i+1])
	}
	ws, res, err := websocket.DefaultDialer.DialContext(h.t.Context(), "ws://"+h.addr+"/ws"+query, hd)
	return &client{h.t, ws}, res, err
}

func (c *client) send(format string, args ...any) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) say(room chat.RoomID, body string) string {
	c.t.Helper()
	id := uuid.NewString()
	b, _ := json.Marshal(map[string]any{"op": "say", "room": room, "id": id, "body": body, "lang": "en"})
	c.send("%s", b)
	return id
}

// next is the next frame that is not presence.
func (c *client) next() said {
	c.t.Helper()
	for {
		s, err := c.read()
		if err != nil {
			c.t.Fatalf("want a frame, got %v", err)
		}
		if s.Op != "presence" {
			return s
		}
	}
}

func (c *client) read() (said, error) {
	_ = c.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	var s said
	_, b, err := c.ws.ReadMessage()
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

// until reads on until a frame with that op.
func (c *client) until(op string) said {
	c.t.Helper()
	for {
		s, err := c.read()
		if err != nil {
			c.t.Fatalf("want %s, got %v", op, err)
		}
		if s.Op == op {
			return s
		}
	}
}

// closed reads on to the end and returns the close code; 0 when the line broke without one.
func (c *client) closed() int {
	c.t.Helper()
	for {
		_, err := c.read()
		if err == nil {
			continue
		}
		if ce, ok := err.(*websocket.CloseError); ok {
			return ce.Code
		}
		c.t.Logf("ended with %v", err)
		return 0
	}
}

// call is an API call; the answer is decoded into out when it is not nil.
func (h *house) call(m member, method, path, body string, out any) int {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.addr+path, strings.NewReader(body))
	h.must(err)
	if m.token != "" {
		req.Header.Set("Authorization", "Bearer "+m.token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	h.must(err)
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			h.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, b)
		}
	}
	return res.StatusCode
}
