package notifyweb_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/mail"
	"senet/internal/mail/mailtest"
	"senet/internal/moderation"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
)

// post is a site on which Min follows a thread that Anna writes in, and wants letters.
type post struct {
	*apptest.Site
	min, anna, mod apptest.Person
	thread         forum.Started
}

func newPost(t *testing.T) *post {
	t.Helper()
	t.Parallel()
	p := &post{Site: apptest.New(t, pgtest.Tx(t))}
	p.min, p.anna = p.Person("张敏", account.RoleMember, i18n.Zh), p.Person("Anna Weber", account.RoleMember, i18n.En)
	p.mod = p.Person("Moderator", account.RoleModerator, i18n.En)
	p.Address(p.min, "min@clinic.example")
	p.want(p.min, true)
	p.thread = p.Thread(p.min, "Sepsis markers", 0)
	return p
}

func (p *post) want(who apptest.Person, on bool) {
	p.T.Helper()
	if err := p.Hub.Mail.Choose(p.T.Context(), who.Viewer, map[mail.Group]bool{mail.Replies: on, mail.Decisions: on}); err != nil {
		p.T.Fatal(err)
	}
}

func (p *post) reply(body string) forum.PostID {
	p.T.Helper()
	r, err := p.Hub.Forum.Reply(p.T.Context(), p.anna.Viewer, forum.ReplyForm{Thread: p.thread.ID, Body: body, ClientID: uuid.New()})
	if err != nil {
		p.T.Fatal(err)
	}
	return r
}

// contains fails unless the letter's text and HTML hold these words.
func contains(t testing.TB, l mailtest.Letter, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(l.Text, w) || !strings.Contains(l.HTML, w) {
			t.Errorf("the letter lacks %q:\n%s\n%s", w, l.Text, l.HTML)
		}
	}
}

func TestLetters_reply(t *testing.T) {
	p := newPost(t)
	id := p.reply("> Sepsis\n\nWe use **lactate** and PCT, see https://journal.example/1.\n\nIt helps.")
	letters := p.Letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters, want one", len(letters))
	}
	l := letters[0]
	if l.To.Name != "张敏" || l.To.Address != "min@clinic.example" || l.Subject != "Anna Weber回复了您关注的主题：Sepsis markers" {
		t.Errorf("to %v: %q", l.To, l.Subject)
	}
	contains(t, l, "张敏，您好：", "Anna Weber回复了您关注的主题。", "Sepsis markers", "We use lactate and PCT", "原文为英文，暂无译文。", "阅读并回复",
		fmt.Sprintf("http://hub.test/zh/p/%d", id))
	if strings.Contains(l.Text, "**") || !strings.Contains(l.HTML, `lang="en">We use lactate`) {
		t.Errorf("the excerpt:\n%s\n%s", l.Text, l.HTML)
	}
}

// What has been translated until the letter goes is read in the recipient's language, and told as a translation.
func TestLetters_translated(t *testing.T) {
	p := newPost(t)
	id := p.reply("We measure lactate in the emergency department and wait for the result.")
	sub := translation.Subject{Kind: translation.Post, ID: int64(id)}
	form := translation.Form{Text: "我们在急诊科检测乳酸，并等待结果。", Revision: -1}
	if _, err := p.Hub.Translation.Write(t.Context(), p.mod.Viewer, sub, i18n.Zh, form); err != nil {
		t.Fatal(err)
	}
	l := p.Letters()[0]
	contains(t, l, "我们在急诊科检测乳酸，并等待结果。", "译者：Moderator")
	if strings.Contains(l.Text, "lactate") {
		t.Errorf("the letter shows the original too:\n%s", l.Text)
	}
}

func TestLetters_onlyToThoseWhoWantThem(t *testing.T) {
	p := newPost(t)
	p.want(p.min, false)
	p.reply("Not by mail")
	p.want(p.min, true)
	p.reply("By mail")
	p.want(p.min, false)
	if got := p.Letters(); len(got) != 0 {
		t.Errorf("%d letters, though they are off again", len(got))
	}
}

// What is hidden, or read on the hub, before the letter goes, does not go.
func TestLetters_notAnyMore(t *testing.T) {
	p := newPost(t)
	hidden, read := p.reply("Buy my pills"), p.reply("Read on the hub")
	if _, err := p.Hub.Moderation.Decide(t.Context(), p.mod.Viewer, moderation.Verdict{Action: moderation.Hide, Subject: moderation.Subject{Kind: moderation.Post, ID: int64(hidden)}, Why: moderation.Why{Reason: "Advertising"}}); err != nil {
		t.Fatal(err)
	}
	inbox := p.Visit(p.min, "/zh/inbox")
	first, _ := inbox.Find(".inbox-title a").First().Attr("href")
	p.Visit(p.min, first).Want(http.StatusSeeOther)
	if got := p.Letters(); len(got) != 0 {
		t.Errorf("%d letters about posts %d and %d: %s", len(got), hidden, read, got[0].Text)
	}
}

// Hostile titles and texts stay text.
func TestLetters_hostile(t *testing.T) {
	p := newPost(t)
	p.thread = p.Thread(p.min, "Bcc: <all@hub.example> \"<b>bold</b>\"", 0)
	p.reply("<script>alert(1)</script> <img src=https://evil.example/x.png> [here](javascript:alert(1)) ![pixel](https://evil.example/p.gif)")
	l := p.Letters()[0]
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(l.HTML))
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Find("script, img, b, link, [src], [background], iframe").Length(); got != 0 {
		t.Errorf("the HTML loads something:\n%s", l.HTML)
	}
	for _, a := range doc.Find("[href]").EachIter() {
		if href, _ := a.Attr("href"); !strings.HasPrefix(href, "http://hub.test/zh") {
			t.Errorf("the HTML leads to %s", href)
		}
	}
	if l.Header.Get("Bcc") != "" {
		t.Error("the title is a header")
	}
}

func TestLetters_decision(t *testing.T) {
	p := newPost(t)
	p.Address(p.anna, "anna@clinic.example")
	id := p.reply("Buy my pills")
	hide := func() {
		t.Helper()
		if _, err := p.Hub.Moderation.Decide(t.Context(), p.mod.Viewer, moderation.Verdict{Action: moderation.Hide, Subject: moderation.Subject{Kind: moderation.Post, ID: int64(id)}, Why: moderation.Why{Reason: "广告宣传\n第二次了。"}}); err != nil {
			t.Fatal(err)
		}
	}
	hide()
	if got := p.Letters(); len(got) != 0 {
		t.Fatalf("%d letters to who has not asked for them", len(got))
	}
	p.want(p.anna, true)
	if _, err := p.Hub.Moderation.Decide(t.Context(), p.mod.Viewer, moderation.Verdict{Action: moderation.Unhide, Subject: moderation.Subject{Kind: moderation.Post, ID: int64(id)}, Why: moderation.Why{Reason: ""}}); err != nil {
		t.Fatal(err)
	}
	hide()
	letters := p.Letters()
	if len(letters) != 2 {
		t.Fatalf("%d letters, want two", len(letters))
	}
	if got := letters[0].Subject; got != "Your post is visible again: Sepsis markers" {
		t.Errorf("subject %q", got)
	}
	contains(t, letters[1], "Dear Anna Weber,", "A moderator hid your post.", "Sepsis markers", "Reason", "Advertising", "第二次了。", "Have a look")
	if strings.Contains(letters[1].Raw, "pills") || strings.Contains(letters[1].Text, p.mod.Name+" ") {
		t.Errorf("the letter tells what was hidden, or who did it:\n%s", letters[1].Text)
	}
}
