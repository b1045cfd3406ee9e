package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/translationtest"
)

// house is a database of its own with a service that writes, two members, a moderator and a room.
type house struct {
	t       *testing.T
	pool    *pgxpool.Pool
	store   *pg.Store
	service *Service
	room    RoomID
	anna    account.Viewer
	li      account.Viewer
	mod     account.Viewer
}

func newHouse(t *testing.T) *house {
	t.Helper()
	pool := pgtest.DB(t)
	h := &house{t: t, pool: pool, store: pg.NewStore(pool)}
	accounts := account.New(h.store)
	h.service = New(h.store, accounts, translationtest.New(t, h.store, accounts), slog.New(slog.DiscardHandler))
	h.service.Start()
	t.Cleanup(h.service.Stop)
	h.anna = h.member("Anna Weber", account.Europe, account.RoleMember)
	h.li = h.member("李云龙", account.China, account.RoleMember)
	h.mod = h.member("Marta Ruiz", account.Europe, account.RoleModerator)
	h.room = h.newRoom("infection-amr")
	return h
}

func (h *house) member(name string, region account.Region, role account.Role) account.Viewer {
	h.t.Helper()
	handle := uuid.NewString()[:8]
	v := account.Viewer{Name: name, Handle: handle, Region: region, Role: role, Affiliation: "Charité", Zone: time.UTC}
	h.must(h.pool.QueryRow(h.t.Context(), `insert into members (name, handle, handle_key, region, role, affiliation)
		values ($1, $2, $2, $3, $4, 'Charité') returning id`, name, handle, region, role).Scan(&v.ID))
	return v
}

func (h *house) newRoom(slug string) RoomID {
	h.t.Helper()
	var id RoomID
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		var challenge int64
		err := tx.QueryRow(h.t.Context(), `insert into challenges (slug, title_en, title_zh) values ($1, 'Infection', '感染') returning id`, slug).Scan(&challenge)
		if err != nil {
			return err
		}
		id, err = h.service.OpenRoom(h.t.Context(), tx, challenge)
		return err
	}))
	return id
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) say(v account.Viewer, body string) int64 {
	h.t.Helper()
	seq, err := h.service.Say(h.t.Context(), v, Say{Room: h.room, ClientID: uuid.New(), Body: body})
	h.must(err)
	return seq
}

func (h *house) hide(seq int64) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.Hide(h.t.Context(), tx, h.mod, h.idOf(seq))
		return err
	}))
}

func (h *house) unhide(seq int64) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.Unhide(h.t.Context(), tx, h.mod, h.idOf(seq))
		return err
	}))
}

func (h *house) idOf(seq int64) MessageID {
	h.t.Helper()
	var id MessageID
	h.must(h.pool.QueryRow(h.t.Context(), `select id from messages where room_id = $1 and seq = $2`, h.room, seq).Scan(&id))
	return id
}

// backfill writes n messages past the service and the hub, as another process would.
func (h *house) backfill(n int) {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), `
		with r as (update rooms set seq = seq + $2 where id = $1 returning id, seq - $2 as base),
		m as (insert into messages (room_id, seq, author_id, client_id, body, html, lang)
			select r.id, r.base + n, $3, gen_random_uuid(), 'm' || n, '<p>m</p>', 'en' from r, generate_series(1, $2) n
			returning id, room_id, seq, author_id)
		insert into room_events (room_id, seq, kind, member_id, message_id) select room_id, seq, 'message', author_id, id from m`,
		h.room, n, h.anna.ID)
	h.must(err)
}

// plainWire encodes as lines of JSON.
type plainWire struct{}

func line(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
}

