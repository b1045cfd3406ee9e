package forumweb_test

import (
	"encoding/xml"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

var visitor = apptest.Person{}

func form(pairs ...string) url.Values {
	v := url.Values{"client_id": {uuid.NewString()}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func TestHome(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	s.Thread(anna, "Sharing isolates", 2)
	page := s.Visit(visitor, "/zh").Want(200)
	if got := page.Text(".tile-title"); got != "抗微生物药物耐药性" {
		t.Errorf("tile = %q, want the Chinese title", got)
	}
	if got := page.Text(".thread-title"); got != "Sharing isolates" {
		t.Errorf("threads = %q", got)
	}
	if lang, _ := page.Find(".thread-title a [lang]").Attr("lang"); lang != "en" {
		t.Errorf("an English title on the Chinese page has lang %q", lang)
	}
	for _, want := range []string{`link[rel=alternate][hreflang=en]`, `link[rel=alternate][hreflang^=zh]`, `link[rel=alternate][hreflang=x-default]`} {
		if page.Find(want).Length() != 1 {
			t.Errorf("no %s", want)
		}
	}
}

func TestChallenge_headingsInOrder(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	s.Thread(s.Person("Anna Weber", account.RoleMember, i18n.En), "Sharing isolates", 1)
	before := 0
	s.Visit(visitor, "/en/c/"+s.Challenge).Want(200).Find("h1, h2, h3").Each(func(_ int, h *goquery.Selection) {
		level := int(goquery.NodeName(h)[1] - '0')
		if level > before+1 {
			t.Errorf("%q is a heading of level %d after one of level %d", h.Text(), level, before)
		}
		before = level
	})
}

func TestThread_asVisitor(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "A long one", 40)
	path := "/en" + st.Path()
	page := s.Visit(visitor, path).Want(200)
	if n := page.Find("article.post").Length(); n != 30 {
		t.Fatalf("%d posts on the first page, want 30", n)
	}
	if page.Find("form[method=post]").Length() != 0 || page.Header.Get("Set-Cookie") != "" {
		t.Error("a visitor's thread page has a form or sets a cookie: it could not be cached")
	}
	next, _ := page.Find(".pager [rel=next]").Attr("href")
	second := s.Visit(visitor, next).Want(200)
	if n := second.Find("article.post").Length(); n != 11 {
		t.Errorf("%d posts on the second page, want 11", n)
	}
	last, _ := second.Find("article.post").Last().Attr("data-id")
	to := s.Visit(visitor, "/en/p/"+last).Want(303).Header.Get("Location")
	if !strings.HasSuffix(to, "?after=30#post-"+last) {
		t.Errorf("a post's link leads to %s", to)
	}
	moved := s.Visit(visitor, fmt.Sprintf("/en/t/%d-wrong", st.ID)).Want(301)
	if got := moved.Header.Get("Location"); got != path {
		t.Errorf("a wrong slug leads to %q, want %q", got, path)
	}
	if got := moved.Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("Cache-Control of the way there is %q: a title changed and changed back would lead round in a circle", got)
	}
	for _, bad := range []string{"/en/t/0", "/en/t/abc", "/en/t/99999999999999999999", "/en/p/-1", "/en/c/no-such", "/en/t/%00", "/xx/t/1"} {
		s.Visit(visitor, bad).Want(404 - 4*strings.Count(bad, "%00"))
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	lyl := s.Person("李云龙", account.RoleMember, i18n.Zh)
	st := s.Thread(anna, "A thread", 0)
	action := fmt.Sprintf("/zh/t/%d/reply", st.ID)

	s.Visit(visitor, "/zh"+st.Path()).Want(200) // so that it is in the cache
	sent := form("body", "我们医院可以**参加**。")
	to := s.Submit(lyl, action, sent).Want(303).Header.Get("Location")
	if again := s.Submit(lyl, action, sent).Want(303).Header.Get("Location"); again != to {
		t.Errorf("sent again it leads to %s, want %s", again, to)
	}
	page := s.Visit(visitor, "/zh"+st.Path()).Want(200)
	if got := page.Text("article.post .prose strong"); got != "参加" {
		t.Errorf("the visitor sees %q: the cached page must have gone", got)
	}
	if lang, _ := page.Find("article.post .prose").Last().Attr("lang"); lang != "zh-Hans" {
		t.Errorf("lang = %q", lang)
	}

	long := s.Submit(lyl, action, form("body", strings.Repeat("药", 22000))).Want(422)
	if got := long.Text("textarea[name=body]"); !strings.HasPrefix(got, "药药药") || len(got) < 66000 {
		t.Errorf("the typed text is not kept: %d bytes", len(got))
	}
	if long.Text("#body-error") == "" {
		t.Error("nothing says what is wrong")
	}
	s.Submit(lyl, action, form("body", "坏\xff字节")).Want(400)
	s.SubmitBare(lyl, action, form("body", "没有令牌")).Want(403)
	if got := s.SubmitBare(lyl, action, form("body", "没有令牌的字")).Want(403).Text("textarea"); got != "没有令牌的字" {
		t.Errorf("a refused form kept %q", got)
	}
	s.SubmitBare(visitor, action, form("body", "x")).Want(403)
	preview := s.Submit(lyl, action, form("body", "**看看**", "preview", "1")).Want(200)
	if preview.Text(".preview strong") != "看看" || preview.Text("textarea[name=body]") != "**看看**" {
		t.Error("the preview is missing, or the text is not kept")
	}
}

func TestStartThread(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	mod := s.Person("Mo", account.RoleModerator, i18n.En)
	path := "/en/c/amr/new"
	if to := s.Visit(visitor, path).Want(303).Header.Get("Location"); !strings.HasPrefix(to, "/en/sign-in?back=") {
		t.Errorf("a visitor is led to %s", to)
	}
	if n := s.Visit(anna, path).Want(200).Find("input[name=kind][value=announcement]").Length(); n != 0 {
		t.Error("a member is offered announcements")
	}
	if n := s.Visit(mod, path).Want(200).Find("input[name=kind][value=announcement]").Length(); n != 1 {
		t.Error("a moderator is not offered announcements")
	}
	bad := s.Submit(anna, path, form("title", "abc", "body", "Kept text", "kind", "question")).Want(422)
	if bad.Text("textarea[name=body]") != "Kept text" || bad.Find("input[value=question][checked]").Length() != 1 || bad.Text("#title-error") == "" {
		t.Error("the form does not keep what was typed or say what is wrong")
	}
	to := s.Submit(anna, path, form("title", "Who has sequencing capacity?", "body", "Asking for a *friend*.", "kind", "question")).Want(303).Header.Get("Location")
	if got := s.Visit(visitor, to).Want(200).Text("h1"); got != "Who has sequencing capacity?" {
		t.Errorf("h1 = %q", got)
	}
}

func TestEditAndHistory(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	other := s.Person("Other", account.RoleMember, i18n.En)
	st := s.Thread(anna, "A thread", 0)
	edit := fmt.Sprintf("/en/p/%d/edit", st.PostID)
	s.Visit(other, edit).Want(403)
	s.Submit(other, edit, form("body", "Not mine")).Want(403)
	s.Submit(anna, edit, form("body", "Opening of another thread", "version", "1")).Want(303)
	stale := s.Submit(anna, edit, form("body", "From the other window", "version", "1")).Want(409)
	if stale.Text("textarea[name=body]") != "From the other window" {
		t.Error("the text of a conflicting edit is not kept")
	}
	history := s.Visit(visitor, fmt.Sprintf("/en/p/%d/history", st.PostID)).Want(200)
	if ins, del := history.Text("ins"), history.Text("del"); !strings.Contains(ins, "nother") || del == "" {
		t.Errorf("diff: added %q, removed %q", ins, del)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "A thread", 0)
	place := fmt.Sprintf("thread:%d", st.ID)
	s.API(anna, "PUT", "/drafts?place="+place, map[string]string{"body": "half a thought"}).Want(200)
	page := s.Visit(anna, "/en"+st.Path()).Want(200)
	if got := page.Text("textarea[name=body]"); got != "half a thought" {
		t.Errorf("another device shows %q", got)
	}
	if at, _ := page.Find("form[data-composer]").Attr("data-draft-at"); at == "" {
		t.Error("the script is not told when the draft was saved")
	}
	if got := s.Visit(anna, "/en/drafts").Want(200).Text(".thread-row"); !strings.Contains(got, "half a thought") {
		t.Errorf("drafts = %q", got)
	}
	s.Submit(anna, "/en/drafts/discard", form("place", place)).Want(303)
	if got := s.Visit(anna, "/en"+st.Path()).Text("textarea[name=body]"); got != "" {
		t.Errorf("after discarding: %q", got)
	}
	s.API(anna, "PUT", "/drafts?place=nowhere", map[string]string{"body": "x"}).Want(422)
	s.API(visitor, "PUT", "/drafts?place="+place, map[string]string{"body": "x"}).Want(401)
}

func TestReactAndBookmark(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	lyl := s.Person("李云龙", account.RoleMember, i18n.Zh)
	st := s.Thread(anna, "A thread", 0)
	s.Submit(lyl, fmt.Sprintf("/zh/p/%d/react/thanks", st.PostID), form("on", "1")).Want(303)
	s.Submit(lyl, fmt.Sprintf("/zh/p/%d/bookmark", st.PostID), form("on", "1")).Want(303)
	page := s.Visit(lyl, "/zh"+st.Path()).Want(200)
	if page.Text("button[data-react=thanks][aria-pressed=true] [data-count]") != "1" || page.Find("button[data-bookmark][aria-pressed=true]").Length() != 1 {
		t.Error("the member's own reaction or bookmark does not show")
	}
	if got := s.Visit(lyl, "/zh/bookmarks").Want(200).Find(".thread-row").Length(); got != 1 {
		t.Errorf("%d bookmarks, want 1", got)
	}
	s.API(lyl, "DELETE", fmt.Sprintf("/posts/%d/reactions/thanks", st.PostID), nil).Want(204)
	s.API(lyl, "PUT", fmt.Sprintf("/posts/%d/reactions/rage", st.PostID), nil).Want(422)
	if n := s.Visit(visitor, "/zh"+st.Path()).Find(".react").Length(); n != 0 {
		t.Errorf("%d reactions left", n)
	}
}

func TestModeratorHides_everythingForgets(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	mod := s.Person("Mo", account.RoleModerator, i18n.En)
	st := s.Thread(anna, "A thread", 0)
	var post struct{ ID int64 }
	s.API(anna, "POST", fmt.Sprintf("/threads/%d/posts", st.ID), map[string]string{"body": "SECRETWORD inside", "client_id": uuid.NewString()}).Want(201).JSON(&post)
	for _, path := range []string{"/en" + st.Path(), fmt.Sprintf("/en/t/%d/feed.atom", st.ID), fmt.Sprintf("/api/v1/threads/%d/posts", st.ID), fmt.Sprintf("/api/v1/posts/%d", post.ID)} {
		if !strings.Contains(s.Visit(visitor, path).Body, "SECRETWORD") {
			t.Errorf("%s does not show the post before: the test would prove nothing", path)
		}
	}
	s.API(mod, "POST", fmt.Sprintf("/posts/%d/hide", post.ID), map[string]string{"reason": "spam"}).Want(200)
	paths := []string{"/en", "/en/c/amr", "/en" + st.Path(), fmt.Sprintf("/en/t/%d/feed.atom", st.ID), "/en/c/amr/feed.atom", "/en/inbox", "/en/bookmarks",
		fmt.Sprintf("/en/p/%d", post.ID), fmt.Sprintf("/en/p/%d/history", post.ID), fmt.Sprintf("/en/p/%d/quote", post.ID), fmt.Sprintf("/en/p/%d/edit", post.ID),
		fmt.Sprintf("/en%s?quote=%d", st.Path(), post.ID), fmt.Sprintf("/api/v1/threads/%d/posts", st.ID), fmt.Sprintf("/api/v1/posts/%d", post.ID)}
	for _, who := range []apptest.Person{visitor, anna, mod} {
		for _, path := range paths {
			if strings.Contains(s.Visit(who, path).Body, "SECRETWORD") {
				t.Errorf("%q still sees it at %s", who.Name, path)
			}
		}
	}
	if got := s.Visit(anna, "/en/inbox").Want(200).Body; !strings.Contains(got, "spam") {
		t.Error("the author is not told why")
	}
	if n := s.Visit(mod, "/en"+st.Path()).Find(".post-hidden-stub").Length(); n != 1 {
		t.Errorf("the moderator sees %d marks of it, want 1", n)
	}
	s.API(mod, "POST", fmt.Sprintf("/posts/%d/unhide", post.ID), map[string]string{"reason": "a mistake"}).Want(200)
	if !strings.Contains(s.Visit(visitor, "/en"+st.Path()).Body, "SECRETWORD") {
		t.Error("undone, it is not back")
	}
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "Ampersands & <tags>", 2)
	for _, path := range []string{"/zh/c/amr/feed.atom", fmt.Sprintf("/zh/t/%d/feed.atom", st.ID)} {
		answer := s.Visit(visitor, path).Want(200)
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Updated string   `xml:"updated"`
			Entries []struct {
				ID    string `xml:"id"`
				Title string `xml:"title"`
				Link  struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal([]byte(answer.Body), &feed); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(feed.Entries) == 0 || feed.Entries[0].Title != "Ampersands & <tags>" || !strings.HasPrefix(feed.Entries[0].Link.Href, "http://hub.test/zh/") {
			t.Errorf("%s: %+v", path, feed)
		}
		if _, err := time.Parse(time.RFC3339, feed.Updated); err != nil {
			t.Error(err)
		}
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	in := map[string]string{"challenge": "amr", "kind": "discussion", "title": "数据共享", "body": "第一段。\n\n> 引文", "lang": "zh", "client_id": uuid.NewString()}
	var first, second struct {
		ID     int64
		URL    string
		PostID int64 `json:"post_id"`
	}
	s.API(anna, "POST", "/threads", in).Want(201).JSON(&first)
	s.API(anna, "POST", "/threads", in).Want(201).JSON(&second)
	if first != second || first.PostID == 0 {
		t.Errorf("a retry answers %+v, first was %+v", second, first)
	}
	var posts struct {
		Items []struct {
			ID       int64
			Number   int
			Content  struct{ Text, HTML, Lang, Kind string }
			Original struct{ Text, Lang string }
		}
		Next string
	}
	for i := range 3 {
		s.API(anna, "POST", fmt.Sprintf("/threads/%d/posts", first.ID), map[string]string{"body": fmt.Sprint("Reply ", i), "client_id": uuid.NewString()}).Want(201)
	}
	s.API(visitor, "GET", fmt.Sprintf("/threads/%d/posts?limit=2", first.ID), nil).Want(200).JSON(&posts)
	if len(posts.Items) != 2 || posts.Next != "2" || posts.Items[0].Original.Text != in["body"] || posts.Items[0].Content.Kind != "original" || posts.Items[0].Original.Lang != "zh" {
		t.Errorf("posts = %+v", posts)
	}
	s.API(visitor, "GET", fmt.Sprintf("/threads/%d/posts?limit=2&after=2", first.ID), nil).Want(200).JSON(&posts)
	if len(posts.Items) != 2 || posts.Next != "" || posts.Items[0].Number != 3 {
		t.Errorf("second page = %+v", posts)
	}
	var fault struct {
		Error struct {
			Code, Message string
			Fields        map[string]string
		}
	}
	s.API(anna, "POST", fmt.Sprintf("/threads/%d/posts?locale=zh", first.ID), map[string]string{"body": " "}).Want(422).JSON(&fault)
	if fault.Error.Code != "forum.body.empty" || fault.Error.Message != "请先写点内容。" || fault.Error.Fields["body"] == "" {
		t.Errorf("fault = %+v", fault)
	}
	s.API(anna, "PATCH", fmt.Sprintf("/posts/%d", posts.Items[0].ID), map[string]string{"body": "Edited reply"}).Want(200)
	s.API(visitor, "POST", "/threads", in).Want(401)
	s.API(anna, "POST", "/threads", map[string]any{"title": 5}).Want(400)
	s.API(anna, "POST", "/threads", map[string]any{"no_such_field": 5}).Want(400)
	s.API(anna, "POST", "/threads", map[string]string{"challenge": "amr", "kind": "discussion", "title": "Title", "body": "x", "client_id": "no"}).Want(422)
	s.API(visitor, "GET", "/threads/999999", nil).Want(404)
	s.API(visitor, "GET", "/threads?after=junk", nil).Want(400)
	s.API(visitor, "GET", fmt.Sprintf("/threads/%d/posts?limit=0", first.ID), nil).Want(400)
	s.API(anna, "POST", fmt.Sprintf("/threads/%d/posts", first.ID), map[string]string{"body": "nul \x00 byte"}).Want(201)
}

func TestThreadChanges_wakesOpenPages(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.DB(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "A thread", 1)
	var state struct {
		Change int64
		Posts  []struct{ ID, Version int64 }
		Newer  int
		Words  string
	}
	s.Visit(visitor, fmt.Sprintf("/en/t/%d/changes?since=-1&first=0&last=2", st.ID)).Want(200).JSON(&state)
	if len(state.Posts) != 2 || state.Newer != 0 {
		t.Fatalf("at first: %+v", state)
	}
	woken := make(chan apptest.Answer, 1)
	go func() {
		woken <- s.Visit(visitor, fmt.Sprintf("/zh/t/%d/changes?since=%d&first=0&last=2", st.ID, state.Change))
	}()
	s.Submit(anna, fmt.Sprintf("/en/t/%d/reply", st.ID), form("body", "News")).Want(303)
	select {
	case a := <-woken:
		a.Want(200).JSON(&state)
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was woken")
	}
	if state.Newer != 1 || state.Words != "1条新回复" {
		t.Errorf("woken with %+v", state)
	}
}

func TestChallenge_unchangedPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	first := s.Visit(visitor, "/en/c/amr").Want(200)
	req := httptest.NewRequest("GET", "/en/c/amr", nil)
	req.Header.Set("If-None-Match", first.Header.Get("ETag"))
	if a := s.Send(visitor, req).Want(304); a.Body != "" {
		t.Errorf("304 with a body of %d bytes", len(a.Body))
	}
}

func TestThread_showsANewNameAtOnce(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "A thread", 0)
	s.Visit(visitor, "/en"+st.Path()).Want(200) // so that it is in the cache
	s.Submit(anna, "/en/settings", form("name", "Anna Weber-Li", "locale", "en", "time_zone", "Europe/Berlin", "region", "eu")).Want(303)
	if got := s.Visit(visitor, "/en"+st.Path()).Want(200).Text(".post-name"); !strings.Contains(got, "Anna Weber-Li") {
		t.Errorf("the page still says %q", got)
	}
}

// TestReply_tooMany: who has written as much as may be for now finds the text kept, and is told when to go on.
func TestReply_tooMany(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	s.Exec(`update moderation_policy set new_posts = 2, regular_posts = 2`)
	anna := s.Person("Anna Weber", account.RoleMember, i18n.En)
	st := s.Thread(anna, "How to compare isolates", 1)
	action := fmt.Sprintf("/en/t/%d/reply", st.ID)
	for _, c := range []struct{ action, says string }{
		{action, "You have written 2 posts within an hour. Please go on in 60 minutes; what you typed stays here."},
		{strings.Replace(action, "/en", "/zh", 1), "您在一小时内已发布2则帖子，请在60分钟后继续。已输入的内容会保留。"},
		{"/en/c/amr/new", "You have written 2 posts within an hour. Please go on in 60 minutes; what you typed stays here."},
	} {
		a := s.Submit(anna, c.action, form("title", "Another thread", "body", "One more of mine", "kind", "question")).Want(429)
		if got := a.Text("main [role=alert]"); !strings.Contains(got, c.says) {
			t.Errorf("%s says %q, want %q", c.action, got, c.says)
		}
		if got := a.Text("textarea[name=body]"); got != "One more of mine" {
			t.Errorf("%s keeps %q", c.action, got)
		}
		if n, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || n < 3500 || n > 3600 {
			t.Errorf("%s: Retry-After %q", c.action, a.Header.Get("Retry-After"))
		}
	}
}
