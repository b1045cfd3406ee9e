package pseudo

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"golang.org/x/net/html"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/chat"
	"senet/internal/moderation"
	"senet/internal/pg/pgtest"
)

// world is a hub in which something has happened. Whatever members wrote is in Chinese, so that every Latin letter on
// a page is the hub's own; the challenge is curated in English and Chinese.
type world struct {
	*apptest.Site
	visitor, member, moderator, admin                apptest.Person
	thread, post, notice, message, reported, decided int64
	challenge, room, term, unit                      int64
	event, question, poll                            int64
	path                                             string // of the thread
}

// translated is a post in English.
const translated = "The beginning, changed."

// english is what readers of the third language are shown in English: the curated side, and the translation.
var english = []string{compared, "Antimicrobial resistance", "Resistance and what to do about it.", translated}

// compared is the English title of a workshop.
const compared = "Comparing data"

// pair is a file with one pair of the translation memory.
const pair = `<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en"
srclang="en" datatype="plaintext"/><body><tu><tuv xml:lang="en"><seg>Wash your hands.</seg></tuv><tuv xml:lang="zh"><seg>请洗手。</seg></tuv></tu></body></tmx>`

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Site: apptest.New(t, pgtest.DB(t))} // a room's writer has transactions of its own
	w.Hub.Chat.Start()
	t.Cleanup(w.Hub.Chat.Stop)
	w.member = w.Person("王敏", account.RoleMember, qps)
	w.moderator = w.Person("张伟", account.RoleModerator, qps)
	w.admin = w.Person("李云龙", account.RoleAdmin, qps)
	st := w.Thread(w.member, "如何共享数据", 5)
	w.path = fmt.Sprintf("/t/%d-ru-he-gong-xiang-shu-ju", st.ID)
	w.thread, w.post = int64(st.ID), int64(st.PostID)
	w.Person("欧阳静", account.RoleMember, "zh")
	w.find(&w.challenge, `select id from challenges`)
	w.find(&w.room, `select id from rooms`)

	// A reply in another's thread, which a moderator hides for a reason picked in Chinese; a bookmark, a draft, an edit.
	w.API(w.moderator, "POST", fmt.Sprintf("/threads/%d/posts", w.thread), map[string]any{"body": "请看这里", "client_id": uuid.NewString()}).Want(201)
	var hide int64
	w.find(&hide, `select max(id) from posts where author_id = (select id from members where name = '王敏')`)
	w.Submit(w.moderator, fmt.Sprintf("/zh/moderation/posts/%d/hide", hide), url.Values{"picked": {"广告宣传"}}).Want(303)
	w.API(w.member, "PATCH", fmt.Sprintf("/posts/%d", w.post), map[string]any{"body": "改过的开头", "version": 1}).Want(200)
	w.API(w.member, "PUT", fmt.Sprintf("/posts/%d/bookmark", w.post), nil).Want(204)
	w.API(w.admin, "PUT", fmt.Sprintf("/posts/%d/reactions/agree", w.post), nil).Want(204)
	w.API(w.member, "PUT", "/drafts?place=challenge:amr", map[string]any{"title": "草稿", "body": "草稿"}).Want(200)
	w.API(w.member, "POST", fmt.Sprintf("/rooms/%d/messages", w.room), map[string]any{"id": uuid.NewString(), "body": "大家好"}).Want(200)
	// A workshop, with all that one can have.
	day := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
	both := map[string]any{"en": compared, "zh": "数据比对"}
	w.API(w.moderator, "POST", "/workshops", map[string]any{"title": both, "summary": both, "description": both, "start": day + "T14:00", "end": day + "T16:00",
		"state": "announced", "place": "武汉", "link": "https://例子.测试/", "challenge": "amr", "capacity": 1, "retention_days": 5, "keep_inside": true,
		"every": "weekly", "times": 2, "agenda": []any{map[string]any{"minutes": 10, "title": both, "speaker": "张敏"}},
		"speakers": []any{map[string]any{"name": "张敏", "affiliation": "武汉", "role": both}}}).Want(201)
	w.find(&w.event, `select min(id) from workshops`)
	w.API(w.member, "PUT", fmt.Sprintf("/workshops/%d/registration", w.event), nil).Want(200)
	w.API(w.admin, "PUT", fmt.Sprintf("/workshops/%d/registration", w.event), nil).Want(200)
	var hall int64
	w.find(&hall, `select id from rooms where workshop_id is not null`)
	for kind, body := range map[string]map[string]any{
		"questions": {"body": "谁来付钱？", "anonymous": true},
		"polls":     {"body": "下次在哪里见面？", "kind": "single", "options": []string{"成都", "莱比锡"}},
	} {
		body["client_id"] = uuid.NewString()
		w.API(w.moderator, "POST", fmt.Sprintf("/rooms/%d/%s", hall, kind), body).Want(201)
	}
	w.find(&w.question, `select id from questions`)
	w.find(&w.poll, `select id from polls`)
	w.API(w.moderator, "PATCH", fmt.Sprintf("/workshops/%d", w.event), map[string]any{"place": "成都"}).Want(200)
	// A translation, which readers of the third language are shown, and which the memory keeps; a term.
	w.Submit(w.admin, fmt.Sprintf("/qps/translate/post/%d/en", w.post), url.Values{"source_version": {"2"}, "revision": {"0"}, "reviewed": {"1"}, "row": {translated}}).Want(303)
	w.Submit(w.admin, "/qps/glossary/new", url.Values{"en": {"resistance"}, "zh": {"耐药"}}).Want(303)
	w.find(&w.term, `select max(id) from terms`)
	w.find(&w.unit, `select max(id) from memory_units`)
	w.Submit(w.admin, "/qps/glossary/new", url.Values{"en": {"sepsis"}, "zh": {"脓毒症"}, "note": {"不是败血症"}, "challenge": {"amr"}}).Want(303)
	if _, err := w.Hub.Memory.Import(t.Context(), strings.NewReader(pair), w.admin.ID, nil); err != nil {
		t.Fatal(err)
	}
	w.find(new(int64), `insert into translation_usage (month, source, characters, texts)
		values (date_trunc('month', now() at time zone 'utc'), 'memory', 12345, 10) returning texts`)
	w.find(&w.message, `select max(id) from messages`)
	var report struct{ ID int64 }
	w.API(w.admin, "POST", "/reports", map[string]any{"subject": map[string]any{"kind": "message", "id": w.message}, "category": "spam", "text": "又是广告"}).Want(201).JSON(&report)
	w.find(&w.reported, `select max(id) from cases`)
	w.API(w.admin, "POST", "/moderation/decisions", map[string]any{"action": "warn", "subject": map[string]any{"kind": "member", "id": w.member.ID}, "rule": "spam"}).Want(201)
	w.find(&w.decided, `select max(id) from moderation_log`)
	w.find(&w.notice, `select max(id) from notices where member_id = (select id from members where name = '王敏')`)
	return w
}

