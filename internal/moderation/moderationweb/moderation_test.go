package moderationweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"senet/internal/forum"
)

func TestHide_fromThePageAndBack(t *testing.T) {
	s := newSite(t)
	hide := fmt.Sprintf("/en/moderation/posts/%d/hide", s.answer)
	a := s.submit("mod", hide, url.Values{"reason": {"Advertising"}, "back": {"/en/t/1-x?after=30&moderated=lock.3#post-2"}}).want(303)
	u, err := url.Parse(a.Location)
	if err != nil || u.Path != "/en/t/1-x" || u.Query().Get("after") != "30" || u.Fragment != "post-2" ||
		!strings.HasPrefix(u.Query().Get("moderated"), "hide.") {
		t.Errorf("led to %q", a.Location)
	}
	if got := s.state("posts", s.answer); got != "hidden" {
		t.Errorf("the post is %s", got)
	}

	log := s.visit("mod", "/en/moderation?"+u.RawQuery).want(200)
	if got := log.text(".moderated p"); got != "Hidden. The author has been told." {
		t.Errorf("the page says %q", got)
	}
	undo, _ := log.page().Find(".moderated form").Attr("action")
	back, _ := log.page().Find(".moderated [name=back]").Attr("value")
	if back != "/en/moderation?after=30" {
		t.Errorf("undoing leads back to %q", back)
	}
	s.submit("mod", undo, url.Values{"back": {back}}).want(303)
	if got := s.state("posts", s.answer); got != "shown" {
		t.Errorf("after undo the post is %s", got)
	}
	s.submit("mod", undo, nil).want(409)
}

func TestHide_withoutAReasonKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	hide := fmt.Sprintf("/zh/moderation/posts/%d/hide", s.answer)
	a := s.submit("mod", hide, url.Values{"reason": {"x"}, "back": {"/zh/t/1"}}).want(422)
	if got := a.text("main textarea[name=reason]"); got != "x" {
		t.Errorf("the field holds %q", got)
	}
	if got := a.text("main #reason-error"); got != "理由过短，作者难以理解。" {
		t.Errorf("the page says %q", got)
	}
	if back, _ := a.page().Find("main [name=back]").Attr("value"); back != "/zh/t/1" {
		t.Errorf("back is %q", back)
	}
	if got := s.state("posts", s.answer); got != "shown" {
		t.Errorf("the post is %s", got)
	}
}

func TestHide_aPickedReasonAndOwnWords(t *testing.T) {
	s := newSite(t)
	hide := fmt.Sprintf("/en/moderation/posts/%d/hide", s.answer)
	a := s.submit("mod", hide, url.Values{"picked": {"Advertising"}, "reason": {strings.Repeat("x", 2000)}}).want(422)
	if got, _ := a.page().Find("main [name=picked] option[selected]").Attr("value"); got != "Advertising" {
		t.Errorf("picked is %q", got)
	}
	if got := a.text("main textarea[name=reason]"); len(got) != 2000 {
		t.Errorf("the field holds %d characters", len(got))
	}
	s.submit("mod", hide, url.Values{"picked": {"Advertising"}, "reason": {"Twice."}}).want(303)
	if got := s.visit("mod", "/zh/moderation").text(".log-row .reason"); got != "广告宣传 Twice." {
		t.Errorf("the log says %q", got)
	}
}

// The page of an act says whose words it is about, how they begin and where they stand.
func TestAsk_showsWhatItIsAbout(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		path, says, leads, hint string
		id                      int64
	}{
		{"/en/moderation/posts/%d/hide", "member text", fmt.Sprintf("/en/t/%d?after=1#post-%d", s.thread, s.answer),
			"The author will read it. Say what should be different.", s.answer},
		{"/en/moderation/messages/%d/hide", "member text", fmt.Sprintf("?at=1#m-%d", s.message),
			"The author will read it. Say what should be different.", s.message},
		{"/en/moderation/threads/%d/move", "member 如何判断脓毒症？", fmt.Sprintf("/en/t/%d", s.thread), "The author will read it.", s.thread},
		{"/zh/admin/members/%d/role", "member", "/zh/m/", "该成员会看到这条理由。", int64(s.people["member"].ID)},
	} {
		a := s.visit("admin", fmt.Sprintf(c.path, c.id)).want(200)
		if got := a.text(".act-about"); got != c.says {
			t.Errorf("%s: it is about %q, want %q", c.path, got, c.says)
		}
		if got, _ := a.page().Find(".act-about a").Attr("href"); !strings.Contains(got, c.leads) {
			t.Errorf("%s: leads to %q, want %q", c.path, got, c.leads)
		}
		if got, _ := a.page().Find(".form-actions a").Attr("href"); !strings.Contains(got, c.leads) {
			t.Errorf("%s: the way back is %q, want %q", c.path, got, c.leads)
		}
		if got := a.text("#reason-hint"); got != c.hint {
			t.Errorf("%s: the hint is %q, want %q", c.path, got, c.hint)
		}
		s.visit("admin", fmt.Sprintf(c.path, 999_999_999)).want(404)
	}
}

