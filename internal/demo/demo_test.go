package demo_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/demo"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/translationtest"
)

// hub is a database with the demo in it, shared by the tests that only read.
type hub struct {
	store    *pg.Store
	accounts *account.Service
	forum    *forum.Service
	chat     *chat.Service
}

func newHub(t *testing.T) hub {
	t.Helper()
	store := pg.NewStore(pgtest.DB(t))
	accounts := account.New(store)
	words := translationtest.New(t, store, accounts)
	return hub{store, accounts, forum.New(store, accounts, words, notify.New(store)), chat.New(store, accounts, words, slog.New(slog.DiscardHandler))}
}

func loaded(t *testing.T) hub {
	t.Helper()
	h := newHub(t)
	if ok, err := demo.Load(t.Context(), h.store, h.accounts); err != nil || !ok {
		t.Fatalf("loading into an empty hub: %v, %v; want true", ok, err)
	}
	return h
}

func TestLoad_once(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	var wait sync.WaitGroup
	results := make(chan bool, 3)
	for range cap(results) { // at the same time, as when two hubs start on one database
		wait.Go(func() {
			ok, err := demo.Load(t.Context(), h.store, h.accounts)
			if err != nil {
				t.Error(err)
			}
			results <- ok
		})
	}
	wait.Wait()
	close(results)
	times := 0
	for ok := range results {
		if ok {
			times++
		}
	}
	if times != 1 {
		t.Errorf("loaded %d times, want once", times)
	}
	if got := number(t, h, "select count(*) from members"); got != 16 {
		t.Errorf("%d members, want 16", got)
	}
}

func TestLoad_aHubWithAMemberIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	if _, err := h.accounts.CreateMember(t.Context(), account.NewMember{Name: "Somebody"}); err != nil {
		t.Fatal(err)
	}
	if ok, err := demo.Load(t.Context(), h.store, h.accounts); ok || err != nil {
		t.Errorf("loaded %v, %v; want false", ok, err)
	}
	if got := number(t, h, "select count(*) from challenges"); got != 0 {
		t.Errorf("%d challenges, want none", got)
	}
}

// A hub that keeps --demo starts again and again: it asks one question and does not read the content.
func TestLoad_againReadsNothing(t *testing.T) {
	h := loaded(t)
	allocations := testing.AllocsPerRun(3, func() {
		if ok, err := demo.Load(t.Context(), h.store, h.accounts); ok || err != nil {
			t.Fatalf("loaded %v, %v; want false", ok, err)
		}
	})
	if allocations > 1000 {
		t.Errorf("%.0f allocations, want those of one query", allocations)
	}
}

