package account

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

const goodPassword = "seven quiet herons"

// bundle is a service on a database of its own kind, and its clock.
type bundle struct {
	*Service
	store   *pg.Store
	clock   time.Time
	open    Door // for everybody, at once
	applied []Application
	address string // of its own: transactions that are open at the same time lock each other's out
}

// rolledBack works in one transaction that is rolled back; for everything that happens one after the other.
func rolledBack(t *testing.T) *bundle { return newBundle(pg.NewStore(pgtest.Tx(t))) }

// committed works on a database of its own; for everything that happens at once.
func committed(t *testing.T) *bundle { return newBundle(pg.NewStore(pgtest.DB(t))) }

func newBundle(store *pg.Store) *bundle {
	b := &bundle{Service: New(store), store: store, clock: time.Now(), address: fmt.Sprintf("10.%d.%d.%d", rand.N(256), rand.N(256), rand.N(256))}
	b.passwords.cost = cost{memory: 64, passes: 1, lanes: 1} // the tests hash hundreds of times; TestJoin looks at the real cost
	b.now = func() time.Time { return b.clock }
	b.Door = func(context.Context) (Door, error) { return b.open, nil }
	b.Applied = func(_ context.Context, _ *pg.Tx, a Application) error {
		b.applied = append(b.applied, a)
		return nil
	}
	return b
}

func joinForm(name, email string) JoinForm {
	return JoinForm{Name: name, Email: email, Password: goodPassword, Locale: i18n.En, TimeZone: "Europe/Brussels",
		Region: Europe, Affiliation: "Institute", Consent: true}
}

func (b *bundle) join(t *testing.T, name, email string) (Member, string) {
	t.Helper()
	m, token, err := b.Join(t.Context(), joinForm(name, email))
	if err != nil {
		t.Fatalf("join %q: %v", name, err)
	}
	return m, token
}

func (b *bundle) admin(t *testing.T, name string) Viewer {
	t.Helper()
	m, err := b.CreateMember(t.Context(), NewMember{Name: name, Role: RoleAdmin})
	if err != nil {
		t.Fatalf("create administrator: %v", err)
	}
	return Viewer{ID: m.ID, Role: RoleAdmin, Handle: m.Handle, Zone: time.UTC}
}

func (b *bundle) bySession(t *testing.T, token string) Viewer {
	t.Helper()
	v, err := b.BySession(t.Context(), token)
	if err != nil {
		t.Fatalf("by session: %v", err)
	}
	return v
}

func (b *bundle) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := b.store.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func wantFault(t *testing.T, err error, kind fault.Kind, key string) *fault.Fault {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want a fault of kind %d with key %s", err, kind, key)
	}
	return f
}

func signIn(ctx context.Context, b *bundle, login, password string) (Viewer, string, error) {
	return b.SignIn(ctx, SignInForm{Login: login, Password: password, Browser: Browser{Address: b.address}})
}

var errTest = errors.New("rolled back on purpose")
