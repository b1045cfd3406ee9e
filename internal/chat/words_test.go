package chat

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/translation"
)

// translate writes a message's translation.
func (h *house) translate(v account.Viewer, seq int64, l i18n.Locale, text string) error {
	h.t.Helper()
	_, err := h.service.words.Write(h.t.Context(), v, h.subject(seq), l, translation.Form{Text: text, Revision: -1})
	return err
}

func (h *house) subject(seq int64) translation.Subject {
	h.t.Helper()
	return translation.Subject{Kind: translation.Message, ID: int64(h.idOf(seq))}
}

func (h *house) events(after int64) []Event {
	h.t.Helper()
	p, err := h.service.Events(h.t.Context(), h.anna, h.room, after, MaxReplay)
	h.must(err)
	return p.Events
}

func TestTranslation_isInTheLogBehindItsMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.li, "**重要：**我们需要更多数据")
	h.must(h.translate(h.anna, 1, i18n.En, "**Important:** we need more data"))
	h.say(h.anna, "Agreed")
	h.must(h.translate(h.anna, 1, i18n.En, "**Important:** we need much more data"))
	h.must(h.service.words.Remove(t.Context(), h.mod, h.subject(1), i18n.En))

	events := h.events(0)
	var kinds []Kind
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has seq %d", i+1, e.Seq)
		}
		kinds = append(kinds, e.Kind)
	}
	if want := []Kind{KindMessage, KindTranslation, KindMessage, KindTranslation, KindTranslation}; fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Fatalf("the log has %v, want %v", kinds, want)
	}
	for _, seq := range []int{1, 2} {
		e := events[seq-1]
		if got := e.Message.Content(i18n.En); got.Kind != translation.Original || !got.Untranslated || got.Text != "**重要：**我们需要更多数据" {
			t.Errorf("once the translation is taken back, event %d shows %+v", seq, got)
		}
		if e.Message.Seq != 1 {
			t.Errorf("event %d is about the message of seq %d, want 1", seq, e.Message.Seq)
		}
	}
	for _, seq := range []int{2, 4, 5} {
		e := events[seq-1]
		if e.By.ID != 0 || !e.Shows(i18n.En) || e.Shows(i18n.Zh) {
			t.Errorf("event %d is by %d, shows in English %v, in Chinese %v; want nobody, true, false", seq, e.By.ID, e.Shows(i18n.En), e.Shows(i18n.Zh))
		}
	}
}

func TestTranslation_onTheWire(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.li, "**重要：**我们需要更多数据")
	h.must(h.translate(h.anna, 1, i18n.En, "**Important:** we need more data"))
	h.must(h.translate(h.mod, 1, i18n.En, "**Important:** more data"))
	events := h.events(0)
	var data map[string]any
	h.must(json.Unmarshal([]byte(jsonOf(t, events[1].Frame("<li>").Data)), &data)) // of the first, replayed after the second
	for name, want := range map[string]any{"id": float64(h.idOf(1)), "locale": "en", "text": "**Important:** more data", "lang": "en",
		"kind": "human", "stale": false, "by": "Marta Ruiz"} {
		if data[name] != want {
			t.Errorf("%s is %v, want %v", name, data[name], want)
		}
	}
	if html, _ := data["html"].(string); !strings.Contains(html, "<strong>Important:</strong> more data") || data["at"] == nil {
		t.Errorf("the data is %v", data)
	}
	message := wire(t, events[0])
	if !strings.Contains(message, `"body":"**重要：**我们需要更多数据","lang":"zh","reply_to":null`) || strings.Contains(message, "Important") {
		t.Errorf("the data of a message are its author's words: %s", message)
	}
	ms, _, err := h.service.Before(t.Context(), h.anna, h.room, math.MaxInt64, 50)
	h.must(err)
	if en, zh := ms[0].Content(i18n.En), ms[0].Content(i18n.Zh); en.Text != "**Important:** more data" || zh.Kind != translation.Original {
		t.Errorf("the page shows %+v in English, %+v in Chinese", en, zh)
	}
}

// secrets are words of a message and of its translation that must be nowhere while it is hidden.
var secrets = []string{"秘密", "secret"}

func mustNotTell(t *testing.T, where, all string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(all, s) {
			t.Errorf("%s tells %q: %s", where, s, all)
		}
	}
}

