package forum_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/translationtest"
)

// bundle is a forum of its own with a challenge and three people.
type bundle struct {
	*forum.Service
	t       *testing.T
	store   *pg.Store
	inbox   *notify.Service
	slug    string
	id      forum.ChallengeID
	anna    account.Viewer // member, en
	lyl     account.Viewer // member, zh
	manager account.Viewer // administrator
}

func setup(t *testing.T, db pg.DB) *bundle {
	t.Helper()
	store := pg.NewStore(db)
	accounts := account.New(store)
	inbox := notify.New(store)
	b := &bundle{t: t, store: store, inbox: inbox, Service: forum.New(store, accounts, translationtest.New(t, store, accounts), inbox), slug: "amr"}
	b.Service.Rooms = func(ctx context.Context, tx *pg.Tx, challenge int64) error {
		_, err := tx.Exec(ctx, `insert into rooms (challenge_id) values ($1)`, challenge)
		return err
	}
	b.anna = b.member("Anna Weber", "annaweber", account.RoleMember)
	b.lyl = b.member("李云龙", "李云龙", account.RoleMember)
	b.manager = b.member("Clara Dubois", "claradubois", account.RoleAdmin)
	b.id = b.challenge(b.slug)
	return b
}

func (b *bundle) member(name, key string, role account.Role) account.Viewer {
	b.t.Helper()
	v := account.Visitor()
	v.Name, v.Role, v.Region = name, role, account.Europe
	err := b.store.QueryRow(b.t.Context(), `insert into members (name, handle, handle_key, role, region) values ($1, $2, $2, $3, 'eu') returning id`,
		name, key, role).Scan(&v.ID)
	if err != nil {
		b.t.Fatalf("insert member %s: %v", name, err)
	}
	return v
}

func (b *bundle) challenge(slug string) (id forum.ChallengeID) {
	b.t.Helper()
	b.tx(func(tx *pg.Tx) (err error) {
		id, err = b.SaveChallenge(b.t.Context(), tx, b.manager, forum.ChallengeForm{Slug: slug,
			Title: i18n.Text{En: "Antimicrobial resistance", Zh: "抗微生物药物耐药性"}})
		return err
	})
	return id
}

// tx runs f in a transaction and fails the test on an error.
func (b *bundle) tx(f func(tx *pg.Tx) error) {
	b.t.Helper()
	if err := b.store.InTx(b.t.Context(), f); err != nil {
		b.t.Fatalf("in transaction: %v", err)
	}
}

func (b *bundle) start(by account.Viewer, title, body string) forum.Started {
	b.t.Helper()
	st, err := b.StartThread(b.t.Context(), by, forum.ThreadForm{Challenge: b.slug, Kind: forum.Discussion, Title: title, Body: body, ClientID: uuid.New()})
	if err != nil {
		b.t.Fatalf("start %q: %v", title, err)
	}
	return st
}

func (b *bundle) reply(by account.Viewer, to forum.ThreadID, body string) forum.PostID {
	b.t.Helper()
	id, err := b.Reply(b.t.Context(), by, forum.ReplyForm{Thread: to, Body: body, ClientID: uuid.New()})
	if err != nil {
		b.t.Fatalf("reply %q: %v", body, err)
	}
	return id
}

func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != kind || f.Key != key {
		t.Errorf("error = %v, want the fault %s (kind %d)", err, key, kind)
	}
}

func TestStartThread(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.lyl, "耐药", "我们在**成都**做了调查。@annaweber怎么看？")
	th, err := b.FindThread(t.Context(), account.Visitor(), i18n.En, st.ID)
	if err != nil {
		t.Fatal(err)
	}
	if th.Title != "耐药" || th.Lang != "zh" || th.PostCount != 1 || th.LastNumber != 1 || th.Slug != "nai-yao" {
		t.Errorf("thread = %q lang %s, %d posts, last %d, slug %q", th.Title, th.Lang, th.PostCount, th.LastNumber, th.Slug)
	}
	posts, more, err := b.ListPosts(t.Context(), i18n.En, st.ID, 0, 0)
	if err != nil || more || len(posts) != 1 {
		t.Fatalf("posts = %d, more %v, %v", len(posts), more, err)
	}
	if p := posts[0]; !strings.Contains(p.HTML, "<strong>成都</strong>") || !strings.Contains(p.HTML, fmt.Sprintf(`data-member="%d"`, b.anna.ID)) {
		t.Errorf("html = %s", p.HTML)
	}
	if n := b.inbox.Unread(t.Context(), b.anna.ID); n != 1 {
		t.Errorf("the mentioned has %d notices, want 1", n)
	}
	if n := b.inbox.Unread(t.Context(), b.lyl.ID); n != 0 {
		t.Errorf("the author has %d notices, want none", n)
	}
}

