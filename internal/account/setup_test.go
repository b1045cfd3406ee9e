package account

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"senet/internal/fault"
)

func TestSetupLink(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	old, ok, err := b.SetupLink(t.Context())
	if err != nil || !ok {
		t.Fatalf("empty hub: %v, %v", ok, err)
	}
	token, _, err := b.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, b.CheckSetupLink(t.Context(), old), fault.NotFound, "account.setup.not_found")
	wantFault(t, b.CheckSetupLink(t.Context(), "made up"), fault.NotFound, "account.setup.not_found")
	if err := b.CheckSetupLink(t.Context(), token); err != nil {
		t.Fatalf("looking at the link: %v", err)
	}
	bad := joinForm("", "")
	_, _, err = b.UseSetupLink(t.Context(), token, bad)
	wantFault(t, err, fault.Invalid, "account.name.empty")
	m, session, err := b.UseSetupLink(t.Context(), token, joinForm("First Admin", "admin@example.org"))
	if err != nil || m.Role != RoleAdmin || !b.bySession(t, session).Administers() {
		t.Fatalf("first administrator: %+v, %v", m, err)
	}
	_, _, err = b.UseSetupLink(t.Context(), token, joinForm("Second Admin", ""))
	wantFault(t, err, fault.NotFound, "account.setup.not_found")
	if _, ok, err := b.SetupLink(t.Context()); ok || err != nil {
		t.Errorf("a hub with an administrator: %v, %v", ok, err)
	}
}

func TestSetupLink_expired(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	token, _, err := b.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.clock = b.clock.Add(24 * time.Hour)
	_, _, err = b.UseSetupLink(t.Context(), token, joinForm("Late Admin", ""))
	wantFault(t, err, fault.NotFound, "account.setup.not_found")
}

func TestUseSetupLink_twoAtOnce(t *testing.T) {
	t.Parallel()
	b := committed(t)
	token, _, err := b.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		name := fmt.Sprintf("Admin %c", 'A'+i/2) // some with the same name
		wg.Go(func() { _, _, errs[i] = b.UseSetupLink(t.Context(), token, joinForm(name, "")) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantFault(t, err, fault.NotFound, "account.setup.not_found")
	}
	if n := b.count(t, "select count(*) from members"); won != 1 || n != 1 {
		t.Errorf("%d won and %d members exist, want one", won, n)
	}
}
