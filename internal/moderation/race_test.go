package moderation_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/moderation"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
)

func TestHide_twoAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	errs := make(chan error, 2)
	for _, v := range []account.Viewer{b.mod, b.second} {
		go func() {
			_, err := b.decide(v, moderation.Hide, moderation.Post, int64(b.answer), "Advertising")
			errs <- err
		}()
	}
	var conflicts int
	for range 2 {
		if err := <-errs; err != nil {
			if f := fault.Of(err); f == nil || f.Kind != fault.Conflict || f.Args["Name"] == nil {
				t.Errorf("%v, want a Conflict with a name", err)
			}
			conflicts++
		}
	}
	if conflicts != 1 {
		t.Errorf("%d conflicts, want 1", conflicts)
	}
	if n := value[int64](b, `select count(*) from moderation_log where subject_kind = 'post'`); n != 1 {
		t.Errorf("%d rows of the log, want 1", n)
	}
}

func TestSetRole_twoAdministratorsTakeEachOthers(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	twin := b.member("Twin", account.RoleAdmin)
	errs := make(chan error, 2)
	for _, pair := range [][2]account.Viewer{{b.admin, twin}, {twin, b.admin}} {
		go func() {
			_, err := b.setRole(pair[0], pair[1].ID, account.RoleMember)
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%v, want nothing or Forbidden", err)
		}
	}
	if n := value[int64](b, `select count(*) from members where role = 'admin'`); n != 1 {
		t.Errorf("%d administrators are left, want 1", n)
	}
}

func TestAct_leavesNothingWhenItsNoticeFails(t *testing.T) {
	t.Parallel()
	b := newBundle(t, pg.NewStore(pgtest.DB(t)))
	_, err := b.exec(`alter table notices add constraint no_hidden check (kind <> 'hidden') not valid`)
	b.ok(err)
	rows := b.logged()
	if _, err := b.decide(b.mod, moderation.Hide, moderation.Post, int64(b.answer), "Advertising"); err == nil || errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("%v, want the notice to fail", err)
	}
	if postState(b) != "shown" || b.logged() != rows {
		t.Error("the post is hidden, or the log has a row, although the transaction failed")
	}
}