func TestEdit_tellsWhoIsNamedNow(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.lyl, "耐药", "我们在成都做了调查。")
	edit := func(body string) {
		t.Helper()
		if err := b.Edit(t.Context(), b.lyl, forum.EditForm{Post: st.PostID, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	edit("我们在成都做了调查。@annaweber怎么看？")
	if n := b.inbox.Unread(t.Context(), b.anna.ID); n != 1 {
		t.Errorf("who is named by an edit has %d notices, want 1", n)
	}
	if _, err := b.store.Exec(t.Context(), `delete from notices`); err != nil { // as old ones are
		t.Fatal(err)
	}
	edit("我们在绵阳做了调查。@annaweber怎么看？")
	var n int
	if err := b.store.QueryRow(t.Context(), `select count(*) from notices`).Scan(&n); err != nil || n != 0 {
		t.Errorf("who was named before has %d notices, want none; %v", n, err)
	}
}

// TestReply_slowMode: a member replies once in so many seconds, in threads that are slow or belong to a slow challenge.
func TestReply_slowMode(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	if _, err := b.store.Exec(t.Context(), `update challenges set slow_seconds = 300`); err != nil {
		t.Fatal(err)
	}
	st := b.start(b.lyl, "耐药", "我们在成都做了调查。")
	reply := func(v account.Viewer) error {
		_, err := b.Reply(t.Context(), v, forum.ReplyForm{Thread: st.ID, Body: "好的。", ClientID: uuid.New()})
		return err
	}
	if err := reply(b.anna); err != nil {
		t.Fatal(err)
	}
	err := reply(b.anna)
	wantFault(t, err, fault.TooMany, "forum.slow_mode")
	if wait := fault.Of(err).RetryAfter; wait <= 0 || wait > 5*time.Minute {
		t.Errorf("she is to wait %v", wait)
	}
	if err := reply(b.manager); err != nil {
		t.Errorf("a moderator: %v", err)
	}
	if err := reply(b.manager); err != nil {
		t.Errorf("a moderator again: %v", err)
	}
	if _, err := b.store.Exec(t.Context(), `update posts set created_at = created_at - interval '6 minutes'`); err != nil {
		t.Fatal(err)
	}
	if err := reply(b.anna); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestStartThread_invalid(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	good := forum.ThreadForm{Challenge: b.slug, Kind: forum.Question, Title: "A good title", Body: "Body", ClientID: uuid.New()}
	for name, c := range map[string]struct {
		change func(*forum.ThreadForm)
		field  string
		key    string
	}{
		"no title":           {func(f *forum.ThreadForm) { f.Title = " \u3000\u200b" }, "title", "forum.title.empty"},
		"one Han character":  {func(f *forum.ThreadForm) { f.Title = "药" }, "title", "forum.title.short"},
		"title too long":     {func(f *forum.ThreadForm) { f.Title = strings.Repeat("药", 101) }, "title", "forum.title.long"},
		"empty body":         {func(f *forum.ThreadForm) { f.Body = "\n\u3000\n" }, "body", "forum.body.empty"},
		"body too long":      {func(f *forum.ThreadForm) { f.Body = strings.Repeat("a", forum.MaxBody+1) }, "body", "forum.body.long"},
		"unknown kind":       {func(f *forum.ThreadForm) { f.Kind = "rant" }, "kind", "forum.kind.unknown"},
		"announcement":       {func(f *forum.ThreadForm) { f.Kind = forum.Announcement }, "kind", "forum.kind.staff"},
		"unknown language":   {func(f *forum.ThreadForm) { f.Lang = "fr" }, "lang", "forum.lang.unknown"},
		"unknown challenge":  {func(f *forum.ThreadForm) { f.Challenge = "no-such" }, "challenge", "forum.challenge.not_found"},
		"challenge with NUL": {func(f *forum.ThreadForm) { f.Challenge = "a\x00b" }, "challenge", "forum.challenge.not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			form := good
			c.change(&form)
			_, err := b.StartThread(t.Context(), b.anna, form)
			wantFault(t, err, fault.Invalid, c.key)
			if f := fault.Of(err); f != nil && f.Fields[c.field].Key != c.key {
				t.Errorf("fields = %v, want %s at %s", f.Fields, c.key, c.field)
			}
		})
	}
	form := good
	form.Body = "broken \xff"
	_, err := b.StartThread(t.Context(), b.anna, form)
	wantFault(t, err, fault.Malformed, "error.utf8")
	_, err = b.StartThread(t.Context(), account.Visitor(), good)
	wantFault(t, err, fault.Unauthorised, "error.sign_in")
}

func TestStartThread_twoHanCharacters(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	b.start(b.lyl, "耐药", "正文")
}

func TestStartThread_sentTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.DB(t))
	form := forum.ThreadForm{Challenge: b.slug, Kind: forum.Discussion, Title: "Only once", Body: "Text", ClientID: uuid.New()}
	got := make([]forum.Started, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			st, err := b.StartThread(t.Context(), b.anna, form)
			if err != nil {
				t.Errorf("sending %d: %v", i, err)
			}
			got[i] = st
		})
	}
	wg.Wait()
	for _, st := range got {
		if st != got[0] {
			t.Errorf("answers differ: %v and %v", st, got[0])
		}
	}
	if ts, _, _ := b.ListThreads(t.Context(), forum.ThreadFilter{}); len(ts) != 1 {
		t.Errorf("%d threads, want 1", len(ts))
	}
}

