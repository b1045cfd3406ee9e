package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/notify"
	"senet/internal/pg"
)

// CaseID names a case.
type CaseID int64

// Cause is why a case waits for a moderator.
type Cause string

// Causes, the strongest last: a case that has several goes by the strongest.
const (
	First    Cause = "first"  // a first post, shown already
	Reported Cause = "report" // members reported it
	Held     Cause = "held"   // it is shown to nobody until somebody has looked
	Joining  Cause = "join"   // somebody has joined during a raid and waits
	Appealed Cause = "appeal" // against a decision
)

// Causes lists them as the filter of the queue offers them.
var Causes = []Cause{Reported, First, Held, Joining, Appealed}

// Urgent is the highest urgency; 0 is the lowest.
const Urgent = 3

// ClaimTime is how long a case stays with whoever opened it last.
const ClaimTime = 15 * time.Minute

// Case is all that waits for a moderator about one subject, or waited.
type Case struct {
	ID          CaseID
	SubjectKind string
	SubjectID   int64
	Locale      i18n.Locale // of the translation that it is about; "": the text itself
	Kind        Cause
	AuthorID    account.MemberID // whose the subject is; 0: nobody's
	ChallengeID int64            // where it stands; 0: nowhere
	Lang        string           // of the subject
	Urgency     int
	ReportCount int
	OpenedAt    time.Time
	SeenAt      *time.Time // when a moderator first opened it
	ClaimedBy   account.MemberID
	ClaimedName string
	Claimed     bool // the claim is still in force
	ClosedAt    *time.Time
	LogID       LogID // the decision that closed it
}

// Subject is what the case is about.
func (c Case) Subject() Subject { return Subject{Kind: c.SubjectKind, ID: c.SubjectID} }

const caseColumns = `
	select c.id, c.subject_kind, c.subject_id, c.locale, c.kind, coalesce(c.author_id, 0) as author_id,
		coalesce(c.challenge_id, 0) as challenge_id, c.lang, c.urgency, c.report_count, c.opened_at, c.seen_at,
		coalesce(c.claimed_by, 0) as claimed_by, coalesce(cl.name, '') as claimed_name,
		coalesce(c.claimed_until > now(), false) as claimed, c.closed_at, coalesce(c.log_id, 0) as log_id
	from cases c left join members cl on cl.id = c.claimed_by `

// opening is a case to be opened, or the one that is open for the subject already with one more cause.
type opening struct {
	subject   Subject
	locale    i18n.Locale
	kind      Cause
	author    account.MemberID
	challenge int64
	lang      string
	urgency   int
	reports   int // 1 when it comes with a report
}

// A case becomes more urgent with the third and the tenth report.
const openCase = `
	insert into cases as c (subject_kind, subject_id, locale, kind, author_id, challenge_id, lang, urgency, report_count)
	values (@subject_kind, @subject_id, @locale, @kind, nullif(@author, 0::bigint), nullif(@challenge, 0::bigint), @lang, @urgency, @reports)
	on conflict (subject_kind, subject_id, locale) where closed_at is null do update set
		report_count = c.report_count + excluded.report_count,
		urgency = least(@urgent, greatest(c.urgency, excluded.urgency)
			+ case when excluded.report_count > 0 and c.report_count + 1 in (3, 10) then 1 else 0 end),
		kind = case when array_position(@order::text[], excluded.kind) > array_position(@order::text[], c.kind)
			then excluded.kind else c.kind end
	returning id`

// open opens a case in the transaction of what causes it.
func (s *Service) open(ctx context.Context, tx *pg.Tx, o opening) (CaseID, error) {
	var id CaseID
	err := tx.QueryRow(ctx, openCase, pgx.StrictNamedArgs{
		"subject_kind": o.subject.Kind, "subject_id": o.subject.ID, "locale": o.locale, "kind": o.kind, "author": int64(o.author),
		"challenge": o.challenge, "lang": o.lang, "urgency": o.urgency, "reports": o.reports, "urgent": Urgent,
		"order": []Cause{First, Reported, Held, Joining, Appealed},
	}).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("open a case about %s: %w", o.subject, err)
	}
	tx.Touch("moderation")
	return id, nil
}

// An application is answered by nothing but a yes or a no: else somebody would wait for ever.
const settled = `closed_at is null and (@settles and subject_kind = @kind and subject_id = @id or id = @case) and (kind <> 'join' or @answers)`

const holdOpenCases = `select id from cases where ` + settled + ` order by id for update`

const claimedByOther = `
	select m.name from cases c join members m on m.id = c.claimed_by
	where c.id = @case and c.closed_at is null and c.claimed_by <> @me and c.claimed_until > now()`

// checkClaim is a Conflict when somebody else has the case that the decision comes from.
func checkClaim(ctx context.Context, tx *pg.Tx, e Entry) error {
	var name string
	err := tx.QueryRow(ctx, claimedByOther, pgx.StrictNamedArgs{"case": int64(e.Case), "me": e.ActorID}).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the claim of case %d: %w", e.Case, err)
	}
	return fault.New(fault.Conflict, "case.claimed").With("Name", name)
}

// holdCases locks the cases that settle will close, of which nobody else has that from which the decision comes.
func holdCases(ctx context.Context, tx *pg.Tx, e Entry) error {
	if !e.Action.settles() && e.Case == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, holdOpenCases, settleArgs(e)); err != nil {
		return fmt.Errorf("lock cases: %w", err)
	}
	if e.Case == 0 {
		return nil
	}
	return checkClaim(ctx, tx, e)
}

