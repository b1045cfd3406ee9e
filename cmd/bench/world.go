package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/app"
	"senet/internal/chat"
	"senet/internal/config"
	"senet/internal/forum"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/local"
)

// world is the content that is measured: the demo, and a thread and a room of our own.
type world struct {
	URL     string // of the database
	Session string // cookie of a signed-in member
	Token   string // API token of an administrator, who has no rate limits
	Room    int64
	Others  []int64 // more rooms
	Thread  string  // path without the locale
}

const (
	threadPosts = 30
	postBytes   = 600
	benchSlug   = "bench"
)

// Clients that are stopped in the middle of something make Postgres and the hub complain; that is not worth a line.
var quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))

// prepare starts a private Postgres, as durable as the hub's own, and fills it. Call what it returns at the end.
func (b *bench) prepare(ctx context.Context) (func(), error) {
	own, err := local.Start(ctx, local.Config{DataDir: filepath.Join(b.dir, "data"), Logger: quiet})
	if err != nil {
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := own.Stop(ctx); err != nil {
			b.say("%v", err)
		}
	}
	b.world.URL = own.URL()
	if err := b.fill(ctx); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

func (b *bench) fill(ctx context.Context) error {
	db, err := app.OpenDatabase(ctx, config.Config{DatabaseURL: b.world.URL}, quiet, false)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := app.LoadDemo(ctx, db); err != nil {
		return fmt.Errorf("load the demo: %w", err)
	}
	hub, err := app.Build(db, app.Options{BaseURL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Log: quiet})
	if err != nil {
		return err
	}
	hub.Forum.Screen = nil // a few members write a whole thread in a moment, which screening would not have
	if err := b.enter(ctx, db, hub); err != nil {
		return err
	}
	if err := b.openRoom(ctx, db, hub); err != nil {
		return err
	}
	return b.writeThread(ctx, db, hub)
}

// enter gets a member's session, as a browser has it, and an administrator's token.
func (b *bench) enter(ctx context.Context, db *app.Database, hub *app.Hub) error {
	var login string
	const plainMember = `select email from members where role = 'member' and email <> '' order by id limit 1`
	if err := db.Store.QueryRow(ctx, plainMember).Scan(&login); err != nil {
		return fmt.Errorf("find a member: %w", err)
	}
	var err error
	_, b.world.Session, err = hub.Accounts.SignIn(ctx, account.SignInForm{Login: login, Password: app.DemoPassword,
		Browser: account.Browser{UserAgent: "bench", Address: "127.0.0.1"}})
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	const email = "bench@example.org"
	if _, err := hub.Accounts.CreateMember(ctx, account.NewMember{Name: "Bench", Email: email, Role: account.RoleAdmin}); err != nil {
		return fmt.Errorf("make an administrator: %w", err)
	}
	b.world.Token, err = hub.Accounts.IssueToken(ctx, email)
	return err
}

// openRoom makes a challenge of our own with its room.
func (b *bench) openRoom(ctx context.Context, db *app.Database, hub *app.Hub) error {
	admin, err := hub.Accounts.ByToken(ctx, b.world.Token)
	if err != nil {
		return err
	}
	err = db.Store.InTx(ctx, func(tx *pg.Tx) error {
		_, err := hub.Forum.SaveChallenge(ctx, tx, admin, forum.ChallengeForm{Slug: benchSlug,
			Title: i18n.Text{En: "Bench", Zh: "Bench"}, Summary: i18n.Text{En: "Bench", Zh: "Bench"}})
		return err
	})
	if err != nil {
		return fmt.Errorf("make a challenge: %w", err)
	}
	room, err := hub.Chat.RoomOfSlug(ctx, admin, benchSlug)
	if err != nil {
		return err
	}
	b.world.Room = int64(room.ID)
	return db.Store.InTx(ctx, func(tx *pg.Tx) error {
		for i := range otherRooms {
			id, err := hub.Chat.OpenEventRoom(ctx, tx, chat.EventRoom{Workshop: int64(1_000_000 + i), Title: i18n.Text{En: "Bench", Zh: "Bench"},
				Path: fmt.Sprintf("/w/%d-bench/room", 1_000_000+i)})
			if err == nil {
				err = hub.Chat.MoveRoom(ctx, tx, id, chat.Open)
			}
			if err != nil {
				return fmt.Errorf("open another room: %w", err)
			}
			b.world.Others = append(b.world.Others, int64(id))
		}
		return nil
	})
}

const fillLog = `
	with r as (update rooms set seq = seq + $2 where id = $1 returning id, seq - $2 as base),
	m as (insert into messages (room_id, seq, author_id, client_id, body, html, lang)
		select r.id, r.base + n, (select min(id) from members), gen_random_uuid(), 'Message ' || n, '<p>Message ' || n || '</p>', 'en'
		from r, generate_series(1, $2::int) n returning id, room_id, seq, author_id)
	insert into room_events (room_id, seq, kind, member_id, message_id) select room_id, seq, 'message', author_id, id from m`

// fillLog puts n messages into a room, past the hub.
func (b *bench) fillLog(ctx context.Context, room int64, n int) error {
	pool, err := pg.Open(ctx, b.world.URL, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, fillLog, room, n); err != nil {
		return fmt.Errorf("fill the log of a room: %w", err)
	}
	_, err = pool.Exec(ctx, `analyze messages, room_events`)
	return err
}

// writeThread makes the thread: posts in turn English and Chinese, of postBytes bytes, made of the demo's texts, by
// its members, with some reactions.
func (b *bench) writeThread(ctx context.Context, db *app.Database, hub *app.Hub) error {
	ids, err := column[account.MemberID](ctx, db, `select id from members where role = 'member' order by id limit 12`)
	if err != nil {
		return err
	}
	texts := map[string][]string{}
	for _, lang := range []string{"en", "zh"} {
		bodies, err := column[string](ctx, db, `select body from posts where lang = $1 order by id`, lang)
		if err != nil {
			return err
		}
		texts[lang] = cutTexts(bodies, postBytes)
	}
	viewer := func(i int) account.Viewer {
		return account.Viewer{ID: ids[i%len(ids)], Role: account.RoleMember, Zone: time.UTC}
	}
	var started forum.Started
	for i := range threadPosts {
		lang := []string{"en", "zh"}[i%2]
		if len(texts[lang]) == 0 {
			return fmt.Errorf("the demo has too little text in %s", lang)
		}
		body := texts[lang][0]
		texts[lang] = texts[lang][1:]
		var post forum.PostID
		if i == 0 {
			started, err = hub.Forum.StartThread(ctx, viewer(i), forum.ThreadForm{Challenge: benchSlug, Kind: forum.Discussion,
				Title: "Wastewater as an early warning of resistance", Body: body, Lang: lang, ClientID: uuid.New()})
			post = started.PostID
		} else {
			post, err = hub.Forum.Reply(ctx, viewer(i), forum.ReplyForm{Thread: started.ID, Body: body, Lang: lang, ClientID: uuid.New()})
		}
		if err != nil {
			return fmt.Errorf("write post %d: %w", i+1, err)
		}
		if err := react(ctx, hub, post, viewer(i+1), viewer(i+2)); err != nil {
			return err
		}
	}
	b.world.Thread = started.Path()
	return nil
}

func react(ctx context.Context, hub *app.Hub, post forum.PostID, viewers ...account.Viewer) error {
	for i, v := range viewers {
		if err := hub.Forum.React(ctx, v, post, forum.Reactions[i%len(forum.Reactions)], true); err != nil {
			return fmt.Errorf("react: %w", err)
		}
	}
	return nil
}

func column[T any](ctx context.Context, db *app.Database, sql string, args ...any) ([]T, error) {
	rows, err := db.Store.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

// cutTexts makes texts of about size bytes out of others, using each only once.
func cutTexts(from []string, size int) []string {
	var out []string
	var sb strings.Builder
	for _, s := range from {
		if sb.Len() > 0 {
			sb.WriteString("\n\n")
		}
		sb.WriteString(s)
		if sb.Len() < size {
			continue
		}
		text := sb.String()
		end := size
		for !utf8.RuneStart(text[end-1]) {
			end--
		}
		out = append(out, strings.TrimSpace(text[:end-1]))
		sb.Reset()
	}
	return out
}
