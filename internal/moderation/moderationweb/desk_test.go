package moderationweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"senet/internal/account"
	"senet/internal/pg"
)

// report reports a post as somebody else than its author.
func (s *site) report(category, text string) answerOf {
	s.t.Helper()
	return s.submit("mod", fmt.Sprintf("/zh/report/post/%d", s.answer), url.Values{"category": {category}, "text": {text}, "back": {"/zh/t/1"}})
}

func TestReport_form(t *testing.T) {
	s := newSite(t)
	at := fmt.Sprintf("/zh/report/post/%d?back=/zh/t/1", s.answer)
	form := s.visit("mod", at).want(200)
	if got := form.page().Find("main [name=category]").Length(); got != 8 {
		t.Errorf("%d categories, want 8", got)
	}
	if got := form.text("main legend"); got != "问题类型" {
		t.Errorf("legend %q", got)
	}
	a := s.report("other", "").want(422)
	if got := a.text("main .notice"); !strings.Contains(got, "请简要说明问题。") {
		t.Errorf("the form says %q", got)
	}
	long := strings.Repeat("长", 2000)
	if got := s.report("spam", long).want(422).text("main textarea"); got != long {
		t.Errorf("the form lost what was typed: %d characters", len(got))
	}
	sent := s.report("spam", "又是广告").want(200)
	if back, _ := sent.page().Find("main a.btn.primary").Attr("href"); back != "/zh/t/1" {
		t.Errorf("leads back to %q", back)
	}
	s.report("spam", "又是广告").want(409)
	s.visit("mod", "/zh/report/planet/1").want(404)
	s.visit("", at).want(303)
	if got := s.visit("mod", "/zh/settings/reports").want(200).text(".log-row"); !strings.Contains(got, "等待版主处理") {
		t.Errorf("my reports: %q", got)
	}
}

// TestDesk: from the queue into a case, through a refusal, and back with the next.
func TestDesk(t *testing.T) {
	s := newSite(t)
	s.submit("admin", fmt.Sprintf("/en/report/post/%d", s.answer), url.Values{"category": {"spam"}, "text": {"Advertising"}}).want(200)
	s.submit("admin", fmt.Sprintf("/en/report/message/%d", s.message), url.Values{"category": {"off_topic"}}).want(200)
	s.visit("member", "/en/moderation/queue").want(403)
	rows := s.visit("mod", "/en/moderation/queue").want(200).page().Find(".case-row")
	if rows.Length() != 2 || !strings.Contains(rows.First().Text(), "Advertising and spam") {
		t.Fatalf("queue %q", rows.Text())
	}
	first, _ := rows.First().Find("a").Attr("href")
	next, _ := rows.Last().Find("a").Attr("href")
	page := s.visit("mod", first).want(200)
	if got := page.text(".case-sides"); !strings.Contains(got, "text") {
		t.Errorf("the case shows %q", got)
	}
	if got := page.text(".case-reports"); !strings.Contains(got, "Advertising") {
		t.Errorf("reports %q", got)
	}
	// With the first moderator it is nobody else's.
	if other := s.visit("admin", first).want(200); other.page().Find(".case-decide").Length() != 0 || !strings.Contains(other.text(".page-head"), "With mod") {
		t.Errorf("somebody else sees %q", other.text(".page-head"))
	}
	refused := s.submit("mod", first, url.Values{"action": {"hide"}, "reason": {"x"}}).want(422)
	if got := refused.text(".case-decide textarea"); got != "x" {
		t.Errorf("the form lost what was typed: %q", got)
	}
	a := s.submit("mod", first, url.Values{"action": {"hide"}, "rule": {"spam"}}).want(303)
	if !strings.HasPrefix(a.Location, next+"?moderated=hide.") {
		t.Errorf("led to %q, want %q", a.Location, next)
	}
	if got := s.state("posts", s.answer); got != "hidden" {
		t.Errorf("the post is %s", got)
	}
	a = s.submit("mod", next, url.Values{"action": {"dismiss"}}).want(303)
	if !strings.HasPrefix(a.Location, "/en/moderation/queue?moderated=dismiss.") {
		t.Errorf("after the last led to %q", a.Location)
	}
	if got := s.visit("mod", "/zh/moderation/queue").want(200).text("main .empty"); !strings.Contains(got, "没有待处理事项") {
		t.Errorf("an empty queue says %q", got)
	}
	s.submit("mod", next, url.Values{"action": {"dismiss"}}).want(409)
	s.submit("member", next, url.Values{"action": {"dismiss"}}).want(403)
}

