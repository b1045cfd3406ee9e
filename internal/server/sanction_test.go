package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/pg/pgtest"
)

// Writes of the API that a silenced member may go on with: they show nothing to others, take something of the member's own
// back, or are for staff, who are refused by their role.
var silentRoutes = []string{
	"POST /reports", "PUT /drafts", "POST /rooms/:id/read", "PUT /posts/:id/bookmark", "DELETE /posts/:id/bookmark",
	"PUT /workshops/:id/registration", "DELETE /workshops/:id/registration",
	"POST /posts/:id/hide", "POST /posts/:id/unhide", "POST /messages/:id/hide", "POST /messages/:id/unhide",
	"POST /questions/:id/hide", "POST /questions/:id/unhide", "POST /polls/:id/hide", "POST /polls/:id/unhide",
	"POST /moderation/cases/:id/claim", "POST /moderation/cases/:id/release", "POST /moderation/decisions", "POST /moderation/log/:id/undo",
	"POST /rooms/:id/sanctions", "POST /rooms/:id/settings", "POST /rooms/:id/staff", "POST /rooms/:id/next-speaker", "POST /rooms/:id/polls",
	"POST /workshops", "PATCH /workshops/:id", "POST /questions/:id/state", "POST /polls/:id/state", "POST /polls/:id/words/:word/remove",
	"POST /messages/:id/mark", "POST /hands/:id/state",
}

// Every kind of text has the same routes of translations.
var translationRoute = regexp.MustCompile(`^(\w+) /[\w-]+/:id/translations/`)

// TestSilenced walks every write of the API as a silenced member: refused with 403, or named above.
func TestSilenced(t *testing.T) {
	site := apptest.New(t, pgtest.DB(t)) // a room's writer has transactions of its own
	site.Hub.Chat.Start()
	t.Cleanup(site.Hub.Chat.Stop)
	wang := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	anna := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	mine, other := site.Thread(wang, "Sharing data", 0), site.Thread(anna, "Comparing data", 0)
	id := func(query string, args ...any) (id int64) {
		t.Helper()
		if err := site.Store.QueryRow(t.Context(), query, args...).Scan(&id); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return id
	}
	room := id(`select id from rooms`)
	at := func(path string, id int64) string { return strings.Replace(path, ":id", fmt.Sprint(id), 1) }
	site.API(wang, "POST", at("/rooms/:id/messages", room), map[string]any{"id": uuid.New(), "body": "大家好"}).Want(200)
	message := id(`select id from messages`)
	site.API(anna, "POST", at("/rooms/:id/questions", room), map[string]any{"client_id": uuid.New(), "body": "Who pays?"}).Want(201)
	question := id(`select id from questions`)
	site.API(anna, "POST", at("/rooms/:id/polls", room), map[string]any{"client_id": uuid.New(), "kind": "scale", "body": "Was it useful?"}).Want(201)
	poll, option := id(`select id from polls`), id(`select min(id) from poll_options`)

	routes := map[string]struct {
		path string
		body any
	}{
		"POST /threads":                     {"/threads", map[string]any{"challenge": site.Challenge, "kind": "discussion", "title": "Another one", "body": "Words", "client_id": uuid.New()}},
		"POST /threads/:id/posts":           {at("/threads/:id/posts", int64(other.ID)), map[string]any{"body": "Words", "client_id": uuid.New()}},
		"PATCH /posts/:id":                  {at("/posts/:id", int64(mine.PostID)), map[string]any{"body": "Other words", "version": 1}},
		"PUT /posts/:id/reactions/:kind":    {at("/posts/:id/reactions/agree", int64(other.PostID)), nil},
		"DELETE /posts/:id/reactions/:kind": {at("/posts/:id/reactions/agree", int64(other.PostID)), nil},
		"POST /rooms/:id/messages":          {at("/rooms/:id/messages", room), map[string]any{"id": uuid.New(), "body": "Words"}},
		"POST /rooms/:id/questions":         {at("/rooms/:id/questions", room), map[string]any{"client_id": uuid.New(), "body": "Why?"}},
		"POST /rooms/:id/hand":              {at("/rooms/:id/hand", room), map[string]any{"up": true}},
		"POST /messages/:id/edit":           {at("/messages/:id/edit", message), map[string]any{"body": "Other words", "version": 1}},
		"POST /messages/:id/withdraw":       {at("/messages/:id/withdraw", message), map[string]any{}},
		"POST /messages/:id/reaction":       {at("/messages/:id/reaction", message), map[string]any{"kind": "agree", "on": true}},
		"POST /questions/:id/vote":          {at("/questions/:id/vote", question), map[string]any{"on": true}},
		"POST /polls/:id/ballot":            {at("/polls/:id/ballot", poll), map[string]any{"options": []int64{option}}},
		"PUT translations":                  {at("/posts/:id/translations/zh", int64(other.PostID)), map[string]any{"text": "译文"}},
		"DELETE translations":               {at("/posts/:id/translations/zh", int64(other.PostID)), nil},
		"POST translations":                 {at("/posts/:id/translations/zh/request", int64(other.PostID)), nil},
	}
	site.API(anna, "POST", "/moderation/decisions", map[string]any{"action": "silence", "subject": map[string]any{"kind": "member", "id": wang.ID},
		"rule": "abuse", "minutes": 60}).Want(201)

	seen := map[string]bool{}
	for _, r := range site.Hub.App().GetRoutes(true) {
		path, ok := strings.CutPrefix(r.Path, "/api/v1")
		if !ok || r.Method == "GET" || r.Method == "HEAD" {
			continue
		}
		route := r.Method + " " + path
		if m := translationRoute.FindStringSubmatch(route); m != nil {
			route = m[1] + " translations"
		}
		if seen[route] || slices.Contains(silentRoutes, route) {
			continue
		}
		seen[route] = true
		c, ok := routes[route]
		if !ok {
			t.Errorf("%s: say here how a silenced member is kept from it, or in silentRoutes why not", route)
			continue
		}
		var problem struct{ Error struct{ Code string } }
		a := site.API(wang, r.Method, c.path, c.body)
		a.JSON(&problem)
		if a.Status != http.StatusForbidden || !strings.HasPrefix(problem.Error.Code, "account.silenced") {
			t.Errorf("%s as a silenced member: %d %.120s", route, a.Status, a.Body)
		}
	}
	for route := range routes {
		if !seen[route] {
			t.Errorf("%s is not there", route)
		}
	}
	site.API(wang, "POST", "/reports", map[string]any{"subject": map[string]any{"kind": "post", "id": other.PostID}, "category": "spam"}).Want(201)
	site.Submit(wang, "/zh/settings", url.Values{"name": {"Wang Min"}, "about": {"广告"}, "region": {"cn"}, "locale": {"zh"}, "time_zone": {"Asia/Shanghai"}}).Want(http.StatusForbidden)
}

