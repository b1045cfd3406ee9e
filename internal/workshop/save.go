package workshop

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/pg"
)

const (
	byClientID = `select id from workshops where organiser_id = @organiser and client_id = @client_id`

	insertEvent = `
		insert into workshops (client_id, organiser_id, series_id, kind, challenge_id, title_en, title_zh, summary_en, summary_zh,
			description_en, description_zh, html_en, html_zh, slug, place, link, zone, starts_at, ends_at, capacity, keep_inside, retention_days)
		values (@client_id, @organiser, @series, @kind, nullif(@challenge, 0::bigint), @title_en, @title_zh, @summary_en, @summary_zh,
			@description_en, @description_zh, @html_en, @html_zh, @slug, @place, @link, @zone, @start, @end, nullif(@capacity::int, 0), @inside, @retention)
		returning id`

	updateEvent = `
		update workshops set kind = @kind, challenge_id = nullif(@challenge, 0::bigint), title_en = @title_en, title_zh = @title_zh,
			summary_en = @summary_en, summary_zh = @summary_zh, description_en = @description_en, description_zh = @description_zh,
			html_en = @html_en, html_zh = @html_zh, slug = @slug, place = @place, link = @link, zone = @zone, starts_at = @start, ends_at = @end,
			capacity = nullif(@capacity::int, 0), keep_inside = @inside, retention_days = @retention, version = version + 1, updated_at = now()
		where id = @id`
)

func (p plan) args(at span) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"kind": p.Kind, "challenge": p.challenge, "title_en": p.Title.En, "title_zh": p.Title.Zh,
		"summary_en": p.Summary.En, "summary_zh": p.Summary.Zh, "description_en": p.Description.En, "description_zh": p.Description.Zh,
		"html_en": p.html.En, "html_zh": p.html.Zh, "slug": p.slug, "place": p.Place, "link": p.Link, "zone": p.Zone,
		"start": at.start, "end": at.end, "capacity": p.Capacity, "inside": p.KeepInside, "retention": p.Retention}
}

// Create makes an event or, repeated, several, each an event of its own at the same time on the clocks of its zone; for
// moderators and administrators, who become the organisers. It is the first of them. With Announce they are announced at
// once, else they are drafts.
func (s *Service) Create(ctx context.Context, viewer account.Viewer, f Form) (ID, error) {
	switch {
	case !viewer.SignedIn():
		return 0, errSignIn
	case !viewer.Moderates():
		return 0, errForbidden
	}
	again := pgx.StrictNamedArgs{"organiser": viewer.ID, "client_id": f.ClientID}
	var id ID
	if err := s.store.QueryRow(ctx, byClientID, again).Scan(&id); err == nil {
		return id, nil
	}
	p, err := s.check(ctx, f, nil)
	if err != nil {
		return 0, err
	}
	p.onlyParts(nil, nil)
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		for n := range p.spans {
			made, err := s.create(ctx, tx, viewer, p, n)
			if err != nil {
				return err
			}
			if n == 0 {
				id = made
			}
		}
		return nil
	})
	if pg.Constraint(err) == "workshops_client_id_taken" { // the same form, sent twice at once
		err = s.store.QueryRow(ctx, byClientID, again).Scan(&id)
	}
	if err != nil {
		return 0, wrap("create workshop", err)
	}
	return id, nil
}

// create makes the n-th of the events.
func (s *Service) create(ctx context.Context, tx *pg.Tx, viewer account.Viewer, p plan, n int) (ID, error) {
	args := p.args(p.spans[n])
	args["organiser"], args["client_id"], args["series"] = viewer.ID, p.ClientID, (*uuid.UUID)(nil)
	if len(p.spans) > 1 {
		args["series"] = &p.ClientID
	}
	if n > 0 {
		args["client_id"] = uuid.NewSHA1(p.ClientID, []byte(strconv.Itoa(n)))
	}
	var id ID
	if err := tx.QueryRow(ctx, insertEvent, args).Scan(&id); err != nil {
		return 0, err
	}
	if err := saveParts(ctx, tx, id, p); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, setDrafter, pgx.StrictNamedArgs{"workshop": id, "member": viewer.ID, "role": chat.Organiser}); err != nil {
		return 0, err
	}
	touch(tx, id)
	if !p.Announce {
		return id, nil
	}
	return id, s.announce(ctx, tx, viewer, id)
}

