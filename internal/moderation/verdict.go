package moderation

import (
	"context"
	"slices"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/forum"
)

// Verdict is what somebody decides about a subject, and why.
type Verdict struct {
	Action  Action
	Subject Subject
	Why
	Challenge forum.ChallengeID // Move: where to; Appoint, Recall: which
	Text      string            // EditOut: what it is from now on
	Into      forum.ThreadID    // Merge: which thread gets the posts
	Posts     []forum.PostID    // Split: which replies
	Title     string            // Rename: what it is called from now on; Split: what the new one is called
	Lang      string            // … in which language; "": guessed
	Role      account.Role      // Role: the one that is given
	For       time.Duration     // Silence, Suspend: how long; 0: for ever. Slow: between two replies of a member; 0: none
}

// Why is what a decision stands on.
type Why struct {
	Reason string // in own words; told to the author
	Rule   string // the key of the rule that it applies; "": none
	Case   CaseID // what it was decided for, when that is about something else than its subject; 0: nothing else
}

// possible is what can be decided about each kind of subject with a Verdict. What is decided about challenges, and in one
// room about a member, has methods of its own.
var possible = map[string][]Action{
	Post:     {Hide, Unhide, EditOut, Erase, Approve, Reject, Dismiss},
	Message:  {Hide, Unhide, EditOut, Erase, Dismiss},
	Question: {Hide, Unhide, Dismiss},
	Poll:     {Hide, Unhide, Dismiss},
	Thread:   {Lock, Unlock, Pin, Unpin, Move, Rename, Slow, Merge, Split, Dismiss},
	Member:   {Trust, Distrust, Appoint, Recall, Warn, Silence, Unsilence, Suspend, Unsuspend, Role, Approve, Reject, Dismiss},
	Decided:  {Uphold},
}

// Possible reports whether a can be decided about that kind of subject.
func Possible(kind string, a Action) bool { return slices.Contains(possible[kind], a) }

// Decide does what the verdict says: its effect, its row of the log, the end of the cases that waited for it and the
// notices, in one transaction. Somebody who decided the same before is named in the Conflict fault. What cannot be
// decided about such a subject is NotFound.
func (s *Service) Decide(ctx context.Context, viewer account.Viewer, v Verdict) (Entry, error) {
	if !Possible(v.Subject.Kind, v.Action) {
		return Entry{}, fault.New(fault.NotFound, "error.not_found")
	}
	if err := checkFor(v.For); err != nil {
		return Entry{}, err
	}
	d := s.decision(viewer, v)
	d.why = v.Why
	d.hosted = viewer.SignedIn() && byHosts(v)
	return s.decide(ctx, viewer, d)
}

// byHosts reports whether the hosts of a room may decide that about what stands in it; chat knows who they are.
func byHosts(v Verdict) bool {
	switch v.Subject.Kind {
	case Message, Question, Poll:
		return v.Action == Hide || v.Action == Unhide
	}
	return false
}

// decision is how a possible verdict is carried out.
func (s *Service) decision(viewer account.Viewer, v Verdict) decision {
	thread := forum.ThreadID(v.Subject.ID)
	member := account.MemberID(v.Subject.ID)
	switch v.Action {
	case Hide, Unhide:
		hide := v.Action == Hide
		switch v.Subject.Kind {
		case Message:
			return s.hideMessage(viewer, chat.MessageID(v.Subject.ID), hide)
		case Question:
			return s.hideQuestion(viewer, chat.QuestionID(v.Subject.ID), hide)
		case Poll:
			return s.hidePoll(viewer, chat.PollID(v.Subject.ID), hide)
		}
		return s.hidePost(forum.PostID(v.Subject.ID), hide)
	case Lock, Unlock:
		return s.lock(thread, v.Action == Lock)
	case Pin, Unpin:
		return s.pin(thread, v.Action == Pin)
	case Move:
		return s.move(thread, v.Challenge)
	case Rename:
		return s.rename(thread, v.Title, v.Lang)
	case Merge:
		return s.merge(thread, v.Into)
	case Split:
		return s.split(thread, v.Posts, v.Title, v.Lang)
	case Slow:
		return s.slow(thread, int(v.For.Seconds()))
	case Trust, Distrust:
		return s.trust(viewer, member, v.Action == Trust)
	case Appoint, Recall:
		return s.appoint(viewer, member, v.Challenge, v.Action == Appoint)
	case Warn, Unwarn:
		return s.warn(viewer, member, v.Action == Warn)
	case Silence, Unsilence:
		return s.silence(viewer, member, v.Action == Silence, v.For)
	case Suspend, Unsuspend:
		return s.suspend(viewer, member, v.Action == Suspend, v.For)
	case EditOut:
		return s.editOut(viewer, v.Subject, v.Text)
	case Erase:
		return s.erase(viewer, v.Subject)
	case Approve:
		if v.Subject.Kind == Member {
			return s.admit(member)
		}
		return s.approve(forum.PostID(v.Subject.ID))
	case Reject:
		if v.Subject.Kind == Member {
			return s.turnDown(member)
		}
		return s.reject(forum.PostID(v.Subject.ID))
	case Uphold:
		return s.uphold(viewer, LogID(v.Subject.ID))
	case Role:
		return s.setRole(viewer, member, v.Role)
	}
	return s.dismiss(v.Subject, v.Case)
}
