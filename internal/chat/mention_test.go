package chat

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
)

// tells has the house tell who is mentioned.
func (h *house) tells() *notify.Service {
	h.service.Notices = notify.New(h.store)
	return h.service.Notices
}

// told is what an inbox says of messages, newest first: "mention message:7 by 3".
func (h *house) told(n *notify.Service, v account.Viewer) []notify.Item {
	h.t.Helper()
	p, err := n.List(h.t.Context(), v, i18n.En, 0)
	h.must(err)
	return p.Items
}

// called is how a member is mentioned.
func called(v account.Viewer) string { return "@" + v.Handle }

func TestSay_tellsWhoIsMentioned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	seq := h.say(h.anna, fmt.Sprintf("请%s看一下, and %s, and %s again. %s, I mean myself; `%s` is code.", called(h.li), called(h.mod), called(h.li), called(h.anna), called(h.mod)))
	for _, v := range []account.Viewer{h.li, h.mod} {
		got := h.told(n, v)
		if len(got) != 1 {
			t.Fatalf("%s was told %d times, want once", v.Name, len(got))
		}
		i := got[0]
		want := fmt.Sprintf("/c/infection-amr/room?at=%d#m-%d", seq, h.idOf(seq))
		if i.Kind != notify.KindMention || i.ActorName != "Anna Weber" || i.Path != want || i.About() != "message" || *i.Data.Challenge != (i18n.Text{En: "Infection", Zh: "感染"}) {
			t.Errorf("%s was told %+v, want a mention at %s", v.Name, i, want)
		}
		if n.Unread(t.Context(), v.ID) != 1 {
			t.Errorf("%s has %d unread notices, want 1", v.Name, n.Unread(t.Context(), v.ID))
		}
	}
	if got := h.told(n, h.anna); len(got) != 0 {
		t.Errorf("she was told that she mentions herself: %+v", got)
	}
	page, err := h.service.Newest(t.Context(), h.li, h.room, 1)
	h.must(err)
	if link := fmt.Sprintf(`<a class="mention" href="/m/%d" data-member="%d">@李云龙</a>`, h.li.ID, h.li.ID); !strings.Contains(page.Events[0].Message.HTML, link) {
		t.Errorf("the message reads %s, want a link to him as in a post: %s", page.Events[0].Message.HTML, link)
	}
	h.say(h.anna, "> "+called(h.li)+"\n\nThat is quoted; nobody@"+h.li.Handle+" is no mention, nor is @nobody.")
	if got := h.told(n, h.li); len(got) != 1 {
		t.Errorf("he was told of a quote: %d notices", len(got))
	}
}

// TestEdit_tellsWhoIsNamedNow names one more, and then changes something else.
func TestEdit_tellsWhoIsNamedNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	id := h.idOf(h.say(h.anna, called(h.li)+", hello"))
	h.must(h.service.Edit(t.Context(), h.anna, id, 1, called(h.li)+" and "+called(h.mod)+", hello", "en"))
	for _, v := range []account.Viewer{h.li, h.mod} {
		if got := h.told(n, v); len(got) != 1 || got[0].Kind != notify.KindMention {
			t.Errorf("%s was told %+v, want once that he is mentioned", v.Name, got)
		}
	}
	_, err := h.store.Exec(t.Context(), `delete from notices`) // as old ones are
	h.must(err)
	h.must(h.service.Edit(t.Context(), h.anna, id, 2, called(h.li)+" and "+called(h.mod)+", good morning", "en"))
	if got := append(h.told(n, h.li), h.told(n, h.mod)...); len(got) != 0 {
		t.Errorf("told again: %+v", got)
	}
}

// TestSay_tellsOnce says a message again, and one that is refused.
func TestSay_tellsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	say := Say{Room: h.room, ClientID: uuid.New(), Body: called(h.li) + ", hello"}
	for range 3 {
		if _, err := h.service.Say(t.Context(), h.anna, say); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room + 1000, ClientID: uuid.New(), Body: called(h.li)}); err == nil {
		t.Fatal("said in a room that is not there")
	}
	if got := h.told(n, h.li); len(got) != 1 {
		t.Errorf("told %d times of one message, want once", len(got))
	}
}