// TestLoad_promises holds the rows against what their owners promise: each query counts what breaks a promise.
func TestLoad_promises(t *testing.T) {
	t.Parallel()
	h := loaded(t)
	for name, query := range map[string]string{
		"threads count their posts": `select count(*) from threads t where post_count <> (select count(*) from posts where thread_id = t.id and hidden_at is null)
			or last_number <> (select max(number) from posts where thread_id = t.id)`,
		"members are found": `select count(*) from members m where not exists (select from member_keys where member_id = m.id and key = m.handle_key)
			or keys_version = 0`,
		"threads know their last post":   `select count(*) from threads t where last_post_at <> (select max(created_at) from posts where thread_id = t.id)`,
		"threads start with their post":  `select count(*) from threads t join posts p on p.thread_id = t.id and p.number = 1 where p.created_at <> t.created_at or p.author_id <> t.author_id`,
		"threads count their changes":    `select count(*) from threads t where change <> (select sum(version) from posts where thread_id = t.id)`,
		"numbers of posts have no gap":   `select count(*) from (select number, row_number() over (partition by thread_id order by created_at) as n from posts) p where number <> n`,
		"ids of posts follow time":       `select count(*) from (select created_at, lag(created_at) over (order by id) as before from posts) p where created_at < before`,
		"ids of threads follow time":     `select count(*) from (select created_at, lag(created_at) over (order by id) as before from threads) p where created_at < before`,
		"ids of messages follow time":    `select count(*) from (select created_at, lag(created_at) over (order by id) as before from messages) p where created_at < before`,
		"versions are in the history":    `select count(*) from posts p where version <> 1 + (select count(*) from post_revisions where post_id = p.id) or (version > 1) <> (edited_at is not null)`,
		"edits come after the post":      `select count(*) from posts where edited_at <= created_at`,
		"nobody reacts to himself":       `select count(*) from post_reactions r join posts p on p.id = r.post_id where p.author_id = r.member_id or r.created_at < p.created_at`,
		"authors follow their threads":   `select count(*) from posts p where not exists (select from thread_follows where member_id = p.author_id and thread_id = p.thread_id)`,
		"only authors follow threads":    `select count(*) from thread_follows f where not exists (select from posts where author_id = f.member_id and thread_id = f.thread_id)`,
		"every challenge has a room":     `select count(*) from challenges c where not exists (select from rooms where challenge_id = c.id)`,
		"seq of rooms is the newest":     `select count(*) from rooms r where seq <> (select count(*) from room_events where room_id = r.id) or seq <> (select coalesce(max(seq), 0) from room_events where room_id = r.id)`,
		"messages know their event":      `select count(*) from messages m left join room_events e on e.room_id = m.room_id and e.seq = m.seq where e.message_id is distinct from m.id or e.at <> m.created_at or e.member_id <> m.author_id`,
		"seq follows time":               `select count(*) from (select at, lag(at) over (partition by room_id order by seq) as before from room_events) e where at < before`,
		"answers stay in their room":     `select count(*) from messages m join messages p on p.id = m.reply_to where p.room_id <> m.room_id or p.id >= m.id`,
		"nothing is in the future":       `select count(*) from (select created_at as at from posts union all select edited_at from posts union all select created_at from post_reactions union all select created_at from messages union all select created_at from bookmarks union all select read_at from notices) x where at > now()`,
		"nobody writes before joining":   `select count(*) from posts p join members m on m.id = p.author_id where p.created_at < m.created_at`,
		"everybody has agreed":           `select count(*) from members where consented_at is null or password_hash is null or email_key is null`,
		"nobody is told of himself":      `select count(*) from notices where member_id = actor_id`,
		"who is told of a post reads it": `select count(*) from notices n where not exists (select from posts p where 'post:' || p.id = n.subject and 'thread:' || p.thread_id = n.within and p.author_id = n.actor_id)`,
	} {
		if got := number(t, h, query); got != 0 {
			t.Errorf("%s: %d rows do not", name, got)
		}
	}
	for _, table := range []string{"challenge_follows", "bookmarks", "post_revisions", "notices"} {
		if number(t, h, "select count(*) from "+table) < 2 {
			t.Errorf("%s has not two rows", table)
		}
	}
}