func TestTranslation_goesAndComesWithItsMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.li, "秘密的数据在这里，请不要外传")
	h.must(h.translate(h.anna, 1, i18n.En, "The secret data is here, please keep it to yourself"))
	_, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "Why?", ReplyTo: h.idOf(1)})
	h.must(err)
	h.hide(1)
	_, err = h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "Gone?", ReplyTo: h.idOf(1)})
	h.must(err)

	ms, _, err := h.service.Before(t.Context(), h.mod, h.room, math.MaxInt64, 50)
	h.must(err)
	newest, err := h.service.Newest(t.Context(), h.mod, h.room, 50)
	h.must(err)
	for where, all := range map[string]string{"the page": jsonOf(t, ms), "a replay": jsonOf(t, h.events(0)), "the newest": jsonOf(t, newest)} {
		mustNotTell(t, where, all)
	}
	for _, e := range h.events(0)[:2] {
		if got := wire(t, e); !strings.Contains(got, `"removed":true`) || strings.Contains(got, "html") || strings.Contains(got, "locale") {
			t.Errorf("a hidden message's %s on the wire: %s", e.Kind, got)
		}
		if e.Shows(i18n.En) || e.Shows(i18n.Zh) {
			t.Errorf("a hidden message's %s shows something", e.Kind)
		}
	}
	if f := fault.Of(h.translate(h.anna, 1, i18n.En, "The secret, again, for those who missed it")); f == nil || f.Kind != fault.NotFound {
		t.Errorf("translating what is hidden: %v", f)
	}

	h.unhide(1)
	events := h.events(0)
	for _, at := range []int{0, 1, len(events) - 1} {
		if got := events[at].Message.Content(i18n.En); !strings.Contains(got.Text, "The secret data") {
			t.Errorf("shown again, the %s shows %+v", events[at].Kind, got)
		}
	}
	if excerpt, lang := events[2].Message.ReplyTo.Excerpt(i18n.En); lang != "en" || !strings.HasPrefix(excerpt, "The secret data") {
		t.Errorf("shown again, it is quoted as %q in %s", excerpt, lang)
	}
}

// TestTranslation_isQuoted reads the answer as it is told at once, from the commit, and as it is read from the log.
func TestTranslation_isQuoted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say(h.li, "**糖尿病**筛查需要更多数据")
	h.must(h.translate(h.anna, 1, i18n.En, "**Diabetes** screening needs more data"))
	told := make(chan Event, 1)
	h.service.onCommit(func(_ RoomID, _ int64, events []Event) {
		for _, e := range events {
			told <- e
		}
	})
	_, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "How much?", ReplyTo: h.idOf(1)})
	h.must(err)
	for where, e := range map[string]Event{"at once": <-told, "from the log": h.events(2)[0]} {
		for l, want := range map[i18n.Locale][2]string{i18n.En: {"Diabetes screening needs more data", "en"}, i18n.Zh: {"糖尿病筛查需要更多数据", "zh"}} {
			if excerpt, lang := e.Message.ReplyTo.Excerpt(l); excerpt != want[0] || lang != want[1] {
				t.Errorf("%s, for %s, the quote is %q in %s, want %q in %s", where, l, excerpt, lang, want[0], want[1])
			}
		}
		if got := e.Message.ReplyTo.Original(); got != "糖尿病筛查需要更多数据" {
			t.Errorf("%s the quote was written as %q", where, got)
		}
	}
}

// TestTranslation_amongOthersIsGapless has people talk, correct and moderate at once: everybody hears each event once, in
// order, and every translation after its message.
func TestTranslation_amongOthersIsGapless(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	const said, corrections = 12, 6
	for i := range said {
		h.say(h.li, fmt.Sprintf("第%d条消息：我们需要更多数据", i+1))
	}
	en, enHears := h.connect(hub, h.anna, i18n.En)
	zh, zhHears := h.connect(hub, h.li, i18n.Zh)
	h.must(en.Join(t.Context(), h.room, ptr(int64(0))))
	h.must(zh.Join(t.Context(), h.room, ptr(int64(0))))
	defer en.Drop()
	defer zh.Drop()
	errs := make(chan error, 4*said*corrections)
	var all sync.WaitGroup
	for seq := int64(1); seq <= said; seq++ {
		all.Go(func() {
			for n := range corrections {
				who := h.anna
				if n%2 == 1 {
					who = h.mod
				}
				errs <- h.translate(who, seq, i18n.En, fmt.Sprintf("Message %d, version %d: we need more data", seq, n))
			}
		})
		all.Go(func() {
			_, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: "Meanwhile", ReplyTo: h.idOf(seq)})
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		h.must(err)
	}
	const last = said + said + said*corrections
	for _, e := range []*ear{enHears, zhHears} {
		mustFollow(t, e.untilSeq(t, last), 1, last)
	}
	seen := map[MessageID]bool{}
	for _, e := range h.events(0) {
		if e.Kind == KindTranslation && !seen[e.Message.ID] {
			t.Errorf("event %d translates a message that comes later", e.Seq)
		}
		seen[e.Message.ID] = true
	}
}
