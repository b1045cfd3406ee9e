package workshopweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

func site(t *testing.T) (s *apptest.Site, anna, wang apptest.Person) {
	t.Helper()
	t.Parallel()
	s = apptest.New(t, pgtest.Tx(t))
	return s, s.Person("Anna Weber", account.RoleModerator, i18n.En), s.Person("王敏", account.RoleMember, i18n.Zh)
}

func TestForm_keepsWhatWasTyped(t *testing.T) {
	s, anna, wang := site(t)
	s.Submit(wang, "/zh/workshops/new", form(t)).Want(403)
	a := s.Submit(anna, "/en/workshops/new", form(t, "title_zh", "", "capacity", "many", "item_1_minutes", "x", "link", "javascript:alert(1)")).Want(422)
	for selector, want := range map[string]string{"#title_en": "Comparing resistance data", "#capacity": "many", "#item_1_minutes": "x", "#item_1_speaker": "张敏", "#link": "javascript:alert(1)"} {
		if got := a.Find(selector).AttrOr("value", ""); got != want {
			t.Errorf("%s holds %q, want %q", selector, got, want)
		}
	}
	if a.Find("#capacity[aria-invalid], #item_1_minutes[aria-invalid]").Length() != 2 {
		t.Error("numbers that are none are not marked")
	}
	a = s.Submit(anna, "/en/workshops/new", form(t, "title_zh", "", "link", "javascript:alert(1)", "zone", "Mars/Olympus")).Want(422)
	if got := a.Text(".notice.danger li"); !strings.Contains(got, "both languages") || !strings.Contains(got, "https://") || !strings.Contains(got, "time zone") {
		t.Errorf("the form says %q", got)
	}
	if got := a.Text("#description_en"); got != "Bring **your own** data." {
		t.Errorf("the description became %q", got)
	}
	a = s.Submit(anna, "/en/workshops/new", form(t, "more", "items")).Want(200)
	if got := a.Find(".part-row [name$=_minutes]").Length(); got != 5 || a.Find("#item_1_speaker").AttrOr("value", "") != "张敏" {
		t.Errorf("after asking for more there are %d agenda rows", got)
	}
	if got := s.Visit(anna, "/en/workshops").Find(".event-row").Length(); got != 0 {
		t.Errorf("%d events were made of wrong forms", got)
	}
}

// A time that the clocks show twice has the form ask which is meant.
func TestForm_asksWhichOfTwo(t *testing.T) {
	s, anna, _ := site(t)
	day := lastSundayOfOctober(time.Now())
	times := []string{"start", day + "T02:30", "end", day + "T04:00"}
	a := s.Submit(anna, "/en/workshops/new", form(t, times...)).Want(422)
	if got := a.Find("#twice option").Length(); got != 3 {
		t.Errorf("the form offers %d choices, want first, second and none yet", got)
	}
	path := announced(t, s, anna, append(times, "twice", "later")...)
	if got := s.Visit(anna, "/en"+path).Find("dl.when time").AttrOr("datetime", ""); got != day+"T01:30:00Z" {
		t.Errorf("the second 02:30 is %s", got)
	}
	if got := s.Visit(anna, "/en"+path+"/edit").Find("#twice option[selected]").AttrOr("value", ""); got != "later" {
		t.Errorf("the form of the event says %q", got)
	}
}

// lastSundayOfOctober is the day, still to come, on which Brussels puts its clocks back.
func lastSundayOfOctober(now time.Time) string {
	for year := now.Year(); ; year++ {
		day := time.Date(year, time.October, 31, 0, 0, 0, 0, time.UTC)
		day = day.AddDate(0, 0, -int(day.Weekday()))
		if day.After(now.AddDate(0, 0, 2)) {
			return day.Format(time.DateOnly)
		}
	}
}

func TestEvent_address(t *testing.T) {
	s, anna, wang := site(t)
	path := announced(t, s, anna)
	bare := path[:strings.IndexByte(path, '-')]
	if a := s.Visit(wang, "/zh"+bare+"-an-old-title?x=1").Want(301); a.Header.Get("Location") != "/zh"+path+"?x=1" {
		t.Errorf("an old address leads to %s", a.Header.Get("Location"))
	}
	a := s.Visit(wang, path)
	if a.Status != 302 || !strings.HasSuffix(a.Header.Get("Location"), path) {
		t.Errorf("an address without a language answers %d to %s", a.Status, a.Header.Get("Location"))
	}
	a = s.Visit(wang, "/zh"+path).Want(200)
	if got := a.Find(`link[rel=alternate][hreflang=en]`).AttrOr("href", ""); got != "http://hub.test/en"+path {
		t.Errorf("the English page is at %q", got)
	}
	for _, bad := range []string{"/zh/w/0", "/zh/w/x", "/zh/w/99999999999999999999", "/zh/w/999999", "/zh/w/-1", "/zh" + bare + "/edit/x"} {
		s.Visit(wang, bad).Want(404)
	}
	if got := s.Visit(wang, "/zh"+path+"/room").Want(200).Find(".room-event .agenda-item").Length(); got != 2 {
		t.Errorf("beside the talk stand %d agenda items", got)
	}
	s.Visit(wang, "/zh"+path+"/edit").Want(403)
	s.Submit(wang, "/zh"+path+"/edit", form(t)).Want(403)
	s.Submit(wang, "/zh"+path+"/cancel", nil).Want(403)
	s.Submit(wang, "/zh"+path+"/staff", url.Values{"handle": {"x"}, "role": {"host"}}).Want(403)
}

