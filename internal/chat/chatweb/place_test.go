package chatweb_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"senet/internal/account"
	"senet/internal/chat"
)

// seqs are those of the messages on a page.
func seqs(doc *goquery.Document) (first, last string, n int) {
	items := doc.Find("#log [data-seq]")
	return items.First().AttrOr("data-seq", ""), items.Last().AttrOr("data-seq", ""), items.Length()
}

// From the newest page back to the beginning and forth again, by the links alone.
func TestPage_olderAndNewerLeadBackToThePresent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(120, "<p>m</p>")
	b, _ := h.browse("Anna Weber", account.RoleMember)
	page := b.get(roomPath, http.StatusOK)
	follow := func(link string) { t.Helper(); page = b.get(page.Find(link).AttrOr("href", "no "+link), http.StatusOK) }
	want := func(first, last string, older, newer int) {
		t.Helper()
		if f, l, n := seqs(page); f != first || l != last {
			t.Fatalf("the page shows %d messages from %s to %s, want %s to %s", n, f, l, first, last)
		}
		if o, n := page.Find("[data-scroll] a[data-older]").Length(), page.Find("[data-scroll] a[data-newer]").Length(); o != older || n != newer {
			t.Fatalf("from %s: %d links to older and %d to newer messages, want %d and %d", first, o, n, older, newer)
		}
		if got := page.Find(".room").AttrOr("data-newest", ""); got != fmt.Sprint(newer == 0) {
			t.Errorf("from %s: data-newest is %s", first, got)
		}
	}
	want("71", "120", 1, 0)
	follow("[data-scroll] a[data-older]")
	want("21", "70", 1, 1)
	follow("[data-scroll] a[data-older]")
	want("1", "20", 0, 1)
	follow("[data-scroll] a[data-newer]")
	want("21", "70", 1, 1)
	follow("[data-scroll] a[data-newer]")
	want("71", "120", 1, 0)
	page = b.get(roomPath+"?at=60", http.StatusOK)
	want("36", "85", 1, 1)
	page = b.get(roomPath+"?at=3", http.StatusOK)
	want("1", "28", 0, 1)
	page = b.get(roomPath+"?after=120", http.StatusOK)
	if _, _, n := seqs(page); n != 0 || page.Find("[data-scroll] a[data-older]").AttrOr("href", "") != roomPath+"?before=121" {
		t.Errorf("after the last message there are %d, and older ones at %s", n, page.Find("[data-scroll] a[data-older]").AttrOr("href", ""))
	}
	for _, odd := range []string{"?before=0", "?after=-1", "?at=x", "?at=9223372036854775808"} {
		b.get(roomPath+odd, http.StatusBadRequest)
	}
	b.get(roomPath+"?at=9223372036854775807", http.StatusOK)
	b.get(roomPath+"?after=9223372036854775807", http.StatusOK)
}

// The day is that of the reader's zone; the page opens at its first message, without JavaScript too.
func TestPage_goToDate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(100, "<p>m</p>")
	start := time.Date(2026, 11, 20, 0, 30, 0, 0, time.UTC) // and then one every two hours
	for _, table := range []string{"update room_events set at", "update messages set created_at"} {
		_, err := h.pool.Exec(t.Context(), table+` = $1::timestamptz + (seq - 1) * interval '2 hours'`, start)
		h.must(err)
	}
	for zone, want := range map[string]int{"Europe/Brussels": 36, "Asia/Shanghai": 32} { // 22 November, 23:00 and 16:00 UTC
		b, m := h.browse("Reader", account.RoleMember)
		_, err := h.pool.Exec(t.Context(), `update members set time_zone = $2 where id = $1`, m.ID, zone)
		h.must(err)
		h.store.Changes.Touch(fmt.Sprintf("member:%d", m.ID))
		var id int64
		h.must(h.pool.QueryRow(t.Context(), `select id from messages where seq = $1`, want+1).Scan(&id))
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		res, err := b.client.Get("http://" + h.addr + roomPath + "?on=2026-11-23")
		h.must(err)
		res.Body.Close()
		if got, at := res.Header.Get("Location"), fmt.Sprintf("%s?at=%d#m-%d", roomPath, want+1, id); res.StatusCode != http.StatusSeeOther || got != at {
			t.Errorf("%s: %d to %s, want to %s", zone, res.StatusCode, got, at)
		}
		page := b.get(fmt.Sprintf("%s?at=%d", roomPath, want+1), http.StatusOK)
		if page.Find(fmt.Sprintf("#m-%d", id)).Length() != 1 || page.Find("[data-scroll] a[data-older]").Length() != 1 || page.Find("[data-scroll] a[data-newer]").Length() != 1 {
			t.Errorf("%s: the page has not the message with both ways from it", zone)
		}
		res, err = b.client.Get("http://" + h.addr + roomPath + "?on=2031-01-01")
		h.must(err)
		res.Body.Close()
		if got := res.Header.Get("Location"); got != roomPath+"#latest" {
			t.Errorf("a day after the last message leads to %s", got)
		}
		for _, odd := range []string{"23.11.2026", "0000-01-01", "2026-02-30", "2026-11-23T00:00", "%00"} {
			b.get(roomPath+"?on="+odd, http.StatusBadRequest)
		}
		b.get(roomPath+"?on=0001-01-01", http.StatusSeeOther)
		b.get(roomPath+"?on=9999-12-31", http.StatusSeeOther)
	}
	b, _ := h.browse("Reader", account.RoleMember)
	if form := b.get(roomPath, http.StatusOK).Find(`form[method=get]:has(input[type=date][name=on])`); form.AttrOr("action", "") != roomPath {
		t.Error("the page has no form that leads to a date")
	}
}

