package chatweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

const meetingPath = "/en/w/7-sepsis/room"

// meeting makes the room of a workshop of the house's, with a host.
func (h *house) meeting(host account.Member) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) (err error) {
		h.room, err = h.service.OpenEventRoom(h.t.Context(), tx, chat.EventRoom{Workshop: 7, Title: i18n.Text{En: "Sepsis", Zh: "脓毒症"}, Path: "/w/7-sepsis/room"})
		if err != nil {
			return err
		}
		if err := h.service.SetStaff(h.t.Context(), tx, host.ID, h.room, host.ID, chat.Organiser); err != nil {
			return err
		}
		return h.service.MoveRoom(h.t.Context(), tx, h.room, chat.Open)
	}))
}

func (h *house) poll(host account.Member, n chat.NewPoll) chat.Poll {
	h.t.Helper()
	v := account.Viewer{ID: host.ID, Role: host.Role}
	n.Room, n.ClientID = h.room, uuid.New()
	id, err := h.service.OpenPoll(h.t.Context(), v, n)
	h.must(err)
	ps, err := h.service.Polls(h.t.Context(), v, h.room)
	h.must(err)
	for _, p := range ps {
		if p.ID == id {
			return p
		}
	}
	h.t.Fatalf("poll %d is not there", id)
	return chat.Poll{}
}

// fields are those of a form as a browser would send them, by its selector.
func fields(doc *goquery.Document, form string) (action string, values url.Values) {
	values = url.Values{}
	f := doc.Find(form)
	f.Find("input, textarea, select option[selected]").Each(func(_ int, el *goquery.Selection) {
		name, kind := el.AttrOr("name", ""), el.AttrOr("type", "")
		if goquery.NodeName(el) == "option" {
			name = el.Parent().AttrOr("name", "")
		}
		if _, checked := el.Attr("checked"); (kind == "radio" || kind == "checkbox") && !checked {
			return
		}
		values.Add(name, strings.TrimPrefix(el.AttrOr("value", el.Text()), "\n"))
	})
	return f.AttrOr("action", ""), values
}

// rows are what a poll's table says, a row each: "Genomes 2 67%", with what is one's own in brackets.
func rows(poll *goquery.Selection) string {
	return strings.Join(poll.Find("[data-option]").Map(func(_ int, tr *goquery.Selection) string {
		said := []string{strings.TrimSpace(tr.Find("[data-text]").Text())}
		if tr.HasClass("mine") {
			said[0] = "[" + said[0] + "]"
		}
		tr.Find("[data-n], [data-share]").Each(func(_ int, td *goquery.Selection) { said = append(said, strings.TrimSpace(td.Text())) })
		return strings.Join(said, " ")
	}), ", ")
}

