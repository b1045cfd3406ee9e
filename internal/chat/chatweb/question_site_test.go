package chatweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
	"senet/internal/workshop"
)

// TestQuestions_wholeHub: a question is translated side by side, hidden with a reason that only its asker is told, and shown
// again, on the pages of the whole hub.
func TestQuestions_wholeHub(t *testing.T) {
	t.Parallel()
	site := apptest.New(t, pgtest.DB(t))
	clara := site.Person("Clara Dubois", account.RoleAdmin, i18n.En)
	mod := site.Person("Marta Ruiz", account.RoleModerator, i18n.En)
	li := site.Person("李云龙", account.RoleMember, i18n.Zh)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now().Add(48 * time.Hour)
	id, err := site.Hub.Workshops.Create(ctx, clara.Viewer, workshop.Form{Kind: workshop.Workshop, Zone: workshop.Brussels, ClientID: uuid.New(), Announce: true,
		Title: i18n.Text{En: "Sharing data", Zh: "数据共享"}, Summary: i18n.Text{En: "How", Zh: "怎样"},
		Start: start.Format("2006-01-02T15:04"), End: start.Add(time.Hour).Format("2006-01-02T15:04")})
	must(err)
	event, err := site.Hub.Workshops.Find(ctx, clara.Viewer, id)
	must(err)
	room := event.Path() + "/room"
	q, err := site.Hub.Chat.Ask(ctx, li.Viewer, chat.Ask{Room: event.RoomID, ClientID: uuid.New(), Body: "患者隐私怎么保护？", Anonymous: true})
	must(err)
	anchor := fmt.Sprintf("#q-%d", q)

	page := site.Visit(mod, "/en"+room).Want(200)
	improve := page.Find(anchor+" [data-improve]").AttrOr("href", "")
	if want := fmt.Sprintf("/en/translate/question/%d/en", q); improve != want {
		t.Fatalf("it is translated at %q, want %q", improve, want)
	}
	edit := site.Visit(mod, improve).Want(200)
	if got := edit.Text("main"); !strings.Contains(got, "患者隐私怎么保护？") || strings.Contains(got, li.Name) {
		t.Errorf("the page of the translation reads %q", got)
	}
	site.API(mod, "PUT", fmt.Sprintf("/questions/%d/translations/en", q), map[string]any{"text": "How is patients’ privacy protected?"}).Want(200)
	if got := site.Visit(mod, "/en"+room).Text(anchor + " .prose.translated"); got != "How is patients’ privacy protected?" {
		t.Errorf("translated it reads %q", got)
	}

	tool := page.Find(anchor + ` form[action$="/hide"]`)
	if tool.Length() != 1 || site.Visit(li, "/zh"+room).Find(`[action*="/moderation/"]`).Length() > 0 {
		t.Fatalf("moderators have %d tools to hide it, members some", tool.Length())
	}
	act := tool.AttrOr("action", "")
	if got := site.Visit(mod, act).Want(200).Text("main"); strings.Contains(got, li.Name) || !strings.Contains(got, "患者隐私怎么保护？") {
		t.Errorf("before it is hidden the page reads %q", got)
	}
	site.Submit(li, act, url.Values{"reason": {"Mine"}}).Want(403)
	back := site.Submit(mod, act, url.Values{"reason": {"Advertising"}, "back": {"/en" + room + anchor}}).Want(303).Header.Get("Location")
	if !strings.HasPrefix(back, "/en"+room+"?moderated=hide.") {
		t.Errorf("hiding leads to %q", back)
	}
	page = site.Visit(mod, back).Want(200)
	if strings.Contains(string(page.Body), "患者隐私") || strings.Contains(string(page.Body), "patients’ privacy") || page.Find(anchor).Length() > 0 {
		t.Error("hidden, it is on the page")
	}
	site.Visit(mod, improve).Want(404)
	site.API(mod, "GET", fmt.Sprintf("/questions/%d/translations/en", q), nil).Want(404)
	inbox := site.Visit(li, "/zh/inbox").Want(200).Text("main")
	if !strings.Contains(inbox, "版主隐藏了您在会场中的提问") || !strings.Contains(inbox, "广告宣传") {
		t.Errorf("the asker is told %q", inbox)
	}
	undo := page.Find(".moderated form").AttrOr("action", "")
	site.Submit(mod, undo, url.Values{"back": {"/en" + room}}).Want(303)
	if got := site.Visit(li, "/zh"+room).Text(anchor + " .msg-text"); got != "患者隐私怎么保护？" {
		t.Errorf("shown again it reads %q", got)
	}
}
