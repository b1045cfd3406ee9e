// Package app is the composition root: it builds the hub from its settings (database, services, hub of rooms,
// server), starts the parts in order and stops them in the opposite one.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"senet/internal/account"
	"senet/internal/account/accountweb"
	"senet/internal/chat"
	"senet/internal/chat/chatweb"
	"senet/internal/config"
	"senet/internal/demo"
	"senet/internal/forum"
	"senet/internal/forum/forumweb"
	"senet/internal/httpx"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/mail"
	"senet/internal/mail/mailweb"
	"senet/internal/moderation"
	"senet/internal/moderation/moderationweb"
	"senet/internal/notify"
	"senet/internal/notify/notifyweb"
	"senet/internal/pg"
	"senet/internal/server"
	"senet/internal/translation"
	"senet/internal/translation/engine"
	"senet/internal/translation/glossary"
	"senet/internal/translation/memory"
	"senet/internal/workshop"
	"senet/internal/workshop/workshopweb"
	"senet/locales"
	"senet/web"
)

// stopTime bounds each step of stopping.
const stopTime = 5 * time.Second

// Hub is a built hub. Build makes it, Serve runs it.
type Hub struct {
	Accounts    *account.Service
	Forum       *forum.Service
	Chat        *chat.Service
	Moderation  *moderation.Service
	Translation *translation.Service
	Memory      *memory.Service
	Glossary    *glossary.Service
	Mail        *mail.Service // nil: nobody gets mail
	Workshops   *workshop.Service

	db    *Database
	queue *jobs.Queue
	rooms *chat.Hub
	pages *forumweb.Handlers
	app   *server.App
	log   *slog.Logger
}

// Options are what a hub is built with.
type Options struct {
	BaseURL *url.URL        // how browsers reach it
	Engines engine.Settings // of machine translation; zero: none
	Mail    Mail            // zero: nobody gets mail
	Log     *slog.Logger
}

// Build puts the hub together over a database.
func Build(db *Database, o Options) (*Hub, error) {
	log := o.Log
	words, err := i18n.Load(locales.FS)
	if err != nil {
		return nil, err
	}
	assets, err := web.Load()
	if err != nil {
		return nil, fmt.Errorf("load static files: %w", err)
	}
	store := db.Store
	h := &Hub{db: db, log: log}
	h.Accounts = account.New(store)
	if err := h.buildTranslation(store, o); err != nil {
		return nil, err
	}
	notices := notify.New(store)
	notices.Mail = h.buildMail(store, words, o)
	h.Forum = forum.New(store, h.Accounts, h.Translation, notices)
	h.Chat = chat.New(store, h.Accounts, h.Translation, log)
	h.Chat.Notices = notices
	h.Forum.Rooms = func(ctx context.Context, tx *pg.Tx, challenge int64) error {
		_, err := h.Chat.OpenRoom(ctx, tx, challenge)
		return err
	}
	h.Moderation = moderation.New(store, moderation.Parts{Forum: h.Forum, Rooms: h.Chat, Accounts: h.Accounts, Notices: notices, Words: h.Translation, Host: o.BaseURL.Hostname()})
	h.Chat.Pace = h.Moderation.Pace
	h.Accounts.Door, h.Accounts.Applied = h.Moderation.Door, h.Moderation.Applied
	h.Forum.Screen, h.Forum.Gate, h.Chat.Gate = h.Moderation.Screen, h.Moderation.Gate, h.Moderation.Gate

	h.Workshops = workshop.New(store, workshop.Parts{Accounts: h.Accounts, Rooms: h.Chat, Notices: notices, Mail: h.Mail,
		Queue: h.queue, Base: strings.TrimSuffix(o.BaseURL.String(), "/")})

	kit := &httpx.Kit{Bundle: words, Auth: h.Accounts, Assets: assets, BaseURL: o.BaseURL, Log: log, Unread: notices.Unread, ByLink: []string{mail.OffPath}}
	cache := httpx.NewPageCache(store.Changes)
	forumPages := forumweb.New(h.Forum, store.Changes, cache)
	forumPages.PostTools = moderationweb.PostActions
	forumPages.ThreadTools = moderationweb.ThreadActions
	forumPages.Done = moderationweb.Done
	workshops := workshopweb.New(h.Workshops, h.Forum, cache, words)
	workshops.Outcomes = workshop.NewOutcomes(h.Workshops, h.Forum, h.Translation)
	h.Chat.Erased = func(ctx context.Context, tx *pg.Tx, _ chat.RoomID, event int64) error {
		return workshops.Outcomes.Erase(ctx, tx, workshop.ID(event))
	}
	forumPages.Next, forumPages.OfChallenge = workshops.Next, workshops.OfChallenge
	h.pages = forumPages
	members := accountweb.New(h.Accounts)
	members.Done = moderationweb.Done
	members.Tools = moderationweb.MemberActions
	translations := h.translationPages()
	members.Engines = translations.Engines
	members.About = translations.About
	inbox := notifyweb.New(notices, words)
	inbox.Letters(h.Mail, h.Translation)
	features := []server.Feature{inbox}
	if h.Mail != nil {
		letters := mailweb.New(h.Mail)
		members.Mail = letters.Settings
		features = append(features, letters)
	}
	members.InRoom = func(ctx context.Context, v account.Viewer, room int64) ([]account.MemberID, error) {
		return h.rooms.Company(ctx, v, chat.RoomID(room))
	}
	members.InThread = func(ctx context.Context, v account.Viewer, thread int64) ([]account.MemberID, error) {
		return h.Forum.Participants(ctx, v, forum.ThreadID(thread))
	}
	wire := chatweb.NewWire(words)
	h.rooms = chat.NewHub(h.Chat, wire, log)
	rooms := chatweb.New(h.Chat, h.rooms, wire, kit)
	rooms.Tools = chatweb.Tools{Message: moderationweb.MessageActions, Question: moderationweb.QuestionActions, Poll: moderationweb.PollActions,
		Reasons: moderationweb.Reasons, Done: moderationweb.Done, Aside: workshops.RoomAside, Agenda: workshops.RoomAgenda}
	forumPages.RoomNews = rooms.News
	h.app = server.New(server.Options{Kit: kit, Assets: assets, Ready: db.Ready, Log: log, Socket: rooms.MountSocket,
		Calendars: workshops.MountCalendars},
		append(features, members, forumPages, rooms, moderationweb.New(h.Moderation, h.Accounts, h.Forum, words), translations, workshops)...)
	return h, nil
}