func TestReply_sentTwiceAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.DB(t))
	st := b.start(b.anna, "A thread", "Text")
	form := forum.ReplyForm{Thread: st.ID, Body: "一次就好", ClientID: uuid.New()}
	ids := make([]forum.PostID, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			id, err := b.Reply(t.Context(), b.lyl, form)
			if err != nil {
				t.Errorf("sending %d: %v", i, err)
			}
			ids[i] = id
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("answers differ: %d and %d", id, ids[0])
		}
	}
	th, _ := b.FindThread(t.Context(), b.anna, i18n.En, st.ID)
	if th.PostCount != 2 || th.LastNumber != 2 {
		t.Errorf("%d posts, last number %d; want 2 and 2", th.PostCount, th.LastNumber)
	}
}

func TestReply_numbersAreGapless(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.DB(t))
	st := b.start(b.anna, "A busy thread", "Text")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := b.Reply(t.Context(), b.lyl, forum.ReplyForm{Thread: st.ID, Body: fmt.Sprint("回复 ", i), ClientID: uuid.New()}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	posts, _, err := b.ListPosts(t.Context(), i18n.En, st.ID, 0, 100)
	if err != nil || len(posts) != 21 {
		t.Fatalf("%d posts, %v; want 21", len(posts), err)
	}
	for i, p := range posts {
		if p.Number != i+1 {
			t.Errorf("post %d has number %d", i, p.Number)
		}
	}
}

func TestReply_refused(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "Text")
	reply := func() error {
		_, err := b.Reply(t.Context(), b.lyl, forum.ReplyForm{Thread: st.ID, Body: "回复", ClientID: uuid.New()})
		return err
	}
	b.tx(func(tx *pg.Tx) error { _, err := b.SetLocked(t.Context(), tx, st.ID, true); return err })
	wantFault(t, reply(), fault.Conflict, "forum.thread.locked")
	b.tx(func(tx *pg.Tx) error { _, err := b.SetLocked(t.Context(), tx, st.ID, false); return err })
	b.tx(func(tx *pg.Tx) error { return b.SetArchived(t.Context(), tx, b.manager, b.id, true) })
	wantFault(t, reply(), fault.Conflict, "forum.challenge.archived")
	b.tx(func(tx *pg.Tx) error { return b.SetArchived(t.Context(), tx, b.manager, b.id, false) })
	b.tx(func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, st.PostID, true); return err })
	wantFault(t, reply(), fault.NotFound, "forum.thread.not_found")
	_, err := b.Reply(t.Context(), b.lyl, forum.ReplyForm{Thread: 1 << 40, Body: "x", ClientID: uuid.New()})
	wantFault(t, err, fault.NotFound, "forum.thread.not_found")
}

