package chatweb_test

import (
	"encoding/json"
	"fmt"
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

const eventPath = "/w/1-workshop/room"

// newEventHouse is a house whose room is that of a workshop, open, with Anna as its host.
func newEventHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) (err error) {
		h.room, err = h.service.OpenEventRoom(t.Context(), tx, chat.EventRoom{Workshop: 1, Title: i18n.Text{En: "Workshop", Zh: "研讨会"}, Path: eventPath})
		return err
	}))
	h.host(h.anna.ID)
	h.move(chat.Open)
	return h
}

func (h *house) host(id account.MemberID) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		if err := h.service.SetStaff(h.t.Context(), tx, h.anna.ID, h.room, h.anna.ID, chat.Organiser); err != nil || id == h.anna.ID {
			return err
		}
		return h.service.SetStaff(h.t.Context(), tx, h.anna.ID, h.room, id, chat.Host)
	}))
}

func (h *house) move(to chat.State) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error { return h.service.MoveRoom(h.t.Context(), tx, h.room, to) }))
}

func (h *house) ask(m member, body string, anonymous bool) chat.QuestionID {
	h.t.Helper()
	id, err := h.service.Ask(h.t.Context(), m.viewer(), chat.Ask{Room: h.room, ClientID: uuid.New(), Body: body, Anonymous: anonymous})
	h.must(err)
	return id
}

// filled is what a browser sends of a form as it is.
func filled(form *goquery.Selection) url.Values {
	v := url.Values{}
	form.Find("input, textarea, select").Each(func(_ int, f *goquery.Selection) {
		if _, off := f.Attr("disabled"); off || f.AttrOr("type", "") == "checkbox" {
			return
		}
		if f.Is("select") {
			v.Set(f.AttrOr("name", ""), f.Find("option[selected]").AttrOr("value", ""))
			return
		}
		v.Set(f.AttrOr("name", ""), strings.TrimPrefix(f.AttrOr("value", f.Text()), "\n"))
	})
	return v
}

// press presses a button of the page that belongs to another form, as a browser without JavaScript does.
func (b *browser) press(doc *goquery.Document, button string, status int) *goquery.Document {
	b.h.t.Helper()
	at := doc.Find(button)
	if at.Length() != 1 {
		b.h.t.Fatalf("%d buttons are %s", at.Length(), button)
	}
	form := filled(doc.Find("#" + at.AttrOr("form", "")))
	form.Set(at.AttrOr("name", ""), at.AttrOr("value", ""))
	return b.post(at.AttrOr("formaction", ""), form, status)
}

func order(doc *goquery.Document, part string) []string {
	return doc.Find(`[data-fold="` + part + `"] > li`).Map(func(_ int, li *goquery.Selection) string { return li.AttrOr("id", "") })
}

