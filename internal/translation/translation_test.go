package translation_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
	"senet/internal/translation/engine/enginetest"
	"senet/internal/translation/segment"
)

func TestContent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	text := translation.Text{Source: "**Hello**", HTML: "<p><strong>Hello</strong></p>", Lang: "en", Version: 2}
	found := func(kind translation.Kind, version int) translation.Found {
		return translation.Found{TrKind: kind, TrText: "你好", TrHTML: "<p>你好</p>", TrVersion: version, TrProvider: "DeepL", TrScore: 91, TrBy: "李云龙", TrReviewed: true, TrAt: &at}
	}
	for name, c := range map[string]struct {
		found  translation.Found
		locale i18n.Locale
		want   string // kind lang stale untranslated provider by reviewed score
	}{
		"own language":                 {locale: i18n.En, want: "original en false false   false 0"},
		"none":                         {locale: i18n.Zh, want: "original en false true   false 0"},
		"human":                        {found(translation.Human, 2), i18n.Zh, "human zh false false  李云龙 true 0"},
		"human, outdated":              {found(translation.Human, 1), i18n.Zh, "human zh true false  李云龙 true 0"},
		"memory":                       {found(translation.Memory, 2), i18n.Zh, "memory zh false false   false 91"},
		"machine, outdated":            {found(translation.Machine, 1), i18n.Zh, "machine zh true false DeepL  false 0"},
		"of no use to its own readers": {found(translation.Human, 2), i18n.En, "original en false false   false 0"},
		"readers of a third language":  {found(translation.Human, 2), "qps", "original en false false   false 0"},
	} {
		s := translation.Content(text, c.found, c.locale)
		got := fmt.Sprintf("%s %s %v %v %s %s %v %d", s.Kind, s.Lang, s.Stale, s.Untranslated, s.Provider, s.By, s.Reviewed, s.Score)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if want := "你好"; s.Translated() && (s.Text != want || s.HTML != "<p>你好</p>" || s.At == nil || s.At.Location() != time.UTC) {
			t.Errorf("%s: %+v", name, s)
		}
	}
	nobody := translation.Text{Source: "3.14", HTML: "<p>3.14</p>", Version: 1}
	if s := translation.Content(nobody, translation.Found{}, i18n.Zh); s.Untranslated || s.Kind != translation.Original {
		t.Errorf("a text of no language: %+v", s)
	}
}

// An engine translates sentence by sentence; what has to survive does, and the reader sees who did it.
func TestWork_machine(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t), enginetest.Libre(t))
	sub := s.post(s.anna, "Ask @liyunlong first. The dose was 5 mg/kg, see https://example.org/a?b=c and `code`.\n\n> quoted words\n\n- one more sentence", "en")
	if n, _ := s.waiting(sub, i18n.Zh); n != 1 {
		t.Fatalf("%d jobs wait for the new post, want 1", n)
	}
	if n, _ := s.waiting(sub, i18n.En); n != 0 {
		t.Errorf("%d jobs wait to translate an English post into English", n)
	}
	s.work(sub, i18n.Zh)
	got := s.shown(sub, i18n.Zh)
	if got.Kind != translation.Machine || got.Provider != "LibreTranslate" || got.Lang != "zh" || got.Stale || got.At == nil {
		t.Fatalf("the Chinese reader sees %+v", got)
	}
	for _, kept := range []string{"@liyunlong", "5 mg/kg", "https://example.org/a?b=c", "`code`", "> quoted words", "\n- "} {
		if strings.Count(got.Text, kept) != 1 {
			t.Errorf("%q is there %d times in %q", kept, strings.Count(got.Text, kept), got.Text)
		}
	}
	if !strings.Contains(got.HTML, `class="mention"`) || !strings.Contains(got.HTML, "<blockquote>") {
		t.Errorf("not rendered like the post: %s", got.HTML)
	}
	for _, sent := range s.engine.Texts() {
		if strings.Contains(sent, "liyunlong") || strings.Contains(sent, "example.org") || strings.Contains(sent, "quoted") {
			t.Errorf("the engine was told %q", sent)
		}
	}
	if en := s.shown(sub, i18n.En); en.Kind != translation.Original || en.Lang != "en" {
		t.Errorf("the English reader sees %+v", en)
	}
	calls := len(s.engine.Translations())
	s.work(sub, i18n.Zh) // a second job has nothing to do
	if len(s.engine.Translations()) != calls {
		t.Error("what is translated was translated again")
	}
}

