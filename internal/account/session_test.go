package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"senet/internal/fault"
	"senet/internal/pg"
)

func TestBySession_strangeTokens(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	fresh, _ := newToken()
	for _, token := range []string{"", "x", fresh, strings.Repeat("A", 43), strings.Repeat("!", 43), "\x00\xff", strings.Repeat("A", 1<<20)} {
		for name, find := range map[string]func(context.Context, string) (Viewer, error){"session": b.BySession, "token": b.ByToken} {
			if v, err := find(t.Context(), token); err != nil || v.SignedIn() || v.Zone == nil {
				t.Errorf("%s %.20q: %+v, %v, want a visitor", name, token, v, err)
			}
		}
	}
}

func TestBySession_slidingExpiry(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	_, token := b.join(t, "Sliding Person", "")
	for range 3 { // used every 20 days for 60
		b.clock = b.clock.Add(20 * 24 * time.Hour)
		if !b.bySession(t, token).SignedIn() {
			t.Fatalf("the session ended although it was used")
		}
	}
	b.clock = b.clock.Add(SessionAge)
	if b.bySession(t, token).SignedIn() {
		t.Error("the session outlives 30 days without use")
	}
}

func TestBySession_seenAtMostEveryTenMinutes(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, token := b.join(t, "Seen Person", "")
	seen := func() (at time.Time) {
		if err := b.store.QueryRow(t.Context(), "select last_seen_at from sessions where member_id = $1", m.ID).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	first := seen()
	b.clock = b.clock.Add(seenEvery - time.Second)
	b.bySession(t, token)
	if !seen().Equal(first) {
		t.Error("use is written down before ten minutes have passed")
	}
	b.clock = b.clock.Add(time.Second)
	b.bySession(t, token) // from memory
	b.clock = b.clock.Add(viewerAge)
	b.bySession(t, token)
	if got := seen(); !got.Equal(b.stamp()) {
		t.Errorf("last seen %v, want %v", got, b.stamp())
	}
}

func TestBySession_memory(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, token := b.join(t, "Remembered Person", "")
	b.bySession(t, token)
	if _, err := b.store.Exec(t.Context(), "update members set name = 'Elsewhere Changed' where id = $1", m.ID); err != nil {
		t.Fatal(err)
	}
	if got := b.bySession(t, token).Name; got != "Remembered Person" {
		t.Errorf("name %q: not from memory", got)
	}
	b.clock = b.clock.Add(viewerAge)
	if got := b.bySession(t, token).Name; got != "Elsewhere Changed" {
		t.Errorf("after 5 s the name is still %q", got)
	}
	if _, err := b.store.Exec(t.Context(), "update members set name = 'Told So' where id = $1", m.ID); err != nil {
		t.Fatal(err)
	}
	b.store.Changes.Touch(Subject(m.ID)) // as another process's commit does
	if got := b.bySession(t, token).Name; got != "Told So" {
		t.Errorf("after word of a change the name is still %q", got)
	}
}

func TestViewerCache_bounded(t *testing.T) {
	t.Parallel()
	vc := newViewerCache()
	for i := range maxViewers + 100 {
		vc.keep(credential{hash: [32]byte{byte(i), byte(i >> 8), byte(i >> 16)}}, cached{})
	}
	if n := len(vc.kept); n > maxViewers {
		t.Errorf("%d kept, want at most %d", n, maxViewers)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, one := b.join(t, "Many Browsers", "")
	v := b.bySession(t, one)
	_, two, err := b.SignIn(t.Context(), SignInForm{Login: m.Handle, Password: goodPassword, Browser: Browser{UserAgent: "Firefox\x00 2", Address: "192.0.2.1"}})
	if err != nil {
		t.Fatal(err)
	}
	_, foreign := b.join(t, "Other Human", "")
	list, err := b.Sessions(t.Context(), v)
	if err != nil || len(list) != 2 || !list[0].Current || list[1].Current || list[1].UserAgent != "Firefox 2" {
		t.Fatalf("sessions %+v, %v", list, err)
	}
	wantFault(t, b.Revoke(t.Context(), b.bySession(t, foreign), list[1].ID), fault.NotFound, "account.session.not_found")
	if !b.bySession(t, two).SignedIn() {
		t.Fatal("somebody else ended the session")
	}
	if err := b.Revoke(t.Context(), v, list[1].ID); err != nil {
		t.Fatal(err)
	}
	if b.bySession(t, two).SignedIn() {
		t.Error("a revoked session is still believed")
	}
	wantFault(t, b.Revoke(t.Context(), v, list[1].ID), fault.NotFound, "account.session.not_found")
	if !b.bySession(t, one).SignedIn() || !b.bySession(t, foreign).SignedIn() {
		t.Error("more ended than was asked for")
	}
	if err := b.SignOut(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if b.bySession(t, one).SignedIn() {
		t.Error("signed out and still in")
	}
}

func TestRevokeOthers(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, one := b.join(t, "Careful Person", "")
	v := b.bySession(t, one)
	_, two, err := signIn(t.Context(), b, m.Handle, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	b.bySession(t, two)
	if err := b.RevokeOthers(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if b.bySession(t, two).SignedIn() || !b.bySession(t, one).SignedIn() {
		t.Error("the other session must end, this one stay")
	}
}

func TestRevoke_rolledBack(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	_, token := b.join(t, "Lucky Person", "")
	v := b.bySession(t, token)
	err := b.store.InTx(t.Context(), func(tx *pg.Tx) error {
		if _, err := tx.Exec(t.Context(), "delete from sessions where id = $1", v.Session); err != nil {
			return err
		}
		tx.Touch(Subject(v.ID))
		return errTest
	})
	if err != errTest || !b.bySession(t, token).SignedIn() {
		t.Errorf("%v: a rolled-back revocation counts", err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.join(t, "Forgotten Person", "")
	_, _, _ = signIn(t.Context(), b, "nobody", "wrong")
	if _, _, err := b.SetupLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := "select (select count(*) from sessions) + (select count(*) from sign_in_failures) + (select count(*) from setup_links)"
	if err := b.Prune(t.Context()); err != nil || b.count(t, all) != 4 {
		t.Fatalf("%v: %d rows, want 4: nothing has expired", err, b.count(t, all))
	}
	b.clock = b.clock.Add(SessionAge)
	if err := b.Prune(t.Context()); err != nil || b.count(t, all) != 0 {
		t.Errorf("%v: %d expired rows stay", err, b.count(t, all))
	}
}
