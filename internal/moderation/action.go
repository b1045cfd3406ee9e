package moderation

import "slices"

// Action says what was decided.
type Action string

const (
	Hide         Action = "hide" // of a post, message, question or poll
	Unhide       Action = "unhide"
	Lock         Action = "lock" // of a thread, as the next eight
	Unlock       Action = "unlock"
	Pin          Action = "pin"
	Unpin        Action = "unpin"
	Move         Action = "move"
	Rename       Action = "rename"
	Slow         Action = "slow"
	Merge        Action = "merge" // into another one
	Split        Action = "split" // some replies become a thread of their own
	Trust        Action = "trust" // of a member, with reviewing translations
	Distrust     Action = "distrust"
	Appoint      Action = "appoint" // of a member, as moderator of a challenge
	Recall       Action = "recall"
	Mute         Action = "mute" // of a member in one room, as the next two
	Eject        Action = "eject"
	Readmit      Action = "readmit"
	Role         Action = "role" // of a member
	Warn         Action = "warn" // a member
	Unwarn       Action = "unwarn"
	Silence      Action = "silence" // a member may read and not write
	Unsilence    Action = "unsilence"
	Suspend      Action = "suspend" // a member is shut out
	Unsuspend    Action = "unsuspend"
	Propose      Action = "propose"  // to suspend somebody of the staff, which takes two
	Uphold       Action = "uphold"   // a decision that was appealed against
	EditOut      Action = "edit_out" // of a post: a moderator takes something out of it
	Erase        Action = "erase"    // for good, of a post or message
	Approve      Action = "approve"  // of a post that was held back
	Reject       Action = "reject"
	EditFilter   Action = "filter" // for administrators, as the next
	TakeEvidence Action = "evidence"
	EditRule     Action = "rule"
	EditPolicy   Action = "policy"
	Dismiss      Action = "dismiss" // of what was reported: nothing is wrong with it
	Create       Action = "create"  // of a challenge, as the rest
	Edit         Action = "edit"
	Order        Action = "order"
	Archive      Action = "archive"
	Unarchive    Action = "unarchive"
)

// Actions lists them in the order in which the log's filter offers them.
var Actions = []Action{Hide, Unhide, Lock, Unlock, Pin, Unpin, Move, Rename, Slow, Merge, Split, Trust, Distrust, Appoint, Recall, Mute, Eject, Readmit, Warn, Unwarn, Silence, Unsilence, Propose, Suspend, Unsuspend, Uphold, Role, EditOut, Erase, Approve, Reject, Dismiss, EditFilter, EditPolicy, EditRule, TakeEvidence, Create, Edit, Order, Archive, Unarchive}

// Known reports whether a is one of Actions.
func (a Action) Known() bool { return slices.Contains(Actions, a) }

// aspect is what of its subject the action decides: of one aspect the newest decision stands, and only that one can
// be undone.
func (a Action) aspect() string {
	switch a {
	case Hide, Unhide, Erase:
		return "hidden"
	case Lock, Unlock:
		return "locked"
	case Pin, Unpin:
		return "pinned"
	case Merge, Split:
		return "whole"
	case Trust, Distrust:
		return "trusted"
	case Silence, Unsilence:
		return "silenced"
	case Suspend, Unsuspend:
		return "suspended"
	case Archive, Unarchive:
		return "archived"
	}
	return string(a)
}

// reasoned reports whether a reason must be given: what takes words or the floor from somebody.
func (a Action) reasoned() bool {
	switch a {
	case Hide, Mute, Eject, Warn, Silence, Suspend, Propose, Reject, EditOut, Erase:
		return true
	}
	return false
}

// against reports whether the decision is taken against somebody, who gets a statement of reasons and may appeal.
func (a Action) against() bool { return slices.Contains(against, a) }

// settles reports whether the decision answers whoever waits for one about its subject.
func (a Action) settles() bool {
	return a == Hide || a == Dismiss || a == Uphold || a == Approve || a == Reject || a == EditOut || a == Erase
}

// final are the decisions without a way back: what they undo is done again by hand.
var final = []Action{Create, Order, Dismiss, Unwarn, Unsilence, Unsuspend, Propose, Uphold, Approve, Reject, EditOut, Erase, EditFilter, EditPolicy, EditRule, TakeEvidence}

// Undoable reports whether there is a way back. A challenge is archived, never deleted, and its order is changed
// again by hand.
func (a Action) Undoable() bool {
	return !slices.Contains(final, a)
}