// An edit makes translations outdated at once; an engine's is made anew after ten minutes, and only for the sentences
// that have changed.
func TestEdit_outdates(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t), enginetest.Libre(t))
	sub := s.post(s.anna, "The first sentence stays. The second one goes.", "en")
	s.work(sub, i18n.Zh)
	before := len(s.engine.Texts())
	if _, err := s.Store.Exec(t.Context(), `delete from river_job`); err != nil {
		t.Fatal(err)
	}
	s.edit(s.anna, sub, "The first sentence stays. A new one comes.")
	if got := s.shown(sub, i18n.Zh); !got.Stale || got.Kind != translation.Machine {
		t.Errorf("after the edit: %+v", got)
	}
	n, in := s.waiting(sub, i18n.Zh)
	if n != 1 || in < 9*60 || in > 10*60 {
		t.Errorf("%d jobs wait, for %.0f s; want one, for ten minutes", n, in)
	}
	s.edit(s.anna, sub, "The first sentence stays. Another new one comes.")
	if n, _ := s.waiting(sub, i18n.Zh); n != 1 {
		t.Errorf("after another edit %d jobs wait, want 1", n)
	}
	s.work(sub, i18n.Zh)
	if got := s.shown(sub, i18n.Zh); got.Stale || !strings.Contains(got.Text, "Another new one comes.") && !strings.Contains(got.Text, "译") {
		t.Errorf("translated anew: %+v", got)
	}
	if sent := s.engine.Texts()[before:]; len(sent) != 1 || !strings.Contains(sent[0], "Another") {
		t.Errorf("the engine was asked again for %q, want the new sentence only", sent)
	}
}

// What a person wrote beats engines, stays when the text is edited, and waits for people.
func TestWrite_beatsEngines(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t), enginetest.Libre(t))
	sub := s.post(s.anna, "We measured resistance in fourteen hospitals.", "en")
	s.work(sub, i18n.Zh)
	s.write(s.li, sub, i18n.Zh, "我们在十四家医院测定了耐药率。")
	got := s.shown(sub, i18n.Zh)
	if got.Kind != translation.Human || got.By != "Li Yunlong" || got.Text != "我们在十四家医院测定了耐药率。" || got.Stale {
		t.Fatalf("the reader sees %+v", got)
	}
	if _, err := s.Store.Exec(t.Context(), `delete from river_job`); err != nil {
		t.Fatal(err)
	}
	s.edit(s.anna, sub, "We measured resistance in fifteen hospitals.")
	s.work(sub, i18n.Zh)
	if got := s.shown(sub, i18n.Zh); got.Kind != translation.Human || !got.Stale {
		t.Errorf("after the edit: %+v", got)
	}
	if n, _ := s.waiting(sub, i18n.Zh); n != 0 {
		t.Errorf("%d jobs wait for a text that a person has translated", n)
	}
	inbox := s.Visit(s.li, "/zh/inbox").Want(200)
	if !strings.Contains(inbox.Body, "您翻译过的内容有改动") {
		t.Error("the translator does not hear of the edit")
	}
	if !strings.Contains(s.Visit(s.anna, "/en/inbox").Want(200).Body, "Li Yunlong translated") {
		t.Error("the author does not hear of the translation")
	}
}

