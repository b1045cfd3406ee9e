package accountweb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// names are what GET /members answers.
type names struct {
	Items []struct {
		ID                                int64
		Name, Handle, Region, Affiliation string
	}
	Next *string
}

func (n names) String() string {
	var all []string
	for _, i := range n.Items {
		all = append(all, i.Name)
	}
	return strings.Join(all, ", ")
}

// filled is a site with members who can be found.
func filled(t *testing.T, site *apptest.Site, people ...string) []apptest.Person {
	t.Helper()
	var all []apptest.Person
	for _, name := range people {
		all = append(all, site.Person(name, account.RoleMember, i18n.En))
	}
	if err := site.Hub.Accounts.FillKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	return all
}

func lookup(t *testing.T, site *apptest.Site, p apptest.Person, query string) names {
	t.Helper()
	var n names
	site.API(p, "GET", "/members?"+query, nil).Want(http.StatusOK).JSON(&n)
	if n.Items == nil || n.Next == nil || *n.Next != "" {
		t.Fatalf("%s answers items %v and next %v, want a list and an empty next", query, n.Items, n.Next)
	}
	return n
}

func TestComplete_findsByPinyin(t *testing.T) {
	site := newSite(t)
	people := filled(t, site, "李云龙", "Clara Dubois", "Jörg Müller")
	for query, want := range map[string]string{"q=lyl": "李云龙", "q=dub": "Clara Dubois", "q=mull": "Jörg Müller", "q=%EF%BC%A0%EF%BD%8C%EF%BD%99%EF%BD%8C": "李云龙", "q=zz": ""} {
		if got := lookup(t, site, people[1], query); got.String() != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	got := lookup(t, site, people[1], "q=lyl").Items[0]
	if got.ID != int64(people[0].ID) || got.Handle != "李云龙" || got.Region != "cn" {
		t.Errorf("he is %+v", got)
	}
}

func TestComplete_whoIsNearComesFirst(t *testing.T) {
	t.Parallel()
	site := apptest.New(t, pgtest.DB(t)) // a room's writer has transactions of its own
	site.Hub.Chat.Start()
	t.Cleanup(site.Hub.Chat.Stop)
	people := filled(t, site, "Anna Alt", "Anna Berg", "Anna Clausen", "Anna Dahl")
	anna, berg, clausen, dahl := people[0], people[1], people[2], people[3]
	started := site.Thread(dahl, "How to share data", 0)
	if _, err := site.Hub.Forum.Reply(t.Context(), clausen.Viewer, forum.ReplyForm{Thread: started.ID, Body: "So.", ClientID: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	var challenges struct {
		Items []struct {
			RoomID int64 `json:"room_id"`
		}
	}
	site.API(anna, "GET", "/challenges", nil).Want(200).JSON(&challenges)
	room := challenges.Items[0].RoomID
	site.API(berg, "POST", fmt.Sprintf("/rooms/%d/messages", room), map[string]any{"id": uuid.New(), "body": "Hello"}).Want(200)
	for query, want := range map[string]string{
		"q=anna": "Anna Alt, Anna Berg, Anna Clausen, Anna Dahl",
		fmt.Sprintf("q=anna&thread=%d", started.ID):               "Anna Clausen, Anna Dahl, Anna Alt, Anna Berg",
		fmt.Sprintf("q=anna&room=%d", room):                       "Anna Berg, Anna Alt, Anna Clausen, Anna Dahl",
		fmt.Sprintf("q=anna&room=%d&thread=%d", room, started.ID): "Anna Berg, Anna Clausen, Anna Dahl, Anna Alt",
		fmt.Sprintf("q=anna&limit=1&room=%d", room):               "Anna Berg",
	} {
		if got := lookup(t, site, anna, query); got.String() != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}

	moderator := site.Person("Mod", account.RoleModerator, i18n.En)
	var posts struct{ Items []struct{ ID int64 } }
	site.API(anna, "GET", fmt.Sprintf("/threads/%d/posts", started.ID), nil).Want(200).JSON(&posts)
	site.API(moderator, "POST", fmt.Sprintf("/posts/%d/hide", posts.Items[1].ID), map[string]any{"reason": "Off topic"}).Want(200)
	if got, want := lookup(t, site, anna, fmt.Sprintf("q=anna&thread=%d", started.ID)), "Anna Dahl, Anna Alt, Anna Berg, Anna Clausen"; got.String() != want {
		t.Errorf("after her post was hidden it finds %q, want %q", got, want)
	}
	site.API(moderator, "POST", fmt.Sprintf("/posts/%d/hide", started.PostID), map[string]any{"reason": "Off topic"}).Want(200)
	site.API(anna, "GET", fmt.Sprintf("/members?q=anna&thread=%d", started.ID), nil).Want(http.StatusNotFound)
}

func TestComplete_hostileInput(t *testing.T) {
	site := newSite(t)
	anna := filled(t, site, "Anna Alt")[0]
	for query, want := range map[string]int{
		"": 200, "q=": 200, "q=%25": 200, "q=_": 200, "q=%5C": 200, "q=%27%3B--": 200, "q=%E2%80%AE": 200, "q=" + strings.Repeat("a", 4000): 200,
		"q=" + strings.Repeat("%F4%8F%BF%BF", 20): 200, "q=" + strings.Repeat("%CC%88", 400): 200, "q=" + strings.Repeat("%E5%8D%95", 400): 200, "q=a&q=b": 200, "q[]=a": 200,
		"q=%FF": 400, "q=%ED%A0%80": 400, "q=a%00": 400, "q=a&limit=0": 400, "q=a&limit=-1": 400, "q=a&limit=11": 400, "q=a&limit=x": 400, "q=a&limit=99999999999999999999": 400,
		"q=a&room=0": 400, "q=a&room=-1": 400, "q=a&room=x": 400, "q=a&room=1%27": 400, "q=a&room=9223372036854775807": 404, "q=a&room=9223372036854775808": 400,
		"q=a&thread=0": 400, "q=a&thread=%FF": 400, "q=a&thread=9223372036854775807": 404,
	} {
		req := httptest.NewRequest("GET", "/api/v1/members?"+query, nil)
		if a := site.Send(anna, req); a.Status != want {
			t.Errorf("%.60q: status %d, want %d: %.200s", query, a.Status, want, a.Body)
		}
	}
	if got := lookup(t, site, anna, "q="+url.QueryEscape("%")); got.String() != "" {
		t.Errorf("%% finds %q", got)
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		site.API(anna, method, "/members?q=anna", nil).Want(http.StatusMethodNotAllowed)
	}
	a := site.API(apptest.Person{}, "GET", "/members?q=anna", nil).Want(http.StatusUnauthorized)
	if strings.Contains(a.Body, "Anna") {
		t.Errorf("a visitor reads %s", a.Body)
	}
}

func TestComplete_isLimited(t *testing.T) {
	site := newSite(t)
	people := filled(t, site, "Anna Alt", "Ben Bo")
	refused := 0
	for range 500 {
		a := site.API(people[0], "GET", "/members", nil)
		if a.Status == http.StatusTooManyRequests {
			refused++
			if a.Header.Get("Retry-After") == "" {
				t.Error("refused without Retry-After")
			}
			break
		}
		a.Want(http.StatusOK)
	}
	if refused == 0 {
		t.Error("500 at once and none was refused")
	}
	lookup(t, site, people[1], "q=anna") // another member is not
}
