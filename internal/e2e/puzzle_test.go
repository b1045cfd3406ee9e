package e2e

import (
	"net"
	"testing"

	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// raided is a hub of its own that is being flooded: the shared one has other tests on it.
func raided(t *testing.T) (*apptest.Site, *link) {
	t.Helper()
	theBrowser(t)
	s := apptest.New(t, pgtest.DB(t))
	s.Exec(`update moderation_policy set raid_until = now() + interval '1 hour'`)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Hub.App().Listener(ln) }()
	t.Cleanup(func() { _ = s.Hub.App().Shutdown() })
	return s, &link{URL: "http://" + ln.Addr().String()}
}

// TestPuzzle: the browser solves the puzzle beside the form, also when that is sent at once, and who has joined reads the
// banner until a moderator says yes.
func TestPuzzle(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		s, at := raided(t)
		w := open(t, setting{via: at})
		w.visit("/" + string(l) + "/join")
		w.fill("#name", texts[l].name)
		w.fill("#password", password)
		w.choose("region", "eu")
		w.click("#consent")
		w.follow(submit("main form"))
		w.shows("h1", words(t, l).T("join.welcome.title", "Name", texts[l].name))
		w.shows(".site-waiting", words(t, l).T("account.waiting"))
		var solved int
		if err := s.Store.QueryRow(t.Context(), `select count(*) from cases where kind = 'join' and urgency = 1`).Scan(&solved); err != nil || solved != 1 {
			t.Errorf("%d applications with the puzzle solved, %v; want 1", solved, err)
		}

		again := open(t, setting{via: at})
		again.visit("/" + string(l) + "/join")
		again.until("the puzzle is solved", `document.querySelector("[name=proof]").value !== ""`)
		again.shows(".puzzle:not([hidden])", words(t, l).T("join.puzzle_done"))
		if n := eval[int](again, `document.querySelector("[name=proof]").value.split(",").length`); n != 8 {
			t.Errorf("%d numbers, want 8", n)
		}
		t.Logf("solved within %.0f ms of opening the page", eval[float64](again, `performance.now()`))
	})
}