// TestStatement: the author reads why, in the own language, and appeals.
func TestStatement(t *testing.T) {
	s := newSite(t)
	s.submit("mod", fmt.Sprintf("/en/moderation/posts/%d/hide", s.answer), url.Values{"picked": {"Advertising"}, "rule": {"spam"}}).want(303)
	at := fmt.Sprintf("/zh/decisions/%d", s.id(`select max(id) from moderation_log`))
	page := s.visit("member", at).want(200)
	for _, words := range []string{"已被隐藏", "广告与垃圾信息", "text"} {
		if got := page.text("main"); !strings.Contains(got, words) {
			t.Errorf("%q is not in %q", words, got)
		}
	}
	if got := page.text("main"); strings.Contains(got, "mod") {
		t.Errorf("the statement names who decided: %q", got)
	}
	s.submit("member", at, url.Values{"text": {" "}}).want(422)
	s.submit("member", at, url.Values{"text": {"不是广告"}}).want(200)
	s.submit("member", at, url.Values{"text": {"不是广告"}}).want(409)
	s.visit("", at).want(303)
	row := s.visit("admin", "/en/moderation/queue?kind=appeal").want(200).page().Find(".case-row a")
	appeal, _ := row.Attr("href")
	if got := s.visit("admin", appeal).want(200).text("main"); !strings.Contains(got, "不是广告") {
		t.Errorf("the appeal shows %q", got)
	}
	s.submit("mod", appeal, url.Values{"action": {"uphold"}}).want(403)
	s.submit("admin", appeal, url.Values{"action": {"overturn"}, "reason": {"It was a mistake"}}).want(303)
	if got := s.state("posts", s.answer); got != "shown" {
		t.Errorf("the post is %s", got)
	}
	if got := s.visit("member", at).want(200).text("main"); !strings.Contains(got, "撤销了原处理") {
		t.Errorf("afterwards %q", got)
	}
}

// TestRules_edited: rules are the hub's own when somebody writes them, in both languages or in none.
func TestRules_edited(t *testing.T) {
	s := newSite(t)
	if got := s.visit("", "/zh/rules").want(200).text("#rule-spam dt"); got != "广告与垃圾信息" {
		t.Errorf("the program's own words: %q", got)
	}
	at := fmt.Sprintf("/en/admin/rules/%d", s.id(`select id from rules where key = 'spam'`))
	s.visit("mod", at).want(403)
	form := url.Values{"title_en": {"No selling"}, "urgency": {"2"}, "position": {"1"}}
	a := s.submit("admin", at, form).want(422)
	if got, _ := a.page().Find("main [name=title_en]").Attr("value"); got != "No selling" || !strings.Contains(a.text("main"), "Write it in both languages.") {
		t.Errorf("the form holds %q", got)
	}
	form.Set("title_zh", "禁止推销")
	s.submit("admin", at, form).want(303)
	if got := s.visit("", "/zh/rules").want(200).text("#rule-spam dt"); got != "禁止推销" {
		t.Errorf("the hub's own words: %q", got)
	}
	added := url.Values{"key": {"animal_trials"}, "title_en": {"Animal trials without approval"}, "title_zh": {"未经审批的动物实验"}, "urgency": {"1"}, "position": {"9"}}
	s.submit("admin", "/en/admin/rules/new", added).want(303)
	s.submit("admin", "/en/admin/rules/new", added).want(409)
	if got := s.visit("mod", fmt.Sprintf("/en/report/post/%d", s.answer)).want(200).text("main form"); !strings.Contains(got, "Animal trials without approval") {
		t.Error("a new rule cannot be chosen")
	}
	if got := s.visit("mod", "/en/moderation?action=rule").want(200).text(".log"); !strings.Contains(got, "admin changed the rule") {
		t.Errorf("log %q", got)
	}
}