// atDoor sends a visitor's form, with the token that belongs to the cookie of visitors.
func atDoor(site *apptest.Site, path string, form url.Values) apptest.Answer {
	const secret = "a-visitor-of-the-test"
	form.Set("_csrf", httpx.CSRFToken(secret))
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "senet_visitor", Value: secret})
	return site.Send(apptest.Person{}, req)
}

// TestSuspended: who is shut out has no session, no token and no way in but an appeal.
func TestSuspended(t *testing.T) {
	site := apptest.New(t, pgtest.DB(t))
	anna := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	m, token, err := site.Hub.Accounts.Join(t.Context(), account.JoinForm{Name: "王敏", Password: "correct horse battery", Locale: i18n.Zh, TimeZone: "Asia/Shanghai",
		Region: account.China, Consent: true, ClientID: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	wang := apptest.Person{Viewer: account.Viewer{ID: m.ID}, Token: token}
	site.Visit(wang, "/zh/settings").Want(200)
	e, err := site.Hub.Moderation.Decide(t.Context(), anna.Viewer, moderation.Verdict{Action: moderation.Suspend,
		Subject: moderation.Subject{Kind: moderation.Member, ID: int64(m.ID)}, Why: moderation.Why{Reason: "Threats", Rule: "danger"}})
	if err != nil {
		t.Fatal(err)
	}
	site.Visit(wang, "/zh/settings").Want(http.StatusSeeOther)
	site.API(wang, "GET", "/openapi.json", nil).Want(200)
	door := url.Values{"login": {m.Handle}, "password": {"correct horse battery"}}
	a := atDoor(site, "/zh/sign-in", door).Want(http.StatusForbidden)
	if text := a.Text("main"); !strings.Contains(text, "申诉") {
		t.Errorf("the door says %q", text)
	}
	wrong := url.Values{"login": {m.Handle}, "password": {"wrong"}, "text": {"请再看一下。"}}
	atDoor(site, "/zh/appeal", wrong).Want(http.StatusUnprocessableEntity)
	door.Set("text", "请再看一下。")
	atDoor(site, "/zh/appeal", door).Want(200)
	atDoor(site, "/zh/appeal", door).Want(http.StatusConflict)
	st, err := site.Hub.Moderation.Statement(t.Context(), anna.Viewer, e.ID)
	if err != nil || st.Appeal == nil || st.Appeal.Text != "请再看一下。" {
		t.Errorf("appeal %+v, %v", st.Appeal, err)
	}
	second := site.Person("Piet Bakker", account.RoleModerator, i18n.En)
	if _, err := site.Hub.Moderation.Overturn(t.Context(), second.Viewer, e.ID, moderation.Why{Reason: "A mistake", Case: st.Appeal.CaseID}); err != nil {
		t.Fatal(err)
	}
	door.Del("text")
	atDoor(site, "/zh/sign-in", door).Want(http.StatusSeeOther)
}