// onlyParts takes from the parts ids that are not among the event's own.
func (p *plan) onlyParts(items []Item, speakers []Speaker) {
	for i := range p.items {
		if !slices.ContainsFunc(items, func(was Item) bool { return was.ID == p.items[i].ID }) {
			p.items[i].ID = 0
		}
	}
	for i := range p.speakers {
		if !slices.ContainsFunc(speakers, func(was Speaker) bool { return was.ID == p.speakers[i].ID }) {
			p.speakers[i].ID = 0
		}
	}
}

// hold locks an event and reads it, for those who may change it.
func (s *Service) hold(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id ID) (Event, error) {
	if err := viewer.MayWrite(); err != nil {
		return Event{}, err
	}
	if err := lock(ctx, tx, id); err != nil {
		return Event{}, err
	}
	e, err := find(ctx, tx, viewer, id)
	if err != nil {
		return e, err
	}
	if !e.Organises(viewer) {
		return e, errForbidden
	}
	return e, nil
}

// Edit changes an event, for its organisers. Who has registered is told when its time or its place is another one; where
// there is more room now, those who wait move up. A form that was filled in before somebody else's change is a Conflict.
func (s *Service) Edit(ctx context.Context, viewer account.Viewer, id ID, f Form) error {
	seen, err := s.Find(ctx, viewer, id)
	if err != nil {
		return err
	}
	p, wrong := s.check(ctx, f, &seen)
	if wrong != nil && fault.KindOf(wrong) != fault.Invalid {
		return wrong
	}
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		was, err := s.hold(ctx, tx, viewer, id)
		switch {
		case err != nil:
			return err
		case was.State == Cancelled:
			return errCancelled
		case f.Version != 0 && f.Version != was.Version, seen.Version != was.Version:
			return errChanged
		case wrong != nil:
			return wrong
		}
		return s.edit(ctx, tx, viewer, was, p)
	})
	return wrap(fmt.Sprintf("edit workshop %d", id), err)
}

func (s *Service) edit(ctx context.Context, tx *pg.Tx, viewer account.Viewer, was Event, p plan) error {
	items, err := agenda(ctx, tx, was.ID)
	if err != nil {
		return err
	}
	people, err := speakers(ctx, tx, was.ID)
	if err != nil {
		return err
	}
	p.onlyParts(items, people)
	args := p.args(p.spans[0])
	args["id"] = was.ID
	if _, err := tx.Exec(ctx, updateEvent, args); err != nil {
		return err
	}
	if err := saveParts(ctx, tx, was.ID, p); err != nil {
		return err
	}
	touch(tx, was.ID)
	if was.State == Draft {
		if !p.Announce {
			return nil
		}
		return s.announce(ctx, tx, viewer, was.ID)
	}
	return s.follow(ctx, tx, viewer, was)
}

// follow does what a change of an announced event brings with it.
func (s *Service) follow(ctx context.Context, tx *pg.Tx, viewer account.Viewer, was Event) error {
	now, err := find(ctx, tx, viewer, was.ID)
	if err != nil {
		return err
	}
	if _, err := s.chat.OpenEventRoom(ctx, tx, now.room()); err != nil {
		return err
	}
	moved := !now.StartsAt.Equal(was.StartsAt) || !now.EndsAt.Equal(was.EndsAt)
	if moved {
		if err := s.schedule(ctx, tx, now); err != nil {
			return err
		}
		if err := s.shut(ctx, tx, was, now); err != nil {
			return err
		}
	}
	if err := s.moveUp(ctx, tx, now, 0); err != nil {
		return err
	}
	if (moved || now.Place != was.Place || now.Link != was.Link) && !now.Over(s.now()) {
		return s.tellAll(ctx, tx, viewer, notify.KindEventChanged, now)
	}
	return nil
}

// shut makes a room wait again that the hub had opened for a start that is later now.
func (s *Service) shut(ctx context.Context, tx *pg.Tx, was, now Event) error {
	at := s.now()
	if was.RoomState != chat.Open || at.Before(was.StartsAt.Add(-RoomOpens)) || !at.Before(now.StartsAt.Add(-RoomOpens)) {
		return nil
	}
	return s.chat.MoveRoom(ctx, tx, was.RoomID, chat.Waiting)
}

