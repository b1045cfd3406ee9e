package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/pg"
)

// Blocking is what a member does not want of another.
type Blocking string

const (
	Mute  Blocking = "mute"  // what they write is folded away
	Block Blocking = "block" // … and they reach the member in no way
)

// MaxBlocks is how many others a member may mute or block.
const MaxBlocks = 500

// Blocked is somebody whom a member has muted or blocked.
type Blocked struct {
	ID     MemberID
	Name   string
	Handle string
	Kind   Blocking
	At     time.Time
}

const (
	setBlock = `
		insert into member_blocks (member_id, other_id, kind)
		select @me, m.id, @kind from members m where m.id = @other and (m.role = 'member' or @kind = 'mute')
			and (select count(*) from member_blocks where member_id = @me) < @max
		on conflict (member_id, other_id) do update set kind = excluded.kind, at = now()
		returning other_id`
	dropBlock  = `delete from member_blocks where member_id = @me and other_id = @other`
	listBlocks = `
		select m.id, m.name, m.handle, b.kind, b.at from member_blocks b join members m on m.id = b.other_id
		where b.member_id = @me order by b.at desc, m.id`
)

// SetBlock mutes or blocks another member, or ("") neither any more; doing so twice is harmless, and nobody is told. Who moderates
// can be muted and not blocked.
func (s *Service) SetBlock(ctx context.Context, viewer Viewer, other MemberID, kind Blocking) error {
	switch {
	case !viewer.SignedIn():
		return fault.New(fault.Unauthorised, "error.sign_in")
	case other == viewer.ID:
		return fault.New(fault.Conflict, "account.block.own")
	case kind != "" && kind != Mute && kind != Block:
		return fault.New(fault.Malformed, "error.parameter").With("Name", "kind")
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		tx.Touch(Subject(viewer.ID))
		args := pgx.StrictNamedArgs{"me": viewer.ID, "other": other}
		if kind == "" {
			if _, err := tx.Exec(ctx, dropBlock, args); err != nil {
				return fmt.Errorf("unblock member %d: %w", other, err)
			}
			return nil
		}
		args["kind"], args["max"] = kind, MaxBlocks
		var id MemberID
		if err := tx.QueryRow(ctx, setBlock, args).Scan(&id); err != nil {
			return fmt.Errorf("%s member %d: %w", kind, other, pg.OrNotFound(err, fault.New(fault.Conflict, "account.block.not")))
		}
		return nil
	})
}

// Blocks are those whom the viewer has muted or blocked, the latest first.
func (s *Service) Blocks(ctx context.Context, viewer Viewer) ([]Blocked, error) {
	if !viewer.SignedIn() {
		return nil, fault.New(fault.Unauthorised, "error.sign_in")
	}
	bs, err := pg.All[Blocked](ctx, s.store, listBlocks, pgx.StrictNamedArgs{"me": viewer.ID})
	if err != nil {
		return nil, fmt.Errorf("list blocks of member %d: %w", viewer.ID, err)
	}
	return bs, nil
}