func (w *world) find(to *int64, query string) {
	w.T.Helper()
	if err := w.Store.QueryRow(w.T.Context(), query).Scan(to); err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
}

// paths are the addresses of a route of pages; ok is false when nothing is known of one of its parameters.
func (w *world) paths(route string) (paths []string, ok bool) {
	ids := map[string]int64{"/admin/rules/": 1, "/report/post/": w.post, "/moderation/cases/": w.reported, "/t/": w.thread, "/p/": w.post, "/inbox/": w.notice, "/moderation/posts/": w.post, "/moderation/messages/": w.message,
		"/moderation/threads/": w.thread, "/moderation/members/": int64(w.member.ID), "/translate/post/": w.post, "/glossary/": w.term,
		"/admin/memory/": w.unit, "/admin/challenges/": w.challenge, "/admin/members/": int64(w.member.ID), "/w/": w.event, "/messages/": w.message, "/moderation/questions/": w.question, "/moderation/polls/": w.poll}
	route = strings.NewReplacer(":half", moderation.HalfYearOf(time.Now()).String(), "/decisions/:log", fmt.Sprint("/decisions/", w.decided), ":slug", w.Challenge, ":workshop", fmt.Sprint(w.event), ":who", w.member.Name, ":token", "no-such-token", ":kind", "post", ":into", "en").Replace(route)
	for prefix, id := range ids {
		if rest, found := strings.CutPrefix(route, prefix+":id"); found {
			route = fmt.Sprint(prefix, id, rest)
		}
	}
	if before, found := strings.CutSuffix(route, ":act"); found {
		acts := map[string][]string{"posts": {"hide"}, "messages": {"hide"}, "questions": {"hide"}, "polls": {"hide"}, "threads": {"lock", "pin", "move", "rename"}, "members": {"trust", "distrust"}}
		for _, act := range acts[strings.Split(route, "/")[2]] {
			paths = append(paths, before+act)
		}
		return paths, len(paths) > 0
	}
	return []string{route}, !strings.Contains(route, ":")
}

