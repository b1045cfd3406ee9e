package account

import (
	"fmt"
	"sync"
	"testing"

	"senet/internal/fault"
	"senet/internal/pg"
)

func (b *bundle) setRole(t *testing.T, v Viewer, id MemberID, role Role) error {
	return b.store.InTx(t.Context(), func(tx *pg.Tx) error { return b.SetRole(t.Context(), tx, v, id, role) })
}

func TestSetRole(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	admin := b.admin(t, "Admin One")
	m, token := b.join(t, "Future Moderator", "")
	if b.bySession(t, token).Moderates() {
		t.Fatal("moderates from the start")
	}
	if err := b.setRole(t, admin, m.ID, RoleModerator); err != nil {
		t.Fatal(err)
	}
	if !b.bySession(t, token).Moderates() {
		t.Error("the role is not in force at once")
	}
	if err := b.setRole(t, admin, m.ID, RoleMember); err != nil || b.bySession(t, token).Moderates() {
		t.Errorf("%v: the role is not gone at once", err)
	}
	wantFault(t, b.setRole(t, b.bySession(t, token), m.ID, RoleAdmin), fault.Forbidden, "error.forbidden")
	wantFault(t, b.setRole(t, Visitor(), m.ID, RoleAdmin), fault.Forbidden, "error.forbidden")
	wantFault(t, b.setRole(t, Viewer{ID: m.ID, Role: RoleModerator}, m.ID, RoleAdmin), fault.Forbidden, "error.forbidden")
	wantFault(t, b.setRole(t, admin, admin.ID, RoleMember), fault.Conflict, "account.role.own")
	wantFault(t, b.setRole(t, admin, m.ID, "emperor"), fault.Invalid, "account.role.unknown")
	wantFault(t, b.setRole(t, admin, 1<<60, RoleModerator), fault.NotFound, "account.member.not_found")
	stale := Viewer{ID: m.ID, Role: RoleAdmin} // was one until a second ago
	wantFault(t, b.setRole(t, stale, admin.ID, RoleMember), fault.Forbidden, "error.forbidden")
}

func TestSetRole_twoAdministratorsDepose(t *testing.T) {
	t.Parallel()
	b := committed(t)
	for round := range 5 {
		one, two := b.admin(t, fmt.Sprintf("One %c", 'A'+round)), b.admin(t, fmt.Sprintf("Two %c", 'A'+round))
		var wg sync.WaitGroup
		errs := make([]error, 2)
		wg.Go(func() { errs[0] = b.setRole(t, one, two.ID, RoleMember) })
		wg.Go(func() { errs[1] = b.setRole(t, two, one.ID, RoleMember) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both: %v and %v, want exactly one to win", errs[0], errs[1])
		}
		if n := b.count(t, "select count(*) from members where role = 'admin'"); n != 1 {
			t.Fatalf("%d administrators are left, want 1", n)
		}
		if _, err := b.store.Exec(t.Context(), "update members set role = 'member'"); err != nil {
			t.Fatal(err)
		}
	}
}
