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
	role  account.Role // the least that may, everywhere on the hub
	judge bool         // it judges what somebody did: nobody does so in their own matter, nor over an administrator
}

// rights is the one table of who may decide what.
var rights = map[Action]right{
	Hide:         {role: account.RoleModerator, judge: true},
	Unhide:       {role: account.RoleModerator, judge: true},
	Dismiss:      {role: account.RoleModerator, judge: true},
	Lock:         {role: account.RoleModerator},
	Unlock:       {role: account.RoleModerator},
	Pin:          {role: account.RoleModerator},
	Unpin:        {role: account.RoleModerator},
	Move:         {role: account.RoleModerator},
	Rename:       {role: account.RoleModerator},
	Trust:        {role: account.RoleModerator},
	Distrust:     {role: account.RoleModerator},
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
	EditOut:      {role: account.RoleModerator, judge: true},
	Approve:      {role: account.RoleModerator, judge: true},
	Reject:       {role: account.RoleModerator, judge: true},
	EditFilter:   {role: account.RoleAdmin},
	TakeEvidence: {role: account.RoleModerator},
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
	case !known, !viewer.Moderates(), need.role == account.RoleAdmin && !viewer.Administers():
		return errForbidden
	}
	return nil
}

// permitDesk is why the viewer may not see what moderators see.
func permitDesk(viewer account.Viewer) error { return permit(viewer, Dismiss) }

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
	if role == account.RoleAdmin {
		return errAdmin
	}
	return nil
}
