package moderationweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
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