// A correction has a history, and can be taken back.
func TestRollback(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t), enginetest.Libre(t))
	sub := s.post(s.anna, "A short sentence about vaccines.", "en")
	s.work(sub, i18n.Zh)
	machine := s.shown(sub, i18n.Zh)
	first := s.write(s.li, sub, i18n.Zh, "一句关于疫苗的短句。")
	second := s.write(s.mod, sub, i18n.Zh, "关于疫苗的一句短话。")
	if second.Revision != first.Revision+1 {
		t.Errorf("revisions %d and %d", first.Revision, second.Revision)
	}
	_, revisions, err := s.Hub.Translation.History(t.Context(), sub, i18n.Zh)
	if err != nil || len(revisions) != 3 {
		t.Fatalf("%d revisions, %v; want the engine's and two by people", len(revisions), err)
	}
	if _, err := s.Hub.Translation.Rollback(t.Context(), s.li.Viewer, sub, i18n.Zh, first.Revision, first.Revision); fault.KindOf(err) != fault.Conflict {
		t.Errorf("rolling back from an old view: %v", err)
	}
	back, err := s.Hub.Translation.Rollback(t.Context(), s.li.Viewer, sub, i18n.Zh, first.Revision, second.Revision)
	if err != nil || back.Text != first.Text || back.Revision != second.Revision+1 || back.AuthorID != s.li.ID {
		t.Errorf("rolled back to %+v, %v", back, err)
	}
	made, err := s.Hub.Translation.Rollback(t.Context(), s.li.Viewer, sub, i18n.Zh, revisions[2].Revision, back.Revision)
	if err != nil || made.Kind != translation.Machine || made.Text != machine.Text {
		t.Errorf("rolled back to the engine's: %+v, %v", made, err)
	}
	if err := s.Hub.Translation.Remove(t.Context(), s.li.Viewer, sub, i18n.Zh); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member removes a translation: %v", err)
	}
	if err := s.Hub.Translation.Remove(t.Context(), s.mod.Viewer, sub, i18n.Zh); err != nil {
		t.Fatal(err)
	}
	if got := s.shown(sub, i18n.Zh); got.Kind != translation.Original || !got.Untranslated {
		t.Errorf("removed, the reader sees %+v", got)
	}
}

// What members say of themselves is translated like the rest.
func TestProfile(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t), enginetest.Libre(t))
	settings := url.Values{"name": {"Anna Weber"}, "region": {"eu"}, "locale": {"en"}, "time_zone": {"Europe/Berlin"},
		"about": {"I work on **resistance** in hospitals and look for partners."}}
	s.Submit(s.anna, "/en/settings", settings).Want(303)
	sub := translation.Subject{Kind: translation.Profile, ID: int64(s.anna.ID)}
	if n, _ := s.waiting(sub, i18n.Zh); n != 1 {
		t.Errorf("%d jobs wait, want 1", n)
	}
	path := fmt.Sprintf("/m/%d", s.anna.ID)
	if got := s.Visit(visitor, "/zh"+path).Want(200).Text(".profile .provenance"); !strings.Contains(got, "暂无译文") {
		t.Errorf("not translated yet: %q", got)
	}
	s.work(sub, i18n.Zh)
	page := s.Visit(visitor, "/zh"+path).Want(200)
	if got := page.Text(".profile .translated[lang=zh-Hans]"); !strings.Contains(got, "译") || !strings.Contains(page.Text(".profile .original strong"), "resistance") {
		t.Errorf("translated: %q", got)
	}
	if got := s.Visit(visitor, "/en"+path).Want(200).Find(".profile .bitext").Length(); got != 0 {
		t.Errorf("%d translations in the member's own language", got)
	}
	s.API(s.li, "PUT", fmt.Sprintf("/members/%d/translations/zh", s.anna.ID), map[string]string{"text": "我研究医院中的**耐药**问题，正在寻找合作伙伴。"}).Want(200)
	settings.Set("about", strings.Repeat("x", 2001))
	if got := s.Submit(s.anna, "/en/settings", settings).Want(422).Find("#about").Text(); !strings.Contains(got, "xxx") {
		t.Error("what was typed is not kept")
	}
	settings.Set("about", "Now on leave.")
	s.Submit(s.anna, "/en/settings", settings).Want(303)
	if got := s.Visit(visitor, "/zh"+path).Want(200).Text(".profile .provenance"); !strings.Contains(got, "译文可能已过时") {
		t.Errorf("after a change: %q", got)
	}
}