// room is what the event's room is opened with.
func (e Event) room() chat.EventRoom {
	return chat.EventRoom{Workshop: int64(e.ID), Title: e.Title(), Challenge: e.ChallengeID, Path: e.Path() + "/room",
		KeepInside: e.KeepInside, Retention: e.RetentionDays}
}

const setState = `
	update workshops set state = @state, cancel_reason = @reason, version = version + 1, updated_at = now() where id = @id`

// Announce makes a draft public, for its organisers. It needs title and summary in both languages, and a start to come.
func (s *Service) Announce(ctx context.Context, viewer account.Viewer, id ID) error {
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := s.hold(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if e.State != Draft {
			return errNoDraft
		}
		var wrong fault.Fields
		complete(&wrong, e.Title(), e.Summary())
		if !e.StartsAt.After(s.now()) {
			wrong.Add("start", "workshop.start_past", nil)
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		return s.announce(ctx, tx, viewer, id)
	})
	return wrap(fmt.Sprintf("announce workshop %d", id), err)
}

// announce opens the room of a draft, gives its staff their roles there, and sees to what happens at its time.
func (s *Service) announce(ctx context.Context, tx *pg.Tx, viewer account.Viewer, id ID) error {
	if _, err := tx.Exec(ctx, setState, pgx.StrictNamedArgs{"id": id, "state": Announced, "reason": ""}); err != nil {
		return err
	}
	e, err := find(ctx, tx, viewer, id)
	if err != nil {
		return err
	}
	room, err := s.chat.OpenEventRoom(ctx, tx, e.room())
	if err != nil {
		return err
	}
	staff, err := drafters(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, m := range staff { // organisers come first: a room is never without
		if err := s.chat.SetStaff(ctx, tx, viewer.ID, room, m.ID, m.StaffRole); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `delete from workshop_drafters where workshop_id = $1`, id); err != nil {
		return err
	}
	touch(tx, id)
	return s.schedule(ctx, tx, e)
}

// Cancel calls an announced event off, for its organisers, and tells all who have to do with it. A reason may be empty.
func (s *Service) Cancel(ctx context.Context, viewer account.Viewer, id ID, reason string) error {
	reason, ok := markup.Clean(reason)
	switch {
	case !ok:
		return fault.New(fault.Malformed, "error.utf8")
	case markup.Weight(reason) > MaxReason:
		var wrong fault.Fields
		wrong.Add("reason", "workshop.long", fault.Args{"Max": MaxReason})
		return wrong.Err()
	case markup.Blank(reason):
		reason = ""
	}
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := s.hold(ctx, tx, viewer, id)
		switch {
		case err != nil:
			return err
		case e.State == Draft:
			return errDraft
		case e.State == Cancelled:
			return errCancelled
		case e.Over(s.now()):
			return errOver
		}
		if _, err := tx.Exec(ctx, setState, pgx.StrictNamedArgs{"id": id, "state": Cancelled, "reason": reason}); err != nil {
			return err
		}
		e.State, e.CancelReason, e.Version = Cancelled, reason, e.Version+1
		touch(tx, id)
		if err := s.tellAll(ctx, tx, viewer, notify.KindEventCancelled, e); err != nil {
			return err
		}
		return s.chat.MoveRoom(ctx, tx, e.RoomID, chat.Ended)
	})
	return wrap(fmt.Sprintf("cancel workshop %d", id), err)
}

// Discard deletes a draft, for its organisers.
func (s *Service) Discard(ctx context.Context, viewer account.Viewer, id ID) error {
	err := s.store.InTx(ctx, func(tx *pg.Tx) error {
		e, err := s.hold(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if e.State != Draft {
			return errNoDraft
		}
		touch(tx, id)
		_, err = tx.Exec(ctx, `delete from workshops where id = $1`, id)
		return err
	})
	return wrap(fmt.Sprintf("discard workshop %d", id), err)
}

// wrap adds what was tried to an error that is not a fault.
func wrap(tried string, err error) error {
	if err == nil || fault.Of(err) != nil {
		return err
	}
	return fmt.Errorf("%s: %w", tried, err)
}
