// Package notify owns the inbox: what a member is told about what others did. It writes notices and nothing else.
//
// A notice holds values (a title, a reason, ids), never an excerpt of what somebody wrote, so that nothing hidden
// survives in an inbox; it is put into words when it is read, in the reader's language. Whoever hides something
// calls RetractFor in the same transaction.
package notify

import (
	"senet/internal/mail"
	"senet/internal/pg"
)

// Service is the inbox of every member.
type Service struct {
	// Mail sends what members want to have by mail, too; nil: nothing is sent.
	Mail *mail.Service

	store  *pg.Store
	unread unreadCache
}

// New makes the service over a store.
func New(store *pg.Store) *Service {
	return &Service{store: store, unread: unreadCache{counts: map[string]unreadCount{}}}
}