// Two translate the same text at once: the second is told, and nothing is overwritten.
func TestWrite_conflict(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t))
	sub := s.post(s.anna, "A short sentence about vaccines.", "en")
	form := translation.Form{Text: "一句关于疫苗的短句。", Revision: 0}
	if _, err := s.Hub.Translation.Write(t.Context(), s.li.Viewer, sub, i18n.Zh, form); err != nil {
		t.Fatal(err)
	}
	form.Text = "另一种译法，也是关于疫苗。"
	if _, err := s.Hub.Translation.Write(t.Context(), s.mod.Viewer, sub, i18n.Zh, form); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the second one: %v", err)
	}
	if got := s.shown(sub, i18n.Zh); got.Text != "一句关于疫苗的短句。" {
		t.Errorf("the reader sees %q", got.Text)
	}
}

func TestWrite_refuses(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t))
	sub := s.post(s.anna, "A sentence about vaccines and how they are kept cold.", "en")
	for name, c := range map[string]struct {
		viewer account.Viewer
		sub    translation.Subject
		locale i18n.Locale
		text   string
		want   fault.Kind
	}{
		"a visitor":           {account.Visitor(), sub, i18n.Zh, "译文", fault.Unauthorised},
		"nothing":             {s.li.Viewer, sub, i18n.Zh, " \n ", fault.Invalid},
		"the source itself":   {s.li.Viewer, sub, i18n.Zh, "A sentence about vaccines and how they are kept cold.", fault.Invalid},
		"the wrong language":  {s.li.Viewer, sub, i18n.Zh, "This is English although the reader wants it in Chinese.", fault.Invalid},
		"broken UTF-8":        {s.li.Viewer, sub, i18n.Zh, "译\xff文", fault.Malformed},
		"too long":            {s.li.Viewer, sub, i18n.Zh, strings.Repeat("很长的译文。", 8000), fault.Invalid},
		"its own language":    {s.li.Viewer, sub, i18n.En, "words", fault.Conflict},
		"an unknown language": {s.li.Viewer, sub, "fr", "des mots", fault.NotFound},
		"an unknown post":     {s.li.Viewer, translation.Subject{Kind: translation.Post, ID: 1 << 60}, i18n.Zh, "译文", fault.NotFound},
		"an unknown kind":     {s.li.Viewer, translation.Subject{Kind: "nothing", ID: 1}, i18n.Zh, "译文", fault.NotFound},
	} {
		_, err := s.Hub.Translation.Write(t.Context(), c.viewer, c.sub, c.locale, translation.Form{Text: c.text, Revision: -1})
		if fault.KindOf(err) != c.want {
			t.Errorf("%s: %v, want kind %v", name, err, c.want)
		}
	}
	script := s.write(s.li, sub, i18n.Zh, "疫苗<script>alert(1)</script>如何冷藏 <img src=x onerror=alert(1)>")
	if strings.Contains(script.HTML, "<script") || strings.Contains(script.HTML, "<img") {
		t.Errorf("unsafe: %s", script.HTML)
	}
}

