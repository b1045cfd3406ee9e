package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/i18n"
)

// newMeeting announces an event, opens its room and makes somebody its host.
func newMeeting(t testing.TB, host *member) room {
	t.Helper()
	clara := script(t)
	start := time.Now().Add(48 * time.Hour)
	title := "E2E " + uuid.NewString()[:8]
	event := call[struct {
		RoomID  int64  `json:"room_id"`
		RoomURL string `json:"room_url"`
	}](t, clara, http.MethodPost, "/workshops", map[string]any{"client_id": uuid.New(), "kind": "workshop", "state": "announced", "zone": "Europe/Brussels",
		"title": i18n.Text{En: title, Zh: title}, "summary": i18n.Text{En: title, Zh: title}, "start": start.Format("2006-01-02T15:04"), "end": start.Add(time.Hour).Format("2006-01-02T15:04")})
	at, err := url.Parse(event.RoomURL)
	if err != nil {
		t.Fatal(err)
	}
	r := room{id: event.RoomID, path: "/" + strings.SplitN(at.Path, "/", 3)[2]}
	call[any](t, clara, http.MethodPost, fmt.Sprintf("/rooms/%d/settings", r.id), map[string]any{"state": "open"})
	call[any](t, clara, http.MethodPost, fmt.Sprintf("/rooms/%d/staff", r.id), map[string]any{"member": host.id(t), "role": "host"})
	return r
}

var ownPage = regexp.MustCompile(`href="/\w+/m/(\d+)"`) // in the menu of every page

func (m *member) id(t testing.TB) int64 {
	t.Helper()
	id, err := strconv.ParseInt(find(t, ownPage, m.get(t, theHub(t).URL+"/"+string(m.locale)+"/settings")), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPolls_twoLanguages has a host open a poll in English that somebody reads and answers in Chinese, and somebody else without
// JavaScript: everybody sees the same bars move, and the result in the end.
func TestPolls_twoLanguages(t *testing.T) {
	t.Parallel()
	host, reader, plainly := join(t, texts[i18n.En].name, i18n.En), join(t, texts[i18n.Zh].name, i18n.Zh), join(t, "Plain Reader", i18n.En)
	r := newMeeting(t, host)
	here, there := open(t, setting{as: host}), open(t, setting{as: reader, width: 390})
	here.enter(r, i18n.En, "live")
	there.enter(r, i18n.Zh, "live")
	here.click(`a[data-tab="polls"]`)
	here.click("[data-poll-new] summary")
	here.fill("#poll-body", "Which data do you share first?")
	here.fill("#poll-options", "Genomes\nImages")
	here.click(submit("[data-poll-form]"))
	here.shows(".poll h3", "Which data do you share first?")
	here.gone("[data-poll-form]")
	if !eval[bool](here, `document.activeElement.matches("[data-poll-new] summary")`) {
		t.Error("after a poll is opened the focus is lost")
	}

	there.shows(".poll-line a", words(t, i18n.Zh).T("room.poll.opened", "Name", host.name, "Question", "Which data do you share first?"))
	there.click(".poll-line a")
	there.until("the line leads to the poll", `document.querySelector(".poll").checkVisibility() && document.querySelector("[data-view=polls]")`)
	there.click(".poll tr:nth-child(2) input")
	id := eval[int64](there, `Number(document.querySelector(".poll").dataset.poll)`)
	second := eval[int64](there, `Number(document.querySelector(".poll tr:nth-child(2) input").value)`)
	clara := script(t)
	for path, text := range map[string]string{fmt.Sprintf("/polls/%d", id): "您会先共享哪些数据？", fmt.Sprintf("/poll-options/%d", second): "影像"} {
		call[any](t, clara, http.MethodPut, path+"/translations/zh", map[string]string{"text": text})
	}
	there.shows(".poll h3", "您会先共享哪些数据？")
	there.shows(".poll tr:nth-child(2)", "影像")
	there.shows(".poll .provenance", clara.name)
	if !eval[bool](there, `document.activeElement === document.querySelector(".poll tr:nth-child(2) input") && document.activeElement.checked`) {
		t.Error("the translations have taken the choice that was being made, or its focus")
	}
	there.click(".poll [data-send]")
	for _, w := range []*window{here, there} {
		w.until("the vote is counted", `document.querySelector(".poll tr:nth-child(2) [data-bar]").getAttribute("width") === "100" && document.querySelector(".poll tr:nth-child(2) [data-n]").innerText === "1"`)
	}
	there.until("the choice is marked", `document.querySelector(".poll tr.mine:nth-child(2) [data-mine]:not([hidden])") && !document.querySelector(".poll [data-withdraw]").hidden`)
	if eval[bool](here, `Boolean(document.querySelector(".poll .mine"))`) {
		t.Error("the host sees somebody else's choice as her own")
	}

	still := open(t, setting{as: plainly, noScript: true})
	still.visit("/en" + r.path)
	still.click(".poll tr:nth-child(1) input")
	still.follow(".poll [data-send]")
	if got := still.path(); got != fmt.Sprintf("/en%s#poll-%d", r.path, id) {
		t.Errorf("without script a vote leads to %s", got)
	}
	still.shows(".poll tr.mine:nth-child(1)", "50%")
	for _, w := range []*window{here, there} {
		w.shows(".poll tr:nth-child(1) [data-share]", "50%")
		w.shows(".poll tr:nth-child(2) [data-share]", "50%")
	}

	there.click(".poll .provenance label")
	there.shows(".poll tbody", "Images")
	here.click(".poll [data-tools] button")
	there.until("the poll is closed", `document.querySelector('.poll[data-closed="true"]') && !document.querySelector(".poll input:not(.flip)")`)
	if got := eval[string](there, `document.querySelector(".poll table").innerText.replace(/\s+/g, " ")`); !strings.Contains(got, "Genomes 1 50%") || !strings.Contains(got, "Images") {
		t.Errorf("closed, turned over and read as a table it says %q", got)
	}
	there.until("the choice is still marked", `document.querySelector(".poll tr.mine:nth-child(2)") && !document.querySelector(".poll tr.mine:nth-child(1)")`)
	there.shows("[data-voters-words]", words(t, i18n.Zh).N("room.poll.voters", 2))
	if !eval[bool](here, `document.activeElement.matches(".poll [data-tools] button") && document.activeElement.innerText === `+quoted(words(t, i18n.En).T("room.poll.reopen"))) {
		t.Error("after closing, the host's focus is not on opening it again")
	}
}
