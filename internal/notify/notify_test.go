package notify_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

type bundle struct {
	*notify.Service
	t     *testing.T
	store *pg.Store
}

func setup(t *testing.T) bundle {
	t.Helper()
	t.Parallel()
	store := pg.NewStore(pgtest.Tx(t))
	return bundle{Service: notify.New(store), t: t, store: store}
}

// member makes a member of that name and returns who he is.
func (b bundle) member(name string) account.Viewer {
	b.t.Helper()
	v := account.Visitor()
	v.Name, v.Role = name, account.RoleMember
	const insert = `insert into members (name, handle, handle_key) values ($1, $2, $2) returning id`
	if err := b.store.QueryRow(b.t.Context(), insert, name, uuid.NewString()).Scan(&v.ID); err != nil {
		b.t.Fatalf("make member: %v", err)
	}
	return v
}

func (b bundle) inTx(f func(tx *pg.Tx) error) {
	b.t.Helper()
	if err := b.store.InTx(b.t.Context(), f); err != nil {
		b.t.Fatalf("in transaction: %v", err)
	}
}

func (b bundle) tell(to account.Viewer, n notify.Notice) {
	b.t.Helper()
	n.To = to.ID
	b.inTx(func(tx *pg.Tx) error { return b.Tell(b.t.Context(), tx, n) })
}

func (b bundle) inbox(v account.Viewer) []notify.Item {
	b.t.Helper()
	p, err := b.List(b.t.Context(), v, i18n.En, 0)
	if err != nil {
		b.t.Fatalf("list: %v", err)
	}
	return p.Items
}

// kinds are those of an inbox, newest first: "reply mention".
func (b bundle) kinds(v account.Viewer) string {
	b.t.Helper()
	var ks []string
	for _, i := range b.inbox(v) {
		ks = append(ks, string(i.Kind))
	}
	return strings.Join(ks, " ")
}

func TestTell_isReadAsToldWithTheActorsPresentName(t *testing.T) {
	b := setup(t)
	li, anna := b.member("李云龙"), b.member("Anna")
	b.tell(li, notify.Notice{Kind: notify.KindReply, Actor: anna.ID, Subject: "post:9", Within: "thread:2", Path: "/p/9",
		Data: notify.Data{Title: "Sepsis markers", Lang: "en"}})
	if _, err := b.store.Exec(t.Context(), `update members set name = 'Anna Weber' where id = $1`, anna.ID); err != nil {
		t.Fatal(err)
	}
	items := b.inbox(li)
	if len(items) != 1 {
		t.Fatalf("%d notices, want 1", len(items))
	}
	got := items[0]
	if got.ActorName != "Anna Weber" || got.Data.Title != "Sepsis markers" || got.Path != "/p/9" || got.About() != "post" || got.ReadAt != nil {
		t.Errorf("notice = %+v", got)
	}
}

func TestTell_neverNamesAModerator(t *testing.T) {
	b := setup(t)
	li, mod := b.member("Li"), b.member("Mod")
	b.tell(li, notify.Notice{Kind: notify.KindHidden, Actor: mod.ID, Subject: "post:9", Data: notify.Data{Reason: "Advertising"}})
	if got := b.inbox(li)[0]; got.ActorName != "" || got.Data.Reason != "Advertising" {
		t.Errorf("actor %q, reason %q; want no name and the reason", got.ActorName, got.Data.Reason)
	}
}

func TestTellMany_neverTheActorAndNobodyTwice(t *testing.T) {
	b := setup(t)
	a, c, actor := b.member("A"), b.member("C"), b.member("Actor")
	n := notify.Notice{Kind: notify.KindMention, Actor: actor.ID, Subject: "post:9", Within: "thread:2"}
	b.inTx(func(tx *pg.Tx) error {
		if err := b.TellMany(t.Context(), tx, []account.MemberID{c.ID, actor.ID}, n); err != nil {
			return err
		}
		n.Kind = notify.KindReply
		return b.TellMany(t.Context(), tx, []account.MemberID{a.ID, c.ID, c.ID, actor.ID, 0}, n)
	})
	for _, want := range []struct {
		who   account.Viewer
		kinds string
	}{{a, "reply"}, {c, "mention"}, {actor, ""}} {
		if got := b.kinds(want.who); got != want.kinds {
			t.Errorf("%s was told %q, want %q", want.who.Name, got, want.kinds)
		}
	}
}