// TestPolls_withoutJavaScript: a host opens a poll, a member votes, changes his mind and withdraws, the host closes it; each
// form leads back to the poll.
func TestPolls_withoutJavaScript(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hosting, host := h.browse("Hu Jing", account.RoleMember)
	voting, _ := h.browse("Anna Weber", account.RoleMember)
	h.meeting(host)
	if n := voting.get(meetingPath, 200).Find("[data-poll-form]").Length(); n != 0 {
		t.Error("a member can write a poll")
	}
	action, form := fields(hosting.get(meetingPath, 200), "[data-poll-form]")
	form.Set("kind", "multiple")
	form.Set("body", "哪些数据可以共享？")
	form.Set("options", "基因组\r\n")
	doc := hosting.post(action, form, 422)
	_, kept := fields(doc, "[data-poll-form]")
	if kept.Get("body") != form.Get("body") || kept.Get("kind") != "multiple" || strings.TrimSpace(kept.Get("options")) != "基因组" {
		t.Errorf("of what was typed came back %v", kept)
	}
	if _, open := doc.Find("[data-poll-new]").Attr("open"); !open || doc.Find(".poll-options .field-error").Length() != 1 {
		t.Error("the refused form is closed, or does not say what is wrong")
	}
	form.Set("options", "基因组\r\n影像\r\n\r\n文本\r\n")
	for range 2 { // sent twice
		doc = hosting.post(action, form, 200)
	}
	poll := doc.Find(".poll")
	if poll.Length() != 1 || poll.Find("h3 span").AttrOr("lang", "") != "zh-Hans" || rows(poll) != "基因组 0 0%, 影像 0 0%, 文本 0 0%" {
		t.Fatalf("the polls are %d, and read %s", poll.Length(), rows(poll))
	}

	ballot := "form[data-ballot]"
	action, form = fields(voting.get(meetingPath, 200), ballot)
	choose := func(b *browser, labels ...string) string {
		t.Helper()
		form.Del("options")
		b.get(meetingPath, 200).Find("[data-option]").Each(func(_ int, tr *goquery.Selection) {
			for _, l := range labels {
				if strings.TrimSpace(tr.Find("[data-text]").Text()) == l {
					form.Add("options", tr.Find("input").AttrOr("value", ""))
				}
			}
		})
		return rows(b.post(action, form, 200).Find(".poll"))
	}
	if got := choose(voting, "基因组", "文本"); got != "[基因组] 1 100%, 影像 0 0%, [文本] 1 100%" {
		t.Errorf("her vote reads %s", got)
	}
	if got := choose(voting, "影像"); got != "基因组 0 0%, [影像] 1 100%, 文本 0 0%" {
		t.Errorf("her second thought reads %s", got)
	}
	if got := rows(hosting.get(meetingPath, 200).Find(".poll")); got != "基因组 0 0%, 影像 1 100%, 文本 0 0%" {
		t.Errorf("the host reads %s", got)
	}
	action, form = fields(voting.get(meetingPath, 200), "form[id^=withdraw]")
	if got := rows(voting.post(action, form, 200).Find(".poll")); got != "基因组 0 0%, 影像 0 0%, 文本 0 0%" {
		t.Errorf("her withdrawal reads %s", got)
	}

	action, form = fields(hosting.get(meetingPath, 200), ".poll-tools form")
	doc = hosting.post(action, form, 200)
	if doc.Find(".poll").AttrOr("data-closed", "") != "true" || doc.Find(ballot).Length() != 0 {
		t.Error("the poll is not closed, or still takes votes")
	}
}

// TestPolls_leadBack: a form's answer is the poll, named in the address.
func TestPolls_leadBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, host := h.browse("Hu Jing", account.RoleMember)
	h.meeting(host)
	p := h.poll(host, chat.NewPoll{Kind: chat.Cloud, Body: "In a word?"})
	action, form := fields(b.get(meetingPath, 200), "form[data-ballot]")
	form["words"] = []string{"trust", "", "数据"}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := b.client.PostForm("http://"+h.addr+action, form)
	h.must(err)
	res.Body.Close()
	b.client.CheckRedirect = nil
	if want := fmt.Sprintf("%s#poll-%d", meetingPath, p.ID); res.StatusCode != 303 || res.Header.Get("Location") != want {
		t.Errorf("it answers %d to %s, want 303 to %s", res.StatusCode, res.Header.Get("Location"), want)
	}
	doc := b.get(meetingPath, 200)
	if got := rows(doc.Find(".poll")); got != "[trust] 1 50%, [数据] 1 50%" {
		t.Errorf("the cloud reads %s", got)
	}
	if _, form := fields(doc, "form[data-ballot]"); strings.Join(form["words"], " ") != "trust 数据 " {
		t.Errorf("the fields hold %q", form["words"])
	}
	if doc.Find(".poll .poll-take-out").Length() != 2 {
		t.Error("a host cannot take words out")
	}
}

