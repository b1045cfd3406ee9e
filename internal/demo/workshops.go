package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/workshop"
)

// eventRow is one event: of those that repeat there are several.
type eventRow struct {
	*event
	id         int64
	number     int // of its series, from 0
	series     *uuid.UUID
	slug       string
	start, end time.Time
	room       int64
	nowItem    *int64
}

// loadWorkshops makes the events with agenda, speakers and seats. Their rooms come with the others.
func (l *loader) loadWorkshops(ctx context.Context, tx *pg.Tx) error {
	l.events = nil
	for i := range l.Workshops {
		w := &l.Workshops[i]
		var series *uuid.UUID
		if w.Repeat > 1 {
			id := uuid.New()
			series = &id
		}
		for n := range max(w.Repeat, 1) {
			start, err := l.startOf(w, n)
			if err != nil {
				return err
			}
			l.events = append(l.events, eventRow{event: w, number: n, series: series, slug: markup.Slug(w.TitleEn, "en"), start: start, end: start.Add(time.Duration(w.Minutes) * time.Minute)})
		}
	}
	ids, err := reserve(ctx, tx, "workshops", len(l.events))
	if err != nil {
		return err
	}
	for i := range l.events {
		l.events[i].id = ids[i]
	}
	if err := l.copyEvents(ctx, tx); err != nil {
		return err
	}
	if err := l.copyAgendas(ctx, tx); err != nil {
		return err
	}
	return l.copySeats(ctx, tx)
}

// startOf is when the n-th of an event begins: on a working day, at the same time on the clocks of its zone.
func (l *loader) startOf(w *event, n int) (time.Time, error) {
	if w.Ago != 0 {
		return l.now.Add(-time.Duration(w.Ago)).Truncate(5 * time.Minute), nil
	}
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("demo: %s: %w", w.place, err)
	}
	clock, err := time.Parse("15:04", w.Starts)
	if err != nil {
		return time.Time{}, fmt.Errorf("demo: %s: %w", w.place, err)
	}
	today := l.now.In(zone)
	day := today.AddDate(0, 0, w.Day)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		step := 1
		if w.Day < 0 {
			step = -1
		}
		day = day.AddDate(0, 0, step)
	}
	day = day.AddDate(0, 0, 7*n)
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone), nil
}

// until is what the ages of what happened in an event's room count from: its end, or now while it is on.
func (l *loader) until(e eventRow) time.Time {
	if e.end.Before(l.now) {
		return e.end
	}
	return l.now
}

func (e eventRow) state() workshop.State {
	switch {
	case e.Draft:
		return workshop.Draft
	case e.Cancelled != "":
		return workshop.Cancelled
	}
	return workshop.Announced
}

func (l *loader) copyEvents(ctx context.Context, tx *pg.Tx) error {
	rows := make([][]any, len(l.events))
	var drafters [][]any
	for i, e := range l.events {
		var capacity *int
		if e.Capacity > 0 {
			capacity = &e.Capacity
		}
		html := func(text, lang string) string {
			if text == "" {
				return ""
			}
			return markup.Render(text, markup.Options{Lang: lang, IDPrefix: "w-" + lang + "-"})
		}
		made := l.now.Add(-30 * 24 * time.Hour)
		rows[i] = []any{e.id, uuid.New(), l.members[e.Organiser], e.series, e.Kind, string(e.state()), l.challenges[e.event.Challenge], e.TitleEn, e.TitleZh,
			e.SummaryEn, e.SummaryZh, e.DescriptionEn, e.DescriptionZh, html(e.DescriptionEn, "en"), html(e.DescriptionZh, "zh"), e.slug,
			e.Place, e.Link, e.Zone, e.start, e.end, capacity, e.KeepInside, e.Retention, e.Cancelled, l.outcomes[e.Key], made, made}
		if e.Draft {
			drafters = append(drafters, []any{e.id, l.members[e.Organiser], "organiser"})
		}
	}
	err := copyRows(ctx, tx, "workshops", []string{"id", "client_id", "organiser_id", "series_id", "kind", "state", "challenge_id", "title_en", "title_zh",
		"summary_en", "summary_zh", "description_en", "description_zh", "html_en", "html_zh", "slug", "place", "link", "zone", "starts_at",
		"ends_at", "capacity", "keep_inside", "retention_days", "cancel_reason", "outcome_thread_id", "created_at", "updated_at"}, rows)
	if err != nil {
		return err
	}
	return copyRows(ctx, tx, "workshop_drafters", []string{"workshop_id", "member_id", "role"}, drafters)
}

