package moderation

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

// Limits of a reason, in weighted characters (markup.Weight).
const (
	MinReason = 2
	MaxReason = 1000
)

var (
	errSignIn     = fault.New(fault.Unauthorised, "error.sign_in")
	errForbidden  = fault.New(fault.Forbidden, "error.forbidden")
	errAlready    = fault.New(fault.Conflict, "moderation.already")
	errAlreadySo  = fault.New(fault.Conflict, "moderation.already_so")
	errSuperseded = fault.New(fault.Conflict, "moderation.superseded")
	errFinal      = fault.New(fault.Conflict, "moderation.final")
	errNoEntry    = fault.New(fault.NotFound, "moderation.no_entry")
)

// decision is one act before it is done.
type decision struct {
	action  Action
	subject Subject
	why     Why
	undoes  LogID
	aspect  string // "": the action's
	hosted  bool   // the viewer may, as the host of a room
	apply   func(ctx context.Context, tx *pg.Tx) (outcome, error)
}

// outcome is what applying a decision brought to light.
type outcome struct {
	author account.MemberID
	data   Data
	notice notify.Notice // to the author; none when its Kind is empty
	id     int64         // of a subject that the decision created
	action Action        // what it came to instead; "": what was decided
}

// decide does it: effect, row and notice in one transaction. Somebody who decided the same before is named in the
// Conflict fault.
func (s *Service) decide(ctx context.Context, viewer account.Viewer, d decision) (Entry, error) {
	if d.aspect == "" {
		d.aspect = d.action.aspect()
	}
	if !d.hosted {
		if err := permit(viewer, d.action); err != nil {
			return Entry{}, err
		}
	}
	reason, err := checkReason(d.why.Reason, d.action.reasoned() && d.undoes == 0 && d.why.Rule == "")
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		if !d.hosted {
			if err := permitWithin(ctx, tx, viewer, d.subject); err != nil {
				return err
			}
		}
		rule, err := findRule(ctx, tx, d.why.Rule)
		if err != nil {
			return err
		}
		out, err := d.apply(ctx, tx)
		if err != nil {
			return err
		}
		if err := mayJudge(ctx, tx, viewer, d.action, out.author); err != nil {
			return err
		}
		if out.action != "" {
			d.action, d.aspect = out.action, out.action.aspect()
		}
		if out.id != 0 {
			d.subject.ID = out.id
		}
		if d.action != Unwarn { // warnings stand beside each other
			if err := checkStands(ctx, tx, d.undoes); err != nil {
				return err
			}
		}
		e = Entry{ActorID: viewer.ID, ActorName: viewer.Name, Action: d.action, SubjectKind: d.subject.Kind,
			SubjectID: d.subject.ID, AuthorID: out.author, Reason: reason, Rule: d.why.Rule, Case: d.why.Case, Data: out.data,
			Undoes: d.undoes, Stands: true}
		if err := holdCases(ctx, tx, e); err != nil {
			return err
		}
		if err := record(ctx, tx, &e, d.aspect, rule); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, e); err != nil {
			return err
		}
		return s.tell(ctx, tx, e, out.notice)
	})
	if pg.Constraint(err) == "moderation_log_undone_once" {
		return Entry{}, s.already(ctx, d)
	}
	if f := fault.Of(err); f != nil && (f.Key == "forum.already" || f.Key == "chat.already" || f.Key == errAlreadySo.Key) {
		return Entry{}, s.already(ctx, d)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("%s %s: %w", d.action, d.subject, err)
	}
	return e, nil
}

// checkReason cleans a reason. What takes words or the floor from somebody needs one, everything else may have one.
func checkReason(reason string, needed bool) (string, error) {
	reason, ok := markup.Clean(reason)
	if !ok {
		return "", fault.New(fault.Malformed, "error.utf8")
	}
	if markup.Blank(reason) {
		reason = ""
	}
	var fields fault.Fields
	switch w := markup.Weight(reason); {
	case reason == "" && !needed:
	case reason == "":
		fields.Add("reason", "moderation.reason_missing", nil)
	case w < MinReason:
		fields.Add("reason", "moderation.reason_short", nil)
	case w > MaxReason:
		fields.Add("reason", "moderation.reason_long", fault.Args{"Max": MaxReason})
	}
	return reason, fields.Err()
}

const insertEntry = `
	insert into moderation_log (actor_id, action, aspect, subject_kind, subject_id, author_id, reason, rule_id, case_id, data, undoes)
	values (@actor, @action, @aspect, @kind, @id, nullif(@author, 0::bigint), @reason, nullif(@rule, 0::bigint), nullif(@case, 0::bigint), @data, nullif(@undoes, 0::bigint))
	returning id, at, coalesce((select name from members where id = @author), '')`

// record writes the row. It comes after everything that locks but the notices: the log has one head, which nobody else
// gets until this is committed.
func record(ctx context.Context, tx *pg.Tx, e *Entry, aspect string, rule RuleID) error {
	err := tx.QueryRow(ctx, insertEntry, pgx.StrictNamedArgs{
		"actor": e.ActorID, "action": e.Action, "aspect": aspect, "kind": e.SubjectKind, "id": e.SubjectID,
		"author": int64(e.AuthorID), "reason": e.Reason, "rule": int64(rule), "case": int64(e.Case), "data": e.Data, "undoes": int64(e.Undoes),
	}).Scan(&e.ID, &e.At, &e.AuthorName)
	if err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	tx.Touch("moderation")
	return nil
}

const overtaken = `
	select exists (select 1 from moderation_log l join moderation_log x on x.subject_kind = l.subject_kind
		and x.subject_id = l.subject_id and x.aspect = l.aspect and x.id > l.id where l.id = @id)`

// checkStands makes sure that nobody decided again while a decision was being undone. It comes after the effect,
// which has locked the subject until the end of the transaction.
func checkStands(ctx context.Context, tx *pg.Tx, undoes LogID) error {
	if undoes == 0 {
		return nil
	}
	var late bool
	if err := tx.QueryRow(ctx, overtaken, pgx.StrictNamedArgs{"id": undoes}).Scan(&late); err != nil {
		return fmt.Errorf("look for a later decision: %w", err)
	}
	if late {
		return errSuperseded
	}
	return nil
}

// tell gives the author the notice n, completed from the entry.
func (s *Service) tell(ctx context.Context, tx *pg.Tx, e Entry, n notify.Notice) error {
	if n.Kind == "" || e.AuthorID == 0 {
		return nil
	}
	n.To, n.Actor, n.Subject = e.AuthorID, e.ActorID, e.Subject().String()
	n.Data.Reason, n.Data.Rule = e.Reason, e.Rule
	if e.Action.against() {
		n.Path = statementPath(e.ID)
	}
	return s.notify.Tell(ctx, tx, n)
}

const whoDecided = `
	select m.name from moderation_log l join members m on m.id = l.actor_id
	where l.subject_kind = @kind and l.subject_id = @id and l.aspect = @aspect
	order by l.id desc limit 1`

// already is the fault of deciding what is decided: it names who did it, when the log knows.
func (s *Service) already(ctx context.Context, d decision) error {
	var name string
	err := s.store.QueryRow(ctx, whoDecided, pgx.StrictNamedArgs{
		"kind": d.subject.Kind, "id": d.subject.ID, "aspect": cmp.Or(d.aspect, d.action.aspect()),
	}).Scan(&name)
	if err != nil {
		return pg.OrNotFound(err, errAlreadySo)
	}
	return errAlready.With("Name", name)
}
