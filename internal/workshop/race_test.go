package workshop

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/jobs"
	"senet/internal/pg/pgtest"
)

// TestMoments_areDone: what is due is done by the queue, by itself.
func TestMoments_areDone(t *testing.T) {
	t.Parallel()
	pool := pgtest.DB(t)
	h := newHouse(t, pool)
	queue, err := jobs.New(pool, slog.New(slog.DiscardHandler))
	h.must(err)
	h.Service = New(h.store, Parts{Accounts: account.New(h.store), Rooms: h.rooms, Notices: h.notes, Queue: queue, Base: "https://hub.example"})
	h.must(queue.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		queue.Stop(ctx)
	})
	f := h.form()
	soon := time.Now().Add(5 * time.Minute) // the room opens ten minutes before
	f.Start, f.End = soon.UTC().Format(time.RFC3339), soon.Add(time.Hour).UTC().Format(time.RFC3339)
	id := h.create(f)
	for deadline := time.Now().Add(time.Minute); h.event(id).RoomState != chat.Open; {
		if time.Now().After(deadline) {
			t.Fatalf("the room is %s", h.event(id).RoomState)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-t.Context().Done():
		}
	}
}

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
