package moderation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/moderation/screen"
	"senet/internal/notify"
	"senet/internal/pg"
)

// TrustLevel is what a member has earned by behaviour.
type TrustLevel string

const (
	Newcomer TrustLevel = "new"     // fewer than two posts that stood, or a decision against them lately
	Regular  TrustLevel = "basic"   // most
	Proven   TrustLevel = "trusted" // a month here, ten posts that stood, nothing against them for ninety days
	OfStaff  TrustLevel = "staff"   // is not screened
)

// Trust is earned by their own posts that stood and lost by decisions, never by a count alone.
const trustOf = `
	select m.role, m.created_at < now() - interval '30 days' as settled,
		(select count(*) from (select from posts where author_id = m.id and hidden_at is null limit 10) p) as stood,
		coalesce((select max(l.at) from moderation_log l where l.author_id = m.id and l.action = any(@against)
			and not exists (select from moderation_log u where u.undoes = l.id)), '-infinity'::timestamptz) > now() - interval '30 days' as lately,
		coalesce((select max(l.at) from moderation_log l where l.author_id = m.id and l.action = any(@against)
			and not exists (select from moderation_log u where u.undoes = l.id)), '-infinity'::timestamptz) > now() - interval '90 days' as recently
	from members m where m.id = @id`

// TrustLevel is how far a member is trusted now.
func (s *Service) TrustLevel(ctx context.Context, db pg.DB, id account.MemberID) (TrustLevel, error) {
	row, err := pg.One[struct {
		Role                      account.Role
		Settled, Lately, Recently bool
		Stood                     int
	}](ctx, db, trustOf, pgx.StrictNamedArgs{"id": id, "against": against})
	switch {
	case err != nil:
		return Newcomer, fmt.Errorf("look at the trust of member %d: %w", id, err)
	case row.Role != account.RoleMember:
		return OfStaff, nil
	case row.Lately || row.Stood < 2:
		return Newcomer, nil
	case row.Settled && row.Stood >= 10 && !row.Recently:
		return Proven, nil
	}
	return Regular, nil
}

// Policy is what new members may.
type Policy struct {
	HoldFirst string // "none", "review": shown, and a moderator looks; "hold": shown when a moderator has looked
	NewLinks  int    // links to elsewhere that a new member's post may have
	HoldSame  bool   // nearly the same text again within a day waits
	RaidUntil *time.Time

	JoinSeconds int // how soon a join form may come back during a raid; 0: it is not timed

	New, Regular Pace // of newcomers and of regular members
}

// Raided reports whether the hub is being flooded, as somebody said or as it saw: posts of new members are held.
func (p Policy) Raided() bool { return p.RaidUntil != nil && p.RaidUntil.After(time.Now()) }

const findPolicy = `
	select hold_first, new_links, hold_same, raid_until, join_seconds, new_posts, new_linked, regular_posts, regular_linked
	from moderation_policy`

// Policy is the one in force.
func (s *Service) Policy(ctx context.Context) (Policy, error) { return readPolicy(ctx, s.store) }

func readPolicy(ctx context.Context, db pg.DB) (p Policy, err error) {
	err = db.QueryRow(ctx, findPolicy).Scan(&p.HoldFirst, &p.NewLinks, &p.HoldSame, &p.RaidUntil, &p.JoinSeconds,
		&p.New.Posts, &p.New.Linked, &p.Regular.Posts, &p.Regular.Linked)
	if err != nil {
		return p, fmt.Errorf("read the policy: %w", err)
	}
	return p, nil
}

var errRefused = fault.New(fault.Invalid, "screening.refused")

// Screen looks at a post that has just been written, in its transaction. It reports whether the post is to wait for a
// moderator, and then has opened a case; a text that no moderator needs to see again is refused, and so is (TooMany) one more
// than the author's trust allows within an hour.
func (s *Service) Screen(ctx context.Context, tx *pg.Tx, viewer account.Viewer, post forum.FreshPost) (hold bool, err error) {
	level, err := s.TrustLevel(ctx, tx, viewer.ID)
	if err != nil || level == OfStaff {
		return false, err
	}
	policy, err := readPolicy(ctx, tx)
	if err != nil {
		return false, err
	}
	if err := s.mayPost(ctx, tx, viewer.ID, policy.of(level), post); err != nil {
		return false, err
	}
	found, err := s.match(ctx, tx, post.Title+"\n"+post.Body)
	if err != nil {
		return false, err
	}
	cause, why := Cause(""), ""
	switch {
	case found.refuse:
		return false, errRefused
	case found.hold != "":
		cause, why = Held, found.hold
	case level == Newcomer && (policy.HoldFirst == "hold" || policy.Raided()):
		cause = Held
	case level == Newcomer && len(screen.Hosts(post.Body, s.host)) > policy.NewLinks:
		cause = Held
	}
	if cause == "" && level != Proven {
		again := false
		if policy.HoldSame {
			if again, err = s.seenBefore(ctx, tx, viewer.ID, post.Title+"\n"+post.Body); err != nil {
				return false, err
			}
		}
		if again {
			cause = Held
		} else if level == Newcomer && policy.HoldFirst == "review" {
			cause = First
		}
	}
	if cause == "" {
		return false, nil
	}
	o := opening{subject: Subject{Kind: Post, ID: int64(post.ID)}, kind: cause, author: viewer.ID, challenge: int64(post.Challenge), lang: post.Lang}
	if cause == Held {
		o.urgency = 1
	}
	id, err := s.open(ctx, tx, o)
	if err != nil {
		return false, err
	}
	if why != "" {
		if err := noteFilter(ctx, tx, id, why); err != nil {
			return false, err
		}
	}
	if cause == First {
		return false, nil
	}
	if err := s.watchForRaid(ctx, tx); err != nil {
		return false, err
	}
	return true, s.notify.Tell(ctx, tx, notify.Notice{To: viewer.ID, Kind: notify.KindHeld, Subject: o.subject.String(),
		Within: notify.Subject(Thread, post.Thread), Data: notify.Data{Title: post.Title}})
}

