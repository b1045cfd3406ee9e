package moderationweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestChallenges_createEditOrderArchive(t *testing.T) {
	s := newSite(t)
	s.id(`update challenges set position = 1 where id = $1 returning id`, s.challenge)
	slug := "ageing-" + uuid.NewString()[:8]
	form := url.Values{"slug": {slug}, "title_en": {"Healthy ageing"}, "summary_en": {"One line."}}
	s.submit("admin", "/en/admin/challenges/new", form).want(303)
	id := s.id(`select id from challenges where slug = $1`, slug)
	s.id(`select id from rooms where challenge_id = $1`, id)

	list := s.visit("admin", "/en/admin/challenges").want(200)
	row := list.page().Find(fmt.Sprintf(`.curated-row:has(a[href="/en/admin/challenges/%d"])`, id))
	if got := row.Find(".badge").Text(); got != "Missing: Chinese title and Chinese summary" {
		t.Errorf("the mark of what is missing says %q", got)
	}

	edit := fmt.Sprintf("/zh/admin/challenges/%d", id)
	if got, _ := s.visit("admin", edit).want(200).page().Find("[name=title_en]").Attr("value"); got != "Healthy ageing" {
		t.Errorf("the form holds %q", got)
	}
	form.Set("title_zh", "健康老龄化")
	s.submit("admin", edit, form).want(303)

	order := func() string {
		var hrefs []string
		page := s.visit("admin", "/en/admin/challenges").want(200).page()
		for _, n := range []int64{s.challenge, id} {
			for i := range page.Find(".curated-row").Length() {
				if page.Find(".curated-row").Eq(i).Find(fmt.Sprintf(`a[href="/en/admin/challenges/%d"]`, n)).Length() > 0 {
					hrefs = append(hrefs, fmt.Sprint(i))
				}
			}
		}
		return strings.Join(hrefs, " ")
	}
	before := order()
	s.submit("admin", "/en/admin/challenges/order", url.Values{"up": {fmt.Sprint(id)}}).want(303)
	if after := order(); after == before {
		t.Errorf("moving up left the order at %s", after)
	}
	s.submit("admin", "/en/admin/challenges/order", url.Values{"down": {fmt.Sprint(id)}}).want(303)
	if after := order(); after != before {
		t.Errorf("moving down again gave %s, want %s", after, before)
	}
	s.submit("admin", "/en/admin/challenges/order", url.Values{"down": {"nonsense"}}).want(303)

	s.submit("admin", fmt.Sprintf("/en/admin/challenges/%d/archive", id), nil).want(303)
	s.submit("admin", fmt.Sprintf("/en/admin/challenges/%d/archive", id), nil).want(409)
	if got := s.visit("admin", "/en/admin/challenges").text(`section[aria-labelledby="archived"]`); !strings.Contains(got, "健康老龄化") {
		t.Errorf("the archived say %q", got)
	}
	s.submit("admin", fmt.Sprintf("/en/admin/challenges/%d/unarchive", id), nil).want(303)
	s.visit("admin", "/zh/moderation").want(200)
}

func TestChallenges_invalidKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	a := s.submit("admin", "/en/admin/challenges/new", url.Values{"slug": {"Not A Slug"}, "summary_zh": {"概述"}}).want(422)
	if got, _ := a.page().Find("[name=slug]").Attr("value"); got != "Not A Slug" {
		t.Errorf("the address field holds %q", got)
	}
	if got := a.text("[name=summary_zh]"); got != "概述" {
		t.Errorf("the summary field holds %q", got)
	}
	if a.text("#slug-error") == "" || a.text("#title_en-error") == "" {
		t.Error("the wrong fields do not say so")
	}
	s.visit("admin", "/en/admin/challenges/999999999").want(404)
}

func TestRole(t *testing.T) {
	s := newSite(t)
	path := fmt.Sprintf("/en/admin/members/%d/role", s.people["member"].ID)
	a := s.submit("admin", path, url.Values{"role": {"moderator"}, "back": {"/en/admin/members"}}).want(303)
	if !strings.HasPrefix(a.Location, "/en/admin/members?moderated=role.") {
		t.Errorf("led to %q", a.Location)
	}
	if n := s.id(`select count(*) from members where id = $1 and role = 'moderator'`, s.people["member"].ID); n != 1 {
		t.Error("the member is no moderator")
	}
	s.submit("admin", path, url.Values{"role": {"king"}}).want(422)
	s.submit("admin", fmt.Sprintf("/en/admin/members/%d/role", s.people["admin"].ID), url.Values{"role": {"member"}}).want(409)
}
