// Package workshop owns events from their announcement to their end: workshops, roadshows, webinars and partnering
// meetings with agenda and speakers, who comes to them and who waits for a seat, what is told at which time, the calendars they
// are in, and the draft of what came of them. It writes those tables and no others: the room of an event is chat's, and so are
// the roles in it; the thread that a draft becomes is the forum's.
//
// # Who may
//
// Moderators and administrators announce. Who announces an event is its organiser and names other organisers, hosts and
// interpreters; organisers change it from then on. A draft is seen by those who are named in it and by moderators.
// Everybody sees what is announced; members come.
//
// # What happens by itself
//
// A day and an hour before the start, and at the start, those who come are told. The room opens ten minutes before and
// ends twelve hours after the end, unless a host was first. Each of these is a job that looks at the event as it is when
// the job is done: what was moved or cancelled meanwhile is not told, and nothing is told twice.
package workshop

import (
	"context"
	"time"

	"senet/internal/account"
	"senet/internal/chat"
	"senet/internal/fault"
	"senet/internal/jobs"
	"senet/internal/mail"
	"senet/internal/notify"
	"senet/internal/pg"
)

// ID names an event.
type ID int64

// Limits of what is written. Text is measured in weighted characters (markup.Weight): a Han character counts 2.
const (
	MinTitle       = 4
	MaxTitle       = 200
	MaxSummary     = 600
	MaxDescription = 20_000
	MaxLine        = 200 // a place, a name, an affiliation, the title of an agenda item
	MaxReason      = 1_000
	MaxLink        = 2_048 // bytes
	MaxItems       = 60
	MaxSpeakers    = 40
	MaxCapacity    = 100_000
	MaxRetention   = 3_650 // days
	MaxRepeat      = 52
	MaxLength      = 14 * 24 * time.Hour
	MinLength      = 5 * time.Minute
	PageSize       = 30
)

var (
	errNotFound  = fault.New(fault.NotFound, "workshop.not_found")
	errForbidden = fault.New(fault.Forbidden, "error.forbidden")
	errSignIn    = fault.New(fault.Unauthorised, "error.sign_in")
	errOver      = fault.New(fault.Conflict, "workshop.over")
	errCancelled = fault.New(fault.Conflict, "workshop.is_cancelled")
	errNoDraft   = fault.New(fault.Conflict, "workshop.no_draft")
	errDraft     = fault.New(fault.Conflict, "workshop.is_draft")
	errChanged   = fault.New(fault.Conflict, "workshop.changed_meanwhile")
)

// Service is the events.
type Service struct {
	store    *pg.Store
	accounts *account.Service
	chat     *chat.Service
	notify   *notify.Service
	mail     *mail.Service
	queue    *jobs.Queue
	base     string // how browsers reach the hub, no slash at the end; for calendars
	now      func() time.Time
}

// Parts are what the service works with.
type Parts struct {
	Accounts *account.Service
	Rooms    *chat.Service
	Notices  *notify.Service
	Mail     *mail.Service // nil: nobody gets mail
	Queue    *jobs.Queue   // where it is started, what is to happen at its time is done
	Base     string        // how browsers reach the hub, without a slash at the end
}

// New makes the service.
func New(store *pg.Store, p Parts) *Service {
	s := &Service{store: store, accounts: p.Accounts, chat: p.Rooms, notify: p.Notices, mail: p.Mail, queue: p.Queue, base: p.Base, now: time.Now}
	jobs.Handle(p.Queue, s.doMoment)
	s.registerLetters()
	return s
}

// Subject is what pg.Changes knows the list of events by; every change of one touches it.
const Subject = "workshops"

// subject names an event to pg.Changes, notices and letters.
func subject(id ID) string { return notify.Subject("workshop", id) }

// touch tells, after commit, that an event has changed.
func touch(tx *pg.Tx, id ID) { tx.Touch(Subject, subject(id)) }

// lock holds an event's row until the transaction ends, so that seats are counted by one at a time. It is NotFound where
// there is none, whoever asks: what the viewer may see is asked next.
func lock(ctx context.Context, tx *pg.Tx, id ID) error {
	var got ID
	err := tx.QueryRow(ctx, `select id from workshops where id = $1 for update`, id).Scan(&got)
	return pg.OrNotFound(err, errNotFound)
}
