package chatweb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"senet/internal/account"
	"senet/internal/chat"
)

func names(list *goquery.Selection) []string {
	return list.Find("[data-name]").Map(func(_ int, a *goquery.Selection) string { return a.Text() })
}

// TestHands_withoutJavaScript walks through a meeting with plain forms.
func TestHands_withoutJavaScript(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	host, m := h.browse("Ada Host", account.RoleMember)
	h.host(m.ID)
	var all []*browser
	for _, name := range []string{"Ben", "Cleo", "Dan"} {
		b, _ := h.browse(name, account.RoleMember)
		doc := b.get("/en"+eventPath, 200)
		raise := doc.Find("form[data-raise]")
		doc = b.post(raise.AttrOr("action", ""), filled(raise), 200)
		if got := strings.TrimSpace(doc.Find("[data-place]").Text()); got == "" || doc.Find("form[data-raise]:not([hidden])").Length() != 0 || doc.Find("form[data-lower]:not([hidden])").Length() != 1 {
			t.Errorf("%s is told %q", name, got)
		}
		all = append(all, b)
	}
	doc := host.get("/en"+eventPath, 200)
	if got := names(doc.Find("[data-queue]")); !slices.Equal(got, []string{"Ben", "Cleo", "Dan"}) || doc.Find(`[data-tab="hands"] [data-tab-count]`).Text() != "3" {
		t.Errorf("the queue is %v", got)
	}
	next := doc.Find(`form[action$="/next-speaker"]`)
	host.post(next.AttrOr("action", ""), filled(next), 200)
	doc = host.post(next.AttrOr("action", ""), filled(next), 200) // sent twice from the same page
	if got := names(doc.Find("[data-floor]")); !slices.Equal(got, []string{"Ben"}) {
		t.Errorf("the floor has %v", got)
	}
	doc = host.press(doc, "[data-queue] li:nth-child(2) [data-to=called]", 200)
	if got := names(doc.Find("[data-floor]")); !slices.Equal(got, []string{"Ben", "Dan"}) {
		t.Errorf("a particular one was called, and the floor has %v", got)
	}
	doc = host.press(doc, "[data-floor] li:nth-child(2) [data-to=raised]", 200)
	doc = host.press(doc, "[data-floor] li [data-to=done]", 200)
	if floor, queue := names(doc.Find("[data-floor]")), names(doc.Find("[data-queue]")); len(floor) != 0 || !slices.Equal(queue, []string{"Cleo", "Dan"}) {
		t.Errorf("the floor has %v, the queue %v", floor, queue)
	}
	lower := all[1].get("/en"+eventPath, 200).Find("form[data-lower]")
	doc = all[1].post(lower.AttrOr("action", ""), filled(lower), 200)
	if got := names(doc.Find("[data-queue]")); !slices.Equal(got, []string{"Dan"}) || doc.Find(".hand-tools button").Length() > 0 {
		t.Errorf("lowered, the queue is %v", got)
	}
	host.press(host.get("/en"+eventPath, 200), "[data-queue] li [data-to=lowered]", 200)
	if got := names(host.get("/en"+eventPath, 200).Find("[data-lists] li")); len(got) != 0 {
		t.Errorf("in the end there are %v", got)
	}
}

// TestHands_overTheWire: the events, and the list of the API.
func TestHands_overTheWire(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	c := h.dial(h.anna, "?locale=en")
	c.send(`{"op":"join","room":%d,"after":2}`, h.room)
	c.until("joined")
	act := func(m member, path, body string, want int) {
		t.Helper()
		if status := h.call(m, "POST", "/api/v1"+path, body, nil); status != want {
			t.Errorf("%s %s answers %d, want %d", path, body, status, want)
		}
	}
	room := fmt.Sprintf("/rooms/%d", h.room)
	act(h.li, room+"/hand", `{"up":true}`, 204)
	act(h.li, room+"/hand", `{"up":true}`, 204)
	act(member{}, room+"/hand", `{"up":true}`, 401)
	e := c.event("hand")
	if e.By["id"] != float64(h.li.ID) || e.By["name"] != h.li.Name || e.Data["state"] != "raised" || e.Data["side"] != "eu" || e.Data["called_at"] != nil || e.HTML != "" {
		t.Errorf("the hand is told as %+v", e)
	}
	act(h.admin, room+"/hand", `{"up":true}`, 204)
	c.event("hand")
	hand := int(e.Data["id"].(float64))
	act(h.li, fmt.Sprintf("/hands/%d/state", hand), `{"state":"called"}`, 403)
	act(h.anna, room+"/next-speaker", `{"after":0}`, 204)
	if e = c.event("hand"); e.Data["state"] != "called" || e.Data["called_at"] == nil {
		t.Errorf("the call is told as %+v", e)
	}
	act(h.anna, room+"/next-speaker", `{"after":0}`, 204) // seen before the first
	act(h.anna, fmt.Sprintf("/hands/%d/state", hand), `{"state":"called"}`, 409)
	act(h.anna, fmt.Sprintf("/hands/%d/state", hand), `{"state":"elsewhere"}`, 422)
	var got struct {
		Items []struct {
			ID     chat.HandID
			Member map[string]any
			State  string
			Place  *int
		}
		LastCalled map[string]string `json:"last_called"`
	}
	if status := h.call(member{}, "GET", "/api/v1"+room+"/hands", "", &got); status != 200 || len(got.Items) != 2 {
		t.Fatalf("the list answers %d: %+v", status, got)
	}
	if speaks, waits := got.Items[0], got.Items[1]; speaks.ID != chat.HandID(hand) || speaks.Place != nil || waits.Place == nil || *waits.Place != 1 || got.LastCalled["eu"] == "" {
		t.Errorf("the list is %+v", got)
	}
}