func TestSay_mentionsInOneBatch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	other := h.newRoom("mental-health")
	var wait sync.WaitGroup
	const messages = 60
	for i := range messages {
		wait.Go(func() {
			room, who := h.room, h.li
			if i%3 == 0 {
				room = other
			}
			body := "nobody"
			if i%2 == 0 {
				body = called(who)
			}
			if _, err := h.service.Say(t.Context(), h.anna, Say{Room: room, ClientID: uuid.New(), Body: fmt.Sprint(i, " ", body)}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	var told, wrong int
	h.must(h.pool.QueryRow(t.Context(), `select count(*), count(*) filter (where m.body not like '%@' || $2 or n.within <> 'room:' || m.room_id or n.path not like '%at=' || m.seq || '#m-' || m.id)
		from notices n join messages m on n.subject = 'message:' || m.id where n.member_id = $1`, h.li.ID, h.li.Handle).Scan(&told, &wrong))
	if told != messages/2 || wrong != 0 || len(h.told(n, h.mod)) != 0 {
		t.Errorf("he was told of %d messages, %d of them wrongly; want %d", told, wrong, messages/2)
	}
}

// TestSay_whoWasRemovedIsNotCalledBack mentions somebody who may not enter the room.
func TestSay_whoWasRemovedIsNotCalledBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	_, err := h.pool.Exec(t.Context(), `insert into room_sanctions (room_id, member_id, kind) values ($1, $2, 'removed')`, h.room, h.li.ID)
	h.must(err)
	h.say(h.anna, called(h.li)+" "+called(h.mod))
	if len(h.told(n, h.li)) != 0 || len(h.told(n, h.mod)) != 1 {
		t.Errorf("who was removed was told %d times, the other %d; want 0 and 1", len(h.told(n, h.li)), len(h.told(n, h.mod)))
	}
}

// TestSay_tellsWithTheMessage: where the notice cannot be written, nothing is.
func TestSay_tellsWithTheMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tells()
	_, err := h.pool.Exec(t.Context(), `alter table notices add constraint test_none check (kind <> 'mention') not valid`)
	h.must(err)
	if _, err := h.service.Say(t.Context(), h.anna, Say{Room: h.room, ClientID: uuid.New(), Body: called(h.li)}); err == nil {
		t.Error("said without telling")
	}
	if seq := h.say(h.anna, "nobody"); seq != 1 {
		t.Errorf("the next message is %d, want 1", seq)
	}
}

// TestSay_hiddenIsRetracted hides the message as moderation does.
func TestSay_hiddenIsRetracted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	seq := h.say(h.anna, called(h.li))
	h.must(h.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return n.RetractFor(t.Context(), tx, notify.Subject("message", h.idOf(seq)))
	}))
	if got := h.told(n, h.li); len(got) != 0 {
		t.Errorf("he still reads %+v", got)
	}
}

func TestWithdraw_takesTheMentionBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.tells()
	h.say(h.anna, called(h.li)+" one")
	seq := h.say(h.anna, called(h.li)+" two")
	h.must(h.service.Withdraw(t.Context(), h.anna, h.idOf(seq)))
	if got := h.told(n, h.li); len(got) != 1 || !strings.HasSuffix(got[0].Path, fmt.Sprint("#m-", h.idOf(seq-1))) {
		t.Errorf("he reads %+v, want the message that is still there", got)
	}
}

func TestCompany(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hub := h.hub()
	h.say(h.anna, "first")
	h.say(h.mod, "second")
	h.hide(h.say(h.member("Hidden", account.Europe, account.RoleMember), "third"))
	c, ear := h.connect(hub, h.li, i18n.Zh)
	h.must(c.Join(t.Context(), h.room, nil))
	ear.until(t, "the room", func(got []heard, _ int) bool { return len(got) > 0 })
	got, err := hub.Company(t.Context(), h.anna, h.room)
	h.must(err)
	if want := []account.MemberID{h.li.ID, h.mod.ID, h.anna.ID}; !slices.Equal(got, want) {
		t.Errorf("in company of %v, want %v: who is there, then who said something last", got, want)
	}
	if _, err := hub.Company(t.Context(), h.anna, h.room+1000); err != errNoRoom {
		t.Errorf("the company of no room: %v", err)
	}
}