func TestEdit(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "First text")
	edit := func(by account.Viewer, body string, version int) error {
		return b.Edit(t.Context(), by, forum.EditForm{Post: st.PostID, Body: body, Version: version})
	}
	if err := edit(b.anna, "Second text", 1); err != nil {
		t.Fatal(err)
	}
	wantFault(t, edit(b.anna, "From another window", 1), fault.Conflict, "forum.post.edited_meanwhile")
	wantFault(t, edit(b.lyl, "Not mine", 0), fault.Forbidden, "error.forbidden")
	wantFault(t, edit(b.anna, " ", 0), fault.Invalid, "forum.body.empty")
	if err := edit(b.anna, "Second text", 2); err != nil {
		t.Fatal(err)
	}
	revs, err := b.Revisions(t.Context(), b.anna, st.PostID)
	if err != nil || len(revs) != 2 {
		t.Fatalf("%d versions, %v; want 2: saving the same text makes none", len(revs), err)
	}
	if revs[0].Body != "Second text" || revs[1].Body != "First text" {
		t.Errorf("versions = %q, %q", revs[0].Body, revs[1].Body)
	}
	p, _ := b.FindPost(t.Context(), i18n.En, st.PostID)
	if p.EditedAt == nil || p.Version != 2 || !strings.Contains(p.HTML, "Second text") {
		t.Errorf("post = version %d, edited %v, %s", p.Version, p.EditedAt, p.HTML)
	}
}

func TestSetHidden_isGoneEverywhere(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "Opening")
	id := b.reply(b.lyl, st.ID, "不当内容")
	b.reply(b.anna, st.ID, "Afterwards")
	if err := b.Bookmark(t.Context(), b.anna, id, true); err != nil {
		t.Fatal(err)
	}
	b.tx(func(tx *pg.Tx) error {
		sub, err := b.SetHidden(t.Context(), tx, id, true)
		if err == nil && sub.AuthorID != b.lyl.ID {
			t.Errorf("author = %d, want %d", sub.AuthorID, b.lyl.ID)
		}
		return err
	})
	for _, viewer := range []account.Viewer{account.Visitor(), b.lyl, b.manager} {
		posts, _, _ := b.ListPosts(t.Context(), i18n.En, st.ID, 0, 0)
		if len(posts) != 2 || posts[1].Number != 3 {
			t.Errorf("%q sees %d posts", viewer.Name, len(posts))
		}
	}
	_, err := b.FindPost(t.Context(), i18n.En, id)
	wantFault(t, err, fault.NotFound, "forum.post.not_found")
	_, err = b.Revisions(t.Context(), b.anna, id)
	wantFault(t, err, fault.NotFound, "forum.post.not_found")
	_, err = b.PlaceOf(t.Context(), id)
	wantFault(t, err, fault.NotFound, "forum.post.not_found")
	if kept, _, _ := b.Bookmarks(t.Context(), b.anna, i18n.En, 0); len(kept) != 0 {
		t.Errorf("%d bookmarks lead to it", len(kept))
	}
	wantFault(t, b.React(t.Context(), b.anna, id, forum.Agree, true), fault.NotFound, "forum.post.not_found")
	th, _ := b.FindThread(t.Context(), b.anna, i18n.En, st.ID)
	if th.PostCount != 2 {
		t.Errorf("post count = %d, want 2", th.PostCount)
	}
	err = b.store.InTx(t.Context(), func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, id, true); return err })
	wantFault(t, err, fault.Conflict, "forum.already")
	b.tx(func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, id, false); return err })
	if posts, _, _ := b.ListPosts(t.Context(), i18n.En, st.ID, 0, 0); len(posts) != 3 {
		t.Errorf("shown again: %d posts, want 3", len(posts))
	}
}

func TestSetHidden_openingPostHidesTheThread(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "Opening")
	reply := b.reply(b.lyl, st.ID, "回复")
	b.tx(func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, st.PostID, true); return err })
	_, err := b.FindThread(t.Context(), b.anna, i18n.En, st.ID)
	wantFault(t, err, fault.NotFound, "forum.thread.not_found")
	_, err = b.FindPost(t.Context(), i18n.En, reply)
	wantFault(t, err, fault.NotFound, "forum.post.not_found")
	if ts, _, _ := b.ListThreads(t.Context(), forum.ThreadFilter{}); len(ts) != 0 {
		t.Errorf("%d threads listed", len(ts))
	}
	if _, err := b.FindThread(t.Context(), b.manager, i18n.En, st.ID); err != nil {
		t.Errorf("moderators must still find it, to undo: %v", err)
	}
}

