package translationweb_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestHistory(t *testing.T) {
	s := newScene(t)
	history := s.page + "/history"
	if s.Visit(visitor, history).Want(200).Find(".revision").Length() != 0 {
		t.Error("there is a history before anybody wrote")
	}
	s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(303)
	s.Submit(s.li, s.page, rows(1, 1, "请在周五前发来热指数数据。", second)).Want(303)
	page := s.Visit(s.wang, history).Want(200)
	if n := page.Find(".revision").Length(); n != 2 {
		t.Fatalf("%d states, want 2", n)
	}
	newest := page.Find(".revision").First()
	if !strings.Contains(newest.Find("h2").Text(), "Li Yun") || newest.Find("ins").Text() != "五" || newest.Find("del").Text() != "一" {
		t.Errorf("the newest state: %q, added %q, removed %q", newest.Find("h2").Text(), newest.Find("ins").Text(), newest.Find("del").Text())
	}
	if page.Find("form[action$=review], form[action$=remove]").Length() != 0 {
		t.Error("a member is offered what only reviewers may")
	}
	if s.Visit(visitor, history).Want(200).Find("main form").Length() != 0 {
		t.Error("a visitor is offered forms")
	}
	if mod := s.Visit(s.mod, "/zh"+strings.TrimPrefix(history, "/en")).Want(200); mod.Find("form[action$=review]").Length() != 1 || mod.Find("form[action$=remove]").Length() != 1 {
		t.Error("a moderator cannot review or remove")
	}
	text := s.Visit(visitor, "/zh"+s.started.Path()).Want(200)
	if href, _ := text.Find(".provenance .translated a").Attr("href"); href != "/zh"+strings.TrimPrefix(history, "/en") {
		t.Errorf("the label under the text leads to %q", href)
	}
}

func TestRollback(t *testing.T) {
	s := newScene(t)
	s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(303)
	s.Submit(s.li, s.page, rows(1, 1, "乱写一通，谁也看不懂这是什么。", second)).Want(303)
	back := func(to, based string) url.Values { return url.Values{"to": {to}, "based": {based}} }
	s.Submit(visitor, s.page+"/rollback", back("1", "2")).Want(403)
	s.SubmitBare(s.wang, s.page+"/rollback", back("1", "2")).Want(403)
	s.Submit(s.wang, s.page+"/rollback", back("1", "1")).Want(409)
	s.Submit(s.wang, s.page+"/rollback", back("9", "2")).Want(404)
	if to := s.Submit(s.wang, s.page+"/rollback", back("1", "2")).Want(303).Header.Get("Location"); to != s.page+"/history" {
		t.Errorf("leads to %s", to)
	}
	if f := s.found(); !strings.HasPrefix(f.Text, first) || f.Revision != 3 {
		t.Errorf("taken up again: revision %d, %q", f.Revision, f.Text)
	}
}

func TestReviewAndRemove(t *testing.T) {
	s := newScene(t)
	s.Submit(s.wang, s.page, rows(1, 0, first, second)).Want(303)
	s.Submit(s.wang, s.page+"/review", url.Values{"revision": {"1"}}).Want(403)
	s.Submit(s.mod, s.page+"/review", url.Values{"revision": {"7"}}).Want(409)
	s.Submit(s.mod, s.page+"/review", url.Values{"revision": {"1"}}).Want(303)
	if s.found().Reviewed == nil {
		t.Error("not reviewed")
	}
	if s.Visit(s.wang, s.page+"/history").Want(200).Find("form[action$=rollback]").Length() != 0 {
		t.Error("a member is offered to roll back what was reviewed")
	}
	s.Submit(s.wang, s.page+"/rollback", url.Values{"to": {"1"}, "based": {"1"}}).Want(403)
	s.Submit(s.wang, s.page+"/remove", nil).Want(403)
	s.Submit(s.mod, s.page+"/remove", nil).Want(303)
	s.API(visitor, "GET", s.api, nil).Want(404)
	page := s.Visit(s.wang, s.page+"/history").Want(200)
	if n := page.Find(".revision").Length(); n != 2 || !strings.Contains(page.Find(".revision h2").First().Text(), "Mo Derator") {
		t.Errorf("%d states after removing, the newest %q", n, page.Find(".revision h2").First().Text())
	}
	s.Submit(s.wang, s.page+"/rollback", url.Values{"to": {"1"}, "based": {"0"}}).Want(303)
	if f := s.found(); !strings.HasPrefix(f.Text, first) || f.Reviewed != nil {
		t.Errorf("taken up again after removing: %+v", f)
	}
}
