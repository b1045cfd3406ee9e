package server_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/pg/pgtest"
)

// hiddenWorld is a hub in which something of every kind was written, translated and hidden. Every text that is hidden has a zebra
// in it, in English or in Chinese.
type hiddenWorld struct {
	*apptest.Site
	li  apptest.Person // a member whom all of it reached
	ids map[string][]int64
}

func newHiddenWorld(t *testing.T) *hiddenWorld {
	t.Helper()
	w := &hiddenWorld{Site: apptest.New(t, pgtest.DB(t)), ids: map[string][]int64{}}
	w.Hub.Chat.Start()
	t.Cleanup(w.Hub.Chat.Stop)
	wang := w.Person("Wang Min", account.RoleMember, i18n.En)
	w.li = w.Person("Li Yunlong", account.RoleMember, i18n.Zh)
	mod, second := w.Person("Anna Weber", account.RoleModerator, i18n.En), w.Person("Piet Bakker", account.RoleModerator, i18n.En)
	find := func(kind, query string) {
		t.Helper()
		var id int64
		if err := w.Store.QueryRow(t.Context(), query).Scan(&id); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		w.ids[kind] = append(w.ids[kind], id)
	}
	last := func(kind string) int64 { return w.ids[kind][len(w.ids[kind])-1] }
	call := func(who apptest.Person, method, path string, body any, want int) {
		t.Helper()
		w.API(who, method, path, body).Want(want)
	}
	// A thread of which a reply is hidden, and one that is hidden with its opening post. Li follows, is named, answers, keeps.
	open := w.Thread(wang, "About data", 0)
	w.ids["threads"] = append(w.ids["threads"], int64(open.ID))
	call(w.li, "POST", fmt.Sprintf("/threads/%d/posts", open.ID), map[string]any{"body": "I follow this.", "client_id": uuid.New()}, 201)
	call(wang, "POST", fmt.Sprintf("/threads/%d/posts", open.ID), map[string]any{"body": "A zebra post for @liyunlong.", "client_id": uuid.New(), "lang": "en"}, 201)
	find("posts", `select max(id) from posts`)
	call(wang, "PATCH", fmt.Sprintf("/posts/%d", last("posts")), map[string]any{"body": "A zebra post, changed, for @liyunlong.", "version": 1}, 200)
	call(w.li, "PUT", fmt.Sprintf("/posts/%d/bookmark", last("posts")), nil, 204)
	call(w.li, "POST", fmt.Sprintf("/threads/%d/posts", open.ID), map[string]any{"body": "> A zebra post, changed, for @liyunlong.\n\nIndeed.", "client_id": uuid.New(), "lang": "en"}, 201)
	find("quotes", `select max(id) from posts`)
	call(w.li, "PUT", fmt.Sprintf("/posts/%d/translations/zh", last("quotes")), map[string]any{"text": "> 给@liyunlong的斑马帖子。\n\n确实。"}, 200)
	hidden := w.Thread(wang, "A zebra thread", 0)
	w.ids["threads"], w.ids["posts"] = append(w.ids["threads"], int64(hidden.ID)), append(w.ids["posts"], int64(hidden.PostID))
	call(w.li, "POST", fmt.Sprintf("/threads/%d/posts", hidden.ID), map[string]any{"body": "I follow this too.", "client_id": uuid.New()}, 201)
	call(w.li, "PUT", fmt.Sprintf("/posts/%d/bookmark", hidden.PostID), nil, 204)
	find("rooms", `select id from rooms`)
	room := fmt.Sprintf("/rooms/%d", last("rooms"))
	call(wang, "POST", room+"/messages", map[string]any{"id": uuid.New(), "body": "A zebra message for @liyunlong.", "lang": "en"}, 200)
	find("messages", `select max(id) from messages`)
	call(w.li, "POST", room+"/messages", map[string]any{"id": uuid.New(), "body": "An answer.", "reply_to": last("messages")}, 200)
	call(wang, "POST", room+"/questions", map[string]any{"client_id": uuid.New(), "body": "A zebra question?", "lang": "en"}, 201)
	find("questions", `select max(id) from questions`)
	call(mod, "POST", room+"/polls", map[string]any{"client_id": uuid.New(), "kind": "single", "body": "A zebra poll?", "options": []string{"Zebra", "Horse"}, "lang": "en"}, 201)
	find("polls", `select max(id) from polls`)
	find("poll-options", `select min(id) from poll_options`)
	call(w.li, "POST", fmt.Sprintf("/polls/%d/ballot", last("polls")), map[string]any{"options": []int64{last("poll-options")}}, 200)
	for _, kind := range []string{"posts", "threads", "messages", "questions", "polls", "poll-options"} {
		text := "斑马"
		if kind == "threads" {
			text = "斑马话题"
		}
		call(w.li, "PUT", fmt.Sprintf("/%s/%d/translations/zh", kind, last(kind)), map[string]any{"text": text}, 200)
	}
	call(w.li, "PUT", fmt.Sprintf("/posts/%d/translations/zh", w.ids["posts"][0]), map[string]any{"text": "给@liyunlong的斑马帖子。"}, 200)
	call(w.li, "POST", "/reports", map[string]any{"subject": moderation.Subject{Kind: moderation.Post, ID: w.ids["posts"][0]}, "category": "spam"}, 201)

	hide := func(who apptest.Person, kind string, id int64) {
		t.Helper()
		call(who, "POST", "/moderation/decisions", map[string]any{"action": "hide", "subject": map[string]any{"kind": kind, "id": id}, "rule": "spam"}, 201)
	}
	for _, id := range w.ids["posts"] {
		hide(mod, moderation.Post, id)
	}
	hide(mod, moderation.Message, last("messages"))
	hide(mod, moderation.Question, last("questions"))
	hide(second, moderation.Poll, last("polls"))
	return w
}