// notPages are routes below the language that answer something else than a page; the first two have tests below.
var notPages = []string{"/c/:slug/feed.atom", "/t/:id/feed.atom", "/w/:id/event.ics", "/rooms/:id/export", "/t/:id/changes", "/p/:id/quote",
	"/glossary/export.csv", "/glossary/export.tbx", "/admin/memory/export.tmx", "/admin/translation/backfills/:id"}

// TestPages walks every page of the hub as everybody who may see it.
func TestPages(t *testing.T) {
	w := newWorld(t)
	pages := 0
	for _, r := range w.Hub.App().GetRoutes(true) {
		route, ok := strings.CutPrefix(r.Path, "/:locale")
		if !ok || r.Method != "GET" || slices.Contains(notPages, route) {
			continue
		}
		paths, ok := w.paths(route)
		if !ok {
			t.Errorf("%s: say in paths what its parameters may be, or in notPages that it is no page", route)
		}
		for _, path := range paths {
			for name, who := range map[string]apptest.Person{"a visitor": w.visitor, "a member": w.member, "a moderator": w.moderator, "an administrator": w.admin} {
				if w.look(t, who, name, strings.TrimSuffix("/qps"+path, "/")) {
					pages++
				}
			}
		}
	}
	if pages < 60 {
		t.Errorf("only %d pages were seen", pages)
	}
}

// look opens a page and reports whether there was one. Who may not see it gets an error page or is sent away, and the
// words of the error count as well.
func (w *world) look(t *testing.T, who apptest.Person, name, path string) bool {
	t.Helper()
	a := w.Visit(who, path)
	switch a.Status {
	case 301, 302, 303:
		if to := a.Header.Get("Location"); !inside(to) {
			t.Errorf("%s as %s leads to %s", path, name, to)
		}
		if a.Status == 301 { // the address with the thread's title
			return w.look(t, who, name, a.Header.Get("Location"))
		}
		return false
	case 200, 401, 403, 404:
	default:
		t.Errorf("%s as %s: status %d: %.200s", path, name, a.Status, a.Body)
		return false
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") { // a file, which is the same in every language
		return false
	}
	page := a.Find("html")
	at := fmt.Sprintf("%s as %s (%d)", path, name, a.Status)
	if lang, format := page.AttrOr("lang", ""), page.AttrOr("data-format", ""); lang != "qps-ploc" || format != "pl-PL" {
		t.Errorf("%s: the page is in %q and formats as %q", at, lang, format)
	}
	if !strings.HasSuffix(page.Find("title").Text(), "ŠÉÑÉŢ Ħúƀ~") && path != "/qps" {
		t.Errorf("%s: the title is %q", at, page.Find("title").Text())
	}
	checkWords(t, at, page)
	checkLinks(t, at, page)
	checkLanguages(t, at, path, page)
	return a.Status == 200
}

var latin = regexp.MustCompile(`[A-Za-z]{2,}`)

// machine are things with Latin letters that are the same in every language.
var machine = regexp.MustCompile(`UTC([+-]\d\d:\d\d)?|/[a-z0-9/-]+`)

// checkWords looks for words that did not come from the file of the language.
func checkWords(t *testing.T, at string, page *goquery.Selection) {
	t.Helper()
	for _, n := range page.Nodes {
		eachWord(n, func(where, text string) {
			for _, c := range english {
				if where != "text" { // an attribute and the title cannot be marked as English
					text = strings.ReplaceAll(text, c, "")
				}
			}
			if found := latin.FindString(machine.ReplaceAllString(text, "")); found != "" {
				t.Errorf("%s: %q in %s %q is not of the language", at, found, where, strings.TrimSpace(text))
			}
		})
	}
}

