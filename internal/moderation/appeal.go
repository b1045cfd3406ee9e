package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

const (
	// AppealWithin is how long after a decision an appeal can be made.
	AppealWithin = 180 * 24 * time.Hour
	// MaxAppeal is the longest text of an appeal, in weighted characters.
	MaxAppeal = 4000
)

var (
	errAppealed     = fault.New(fault.Conflict, "appeal.already")
	errNotAgainst   = fault.New(fault.NotFound, "error.not_found")
	errAppealLate   = fault.New(fault.Conflict, "appeal.late")
	errAppealUndone = fault.New(fault.Conflict, "appeal.undone")
	errSameJudge    = fault.New(fault.Forbidden, "appeal.same_judge")
)

// Statement is a decision as whom it concerns reads it: who took it is not in it.
type Statement struct {
	Entry
	Until    *time.Time // of a sanction; account.ForEver when it does not end by itself
	Text     About      // what it was about, if that is a text of theirs
	Appeal   *Appeal
	MayTry   bool // an appeal can be made now
	Concerns bool // the viewer is whom it concerns
}

// Appeal is one against a decision, and how it ended.
type Appeal struct {
	LogID    LogID
	CaseID   CaseID
	MemberID account.MemberID
	Text     string
	Lang     string
	At       time.Time
	ClosedAt *time.Time
	Outcome  Action // Uphold, or what undid the decision; "" while it waits
	Reason   string
}

const appealOf = `
	select a.log_id, a.case_id, a.member_id, a.text, a.lang, a.at, c.closed_at, coalesce(l.action, '') as outcome, coalesce(l.reason, '') as reason
	from appeals a join cases c on c.id = a.case_id left join moderation_log l on l.id = c.log_id
	where a.log_id = @log`

// Statement is a decision for whom it concerns, and for moderators; nobody else learns of it (NotFound).
func (s *Service) Statement(ctx context.Context, viewer account.Viewer, id LogID) (Statement, error) {
	if !viewer.SignedIn() {
		return Statement{}, errSignIn
	}
	e, err := pg.One[Entry](ctx, s.store, findEntry, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return Statement{}, fmt.Errorf("find log row %d: %w", id, pg.OrNotFound(err, errNotAgainst))
	}
	st := Statement{Entry: e, Until: e.Data.Until, Concerns: e.AuthorID == viewer.ID}
	if !e.Action.against() || !st.Concerns && !viewer.Moderates() {
		return Statement{}, errNotAgainst
	}
	found, err := s.abouts(ctx, e.Subject())
	if err != nil {
		return Statement{}, err
	}
	if e.SubjectKind != Member {
		st.Text = found[e.Subject()]
	}
	a, err := pg.One[Appeal](ctx, s.store, appealOf, pgx.StrictNamedArgs{"log": id})
	switch {
	case err == nil:
		st.Appeal = &a
	case !errors.Is(err, pgx.ErrNoRows):
		return Statement{}, fmt.Errorf("find appeal against %d: %w", id, err)
	}
	st.MayTry = st.Concerns && mayAppeal(e) == nil && st.Appeal == nil
	return st, nil
}

// mayAppeal is why nobody can appeal against a decision.
func mayAppeal(e Entry) error {
	switch {
	case !e.Action.against():
		return errNotAgainst
	case e.UndoneBy != 0:
		return errAppealUndone
	case time.Since(e.At) > AppealWithin:
		return errAppealLate
	}
	return nil
}

const insertAppeal = `
	insert into appeals (log_id, member_id, case_id, text, lang) values (@log, @member, @case, @text, @lang) on conflict (log_id) do nothing
	returning log_id`

// Appeal asks that another moderator looks at a decision again: once, by whom it concerns, in their own words.
func (s *Service) Appeal(ctx context.Context, viewer account.Viewer, id LogID, text string) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	return s.appeal(ctx, viewer.ID, id, text)
}

func (s *Service) appeal(ctx context.Context, member account.MemberID, id LogID, text string) error {
	text, ok := markup.Clean(text)
	if !ok {
		return fault.New(fault.Malformed, "error.utf8")
	}
	var wrong fault.Fields
	switch {
	case markup.Blank(text):
		wrong.Add("text", "appeal.text_missing", nil)
	case markup.Weight(text) > MaxAppeal:
		wrong.Add("text", "appeal.text_long", fault.Args{"Max": MaxAppeal})
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := pg.One[Entry](ctx, tx, findEntry, pgx.StrictNamedArgs{"id": id})
		if err != nil {
			return pg.OrNotFound(err, errNotAgainst)
		}
		if e.AuthorID != member {
			return errNotAgainst
		}
		if err := mayAppeal(e); err != nil {
			return err
		}
		lang := markup.Lang(text)
		k, err := s.open(ctx, tx, opening{subject: Subject{Kind: Decided, ID: int64(id)}, kind: Appealed, author: member, lang: lang, urgency: 2})
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, insertAppeal, pgx.StrictNamedArgs{"log": id, "member": member, "case": k, "text": text, "lang": lang}).Scan(&id)
		return pg.OrNotFound(err, errAppealed)
	})
	if err != nil {
		return fmt.Errorf("appeal against %d: %w", id, err)
	}
	return nil
}