func TestTellEach_asTellDoes(t *testing.T) {
	b := setup(t)
	a, c, actor := b.member("A"), b.member("C"), b.member("Actor")
	about := func(to account.Viewer, kind notify.Kind, subject string) notify.Notice {
		return notify.Notice{To: to.ID, Kind: kind, Actor: actor.ID, Subject: subject, Within: "room:3", Path: "/r/" + subject,
			Data: notify.Data{Challenge: &i18n.Text{En: "Ageing", Zh: "老龄化"}}}
	}
	b.inTx(func(tx *pg.Tx) error {
		if err := b.TellEach(t.Context(), tx, nil); err != nil {
			return err
		}
		return b.TellEach(t.Context(), tx, []notify.Notice{about(a, notify.KindMention, "message:1"), about(a, notify.KindMention, "message:1"),
			about(c, notify.KindMention, "message:1"), about(a, notify.KindMention, "message:2"), about(actor, notify.KindMention, "message:1"), about(account.Visitor(), notify.KindMention, "message:1")})
	})
	for _, want := range []struct {
		who   account.Viewer
		kinds string
	}{{a, "mention mention"}, {c, "mention"}, {actor, ""}} {
		if got := b.kinds(want.who); got != want.kinds || b.Unread(t.Context(), want.who.ID) != len(strings.Fields(want.kinds)) {
			t.Errorf("%s was told %q, want %q", want.who.Name, got, want.kinds)
		}
	}
	if got := b.inbox(c)[0]; got.Path != "/r/message:1" || got.ActorName != "Actor" || *got.Data.Challenge != (i18n.Text{En: "Ageing", Zh: "老龄化"}) {
		t.Errorf("notice = %+v", got)
	}
	b.inTx(func(tx *pg.Tx) error { return b.RetractFor(t.Context(), tx, "message:1") })
	if a, c := b.kinds(a), b.kinds(c); a != "mention" || c != "" {
		t.Errorf("after hiding one message they were told %q and %q", a, c)
	}
}

func TestRetractFor_takesBackWhatLedThere(t *testing.T) {
	b := setup(t)
	a, c, actor := b.member("A"), b.member("C"), b.member("Actor")
	about := func(kind notify.Kind, subject string) notify.Notice {
		return notify.Notice{Kind: kind, Actor: actor.ID, Subject: subject, Within: "thread:2", Data: notify.Data{Title: "Secret title", Reason: "why"}}
	}
	b.tell(a, about(notify.KindReply, "post:9"))
	b.tell(a, about(notify.KindReply, "post:10"))
	b.tell(a, notify.Notice{Kind: notify.KindReply, Actor: actor.ID, Subject: "post:99", Within: "thread:3"})
	b.tell(c, about(notify.KindHidden, "post:10"))

	b.inTx(func(tx *pg.Tx) error { return b.RetractFor(t.Context(), tx, "post:9") })
	if got := b.kinds(a); got != "reply reply" {
		t.Fatalf("after hiding a post: %q, want the two others", got)
	}
	b.inTx(func(tx *pg.Tx) error { return b.RetractFor(t.Context(), tx, "post:8", "thread:2") })
	if got := b.inbox(a); len(got) != 1 || got[0].Subject != "post:99" {
		t.Errorf("after hiding the thread: %+v, want the other thread's only", got)
	}
	got := b.inbox(c)
	if len(got) != 1 || got[0].Data.Title != "" || got[0].Data.Reason != "why" {
		t.Errorf("what a moderator told = %+v, want it kept without the hidden thread's title", got)
	}
}

func TestRetitle_leavesNoFormerTitle(t *testing.T) {
	b := setup(t)
	a := b.member("A")
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:9", Within: "thread:2", Data: notify.Data{Title: "rude", Lang: "en"}})
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:10", Within: "thread:3", Data: notify.Data{Title: "other", Lang: "en"}})
	b.inTx(func(tx *pg.Tx) error {
		return b.Retitle(t.Context(), tx, "thread:2", notify.Data{Title: "礼貌的标题", Lang: "zh"})
	})
	items := b.inbox(a)
	if items[1].Data.Title != "礼貌的标题" || items[1].Data.Lang != "zh" || items[0].Data.Title != "other" {
		t.Errorf("titles = %q, %q", items[1].Data.Title, items[0].Data.Title)
	}
}