// blank is where a script puts a value.
var blank = regexp.MustCompile(`\{\w+\}`)

var tag = regexp.MustCompile(`<[^>]*>`)

// spoken are the attributes that people see or hear.
var spoken = []string{"title", "aria-label", "aria-description", "placeholder", "alt", "label"}

// eachWord gives every text of a page that its reader sees, hears or is shown by a script. What is marked as another
// language is somebody else's.
func eachWord(n *html.Node, see func(where, text string)) {
	if n.Type == html.TextNode {
		where := "text"
		if n.Parent.Data == "title" || n.Parent.Data == "option" {
			where = n.Parent.Data
		}
		text := n.Data
		if n.Parent.Data == "noscript" { // which a parser with scripts leaves as it is written
			text = tag.ReplaceAllString(text, "")
		}
		see(where, text)
	}
	attributes := map[string]string{}
	for _, a := range n.Attr {
		attributes[a.Key] = a.Val
	}
	if lang, ok := attributes["lang"]; n.Data == "script" || n.Data == "code" || n.Data == "kbd" || ok && n.Data != "html" && lang != "qps-ploc" {
		return
	}
	for key, v := range attributes {
		word := strings.HasPrefix(key, "data-w-") || strings.HasPrefix(key, "data-") && strings.ContainsAny(v, " ~")
		description := n.Data == "meta" && attributes["name"] == "description" && key == "content"
		if word || description || slices.Contains(spoken, key) {
			see(key, blank.ReplaceAllString(v, ""))
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		eachWord(c, see)
	}
}

// inside reports whether an address is a page in the language, or none of the pages.
func inside(address string) bool {
	address = strings.TrimPrefix(address, "http://hub.test")
	for _, other := range []string{"/static/", "/api/", "/ws", "#", "?", "http"} {
		if strings.HasPrefix(address, other) {
			return true
		}
	}
	return address == "/qps" || strings.HasPrefix(address, "/qps/") || strings.HasPrefix(address, "/qps?") || strings.HasPrefix(address, "/qps#")
}

// checkLinks follows nothing, but holds every address of a page against its language.
func checkLinks(t *testing.T, at string, page *goquery.Selection) {
	t.Helper()
	links := 0
	page.Find("[href], [action], [formaction], [data-preview-url], [data-changes], [data-quote-url]").Not("[data-switch-language], [hreflang]").Each(func(_ int, s *goquery.Selection) {
		for _, name := range []string{"href", "action", "formaction", "data-preview-url", "data-changes", "data-quote-url"} {
			if address, ok := s.Attr(name); ok {
				links++
				if !inside(address) {
					t.Errorf("%s: %s=%q leaves the language", at, name, address)
				}
			}
		}
	})
	if links < 10 {
		t.Errorf("%s: only %d addresses found", at, links)
	}
}

// checkLanguages looks at what leads to the page in the other languages.
func checkLanguages(t *testing.T, at, path string, page *goquery.Selection) {
	t.Helper()
	rest := strings.TrimPrefix(path, "/qps")
	want := [][3]string{{"en", "en", "English"}, {"zh", "zh-Hans", "中文"}}
	for _, place := range []string{".site-you details.switcher .menu-panel", ".site-footer nav"} {
		links := page.Find(place + " a[data-switch-language]")
		if links.Length() != len(want) {
			t.Errorf("%s: %s offers %d other languages, want %d", at, place, links.Length(), len(want))
			continue
		}
		for i, l := range want {
			a := links.Eq(i)
			if a.AttrOr("hreflang", "") != l[0] || a.AttrOr("lang", "") != l[1] || strings.TrimSpace(a.Text()) != l[2] || a.AttrOr("href", "") != "/"+l[0]+rest {
				t.Errorf("%s: language %d of %s is %q to %s", at, i, place, a.Text(), a.AttrOr("href", ""))
			}
		}
	}
	if own := page.Find(".site-you details.switcher summary").Text(); !strings.Contains(own, "Éñğľíšħ") {
		t.Errorf("%s: the choice does not name the page's own language: %q", at, own)
	}
	if page.Find("meta[name=robots]").Length() > 0 {
		return
	}
	var alternates []string
	page.Find("link[rel=alternate][hreflang]").Each(func(_ int, s *goquery.Selection) {
		alternates = append(alternates, s.AttrOr("hreflang", "")+" "+strings.TrimPrefix(s.AttrOr("href", ""), "http://hub.test"))
	})
	neutral := rest
	if neutral == "" {
		neutral = "/"
	}
	if want := []string{"en /en" + rest, "zh /zh" + rest, "qps /qps" + rest, "x-default " + neutral}; !slices.Equal(alternates, want) {
		t.Errorf("%s: the page exists as %v, want %v", at, alternates, want)
	}
}

// TestPages_say looks at single words: plural forms, dates, names of languages, reasons that were picked in another
// language.
func TestPages_say(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		who                  apptest.Person
		path, selector, want string
	}{
		{w.visitor, "/qps/c/amr", ".thread-facts", "5 řéƥľíéš"},
		{w.visitor, "/qps/c/amr", ".thread-facts", "③"},
		{w.visitor, "/qps", ".tile-facts", "1 ţħřéáđš~~~①"},
		{w.visitor, "/qps/c/amr", "h1 [lang=en]", "Antimicrobial resistance"},
		{w.visitor, "/qps/m/王敏", ".facts [lang=qps-ploc]", "Éñğľíšħ"},
		{w.visitor, "/qps/m/欧阳静", ".facts [lang=zh-Hans]", "中文"},
		{w.member, "/qps/inbox", ".reason", "Áđṽéřţíšíñğ"},
		{w.moderator, "/qps/moderation", ".reason", "Áđṽéřţíšíñğ"},
		{w.visitor, "/qps" + w.path, "article:first-child .prose [lang=en], article:first-child .prose[lang=en]", translated},
		{w.visitor, "/qps" + w.path, "article:first-child", "Ţřáñšľáţéđ ƀý 李云龙"},
		{w.visitor, "/qps" + w.path, "article:nth-child(2)", "Ŵříţţéñ íñ Çħíñéšé"},
		{w.visitor, "/qps/join", "#locale option[selected]", "Éñğľíšħ"},
		{w.visitor, "/qps/join", "#time_zone option[selected]", "Ŵářšáŵ"},
		{w.member, "/qps/c/amr/new", "select[name=lang]", "English"},
		{w.visitor, "/qps/t/999999999", "h1", "Ţħéřé"},
		{w.member, "/qps/admin", "h1", "Ţħíš íš ñóţ óƥéñ"},
	} {
		if got := w.Visit(c.who, c.path).Text(c.selector); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s says %q, want %q in it", c.path, c.selector, got, c.want)
		}
	}
	if got := w.Visit(w.member, "/qps/c/amr/new").Find("select[name=lang] option").Length(); got != 3 {
		t.Errorf("an author has %d choices of language, want the two that texts are written in and none", got)
	}
	if got := w.Visit(w.visitor, "/qps/join").Find("#locale option").Length(); got != 3 {
		t.Errorf("a new member has %d languages to choose from, want 3", got)
	}
}

