package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"

	"senet/internal/i18n"
)

// sayMany says so many things in a room, over one socket and without waiting for each.
func (m *member) sayMany(t testing.TB, room int64, n int) {
	t.Helper()
	socket, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(theHub(t).URL, "http")+"/ws", http.Header{"Authorization": {"Bearer " + m.token}})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for i := range n {
		say := map[string]any{"op": "say", "room": room, "id": uuid.New(), "body": fmt.Sprintf("%d %s", i+1, texts[m.locale].again)}
		if err := socket.WriteJSON(say); err != nil {
			t.Fatal(err)
		}
	}
	for range n {
		var answer struct{ Op, Message string }
		if err := socket.ReadJSON(&answer); err != nil || answer.Op != "ack" {
			t.Fatalf("saying is answered by %+v, %v", answer, err)
		}
	}
}

// TestRoom_loadedAfresh misses more than is replayed, in the middle of a word: the page is loaded afresh, after the
// word, with all that is typed.
func TestRoom_loadedAfresh(t *testing.T) {
	t.Parallel()
	const l = i18n.Zh
	r := newRoom(t)
	clara := script(t)
	line := newLink(t)
	w := open(t, setting{as: join(t, texts[l].name, l), via: line, may: lostConnection})
	clara.say(t, r.id, texts[l].title)
	w.enter(r, l, "live")
	w.click("#log a[data-reply]")
	w.write("刚才说的")
	w.compose("ni'hao")
	line.cut()
	w.hasState("offline")
	clara.sayMany(t, r.id, 1001)
	w.do("mark the page", evaluateQuietly(`document.querySelector("[data-room]").dataset.old = "1"`))
	line.mend()
	w.hasState("live")
	w.until("the hub was asked for the page", `performance.getEntriesByType("resource").some((e) => e.initiatorType === "fetch" && e.name.endsWith("/room"))`)
	if got := eval[string](w, `document.querySelector("#body").value`); got != "刚才说的ni'hao" {
		t.Fatalf("in the middle of a word the field holds %q", got)
	}
	w.write("你好") // the word is chosen
	w.until("the page is loaded afresh", `!document.querySelector("[data-room]").dataset.old && document.querySelector(".alive")`)
	w.hasState("live")
	if got := eval[string](w, `document.querySelector("#body").value`); got != "刚才说的你好" {
		t.Errorf("in the fresh page the field holds %q", got)
	}
	if !eval[bool](w, `document.activeElement.id === "body"`) {
		t.Error("in the fresh page the field has not the focus")
	}
	if got := eval[string](w, `document.querySelector(".unread")?.nextElementSibling.dataset.seq`); got != "2" {
		t.Errorf("reading goes on at message %s, want the second", got)
	}
	w.endWord()
	w.pressEnter() // which leads to the end of the talk
	w.until("what was typed is said", `document.querySelector(".alive") && [...document.querySelectorAll("#log [data-id] .msg-text")].at(-1).innerText.trim() === "刚才说的你好"`)
}
