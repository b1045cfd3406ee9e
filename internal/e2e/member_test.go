package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/demo"
	"senet/internal/httpx"
	"senet/internal/i18n"
)

// member is somebody who is signed in over plain HTTP: quick, for all that a test only needs to be there.
type member struct {
	name    string
	locale  i18n.Locale
	session string
	client  *http.Client
	csrf    string
	token   string // of the API, instead of a session
}

// password is that of every member the tests make.
const password = "correct horse battery"

var (
	csrfField   = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)
	clientField = regexp.MustCompile(`name="client_id" value="([^"]+)"`)
)

// join makes a new member.
func join(t testing.TB, name string, l i18n.Locale) *member {
	t.Helper()
	m := &member{name: name, locale: l, client: newClient()}
	region, zone := "eu", "Europe/Berlin"
	if l == i18n.Zh {
		region, zone = "cn", "Asia/Shanghai"
	}
	m.enter(t, "/join", url.Values{"name": {name}, "password": {password}, "affiliation": {"E2E"}, "region": {region},
		"time_zone": {zone}, "locale": {string(l)}, "consent": {"1"}})
	return m
}

var staff struct {
	sync.Mutex
	known map[string]*member
}

// signIn signs a member of the demo in, once a test run.
func signIn(t testing.TB, email string, l i18n.Locale) *member {
	t.Helper()
	staff.Lock()
	defer staff.Unlock()
	key := email + " " + string(l)
	if m, ok := staff.known[key]; ok {
		return m
	}
	m := &member{locale: l, client: newClient()}
	m.enter(t, "/sign-in", url.Values{"login": {email}, "password": {demo.Password}})
	if staff.known == nil {
		staff.known = map[string]*member{}
	}
	staff.known[key] = m
	return m
}

// moderator and admin are of the demo.
func moderator(t testing.TB, l i18n.Locale) *member {
	t.Helper()
	if l == i18n.Zh {
		return signIn(t, "zhang.min@example.org", l)
	}
	return signIn(t, "anna.weber@example.org", l)
}

func admin(t testing.TB) *member {
	t.Helper()
	return signIn(t, "clara.dubois@example.org", i18n.En)
}

// script is the administrator of the demo with an API token, as the operator's command issues it: without limits.
func script(t testing.TB) *member {
	t.Helper()
	out, err := exec.Command(theHub(t).program, "admin", "token", "--email", "clara.dubois@example.org", "--data-dir", theHub(t).data).Output()
	if err != nil {
		t.Fatalf("senet admin token: %v", err)
	}
	return &member{name: "Clara Dubois", locale: i18n.En, client: newClient(), token: strings.TrimSpace(string(out))}
}

func newClient() *http.Client {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// enter fills the form at path and keeps the session that it opens.
func (m *member) enter(t testing.TB, path string, form url.Values) {
	t.Helper()
	at := theHub(t).URL + "/" + string(m.locale) + path
	page := m.get(t, at)
	form.Set("_csrf", find(t, csrfField, page))
	if id := clientField.FindStringSubmatch(page); id != nil {
		form.Set("client_id", id[1])
	}
	req, err := http.NewRequest(http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Real-Ip", someAddress()) // each comes from elsewhere: joining is limited by address
	answer, err := m.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		body, _ := io.ReadAll(answer.Body)
		t.Fatalf("POST %s answers %d:\n%s", path, answer.StatusCode, body)
	}
	hub, _ := url.Parse(theHub(t).URL)
	for _, c := range m.client.Jar.Cookies(hub) {
		if c.Name == httpx.SessionCookie {
			m.session = c.Value
		}
	}
	if m.session == "" {
		t.Fatalf("POST %s opens no session", path)
	}
	m.csrf = find(t, csrfField, m.get(t, theHub(t).URL+"/"+string(m.locale)+"/challenges"))
}

// someAddress is an address of a network that is for documentation.
func someAddress() string { return fmt.Sprintf("198.51.100.%d", 1+rand.IntN(254)) }

func (m *member) get(t testing.TB, url string) string {
	t.Helper()
	answer, err := m.client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s answers %d, %v:\n%s", url, answer.StatusCode, err, body)
	}
	return string(body)
}

func find(t testing.TB, re *regexp.Regexp, in string) string {
	t.Helper()
	found := re.FindStringSubmatch(in)
	if found == nil {
		t.Fatalf("no %v in:\n%s", re, in)
	}
	return found[1]
}

// call calls the API as the member.
func call[T any](t testing.TB, m *member, method, path string, body any) T {
	t.Helper()
	var answer T
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, theHub(t).URL+"/api/v1"+path, bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if m.token != "" {
		req.Header.Set("Authorization", "Bearer "+m.token)
	} else {
		req.Header.Set("X-CSRF-Token", m.csrf)
	}
	res, err := m.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s answers %d, %v: %s", method, path, res.StatusCode, err, raw)
	}
	if err := json.Unmarshal(raw, &answer); err != nil && len(raw) > 0 {
		t.Fatalf("%s %s answers %s: %v", method, path, raw, err)
	}
	return answer
}

// thread is one that a test has started, with its page without the locale.
type thread struct {
	ID     int64
	PostID int64 `json:"post_id"`
	URL    string
	path   string
}

// in is the thread's page in that language.
func (th thread) in(l i18n.Locale) string { return "/" + string(l) + th.path }

// start starts a thread of the member's.
func (m *member) start(t testing.TB, title, body string) thread {
	t.Helper()
	th := call[thread](t, m, http.MethodPost, "/threads", map[string]any{"challenge": "digital-health", "kind": "discussion",
		"title": title, "body": body, "client_id": uuid.New()})
	u, err := url.Parse(th.URL)
	if err != nil {
		t.Fatal(err)
	}
	th.path = "/" + strings.SplitN(u.Path, "/", 3)[2]
	return th
}

// post is a post of a thread.
type post struct{ ID int64 }

func (m *member) reply(t testing.TB, th thread, body string) post {
	t.Helper()
	return call[post](t, m, http.MethodPost, fmt.Sprintf("/threads/%d/posts", th.ID), map[string]any{"body": body, "client_id": uuid.New()})
}

// say says something in a room.
func (m *member) say(t testing.TB, room int64, body string) int64 {
	t.Helper()
	return call[struct{ Seq int64 }](t, m, http.MethodPost, fmt.Sprintf("/rooms/%d/messages", room),
		map[string]any{"id": uuid.New(), "body": body}).Seq
}

// room is a room of the test's own.
type room struct {
	id   int64
	path string // without the locale
}

// newRoom opens a challenge with its room, so that tests do not hear each other.
func newRoom(t testing.TB) room {
	t.Helper()
	clara := admin(t)
	slug := "e2e-" + uuid.NewString()[:8]
	at := theHub(t).URL + "/en/admin/challenges/new"
	answer, err := clara.client.PostForm(at, url.Values{"_csrf": {clara.csrf}, "slug": {slug},
		"title_en": {"E2E " + slug}, "title_zh": {"端到端 " + slug}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		body, _ := io.ReadAll(answer.Body)
		t.Fatalf("POST /admin/challenges/new answers %d:\n%s", answer.StatusCode, body)
	}
	type item struct {
		Slug   string
		RoomID int64 `json:"room_id"`
	}
	for _, c := range call[struct{ Items []item }](t, clara, http.MethodGet, "/challenges", nil).Items {
		if c.Slug == slug {
			return room{id: c.RoomID, path: "/c/" + slug + "/room"}
		}
	}
	t.Fatalf("the challenge %s is not listed", slug)
	return room{}
}
