package workshop

import (
	"sync"
	"testing"

	"senet/internal/account"
	"senet/internal/pg/pgtest"
)

// TestSeats_race: forty members want ten seats while some give theirs up and the number of seats is changed. There is never
// one too many, none stays free while somebody waits, and those who wait are served in their order.
func TestSeats_race(t *testing.T) {
	t.Parallel()
	h := newHouse(t, pgtest.DB(t))
	f := h.form()
	f.Capacity = 10
	id := h.create(f)
	people := make([]account.Viewer, 40)
	for i := range people {
		people[i] = h.member("Member", account.RoleMember)
	}
	var wait sync.WaitGroup
	failed := make(chan error, 200)
	for i, v := range people {
		wait.Go(func() {
			if _, err := h.Register(t.Context(), v, id); err != nil {
				failed <- err
			}
			if i%4 == 0 {
				if err := h.Unregister(t.Context(), v, id); err != nil {
					failed <- err
				}
			}
		})
	}
	for range 10 { // meanwhile nobody ever sees more than ten
		wait.Go(func() {
			e, err := h.Find(t.Context(), h.anna, id)
			if err != nil {
				failed <- err
			} else if e.Registered > 10 {
				t.Errorf("%d of 10 seats are taken", e.Registered)
			}
		})
	}
	wait.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if e := h.event(id); e.Registered != 10 || e.Waiting != 20 {
		t.Errorf("%d have a seat and %d wait, want 10 and 20", e.Registered, e.Waiting)
	}
	var unfair int
	h.must(h.store.QueryRow(t.Context(), `select count(*) from workshop_registrations r, workshop_registrations w
		where r.workshop_id = $1 and w.workshop_id = $1 and r.state = 'registered' and w.state = 'waiting' and w.place < r.place`, id).Scan(&unfair))
	if unfair > 0 {
		t.Errorf("%d times somebody who came later was served before one who waits", unfair)
	}
}