func TestLoad_sequencesGoOn(t *testing.T) {
	t.Parallel()
	h := loaded(t)
	viewer := signIn(t, h, "marek.novak@example.org")
	started, err := h.forum.StartThread(t.Context(), viewer, forum.ThreadForm{Challenge: "infection-amr", Kind: forum.Question,
		Title: "Does it go on?", Body: "It should.", ClientID: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	if got := number(t, h, "select max(id) from threads"); got != int(started.ID) {
		t.Errorf("the new thread is %d, want the highest id %d", started.ID, got)
	}
	if got := number(t, h, "select max(id) from posts"); got != int(started.PostID) {
		t.Errorf("the new post is %d, want the highest id %d", started.PostID, got)
	}
}

func TestLoad_everyThreadCanBeRead(t *testing.T) {
	t.Parallel()
	h := loaded(t)
	ctx := t.Context()
	challenges, err := h.forum.Challenges(ctx, account.Visitor())
	if err != nil || len(challenges) < 6 {
		t.Fatalf("%d challenges, %v; want 6", len(challenges), err)
	}
	threads, more, err := h.forum.ListThreads(ctx, forum.ThreadFilter{Limit: 100})
	if err != nil || more || len(threads) < 24 {
		t.Fatalf("%d threads, more %v, %v; want at least 24", len(threads), more, err)
	}
	for _, th := range threads {
		if _, err := h.forum.FindThread(ctx, account.Visitor(), i18n.En, th.ID); err != nil {
			t.Error(err)
		}
		posts, _, err := h.forum.ListPosts(ctx, i18n.En, th.ID, 0, 100)
		if err != nil || len(posts) != th.PostCount {
			t.Errorf("%s: %d posts, %v; want %d", th.Title, len(posts), err, th.PostCount)
		}
		for _, p := range posts {
			if strings.TrimSpace(p.HTML) == "" || strings.Contains(p.HTML, "**") {
				t.Errorf("post %d is badly rendered: %s", p.ID, p.HTML)
			}
		}
	}
}

// TestLoad_rendersAsForumDoes edits a post of the demo and expects what was rendered before to stay as it was.
func TestLoad_rendersAsForumDoes(t *testing.T) {
	t.Parallel()
	h := loaded(t)
	viewer := signIn(t, h, "wang.jing@example.org")
	var post, thread int64
	err := h.store.QueryRow(t.Context(), `select id, thread_id from posts where author_id = $1 and html like '%class="mention"%' order by id limit 1`,
		viewer.ID).Scan(&post, &thread)
	if err != nil {
		t.Fatal(err)
	}
	before, err := h.forum.FindPost(t.Context(), i18n.En, forum.PostID(post))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.forum.Edit(t.Context(), viewer, forum.EditForm{Post: before.ID, Body: before.Body + "\n\n补充。"}); err != nil {
		t.Fatal(err)
	}
	after, err := h.forum.FindPost(t.Context(), i18n.En, before.ID)
	if err != nil {
		t.Fatal(err)
	}
	if want := before.HTML + "<p>补充。</p>\n"; after.HTML != want {
		t.Errorf("rendered\n%s\nwant\n%s", after.HTML, want)
	}
}

func TestLoad_roomCanBeRead(t *testing.T) {
	t.Parallel()
	h := loaded(t)
	room, err := h.chat.RoomOfSlug(t.Context(), account.Visitor(), "infection-amr")
	if err != nil || room.Seq < 60 {
		t.Fatalf("the room is at %d, %v; want at least 60", room.Seq, err)
	}
}

// signIn signs a member of the demo in, with the password that is printed.
func signIn(t *testing.T, h hub, email string) account.Viewer {
	t.Helper()
	viewer, _, err := h.accounts.SignIn(t.Context(), account.SignInForm{Login: email, Password: demo.Password})
	if err != nil {
		t.Fatalf("sign %s in: %v", email, err)
	}
	return viewer
}

func number(t *testing.T, h hub, query string) int {
	t.Helper()
	var n int
	if err := h.store.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// TestLoad_workshops: one is on, some are to come, one repeats, one is full, one is cancelled, one is over, one is a draft.
func TestLoad_workshops(t *testing.T) {
	t.Parallel()
	h := loaded(t)
	for name, query := range map[string]string{
		"on now":                     `select count(*) - 1 from workshops w join rooms r on r.workshop_id = w.id where now() between starts_at and ends_at and r.state = 'open' and r.agenda_item is not null`,
		"to come":                    `select greatest(0, 7 - count(*)) from workshops where starts_at > now() and state = 'announced'`,
		"full, and somebody waits":   `select count(*) - 1 from workshops w where capacity = (select count(*) from workshop_registrations where workshop_id = w.id and state = 'registered') and exists (select from workshop_registrations where workshop_id = w.id and state = 'waiting')`,
		"cancelled":                  `select count(*) - 1 from workshops where state = 'cancelled' and cancel_reason <> ''`,
		"over":                       `select count(*) - 1 from workshops w join rooms r on r.workshop_id = w.id where ends_at < now() and r.state = 'ended'`,
		"drafts without a room":      `select count(*) - 1 from workshops w join workshop_drafters d on d.workshop_id = w.id where state = 'draft' and not exists (select from rooms where workshop_id = w.id)`,
		"others have an organiser":   `select count(*) from workshops w where state <> 'draft' and not exists (select from rooms r join room_staff s on s.room_id = r.id where r.workshop_id = w.id and s.role = 'organiser')`,
		"series keep their time":     `select count(distinct (starts_at at time zone zone)::time) - 1 from workshops where series_id is not null`,
		"series are weekly":          `select count(*) from (select starts_at at time zone zone - lag(starts_at at time zone zone) over (order by starts_at) as apart from workshops where series_id is not null) s where apart <> interval '7 days'`,
		"agendas end with the event": `select count(*) from workshop_items i join workshops w on w.id = i.workshop_id where w.starts_at + make_interval(mins => i.starts_min + i.minutes) > w.ends_at`,
		"none is on a weekend":       `select count(*) from workshops where extract(isodow from starts_at at time zone zone) > 5 and not now() between starts_at and ends_at`,
	} {
		if got := number(t, h, query); got != 0 {
			t.Errorf("%s: off by %d", name, got)
		}
	}
}