func (l *loader) copyAgendas(ctx context.Context, tx *pg.Tx) error {
	items, people := 0, 0
	for _, e := range l.events {
		items += len(e.Items)
		people += len(e.Speakers)
	}
	ids, err := reserve(ctx, tx, "workshop_items", items)
	if err != nil {
		return err
	}
	speakerIDs, err := reserve(ctx, tx, "workshop_speakers", people)
	if err != nil {
		return err
	}
	var rows, speakers [][]any
	for i := range l.events {
		e := &l.events[i]
		at := 0
		for n, it := range e.Items {
			if it.Starts > 0 {
				at = it.Starts
			}
			id := ids[len(rows)]
			if e.Now == n+1 {
				e.nowItem = &id
			}
			rows = append(rows, []any{id, e.id, n, at, it.Minutes, it.TitleEn, it.TitleZh, it.Speaker})
			at += it.Minutes
		}
		for n, s := range e.Speakers {
			speakers = append(speakers, append([]any{speakerIDs[len(speakers)], e.id, n}, l.speaker(s)...))
		}
	}
	err = copyRows(ctx, tx, "workshop_items", []string{"id", "workshop_id", "position", "starts_min", "minutes", "title_en", "title_zh", "speaker"}, rows)
	if err != nil {
		return err
	}
	return copyRows(ctx, tx, "workshop_speakers", []string{"id", "workshop_id", "position", "name", "affiliation", "role_en", "role_zh", "member_id"}, speakers)
}

func (l *loader) speaker(s speaker) []any {
	for _, m := range l.Members {
		if m.Key == s.Member {
			return []any{m.Name, m.Affiliation, s.RoleEn, s.RoleZh, l.members[m.Key]}
		}
	}
	return []any{s.Name, s.Affiliation, s.RoleEn, s.RoleZh, (*int64)(nil)}
}

func (l *loader) copySeats(ctx context.Context, tx *pg.Tx) error {
	var rows [][]any
	for _, e := range l.events {
		at := l.now.Add(-20 * 24 * time.Hour)
		for _, seats := range []struct {
			state workshop.Seat
			who   []string
		}{{workshop.Registered, e.Registered}, {workshop.Waiting, e.Waiting}} {
			for _, who := range seats.who {
				at = at.Add(7 * time.Hour)
				rows = append(rows, []any{e.id, l.members[who], string(seats.state), at})
			}
		}
	}
	return copyRows(ctx, tx, "workshop_registrations", []string{"workshop_id", "member_id", "state", "at"}, rows)
}

// eventRooms are the rooms of events that are announced, and what was said in them.
func (l *loader) eventRooms(ctx context.Context, tx *pg.Tx) (rooms []eventRow, said []*messageRow, err error) {
	ids, err := reserve(ctx, tx, "rooms", len(l.events))
	if err != nil {
		return nil, nil, err
	}
	for i, e := range l.events {
		if e.Draft {
			continue
		}
		e.room = ids[i]
		rooms = append(rooms, e)
		if e.number == 0 {
			said = append(said, l.talk(e.Messages, e.room, l.until(e))...)
		}
	}
	return rooms, said, nil
}

func (l *loader) copyEventRooms(ctx context.Context, tx *pg.Tx, events []eventRow) error {
	var rows, staff [][]any
	for _, e := range events {
		var opened, ended *time.Time
		state := "waiting"
		doors := e.start.Add(-workshop.RoomOpens)
		switch {
		case e.Cancelled != "":
			state, ended = "ended", &l.now
		case !l.now.Before(e.end):
			state, opened, ended = "ended", &doors, &e.end
		case !l.now.Before(doors):
			state, opened = "open", &doors
		}
		var retention *int
		if e.Retention > 0 {
			retention = &e.Retention
		}
		rows = append(rows, []any{e.room, e.id, e.TitleEn, e.TitleZh, l.challenges[e.event.Challenge], fmt.Sprintf("/w/%d-%s/room", e.id, e.slug),
			state, e.KeepInside, retention, e.nowItem, opened, ended, len(e.Messages) + len(e.Questions) + len(e.Polls), l.now.Add(-30 * 24 * time.Hour)})
		staff = append(staff, []any{e.room, l.members[e.Organiser], "organiser"})
		for role, who := range map[string][]string{"host": e.Hosts, "interpreter": e.Interpreters} {
			for _, key := range who {
				staff = append(staff, []any{e.room, l.members[key], role})
			}
		}
	}
	err := copyRows(ctx, tx, "rooms", []string{"id", "workshop_id", "title_en", "title_zh", "topic_id", "path", "state", "keep_inside",
		"retention_days", "agenda_item", "opened_at", "ended_at", "seq", "created_at"}, rows)
	if err != nil {
		return err
	}
	return copyRows(ctx, tx, "room_staff", []string{"room_id", "member_id", "role"}, staff)
}
