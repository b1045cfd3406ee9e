package account

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senet/internal/fault"
	"senet/internal/i18n"
)

func TestFindMember_email(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	admin := b.admin(t, "Curious Admin")
	m, _ := b.join(t, "Private Person", "private@example.org")
	for viewer, want := range map[Viewer]string{
		Visitor(): "", {ID: m.ID + 1000, Role: RoleModerator}: "", {ID: m.ID, Role: RoleMember}: "private@example.org", admin: "private@example.org",
	} {
		got, err := b.FindMember(t.Context(), viewer, m.ID)
		if err != nil || got.Email != want || got.Name != "Private Person" {
			t.Errorf("seen by %+v: %+v, %v, want e-mail %q", viewer, got, err, want)
		}
	}
	_, err := b.FindMember(t.Context(), admin, 1<<60)
	wantFault(t, err, fault.NotFound, "account.member.not_found")
	if got, err := b.FindByHandle(t.Context(), Visitor(), "@PRIVATEperson"); err != nil || got.ID != m.ID || got.Email != "" {
		t.Errorf("by handle: %+v, %v", got, err)
	}
	_, err = b.FindByHandle(t.Context(), Visitor(), "\x00")
	wantFault(t, err, fault.NotFound, "account.member.not_found")
}

func TestMembers_andHandles(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	one, _ := b.join(t, "Card One", "")
	two, _ := b.join(t, "卡片二", "")
	cards, err := b.Members(t.Context(), []MemberID{one.ID, two.ID, two.ID, 1 << 60})
	if err != nil || len(cards) != 2 || cards[two.ID].Name != "卡片二" || cards[one.ID].Region != Europe {
		t.Errorf("cards %+v, %v", cards, err)
	}
	found, err := b.ByHandles(t.Context(), []string{"cardone", "卡片二", "卡片", "nobody"})
	if err != nil || len(found) != 2 || found["卡片二"].ID != int64(two.ID) || found["cardone"].Name != "Card One" {
		t.Errorf("mentions %+v, %v", found, err)
	}
}

