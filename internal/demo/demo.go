// Package demo fills an empty hub with a bilingual one that is alive: people of both sides, health challenges,
// threads, three rooms with talk in them, workshops past and to come and one that is on, half of it translated by people, a glossary and a translation memory. Everything in it is invented; the texts are in content/*.toml.
//
// It is the one exception to the rule that a core writes only its own tables: what happened in the past cannot be
// told to cores that write the present, and a hub has to be there at once. So it copies rows straight into members,
// challenges, challenge_follows, rooms, threads, posts, post_revisions, post_reactions, bookmarks, thread_follows,
// messages, room_events, translations, translation_revisions, notices, room_staff and the tables of workshops, and keeps the promises those tables' owners make: counters, gapless seq, ids in
// the order of time. It never touches a hub that has a member.
package demo

import (
	"context"
	"fmt"
	"time"

	"senet/internal/account"
	"senet/internal/pg"
	"senet/internal/workshop"
)

// Password is every demo member's. It is no secret: a hub with the demo in it is for trying out.
const Password = "senet-demo-hub"

const (
	lockMembers = `lock table members in share row exclusive mode`
	anyMember   = `select exists (select from members)`
)

// Load puts the demo into a hub without members, in one transaction; loaded is false where there is one. Ages in the
// content count back from now.
func Load(ctx context.Context, store *pg.Store, accounts *account.Service) (loaded bool, err error) {
	// Asked first, because a hub that keeps --demo starts again and again, and reading the content takes longer than
	// all else it does then.
	var there bool
	if err := store.QueryRow(ctx, anyMember).Scan(&there); err != nil {
		return false, fmt.Errorf("load demo: look for members: %w", err)
	}
	if there {
		return false, nil
	}
	c, err := read()
	if err != nil {
		return false, err
	}
	if err := c.check(); err != nil {
		return false, err
	}
	hash, err := accounts.HashPassword(ctx, Password)
	if err != nil {
		return false, fmt.Errorf("demo: hash password: %w", err)
	}
	err = store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, lockMembers); err != nil { // nobody joins, and no other demo is loaded, meanwhile
			return fmt.Errorf("lock members: %w", err)
		}
		if err := tx.QueryRow(ctx, anyMember).Scan(&there); err != nil || there {
			return err
		}
		l := &loader{content: c, accounts: accounts, now: time.Now().Truncate(time.Microsecond), passwordHash: hash}
		if err := l.load(ctx, tx); err != nil {
			return err
		}
		tx.Touch("challenges", "threads", workshop.Subject)
		loaded = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("load demo: %w", err)
	}
	return loaded, nil
}