// paths are the addresses of a route with every id that fits; nil when nothing is known of a parameter.
func (w *hiddenWorld) paths(route string) []string {
	route = strings.NewReplacer(":locale", "{l}", ":slug", w.Challenge, ":half", moderation.HalfYearOf(time.Now()).String(), ":who", "wangmin",
		":token", "no-such-token", "/w/:workshop/room", "/w/1/room", "/w/:id", "/w/1", "/workshops/:id", "/workshops/1", "/glossary/:id", "/glossary/1",
		"/members/:id", "/members/1", "/decisions/:log", "/decisions/1", "/inbox/:id", "/inbox/1", "/static/*", "/static/app.css").Replace(route)
	routes := []string{route}
	if strings.Contains(route, ":kind/:id") {
		routes = nil
		for _, kind := range []string{"posts", "threads", "messages", "questions", "polls"} {
			for _, id := range w.ids[kind] {
				routes = append(routes, strings.Replace(route, ":kind/:id", fmt.Sprintf("%s/%d", strings.TrimSuffix(kind, "s"), id), 1))
			}
		}
	}
	for prefix, kind := range map[string]string{"/t/": "threads", "/p/": "posts", "/threads/": "threads", "/posts/": "posts", "/messages/": "messages",
		"/questions/": "questions", "/polls/": "polls", "/poll-options/": "poll-options", "/rooms/": "rooms"} {
		var next []string
		for _, r := range routes {
			before, after, found := strings.Cut(r, prefix+":id")
			if !found {
				next = append(next, r)
				continue
			}
			for _, id := range w.ids[kind] {
				next = append(next, fmt.Sprint(before, prefix, id, after))
			}
		}
		routes = next
	}
	var paths []string
	for _, r := range routes {
		for _, l := range []string{"en", "zh"} {
			path := strings.NewReplacer("{l}", l, ":into", l).Replace(r)
			if strings.Contains(path, ":") {
				return nil
			}
			paths = append(paths, path)
			if strings.HasPrefix(path, "/api/") {
				paths = append(paths, path+"?locale="+l)
			}
			if strings.HasSuffix(path, "/export") {
				for _, format := range []string{"md", "html", "csv", "json"} {
					paths = append(paths, path+"?format="+format)
				}
			}
			if strings.HasSuffix(path, "/events") {
				paths = append(paths, path+"?since=0")
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// TestHidden_isNowhere asks every address of the hub, as a visitor and as a member whom all of it reached, for anything of what was
// hidden, in both languages.
func TestHidden_isNowhere(t *testing.T) {
	w := newHiddenWorld(t)
	asked, answered := 0, 0
	for _, r := range w.Hub.App().GetRoutes(true) {
		if r.Method != "GET" || r.Path == "/ws" || strings.Contains(r.Path, "/admin") || strings.Contains(r.Path, "/moderation") {
			continue // for others these are shut, which archtest sees to
		}
		paths := w.paths(r.Path)
		if paths == nil {
			t.Errorf("%s: say in paths what its parameters may be", r.Path)
		}
		for _, path := range paths {
			for name, who := range map[string]apptest.Person{"a visitor": {}, "a member": w.li} {
				a := w.Send(who, httptest.NewRequest("GET", path, nil))
				asked++
				if a.Status == 200 {
					answered++
				}
				for _, word := range []string{"zebra", "Zebra", "斑马"} {
					if i := strings.Index(a.Body, word); i >= 0 {
						t.Errorf("%s as %s: %d …%s…", path, name, a.Status, a.Body[max(0, i-80):min(len(a.Body), i+40)])
						break
					}
				}
			}
		}
	}
	if answered < 100 {
		t.Errorf("of %d requests only %d were answered", asked, answered)
	}
	for _, l := range w.Letters() {
		if text := fmt.Sprint(l); strings.Contains(text, "斑马") {
			t.Errorf("a letter has it: %.300s", text)
		}
	}
}