// TestPolls_whatIsNotSaidYet: no number, and no word of a cloud, is in a page before its time, for anybody.
func TestPolls_whatIsNotSaidYet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hosting, host := h.browse("Hu Jing", account.RoleMember)
	h.meeting(host)
	single := h.poll(host, chat.NewPoll{Kind: chat.Single, Body: "Ready?", Options: []string{"yes", "no"}, Results: chat.ResultsClosed})
	cloud := h.poll(host, chat.NewPoll{Kind: chat.Cloud, Body: "In a word?", Results: chat.ResultsClosed})
	for _, m := range []member{h.anna, h.li} {
		h.must(h.service.CastBallot(t.Context(), m.viewer(), single.ID, []chat.OptionID{single.Options[0].ID}))
		_, err := h.service.SendWords(t.Context(), m.viewer(), cloud.ID, []string{"Geheimnis"})
		h.must(err)
	}
	events := fmt.Sprintf("/api/v1/rooms/%d/events?after=0", h.room)
	polls := fmt.Sprintf("/api/v1/rooms/%d/polls", h.room)
	for who, b := range map[string]*browser{"the host": hosting, "a visitor": {h: h}} {
		doc := b.get(meetingPath, 200)
		html, _ := doc.Find("[data-polls]").Html()
		if strings.Contains(html, "Geheimnis") || doc.Find(".poll :is([data-n], [data-bar], .poll-cloud)").Length() != 0 {
			t.Errorf("the page of %s shows results: %.3000s", who, html)
		}
		if got := strings.TrimSpace(doc.Find(fmt.Sprintf("#poll-%d [data-voters-words]", single.ID)).Text()); got != "2 people have voted" {
			t.Errorf("to %s it says %q", who, got)
		}
	}
	for _, path := range []string{events, polls} {
		var raw any
		h.call(member{}, "GET", path, "", &raw)
		if all := fmt.Sprint(raw); strings.Contains(all, "Geheimnis") || strings.Contains(all, "votes:") || strings.Contains(all, "counts") || strings.Contains(all, "data-bar") {
			t.Errorf("%s tells %s", path, all)
		}
	}
}

// TestPolls_frames: a frame is for everybody: it holds no token, no choice and no tool, and each language has its own.
func TestPolls_frames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, host := h.browse("Hu Jing", account.RoleMember)
	h.meeting(host)
	clients := map[string]*client{"en": h.dial(h.anna, "?locale=en"), "zh": h.dial(h.li, "?locale=zh")}
	for _, c := range clients {
		c.send(`{"op":"join","room":%d}`, h.room)
		c.until("joined")
	}
	// each sees what is told before it goes on: a frame shows its poll as it is when it is sent
	each := func(kind string, check func(l string, f said)) {
		t.Helper()
		for l, c := range clients {
			f := c.until("event")
			for f.Kind != kind {
				f = c.until("event")
			}
			check(l, f)
		}
	}
	p := h.poll(host, chat.NewPoll{Kind: chat.Single, Body: "Which data do you share?", Options: []string{"Genomes", "None at all"}})
	each("poll", func(l string, f said) {
		if doc := fragment(t, f.HTML); doc.Find("[name=_csrf], [checked], .mine, [data-tools] *").Length() != 0 || doc.Find("input[type=radio]").Length() != 2 {
			t.Errorf("%s: the frame of a poll is %s", l, f.HTML)
		}
	})
	h.must(h.service.CastBallot(t.Context(), h.anna.viewer(), p.ID, []chat.OptionID{p.Options[0].ID}))
	each("ballot", func(l string, f said) {
		if f.HTML != "" || f.By != nil || fmt.Sprint(f.Data["counts"]) != fmt.Sprintf("map[%d:1]", p.Options[0].ID) {
			t.Errorf("%s: the frame of a vote is %+v", l, f)
		}
	})
	subject := translation.Subject{Kind: translation.PollOption, ID: int64(p.Options[0].ID)}
	_, err := h.words.Write(t.Context(), h.anna.viewer(), subject, i18n.Zh, translation.Form{Text: "基因组", Revision: -1})
	h.must(err)
	each("option_translation", func(l string, f said) {
		if doc := fragment(t, f.HTML); (f.HTML != "") != (l == "zh") || l == "zh" && (doc.Find("[data-text] .translated").Text() != "基因组" || doc.Find(".flip").Length() != 1) {
			t.Errorf("%s: the frame of a translation has html %q", l, f.HTML)
		}
	})
	h.must(h.service.ClosePoll(t.Context(), account.Viewer{ID: host.ID}, p.ID, true))
	each("poll_state", func(l string, f said) {
		if doc := fragment(t, f.HTML); doc.Find("form, input[type=radio]").Length() != 0 || rows(doc.Find(".poll")) == "" || doc.Find(".poll").AttrOr("data-closed", "") != "true" {
			t.Errorf("%s: the frame of the closing is %s", l, f.HTML)
		}
	})
}

func fragment(t *testing.T, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
