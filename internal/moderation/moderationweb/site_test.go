package moderationweb_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/moderation/moderationweb"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/translationtest"
	"senet/locales"
	"senet/web/ui"
)

// site is a hub that consists of this package's pages, with people, a thread and a message.
type site struct {
	t       *testing.T
	app     *fiber.App
	store   *pg.Store
	service *moderation.Service
	people  people

	challenge, thread, opening, answer, message int64
}

// people are the members by session token, which is also the name: member, mod, admin.
type people map[string]account.Viewer

func (p people) BySession(_ context.Context, token string) (account.Viewer, error) {
	v := p[token]
	v.Session = 1
	return v, nil
}

func (p people) ByToken(_ context.Context, token string) (account.Viewer, error) {
	return p[token], nil
}

type assets struct{}

func (assets) URL(name string) string { return "/static/" + name }

func (assets) Imports(string) []string { return nil }

func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, store: pg.NewStore(pgtest.Tx(t)), people: people{}}
	accounts := account.New(s.store)
	translations := translationtest.New(s.t, s.store, accounts)
	rooms := chat.New(s.store, accounts, translations, slog.New(slog.DiscardHandler))
	notices := notify.New(s.store)
	threads := forum.New(s.store, accounts, translations, notices)
	threads.Rooms = func(ctx context.Context, tx *pg.Tx, challenge int64) error {
		_, err := rooms.OpenRoom(ctx, tx, challenge)
		return err
	}
	s.service = moderation.New(s.store, moderation.Parts{Forum: threads, Rooms: rooms, Accounts: accounts, Notices: notices, Words: translations})
	for name, role := range map[string]account.Role{"member": account.RoleMember, "mod": account.RoleModerator, "admin": account.RoleAdmin} {
		v := account.Visitor()
		v.Name, v.Role, v.Locale = name, role, i18n.En
		v.ID = account.MemberID(s.id(`insert into members (name, handle, handle_key, role) values ($1, $2, $2, $3) returning id`,
			name, uuid.NewString(), string(role)))
		s.people[name] = v
	}
	s.fill()

	base, _ := url.Parse("http://hub.test")
	kit := &httpx.Kit{Bundle: words, Auth: s.people, Assets: assets{}, BaseURL: base, Log: slog.New(slog.DiscardHandler), Unread: notices.Unread}
	s.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: kit.ErrorHandler(ui.ErrorPage)})
	s.app.Use(kit.Begin)
	moderationweb.New(s.service, accounts, threads, words).Mount(s.app.Group("/:locale<alpha;len(2)>"), s.app.Group("/api/v1"))
	return s
}

// fill makes a challenge with its room, a thread of two posts and a message, all by member.
func (s *site) fill() {
	author := s.people["member"].ID
	s.challenge = s.id(`insert into challenges (slug, title_en) values ($1, 'Infections') returning id`, "c"+uuid.NewString()[:8])
	room := s.id(`insert into rooms (challenge_id, seq) values ($1, 1) returning id`, s.challenge)
	s.thread = s.id(`insert into threads (challenge_id, kind, title, lang, author_id, client_id, post_count, last_number)
		values ($1, 'question', '如何判断脓毒症？', 'zh', $2, gen_random_uuid(), 2, 2) returning id`, s.challenge, author)
	const post = `insert into posts (thread_id, number, author_id, client_id, body, html, lang)
		values ($1, $2, $3, gen_random_uuid(), 'text', '<p>text</p>', 'en') returning id`
	s.opening, s.answer = s.id(post, s.thread, 1, author), s.id(post, s.thread, 2, author)
	s.message = s.id(`insert into messages (room_id, seq, author_id, client_id, body, html, lang)
		values ($1, 1, $2, gen_random_uuid(), 'text', 'text', 'en') returning id`, room, author)
	s.id(`insert into room_events (room_id, seq, kind, member_id, message_id) values ($1, 1, 'message', $2, $3) returning seq`, room, author, s.message)
}

func (s *site) id(sql string, args ...any) int64 {
	s.t.Helper()
	var id int64
	if err := s.store.QueryRow(s.t.Context(), sql, args...).Scan(&id); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return id
}

// state is "shown" or "hidden" of a post or message.
func (s *site) state(table string, id int64) string {
	s.t.Helper()
	if s.id(`select count(*) from `+table+` where id = $1 and hidden_at is not null`, id) == 1 {
		return "hidden"
	}
	return "shown"
}

// answerOf is what the site said.
type answerOf struct {
	t        *testing.T
	Status   int
	Location string
	Body     string
}

func (a answerOf) page() *goquery.Document {
	a.t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// text is what stands at a selector, spaces folded.
func (a answerOf) text(selector string) string {
	a.t.Helper()
	return strings.Join(strings.Fields(a.page().Find(selector).Text()), " ")
}

func (a answerOf) want(status int) answerOf {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %.600s", a.Status, status, a.Body)
	}
	return a
}

func (s *site) send(req *http.Request) answerOf {
	s.t.Helper()
	res, err := s.app.Test(req, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answerOf{t: s.t, Status: res.StatusCode, Location: res.Header.Get("Location"), Body: string(body)}
}

// visit opens a page; who "" is a visitor.
func (s *site) visit(who, path string) answerOf {
	s.t.Helper()
	req := httptest.NewRequest("GET", path, nil)
	if who != "" {
		req.AddCookie(&http.Cookie{Name: httpx.SessionCookie, Value: who})
	}
	return s.send(req)
}

// submit sends a form, with the token of the session.
func (s *site) submit(who, path string, form url.Values) answerOf {
	s.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("_csrf", httpx.CSRFToken(who))
	return s.bare(who, path, form)
}

// bare sends a form as it is.
func (s *site) bare(who, path string, form url.Values) answerOf {
	req := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if who != "" {
		req.AddCookie(&http.Cookie{Name: httpx.SessionCookie, Value: who})
	}
	return s.send(req)
}

// call uses the API with a token.
func (s *site) call(who, path, body string) (answerOf, map[string]any) {
	s.t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+who)
	}
	a := s.send(req)
	var v map[string]any
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		s.t.Fatalf("%s: %v: %s", path, err, a.Body)
	}
	return a, v
}