// TestQuestions_withoutJavaScript walks through a question's life with plain forms.
func TestQuestions_withoutJavaScript(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	li, _ := h.browse("李静", account.RoleMember)
	ada, host := h.browse("Ada Host", account.RoleMember)
	h.host(host.ID)

	doc := li.get("/zh"+eventPath, 200)
	form := filled(doc.Find("form[data-ask]"))
	form.Set("body", " ")
	form.Set("anonymous", "true")
	doc = li.post(doc.Find("form[data-ask]").AttrOr("action", ""), form, 422)
	ask := doc.Find("form[data-ask]")
	if ask.Find("[data-problem]").Text() == "" || ask.Find("[name=anonymous][checked]").Length() != 1 || ask.Find("textarea").AttrOr("aria-invalid", "") != "true" {
		html, _ := ask.Html()
		t.Errorf("an empty question comes back as %s", html)
	}
	form.Set("body", strings.Repeat("长", chat.MaxQuestion))
	doc = li.post("/zh/rooms/"+fmt.Sprint(h.room)+"/questions", form, 422)
	if got := filled(doc.Find("form[data-ask]")); got.Get("body") != form.Get("body") || got.Get("client_id") == "" {
		t.Error("what was typed is lost")
	}
	form.Set("body", "患者隐私**怎么**保护？")
	li.post("/zh/rooms/"+fmt.Sprint(h.room)+"/questions", form, 200)
	doc = li.post("/zh/rooms/"+fmt.Sprint(h.room)+"/questions", form, 200) // sent twice
	q := doc.Find("[data-fold=open] > li")
	if q.Length() != 1 || q.Find("[data-own][hidden]").Length() != 0 || q.Find(".msg-text strong").Text() != "怎么" {
		html, _ := q.Html()
		t.Fatalf("%d questions are shown: %s", q.Length(), html)
	}
	id := "#" + q.AttrOr("id", "")

	doc = ada.get("/en"+eventPath, 200)
	q = doc.Find(id)
	if got, _ := q.Html(); strings.Contains(got, "李静") || q.Find(".side").Length() != 0 || q.Find("[data-own]:not([hidden])").Length() != 0 || q.Find("[data-improve]").Length() != 1 {
		t.Errorf("what was asked without a name is shown to others as %s", got)
	}
	doc = ada.press(doc, id+" [data-vote]", 200)
	if vote := doc.Find(id + " [data-vote]"); vote.AttrOr("aria-pressed", "") != "true" || vote.Find("[data-n]").Text() != "1" || vote.AttrOr("value", "") != "false" {
		t.Error("the vote is not shown as one's own")
	}
	if n := doc.Find(`[data-tab="questions"] [data-tab-count]`).Text(); n != "1" {
		t.Errorf("the tab counts %q", n)
	}
	other := h.ask(h.li, "隐私数据怎样加密？", false)
	doc = ada.get("/en"+eventPath+"?merge="+fmt.Sprint(other), 200)
	merge := doc.Find(fmt.Sprintf("#q-%d form.merge", other))
	if got := merge.Find("option").Map(func(_ int, o *goquery.Selection) string { return o.AttrOr("value", "") }); len(got) != 2 || "#q-"+got[1] != id {
		t.Fatalf("it can be merged into %v, want %s", got, id)
	}
	form = filled(merge)
	form.Set("into", strings.TrimPrefix(id, "#q-"))
	doc = ada.post(merge.AttrOr("action", ""), form, 200)
	if got := order(doc, "merged"); len(got) != 1 || got[0] != fmt.Sprintf("q-%d", other) || doc.Find("#"+got[0]+" [data-into]").AttrOr("href", "") != id {
		t.Errorf("merged are %v", got)
	}
	doc = ada.press(doc, id+" .question-tools [data-to=live]", 200)
	if doc.Find(id).AttrOr("data-state", "") != "live" || doc.Find(id+" [data-label=live]:not([hidden])").Length() != 1 {
		t.Error("what is being answered does not say so")
	}
	doc = ada.press(doc, id+" .question-tools [data-to=answered]", 200)
	if got := order(doc, "answered"); len(got) != 1 || "#"+got[0] != id || doc.Find("[data-empty]:not([hidden])").Length() == 0 {
		t.Errorf("answered are %v", got)
	}
	if _, off := doc.Find(id + " [data-vote]").Attr("disabled"); !off {
		t.Error("an answered question can be voted for")
	}
	doc = li.get("/zh"+eventPath, 200)
	if doc.Find(".question-tools button, .question-tools a:not([href*=\"/report/\"]), template[data-question-host]").Length() > 0 {
		t.Error("who does not host has a host's tools")
	}
}

