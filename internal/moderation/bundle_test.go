package moderation_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation/translationtest"
)

// bundle is a hub with one thread of two posts, a room with one message and one question, asked without a name, and people of
// every role.
type bundle struct {
	*moderation.Service
	t     *testing.T
	store *pg.Store

	accounts *account.Service
	forum    *forum.Service
	chat     *chat.Service
	notify   *notify.Service

	author, reader, other, mod, second, admin account.Viewer // author wrote all; reader follows the thread

	here, there     forum.ChallengeID
	hereSlug        string
	thread          forum.ThreadID
	opening, answer forum.PostID
	message         chat.MessageID
	question        chat.QuestionID
	poll            chat.PollID
}

// decide is Decide without what only moves, new names and roles need.
func (b *bundle) decide(v account.Viewer, a moderation.Action, kind string, id int64, reason string) (moderation.Entry, error) {
	return b.Decide(b.t.Context(), v, moderation.Verdict{Action: a, Subject: moderation.Subject{Kind: kind, ID: id}, Why: moderation.Why{Reason: reason}})
}

// setRole gives the member a role.
func (b *bundle) setRole(v account.Viewer, id account.MemberID, role account.Role) (moderation.Entry, error) {
	return b.Decide(b.t.Context(), v, moderation.Verdict{Action: moderation.Role, Subject: moderation.Subject{Kind: moderation.Member, ID: int64(id)}, Role: role})
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	return newBundle(t, pg.NewStore(pgtest.Tx(t)))
}

func newBundle(t *testing.T, store *pg.Store) *bundle {
	t.Helper()
	b := &bundle{t: t, store: store}
	accounts := account.New(store)
	words := translationtest.New(t, store, accounts)
	rooms := chat.New(store, accounts, words, slog.New(slog.DiscardHandler))
	b.accounts, b.chat = accounts, rooms
	b.notify = notify.New(store)
	b.forum = forum.New(store, accounts, words, b.notify)
	b.forum.Rooms = func(ctx context.Context, tx *pg.Tx, challenge int64) error {
		_, err := rooms.OpenRoom(ctx, tx, challenge)
		return err
	}
	b.Service = moderation.New(store, moderation.Parts{Forum: b.forum, Rooms: rooms, Accounts: accounts, Notices: b.notify, Words: words})

	b.author, b.reader, b.other = b.member("Author", "member"), b.member("Reader", "member"), b.member("Other", "member")
	b.mod, b.second, b.admin = b.member("Mod", "moderator"), b.member("Second", "moderator"), b.member("Admin", "admin")
	b.here, b.hereSlug = b.challenge("Here")
	b.there, _ = b.challenge("There")
	started, err := b.forum.StartThread(t.Context(), b.author, forum.ThreadForm{Challenge: b.hereSlug, Kind: forum.Discussion,
		Title: "Markers of sepsis", Body: "What do you use?", Lang: "en", ClientID: uuid.New()})
	b.ok(err)
	b.thread, b.opening = started.ID, started.PostID
	_, err = b.exec(`insert into thread_follows (member_id, thread_id) values ($1, $2)`, b.reader.ID, b.thread)
	b.ok(err)
	b.answer, err = b.forum.Reply(t.Context(), b.author, forum.ReplyForm{Thread: b.thread, Body: "Procalcitonin.", Lang: "en", ClientID: uuid.New()})
	b.ok(err)
	b.message = b.say("hello")
	room := value[chat.RoomID](b, `select id from rooms where challenge_id = $1`, b.here)
	b.question, err = rooms.Ask(t.Context(), b.author, chat.Ask{Room: room, ClientID: uuid.New(), Body: "谁来付钱？", Anonymous: true})
	b.ok(err)
	b.poll = value[chat.PollID](b, `insert into polls (room_id, author_id, client_id, kind, body, lang)
		values ($1, $2, gen_random_uuid(), 'scale', 'How useful is this?', 'en') returning id`, room, b.author.ID)
	return b
}

func (b *bundle) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) exec(sql string, args ...any) (int64, error) {
	tag, err := b.store.Exec(b.t.Context(), sql, args...)
	return tag.RowsAffected(), err
}

// value is the one value of a query.
func value[T any](b *bundle, sql string, args ...any) T {
	b.t.Helper()
	var v T
	b.ok(b.store.QueryRow(b.t.Context(), sql, args...).Scan(&v))
	return v
}

func (b *bundle) member(name string, role account.Role) account.Viewer {
	b.t.Helper()
	v := account.Visitor()
	v.Name, v.Role = name, role
	v.ID = value[account.MemberID](b, `insert into members (name, handle, handle_key, role) values ($1, $2, $2, $3) returning id`,
		name, uuid.NewString(), string(role))
	return v
}

func (b *bundle) challenge(title string) (forum.ChallengeID, string) {
	b.t.Helper()
	slug := strings.ToLower(title) + "-" + uuid.NewString()[:8]
	form := forum.ChallengeForm{Slug: slug, Title: i18n.Text{En: title, Zh: title + "中"}}
	e, err := b.SaveChallenge(b.t.Context(), b.admin, moderation.ChallengeForm{ChallengeForm: form})
	b.ok(err)
	return forum.ChallengeID(e.SubjectID), slug
}

// say puts a message and its event into the room of the challenge here.
func (b *bundle) say(body string) chat.MessageID {
	b.t.Helper()
	return value[chat.MessageID](b, `
		with r as (update rooms set seq = seq + 1 where challenge_id = $1 returning id, seq),
		m as (insert into messages (room_id, seq, author_id, client_id, body, html, lang)
			select id, seq, $2, gen_random_uuid(), $3, $3, 'en' from r returning id, room_id, seq),
		e as (insert into room_events (room_id, seq, kind, member_id, message_id) select room_id, seq, 'message', $2, id from m)
		select id from m`, b.here, b.author.ID, body)
}

// inbox is what a member was told, newest first.
func (b *bundle) inbox(v account.Viewer) []notify.Item {
	b.t.Helper()
	p, err := b.notify.List(b.t.Context(), v, i18n.En, 0)
	b.ok(err)
	return p.Items
}

func (b *bundle) entry(id moderation.LogID) moderation.Entry {
	b.t.Helper()
	e, err := b.Find(b.t.Context(), b.admin, id)
	b.ok(err)
	return e
}