func TestBack_neverLeavesTheHub(t *testing.T) {
	for _, back := range []string{"https://evil.test/", "//evil.test/", `/\evil.test`, "javascript:alert(1)", ""} {
		t.Run(back, func(t *testing.T) {
			s := newSite(t)
			a := s.submit("mod", fmt.Sprintf("/en/moderation/threads/%d/lock", s.thread), url.Values{"back": {back}}).want(303)
			if !strings.HasPrefix(a.Location, "/en/t/") {
				t.Errorf("led to %q, want the thread", a.Location)
			}
		})
	}
}

func TestThreads_everyAct(t *testing.T) {
	s := newSite(t)
	other := s.id(`insert into challenges (slug, title_en, title_zh) values ('ageing-x', 'Ageing', '老龄') returning id`)
	for _, step := range []struct {
		act  string
		form url.Values
	}{
		{"lock", nil}, {"unlock", nil}, {"pin", nil}, {"unpin", nil},
		{"move", url.Values{"challenge": {fmt.Sprint(other)}}},
		{"rename", url.Values{"title": {"How to tell sepsis"}, "lang": {"en"}}},
	} {
		path := fmt.Sprintf("/en/moderation/threads/%d/%s", s.thread, step.act)
		s.visit("mod", path).want(200)
		s.submit("mod", path, step.form).want(303)
	}
	s.submit("mod", fmt.Sprintf("/en/moderation/threads/%d/move", s.thread), url.Values{"challenge": {"nonsense"}}).want(422)
	long := url.Values{"title": {strings.Repeat("长", forum.MaxTitle)}, "lang": {"zh"}}
	a := s.submit("mod", fmt.Sprintf("/en/moderation/threads/%d/rename", s.thread), long).want(422)
	if got, _ := a.page().Find("main [name=title]").Attr("value"); got != long.Get("title") {
		t.Errorf("the title field holds %.20q", got)
	}
	log := s.visit("mod", "/zh/moderation").want(200)
	if got := log.page().Find(".log-row").Length(); got != 6 {
		t.Errorf("%d rows of the log, want 6", got)
	}
	if got := log.text(".log-row:nth-child(2) .log-what p:first-child"); got != "mod将member的主题从“Infections”移至“老龄”" {
		t.Errorf("the log says %q", got)
	}
}

func TestGuards(t *testing.T) {
	s := newSite(t)
	paths := map[string]string{ // path → who may
		"/en/moderation": "mod",
		fmt.Sprintf("/en/moderation/posts/%d/hide", s.answer):     "mod",
		fmt.Sprintf("/en/moderation/messages/%d/hide", s.message): "mod",
		fmt.Sprintf("/en/moderation/threads/%d/lock", s.thread):   "mod",
		"/en/admin": "admin", "/en/admin/challenges": "admin", "/en/admin/challenges/new": "admin",
		fmt.Sprintf("/en/admin/challenges/%d", s.challenge):             "admin",
		fmt.Sprintf("/en/admin/members/%d/role", s.people["member"].ID): "admin",
	}
	for path, who := range paths {
		if a := s.visit("", path); a.Status != 303 || !strings.HasPrefix(a.Location, "/en/sign-in?back=") {
			t.Errorf("%s as visitor: %d to %q, want the way to sign in", path, a.Status, a.Location)
		}
		if a := s.visit("member", path); a.Status != 403 {
			t.Errorf("%s as member: %d, want 403", path, a.Status)
		}
		if a := s.visit("mod", path); (a.Status == 200) != (who == "mod") {
			t.Errorf("%s as moderator: %d", path, a.Status)
		}
		if a := s.visit("admin", path); a.Status != 200 {
			t.Errorf("%s as administrator: %d, want 200", path, a.Status)
		}
	}
}