// TestQuestions_whoMayNot: the page says why, and offers nothing that is refused.
func TestQuestions_whoMayNot(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	h.ask(h.li, "问题", false)
	b, m := h.browse("Ben", account.RoleMember)
	for _, c := range []struct {
		state     chat.State
		ask, hand bool
	}{{chat.Waiting, true, false}, {chat.Open, true, true}, {chat.Paused, false, false}, {chat.Ended, false, false}} {
		h.move(c.state)
		doc := b.get("/en"+eventPath, 200)
		asks := doc.Find("form[data-ask]:not([hidden])").Length() == 1
		raises := doc.Find("form[data-raise]:not([hidden])").Length() == 1
		why := doc.Find("#questions [data-why-not]:not([hidden]) [data-when]:not([hidden])").Length()
		whyHand := doc.Find("#hands [data-why-not]:not([hidden]) [data-when]:not([hidden])").Length()
		if asks != c.ask || raises != c.hand || why != count(!c.ask) || whyHand != count(!c.hand) {
			t.Errorf("%s: one may ask: %v, raise a hand: %v; %d and %d reasons", c.state, asks, raises, why, whyHand)
		}
	}
	h.move(chat.Open)
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return h.service.Sanction(t.Context(), tx, h.room, m.ID, chat.Muted, nil)
	}))
	doc := b.get("/en"+eventPath, 200)
	if doc.Find("form[data-ask]:not([hidden]), form[data-raise]:not([hidden])").Length() > 0 || doc.Find("#questions [data-why-not]:not([hidden]) p").Length() != 1 {
		t.Error("who is muted is not told so")
	}
	visitor := &browser{h: h}
	doc = visitor.get("/en"+eventPath, 200)
	if doc.Find("form[data-ask], form[data-raise], #act").Length() > 0 || doc.Find("[data-vote]:not([disabled])").Length() > 0 {
		t.Error("a visitor is offered what he may not do")
	}
}

func count(on bool) int {
	if on {
		return 1
	}
	return 0
}

// TestQuestions_frames: what is sent to everybody holds nothing of anybody, and reads as the page does.
func TestQuestions_frames(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	en, zh := h.dial(h.anna, "?locale=en"), h.dial(h.li, "?locale=zh")
	for _, c := range []*client{en, zh} {
		c.send(`{"op":"join","room":%d,"after":%d}`, h.room, 2)
		c.until("joined")
	}
	id := h.ask(h.li, "数据**从哪里**来？", true)
	q := fmt.Sprintf("#q-%d", id)
	e, z := en.event("question"), zh.event("question")
	if e.By != nil || z.By != nil || e.Data["anonymous"] != true || e.Data["body"] != "数据**从哪里**来？" {
		t.Errorf("the events are %+v and %+v", e, z)
	}
	for _, f := range []said{e, z} {
		li := selection(t, f.HTML).Find(q)
		if _, off := li.Find("[data-vote]").Attr("disabled"); !off || li.Find("[data-own]:not([hidden])").Length() > 0 || strings.TrimSpace(li.Find("[data-tools]").Text()) != "" {
			t.Errorf("the frame holds what is somebody's: %s", f.HTML)
		}
		if whole, _ := json.Marshal(f); strings.Contains(string(whole), h.li.Name) || strings.Contains(string(whole), h.li.Handle) || strings.Contains(f.HTML, "_csrf") {
			t.Errorf("the frame names the asker: %s", whole)
		}
	}
	if selection(t, e.HTML).Find("[data-improve]").Length() != 1 || selection(t, z.HTML).Find("[data-improve]").Length() != 0 {
		t.Error("only who reads the other language is offered to translate")
	}
	h.must(h.service.Vote(t.Context(), h.anna.viewer(), id, true))
	if v := zh.event("vote"); v.By != nil || v.Data["votes"] != float64(1) || v.Data["id"] != float64(id) || v.HTML != "" {
		t.Errorf("the vote is told as %+v", v)
	}
	_, err := h.words.Write(t.Context(), h.anna.viewer(), translation.Subject{Kind: translation.Question, ID: int64(id)}, i18n.En, translation.Form{Text: "**Where** does the data come from?", Revision: -1})
	h.must(err)
	e, z = en.event("question_translation"), zh.event("question_translation")
	li := selection(t, e.HTML).Find(q)
	if z.HTML != "" || strings.TrimSpace(li.Find(".prose.translated").Text()) != "Where does the data come from?" || li.Find(".prose.original").AttrOr("lang", "") != "zh-Hans" || e.By != nil {
		t.Errorf("the translation is told as %+v and %+v", e, z)
	}
	h.must(h.service.SetQuestion(t.Context(), h.anna.viewer(), id, chat.Live))
	if e = en.event("question_state"); e.By["id"] != float64(h.anna.ID) || e.Data["state"] != "live" || selection(t, e.HTML).Find(q+" [data-label=live]:not([hidden])").Length() != 1 {
		t.Errorf("the state is told as %+v", e)
	}
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		_, err := h.service.HideQuestion(t.Context(), tx, h.admin.viewer(), id)
		return err
	}))
	if e = en.event("question_remove"); e.By != nil || e.HTML != "" || len(e.Data) != 1 {
		t.Errorf("the removal is told as %+v", e)
	}
	var replay struct{ Items []said }
	if status := h.call(h.li, "GET", fmt.Sprintf("/api/v1/rooms/%d/events?after=2", h.room), "", &replay); status != 200 {
		t.Fatalf("the replay answers %d", status)
	}
	for _, f := range replay.Items {
		if strings.HasPrefix(f.Kind, "question") && (f.HTML != "" || f.Data["body"] != nil || f.Data["text"] != nil) {
			t.Errorf("hidden, it is replayed as %+v", f)
		}
	}
	if len(replay.Items) < 5 {
		t.Errorf("the replay has %d events", len(replay.Items))
	}
}

