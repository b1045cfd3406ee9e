package moderation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/moderation/screen"
	"senet/internal/pg"
)

// Pace is how much a member may write within an hour; 0: as much as they like.
type Pace struct {
	Posts  int
	Linked int // posts and messages with links out of the hub
}

// paceWindow is what a pace counts over.
const paceWindow = time.Hour

// Highest values of a pace.
const (
	MaxPosts  = 1000
	MaxLinked = 100
)

// of is how much a member of that trust may write.
func (p Policy) of(level TrustLevel) Pace {
	switch level {
	case Newcomer:
		return p.New
	case Regular:
		return p.Regular
	}
	return Pace{}
}

var (
	errManyPosts  = fault.New(fault.TooMany, "screening.many_posts")
	errManyLinked = fault.New(fault.TooMany, "screening.many_linked")
)

// tooMany is the fault of having written as much as the pace allows, until wait is over.
func tooMany(f *fault.Fault, most int, wait time.Duration) error {
	wait = max(wait, time.Second)
	return f.With("Max", most).With("Count", int(math.Ceil(wait.Minutes()))).After(wait)
}

const (
	lockPace = `select pg_advisory_xact_lock(hashtextextended('pace:' || @id::bigint, 0))`
	// The post that is one too many is the newest already.
	postsAgo = `select created_at from posts where author_id = @id order by id desc offset @most limit 1`
)

// mayPost is why a member of that trust may not add the post that has just been inserted: it is one too many within the hour.
// Two posts of one member at once, on whichever nodes, are counted one after the other.
func (s *Service) mayPost(ctx context.Context, tx *pg.Tx, id account.MemberID, pace Pace, post forum.FreshPost) error {
	if pace.Posts > 0 || pace.Linked > 0 {
		if _, err := tx.Exec(ctx, lockPace, pgx.StrictNamedArgs{"id": id}); err != nil {
			return fmt.Errorf("lock the pace of member %d: %w", id, err)
		}
	}
	if pace.Posts > 0 {
		var at time.Time
		err := tx.QueryRow(ctx, postsAgo, pgx.StrictNamedArgs{"id": id, "most": pace.Posts}).Scan(&at)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("count posts of member %d: %w", id, err)
		}
		if wait := time.Until(at.Add(paceWindow)); err == nil && wait > 0 {
			return tooMany(errManyPosts, pace.Posts, wait)
		}
	}
	if len(screen.Hosts(post.Body, s.host)) == 0 {
		return nil
	}
	return s.mayLink(ctx, tx, id, pace, fresh{post: post.ID})
}

// Texts with links out of the hub, the newest first. Links to the hub itself, written out, look the same in HTML and are told
// apart by the bodies, of which a bounded number is read.
const linkedLately = `
	select body, created_at from (
		(select body, created_at from posts where author_id = @id and id <> @post and strpos(html, 'rel="nofollow') > 0 order by id desc limit 200)
		union all
		(select body, created_at from messages where author_id = @id and client_id <> @said and strpos(html, 'rel="nofollow') > 0
			order by id desc limit 200)) t
	where created_at > now() - interval '1 hour' order by created_at desc`

// fresh is the text that is about to be written, which does not count itself: a message may be sent twice.
type fresh struct {
	post forum.PostID
	said uuid.UUID
}

// mayLink is why a member may not write another text with links.
func (s *Service) mayLink(ctx context.Context, db pg.DB, id account.MemberID, pace Pace, text fresh) error {
	if pace.Linked == 0 {
		return nil
	}
	rows, err := db.Query(ctx, linkedLately, pgx.StrictNamedArgs{"id": id, "post": text.post, "said": text.said})
	if err != nil {
		return fmt.Errorf("count links of member %d: %w", id, err)
	}
	n := 0
	var body string
	var at, last time.Time // last: what must be an hour ago
	_, err = pgx.ForEachRow(rows, []any{&body, &at}, func() error {
		if n < pace.Linked && len(screen.Hosts(body, s.host)) > 0 {
			n++
			last = at
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count links of member %d: %w", id, err)
	}
	if n < pace.Linked {
		return nil
	}
	return tooMany(errManyLinked, pace.Linked, time.Until(last.Add(paceWindow)))
}

// Pace is why the viewer may not say another thing with links in a room now. Messages that are on their way to different
// rooms at the same moment do not see each other: a few more than allowed may pass then.
func (s *Service) Pace(ctx context.Context, viewer account.Viewer, say chat.Say) error {
	if viewer.Moderates() || !viewer.SignedIn() || len(screen.Hosts(say.Body, s.host)) == 0 {
		return nil
	}
	level, err := s.TrustLevel(ctx, s.store, viewer.ID)
	if err != nil {
		return err
	}
	policy, err := s.Policy(ctx)
	if err != nil {
		return err
	}
	return s.mayLink(ctx, s.store, viewer.ID, policy.of(level), fresh{said: say.ClientID})
}

// mayLinkTo is why a newcomer may not say so many links at once where nothing can be held back.
func (s *Service) mayLinkTo(ctx context.Context, viewer account.Viewer, body string) error {
	hosts := screen.Hosts(body, s.host)
	if len(hosts) == 0 {
		return nil
	}
	policy, err := s.Policy(ctx)
	if err != nil || len(hosts) <= policy.NewLinks {
		return err
	}
	level, err := s.TrustLevel(ctx, s.store, viewer.ID)
	if err != nil || level != Newcomer {
		return err
	}
	var wrong fault.Fields
	wrong.Add("body", "screening.many_links", fault.Args{"Max": policy.NewLinks})
	return wrong.Err()
}
