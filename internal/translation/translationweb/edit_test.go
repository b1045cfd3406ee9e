package translationweb_test

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
	"senet/internal/translation/glossary"
)

var visitor = apptest.Person{}

const source = "Please send your *heat index* series before Monday.\n\n> quoted by somebody\n\nWe count every false alarm, and we count it twice.\n"

// scene is a hub with a post in English and people who translate.
type scene struct {
	*apptest.Site
	anna, wang, li, mod apptest.Person
	started             forum.Started
	page, api           string // of the post's translation into Chinese
}

func newScene(t *testing.T) *scene {
	t.Helper()
	t.Parallel()
	s := &scene{Site: apptest.New(t, pgtest.Tx(t))}
	s.anna = s.Person("Anna Weber", account.RoleMember, i18n.En)
	s.wang = s.Person("Wang Min", account.RoleMember, i18n.Zh)
	s.li = s.Person("Li Yun", account.RoleMember, i18n.Zh)
	s.mod = s.Person("Mo Derator", account.RoleModerator, i18n.En)
	var err error
	s.started, err = s.Hub.Forum.StartThread(t.Context(), s.anna.Viewer, forum.ThreadForm{Challenge: s.Challenge, Kind: forum.Discussion,
		Title: "Heat warnings for older people", Body: source, Lang: "en", ClientID: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	s.page = fmt.Sprintf("/en/translate/post/%d/zh", s.started.PostID)
	s.api = fmt.Sprintf("/posts/%d/translations/zh", s.started.PostID)
	return s
}

// rows is the editor's form with a translation of each row.
func rows(version, revision int, texts ...string) url.Values {
	return url.Values{"source_version": {fmt.Sprint(version)}, "revision": {fmt.Sprint(revision)}, "row": texts}
}

const first, second = "请在周一前发来热指数数据。", "每次误报我们都计入，而且计两次。"

func (s *scene) written() apptest.Answer {
	s.T.Helper()
	return s.Visit(s.wang, s.page).Want(200)
}

type found struct {
	Text     string
	HTML     string
	Kind     string
	Stale    bool
	Revision int
	Author   *struct{ Name string }
	Reviewed *struct{ By string }
	Terms    []struct {
		Source, Target string
		Used           bool
	}
}

func (s *scene) found() (f found) {
	s.T.Helper()
	s.API(visitor, "GET", s.api, nil).Want(200).JSON(&f)
	return f
}

func TestEdit_rowByRow(t *testing.T) {
	s := newScene(t)
	if to := s.Visit(visitor, s.page).Want(303).Header.Get("Location"); to != "/en/sign-in?back="+url.QueryEscape(s.page) {
		t.Errorf("a visitor is led to %s", to)
	}
	page := s.written()
	if n := page.Find("textarea[name=row]").Length(); n != 2 {
		t.Fatalf("%d rows, want 2", n)
	}
	if got := page.Text(".bench-row.copied pre"); got != "> quoted by somebody" {
		t.Errorf("copied: %q", got)
	}
	for _, id := range []string{"row-1", "row-2"} {
		if page.Find("label[for="+id+"]").Length() != 1 || page.Find("#"+id+"-source").Length() != 1 {
			t.Errorf("%s has no label or no source", id)
		}
	}
	to := s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(303).Header.Get("Location")
	if to != fmt.Sprintf("/en/p/%d", s.started.PostID) {
		t.Errorf("after saving one is led to %s, want the text", to)
	}
	f := s.found()
	if want := first + "\n\n> quoted by somebody\n\n" + second; strings.TrimSpace(f.Text) != want || f.Kind != "human" || f.Author.Name != "Wang Min" {
		t.Errorf("saved %q, %s by %+v", f.Text, f.Kind, f.Author)
	}
	again := s.written()
	if got := again.Find("textarea[name=row]").Eq(1).Text(); strings.TrimSpace(got) != second {
		t.Errorf("the second row is filled with %q", got)
	}
	whole := s.Visit(s.wang, s.page+"?whole=1").Want(200)
	if whole.Find("textarea[name=text]").Length() != 1 || !strings.Contains(whole.Text("textarea[name=text]"), second) {
		t.Error("the text cannot be edited in one piece")
	}
}

func TestEdit_rowsLeftEmpty(t *testing.T) {
	s := newScene(t)
	empty := s.Submit(s.wang, s.page, rows(1, 0, " ", "")).Want(422)
	if empty.Text("[role=alert]") == "" || empty.Find("[name=row][aria-invalid]").Length() != 2 {
		t.Error("nothing says that the translation is empty")
	}
	if half := s.Submit(s.wang, s.page, rows(1, 0, "请发来。", "")).Want(422); strings.TrimSpace(half.Text("textarea")) != "请发来。" {
		t.Error("of a text that is mostly in the original, what was typed is lost")
	}
	s.Submit(s.wang, s.page, rows(1, 0, strings.Repeat(first, 3), "")).Want(303)
	if f := s.found(); !strings.HasSuffix(strings.TrimSpace(f.Text), "and we count it twice.") {
		t.Errorf("an empty row is to stay in the original: %q", f.Text)
	}
	if got := strings.TrimSpace(s.written().Find("textarea[name=row]").Eq(1).Text()); got != "" {
		t.Errorf("the row left in the original is filled with %q, want it empty again", got)
	}
}

func TestEdit_refused(t *testing.T) {
	s := newScene(t)
	same := s.Submit(s.wang, s.page, rows(1, 0, "Please send your series before the next Monday.", "And we count it twice every time.")).Want(422)
	if got := same.Find("textarea[name=row]").Eq(1).Text(); !strings.Contains(got, "every time") {
		t.Errorf("what was typed is lost: %q", got)
	}
	s.Submit(s.wang, s.page, rows(1, 0, "坏\xff字节", second)).Want(400)
	s.SubmitBare(s.wang, s.page, rows(1, 0, first, second)).Want(403)
	s.Submit(s.wang, s.page, rows(1, 0, first+"</textarea><script>alert(1)</script>")).Want(303)
	if f := s.found(); strings.Contains(f.HTML, "<script") {
		t.Errorf("the HTML holds a script: %s", f.HTML)
	}
	if page := s.written(); page.Find("form script").Length() != 0 || page.Find("textarea").Length() == 0 {
		t.Error("a translation breaks out of its field")
	}
	for _, bad := range []string{"/en/translate/post/999999/zh", "/en/translate/post/0/zh", "/en/translate/nothing/1/zh", "/en/translate/post/x/zh",
		fmt.Sprintf("/en/translate/post/%d/fr", s.started.PostID)} {
		s.Visit(s.wang, bad).Want(404)
		s.Submit(s.wang, bad, rows(1, 0, first)).Want(404)
	}
}

func TestEdit_preview(t *testing.T) {
	s := newScene(t)
	form := rows(1, 0, "请发来**热指数**。", second)
	form.Set("preview", "1")
	page := s.Submit(s.wang, s.page, form).Want(200)
	if page.Text(".preview strong") != "热指数" || !strings.Contains(page.Text("textarea"), second) {
		t.Error("no preview, or what was typed is lost")
	}
	s.API(visitor, "GET", s.api, nil).Want(404)
	var out struct {
		Used [][]bool
		HTML string
	}
	s.Submit(s.wang, s.page+"/check", rows(1, 0, first, "<img src=x onerror=alert(1)>")).Want(200).JSON(&out)
	if len(out.Used) != 2 || strings.Contains(out.HTML, "<img") {
		t.Errorf("check answers %+v", out)
	}
}

func TestEdit_sameLanguage(t *testing.T) {
	s := newScene(t)
	into := strings.TrimSuffix(s.page, "zh") + "en"
	page := s.Visit(s.wang, into).Want(200)
	if page.Find(fmt.Sprintf(`a[href="/en/p/%d"]`, s.started.PostID)).Length() != 1 || page.Find("textarea").Length() != 0 {
		t.Error("a text in that language already leads nowhere")
	}
	s.Submit(s.wang, into, rows(1, 0, "x")).Want(409)
	s.Visit(s.wang, into+"/history").Want(200)
	s.Submit(s.wang, into+"/request", nil).Want(409)
}

func TestEdit_meanwhile(t *testing.T) {
	s := newScene(t)
	s.Submit(s.li, s.page, rows(1, 0, "请周一之前发来。", second)).Want(303)
	page := s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(409)
	if got := page.Find("textarea[name=row]").First().Text(); strings.TrimSpace(got) != first {
		t.Errorf("what was typed is lost: %q", got)
	}
	if !strings.Contains(page.Text("#theirs"), "Li Yun") || !strings.Contains(page.Text(".theirs .prose"), "请周一之前发来") || page.Text(".theirs ins") == "" {
		t.Error("the page does not show what the other one saved")
	}
	revision, _ := page.Find("input[name=revision]").Attr("value")
	if revision != "1" {
		t.Fatalf("saving again would correct revision %s, want 1", revision)
	}
	s.Submit(s.wang, s.page, rows(1, 1, first, second)).Want(303)
	if f := s.found(); f.Revision != 2 || f.Author.Name != "Wang Min" {
		t.Errorf("saved again: %+v", f)
	}
}

func (s *scene) edit(body string) {
	s.T.Helper()
	err := s.Hub.Forum.Edit(s.T.Context(), s.anna.Viewer, forum.EditForm{Post: s.started.PostID, Body: body, Lang: "en", Version: 1})
	if err != nil {
		s.T.Fatal(err)
	}
}

func TestEdit_outdated(t *testing.T) {
	s := newScene(t)
	s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(303)
	s.edit(strings.Replace(source, "Monday", "Friday", 1))
	page := s.written()
	if del, ins := page.Text(".source-changed del"), page.Text(".source-changed ins"); del != "Monday" || ins != "Friday" {
		t.Errorf("the change of the source is shown as %q → %q", del, ins)
	}
	if n := page.Find(".source-text.diff").Length(); n != 1 || page.Find("[data-row]").First().Find(".source-text.diff").Length() != 1 {
		t.Errorf("%d rows are marked as changed, want the first", n)
	}
	if got := page.Find("textarea[name=row]").Eq(1).Text(); strings.TrimSpace(got) != second {
		t.Errorf("the unchanged row is filled with %q", got)
	}
	// Sent from a window opened before: its rows are those of the former source, and it is saved as outdated.
	s.Submit(s.wang, s.page, rows(1, 1, first+"好", second)).Want(303)
	if f := s.found(); !f.Stale || !strings.HasPrefix(f.Text, first+"好\n\n> quoted") {
		t.Errorf("saved from an old window: stale %v, %q", f.Stale, f.Text)
	}
	s.Submit(s.wang, s.page, rows(2, 2, strings.Replace(first, "周一", "周五", 1), second)).Want(303)
	if f := s.found(); f.Stale {
		t.Error("brought up to date, it is still outdated")
	}
}

func TestEdit_paragraphAdded(t *testing.T) {
	s := newScene(t)
	s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(303)
	s.edit("A new beginning was put before it.\n\n" + source)
	var got []string
	page := s.written()
	for i := range 3 {
		got = append(got, strings.TrimSpace(page.Find("textarea[name=row]").Eq(i).Text()))
	}
	if want := []string{"", first, second}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestEdit_reviewed(t *testing.T) {
	s := newScene(t)
	form := rows(1, 0, first, second)
	form.Set("reviewed", "1")
	s.Submit(s.mod, s.page, form).Want(303)
	if f := s.found(); f.Reviewed == nil || f.Reviewed.By != "Mo Derator" {
		t.Fatalf("not reviewed: %+v", f)
	}
	page := s.written()
	if page.Find("textarea:not([readonly])").Length() != 0 || page.Find("button.primary").Length() != 0 {
		t.Error("a member is offered to change what was reviewed")
	}
	refused := s.Submit(s.wang, s.page, rows(1, 1, first+"改", second)).Want(403)
	if !strings.Contains(refused.Text("textarea"), first+"改") {
		t.Error("what was typed is lost")
	}
	s.Submit(s.mod, s.page, rows(1, 1, first+"改", second)).Want(303)
	s.Submit(s.wang, s.page, rows(1, 2, first, second)).Want(303) // it is not reviewed any more
}

func TestEdit_title(t *testing.T) {
	s := newScene(t)
	page := fmt.Sprintf("/zh/translate/thread/%d/zh", s.started.ID)
	if s.Visit(s.wang, page).Want(200).Find("input[name=row]").Length() != 1 {
		t.Error("a title is not one line")
	}
	to := s.Submit(s.wang, page, rows(1, 0, "老年人高温预警")).Want(303).Header.Get("Location")
	if got := s.Visit(visitor, to).Want(200).Text("h1 .translated"); got != "老年人高温预警" {
		t.Errorf("h1 = %q", got)
	}
}

func TestEdit_terms(t *testing.T) {
	s := newScene(t)
	s.term("false alarm", "误报")
	s.term("heat index", "热指数")
	page := s.written()
	if got := page.Text("mark.glossed"); got != "heat indexfalse alarm" {
		t.Errorf("marked: %q", got)
	}
	if title, _ := page.Find("mark.glossed").First().Attr("title"); !strings.Contains(title, "热指数") {
		t.Errorf("the mark says %q", title)
	}
	form := rows(1, 0, "请发来体感温度数据。", second)
	form.Set("preview", "1")
	checked := s.Submit(s.wang, s.page, form).Want(200)
	if used, all := checked.Find("[data-term].used").Length(), checked.Find("[data-term]").Length(); used != 1 || all != 2 {
		t.Errorf("%d of %d terms are used, want 1 of 2", used, all)
	}
	s.Submit(s.wang, s.page, rows(1, 0, "请发来体感温度数据。", second)).Want(303) // terms are advice
	f := s.found()
	if len(f.Terms) != 2 || f.Terms[0].Used || !f.Terms[1].Used || f.Terms[0].Target != "热指数" {
		t.Errorf("the API tells of terms: %+v", f.Terms)
	}
}

func TestEdit_memory(t *testing.T) {
	s := newScene(t)
	form := rows(1, 0, first, second)
	form.Set("reviewed", "1")
	s.Submit(s.mod, s.page, form).Want(303)
	other, err := s.Hub.Forum.Reply(t.Context(), s.anna.Viewer, forum.ReplyForm{Thread: s.started.ID, Lang: "en", ClientID: uuid.New(),
		Body: "We count every false alarm, and we count it three times."})
	if err != nil {
		t.Fatal(err)
	}
	page := s.Visit(s.wang, fmt.Sprintf("/zh/translate/post/%d/zh", other)).Want(200)
	if got := page.Text(".match-target [lang]"); got != second {
		t.Fatalf("the memory suggests %q", got)
	}
	if into, _ := page.Find(".match [data-insert]").Attr("data-insert"); into != second || page.Text(".match del") == "" {
		t.Errorf("taking over puts in %q; differences %q", into, page.Text(".match .diff"))
	}
}

func TestTexts(t *testing.T) {
	s := newScene(t)
	original := s.Visit(visitor, "/en/texts?show=original&back="+url.QueryEscape("/en/t/1?after=30")).Want(303)
	if original.Header.Get("Location") != "/en/t/1?after=30" || !strings.HasPrefix(original.Header.Get("Set-Cookie"), "senet_texts=original;") {
		t.Errorf("leads to %s with %s", original.Header.Get("Location"), original.Header.Get("Set-Cookie"))
	}
	if back := s.Visit(visitor, "/zh/texts?show=translation&back=/zh").Want(303).Header.Get("Set-Cookie"); !strings.Contains(back, "senet_texts=;") {
		t.Errorf("translations again: %s", back)
	}
	for _, bad := range []string{"//evil.example", "https://evil.example", "/\\evil.example", ""} {
		if to := s.Visit(visitor, "/en/texts?show=original&back="+url.QueryEscape(bad)).Want(303).Header.Get("Location"); to != "/en" {
			t.Errorf("back=%q leads to %s", bad, to)
		}
	}
	req := httptest.NewRequest(http.MethodGet, "/en"+s.started.Path(), nil)
	req.AddCookie(&http.Cookie{Name: "senet_texts", Value: "original"})
	if s.Send(visitor, req).Want(200).Find("html[data-texts=original]").Length() != 1 {
		t.Error("the page does not follow the cookie")
	}
}

func (s *scene) term(en, zh string) {
	s.T.Helper()
	admin := account.Viewer{ID: s.mod.ID, Role: account.RoleAdmin}
	if _, err := s.Hub.Glossary.Save(s.T.Context(), admin, glossary.Form{Texts: map[string]string{"en": en, "zh": zh}}); err != nil {
		s.T.Fatal(err)
	}
}
