package account

import (
	"testing"

	"senet/internal/fault"
)

func TestSetBlock(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	member := func(name string, role Role) Viewer {
		m, err := b.CreateMember(t.Context(), NewMember{Name: name, Email: name + "@example.org", Role: role})
		if err != nil {
			t.Fatal(err)
		}
		return Viewer{ID: m.ID, Role: role}
	}
	li, other, mod := member("Li", RoleMember), member("Other", RoleMember), member("Mod", RoleModerator)
	set := func(v Viewer, id MemberID, kind Blocking) error { return b.SetBlock(t.Context(), v, id, kind) }
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"a visitor":          {set(Visitor(), li.ID, Mute), fault.Unauthorised},
		"themselves":         {set(li, li.ID, Mute), fault.Conflict},
		"nobody":             {set(li, 1<<40, Mute), fault.Conflict},
		"blocks a moderator": {set(li, mod.ID, Block), fault.Conflict},
		"in another way":     {set(li, other.ID, "poke"), fault.Malformed},
	} {
		if c.err == nil || fault.KindOf(c.err) != c.want {
			t.Errorf("%s: %v, want kind %v", name, c.err, c.want)
		}
	}
	for _, err := range []error{set(li, mod.ID, Mute), set(li, other.ID, Mute), set(li, other.ID, Block), set(li, other.ID, Block)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.Blocks(t.Context(), li)
	if err != nil || len(got) != 2 || got[0].ID != other.ID && got[1].ID != other.ID {
		t.Fatalf("blocks %+v, %v", got, err)
	}
	if err := set(li, other.ID, ""); err != nil {
		t.Fatal(err)
	}
	if got, err = b.Blocks(t.Context(), li); err != nil || len(got) != 1 || got[0].Kind != Mute {
		t.Errorf("afterwards %+v, %v", got, err)
	}
}
