package workshop

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/mail"
	"senet/internal/notify"
	"senet/internal/pg"
)

// told is what a letter keeps: which event, and what made it worth telling. The rest is as it is when the letter is sent.
type told struct {
	Workshop ID          `json:"workshop"`
	Kind     notify.Kind `json:"kind"`
	Start    int64       `json:"start"` // seconds since 1970, when it was told
	Staff    string      `json:"staff,omitempty"`
}

// letterKinds are the kinds of letters, by the notices that say the same.
var letterKinds = map[notify.Kind]mail.Kind{
	notify.KindRegistered: "event.registered", notify.KindWaiting: "event.waiting", notify.KindMovedUp: "event.moved_up",
	notify.KindEventTomorrow: "event.tomorrow", notify.KindEventSoon: "event.soon", notify.KindEventNow: "event.now",
	notify.KindEventChanged: "event.changed", notify.KindEventCancelled: "event.cancelled", notify.KindEventStaff: "event.staff",
	notify.KindEventOutcome: "event.outcome",
}

// registerLetters says how letters about events are worded.
func (s *Service) registerLetters() {
	for _, kind := range letterKinds {
		s.mail.Register(kind, mail.Events, s.compose)
	}
}

// queueLetters has members written to what a notice tells them. A reminder is not sent when it is too late for it; of a
// change there is one letter for each version of the event.
func (s *Service) queueLetters(ctx context.Context, tx *pg.Tx, n notify.Notice, e Event, to []account.MemberID) error {
	l := mail.Letter{Kind: letterKinds[n.Kind], Subject: subject(e.ID), Data: told{e.ID, n.Kind, e.StartsAt.Unix(), n.Data.Staff}}
	switch n.Kind {
	case notify.KindEventTomorrow:
		l.Moment = e.StartsAt.UTC().Format(time.RFC3339)
		_, l.Until = dayBefore.due(e)
	case notify.KindEventSoon:
		l.Moment = e.StartsAt.UTC().Format(time.RFC3339)
		_, l.Until = hourBefore.due(e)
	case notify.KindEventNow:
		l.Moment = e.StartsAt.UTC().Format(time.RFC3339)
		_, l.Until = begins.due(e)
	case notify.KindEventChanged, notify.KindEventCancelled:
		l.Moment = fmt.Sprintf("v%d", e.Version)
	default: // each time that somebody takes a seat
		l.Moment = s.now().UTC().Format(time.RFC3339Nano)
	}
	letters := make([]mail.Letter, 0, len(to))
	for _, member := range to {
		if member == n.Actor {
			continue
		}
		l.To = member
		letters = append(letters, l)
	}
	return s.mail.Queue(ctx, tx, letters...)
}

// compose puts a letter into words from the event as it is now; one that is no longer true is not sent.
func (s *Service) compose(ctx context.Context, to mail.Recipient, data json.RawMessage) (mail.Content, bool, error) {
	var t told
	if err := json.Unmarshal(data, &t); err != nil {
		return mail.Content{}, false, fmt.Errorf("read what a letter tells: %w", err)
	}
	viewer := account.Visitor()
	viewer.ID = to.ID
	e, err := s.Find(ctx, viewer, t.Workshop)
	if fault.KindOf(err) == fault.NotFound {
		return mail.Content{}, false, nil
	}
	if err != nil || !s.true(t, e) {
		return mail.Content{}, false, err
	}
	return s.content(to, t, e), true, nil
}

// true reports whether what a letter tells is still so.
func (s *Service) true(t told, e Event) bool {
	now := s.now()
	if t.Kind == notify.KindEventCancelled {
		return e.State == Cancelled
	}
	if t.Kind == notify.KindEventStaff {
		return e.State != Cancelled && !e.Over(now) && string(e.Role) == t.Staff
	}
	comes := e.Mine == Registered || e.Role != ""
	if t.Kind == notify.KindEventOutcome {
		return comes && e.OutcomeThread != 0
	}
	switch {
	case e.State != Announced, e.Over(now):
		return false
	case t.Kind == notify.KindWaiting:
		return e.Mine == Waiting
	case t.Kind == notify.KindEventChanged:
		return comes || e.Mine == Waiting
	case t.Kind == notify.KindEventTomorrow, t.Kind == notify.KindEventSoon:
		return comes && e.StartsAt.Unix() == t.Start && now.Before(e.StartsAt)
	case t.Kind == notify.KindEventNow:
		return comes && e.StartsAt.Unix() == t.Start
	}
	return e.Mine == Registered
}

func (s *Service) content(to mail.Recipient, t told, e Event) mail.Content {
	title, lang := e.Title().In(to.Locale)
	key := string(letterKinds[t.Kind])[len("event."):]
	if t.Kind == notify.KindEventStaff {
		key += "_" + t.Staff
	}
	c := mail.Content{Subject: to.T("workshop.letter.subject_"+key, "Title", title), Lines: []string{to.T("workshop.letter.line_" + key)},
		Title: mail.Words{Text: title, Lang: string(lang)}, Facts: facts(to, e),
		Action: mail.Action{Label: to.T("workshop.letter.open"), Path: e.Path()}}
	switch t.Kind {
	case notify.KindEventNow, notify.KindEventSoon:
		c.Action = mail.Action{Label: to.T("workshop.enter"), Path: e.Path() + "/room"}
	case notify.KindEventOutcome:
		c.Action = mail.Action{Label: to.T("workshop.letter.read"), Path: e.OutcomePath()}
	case notify.KindEventCancelled:
		if e.CancelReason != "" {
			c.Quote = mail.Words{Text: e.CancelReason}
		}
	case notify.KindRegistered, notify.KindMovedUp, notify.KindEventTomorrow:
		c.Closing = []string{to.T("workshop.letter.give_up")}
	}
	if t.Kind != notify.KindWaiting && t.Kind != notify.KindEventNow && t.Kind != notify.KindEventOutcome && e.State != Draft {
		c.Calendar = &mail.Calendar{Method: "PUBLISH", Name: fmt.Sprintf("workshop-%d.ics", e.ID), ICS: s.File(to.Locale, "", e)}
	}
	return c
}

// facts are when, by all clocks, and where.
func facts(to mail.Recipient, e Event) []mail.Fact {
	var all []mail.Fact
	for _, k := range Clocks(e.StartsAt, e.EndsAt, to.Zone) {
		end := to.P.Clock(k.End)
		if k.Overnight {
			end = to.T("workshop.letter.moment", "Day", to.P.Weekday(k.End), "Clock", end)
		}
		label := ZoneName(to.P, k.Zone, k.Start)
		if k.Yours {
			label = to.T("workshop.letter.yours", "Place", label)
		}
		all = append(all, mail.Fact{Label: label, Value: to.T("workshop.letter.span", "Day", to.P.Weekday(k.Start), "Start", to.P.Clock(k.Start), "End", end)})
	}
	if e.Place != "" {
		all = append(all, mail.Fact{Label: to.T("workshop.where"), Value: e.Place})
	}
	if e.Link != "" && e.State == Announced {
		all = append(all, mail.Fact{Label: to.T("workshop.link_elsewhere"), Value: e.Link})
	}
	return all
}
