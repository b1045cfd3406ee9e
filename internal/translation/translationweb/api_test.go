package translationweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"senet/internal/app/apptest"
)

type body = map[string]any

func code(a apptest.Answer) string {
	var e struct {
		Error struct{ Code, Message string }
	}
	a.JSON(&e)
	return e.Error.Code
}

func TestAPI_write(t *testing.T) {
	s := newScene(t)
	if got := code(s.API(visitor, "GET", s.api, nil).Want(404)); got != "translations.none" {
		t.Errorf("before anybody wrote: %s", got)
	}
	s.API(visitor, "PUT", s.api, body{"text": first}).Want(401)
	var f found
	s.API(s.wang, "PUT", s.api, body{"text": "请**周一**前发来。", "source_version": 1, "revision": 0}).Want(200).JSON(&f)
	if f.Kind != "human" || f.Revision != 1 || f.Author.Name != "Wang Min" || f.Stale || !strings.Contains(f.HTML, "<strong>周一</strong>") {
		t.Errorf("written: %+v", f)
	}
	if again := s.API(s.wang, "PUT", s.api, body{"text": "请**周一**前发来。", "revision": 1}).Want(200); !strings.Contains(again.Body, `"revision":1`) {
		t.Errorf("the same again: %s", again.Body)
	}
	s.API(s.li, "PUT", s.api, body{"text": second}).Want(200) // no revision: no check
	if got := code(s.API(s.wang, "PUT", s.api, body{"text": first, "revision": 1}).Want(409)); got != "translations.changed_meanwhile" {
		t.Errorf("a conflict is %s", got)
	}
	for _, bad := range []struct {
		body   body
		status int
	}{
		{body{"text": ""}, 422}, {body{"text": " \u200b"}, 422}, {body{}, 422}, {body{"text": strings.Repeat("长", 100_000)}, 422},
		{body{"text": "A text in the language of the original, no doubt."}, 422}, {body{"text": first, "revision": -1}, 400},
		{body{"text": first, "more": 1}, 400}, {body{"text": 7}, 400}, {body{"text": first, "reviewed": true}, 403},
	} {
		if a := s.API(s.wang, "PUT", s.api, bad.body); a.Status != bad.status {
			t.Errorf("%.80v: status %d, want %d", bad.body, a.Status, bad.status)
		}
	}
	zh := s.API(s.wang, "PUT", s.api+"?locale=zh", body{"text": ""}).Want(422)
	if !strings.Contains(zh.Body, "请先填写译文") {
		t.Errorf("in Chinese: %s", zh.Body)
	}
	en := strings.TrimSuffix(s.api, "zh") + "en"
	if got := code(s.API(s.wang, "PUT", en, body{"text": first}).Want(409)); got != "translations.same_language" {
		t.Errorf("into its own language: %s", got)
	}
}

func TestAPI_kinds(t *testing.T) {
	s := newScene(t)
	title := fmt.Sprintf("/threads/%d/translations/zh", s.started.ID)
	s.API(s.wang, "PUT", title, body{"text": "老年人\n高温预警"}).Want(200)
	var f found
	s.API(visitor, "GET", title, nil).Want(200).JSON(&f)
	if f.Text != "老年人 高温预警" && f.Text != "老年人高温预警" || f.HTML != "" {
		t.Errorf("a title: %+v", f)
	}
	for _, none := range []string{"/messages/1/translations/zh", "/members/999999/translations/zh", "/posts/0/translations/zh", "/posts/x/translations/zh", s.api + "x"} {
		s.API(visitor, "GET", none, nil).Want(404)
		s.API(s.wang, "PUT", none, body{"text": first}).Want(404)
	}
}