// TestQuestions_list is GET /rooms/{id}/questions.
func TestQuestions_list(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	first, second := h.ask(h.li, "数据从哪里来？", false), h.ask(h.li, "谁来付钱？", true)
	h.must(h.service.Vote(t.Context(), h.anna.viewer(), second, true))
	_, err := h.words.Write(t.Context(), h.anna.viewer(), translation.Subject{Kind: translation.Question, ID: int64(second)}, i18n.En, translation.Form{Text: "Who pays?", Revision: -1})
	h.must(err)
	type item struct {
		ID       chat.QuestionID
		Author   map[string]any
		Content  struct{ Text, Lang, Kind string }
		Original struct{ Text, Lang string }
		Votes    int
		Voted    bool
		Own      bool
		State    string
	}
	list := func(m member, query string, status int) []item {
		t.Helper()
		var got struct{ Items []item }
		if s := h.call(m, "GET", fmt.Sprintf("/api/v1/rooms/%d/questions%s", h.room, query), "", &got); s != status {
			t.Fatalf("the list answers %d, want %d", s, status)
		}
		return got.Items
	}
	got := list(h.anna, "?locale=en", 200)
	if len(got) != 2 || got[0].ID != second || got[0].Author != nil || got[0].Content.Text != "Who pays?" || got[0].Content.Kind != "human" ||
		got[0].Original.Text != "谁来付钱？" || !got[0].Voted || got[0].Own || got[0].Votes != 1 || got[1].ID != first || got[1].Author["name"] != h.li.Name {
		t.Errorf("Anna's list is %+v", got)
	}
	if got := list(h.li, "?locale=zh", 200); got[0].Content.Text != "谁来付钱？" || got[0].Voted || !got[0].Own {
		t.Errorf("Li's list is %+v", got)
	}
	if got := list(member{}, "", 200); got[0].Own || got[0].Voted {
		t.Errorf("a visitor's list is %+v", got)
	}
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return h.service.Sanction(t.Context(), tx, h.room, h.li.ID, chat.Removed, nil)
	}))
	list(h.li, "", 403)
	if status := h.call(h.anna, "GET", "/api/v1/rooms/999999/questions", "", nil); status != 404 {
		t.Errorf("of a room that is not there the list answers %d", status)
	}
}

// TestAsk_pace: who floods a room with questions is told to wait.
func TestAsk_pace(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	refused := 0
	for range 12 {
		body := fmt.Sprintf(`{"client_id":%q,"body":"Why?"}`, uuid.NewString())
		switch status := h.call(h.li, "POST", fmt.Sprintf("/api/v1/rooms/%d/questions", h.room), body, nil); status {
		case 201:
		case 429:
			refused++
		default:
			t.Fatalf("asking answers %d", status)
		}
	}
	if refused < 4 {
		t.Errorf("of 12 questions in a row %d were refused", refused)
	}
}