func TestPlaceOf_pages(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A long thread", "Opening")
	ids := []forum.PostID{st.PostID}
	for i := range 69 {
		ids = append(ids, b.reply(b.lyl, st.ID, fmt.Sprint("回复 ", i)))
	}
	b.tx(func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, ids[4], true); return err })
	for i, id := range ids {
		if i == 4 {
			continue
		}
		pl, err := b.PlaceOf(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		page, _, err := b.ListPosts(t.Context(), i18n.En, st.ID, pl.After, 0)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, p := range page {
			found = found || p.ID == id
		}
		if !found {
			t.Errorf("post %d is not on the page after %d", i+1, pl.After)
		}
	}
}

func TestListThreads_keyset(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	for i := range 7 {
		b.start(b.anna, fmt.Sprint("Thread ", i), "Text")
	}
	for _, sort := range []forum.Sort{forum.ByActivity, forum.ByNewest} {
		seen := map[forum.ThreadID]bool{}
		f := forum.ThreadFilter{Challenge: b.id, Sort: sort, Limit: 3}
		for pages := 0; ; pages++ {
			ts, more, err := b.ListThreads(t.Context(), f)
			if err != nil || pages > 3 {
				t.Fatalf("page %d: %v", pages, err)
			}
			for _, th := range ts {
				if seen[th.ID] {
					t.Errorf("%s: thread %d twice", sort, th.ID)
				}
				seen[th.ID] = true
			}
			if !more {
				break
			}
			f.AfterAt, f.AfterID = ts[len(ts)-1].LastPostAt, ts[len(ts)-1].ID
		}
		if len(seen) != 7 {
			t.Errorf("%s: %d threads, want 7", sort, len(seen))
		}
	}
}

func TestMineOf(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "Opening")
	hidden := b.reply(b.anna, st.ID, "To be hidden")
	for range 2 { // twice is harmless
		if err := b.React(t.Context(), b.lyl, st.PostID, forum.Thanks, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Bookmark(t.Context(), b.lyl, st.PostID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SaveDraft(t.Context(), b.lyl, forum.Draft{Place: fmt.Sprintf("thread:%d", st.ID), Body: "还没写完"}); err != nil {
		t.Fatal(err)
	}
	b.tx(func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, hidden, true); return err })
	m, err := b.MineOf(t.Context(), b.lyl, 1, st.ID, []forum.PostID{st.PostID}, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !m.HasReacted(st.PostID, forum.Thanks) || m.HasReacted(st.PostID, forum.Agree) || len(m.Bookmarked) != 1 || m.Draft.Body != "还没写完" || m.Follows || len(m.Hidden) != 0 {
		t.Errorf("mine = %+v", m)
	}
	m, err = b.MineOf(t.Context(), b.manager, 1, st.ID, []forum.PostID{st.PostID}, 0, 2)
	if err != nil || len(m.Hidden) != 1 || m.Hidden[0].ID != hidden {
		t.Errorf("a moderator sees %+v, %v", m.Hidden, err)
	}
	p, _ := b.FindPost(t.Context(), i18n.En, st.PostID)
	if p.Thanks != 1 {
		t.Errorf("thanks = %d, want 1", p.Thanks)
	}
	b.reply(b.lyl, st.ID, "写完了")
	if d, _ := b.FindDraft(t.Context(), b.lyl, fmt.Sprintf("thread:%d", st.ID)); d.Body != "" {
		t.Error("the draft stayed after posting")
	}
}

func TestFollow_tellsOfReplies(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "Opening")
	b.reply(b.lyl, st.ID, "回复")
	if n := b.inbox.Unread(t.Context(), b.anna.ID); n != 1 {
		t.Errorf("the starter has %d notices, want 1: one follows what one starts", n)
	}
	if err := b.FollowThread(t.Context(), b.anna, st.ID, false); err != nil {
		t.Fatal(err)
	}
	b.reply(b.lyl, st.ID, "又一条")
	if n := b.inbox.Unread(t.Context(), b.anna.ID); n != 1 {
		t.Errorf("after unfollowing: %d notices, want 1", n)
	}
}

