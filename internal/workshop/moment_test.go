package workshop

import (
	"slices"
	"testing"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/notify"
)

// run does a moment of an event as a job that was made for the event's times as they are in e.
func (h *house) run(e Event, ms ...moment) {
	h.t.Helper()
	for _, m := range ms {
		h.must(h.doMoment(h.t.Context(), momentJob{e.ID, m, m.of(e).Unix()}))
	}
}

func TestMoments_remind(t *testing.T) {
	h := txHouse(t)
	li, late, waits := h.member("Li", account.RoleMember), h.member("Late", account.RoleMember), h.member("Waits", account.RoleMember)
	f := h.form()
	f.Capacity = 2
	id := h.create(f)
	e := h.event(id)
	if got, want := h.scheduled(e), []string{"day", "hour", "doors", "begins", "closes"}; !slices.Equal(got, want) {
		t.Fatalf("enqueued are %v, want %v", got, want)
	}
	h.register(li, id)
	h.at(e.StartsAt.Add(-24 * time.Hour))
	h.run(e, dayBefore, dayBefore) // a job that is done again tells nobody twice
	h.register(late, id)
	h.register(waits, id)
	h.at(e.StartsAt.Add(-time.Hour))
	h.run(e, hourBefore)
	h.at(e.StartsAt)
	h.run(e, begins)
	all := []notify.Kind{notify.KindEventTomorrow, notify.KindEventSoon, notify.KindEventNow}
	if got := h.told(li)[1:]; !slices.Equal(got, all) {
		t.Errorf("who came early was told %v, want %v", got, all)
	}
	if got := h.told(late)[1:]; !slices.Equal(got, all[1:]) {
		t.Errorf("who came late was told %v, want %v", got, all[1:])
	}
	if got := h.told(waits); len(got) != 1 {
		t.Errorf("who waits was told %v", got)
	}
	if got := h.told(h.anna); !slices.Equal(got, all) {
		t.Errorf("the organiser was told %v, want %v", got, all)
	}
}

// A job looks at the event as it is: what was moved is told at the new time, once.
func TestMoments_moved(t *testing.T) {
	h := txHouse(t)
	li := h.member("Li", account.RoleMember)
	id := h.create(h.form())
	h.register(li, id)
	was := h.event(id)
	move := func(day string) {
		h.t.Helper()
		h.must(h.edit(id, func(f *Form) { f.Start, f.End = day+"T14:00", day+"T16:00" }))
	}
	move("2027-03-29")
	now := h.event(id)
	h.at(was.StartsAt.Add(-24 * time.Hour))
	h.run(was, dayBefore)
	if got := h.told(li); len(got) != 2 {
		t.Fatalf("for the old time was told %v", got)
	}
	h.at(now.StartsAt.Add(-24 * time.Hour))
	h.run(now, dayBefore)
	move("2027-03-30")
	move("2027-03-29") // to and fro: the day before was told already
	h.run(now, dayBefore)
	tomorrow := 0
	for _, k := range h.told(li) {
		if k == notify.KindEventTomorrow {
			tomorrow++
		}
	}
	if tomorrow != 1 {
		t.Errorf("told %d times that it begins in a day: %v", tomorrow, h.told(li))
	}
	if got := h.scheduled(now); slices.Index(got, "hour") < 0 {
		t.Errorf("enqueued for the new time are %v", got)
	}
}

// A hub that was down tells only what is still true.
func TestMoments_late(t *testing.T) {
	h := txHouse(t)
	li := h.member("Li", account.RoleMember)
	id := h.create(h.form())
	h.register(li, id)
	e := h.event(id)
	h.at(e.StartsAt.Add(5 * time.Minute))
	h.run(e, dayBefore, hourBefore, doors, begins)
	if got, want := h.told(li)[1:], []notify.Kind{notify.KindEventNow}; !slices.Equal(got, want) {
		t.Errorf("after the start was told %v, want %v", got, want)
	}
	if got := h.event(id).RoomState; got != chat.Open {
		t.Errorf("the room is %s", got)
	}
	h.at(e.EndsAt.Add(RoomEnds))
	h.run(e, begins, closes)
	if got := h.event(id).RoomState; got != chat.Ended {
		t.Errorf("after its end the room is %s", got)
	}
	if got := h.told(li); len(got) != 2 {
		t.Errorf("after the end was told %v", got)
	}
}

// A host who was first is not overruled, and a job that comes early waits.
func TestMoments_room(t *testing.T) {
	h := txHouse(t)
	id := h.create(h.form())
	e := h.event(id)
	paused := chat.Paused
	_, err := h.rooms.SetRoom(t.Context(), h.anna, e.RoomID, chat.Change{State: &paused})
	h.must(err)
	h.at(e.StartsAt.Add(-RoomOpens))
	h.run(e, doors)
	if got := h.event(id).RoomState; got != chat.Paused {
		t.Errorf("the room that a host had paused is %s", got)
	}
	second := h.create(h.form())
	e = h.event(second)
	h.at(e.StartsAt.Add(-RoomOpens - time.Minute))
	if err := h.doMoment(t.Context(), momentJob{second, doors, e.StartsAt.Unix()}); err == nil {
		t.Error("a job that came early is done")
	}
	h.at(e.StartsAt.Add(-RoomOpens))
	h.run(e, doors)
	if got := h.event(second); got.RoomState != chat.Open || !got.DoorsOpen(h.clock) {
		t.Errorf("ten minutes before the start the room is %s", got.RoomState)
	}
	h.must(h.edit(second, func(f *Form) { f.Start, f.End = "2027-04-27T14:00", "2027-04-27T16:00" }))
	if got := h.event(second).RoomState; got != chat.Waiting {
		t.Errorf("moved to next month, the room is %s", got)
	}
}

func TestMoments_cancelled(t *testing.T) {
	h := txHouse(t)
	li := h.member("Li", account.RoleMember)
	id := h.create(h.form())
	h.register(li, id)
	e := h.event(id)
	h.must(h.Cancel(t.Context(), h.anna, id, ""))
	h.at(e.StartsAt.Add(-time.Hour))
	h.run(e, hourBefore)
	h.at(e.StartsAt)
	h.run(e, doors, begins)
	if got := h.told(li)[1:]; !slices.Equal(got, []notify.Kind{notify.KindEventCancelled}) {
		t.Errorf("of a cancelled event was told %v", got)
	}
}

// An event announced within the day has no reminder for times that are past.
func TestSchedule_soon(t *testing.T) {
	h := txHouse(t)
	h.at(time.Date(2027, 3, 27, 12, 30, 0, 0, time.UTC)) // half an hour before
	e := h.event(h.create(h.form()))
	if got, want := h.scheduled(e), []string{"doors", "begins", "closes"}; !slices.Equal(got, want) {
		t.Errorf("enqueued are %v, want %v", got, want)
	}
	_, err := h.store.Exec(t.Context(), `delete from river_job`)
	h.must(err)
	h.must(h.Catch(t.Context()))
	if got, want := h.scheduled(e), []string{"doors", "begins", "closes"}; !slices.Equal(got, want) {
		t.Errorf("caught up on are %v, want %v", got, want)
	}
}