func settleArgs(e Entry) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"kind": e.SubjectKind, "id": e.SubjectID, "case": int64(e.Case), "answers": e.Action == Approve || e.Action == Reject,
		"settles": e.Action == Hide || e.Action == Erase || e.Action.settles() && e.Case == 0}
}

const closeCases = `
	with done as (
		update cases set closed_at = now(), log_id = @log
		where ` + settled + ` returning id
	)
	select distinct r.reporter_id from reports r join done on done.id = r.case_id where r.reporter_id is not null`

// settle closes what waited for the decision and tells those who reported it what became of it.
func (s *Service) settle(ctx context.Context, tx *pg.Tx, e Entry) error {
	if !e.Action.settles() && e.Case == 0 {
		return nil
	}
	args := settleArgs(e)
	args["log"] = e.ID
	rows, err := tx.Query(ctx, closeCases, args)
	if err != nil {
		return fmt.Errorf("close cases: %w", err)
	}
	reporters, err := pgx.CollectRows(rows, pgx.RowTo[account.MemberID])
	if err != nil {
		return fmt.Errorf("close cases: %w", err)
	}
	kind := notify.KindReportActed
	if e.Action == Dismiss {
		kind = notify.KindReportDismissed
	}
	return s.notify.TellMany(ctx, tx, reporters, notify.Notice{Kind: kind, Actor: e.ActorID, Subject: e.Subject().String(),
		Path: "/settings/reports"})
}

const (
	findCase   = caseColumns + `where c.id = @id`
	findMyCase = findCase + ` and ` + inMyChallenges
)

// FindCase is one case. For moderators.
func (s *Service) FindCase(ctx context.Context, viewer account.Viewer, id CaseID) (Case, error) {
	if err := permitDesk(viewer); err != nil {
		return Case{}, err
	}
	query, args := findCase, pgx.StrictNamedArgs{"id": id}
	if !viewer.Moderates() {
		query, args["moderator"] = findMyCase, viewer.ID
	}
	c, err := pg.One[Case](ctx, s.store, query, args)
	if err != nil {
		return Case{}, fmt.Errorf("find case %d: %w", id, pg.OrNotFound(err, errNoCase))
	}
	return c, nil
}

var errNoCase = fault.New(fault.NotFound, "case.not_found")

const claimCase = `
	update cases set claimed_by = @me, claimed_until = now() + make_interval(secs => @seconds), seen_at = coalesce(seen_at, now())
	where id = @id and closed_at is null and (claimed_by is null or claimed_by = @me or claimed_until <= now())`

// Claim takes a case for ClaimTime, or longer when it is with the viewer already: a Conflict that names who has it otherwise.
func (s *Service) Claim(ctx context.Context, viewer account.Viewer, id CaseID) error {
	if _, err := s.FindCase(ctx, viewer, id); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, claimCase, pgx.StrictNamedArgs{"id": id, "me": viewer.ID, "seconds": ClaimTime.Seconds()})
		if err != nil {
			return fmt.Errorf("claim case %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return taken(ctx, tx, id)
		}
		tx.Touch("moderation")
		return nil
	})
}

// taken is why a case cannot be claimed.
func taken(ctx context.Context, tx *pg.Tx, id CaseID) error {
	c, err := pg.One[Case](ctx, tx, findCase, pgx.StrictNamedArgs{"id": id})
	switch {
	case err != nil:
		return fmt.Errorf("find case %d: %w", id, pg.OrNotFound(err, errNoCase))
	case c.ClosedAt != nil:
		return fault.New(fault.Conflict, "case.closed")
	}
	return fault.New(fault.Conflict, "case.claimed").With("Name", c.ClaimedName)
}

const releaseCase = `update cases set claimed_by = null, claimed_until = null where id = @id and claimed_by = @me and closed_at is null`

// Release gives a case back to everybody.
func (s *Service) Release(ctx context.Context, viewer account.Viewer, id CaseID) error {
	if err := permitDesk(viewer); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, releaseCase, pgx.StrictNamedArgs{"id": id, "me": viewer.ID}); err != nil {
			return fmt.Errorf("release case %d: %w", id, err)
		}
		tx.Touch("moderation")
		return nil
	})
}

const lockOpenCase = `
	select id, kind, coalesce(author_id, 0) from cases where subject_kind = @kind and subject_id = @id and closed_at is null
		and (@case::bigint = 0 or id = @case)
	order by locale, id limit 1 for update`

// dismiss finds nothing wrong with what was reported: in that case, or (0) in the one about the text itself.
func (s *Service) dismiss(of Subject, in CaseID) decision {
	d := decision{action: Dismiss, subject: of}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var id CaseID
		var kind Cause
		var author account.MemberID
		err := tx.QueryRow(ctx, lockOpenCase, pgx.StrictNamedArgs{"kind": of.Kind, "id": of.ID, "case": in}).Scan(&id, &kind, &author)
		if err != nil {
			return outcome{}, fmt.Errorf("find the case of %s: %w", of, pg.OrNotFound(err, errAlreadySo))
		}
		if kind == Joining {
			return outcome{}, errApplication
		}
		return outcome{author: author}, nil
	}
	return d
}
