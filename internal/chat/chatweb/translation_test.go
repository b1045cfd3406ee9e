package chatweb_test

import (
	"fmt"
	"io"
	"net/http"
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

// spoken says something and returns its message's id.
func (h *house) spoken(m member, body string, replyTo chat.MessageID) chat.MessageID {
	h.t.Helper()
	seq, err := h.service.Say(h.t.Context(), m.viewer(), chat.Say{Room: h.room, ClientID: uuid.New(), Body: body, ReplyTo: replyTo})
	h.must(err)
	var id chat.MessageID
	h.must(h.pool.QueryRow(h.t.Context(), `select id from messages where room_id = $1 and seq = $2`, h.room, seq).Scan(&id))
	return id
}

func (h *house) translate(m member, id chat.MessageID, l i18n.Locale, text string) {
	h.t.Helper()
	_, err := h.words.Write(h.t.Context(), m.viewer(), translation.Subject{Kind: translation.Message, ID: int64(id)}, l,
		translation.Form{Text: text, Revision: -1})
	h.must(err)
}

func (h *house) setHidden(id chat.MessageID, hidden bool) {
	h.t.Helper()
	h.must(h.store.InTx(h.t.Context(), func(tx *pg.Tx) error {
		set := h.service.Unhide
		if hidden {
			set = h.service.Hide
		}
		_, err := set(h.t.Context(), tx, h.admin.viewer(), id)
		return err
	}))
}

// event reads on until an event of that kind.
func (c *client) event(kind string) said {
	c.t.Helper()
	for {
		if s := c.until("event"); s.Kind == kind {
			return s
		}
	}
}

func selection(t *testing.T, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTranslation_framesAreForReadersOfItsLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.spoken(h.li, "**重要：**我们需要更多数据", 0)
	join := fmt.Sprintf(`{"op":"join","room":%d,"after":0}`, h.room)
	en, zh := h.dial(h.anna, "?locale=en"), h.dial(h.li, "?locale=zh")
	for _, c := range []*client{en, zh} {
		c.send("%s", join)
		c.until("joined")
	}
	h.translate(h.anna, id, i18n.En, "**Important:** we need more data")

	e, z := en.event("translation"), zh.event("translation")
	if e.Seq != 2 || z.Seq != 2 || e.Data["locale"] != "en" || z.Data["id"] != float64(id) {
		t.Errorf("the events are %+v and %+v", e, z)
	}
	if e.By != nil {
		t.Errorf("the event is by %v, want nobody", e.By)
	}
	m := selection(t, e.HTML).Find("#m-" + fmt.Sprint(id))
	if got := strings.TrimSpace(m.Find(".prose.translated").Text()); got != "Important: we need more data" || m.Find(".prose.translated").AttrOr("lang", "") != "en" {
		t.Errorf("the English reader's message reads %q", got)
	}
	if got := strings.TrimSpace(m.Find(".prose.original").Text()); got != "重要：我们需要更多数据" {
		t.Errorf("its original reads %q", got)
	}
	if got := m.Find(".provenance").Text(); !strings.Contains(got, "Translated by Anna Weber") || m.Find(".provenance a[data-improve]").AttrOr("href", "") != fmt.Sprintf("/en/translate/message/%d/en", id) {
		t.Errorf("its provenance is %q", got)
	}
	if z.HTML != "" {
		t.Errorf("the Chinese reader gets html: %s", z.HTML)
	}

	for locale, want := range map[string]bool{"en": true, "zh": false} {
		var p eventsPage
		h.call(member{}, "GET", fmt.Sprintf("/api/v1/rooms/%d/events?after=0&locale=%s", h.room, locale), "", &p)
		if len(p.Items) != 2 || p.Items[1].Kind != "translation" || (p.Items[1].HTML != "") != want {
			t.Fatalf("in %s the poll has %+v", locale, p.Items)
		}
		if got := selection(t, p.Items[0].HTML).Find(".bitext").Length() == 1; got != want || p.Items[0].Data["body"] != "**重要：**我们需要更多数据" {
			t.Errorf("in %s the message is replayed with its translation %v, want %v", locale, got, want)
		}
	}
}

func TestTranslation_takenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.spoken(h.li, "我们需要更多数据", 0)
	h.translate(h.anna, id, i18n.En, "We need more data")
	en := h.dial(member{}, "?locale=en")
	en.send(`{"op":"join","room":%d,"after":2}`, h.room)
	en.until("joined")
	h.must(h.words.Remove(t.Context(), h.admin.viewer(), translation.Subject{Kind: translation.Message, ID: int64(id)}, i18n.En))
	e := en.event("translation")
	m := selection(t, e.HTML)
	if e.Data["kind"] != "original" || e.Data["untranslated"] != true || m.Find(".bitext").Length() != 0 || m.Find(".msg-tools a[data-improve]").Length() != 1 {
		t.Errorf("the event is %+v", e)
	}
}

