package moderation

import (
	"context"
	"strconv"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
)

// Undo takes a decision back with another row of the log, and tells the author. Only the decision that stands can be
// undone: a later one about the same makes it a Conflict, and so does somebody who undid it first. An undone undo is
// the decision again.
func (s *Service) Undo(ctx context.Context, viewer account.Viewer, id LogID) (Entry, error) {
	e, err := s.Find(ctx, viewer, id)
	if err != nil {
		return Entry{}, err
	}
	d, err := s.undoing(ctx, viewer, e)
	if err != nil {
		return Entry{}, err
	}
	return s.decide(ctx, viewer, d)
}

// undoing is the decision that takes e back, where that can be done.
func (s *Service) undoing(ctx context.Context, viewer account.Viewer, e Entry) (decision, error) {
	switch {
	case e.UndoneBy != 0:
		return decision{}, s.already(ctx, decision{action: e.Action, subject: e.Subject(), aspect: e.aspect()})
	case !e.Action.Undoable() && !turnedDown(e):
		return decision{}, errFinal
	case !e.Stands && e.Action != Warn: // warnings stand beside each other
		return decision{}, errSuperseded
	}
	d, err := s.opposite(ctx, viewer, e)
	d.undoes = e.ID
	return d, err
}

// turnedDown reports whether the entry closed an applicant's account, which an appeal can open.
func turnedDown(e Entry) bool { return e.Action == Reject && e.SubjectKind == Member }

// opposites undo each other.
var opposites = map[Action]Action{Hide: Unhide, Unhide: Hide, Lock: Unlock, Unlock: Lock, Pin: Unpin, Unpin: Pin, Trust: Distrust, Distrust: Trust,
	Warn: Unwarn, Silence: Unsilence, Suspend: Unsuspend}

// opposite is the decision that takes e back.
func (s *Service) opposite(ctx context.Context, viewer account.Viewer, e Entry) (decision, error) {
	if o, ok := opposites[e.Action]; ok {
		return s.decision(viewer, Verdict{Action: o, Subject: e.Subject()}), nil
	}
	switch e.Action {
	case Reject:
		if turnedDown(e) {
			return s.suspend(viewer, account.MemberID(e.SubjectID), false, 0), nil
		}
	case Move:
		if was := e.Data.WasChallenge; was != nil {
			return s.move(forum.ThreadID(e.SubjectID), forum.ChallengeID(was.ID)), nil
		}
	case Rename:
		return s.rename(forum.ThreadID(e.SubjectID), e.Data.Was, ""), nil
	case Merge, Split:
		if e.Data.Moved != nil {
			return s.moveBack(e), nil
		}
	case Slow:
		seconds, err := strconv.Atoi(e.Data.Was)
		return s.slow(forum.ThreadID(e.SubjectID), seconds), err
	case Appoint, Recall:
		if at := e.Data.NowChallenge; at != nil {
			return s.appoint(viewer, account.MemberID(e.SubjectID), forum.ChallengeID(at.ID), e.Action == Recall), nil
		}
	case Mute, Eject, Readmit:
		return s.undoSanction(ctx, viewer, e)
	case Role:
		return s.setRole(viewer, account.MemberID(e.SubjectID), account.Role(e.Data.Was)), nil
	case Edit:
		if was := e.Data.WasChallenge; was != nil {
			form := forum.ChallengeForm{ID: forum.ChallengeID(was.ID), Slug: was.Slug, Title: was.Title, Summary: was.Summary,
				KeepInside: was.KeepInside, Slow: was.Slow}
			return s.saveChallenge(viewer, ChallengeForm{form, was.RoomInside}), nil
		}
	case Archive, Unarchive:
		return s.archive(viewer, forum.ChallengeID(e.SubjectID), e.Action == Unarchive), nil
	}
	return decision{}, fault.New(fault.Conflict, errFinal.Key)
}