func TestUnread_followsTheInbox(t *testing.T) {
	b := setup(t)
	a, c := b.member("A"), b.member("C")
	want := func(when string, n int) {
		t.Helper()
		if got := b.Unread(t.Context(), a.ID); got != n {
			t.Errorf("%s: %d unread, want %d", when, got, n)
		}
	}
	want("new member", 0)
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:1", Path: "/p/1"})
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:2"})
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:3"})
	want("three told", 3)
	b.inTx(func(tx *pg.Tx) error { return b.RetractFor(t.Context(), tx, "post:3") })
	want("one retracted", 2)

	ids := b.inbox(a)
	if err := b.MarkRead(t.Context(), c, ids[0].ID); err != nil {
		t.Fatal(err)
	}
	want("another member marks it", 2)
	path, err := b.Open(t.Context(), a, ids[1].ID)
	if err != nil || path != "/p/1" {
		t.Errorf("Open = %q, %v; want /p/1", path, err)
	}
	want("one opened", 1)
	if err := b.MarkRead(t.Context(), a, ids[0].ID); err != nil {
		t.Fatal(err)
	}
	want("the other marked", 0)
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:4"})
	if err := b.MarkAllRead(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	want("all marked", 0)
}

func TestUnread_comesFromMemory(t *testing.T) {
	b := setup(t)
	a := b.member("A")
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:1"})
	if got := b.Unread(t.Context(), a.ID); got != 1 {
		t.Fatalf("%d unread, want 1", got)
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel() // a query would fail now
	if got := b.Unread(cut, a.ID); got != 1 {
		t.Errorf("%d unread without the database, want 1", got)
	}
}

func TestOpen_ofAnotherMemberIsNotFound(t *testing.T) {
	b := setup(t)
	a, c := b.member("A"), b.member("C")
	b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: "post:1"})
	if _, err := b.Open(t.Context(), c, b.inbox(a)[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Open = %v, want NotFound", err)
	}
	if b.inbox(a)[0].ReadAt != nil {
		t.Error("another member's look marked it as read")
	}
}

func TestList_pages(t *testing.T) {
	b := setup(t)
	a := b.member("A")
	const total = notify.PageSize*2 + 1
	for i := range total {
		b.tell(a, notify.Notice{Kind: notify.KindReply, Subject: notify.Subject("post", int64(i+1))})
	}
	seen, pages := map[notify.ID]bool{}, 0
	for before := notify.ID(0); ; pages++ {
		p, err := b.List(t.Context(), a, i18n.En, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range p.Items {
			seen[i.ID] = true
		}
		if before = p.Next; before == 0 {
			break
		}
	}
	if len(seen) != total || pages != 2 {
		t.Errorf("saw %d notices on %d pages, want %d on 3", len(seen), pages+1, total)
	}
	if _, err := b.List(t.Context(), account.Visitor(), i18n.En, 0); fault.KindOf(err) != fault.Unauthorised {
		t.Errorf("a visitor's inbox = %v, want Unauthorised", err)
	}
}

// TestTell_blocked: who muted somebody hears nothing of them, but of what moderators do.
func TestTell_blocked(t *testing.T) {
	b := setup(t)
	li, other := b.member("Li"), b.member("Other")
	if _, err := b.store.Exec(t.Context(), `insert into member_blocks (member_id, other_id, kind) values ($1, $2, 'mute')`, li.ID, other.ID); err != nil {
		t.Fatal(err)
	}
	b.tell(li, notify.Notice{Kind: notify.KindMention, Actor: other.ID, Subject: "post:1"})
	err := b.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return b.TellEach(t.Context(), tx, []notify.Notice{{To: li.ID, Kind: notify.KindReply, Actor: other.ID, Subject: "post:2"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.inbox(li); len(got) != 0 {
		t.Errorf("told %+v", got)
	}
	b.tell(li, notify.Notice{Kind: notify.KindHidden, Actor: other.ID, Subject: "post:3"})
	b.tell(other, notify.Notice{Kind: notify.KindMention, Actor: li.ID, Subject: "post:4"})
	if len(b.inbox(li)) != 1 || len(b.inbox(other)) != 1 {
		t.Errorf("told %d and %d, want one each", len(b.inbox(li)), len(b.inbox(other)))
	}
}