// TestTranslation_leavesNothingBehind looks for a hidden message's words in everything that tells of the room.
func TestTranslation_leavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.spoken(h.li, "秘密的数据在这里，请不要外传", 0)
	h.translate(h.anna, id, i18n.En, "The secret data is here, please keep it to yourself")
	answer := h.spoken(h.anna, "Why is that?", id)
	h.setHidden(id, true)
	fetch := func(path string) string {
		t.Helper()
		res, err := http.Get("http://" + h.addr + path)
		h.must(err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		h.must(err)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		return string(body)
	}
	everywhere := func(l i18n.Locale) map[string]string {
		all := map[string]string{}
		for _, path := range []string{"/" + string(l) + "/c/infection-amr/room", "/" + string(l) + "/c/infection-amr/room?at=1",
			fmt.Sprintf("/%s/c/infection-amr/room?reply=%d", l, id),
			fmt.Sprintf("/api/v1/rooms/%d/events?locale=%s", h.room, l), fmt.Sprintf("/api/v1/rooms/%d/events?after=0&locale=%s", h.room, l),
			fmt.Sprintf("/api/v1/rooms/%d/events?after=1&locale=%s", h.room, l), fmt.Sprintf("/api/v1/rooms/%d?locale=%s", h.room, l)} {
			all[path] = fetch(path)
		}
		for _, after := range []string{"", `,"after":0`, `,"after":1`} {
			c := h.dial(member{}, "?locale="+string(l))
			c.send(`{"op":"join","room":%d%s}`, h.room, after)
			all["joined "+string(l)+after] = fmt.Sprintf("%+v", c.until("joined"))
		}
		return all
	}
	for _, l := range i18n.Locales {
		for where, body := range everywhere(l) {
			if strings.Contains(body, "秘密") || strings.Contains(body, "secret") {
				t.Errorf("%s tells what is hidden: %s", where, body)
			}
		}
	}

	en, zh := h.dial(member{}, "?locale=en"), h.dial(member{}, "?locale=zh")
	for _, c := range []*client{en, zh} {
		c.send(`{"op":"join","room":%d,"after":4}`, h.room)
		c.until("joined")
	}
	h.setHidden(id, false)
	if e := en.event("restore"); !strings.Contains(selection(t, e.HTML).Find(".translated").Text(), "The secret data") || e.Data["body"] != "秘密的数据在这里，请不要外传" {
		t.Errorf("shown again, the English reader gets %+v", e)
	}
	if e := zh.event("restore"); strings.Contains(e.HTML, "secret") || !strings.Contains(e.HTML, "秘密") {
		t.Errorf("shown again, the Chinese reader gets %+v", e)
	}
	page := selection(t, fetch("/en/c/infection-amr/room"))
	quote := page.Find(fmt.Sprintf("#m-%d .msg-reply", answer))
	if got := quote.Find(".translated").Text(); !strings.HasPrefix(got, "The secret data") || quote.Find(".original").Text() != "秘密的数据在这里，请不要外传" {
		t.Errorf("shown again, the answer quotes %q", quote.Text())
	}
}

func TestPage_translatesWhereOneMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	untranslated := h.spoken(h.li, "糖尿病筛查需要更多数据", 0)
	translated := h.spoken(h.li, "我们需要更多数据", 0)
	h.spoken(h.anna, "Agreed, of course", 0)
	h.translate(h.anna, translated, i18n.En, "We need more data")
	b, _ := h.browse("Anna Weber", account.RoleMember)
	doc := b.get(roomPath, 200)
	if got := doc.Find("#log a[data-improve]").Length(); got != 2 {
		t.Errorf("%d messages can be translated or corrected, want 2", got)
	}
	for _, id := range []chat.MessageID{untranslated, translated} {
		if got := doc.Find(fmt.Sprintf("#m-%d a[data-improve]", id)).AttrOr("href", ""); got != fmt.Sprintf("/en/translate/message/%d/en", id) {
			t.Errorf("the way to the translation of %d is %q", id, got)
		}
	}
	if doc.Find("template[data-translate]").Length() != 1 || doc.Find(".room-state a[data-texts]").Length() != 1 {
		t.Error("no editor, or no switch to the originals")
	}
	if (&browser{h: h}).get(roomPath, 200).Find("template[data-translate]").Length() != 0 {
		t.Error("a visitor has an editor")
	}
	reply := b.get(fmt.Sprintf("%s?reply=%d", roomPath, translated), 200).Find("[data-reply-words] q")
	if reply.Text() != "We need more data" || reply.AttrOr("lang", "") != "en" {
		t.Errorf("who answers sees %q in %s", reply.Text(), reply.AttrOr("lang", ""))
	}
}