func (plainWire) Event(l i18n.Locale, e Event) []byte { return line(e.Frame("<" + string(l) + ">")) }
func (plainWire) Joined(l i18n.Locale, room RoomID, p Page) []byte {
	frames := []Frame{}
	for _, e := range p.Events {
		frames = append(frames, e.Frame(string(l)))
	}
	return line(map[string]any{"op": "joined", "room": room, "seq": p.Seq, "reset": p.Reset, "events": frames})
}
func (plainWire) Presence(room RoomID, p Presence) []byte {
	return line(map[string]any{"op": "presence", "room": room, "count": p.Count, "sample": p.Sample})
}
func (plainWire) Typing(room RoomID, by By) []byte {
	return line(map[string]any{"op": "typing", "room": room, "by": by})
}
func (plainWire) Sanction(room RoomID, kind Sanction, _ *time.Time) []byte {
	return line(map[string]any{"op": "sanction", "room": room, "sanction": kind})
}

// heard is what a client gets, as far as tests ask.
type heard struct {
	Op     string
	Seq    int64
	Kind   Kind
	Reset  bool
	Count  int
	By     By
	Sample []By
	HTML   string
	Data   map[string]any
	Events []heard
}

// ear is a link that keeps what it is given.
type ear struct {
	mu   sync.Mutex
	buf  []byte
	got  []heard
	code int
	more chan struct{}
}

func newEar() *ear { return &ear{more: make(chan struct{}, 1)} }

func (e *ear) Push(p []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.buf = append(e.buf, p...)
	for {
		i := slices.Index(e.buf, '\n')
		if i < 0 {
			break
		}
		var h heard
		if err := json.Unmarshal(e.buf[:i], &h); err != nil {
			panic(fmt.Sprintf("%s: %v", e.buf[:i], err))
		}
		e.buf = e.buf[i+1:]
		e.got = append(e.got, h)
	}
	e.ring()
}

func (e *ear) Close(code int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.code == 0 {
		e.code = code
	}
	e.ring()
}

func (e *ear) ring() {
	select {
	case e.more <- struct{}{}:
	default:
	}
}

// until waits until ok holds of what was heard.
func (e *ear) until(t *testing.T, what string, ok func(got []heard, code int) bool) []heard {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		e.mu.Lock()
		got, code := slices.Clone(e.got), e.code
		e.mu.Unlock()
		if ok(got, code) {
			return got
		}
		select {
		case <-e.more:
		case <-late:
			t.Fatalf("waited in vain for %s; close code %d, heard %d: %+v", what, code, len(got), got)
		}
	}
}

// untilSeq waits until the fold of what was heard has reached seq, and returns the seqs in the order heard.
func (e *ear) untilSeq(t *testing.T, seq int64) []int64 {
	t.Helper()
	got := e.until(t, fmt.Sprintf("seq %d", seq), func(got []heard, _ int) bool {
		s := seqs(got)
		return len(s) > 0 && s[len(s)-1] >= seq
	})
	return seqs(got)
}

func seqs(got []heard) []int64 {
	var s []int64
	for _, h := range got {
		switch h.Op {
		case "event":
			s = append(s, h.Seq)
		case "joined":
			for _, e := range h.Events {
				s = append(s, e.Seq)
			}
		}
	}
	return s
}

func mustFollow(t *testing.T, s []int64, first, last int64) {
	t.Helper()
	for i, seq := range s {
		if seq != first+int64(i) {
			t.Fatalf("want seqs %d…%d without gap or repeat; at %d came %d, all: %v", first, last, i, seq, s)
		}
	}
	if len(s) != int(last-first+1) {
		t.Fatalf("want %d…%d, got %v", first, last, s)
	}
}

func (h *house) hub() *Hub {
	hub := NewHub(h.service, plainWire{}, slog.New(slog.DiscardHandler))
	hub.Start()
	h.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		hub.Stop(ctx)
	})
	return hub
}

func (h *house) connect(hub *Hub, v account.Viewer, l i18n.Locale) (*Conn, *ear) {
	h.t.Helper()
	e := newEar()
	c, err := hub.Connect(v, l, e)
	h.must(err)
	return c, e
}

func ptr[T any](v T) *T { return &v }