// TestScreening_page: a filter is tried, added, paused; the raid switch is thrown.
func TestScreening_page(t *testing.T) {
	s := newSite(t)
	s.visit("mod", "/en/admin/screening").want(403)
	form := url.Values{"kind": {"word"}, "pattern": {"ｔｅｘｔ"}, "action": {"hold"}, "sample": {"some t e x t here"}, "try": {"1"}}
	a := s.submit("admin", "/en/admin/screening", form).want(200)
	if got := a.text("main [role=status]"); !strings.Contains(got, "It is found in the text.") || !strings.Contains(got, "it finds 3") {
		t.Errorf("the trial says %q", got)
	}
	if s.id(`select count(*) from filters`) != 0 {
		t.Error("trying has added it")
	}
	form.Del("try")
	s.submit("admin", "/en/admin/screening", form).want(303)
	s.submit("admin", "/en/admin/screening", form).want(409)
	form.Set("pattern", "!")
	s.submit("admin", "/en/admin/screening", form).want(422)
	at := fmt.Sprintf("/en/admin/screening/%d", s.id(`select id from filters`))
	s.submit("admin", at, url.Values{"to": {"pause"}}).want(303)
	s.submit("admin", at, url.Values{"to": {"pause"}}).want(409)
	s.submit("admin", at, url.Values{"to": {"burn"}}).want(404)
	policy := url.Values{"hold_first": {"hold"}, "new_links": {"x"}, "raid": {"h2"}}
	s.submit("admin", "/en/admin/screening/policy", policy).want(422)
	policy.Set("new_links", "1")
	s.submit("admin", "/en/admin/screening/policy", policy).want(303)
	policy = url.Values{"hold_first": {"hold"}, "new_links": {"1"}, "raid": {"keep"}, "new_posts": {"7"}, "regular_posts": {"70"}, "new_linked": {"101"},
		"regular_linked": {"20"}, "join_seconds": {"4"}}
	if got := s.submit("admin", "/zh/admin/screening/policy", policy).want(422).text("#new_linked-error"); got != "请填写0至100之间的数字。" {
		t.Errorf("the field says %q", got)
	}
	policy.Set("new_linked", "2")
	s.submit("admin", "/en/admin/screening/policy", policy).want(303)
	page := s.visit("admin", "/en/admin/screening").want(200).page()
	for _, name := range []string{"new_posts", "regular_posts", "new_linked", "regular_linked", "join_seconds"} {
		if got := page.Find("[name="+name+"]").AttrOr("value", ""); got != policy.Get(name) {
			t.Errorf("%s is %q, want %q", name, got, policy.Get(name))
		}
	}
	if got := s.visit("admin", "/zh/admin/screening").want(200).text("main .notice"); !strings.Contains(got, "防刷屏开关已开启") {
		t.Errorf("the page says %q", got)
	}
}

// TestTransparency: everybody reads how the rules were kept, nobody is recognised.
func TestTransparency(t *testing.T) {
	s := newSite(t)
	s.submit("admin", fmt.Sprintf("/en/report/post/%d", s.answer), url.Values{"category": {"spam"}}).want(200)
	page := s.visit("", "/zh/transparency").want(200)
	if got := page.text("main"); !strings.Contains(got, "少于5") || !strings.Contains(got, "广告与垃圾信息") {
		t.Errorf("the report says %q", got)
	}
	at, _ := page.page().Find(`main a[href$=".csv"]`).Attr("href")
	if got := s.visit("", at).want(200).Body; !strings.Contains(got, "reports,spam,<5\n") {
		t.Errorf("%s: %q", at, got)
	}
	for _, wrong := range []string{"2026-H3", "x", "2999-H1", "1999-H1", "2026-H1.exe"} {
		s.visit("", "/zh/transparency/"+wrong).want(404)
	}
	s.visit("member", "/zh/moderation/statistics").want(403)
	if got := s.visit("mod", "/zh/moderation/statistics").want(200).text(".bars"); !strings.Contains(got, "广告与垃圾信息1") {
		t.Errorf("statistics %q", got)
	}
}