func TestStaff_page(t *testing.T) {
	s, anna, wang := site(t)
	path := announced(t, s, anna)
	a := s.Submit(anna, "/en"+path+"/staff", url.Values{"handle": {"nobody-at-all"}, "role": {"host"}}).Want(422)
	if got := a.Find("#handle").AttrOr("value", ""); got != "nobody-at-all" {
		t.Errorf("the handle became %q", got)
	}
	s.Submit(anna, "/en"+path+"/staff", url.Values{"handle": {"王敏"}, "role": {"god"}}).Want(422)
	s.Submit(anna, "/en"+path+"/staff", url.Values{"handle": {"@王敏"}, "role": {"interpreter"}}).Want(303)
	if got := s.Visit(wang, "/zh"+path).Text("section[aria-labelledby=run-by]"); !strings.Contains(got, "王敏译员") {
		t.Errorf("it is run by %q", got)
	}
	s.Submit(anna, "/en"+path+"/staff", url.Values{"handle": {"annaweber"}, "role": {""}}).Want(409)
}

func TestCalendar_pages(t *testing.T) {
	s, anna, wang := site(t)
	path := announced(t, s, anna)
	s.Submit(wang, "/zh"+path+"/register", nil).Want(303)
	a := s.Visit(apptest.Person{}, "/zh"+path+"/event.ics").Want(200)
	if got := a.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" || !strings.Contains(a.Body, "SUMMARY:耐药数据的比对\r\n") {
		t.Errorf("the file is of type %s:\n%s", got, a.Body)
	}
	draft := announced(t, s, anna, "do", "draft")
	s.Visit(wang, "/zh"+draft+"/event.ics").Want(404)

	page := s.Submit(wang, "/en/workshops/calendar", nil).Want(200)
	address := page.Text(".calendar-address")
	if !strings.HasPrefix(address, "http://hub.test/calendar/") || page.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the address is %q, kept %q", address, page.Header.Get("Cache-Control"))
	}
	if got := page.Find(".notice a.btn").AttrOr("href", ""); got != "webcal"+strings.TrimPrefix(address, "http") {
		t.Errorf("the link is %q", got)
	}
	if got := s.Visit(wang, "/en/workshops/calendar").Want(200).Body; strings.Contains(got, strings.TrimPrefix(address, "http://hub.test")) {
		t.Error("the address is shown again")
	}
	feed := s.Visit(apptest.Person{}, strings.TrimPrefix(address, "http://hub.test")).Want(200)
	for _, want := range []string{"SUMMARY:耐药数据的比对", "X-WR-CALNAME:SENET Hub活动", "STATUS:CONFIRMED"} {
		if !strings.Contains(feed.Body, want) {
			t.Errorf("the calendar lacks %q:\n%s", want, feed.Body)
		}
	}
	req := httptest.NewRequest(http.MethodGet, strings.TrimPrefix(address, "http://hub.test"), nil)
	req.Header.Set("If-None-Match", feed.Header.Get("ETag"))
	s.Send(apptest.Person{}, req).Want(304)
	s.Submit(wang, "/en/workshops/calendar/drop", nil).Want(303)
	for _, dead := range []string{strings.TrimPrefix(address, "http://hub.test"), "/calendar/x.ics", "/calendar/" + strings.Repeat("A", 43), "/calendar/%00.ics"} {
		if a := s.Visit(apptest.Person{}, dead); a.Status < 400 || a.Status > 499 {
			t.Errorf("%s answers %d", dead, a.Status)
		}
	}
}

