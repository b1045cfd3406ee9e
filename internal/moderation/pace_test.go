package moderation_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/moderation"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

// paced is a bundle with that pace of newcomers and of regular members.
func paced(t *testing.T, newcomers, regulars moderation.Pace) *bundle {
	t.Helper()
	b := screened(t)
	b.policy(moderation.Policy{HoldFirst: "none", NewLinks: 2, New: newcomers, Regular: regulars})
	return b
}

func (b *bundle) wantTooMany(err error, key string) *fault.Fault {
	b.t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != fault.TooMany || f.Key != key || f.RetryAfter <= 0 || f.RetryAfter > time.Hour {
		b.t.Fatalf("got %v, want TooMany %s within an hour", err, key)
	}
	return f
}

// earlier is as if the member had written everything that much earlier.
func (b *bundle) earlier(id account.MemberID, by time.Duration) {
	for _, table := range []string{"posts", "messages"} {
		_, err := b.exec(`update `+table+` set created_at = created_at - make_interval(secs => $2) where author_id = $1`, id, by.Seconds())
		b.ok(err)
	}
}

// TestPace_posts: who has written as much as their trust allows waits until the first of it is an hour old.
func TestPace_posts(t *testing.T) {
	b := paced(t, moderation.Pace{Posts: 3}, moderation.Pace{Posts: 5})
	v := b.member("Fresh", "member")
	say := func(n int) error {
		_, err := b.reply(v, fmt.Sprintf("Answer number %d", n))
		return err
	}
	b.ok(say(1)) // a newcomer until the second post stands
	b.ok(say(2))
	for n := 3; n <= 5; n++ {
		if err := say(n); err != nil {
			t.Fatalf("post %d of a regular member: %v", n, err)
		}
	}
	b.earlier(v.ID, 20*time.Minute)
	f := b.wantTooMany(say(6), "screening.many_posts")
	if f.Args["Max"] != 5 || f.Args["Count"] != 40 || f.RetryAfter.Round(time.Minute) != 40*time.Minute {
		t.Errorf("told %v, after %v; want 5 posts and 40 minutes", f.Args, f.RetryAfter)
	}
	if n := value[int](b, `select count(*)::int from posts where author_id = $1`, v.ID); n != 5 {
		t.Errorf("%d posts, want 5: what is refused is not written", n)
	}
	b.earlier(v.ID, 41*time.Minute)
	b.ok(say(7))
	for n := range 8 { // staff has no bound
		if _, err := b.reply(b.mod, fmt.Sprintf("Word %d of a moderator", n)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPace_newcomer(t *testing.T) {
	b := paced(t, moderation.Pace{Posts: 3}, moderation.Pace{})
	v := b.member("Warned", "member")
	e, err := b.sanction(b.mod, moderation.Warn, v.ID, 0) // stays a newcomer, whatever is written
	b.must(e, err)
	for n := range 3 {
		if _, err := b.reply(v, fmt.Sprintf("Answer %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = b.reply(v, "One more")
	b.wantTooMany(err, "screening.many_posts")
}

// TestPace_links counts posts and messages together, and nothing that leads to the hub itself.
func TestPace_links(t *testing.T) {
	b := paced(t, moderation.Pace{Linked: 2}, moderation.Pace{Linked: 2})
	v := b.member("Linker", "member")
	say := func(body string) error {
		return b.Pace(t.Context(), v, chat.Say{ClientID: uuid.New(), Body: body})
	}
	if _, err := b.reply(v, "See https://one.example/"); err != nil {
		t.Fatal(err)
	}
	b.ok(say("See https://two.example/"))
	said := uuid.New()
	_, err := b.exec(`insert into messages (room_id, seq, author_id, client_id, body, html, lang)
		select id, 999999, $1, $2, 'https://two.example/', '<a href="https://two.example/" rel="nofollow ugc noopener noreferrer">two</a>', 'en' from rooms
		where challenge_id = $3`, v.ID, said, b.here)
	b.ok(err)
	b.wantTooMany(say("See https://three.example/"), "screening.many_linked")
	b.ok(say("No link at all"))
	b.ok(b.Pace(t.Context(), v, chat.Say{ClientID: said, Body: "https://two.example/"})) // the same message, sent again
	_, err = b.reply(v, "See https://four.example/")
	b.wantTooMany(err, "screening.many_linked")
	if _, err := b.reply(v, "No link at all"); err != nil {
		t.Errorf("without links: %v", err)
	}
	b.earlier(v.ID, 61*time.Minute)
	b.ok(say("See https://five.example/"))
	b.ok(b.Pace(t.Context(), b.mod, chat.Say{Body: "https://six.example/"}))
}

// TestGate_links: where nothing can be held back, a newcomer's text with too many links is refused.
func TestGate_links(t *testing.T) {
	b := paced(t, moderation.Pace{}, moderation.Pace{})
	const three = "https://one.example/ https://two.example/ https://three.example/"
	if err := b.Gate(t.Context(), b.reader, three); fault.Of(err) == nil || fault.Of(err).Fields["body"].Key != "screening.many_links" {
		t.Errorf("three links of a newcomer: %v, want screening.many_links", err)
	}
	if err := b.Gate(t.Context(), b.reader, "https://one.example/ https://two.example/"); err != nil {
		t.Errorf("two links: %v", err)
	}
	if err := b.Gate(t.Context(), b.author, three); err != nil { // two posts stood
		t.Errorf("three links of a regular member: %v", err)
	}
}

// TestPace_atOnce: of many posts at the same moment no more pass than the pace allows.
func TestPace_atOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	b.forum.Screen = b.Screen
	b.policy(moderation.Policy{HoldFirst: "none", New: moderation.Pace{Posts: 2}, Regular: moderation.Pace{Posts: 3}})
	v := b.member("Fast", "member")
	var wait sync.WaitGroup
	for n := range 12 {
		wait.Go(func() {
			if _, err := b.reply(v, fmt.Sprintf("At once, number %d", n)); err != nil && fault.KindOf(err) != fault.TooMany {
				t.Errorf("post %d: %v", n, err)
			}
		})
	}
	wait.Wait()
	if n := value[int](b, `select count(*)::int from posts where author_id = $1`, v.ID); n != 3 {
		t.Errorf("%d posts, want 3", n)
	}
}

func TestSetPolicy_pace(t *testing.T) {
	b := setup(t)
	for _, wrong := range []moderation.Pace{{Posts: -1}, {Posts: moderation.MaxPosts + 1}, {Linked: -1}, {Linked: moderation.MaxLinked + 1}} {
		if _, err := b.SetPolicy(t.Context(), b.admin, moderation.Policy{HoldFirst: "none", Regular: wrong}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v, want Invalid", wrong, err)
		}
	}
	p, err := b.Policy(t.Context())
	if err != nil || p.New != (moderation.Pace{Posts: 10, Linked: 5}) || p.Regular != (moderation.Pace{Posts: 60, Linked: 30}) || p.JoinSeconds != 3 {
		t.Errorf("a new hub has %+v, %v", p, err)
	}
}