var day = regexp.MustCompile(`^20\d\d·\p{L}{3,4}·\d{1,2}$`)

func TestPages_dates(t *testing.T) {
	w := newWorld(t)
	if got := w.Visit(w.visitor, "/qps/m/王敏").Text(".facts dd:last-child"); !day.MatchString(got) {
		t.Errorf("a day is written %q, want the order of the language's file", got)
	}
	title := w.Visit(w.visitor, "/qps/c/amr").Find(".threads time").AttrOr("title", "")
	if date, rest, ok := strings.Cut(title, ", "); !ok || !day.MatchString(date) || !strings.HasSuffix(strings.TrimRight(rest, "~"), " UTC") {
		t.Errorf("a moment is written %q", title)
	}
}

func TestForms_answerInTheLanguage(t *testing.T) {
	w := newWorld(t)
	a := w.Submit(w.member, "/qps/c/amr/new", url.Values{"kind": {"question"}, "title": {""}, "body": {""}}).Want(422)
	checkWords(t, "a refused thread", a.Find("html"))
	if got := a.Text(".field-error"); !strings.Contains(got, "Ğíṽé ţħé ţħřéáđ á ţíţľé") {
		t.Errorf("an empty title is answered with %q", got)
	}
	a = w.Submit(w.member, "/qps/settings", url.Values{"name": {"王敏"}, "region": {"cn"}, "locale": {"qps"}, "time_zone": {"Europe/Warsaw"}}).Want(303)
	if to := a.Header.Get("Location"); !strings.HasPrefix(to, "/qps/settings") {
		t.Errorf("saving the settings leads to %s", to)
	}
	w.Submit(w.member, "/qps/settings", url.Values{"name": {"王敏"}, "region": {"cn"}, "locale": {"xx"}, "time_zone": {"Europe/Warsaw"}}).Want(422)
	for _, accept := range []string{"pl", "pl-PL,en;q=0.5"} {
		req := httptest.NewRequest("GET", "/challenges", nil)
		req.Header.Set("Accept-Language", accept)
		if to := w.Send(w.visitor, req).Want(302).Header.Get("Location"); to != "/qps/challenges" {
			t.Errorf("Accept-Language %s leads to %s", accept, to)
		}
	}
	if to := w.Visit(w.member, "/challenges").Want(302).Header.Get("Location"); to != "/qps/challenges" {
		t.Errorf("a member who reads qps is led to %s", to)
	}
}

