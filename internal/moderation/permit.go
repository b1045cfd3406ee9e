package moderation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// right is who may take a decision.
type right struct {
	role   account.Role // the least that may, everywhere on the hub
	within bool         // so may who moderates the challenge where the subject stands
	judge  bool         // it judges what somebody did: nobody does so in their own matter, nor over an administrator
}

// rights is the one table of who may decide what.
var rights = map[Action]right{
	Hide:         {role: account.RoleModerator, within: true, judge: true},
	Unhide:       {role: account.RoleModerator, within: true, judge: true},
	Dismiss:      {role: account.RoleModerator, within: true, judge: true},
	Lock:         {role: account.RoleModerator, within: true},
	Unlock:       {role: account.RoleModerator, within: true},
	Pin:          {role: account.RoleModerator, within: true},
	Unpin:        {role: account.RoleModerator, within: true},
	Move:         {role: account.RoleModerator},
	Rename:       {role: account.RoleModerator, within: true},
	Merge:        {role: account.RoleModerator},
	Split:        {role: account.RoleModerator, within: true},
	Slow:         {role: account.RoleModerator, within: true},
	Trust:        {role: account.RoleModerator},
	Distrust:     {role: account.RoleModerator},
	Appoint:      {role: account.RoleAdmin},
	Recall:       {role: account.RoleAdmin},
	Mute:         {role: account.RoleModerator},
	Eject:        {role: account.RoleModerator},
	Readmit:      {role: account.RoleModerator},
	Warn:         {role: account.RoleModerator, judge: true},
	Unwarn:       {role: account.RoleModerator, judge: true},
	Silence:      {role: account.RoleModerator, judge: true},
	Unsilence:    {role: account.RoleModerator, judge: true},
	Suspend:      {role: account.RoleModerator, judge: true},
	Unsuspend:    {role: account.RoleModerator, judge: true},
	Propose:      {role: account.RoleAdmin, judge: true},
	EditOut:      {role: account.RoleModerator, within: true, judge: true},
	Erase:        {role: account.RoleAdmin, judge: true},
	Approve:      {role: account.RoleModerator, within: true, judge: true},
	Reject:       {role: account.RoleModerator, within: true, judge: true},
	EditFilter:   {role: account.RoleAdmin},
	TakeEvidence: {role: account.RoleModerator, within: true},
	EditRule:     {role: account.RoleAdmin},
	EditPolicy:   {role: account.RoleAdmin},
	Uphold:       {role: account.RoleModerator, judge: true},
	Role:         {role: account.RoleAdmin},
	Create:       {role: account.RoleAdmin},
	Edit:         {role: account.RoleAdmin},
	Order:        {role: account.RoleAdmin},
	Archive:      {role: account.RoleAdmin},
	Unarchive:    {role: account.RoleAdmin},
}

var (
	errOwn   = fault.New(fault.Forbidden, "moderation.own")
	errAdmin = fault.New(fault.Forbidden, "moderation.over_admin")
)

// permit is why the viewer may not take such a decision about anything; nil when they may, as far as their role goes.
func permit(viewer account.Viewer, a Action) error {
	need, known := rights[a]
	switch {
	case !viewer.SignedIn():
		return errSignIn
	case !known, !viewer.Moderates() && !(need.within && viewer.AtDesk()), need.role == account.RoleAdmin && !viewer.Administers():
		return errForbidden
	}
	return nil
}

// May reports whether the viewer may take such a decision somewhere.
func May(viewer account.Viewer, a Action) bool { return permit(viewer, a) == nil }

// permitDesk is why the viewer may not see what moderators see: of the whole hub, or of the challenges that they moderate.
func permitDesk(viewer account.Viewer) error { return permit(viewer, Dismiss) }

// permitHub is why the viewer may not see what moderators of the whole hub see.
func permitHub(viewer account.Viewer) error {
	if err := permitDesk(viewer); err != nil {
		return err
	}
	if !viewer.Moderates() {
		return errForbidden
	}
	return nil
}

// Where something stands; of a decision, where that stands about which it was taken.
const moderatesChallengeOf = `
	select exists (select from challenge_moderators where member_id = @me and challenge_id = case @kind::text
		when 'post' then (select t.challenge_id from posts p join threads t on t.id = p.thread_id where p.id = @id)
		when 'thread' then (select challenge_id from threads where id = @id)
		when 'message' then (select coalesce(r.challenge_id, r.topic_id) from messages s join rooms r on r.id = s.room_id where s.id = @id)
		when 'question' then (select coalesce(r.challenge_id, r.topic_id) from questions s join rooms r on r.id = s.room_id where s.id = @id)
		when 'poll' then (select coalesce(r.challenge_id, r.topic_id) from polls s join rooms r on r.id = s.room_id where s.id = @id) end)`

// permitWithin is why a viewer who moderates challenges only may not decide anything about the subject: it stands elsewhere, or
// nowhere.
func permitWithin(ctx context.Context, db pg.DB, viewer account.Viewer, of Subject) error {
	if viewer.Moderates() {
		return nil
	}
	var may bool
	if err := db.QueryRow(ctx, moderatesChallengeOf, pgx.StrictNamedArgs{"me": viewer.ID, "kind": of.Kind, "id": of.ID}).Scan(&may); err != nil {
		return fmt.Errorf("look where %s stands: %w", of, err)
	}
	if !may {
		return errForbidden
	}
	return nil
}

const roleOf = `select role from members where id = @id`

// mayJudge is why the viewer may not decide that about what author did.
func mayJudge(ctx context.Context, tx *pg.Tx, viewer account.Viewer, a Action, author account.MemberID) error {
	if !rights[a].judge || author == 0 {
		return nil
	}
	if author == viewer.ID {
		return errOwn
	}
	if viewer.Administers() {
		return nil
	}
	var role account.Role
	if err := tx.QueryRow(ctx, roleOf, pgx.StrictNamedArgs{"id": author}).Scan(&role); err != nil {
		return fmt.Errorf("look at the author: %w", err)
	}
	if role == account.RoleAdmin || role == account.RoleModerator && !viewer.Moderates() {
		return errAdmin
	}
	return nil
}