func TestListMembers(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	admin := b.admin(t, "List Admin")
	for i := range pageOfMembers + 5 {
		if _, err := b.CreateMember(t.Context(), NewMember{Name: fmt.Sprintf("Listed %s", strings.Repeat("x", i/26)+string(rune('a'+i%26)))}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.CreateMember(t.Context(), NewMember{Name: "百分之_%", Email: "percent@example.org", Role: RoleModerator}); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.ListMembers(t.Context(), Viewer{ID: 1, Role: RoleModerator}, Filter{}, 0)
	wantFault(t, err, fault.Forbidden, "error.forbidden")
	page, next, err := b.ListMembers(t.Context(), admin, Filter{Search: "listed"}, 0)
	if err != nil || len(page) != pageOfMembers || next != page[len(page)-1].ID {
		t.Fatalf("first page: %d members, next %d, %v", len(page), next, err)
	}
	rest, end, err := b.ListMembers(t.Context(), admin, Filter{Search: "@LISTED"}, next)
	if err != nil || len(rest) != 5 || end != 0 || rest[0].ID >= next {
		t.Errorf("second page: %d members, next %d, %v", len(rest), end, err)
	}
	for search, want := range map[string]int{"百分之_": 1, "百分之x": 0, "%": 0, "_": 0, `\`: 0, "percent@": 1, "ercent@": 0, "\x00\xff": 0} {
		if search == "\x00\xff" {
			continue // searches for nothing, so it is everyone
		}
		page, _, err := b.ListMembers(t.Context(), admin, Filter{Search: search}, 0)
		if err != nil || len(page) != want {
			t.Errorf("search %q: %d members, %v, want %d", search, len(page), err, want)
		}
	}
	page, _, err = b.ListMembers(t.Context(), admin, Filter{Role: RoleModerator}, 0)
	if err != nil || len(page) != 1 || page[0].Email != "percent@example.org" {
		t.Errorf("moderators: %+v, %v", page, err)
	}
}

func TestUpdateSettings(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, token := b.join(t, "Old Name", "")
	v := b.bySession(t, token)
	err := b.UpdateSettings(t.Context(), v, SettingsForm{Name: "新名字", Affiliation: "某大学", Region: China, Locale: i18n.Zh, TimeZone: "Asia/Shanghai"})
	if err != nil {
		t.Fatal(err)
	}
	got := b.bySession(t, token)
	if got.Name != "新名字" || got.Handle != m.Handle || got.Locale != i18n.Zh || got.Region != China || got.Zone.String() != "Asia/Shanghai" {
		t.Errorf("not in force at once: %+v", got)
	}
	err = b.UpdateSettings(t.Context(), v, SettingsForm{Name: "\x00", Region: "x", Locale: "x", TimeZone: "x"})
	if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || len(f.Fields) != 4 {
		t.Errorf("everything wrong: %v", err)
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, one := b.join(t, "Password Changer", "")
	v := b.bySession(t, one)
	_, two, err := signIn(t.Context(), b, m.Handle, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	const next = "eight quiet herons"
	f := wantFault(t, b.ChangePassword(t.Context(), v, "not it at all", next), fault.Invalid, "account.password.wrong")
	if f.Fields["current_password"].Key == "" {
		t.Error("the fault does not name its field")
	}
	wantFault(t, b.ChangePassword(t.Context(), v, goodPassword, "short"), fault.Invalid, "account.password.short")
	wantFault(t, b.ChangePassword(t.Context(), v, goodPassword, "PasswordChanger"), fault.Invalid, "account.password.own")
	if err := b.ChangePassword(t.Context(), v, goodPassword, next); err != nil {
		t.Fatal(err)
	}
	if b.bySession(t, two).SignedIn() || !b.bySession(t, one).SignedIn() {
		t.Error("the other session must end, this one stay")
	}
	if _, _, err := signIn(t.Context(), b, m.Handle, goodPassword); err == nil {
		t.Error("the old password still works")
	}
	if _, _, err := signIn(t.Context(), b, m.Handle, next); err != nil {
		t.Errorf("the new password: %v", err)
	}
	for range failuresOfName {
		_ = b.ChangePassword(t.Context(), v, "guess", "nine quiet herons")
	}
	err = b.ChangePassword(t.Context(), v, next, "nine quiet herons")
	wantFault(t, err, fault.TooMany, "account.sign_in.too_many")
}

func TestCreateMember_andToken(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	at := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	m, err := b.CreateMember(t.Context(), NewMember{Name: "Op Erator", Handle: "ops", Email: "Op@Example.org", Role: RoleAdmin, Password: goodPassword, JoinedAt: at})
	if err != nil || m.Handle != "ops" || m.Role != RoleAdmin || m.TimeZone != "UTC" || m.Region != Elsewhere || !m.CreatedAt.Equal(at) {
		t.Fatalf("%+v, %v", m, err)
	}
	_, err = b.CreateMember(t.Context(), NewMember{Name: "Other", Email: "op@example.ORG"})
	wantFault(t, err, fault.Conflict, "account.email.taken")
	_, err = b.CreateMember(t.Context(), NewMember{Name: "Other", Handle: "OPS"})
	wantFault(t, err, fault.Conflict, "account.handle.taken")
	_, err = b.CreateMember(t.Context(), NewMember{Name: "Other", Handle: "a b"})
	wantFault(t, err, fault.Invalid, "account.handle.invalid")
	_, err = b.CreateMember(t.Context(), NewMember{Name: "Other", Role: "king"})
	wantFault(t, err, fault.Invalid, "account.role.unknown")

	token, err := b.IssueToken(t.Context(), "OP@example.org")
	if err != nil {
		t.Fatal(err)
	}
	v, err := b.ByToken(t.Context(), token)
	if err != nil || v.ID != m.ID || v.Session != 0 || !v.Administers() {
		t.Errorf("by token: %+v, %v", v, err)
	}
	if b.bySession(t, token).SignedIn() {
		t.Error("an API token works as a session")
	}
	_, err = b.IssueToken(t.Context(), "nobody@example.org")
	wantFault(t, err, fault.NotFound, "account.email.unknown")
	_, err = b.IssueToken(t.Context(), "")
	wantFault(t, err, fault.Invalid, "account.email.invalid")
}