func TestAPI_readMarker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backfill(10, "<p>m</p>")
	at := fmt.Sprintf("/api/v1/rooms/%d", h.room)
	var got struct{ Seq, Read int64 }
	for _, step := range []struct{ seq, want int64 }{{4, 4}, {2, 4}, {99, 10}} {
		if status := h.call(h.anna, "POST", at+"/read", fmt.Sprintf(`{"seq":%d}`, step.seq), &got); status != 200 || got.Seq != step.want {
			t.Errorf("read up to %d: %d, the marker stands at %d, want %d", step.seq, status, got.Seq, step.want)
		}
	}
	h.call(h.anna, "GET", at, "", &got)
	if got.Read != 10 {
		t.Errorf("another device hears of %d", got.Read)
	}
	h.call(h.li, "GET", at, "", &got)
	if got.Read != 0 {
		t.Errorf("another member hears of %d", got.Read)
	}
	for _, c := range []struct {
		who    member
		path   string
		body   string
		status int
	}{
		{member{}, at, `{"seq":3}`, 401},
		{h.anna, at, `{"seq":"3"}`, 400},
		{h.anna, at, `{"seq":3,"room":4}`, 400},
		{h.anna, at + "9", `{"seq":3}`, 404},
	} {
		if status := h.call(c.who, "POST", c.path+"/read", c.body, nil); status != c.status {
			t.Errorf("%s %s: %d, want %d", c.path, c.body, status, c.status)
		}
	}
}

// A page that was made for one member does not speak for another who has signed in since.
func TestSocket_pageOfAnotherMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.dial(h.anna, fmt.Sprintf("?as=%d", h.li.ID))
	c.send(`{"op":"join","room":%d}`, h.room)
	c.say(h.room, "in whose name?")
	if code := c.closed(); code != chat.CloseForbidden {
		t.Errorf("the socket ends with %d, want %d", code, chat.CloseForbidden)
	}
	events := fmt.Sprintf("/api/v1/rooms/%d/events?after=0", h.room)
	var page struct{ Items []said }
	if status := h.call(h.anna, "GET", events, "", &page); status != 200 || len(page.Items) != 0 {
		t.Errorf("%d, and said was %+v", status, page.Items)
	}
	for as, want := range map[string]int{fmt.Sprint(h.anna.ID): 200, "0": 200, fmt.Sprint(h.li.ID): 403, "x": 400} {
		if status := h.call(h.anna, "GET", events+"&as="+as, "", nil); status != want {
			t.Errorf("as %s: %d, want %d", as, status, want)
		}
	}
	own := h.dial(h.anna, fmt.Sprintf("?as=%d", h.anna.ID))
	own.send(`{"op":"join","room":%d}`, h.room)
	if j := own.next(); j.Op != "joined" || !strings.Contains(fmt.Sprint(j.Events), "[]") {
		t.Errorf("her own page gets %+v", j)
	}
}