// What is reviewed is changed by those who review, teaches the memory, and gives it back for the same sentence elsewhere.
func TestReview_teaches(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t))
	sub := s.post(s.anna, "Wash your hands before every meal.", "en")
	tr := s.write(s.li, sub, i18n.Zh, "每餐前请洗手。")
	if _, err := s.Hub.Translation.Review(t.Context(), s.anna.Viewer, sub, i18n.Zh, tr.Revision); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member reviews: %v", err)
	}
	if _, err := s.Hub.Translation.Review(t.Context(), s.mod.Viewer, sub, i18n.Zh, tr.Revision); err != nil {
		t.Fatal(err)
	}
	if got := s.shown(sub, i18n.Zh); !got.Reviewed {
		t.Errorf("the reader sees %+v", got)
	}
	_, err := s.Hub.Translation.Write(t.Context(), s.li.Viewer, sub, i18n.Zh, translation.Form{Text: "改成别的。", Revision: -1})
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member changes a reviewed translation: %v", err)
	}
	other := s.post(s.anna, "Wash your hands before every meal.", "en")
	s.work(other, i18n.Zh)
	if got := s.shown(other, i18n.Zh); got.Kind != translation.Memory || got.Text != "每餐前请洗手。" || got.Score != 100 {
		t.Errorf("the same sentence elsewhere: %+v", got)
	}
	like := s.post(s.anna, "Please wash your hands before every meal.", "en")
	s.work(like, i18n.Zh)
	got := s.shown(like, i18n.Zh)
	alike := int(100 * segment.Similarity("Wash your hands before every meal.", "Please wash your hands before every meal."))
	if alike >= 85 && (got.Kind != translation.Memory || got.Score >= 100) || alike < 85 && got.Kind != translation.Original {
		t.Errorf("a sentence %d%% alike: %+v", alike, got)
	}
	var opening int64
	err = s.Store.QueryRow(t.Context(), `select o.id from posts o join posts p on p.thread_id = o.thread_id where p.id = $1 and o.number = 1`, sub.ID).Scan(&opening)
	if err != nil {
		t.Fatal(err)
	}
	s.API(s.mod, "POST", fmt.Sprintf("/posts/%d/hide", opening), map[string]string{"reason": "With the opening post the thread goes."}).Want(200)
	third := s.post(s.anna, "Wash your hands before every meal.", "en")
	s.work(third, i18n.Zh)
	if got := s.shown(third, i18n.Zh); got.Kind != translation.Original {
		t.Errorf("what was learned from a hidden text is still used: %+v", got)
	}
}

// An open page of the thread hears of a translation, in the readers' language and not in the author's.
func TestThreadState_translated(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t))
	st := s.Thread(s.anna, "An open thread", 0)
	state := func(l i18n.Locale) (int64, string) {
		now, err := s.Hub.Forum.ThreadState(t.Context(), account.Visitor(), l, st.ID, 0, 10)
		if err != nil || len(now.Posts) != 1 {
			t.Fatalf("%+v, %v", now, err)
		}
		return now.Change, now.Posts[0].State
	}
	change, before := state(i18n.Zh)
	_, english := state(i18n.En)
	s.write(s.li, translation.Subject{Kind: translation.Post, ID: int64(st.PostID)}, i18n.Zh, "开头的帖子，译成中文。")
	later, after := state(i18n.Zh)
	if later <= change || after == before {
		t.Errorf("Chinese: change %d → %d, state %s → %s", change, later, before, after)
	}
	if _, now := state(i18n.En); now != english {
		t.Errorf("English: state %s → %s", english, now)
	}
	if got := s.Visit(visitor, "/zh"+st.Path()).Want(200).Find("article.post").AttrOr("data-state", ""); got != after {
		t.Errorf("the page is at %q, the thread at %q", got, after)
	}
}

// A page of 30 posts costs no query more than before there were translations: two for a visitor.
func TestThreadPage_queries(t *testing.T) {
	t.Parallel()
	counted := &counter{DB: pgtest.Tx(t)}
	s := newSite(t, counted)
	st := s.Thread(s.anna, "A long thread", 29)
	for i := range 15 {
		sub := translation.Subject{Kind: translation.Post, ID: int64(st.PostID) + int64(i)}
		s.write(s.li, sub, i18n.Zh, fmt.Sprintf("这是第%d条回复的中文译文。", i))
	}
	counted.reset()
	page := s.Visit(visitor, "/zh"+st.Path()).Want(http.StatusOK)
	if got := page.Find("article.post").Length(); got != 30 {
		t.Fatalf("%d posts", got)
	}
	if got := page.Find(".bitext .translated[lang=zh-Hans]").Length(); got < 15 {
		t.Errorf("%d translated texts, want 15", got)
	}
	if n := counted.n; n != 2 {
		t.Errorf("%d queries, want 2: the thread and its posts", n)
	}
}
