package translationweb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/valyala/fasthttp"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/engine/enginetest"
)

// send uploads a file as a browser would.
func send(s *apptest.Site, p apptest.Person, path, name, content string) apptest.Answer {
	s.T.Helper()
	return s.Send(apptest.Person{}, upload(s.T, p, path, name, content))
}

func upload(t testing.TB, p apptest.Person, path, name, content string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("_csrf", httpx.CSRFToken(p.Token))
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	if p.Token != "" {
		req.AddCookie(&http.Cookie{Name: httpx.SessionCookie, Value: p.Token})
	}
	return req
}

func count(s *apptest.Site, query string) (n int) {
	s.T.Helper()
	if err := s.Store.QueryRow(context.Background(), query).Scan(&n); err != nil {
		s.T.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestOverview_noEngine(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	s.Thread(admin, "How to share data", 1)
	a := s.Visit(admin, "/en/admin/translation").Want(200)
	if got := a.Text(".notice.attention"); !strings.Contains(got, "No engine is set") || !strings.Contains(got, "SENET_TRANSLATOR_DEEPL_KEY") {
		t.Errorf("without engines the page says %q", got)
	}
	if got := a.Text("#backfill"); !strings.Contains(got, "3 texts have no translation") || !strings.Contains(got, "Nothing can translate them") {
		t.Errorf("of older texts the page says %q", got)
	}
	if got := s.Visit(admin, "/zh/admin/translation").Want(200).Text(".notice.attention"); !strings.Contains(got, "未设置翻译引擎") {
		t.Errorf("in Chinese the page says %q", got)
	}
	s.Submit(admin, "/en/admin/translation/backfills", url.Values{"locale": {"zh"}}).Want(409)
}

func TestOverview_engines(t *testing.T) {
	t.Parallel()
	deepl, libre := enginetest.DeepL(t), enginetest.Libre(t)
	s := apptest.New(t, pgtest.Tx(t), engine.Settings{Order: []string{"deepl", "libretranslate"}, Inside: []string{"libretranslate"},
		DeepLKey: deepl.Key, DeepLURL: deepl.URL, LibreTranslateURL: libre.URL, LibreTranslateKey: libre.Key, Budget: 100_000})
	admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	st := s.Thread(admin, "How to share data", 0)
	task := translation.Task{Subject: translation.Subject{Kind: translation.Post, ID: int64(st.PostID)}, Locale: i18n.Zh}
	if err := s.Hub.Translation.Work(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, text := range deepl.Texts() {
		sent += len([]rune(text))
	}
	if sent == 0 || len(libre.Texts()) > 0 {
		t.Fatalf("%d characters went to the first engine, %d texts to the second", sent, len(libre.Texts()))
	}
	page := s.Visit(admin, "/en/admin/translation").Want(200)
	rows := page.Find("#engines ~ ol > li")
	if rows.Length() != 2 {
		t.Fatalf("%d engines, want 2", rows.Length())
	}
	left := fmt.Sprintf("%d,%03d of 100,000 characters are left", (100_000-sent)/1000, (100_000-sent)%1000)
	if got := rows.Eq(0).Text(); !strings.Contains(got, "DeepL") || !strings.Contains(got, "Outside the house") || !strings.Contains(got, left) {
		t.Errorf("the first engine says %q, want %q in it", got, left)
	}
	if got := rows.Eq(1).Text(); !strings.Contains(got, "LibreTranslate") || !strings.Contains(got, "Inside the house") || !strings.Contains(got, "Working") {
		t.Errorf("the second engine says %q", got)
	}
	if got := page.Text("table[aria-labelledby=costs] tbody tr:nth-child(2)"); got != fmt.Sprintf("DeepL %d110", sent) {
		t.Errorf("its costs are %q, want %d characters, a sentence, a call and no failure", got, sent)
	}
	if got := page.Text("table[aria-labelledby=shares] tbody tr:last-child"); got != "Engines 100% 100%" {
		t.Errorf("sentences come from %q", got)
	}

	deepl.FailAlways(enginetest.AuthFailed())
	libre.FailAlways(enginetest.AuthFailed())
	s.Store.Exec(t.Context(), `delete from translations`)
	for range 5 {
		_ = s.Hub.Translation.Work(t.Context(), task)
	}
	rows = s.Visit(admin, "/zh/admin/translation").Want(200).Find("#engines ~ ol > li")
	if got := rows.Eq(0).Text(); !strings.Contains(got, "暂停中") || !strings.Contains(got, "拒绝了请求") {
		t.Errorf("an engine that is down says %q", got)
	}
}

func TestBackfill(t *testing.T) {
	t.Parallel()
	libre := enginetest.Libre(t)
	s := apptest.New(t, pgtest.Tx(t), engine.Settings{Order: []string{"libretranslate"}, LibreTranslateURL: libre.URL, LibreTranslateKey: libre.Key})
	admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	s.Thread(admin, "How to share data", 3)
	s.Submit(admin, "/en/admin/translation/backfills", url.Values{"locale": {"zh"}}).Want(303)
	s.Submit(admin, "/en/admin/translation/backfills", url.Values{"locale": {"zh"}}).Want(409)
	s.Submit(admin, "/en/admin/translation/backfills", url.Values{"locale": {"xx"}}).Want(404)
	page := s.Visit(admin, "/en/admin/translation").Want(200)
	part := page.Find("[data-renew]")
	if got := part.Find("progress").AttrOr("max", ""); got != "5" {
		t.Errorf("the bar ends at %q, want 5: a title and four posts", got)
	}
	renew := part.AttrOr("data-renew", "")
	if got := s.Visit(admin, renew).Want(200).Text("[data-renew]"); !strings.Contains(got, "0 of 5 taken up") || !strings.Contains(got, "Clara Dubois") {
		t.Errorf("the part that is renewed says %q", got)
	}
	stop := page.Find("form[action$='/stop']").AttrOr("action", "")
	s.Submit(admin, stop, nil).Want(303)
	s.Submit(admin, stop, nil).Want(409)
	s.Visit(admin, renew).Want(204)
	s.Visit(admin, "/en/admin/translation/backfills/999999").Want(404)
	if got := s.Visit(admin, "/zh/admin/translation").Want(200).Text("#backfill details li"); !strings.Contains(got, "后停止") {
		t.Errorf("the one that was stopped is told as %q", got)
	}
}

func TestGlossary_addChangeDeleteRestore(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin, mod, member := s.Person("Clara Dubois", account.RoleAdmin, i18n.En), s.Person("Anna Weber", account.RoleModerator, i18n.En), s.Person("Wang Min", account.RoleMember, i18n.Zh)
	visitor := apptest.Person{}
	s.Submit(member, "/en/glossary/new", url.Values{"en": {"sepsis"}, "zh": {"脓毒症"}}).Want(403)
	s.Submit(admin, "/en/glossary/new", url.Values{"en": {"sepsis"}}).Want(422)
	a := s.Submit(admin, "/zh/glossary/new", url.Values{"en": {"sepsis"}, "note": {"不是败血症"}, "challenge": {"amr"}}).Want(422)
	if a.Text("#zh-error") == "" || a.Find("#en").AttrOr("value", "") != "sepsis" || a.Text("#note") != "不是败血症" || a.Find("#challenge [selected]").AttrOr("value", "") != "amr" {
		t.Errorf("what was typed is lost, or the fault: %s", a.Text("form.form"))
	}
	s.Submit(admin, "/en/glossary/new", url.Values{"en": {"sepsis"}, "zh": {"脓毒症"}, "challenge": {"nowhere"}}).Want(422)
	s.Submit(admin, "/en/glossary/new", url.Values{"en": {"sepsis"}, "zh": {"脓毒症"}, "note": {"Not 败血症."}, "challenge": {"amr"}}).Want(303)
	s.Submit(admin, "/en/glossary/new", url.Values{"en": {"health"}, "zh": {"健康"}}).Want(303)

	for path, want := range map[string]int{"": 2, "?q=SEPS": 1, "?q=健": 1, "?challenge=amr": 1, "?challenge=everywhere": 1, "?challenge=none": 2, "?q=%25": 0, "?deleted=1": 2} {
		if got := s.Visit(visitor, "/en/glossary"+path).Want(200).Find(".term").Length(); got != want {
			t.Errorf("%q lists %d terms, want %d", path, got, want)
		}
	}
	row := s.Visit(visitor, "/zh/glossary?q=sepsis").Want(200)
	if got := row.Text(".term-text:first-child [lang=zh-Hans]:last-child"); got != "脓毒症" {
		t.Errorf("a Chinese reader sees %q first", got)
	}
	if got := row.Text(".term"); !strings.Contains(got, "抗微生物药物耐药性") || !strings.Contains(got, "Not 败血症.") {
		t.Errorf("the term says %q", got)
	}
	if row.Find(".term form, .term a[href*='/glossary/']").Length() > 0 {
		t.Error("a visitor is offered to change the term")
	}

	edit := s.Visit(admin, "/en/glossary?q=sepsis").Find(".term a[href*='/en/glossary/']").First().AttrOr("href", "")
	s.Visit(admin, edit).Want(200)
	s.Submit(admin, edit, url.Values{"en": {"sepsis"}, "zh": {"脓毒血症"}}).Want(303)
	s.Submit(admin, edit+"/delete", nil).Want(303)
	s.Visit(admin, edit).Want(409)
	if got := s.Visit(visitor, "/en/glossary").Find(".term").Length(); got != 1 {
		t.Errorf("%d terms are left, want 1", got)
	}
	if got := s.Visit(admin, "/en/glossary?deleted=1").Find(".term form[action$='/restore']").Length(); got != 1 {
		t.Errorf("%d deleted terms can be restored, want 1", got)
	}
	s.Submit(admin, edit+"/restore", nil).Want(303)

	s.Visit(member, edit+"/changes").Want(403)
	changes := s.Visit(mod, strings.Replace(edit, "/en/", "/zh/", 1)+"/changes").Want(200)
	if got := changes.Text(".rows > li:first-child"); !strings.Contains(got, "Clara Dubois恢复了术语") {
		t.Errorf("the newest change is %q", got)
	}
	if got := changes.Text(".rows > li:nth-child(3)"); !strings.Contains(got, "修改前") || !strings.Contains(got, "脓毒症") || !strings.Contains(got, "脓毒血症") {
		t.Errorf("the change is told as %q", got)
	}
	if got := s.Visit(mod, "/en/glossary/changes").Want(200).Find(".rows > li").Length(); got != 5 {
		t.Errorf("%d changes of all terms, want 5", got)
	}
	s.Visit(mod, "/en/glossary/999999/changes").Want(404)
}

func TestGlossary_sortedForTheReader(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	send(s, admin, "/en/glossary/import", "terms.csv", "en,zh\nzoonosis,埃博拉\nageing,衰老\nÉtude,病毒\n").Want(303)
	for path, want := range map[string][]string{"/en/glossary": {"ageing", "Étude", "zoonosis"}, "/zh/glossary": {"埃博拉", "病毒", "衰老"}} {
		got := s.Visit(apptest.Person{}, path).Find(".term-text:first-child [lang]:last-child").Map(func(_ int, n *goquery.Selection) string { return n.Text() })
		if !slices.Equal(got, want) {
			t.Errorf("%s is in the order %v, want %v", path, got, want)
		}
	}
}

func TestGlossary_pages(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin := s.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	csv := "en,zh\n"
	for i := range 60 {
		csv += fmt.Sprintf("term %d,术语%d\n", i, i)
	}
	send(s, admin, "/en/glossary/import", "terms.csv", csv).Want(303)
	seen := map[string]bool{}
	path := "/en/glossary"
	for range 2 {
		a := s.Visit(apptest.Person{}, path).Want(200)
		for _, text := range strings.Split(a.Find(".term-text:first-child").Text(), "English") {
			seen[strings.TrimSpace(text)] = true
		}
		path = a.Find(".pager [rel=next]").AttrOr("href", "")
	}
	if len(seen) != 61 || path != "" { // and "" before the first
		t.Errorf("%d terms on two pages, and then %q", len(seen)-1, path)
	}
}

func TestGlossary_importAndExport(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin, member := s.Person("Clara Dubois", account.RoleAdmin, i18n.En), s.Person("Wang Min", account.RoleMember, i18n.Zh)
	send(s, member, "/en/glossary/import", "terms.csv", "en,zh\na,b\n").Want(403)
	for _, c := range []struct{ path, name, content, want string }{
		{"/en/glossary/import", "", "", "Choose a file first."},
		{"/zh/glossary/import", "", "", "请先选择文件。"},
		{"/en/glossary/import", "terms.docx", "x", "A glossary is a CSV or a TBX file."},
		{"/en/glossary/import", "terms.csv", "en,zh\nsepsis,脓毒症\n\"fever,发热\n", "Line 3:"},
		{"/zh/glossary/import", "terms.csv", "en,zh\nsepsis,脓毒症\n\"fever,发热\n", "第3行："},
		{"/zh/glossary/import", "terms.tbx", "<tmx/>", "第1行：这不是TBX文件。"},
		{"/en/glossary/import", "terms.tbx", "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]><tbx/>", "Line 2:"},
		{"/en/glossary/import", "terms.csv", "en,zh,challenge\nsepsis,脓毒症,nowhere\n", "Line 2: there is no health challenge with the address “nowhere”."},
	} {
		if got := send(s, admin, c.path, c.name, c.content).Want(422).Text("[role=alert]"); !strings.Contains(got, c.want) {
			t.Errorf("%s %q: %q, want %q in it", c.path, c.name, got, c.want)
		}
	}
	if n := count(s, `select count(*) from terms`); n != 0 {
		t.Fatalf("broken files left %d terms", n)
	}

	const good = "en,zh,note,challenge\nsepsis,脓毒症,,amr\nfever,发热,Not 发烧.,\nonly English,,,\n"
	to := send(s, admin, "/en/glossary/import", "TERMS.CSV", good).Want(303).Header.Get("Location")
	if got := s.Visit(admin, to).Want(200).Text(".notice.done"); !strings.Contains(got, "3 entries") || !strings.Contains(got, "2 are new") || !strings.Contains(got, "1 was left out") {
		t.Errorf("the report says %q", got)
	}
	to = send(s, admin, "/zh/glossary/import", "terms.csv", good).Want(303).Header.Get("Location")
	if got := s.Visit(admin, to).Want(200).Text(".notice.done"); !strings.Contains(got, "新增0个") || !strings.Contains(got, "2个已存在") {
		t.Errorf("the second report says %q", got)
	}

	if a := s.Visit(apptest.Person{}, "/en/glossary/export.csv"); a.Status != 303 {
		t.Errorf("a visitor's download: status %d, want to signing in", a.Status)
	}
	a := s.Visit(member, "/en/glossary/export.csv").Want(200)
	if got := a.Header.Get("Content-Disposition"); !strings.Contains(got, `attachment; filename="senet-glossary.csv"`) {
		t.Errorf("the download is named %q", got)
	}
	if got := a.Header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("the download is %q", got)
	}
	tbx := s.Visit(member, "/en/glossary/export.tbx").Want(200).Body
	for name, text := range map[string]string{"x.csv": a.Body, "x.tbx": tbx} {
		if !strings.Contains(text, "脓毒症") || !strings.Contains(text, "Not 发烧.") {
			t.Errorf("%s holds %.300s", name, text)
		}
		to := send(s, admin, "/en/glossary/import", name, text).Want(303).Header.Get("Location")
		if got := s.Visit(admin, to).Text(".notice.done"); !strings.Contains(got, "2 were there already") {
			t.Errorf("%s, sent back: %q", name, got)
		}
	}
}

const tmx = `<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" srclang="en" datatype="plaintext"/>
<body>
<tu tuid="1"><prop type="source">Handbook</prop><tuv xml:lang="en"><seg>Wash your hands.</seg></tuv><tuv xml:lang="zh-CN"><seg>请洗手。</seg></tuv></tu>
<tu tuid="2"><tuv xml:lang="en"><seg>Keep your distance.</seg></tuv><tuv xml:lang="zh"><seg>请保持距离。</seg></tuv></tu>
</body></tmx>`

func TestMemory(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin, mod := s.Person("Clara Dubois", account.RoleAdmin, i18n.En), s.Person("Anna Weber", account.RoleModerator, i18n.En)
	s.Visit(mod, "/en/admin/memory").Want(403)
	for path, want := range map[string]string{"/en/admin/memory/import": "Line 4", "/zh/admin/memory/import": "第4行"} {
		broken := strings.Replace(tmx, "<seg>Wash", "<seg>&nope;Wash", 1)
		if got := send(s, admin, path, "x.tmx", broken).Want(422).Text("[role=alert]"); !strings.Contains(got, want) {
			t.Errorf("a broken file: %q, want %q in it", got, want)
		}
	}
	if n := count(s, `select count(*) from memory_units`); n != 0 {
		t.Fatalf("a broken file left %d units", n)
	}
	to := send(s, admin, "/en/admin/memory/import", "x.tmx", tmx).Want(303).Header.Get("Location")
	if got := s.Visit(admin, to).Want(200).Text(".notice.done"); !strings.Contains(got, "2 are new") {
		t.Errorf("the report says %q", got)
	}

	st := s.Thread(admin, "How to share data", 0)
	text := translation.Subject{Kind: translation.Post, ID: int64(st.PostID)}
	_, err := s.Hub.Translation.Write(t.Context(), mod.Viewer, text, i18n.Zh, translation.Form{Text: "《如何共享数据》的开头", Reviewed: true})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"": 3, "?q=hands": 1, "?q=洗手": 1, "?origin=import": 2, "?origin=reviewed": 1, "?q=nobody": 0} {
		if got := s.Visit(admin, "/en/admin/memory"+path).Want(200).Find(".units > li").Length(); got != want {
			t.Errorf("%q lists %d pairs, want %d", path, got, want)
		}
	}
	reviewed := s.Visit(admin, "/zh/admin/memory?origin=reviewed")
	if got := reviewed.Find(fmt.Sprintf(".units a[href='/zh/p/%d']", st.PostID)).Text(); got != "来自已审校的译文" {
		t.Errorf("the pair of a reviewed translation leads nowhere: %s", reviewed.Text(".units"))
	}
	if got := s.Visit(admin, "/en/admin/memory?q=hands").Text(".units > li"); !strings.Contains(got, "Imported") || !strings.Contains(got, "Handbook") {
		t.Errorf("an imported pair says %q", got)
	}

	edit := s.Visit(admin, "/en/admin/memory?q=hands").Find(".units a[href^='/en/admin/memory/']").First().AttrOr("href", "")
	s.Visit(admin, edit).Want(200)
	if a := s.Submit(admin, edit, url.Values{"en": {"Wash your hands well."}, "zh": {" "}}).Want(422); a.Text("#zh-error") == "" || a.Text("#en") != "Wash your hands well." {
		t.Errorf("what was typed is lost, or the fault: %s", a.Text("form.stack"))
	}
	s.Submit(admin, edit, url.Values{"en": {"Wash your hands well."}, "zh": {"请认真洗手。"}}).Want(303)
	if got := s.Visit(admin, "/en/admin/memory?q=认真").Find(".units > li").Length(); got != 1 {
		t.Error("the change is not there")
	}
	out := s.Visit(admin, "/en/admin/memory/export.tmx").Want(200)
	if !strings.Contains(out.Body, "请认真洗手。") || !strings.Contains(out.Header.Get("Content-Disposition"), "senet-memory.tmx") {
		t.Errorf("the export holds %.400s", out.Body)
	}
	if got := s.Visit(admin, edit+"/delete").Want(200).Text("form button"); got == "" {
		t.Error("nobody asks before a pair is deleted")
	}
	s.Submit(admin, edit+"/delete", nil).Want(303)
	s.Submit(admin, edit+"/delete", nil).Want(404)
	s.Visit(admin, edit).Want(404)
}

func TestImport_large(t *testing.T) {
	t.Parallel()
	s := apptest.New(t, pgtest.Tx(t))
	admin, member := s.Person("Clara Dubois", account.RoleAdmin, i18n.En), s.Person("Wang Min", account.RoleMember, i18n.Zh)
	large := "en,zh\nsepsis,脓毒症\n" + strings.Repeat("\n", 1<<20)
	send(s, admin, "/en/glossary/import", "x.csv", large).Want(303)
	for name, req := range map[string]*http.Request{
		"more than 8 MiB":     upload(t, admin, "/en/glossary/import", "x.csv", strings.Repeat(large, 9)),
		"a member's file":     upload(t, member, "/en/glossary/import", "x.csv", large),
		"a visitor's file":    upload(t, apptest.Person{}, "/en/glossary/import", "x.csv", large),
		"a file to elsewhere": upload(t, admin, "/en/settings", "x.csv", large),
	} {
		if _, err := s.Hub.App().Test(req, -1); !errors.Is(err, fasthttp.ErrBodyTooLarge) {
			t.Errorf("%s: %v, want it not to be read", name, err)
		}
	}
}
