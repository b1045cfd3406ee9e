package translation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/engine/enginetest"
)

// site is a hub with an engine, an author who writes in English, a Chinese member who translates, and a moderator.
type site struct {
	*apptest.Site
	engine        *enginetest.Server
	anna, li, mod apptest.Person
}

var visitor apptest.Person

// libre are the settings of one engine.
func libre(s *enginetest.Server) engine.Settings {
	return engine.Settings{Order: []string{engine.NameLibre}, LibreTranslateURL: s.URL, LibreTranslateKey: s.Key, Rate: 1000}
}

func newSite(t *testing.T, db pg.DB, engines ...*enginetest.Server) *site {
	t.Helper()
	s := &site{}
	var settings []engine.Settings
	if len(engines) > 0 {
		s.engine = engines[0]
		settings = append(settings, libre(s.engine))
	}
	s.Site = apptest.New(t, db, settings...)
	s.anna = s.Person("Anna Weber", account.RoleMember, i18n.En)
	s.li = s.Person("Li Yunlong", account.RoleMember, i18n.Zh)
	s.mod = s.Person("Marta Ruiz", account.RoleModerator, i18n.En)
	return s
}

// post replies to a thread of its own and names the post.
func (s *site) post(by apptest.Person, body, lang string) translation.Subject {
	s.T.Helper()
	st := s.Thread(by, "A thread about "+uuid.NewString()[:8], 0)
	return s.reply(by, st.ID, body, lang)
}

func (s *site) reply(by apptest.Person, thread forum.ThreadID, body, lang string) translation.Subject {
	s.T.Helper()
	id, err := s.Hub.Forum.Reply(s.T.Context(), by.Viewer, forum.ReplyForm{Thread: thread, Body: body, Lang: lang, ClientID: uuid.New()})
	if err != nil {
		s.T.Fatalf("reply: %v", err)
	}
	return translation.Subject{Kind: translation.Post, ID: int64(id)}
}

func (s *site) edit(by apptest.Person, sub translation.Subject, body string) {
	s.T.Helper()
	if err := s.Hub.Forum.Edit(s.T.Context(), by.Viewer, forum.EditForm{Post: forum.PostID(sub.ID), Body: body}); err != nil {
		s.T.Fatalf("edit: %v", err)
	}
}

// work does the job of translating a text.
func (s *site) work(sub translation.Subject, l i18n.Locale) {
	s.T.Helper()
	if err := s.Hub.Translation.Work(s.T.Context(), translation.Task{Subject: sub, Locale: l}); err != nil {
		s.T.Fatalf("translate %s: %v", sub, err)
	}
}

// write has somebody translate a text.
func (s *site) write(by apptest.Person, sub translation.Subject, l i18n.Locale, text string) translation.Translation {
	s.T.Helper()
	t, err := s.Hub.Translation.Write(s.T.Context(), by.Viewer, sub, l, translation.Form{Text: text, Revision: -1})
	if err != nil {
		s.T.Fatalf("translate %s: %v", sub, err)
	}
	return t
}

// shown is what the API says that a reader of that locale sees of a post.
func (s *site) shown(sub translation.Subject, l i18n.Locale) translation.Shown {
	s.T.Helper()
	var p struct{ Content translation.Shown }
	s.API(visitor, "GET", fmt.Sprintf("/posts/%d?locale=%s", sub.ID, l), nil).Want(200).JSON(&p)
	return p.Content
}

const waitingJobs = `
	select count(*), coalesce(extract(epoch from max(scheduled_at) - now()), 0) from river_job
	where kind = 'translate' and args ->> 'kind' = $1 and (args ->> 'id')::bigint = $2 and args ->> 'locale' = $3
		and state in ('available', 'scheduled', 'retryable')`

// waiting is how many jobs there are for a text, and in how many seconds the last one may begin.
func (s *site) waiting(sub translation.Subject, l i18n.Locale) (n int, in float64) {
	s.T.Helper()
	if err := s.Store.QueryRow(s.T.Context(), waitingJobs, string(sub.Kind), sub.ID, string(l)).Scan(&n, &in); err != nil {
		s.T.Fatal(err)
	}
	return n, in
}

// plain is the text of HTML, spaces folded.
func plain(html string) string {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		return html
	}
	return strings.Join(strings.Fields(doc.Text()), " ")
}