func TestForgery(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{
		fmt.Sprintf("/en/moderation/posts/%d/hide", s.answer), fmt.Sprintf("/en/moderation/threads/%d/lock", s.thread),
		fmt.Sprintf("/en/admin/challenges/%d/archive", s.challenge), "/en/admin/challenges/order", "/en/moderation/undo/1",
		fmt.Sprintf("/en/admin/members/%d/role", s.people["member"].ID), fmt.Sprintf("/api/v1/posts/%d/hide", s.answer),
	} {
		form := url.Values{"reason": {"Advertising"}, "role": {"admin"}, "_csrf": {"forged"}}
		s.bare("admin", path, form).want(403)
		form.Del("_csrf")
		s.bare("admin", path, form).want(403)
	}
	if got := s.state("posts", s.answer); got != "shown" {
		t.Errorf("the post is %s", got)
	}
	if n := s.id(`select count(*) from moderation_log`); n != 0 {
		t.Errorf("%d rows of the log", n)
	}
}

func TestLog_emptyAndFiltered(t *testing.T) {
	s := newSite(t)
	if got := s.visit("mod", "/en/moderation").want(200).text(".empty-title"); got != "No decisions yet" {
		t.Errorf("the empty log says %q", got)
	}
	s.submit("mod", fmt.Sprintf("/en/moderation/posts/%d/hide", s.answer), url.Values{"reason": {"Advertising"}}).want(303)
	s.submit("mod", fmt.Sprintf("/en/moderation/threads/%d/pin", s.thread), nil).want(303)
	a := s.visit("mod", "/zh/moderation?action=hide").want(200)
	if got := a.page().Find(".log-row").Length(); got != 1 {
		t.Errorf("%d rows, want the one", got)
	}
	if got := a.text(".log-row .reason"); got != "广告宣传" {
		t.Errorf("the reason that was picked in English reads %q in Chinese", got)
	}
	if lang, _ := a.page().Find(".log-title [lang]").Attr("lang"); lang != "zh-Hans" {
		t.Errorf("the Chinese title has lang %q", lang)
	}
	s.visit("mod", "/en/moderation?action=nonsense").want(400)
	s.visit("mod", "/en/moderation?before=x").want(400)
	s.visit("mod", "/en/moderation/posts/x/hide").want(404)
	s.visit("mod", "/en/moderation/posts/1/eat").want(404)
	s.visit("mod", "/en/moderation/posts/1/lock").want(404)
	s.submit("mod", "/en/moderation/posts/999999999/hide", url.Values{"reason": {"Advertising"}}).want(404)
}

func TestAPI(t *testing.T) {
	s := newSite(t)
	for table, path := range map[string]string{
		"posts": fmt.Sprintf("/api/v1/posts/%d/", s.answer), "messages": fmt.Sprintf("/api/v1/messages/%d/", s.message),
	} {
		id := s.answer
		if table == "messages" {
			id = s.message
		}
		a, row := s.call("mod", path+"hide", `{"reason":"Advertising"}`)
		a.want(200)
		actor, subject := row["actor"].(map[string]any), row["subject"].(map[string]any)
		if row["action"] != "hide" || row["reason"] != "Advertising" || row["undoes"] != nil || actor["name"] != "mod" ||
			subject["kind"] != strings.TrimSuffix(table, "s") || subject["id"] != float64(id) || row["at"] == "" {
			t.Errorf("row = %s", a.Body)
		}
		if got := s.state(table, id); got != "hidden" {
			t.Errorf("%s is %s", table, got)
		}
		a, row = s.call("mod", path+"hide", `{"reason":"Advertising"}`)
		if e := a.want(409); !strings.Contains(e.Body, `"moderation.already"`) {
			t.Errorf("%v", row)
		}
		a, _ = s.call("mod", path+"unhide", ``)
		a.want(200)
		for who, status := range map[string]int{"member": 403, "": 401} {
			a, _ := s.call(who, path+"hide", `{"reason":"Advertising"}`)
			a.want(status)
		}
		a, _ = s.call("mod", path+"hide", `{"reason":""}`)
		a.want(422)
		a, _ = s.call("mod", path+"hide", `{"reason":`)
		a.want(400)
		a, _ = s.call("mod", path+"hide", "{\"reason\":\"\xff\xfe\"}")
		a.want(400)
	}
}
