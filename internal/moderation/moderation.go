// Package moderation owns the decisions of moderators and administrators and the append-only log of them. Each is
// one transaction: the effect in the feature it concerns, a row of the log, a notice to the author. Undoing is
// another row. Members report what is wrong; all that waits about one subject is one case in the queue, and a decision closes
// it. It writes its own tables and nothing else; what a decision does, the features do themselves.
package moderation

import (
	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/notify"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Service takes decisions.
type Service struct {
	store    *pg.Store
	forum    *forum.Service
	chat     *chat.Service
	accounts *account.Service
	notify   *notify.Service
	words    *translation.Service
	host     string // of the hub itself: links to it are no links to elsewhere
	filters  filters

	transparency transparency
}

// Parts are the features that moderation decides in.
type Parts struct {
	Forum    *forum.Service
	Rooms    *chat.Service
	Accounts *account.Service
	Notices  *notify.Service
	Words    *translation.Service
	Host     string // of the hub, without a port
}

// New makes the service.
func New(store *pg.Store, p Parts) *Service {
	return &Service{store: store, forum: p.Forum, chat: p.Rooms, accounts: p.Accounts, notify: p.Notices, words: p.Words, host: p.Host}
}
