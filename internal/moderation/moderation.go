// Package moderation owns the decisions of moderators and administrators and the append-only log of them. Each is
// one transaction: the effect in the feature it concerns, a row of the log, a notice to the author. Undoing is
// another row. It writes moderation_log and nothing else; what a decision does, the features do themselves.
package moderation

import (
	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/forum"
	"senet/internal/notify"
	"senet/internal/pg"
)

// Service takes decisions.
type Service struct {
	store    *pg.Store
	forum    *forum.Service
	chat     *chat.Service
	accounts *account.Service
	notify   *notify.Service
}

// New makes the service over the features it decides in.
func New(store *pg.Store, f *forum.Service, c *chat.Service, a *account.Service, n *notify.Service) *Service {
	return &Service{store: store, forum: f, chat: c, accounts: a, notify: n}
}