func TestThreadState(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	st := b.start(b.anna, "A thread", "Opening")
	second := b.reply(b.lyl, st.ID, "二")
	before, err := b.ThreadState(t.Context(), account.Visitor(), i18n.En, st.ID, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	b.reply(b.lyl, st.ID, "三")
	b.tx(func(tx *pg.Tx) error { _, err := b.SetHidden(t.Context(), tx, second, true); return err })
	if err := b.Edit(t.Context(), b.anna, forum.EditForm{Post: st.PostID, Body: "Changed"}); err != nil {
		t.Fatal(err)
	}
	after, err := b.ThreadState(t.Context(), account.Visitor(), i18n.En, st.ID, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	if after.Change <= before.Change || after.Newer != 1 || len(after.Posts) != 1 || after.Posts[0] != (forum.Version{ID: st.PostID, State: "2.0"}) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestMoveAndRename(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	other := b.challenge("one-health")
	st := b.start(b.anna, "A thread", "Opening")
	b.tx(func(tx *pg.Tx) error {
		sub, err := b.Move(t.Context(), tx, st.ID, other)
		if err == nil && sub.Was != fmt.Sprint(b.id) {
			t.Errorf("was = %q, want %d", sub.Was, b.id)
		}
		return err
	})
	b.tx(func(tx *pg.Tx) error {
		sub, err := b.Rename(t.Context(), tx, st.ID, "耐药监测数据", "")
		if err == nil && (sub.Was != "A thread" || !strings.HasPrefix(sub.Path, fmt.Sprintf("/t/%d-nai-yao", st.ID))) {
			t.Errorf("renamed: %+v", sub)
		}
		return err
	})
	th, err := b.FindThread(t.Context(), b.anna, i18n.En, st.ID)
	if err != nil || th.ChallengeSlug != "one-health" || th.Title != "耐药监测数据" || th.Lang != "zh" {
		t.Errorf("thread = %+v, %v", th, err)
	}
	err = b.store.InTx(t.Context(), func(tx *pg.Tx) error { _, err := b.Move(t.Context(), tx, st.ID, other); return err })
	wantFault(t, err, fault.Conflict, "forum.already")
}

func TestSaveChallenge(t *testing.T) {
	t.Parallel()
	b := setup(t, pgtest.Tx(t))
	save := func(by account.Viewer, f forum.ChallengeForm) error {
		return b.store.InTx(t.Context(), func(tx *pg.Tx) error { _, err := b.SaveChallenge(t.Context(), tx, by, f); return err })
	}
	title := i18n.Text{Zh: "健康老龄化"}
	wantFault(t, save(b.anna, forum.ChallengeForm{Slug: "ageing", Title: title}), fault.Forbidden, "error.forbidden")
	wantFault(t, save(b.manager, forum.ChallengeForm{Slug: b.slug, Title: title}), fault.Invalid, "forum.challenge.slug_taken")
	wantFault(t, save(b.manager, forum.ChallengeForm{Slug: "No Good", Title: title}), fault.Invalid, "forum.challenge.slug_shape")
	wantFault(t, save(b.manager, forum.ChallengeForm{Slug: "ageing"}), fault.Invalid, "forum.challenge.title_missing")
	if err := save(b.manager, forum.ChallengeForm{Slug: "ageing", Title: title}); err != nil {
		t.Fatal(err)
	}
	cs, err := b.Challenges(t.Context(), account.Visitor())
	if err != nil || len(cs) != 2 || cs[1].RoomID == 0 {
		t.Fatalf("challenges = %+v, %v", cs, err)
	}
	b.tx(func(tx *pg.Tx) error {
		return b.OrderChallenges(t.Context(), tx, b.manager, []forum.ChallengeID{cs[1].ID, cs[0].ID})
	})
	again, _ := b.Challenges(t.Context(), account.Visitor())
	if again[0].Slug != "ageing" {
		t.Errorf("first is %s, want ageing", again[0].Slug)
	}
	b.tx(func(tx *pg.Tx) error { return b.SetArchived(t.Context(), tx, b.manager, cs[1].ID, true) })
	if left, _ := b.Challenges(t.Context(), account.Visitor()); len(left) != 1 {
		t.Errorf("visitors see %d challenges, want 1", len(left))
	}
}