func TestAPI_retryAndRights(t *testing.T) {
	s, anna, wang := site(t)
	day := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
	both := map[string]any{"en": "Comparing data", "zh": "数据比对"}
	in := map[string]any{"title": both, "summary": both, "start": day + "T14:00", "end": day + "T16:00", "state": "announced", "client_id": uuid.NewString(),
		"every": "weekly", "times": 3, "agenda": []any{map[string]any{"minutes": 10, "title": both}}}
	var first, again struct {
		ID      int64
		Version int
		Agenda  []struct{ ID int64 }
	}
	s.API(anna, "POST", "/workshops", in).Want(201).JSON(&first)
	s.API(anna, "POST", "/workshops", in).Want(201).JSON(&again)
	var list struct{ Items []struct{ ID int64 } }
	s.API(wang, "GET", "/workshops", nil).Want(200).JSON(&list)
	if first.ID != again.ID || len(list.Items) != 3 {
		t.Errorf("a retry made %d beside %d; %d events in all, want 3", again.ID, first.ID, len(list.Items))
	}
	at := fmt.Sprintf("/workshops/%d", first.ID)
	s.API(anna, "PATCH", at, map[string]any{"place": "Leuven", "version": first.Version}).Want(200).JSON(&again)
	if len(again.Agenda) != 1 || again.Agenda[0].ID != first.Agenda[0].ID || again.Version != first.Version+1 {
		t.Errorf("after a change: %+v, before %+v", again, first)
	}
	for name, c := range map[string]struct {
		body any
		want int
	}{
		"unknown field": {map[string]any{"colour": "red"}, 400}, "a number for a title": {map[string]any{"title": 5}, 400},
		"no such state": {map[string]any{"state": "over"}, 422}, "a link": {map[string]any{"link": "javascript:1"}, 422},
		"back to draft": {map[string]any{"state": "draft"}, 422}, "a huge number": {map[string]any{"capacity": 1 << 40}, 422},
		"an id of another": {map[string]any{"agenda": []any{map[string]any{"id": 1 << 50, "minutes": 5, "title": both}}}, 200},
		"a long place":     {map[string]any{"place": strings.Repeat("长", 101)}, 422}, "a title in one language": {map[string]any{"title": map[string]any{"en": "Only English"}}, 422},
	} {
		if a := s.API(anna, "PATCH", at, c.body); a.Status != c.want {
			t.Errorf("%s: status %d, want %d: %.200s", name, a.Status, c.want, a.Body)
		}
	}
	s.API(wang, "PATCH", at, map[string]any{"place": "Ghent"}).Want(403)
	s.API(apptest.Person{}, "PUT", at+"/registration", nil).Want(401)
	var seat struct{ Seat string }
	s.API(wang, "PUT", at+"/registration", nil).Want(200).JSON(&seat)
	if seat.Seat != "registered" {
		t.Errorf("the seat is %q", seat.Seat)
	}
}

// TestHostile: what no form sends is refused and never an error of the hub's.
func TestHostile(t *testing.T) {
	s, anna, wang := site(t)
	path := announced(t, s, anna)
	long := strings.Repeat("x", 5000)
	for name, change := range map[string][]string{
		"broken UTF-8": {"title_en", "a\xff"}, "NUL": {"place", "a\x00b"}, "long": {"title_en", long}, "rows without end": {"items", "999999999"},
		"less than none": {"items", "-5"}, "letters": {"speakers", "all"}, "a far year": {"start", "999999-01-01T00:00"}, "an id": {"item_0_id", "99999999999999999999"},
		"a version": {"version", "999999"}, "minutes": {"item_0_minutes", "99999999999999999999"}, "zone": {"zone", long}, "kind": {"kind", "<script>"},
		"challenge": {"challenge", "' or 1=1 --"}, "link": {"link", "https://" + long}, "retention": {"retention", "-1"},
	} {
		for _, to := range []string{"/en/workshops/new", "/en" + path + "/edit"} {
			if a := s.Submit(anna, to, form(t, change...)); a.Status >= 500 {
				t.Errorf("%s to %s: status %d", name, to, a.Status)
			}
		}
	}
	for _, query := range []string{"?after=x", "?after=1-1", "?after=-5--5", "?after=9999999999999999999-1", "?challenge=nothing", "?challenge=%00", "?when=x", "?challenge=" + long} {
		if a := s.Visit(wang, "/zh/workshops"+query); a.Status >= 500 {
			t.Errorf("%s: status %d", query, a.Status)
		}
		if a := s.API(wang, "GET", "/workshops"+query, nil); a.Status >= 500 {
			t.Errorf("API %s: status %d", query, a.Status)
		}
	}
	// Words of members do not become markup.
	odd := announced(t, s, anna, "title_en", `<script>alert(1)</script> "quoted"`, "place", `"><img src=x onerror=alert(1)>`, "description_en", "<script>x</script> [a](javascript:alert(1))")
	a := s.Visit(wang, "/en"+odd).Want(200)
	if a.Find("main script, main img[onerror], main a[href^=javascript]").Length() > 0 {
		t.Error("words became markup")
	}
}