// TestDesk_translation: a case about a translation never touches the text, nor who wrote that.
func TestDesk_translation(t *testing.T) {
	s := newSite(t)
	s.id(`insert into translations (subject_kind, subject_id, locale, source_lang, source_version, kind, text, html, author_id)
		values ('post', $1, 'zh', 'en', 1, 'human', '广告', '广告', $2) returning subject_id`, s.answer, int64(s.people["mod"].ID))
	s.submit("admin", fmt.Sprintf("/en/report/post/%d", s.answer), url.Values{"category": {"spam"}}).want(200)
	s.submit("admin", fmt.Sprintf("/en/report/post/%d?into=zh", s.answer), url.Values{"category": {"abuse"}}).want(200)
	text := s.id(`select id from cases where locale = ''`)
	of := s.id(`select id from cases where locale = 'zh'`)
	at := fmt.Sprintf("/en/moderation/cases/%d", of)
	if got := s.visit("admin", at).want(200).page().Find(`[name=action][value=hide]`).Length(); got != 0 {
		t.Error("the text can be hidden for its translation")
	}
	s.submit("admin", at, url.Values{"action": {"hide"}, "rule": {"abuse"}}).want(404)
	if got := s.state("posts", s.answer); got != "shown" {
		t.Errorf("the post is %s", got)
	}
	s.submit("mod", at, url.Values{"action": {"dismiss"}}).want(403) // it is their own
	s.submit("admin", at, url.Values{"action": {"dismiss"}}).want(303)
	if open := s.id(`select count(*) from cases where closed_at is null`); open != 1 || s.id(`select id from cases where closed_at is null`) != text {
		t.Errorf("%d cases are open, want the one about the text", open)
	}
}

// TestDesk_application: the queue can be narrowed to applications, the case shows who applies, and offers a yes and a no only.
func TestDesk_application(t *testing.T) {
	s := newSite(t)
	who := s.people["member"].ID
	s.id(`update members set applied_at = now(), affiliation = '某医院' where id = $1 returning id`, who)
	if err := s.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return s.service.Applied(t.Context(), tx, account.Application{ID: who, Solved: true})
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.visit("mod", "/zh/moderation/queue?kind=join").want(200).text(".case-row .case-what"); !strings.Contains(got, "加入申请") {
		t.Errorf("the queue says %q", got)
	}
	if got := s.visit("mod", "/en/moderation/queue?kind=held").want(200).page().Find(".case-row").Length(); got != 0 {
		t.Errorf("%d held cases", got)
	}
	at := fmt.Sprintf("/en/moderation/cases/%d", s.id(`select id from cases`))
	a := s.visit("mod", at).want(200)
	var offered []string
	a.page().Find("button[name=action]").Each(func(_ int, b *goquery.Selection) { offered = append(offered, b.AttrOr("value", "")) })
	if got := strings.Join(offered, " "); got != "approve reject" {
		t.Errorf("offered: %q", got)
	}
	if got := a.text(".facts"); !strings.Contains(got, "某医院") {
		t.Errorf("the applicant: %q", got)
	}
	s.submit("mod", at, url.Values{"action": {"dismiss"}}).want(409)
	s.submit("mod", at, url.Values{"action": {"reject"}}).want(422)
	if got := s.visit("mod", fmt.Sprintf("/zh/moderation/members/%d/approve", who)).want(200).text("h1"); got != "通过该成员的加入申请" {
		t.Errorf("the page of the act asks %q", got)
	}
	s.submit("mod", at, url.Values{"action": {"reject"}, "reason": {"A robot"}}).want(303)
	for path, want := range map[string]string{
		"/en/moderation": "mod turned the application of member down", "/zh/moderation": "mod未通过member的加入申请"} {
		if got := s.visit("mod", path).want(200).text(".log-row .log-what"); !strings.Contains(got, want) {
			t.Errorf("%s says %q", path, got)
		}
	}
	if got := s.visit("member", fmt.Sprintf("/zh/decisions/%d", s.id(`select id from moderation_log`))).want(200).text("main"); !strings.Contains(got, "您的加入申请未通过") {
		t.Errorf("the statement says %q", got)
	}
}