func TestAPI_answersInTheLanguage(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		want         string
	}{
		{"GET", "/threads/999999999?locale=qps", nil, 404, "Ţħéřé íš ñó šúçħ ţħřéáđ"},
		{"POST", "/threads?locale=qps", map[string]any{"challenge": "amr"}, 422, "Šóɱé ƒíéľđš"},
		{"POST", fmt.Sprintf("/rooms/%d/messages?locale=qps", w.room), map[string]any{"id": uuid.NewString(), "body": strings.Repeat("字", chat.MaxWeight)}, 422, "4\u00a0000"},
		{"GET", "/threads/999999999", nil, 404, "Ţħéřé íš ñó šúçħ ţħřéáđ"}, // the member's setting
	} {
		var e struct {
			Error struct {
				Message string
				Fields  map[string]string
			}
		}
		w.API(w.member, c.method, c.path, c.body).Want(c.status).JSON(&e)
		if got := fmt.Sprint(e.Error.Message, e.Error.Fields); !strings.Contains(got, c.want) {
			t.Errorf("%s %s says %s, want %q in it", c.method, c.path, got, c.want)
		}
	}
	var cs struct{ Items []map[string]any }
	w.API(w.visitor, "GET", "/challenges?locale=qps", nil).Want(200).JSON(&cs)
	if title := fmt.Sprint(cs.Items[0]["title"]); title != "map[en:Antimicrobial resistance zh:抗微生物药物耐药性]" {
		t.Errorf("a curated text is %s, want its two sides", title)
	}
	var doc struct {
		Components struct {
			Schemas struct {
				Locale struct{ Enum []string }
			}
		}
	}
	w.API(w.visitor, "GET", "/openapi.json", nil).Want(200).JSON(&doc)
	if got, want := doc.Components.Schemas.Locale.Enum, []string{"en", "zh", "qps"}; !slices.Equal(got, want) {
		t.Errorf("the API's document lists the languages %v, want %v", got, want)
	}
}

func TestFeeds_areInTheLanguage(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/qps/c/amr/feed.atom", fmt.Sprintf("/qps/t/%d/feed.atom", w.thread)} {
		body := w.Visit(w.visitor, path).Want(200).Body
		if !strings.Contains(body, `xml:lang="qps-ploc"`) || !strings.Contains(body, `xml:lang="en"`) || !strings.Contains(body, translated) || !strings.Contains(body, "http://hub.test/qps/") {
			t.Errorf("%s: %.600s", path, body)
		}
		if strings.Contains(body, "hub.test/en/") || strings.Contains(body, "hub.test/zh/") {
			t.Errorf("%s leads into other languages: %.600s", path, body)
		}
	}
}