const reportByFilter = `
	insert into reports (case_id, reporter_id, rule_id, text) select @case, null, id, @text from rules where key = 'spam'`

// noteFilter says in the case what a filter found.
func noteFilter(ctx context.Context, tx *pg.Tx, id CaseID, why string) error {
	if _, err := tx.Exec(ctx, reportByFilter, pgx.StrictNamedArgs{"case": id, "text": why}); err != nil {
		return fmt.Errorf("note what a filter found: %w", err)
	}
	return nil
}

const (
	printsLately = `select member_id, print from text_prints where at > now() - interval '1 day' order by at desc limit 500`
	keepPrint    = `insert into text_prints (member_id, print) values (@member, @print)`
	dropPrints   = `delete from text_prints where id in (select id from text_prints where at < now() - interval '1 day' limit 200)`
)

// seenBefore reports whether nearly the same text was written within a day, by the member once before or by two others.
func (s *Service) seenBefore(ctx context.Context, tx *pg.Tx, member account.MemberID, text string) (bool, error) {
	print := screen.Fold(text).Print()
	if print == 0 {
		return false, nil
	}
	rows, err := tx.Query(ctx, printsLately)
	if err != nil {
		return false, fmt.Errorf("look for the same text: %w", err)
	}
	own, others := false, map[account.MemberID]bool{}
	var by account.MemberID
	var was int64
	_, err = pgx.ForEachRow(rows, []any{&by, &was}, func() error {
		if screen.Alike(print, uint64(was)) {
			own = own || by == member
			others[by] = true
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look for the same text: %w", err)
	}
	for _, sql := range []string{keepPrint, dropPrints} {
		args := pgx.StrictNamedArgs{"member": member, "print": int64(print)}
		if sql == dropPrints {
			args = nil
		}
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return false, fmt.Errorf("keep what a text looks like: %w", err)
		}
	}
	return own || len(others) >= 2, nil
}

// Raids are seen by many posts that are held within ten minutes; the switch is then on for two hours.
const (
	raidHeld  = 20
	raidLasts = 2 * time.Hour
	heldNow   = `select count(*) from (select from cases where kind = 'held' and opened_at > now() - interval '10 minutes' limit @most) c`
	throwRaid = `update moderation_policy set raid_until = now() + make_interval(secs => @seconds) where raid_until is null or raid_until < now() returning one`
	allStaff  = `select id from members where role <> 'member'`
)

func (s *Service) watchForRaid(ctx context.Context, tx *pg.Tx) error {
	var n int
	if err := tx.QueryRow(ctx, heldNow, pgx.StrictNamedArgs{"most": raidHeld}).Scan(&n); err != nil {
		return fmt.Errorf("count what is held: %w", err)
	}
	if n < raidHeld {
		return nil
	}
	var on bool
	err := tx.QueryRow(ctx, throwRaid, pgx.StrictNamedArgs{"seconds": raidLasts.Seconds()}).Scan(&on)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // it is on
	}
	if err != nil {
		return fmt.Errorf("throw the raid switch: %w", err)
	}
	rows, err := tx.Query(ctx, allStaff)
	if err != nil {
		return fmt.Errorf("list staff: %w", err)
	}
	staff, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	if err != nil {
		return fmt.Errorf("list staff: %w", err)
	}
	return s.notify.TellMany(ctx, tx, staff, notify.Notice{Kind: notify.KindRaid, Path: "/moderation/queue?kind=held"})
}

// approve shows a held post to everybody, and tells now who would have been told then; reject keeps it from them.
func (s *Service) approve(id forum.PostID) decision {
	d := decision{action: Approve, subject: Subject{Kind: Post, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		if err := heldCase(ctx, tx, d.subject); err != nil {
			return outcome{}, err
		}
		sub, err := s.forum.Release(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		return aboutThread(sub, notify.KindApproved), nil
	}
	return d
}

func (s *Service) reject(id forum.PostID) decision {
	d := decision{action: Reject, subject: Subject{Kind: Post, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		if err := heldCase(ctx, tx, d.subject); err != nil {
			return outcome{}, err
		}
		sub, err := s.forum.SubjectOf(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		return aboutThread(sub, notify.KindRejected), nil
	}
	return d
}

const lockHeldCase = `
	select id from cases where subject_kind = @kind and subject_id = @id and kind = 'held' and closed_at is null for update`

// heldCase holds the case of a post that waits; a Conflict when it waits no more.
func heldCase(ctx context.Context, tx *pg.Tx, of Subject) error {
	var id CaseID
	if err := tx.QueryRow(ctx, lockHeldCase, pgx.StrictNamedArgs{"kind": of.Kind, "id": of.ID}).Scan(&id); err != nil {
		return fmt.Errorf("find the case of %s: %w", of, pg.OrNotFound(err, errAlreadySo))
	}
	return nil
}

// filters is the list as it is matched, read anew after a change.
type filters struct {
	mu      sync.Mutex
	version uint64
	read    bool
	words   []wordFilter
	hosts   []Filtering
}

type wordFilter struct {
	Filtering
	folded screen.Folded
}