func TestAPI_reviewHistoryRollback(t *testing.T) {
	s := newScene(t)
	s.API(s.wang, "PUT", s.api, body{"text": first}).Want(200)
	s.API(s.wang, "POST", s.api+"/review", body{"revision": 1}).Want(403)
	var f found
	s.API(s.mod, "POST", s.api+"/review", body{"revision": 1}).Want(200).JSON(&f)
	if f.Reviewed == nil || f.Reviewed.By != "Mo Derator" {
		t.Errorf("reviewed: %+v", f.Reviewed)
	}
	if got := code(s.API(s.li, "PUT", s.api, body{"text": second}).Want(403)); got != "translations.reviewed_locked" {
		t.Errorf("a member changes what was reviewed: %s", got)
	}
	s.API(s.mod, "PUT", s.api, body{"text": second, "reviewed": true}).Want(200)
	s.API(s.mod, "POST", s.api+"/rollback", body{"to": 1, "based": 1}).Want(409)
	s.API(s.mod, "POST", s.api+"/rollback", body{"to": 1, "based": 2}).Want(200).JSON(&f)
	if f.Text != first || f.Revision != 3 {
		t.Errorf("rolled back: %+v", f)
	}
	s.API(s.wang, "DELETE", s.api, nil).Want(403)
	s.API(s.mod, "DELETE", s.api, nil).Want(204)
	s.API(s.mod, "DELETE", s.api, nil).Want(404)
	var history struct {
		Items []struct {
			Revision int
			Kind, By string
			Restores int
		}
	}
	s.API(visitor, "GET", s.api+"/history", nil).Want(200).JSON(&history)
	if len(history.Items) != 4 || history.Items[0].Kind != "removed" || history.Items[1].Restores != 1 {
		t.Errorf("history: %+v", history.Items)
	}
}

// TestHidden: what is hidden is found by nobody, not even by those who hid it.
func TestHidden(t *testing.T) {
	s := newScene(t)
	s.API(s.wang, "PUT", s.api, body{"text": first}).Want(200)
	s.API(s.mod, "POST", fmt.Sprintf("/posts/%d/hide", s.started.PostID), body{"reason": "Off topic"}).Want(200)
	title := fmt.Sprintf("/threads/%d/translations/zh", s.started.ID)
	for _, p := range []apptest.Person{visitor, s.wang, s.anna, s.mod} {
		for _, at := range []string{s.api, s.api + "/history", title, title + "/history"} {
			if a := s.API(p, "GET", at, nil).Want(404); strings.Contains(a.Body, "热指数") {
				t.Errorf("%s shows what is hidden", at)
			}
		}
	}
	for _, p := range []apptest.Person{s.wang, s.anna, s.mod} {
		s.API(p, "PUT", s.api, body{"text": second}).Want(404)
		s.API(p, "POST", s.api+"/request", nil).Want(404)
		s.API(p, "POST", s.api+"/rollback", body{"to": 1, "based": 1}).Want(404)
		s.Visit(p, s.page).Want(404)
		s.Visit(p, s.page+"/history").Want(404)
		s.Submit(p, s.page, rows(1, 1, first, second)).Want(404)
		s.Submit(p, s.page+"/check", rows(1, 1, first, second)).Want(404)
	}
	s.API(s.mod, "POST", fmt.Sprintf("/posts/%d/unhide", s.started.PostID), nil).Want(200)
	s.API(visitor, "GET", s.api, nil).Want(200)
}

func TestRequest(t *testing.T) {
	s := newScene(t)
	s.API(visitor, "POST", s.api+"/request", nil).Want(401)
	if got := code(s.API(s.wang, "POST", s.api+"/request", nil).Want(409)); got != "translations.nobody_can" {
		t.Errorf("with no engine and no memory: %s", got)
	}
	if s.written().Find("form[action$=request]").Length() != 0 {
		t.Error("the page offers a machine where there is none")
	}
	form := rows(1, 0, first, second)
	form.Set("reviewed", "1")
	s.Submit(s.mod, s.page, form).Want(303) // the memory is not empty any more
	title := fmt.Sprintf("/en/translate/thread/%d/zh", s.started.ID)
	if s.Visit(s.wang, title).Want(200).Find("form[action$=request]").Length() != 1 {
		t.Fatal("the page does not offer what the memory could do")
	}
	to := s.Submit(s.wang, title+"/request", nil).Want(303).Header.Get("Location")
	if to != title+"?asked=1" || s.Visit(s.wang, to).Want(200).Text("[role=status]") == "" {
		t.Errorf("leads to %s, which says nothing", to)
	}
	s.API(s.wang, "POST", fmt.Sprintf("/threads/%d/translations/zh/request", s.started.ID), nil).Want(202)
	limited := false
	for range 12 {
		a := s.Submit(s.wang, title+"/request", url.Values{})
		limited = limited || a.Status == 429 && a.Header.Get("Retry-After") != ""
	}
	if !limited {
		t.Error("a machine can be asked without end")
	}
}
