// Package apptest gives tests the whole hub over a test database, and people to use it with: requests go through
// the real middleware, forms carry real tokens, sessions are real sessions.
package apptest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app"
	"senet/internal/forum"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/mail/transport"
	"senet/internal/pg"
	"senet/internal/translation/engine"
)

// Site is a hub. Challenge is the slug of its one challenge.
type Site struct {
	T         testing.TB
	Hub       *app.Hub
	Store     *pg.Store
	Challenge string

	mail string // the directory of its letters
}

// Person is a member who is signed in. The zero Person is a visitor.
type Person struct {
	account.Viewer
	Token string // of the session
}

// New builds a hub over db (pgtest.Tx, or pgtest.DB where commits matter) with one challenge, "amr". Engines, at most
// one, are those of machine translation; without them there are none.
func New(t testing.TB, db pg.DB, engines ...engine.Settings) *Site {
	t.Helper()
	store := pg.NewStore(db)
	base, _ := url.Parse("http://hub.test")
	dir := t.TempDir()
	o := app.Options{BaseURL: base, Mail: app.Mail{Transport: transport.NewFiles(dir)}, Log: slog.New(slog.DiscardHandler)}
	if len(engines) > 0 {
		o.Engines = engines[0]
	}
	hub, err := app.Build(app.Given(store), o)
	if err != nil {
		t.Fatal(err)
	}
	// Members of tests are new, and their texts the same again and again: that is no flood.
	if _, err := store.Exec(t.Context(), `update moderation_policy set hold_first = 'none', hold_same = false, join_seconds = 0,
		new_posts = 0, regular_posts = 0, new_linked = 0, regular_linked = 0`); err != nil {
		t.Fatal(err)
	}
	s := &Site{T: t, Hub: hub, Store: store, Challenge: "amr", mail: dir}
	err = store.InTx(t.Context(), func(tx *pg.Tx) error {
		admin := account.Viewer{ID: 1, Role: account.RoleAdmin}
		_, err := hub.Forum.SaveChallenge(t.Context(), tx, admin, forum.ChallengeForm{Slug: s.Challenge,
			Title:   i18n.Text{En: "Antimicrobial resistance", Zh: "抗微生物药物耐药性"},
			Summary: i18n.Text{En: "Resistance and what to do about it.", Zh: "耐药问题及其对策。"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const insertPerson = `
insert into members (name, handle, handle_key, role, region, locale) values ($1, $2, $2, $3, 'cn', $4) returning id`

const insertSession = `
insert into sessions (token_hash, member_id, expires_at) values (sha256($1), $2, now() + interval '1 hour')`

// Person makes a member of that name and role and signs them in.
func (s *Site) Person(name string, role account.Role, l i18n.Locale) Person {
	s.T.Helper()
	secret := make([]byte, 32)
	rand.Read(secret)
	p := Person{Viewer: account.Visitor(), Token: base64.RawURLEncoding.EncodeToString(secret)}
	p.Name, p.Role, p.Locale = name, role, l
	handle := strings.ToLower(strings.ReplaceAll(name, " ", ""))
	if err := s.Store.QueryRow(s.T.Context(), insertPerson, name, handle, role, l).Scan(&p.ID); err != nil {
		s.T.Fatalf("make member %s: %v", name, err)
	}
	if _, err := s.Store.Exec(s.T.Context(), insertSession, secret, p.ID); err != nil {
		s.T.Fatalf("sign %s in: %v", name, err)
	}
	return p
}

// Thread starts a thread of by's with as many replies.
func (s *Site) Thread(by Person, title string, replies int) forum.Started {
	s.T.Helper()
	st, err := s.Hub.Forum.StartThread(s.T.Context(), by.Viewer, forum.ThreadForm{Challenge: s.Challenge, Kind: forum.Discussion,
		Title: title, Body: "Opening of " + title, ClientID: uuid.New()})
	if err != nil {
		s.T.Fatalf("start thread: %v", err)
	}
	for i := range replies {
		_, err := s.Hub.Forum.Reply(s.T.Context(), by.Viewer, forum.ReplyForm{Thread: st.ID, Body: fmt.Sprintf("Reply %d to %s", i+1, title), ClientID: uuid.New()})
		if err != nil {
			s.T.Fatalf("reply: %v", err)
		}
	}
	return st
}

// Visit opens a page.
func (s *Site) Visit(p Person, path string) Answer {
	s.T.Helper()
	return s.Send(p, httptest.NewRequest(http.MethodGet, path, nil))
}

// Submit sends a form as a browser would: with the token of the member's session.
func (s *Site) Submit(p Person, path string, form url.Values) Answer {
	s.T.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("_csrf", httpx.CSRFToken(p.Token))
	return s.SubmitBare(p, path, form)
}

// SubmitBare sends a form as it is.
func (s *Site) SubmitBare(p Person, path string, form url.Values) Answer {
	s.T.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.Send(p, req)
}

// API sends JSON as the member's own pages do; body nil sends none.
func (s *Site) API(p Person, method, path string, body any) Answer {
	s.T.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.T.Fatal(err)
		}
		r = strings.NewReader(string(b))
	}
	req := httptest.NewRequest(method, "/api/v1"+path, r)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF-Token", httpx.CSRFToken(p.Token))
	return s.Send(p, req)
}

// Send sends any request, signed in as p.
func (s *Site) Send(p Person, req *http.Request) Answer {
	s.T.Helper()
	if p.Token != "" {
		req.AddCookie(&http.Cookie{Name: httpx.SessionCookie, Value: p.Token})
	}
	res, err := s.Hub.App().Test(req, -1)
	if err != nil {
		s.T.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return Answer{t: s.T, Status: res.StatusCode, Header: res.Header, Body: string(body)}
}

// Exec changes something behind the hub's back.
func (s *Site) Exec(sql string, args ...any) {
	s.T.Helper()
	if _, err := s.Store.Exec(s.T.Context(), sql, args...); err != nil {
		s.T.Fatalf("%s: %v", sql, err)
	}
}

// Touch tells the hub that a person was changed behind its back.
func (s *Site) Touch(subjects ...string) { s.Store.Changes.Touch(subjects...) }

// Answer is what the hub said.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

// Want fails the test unless the status is that.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %.800s", a.Status, status, a.Body)
	}
	return a
}

// Find selects from the page.
func (a Answer) Find(selector string) *goquery.Selection {
	a.t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatal(err)
	}
	return d.Find(selector)
}

// Text is what stands at a selector, spaces folded.
func (a Answer) Text(selector string) string {
	a.t.Helper()
	return strings.Join(strings.Fields(a.Find(selector).Text()), " ")
}

// JSON reads the body into v.
func (a Answer) JSON(v any) Answer {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		a.t.Fatalf("%v in %.400s", err, a.Body)
	}
	return a
}
