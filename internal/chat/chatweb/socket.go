package chatweb

import (
	"context"
	"math"
	"net"
	"net/url"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

const (
	recheckEvery = 4 * time.Second // with the account's own 5 s at most: who is signed out is gone within seconds
	changedEvery = time.Second     // who was silenced, shut out or given a role feels it within that
	recheckTime  = 3 * time.Second
	pingRounds   = 6 // a ping every sixth recheck, so each 24 s
)

var (
	errForeign = fault.New(fault.Forbidden, "error.csrf")
	errUpgrade = fault.New(fault.Malformed, "chat.socket_only")
	errTooMany = fault.New(fault.TooMany, "chat.too_many_connections").After(time.Minute)
)

// Limits are how many sockets may be open at once, and how many bytes may wait for all slow ones together. Administrators'
// tokens and this machine itself count only for Total.
type Limits struct {
	PerMember, PerAddress, Total int
	Waiting                      int64
}

// DefaultLimits leave room for an institute behind one address.
var DefaultLimits = Limits{PerMember: 40, PerAddress: 400, Total: 100_000, Waiting: 128 << 20}

// credential is what a socket was opened with; it is checked again as long as the socket lives.
type credential struct {
	token  string
	bearer bool
}

// sockets are the open ones.
type sockets struct {
	mu     sync.Mutex
	places map[string]int // by member or address
	total  int
	open   map[*session]int // its round of pings
	next   int
	tails  *tails
}

// seat is what the upgrade hands on to the socket.
type seat struct {
	key     string
	other   bool // the page that opens it belongs to another member than the session
	viewer  account.Viewer
	who     credential
	locale  i18n.Locale
	printer *i18n.Printer
}

const seatKey = "chat.seat"

// MountSocket registers the socket: GET /ws.
func (h *Handlers) MountSocket(app fiber.Router) {
	serve := websocket.New(h.serve, websocket.Config{
		HandshakeTimeout: 10 * time.Second,
		RecoverHandler: func(*websocket.Conn) {
			if v := recover(); v != nil {
				h.log.Error("panic in a socket", "panic", v, "stack", string(debug.Stack()))
			}
		},
	})
	app.Get("/ws", func(c *fiber.Ctx) error {
		if !websocket.IsWebSocketUpgrade(c) {
			return errUpgrade
		}
		var err error
		r := httpx.Of(c)
		s := seat{viewer: r.Viewer, locale: r.Locale, printer: r.P}
		if token, ok := httpx.Bearer(c); ok {
			s.who = credential{token, true}
		} else {
			// The library lets every site in; a foreign page must not use a member's cookie.
			if !h.ours(c) {
				return errForeign
			}
			if r.Viewer.SignedIn() {
				s.who = credential{c.Cookies(httpx.SessionCookie), false}
			}
		}
		if s.other, err = another(c, r.Viewer); err != nil {
			return err
		}
		s.key = placeKey(c, r.Viewer)
		if err = h.sockets.sit(s.key, h.Limits, r.Viewer); err != nil {
			return err
		}
		c.Locals(seatKey, s)
		if err := serve(c); err != nil {
			h.sockets.rise(s.key)
			return errUpgrade.Because(err)
		}
		return nil
	})
}

// another reports whether the page that asks was made for another member than the one who is signed in by now: ?as= is whom
// it was made for. What it still has to say must not be said in the other's name.
func another(c *fiber.Ctx, v account.Viewer) (bool, error) {
	as, err := httpx.Int(c, "as", 0, 0, math.MaxInt64)
	return as != 0 && account.MemberID(as) != v.ID, err
}

// ours reports whether the page that opens the socket is the hub's own. No Origin: no browser.
func (h *Handlers) ours(c *fiber.Ctx) bool {
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && (u.Host == string(c.Request().Host()) || h.base != nil && u.Host == h.base.Host)
}

func placeKey(c *fiber.Ctx, v account.Viewer) string {
	switch ip := net.ParseIP(c.IP()); {
	case v.Administers() && v.Session == 0:
		return ""
	case v.SignedIn():
		return memberKey(v.ID)
	case ip != nil && ip.IsLoopback():
		return ""
	}
	return "a" + c.IP()
}

func (s *sockets) sit(key string, l Limits, v account.Viewer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := l.PerAddress
	if v.SignedIn() {
		limit = l.PerMember
	}
	if s.total >= l.Total || key != "" && s.places[key] >= limit {
		return errTooMany
	}
	s.total++
	if key != "" {
		s.places[key]++
	}
	return nil
}

func (s *sockets) rise(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if key == "" {
		return
	}
	if s.places[key]--; s.places[key] <= 0 {
		delete(s.places, key)
	}
}

// serve is a socket's life, in the goroutine that reads from it.
func (h *Handlers) serve(ws *websocket.Conn) {
	seat := ws.Locals(seatKey).(seat)
	defer h.sockets.rise(seat.key)
	s := &session{h: h, ws: ws, link: newLink(ws.NetConn(), h.sockets.tails), printer: seat.printer, who: seat.who,
		pace: bucket{burst: 200, every: 50 * time.Millisecond}, strikes: bucket{burst: 10, every: 5 * time.Second},
		saying: make(chan struct{}, maxSaying)}
	s.viewer.Store(&seat.viewer)
	defer s.link.end() // the connection is pooled: nothing may use it after this function
	s.link.reason = h.reason
	if seat.other {
		s.turnAway(chat.CloseForbidden)
		return
	}
	conn, err := h.hub.Connect(seat.viewer, seat.locale, s.link)
	if err != nil {
		s.turnAway(chat.CloseRestart)
		return
	}
	s.conn = conn
	defer conn.Drop()
	// The library would write its answers past the hub, into the middle of a frame.
	ws.SetPingHandler(func(data string) error { s.link.alive(); s.conn.Send(frame(opPong, []byte(data))); return nil })
	ws.SetPongHandler(func(string) error { s.link.alive(); return nil })
	ws.SetCloseHandler(func(code int, _ string) error { s.link.Close(answer(code)); return nil })
	h.sockets.enter(s)
	defer h.sockets.leave(s)
	s.run()
}

// turnAway says goodbye at once, and reads on until the client has heard it.
func (s *session) turnAway(code int) {
	quiet := func(string) error { return nil }
	s.ws.SetPingHandler(quiet)
	s.ws.SetCloseHandler(func(int, string) error { return nil })
	s.link.Close(code)
	s.run()
}

// After a restart everybody comes back: so many a second are welcome.
const (
	welcome     = 500
	shortSpread = time.Second
	longSpread  = time.Minute
)

// reason tells those who are sent away by a restart over how many milliseconds to spread their coming back; the more there
// are, the longer.
func (h *Handlers) reason(code int) string {
	if code != chat.CloseRestart {
		return ""
	}
	h.sockets.mu.Lock()
	n := h.sockets.total
	h.sockets.mu.Unlock()
	spread := min(max(time.Duration(n)*time.Second/welcome, shortSpread), longSpread)
	return "spread_ms=" + strconv.FormatInt(spread.Milliseconds(), 10)
}

// answer is the code with which a client's goodbye is answered: its own, where it may be sent at all.
func answer(code int) int {
	if code == websocket.CloseNoStatusReceived {
		return websocket.CloseNormalClosure
	}
	return code
}

func (s *sockets) enter(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	s.open[one] = s.next % pingRounds
}

func (s *sockets) leave(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
}

// watch keeps an eye on the open sockets as long as the hub runs: are their members still signed in, are they still
// there at all.
func (h *Handlers) watch(ctx context.Context) {
	t := time.NewTicker(changedEvery)
	defer t.Stop()
	for tick, round := 1, 0; ; tick++ {
		select {
		case <-t.C:
			if tick%int(recheckEvery/changedEvery) != 0 {
				h.recheckChanged(ctx)
				continue
			}
			h.recheck(ctx, round%pingRounds)
			round++
		case <-ctx.Done():
			return
		}
	}
}

var ping = frame(opPing, nil)

func (h *Handlers) recheck(ctx context.Context, round int) {
	by := map[credential][]*session{}
	h.sockets.mu.Lock()
	for s, its := range h.sockets.open {
		if its == round {
			s.conn.Send(ping)
		}
		if s.who.token != "" {
			by[s.who] = append(by[s.who], s)
		}
	}
	h.sockets.mu.Unlock()
	for who, sessions := range by {
		if ctx.Err() != nil {
			return
		}
		h.recheckOne(ctx, who, sessions)
	}
}

// recheckChanged looks again at those members of whom something was changed since.
func (h *Handlers) recheckChanged(ctx context.Context) {
	by := map[credential][]*session{}
	h.sockets.mu.Lock()
	for s := range h.sockets.open {
		if s.who.token != "" && h.service.MemberVersion(s.viewer.Load().ID) != s.version.Load() {
			by[s.who] = append(by[s.who], s)
		}
	}
	h.sockets.mu.Unlock()
	for who, sessions := range by {
		if ctx.Err() != nil {
			return
		}
		h.recheckOne(ctx, who, sessions)
	}
}

// recheckOne sends away whoever is signed out, and lets a change of role count. When the database is away everybody
// stays.
func (h *Handlers) recheckOne(ctx context.Context, who credential, sessions []*session) {
	ctx, cancel := context.WithTimeout(ctx, recheckTime)
	defer cancel()
	find := h.auth.BySession
	if who.bearer {
		find = h.auth.ByToken
	}
	version := h.service.MemberVersion(sessions[0].viewer.Load().ID)
	v, err := find(ctx, who.token)
	if err != nil {
		if ctx.Err() == nil {
			h.log.Warn("cannot recheck a socket", "err", err)
		}
		return
	}
	for _, s := range sessions {
		if !v.SignedIn() {
			s.conn.Close(chat.CloseForbidden)
			continue
		}
		s.viewer.Store(&v)
		s.version.Store(version)
	}
}
