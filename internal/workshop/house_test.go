package workshop

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/translationtest"
)

// house is the service over a database, at a time of its own.
type house struct {
	*Service
	t      *testing.T
	store  *pg.Store
	notes  *notify.Service
	rooms  *chat.Service
	anna   account.Viewer // a moderator
	clock  time.Time
	people int
}

// newHouse is over one transaction; where commits matter, over a database of its own (pgtest.DB).
func newHouse(t *testing.T, db pg.DB) *house {
	t.Helper()
	store := pg.NewStore(db)
	accounts := account.New(store)
	rooms := chat.New(store, accounts, translationtest.New(t, store, accounts), slog.New(slog.DiscardHandler))
	queue, err := jobs.New(nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	notes := notify.New(store)
	h := &house{t: t, store: store, notes: notes, rooms: rooms, clock: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC),
		Service: New(store, Parts{Accounts: accounts, Rooms: rooms, Notices: notes, Queue: queue, Base: "https://hub.example"})}
	h.now = func() time.Time { return h.clock }
	h.anna = h.member("Anna Weber", account.RoleModerator)
	return h
}

func txHouse(t *testing.T) *house {
	t.Parallel()
	return newHouse(t, pgtest.Tx(t))
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) member(name string, role account.Role) account.Viewer {
	h.t.Helper()
	v := account.Visitor()
	v.Name, v.Role, v.Handle = name, role, uuid.NewString()[:8]
	region := []account.Region{account.Europe, account.China, account.Elsewhere}[h.people%3]
	h.people++
	h.must(h.store.QueryRow(h.t.Context(), `insert into members (name, handle, handle_key, role, region) values ($1, $2, $2, $3, $4) returning id`,
		name, v.Handle, role, region).Scan(&v.ID))
	return v
}

// form is a valid one: an announced workshop on 27 March 2027 from 14:00 to 16:00 in Brussels.
func (h *house) form() Form {
	return Form{Kind: Workshop, Title: i18n.Text{En: "Comparing resistance data", Zh: "耐药数据的比对"},
		Summary: i18n.Text{En: "How two laboratories count.", Zh: "两家实验室如何计数。"}, Zone: Brussels,
		Start: "2027-03-27T14:00", End: "2027-03-27T16:00", Announce: true, ClientID: uuid.New()}
}

func (h *house) create(f Form) ID {
	h.t.Helper()
	id, err := h.Create(h.t.Context(), h.anna, f)
	h.must(err)
	return id
}

func (h *house) event(id ID) Event {
	h.t.Helper()
	e, err := h.Find(h.t.Context(), h.anna, id)
	h.must(err)
	return e
}

// edit changes an event as its form is, with f's changes.
func (h *house) edit(id ID, change func(*Form)) error {
	h.t.Helper()
	f, err := h.Form(h.t.Context(), h.event(id))
	h.must(err)
	change(&f)
	return h.Edit(h.t.Context(), h.anna, id, f)
}

func (h *house) register(v account.Viewer, id ID) Seat {
	h.t.Helper()
	seat, err := h.Register(h.t.Context(), v, id)
	h.must(err)
	return seat
}

// told are the kinds of a member's notices, the oldest first.
func (h *house) told(v account.Viewer) []notify.Kind {
	h.t.Helper()
	p, err := h.notes.List(h.t.Context(), v, i18n.En, 0)
	h.must(err)
	var kinds []notify.Kind
	for _, i := range p.Items {
		kinds = append([]notify.Kind{i.Kind}, kinds...)
	}
	return kinds
}

// go puts the clock to that time and does what is due of an event, as the jobs that were enqueued would.
func (h *house) at(t time.Time) { h.clock = t }

const waitingJobs = `select args ->> 'moment' from river_job where kind = 'workshop_moment' and (args ->> 'workshop')::bigint = $1
	and (args ->> 'of')::bigint = any($2::bigint[]) order by scheduled_at, id`

// scheduled are the moments that are enqueued for an event as it is now.
func (h *house) scheduled(e Event) []string {
	h.t.Helper()
	rows, err := h.store.Query(h.t.Context(), waitingJobs, e.ID, []int64{e.StartsAt.Unix(), e.EndsAt.Unix()})
	h.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var m string
		h.must(rows.Scan(&m))
		all = append(all, m)
	}
	h.must(rows.Err())
	return all
}