// App is the hub's HTTP front, for tests that send requests without a network.
func (h *Hub) App() *server.App { return h.app }

// DemoPassword is every demo member's.
const DemoPassword = demo.Password

// LoadDemo fills an empty hub with the bilingual demo; false when the hub is not empty.
func LoadDemo(ctx context.Context, db *Database) (bool, error) {
	return demo.Load(ctx, db.Store, account.New(db.Store))
}

// Serve answers on ln until ctx ends, then stops in order: sockets are told to come back later, requests finish,
// what waits to be written is written. ready is called once everything answers.
func (h *Hub) Serve(ctx context.Context, ln net.Listener, ready func()) error {
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go h.db.Store.Changes.Listen(background, h.db.URL, h.log)
	go h.housekeeping(background)
	h.Chat.Start()
	h.rooms.Start()
	if err := h.queue.Start(background); err != nil {
		return err
	}

	served := make(chan error, 1)
	go func() { served <- h.app.Listener(ln) }()
	ready()
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
	case <-h.db.gone():
		err = fmt.Errorf("the private Postgres has stopped: %w", h.db.own.Err())
	}
	stop, cancelStop := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancelStop()
	h.rooms.Stop(stop) // first: Shutdown leaves sockets open
	h.pages.Stop()
	if e := h.app.ShutdownWithContext(stop); e != nil && err == nil && stop.Err() == nil {
		err = fmt.Errorf("stop the server: %w", e)
	}
	h.queue.Stop(stop)
	h.Chat.Stop()
	return err
}

// housekeeping prunes what has expired, makes what an earlier hub did not have, and sees to it that what is to happen is
// enqueued, at once and every hour.
func (h *Hub) housekeeping(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := h.Accounts.FillKeys(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("keys of members not made", "err", err)
		}
		if err := h.Workshops.Catch(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("looking for workshops to come failed", "err", err)
		}
		if err := h.Accounts.Prune(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("pruning failed", "err", err)
		}
		if _, err := h.Chat.EraseOver(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("what was said in rooms whose time is over is not all erased; it goes on in an hour", "err", err)
		}
		if err := h.Mail.Prune(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("pruning failed", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Run is senet serve: it opens the database, loads the demo if told to, listens, and serves until ctx ends. ready is
// told the hub's address and, on a hub without an administrator, the one-time link that creates the first.
func Run(ctx context.Context, cfg config.Config, log *slog.Logger, ready func(base, setupLink string, demoLoaded bool)) error {
	ln, err := net.Listen("tcp", cfg.Listen) // first: an address in use is the commonest mistake, and costs nothing to find
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer ln.Close()
	for name, value := range map[string]string{"nats-url": cfg.NATSURL, "metrics-listen": cfg.MetricsListen} {
		if value != "" {
			log.Warn("this setting has no effect yet", "setting", name)
		}
	}
	base := cfg.BaseURL
	if !cfg.BaseURLGiven {
		base = config.BaseOf(ln.Addr().String())
	}
	post, err := openMail(cfg, base)
	if err != nil {
		return err
	}
	db, err := OpenDatabase(ctx, cfg, log, false)
	if err != nil {
		return err
	}
	defer db.Close()
	loaded := false
	if cfg.Demo {
		if loaded, err = LoadDemo(ctx, db); err != nil {
			return fmt.Errorf("load the demo: %w", err)
		}
	}
	hub, err := Build(db, Options{BaseURL: base, Engines: engine.Settings(cfg.Translator), Mail: post, Log: log})
	if err != nil {
		return err
	}
	link := ""
	token, open, err := hub.Accounts.SetupLink(ctx)
	if err != nil {
		return err
	}
	if open {
		link = base.String() + "/setup/" + token
	}
	if cfg.SMTPURL == "" {
		log.Info("mail is kept as files", "directory", post.Transport.Where())
	}
	return hub.Serve(ctx, ln, func() { ready(base.String()+"/", link, loaded) })
}