const standingSuspension = `
	select id from moderation_log where subject_kind = 'member' and subject_id = @id and action in ('suspend', 'reject')
	order by id desc limit 1`

// AppealSuspended is Appeal for a member who is shut out: the name and the password say who it is.
func (s *Service) AppealSuspended(ctx context.Context, who account.SignInForm, text string) error {
	member, err := s.accounts.SuspendedMember(ctx, who)
	if err != nil {
		return err
	}
	var id LogID
	if err := s.store.QueryRow(ctx, standingSuspension, pgx.StrictNamedArgs{"id": member}).Scan(&id); err != nil {
		return fmt.Errorf("find suspension of member %d: %w", member, pg.OrNotFound(err, errNotAgainst))
	}
	return s.appeal(ctx, member, id, text)
}

// uphold ends an appeal: the decision stays. Whoever took it cannot.
func (s *Service) uphold(viewer account.Viewer, id LogID) decision {
	d := decision{action: Uphold, subject: Subject{Kind: Decided, ID: int64(id)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		author, err := lockAppeal(ctx, tx, viewer, id)
		if err != nil {
			return outcome{}, err
		}
		return outcome{author: author, notice: notify.Notice{Kind: notify.KindAppealUpheld, Path: statementPath(id)}}, nil
	}
	return d
}

// statementPath is the page of a statement, without the locale.
func statementPath(id LogID) string { return fmt.Sprintf("/decisions/%d", id) }

const lockAppealOf = `
	select l.author_id, l.actor_id from appeals a join moderation_log l on l.id = a.log_id join cases c on c.id = a.case_id
	where a.log_id = @log and c.closed_at is null for update of c`

// lockAppeal holds the appeal against a decision that the viewer is to judge.
func lockAppeal(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id LogID) (author account.MemberID, err error) {
	var actor account.MemberID
	err = tx.QueryRow(ctx, lockAppealOf, pgx.StrictNamedArgs{"log": id}).Scan(&author, &actor)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, errAlreadySo
	case err != nil:
		return 0, fmt.Errorf("find appeal against %d: %w", id, err)
	case actor == viewer.ID:
		return 0, errSameJudge
	}
	return author, nil
}

// Overturn ends an appeal: the decision is undone, with the reason. Whoever took it cannot.
func (s *Service) Overturn(ctx context.Context, viewer account.Viewer, id LogID, why Why) (Entry, error) {
	if err := permit(viewer, Uphold); err != nil {
		return Entry{}, err
	}
	e, err := s.Find(ctx, viewer, id)
	if err != nil {
		return Entry{}, err
	}
	if e.ActorID == viewer.ID {
		return Entry{}, errSameJudge
	}
	d, err := s.undoing(ctx, viewer, e)
	if err != nil {
		return Entry{}, err
	}
	d.why = why
	apply := d.apply
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		if _, err := lockAppeal(ctx, tx, viewer, id); err != nil {
			return outcome{}, err
		}
		return apply(ctx, tx)
	}
	return s.decide(ctx, viewer, d)
}

// Record is everything that was decided about the viewer, below before (0: the newest), at most PageSize, and the cursor of
// the rest; without names.
func (s *Service) Record(ctx context.Context, viewer account.Viewer, before LogID) ([]Entry, LogID, error) {
	if !viewer.SignedIn() {
		return nil, 0, errSignIn
	}
	entries, err := pg.All[Entry](ctx, s.store, recordEntries, pgx.StrictNamedArgs{"me": viewer.ID, "before": before, "limit": PageSize + 1,
		"against": against})
	if err != nil {
		return nil, 0, fmt.Errorf("read the record: %w", err)
	}
	var next LogID
	if len(entries) > PageSize {
		entries = entries[:PageSize]
		next = entries[PageSize-1].ID
	}
	return entries, next, nil
}

const recordEntries = entryColumns + `
	where l.author_id = @me and l.action = any(@against) and (@before::bigint = 0 or l.id < @before) order by l.id desc limit @limit`
