package workshop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// File is a calendar file (RFC 5545) of events as a reader of that language has them; name is the calendar's, "" for a file
// that is no subscription. Times are moments in UTC: every event stands alone, none repeats by a rule, and so a calendar
// shows each by its own zone's clocks, on either side of a change of the clocks. It holds no alarm: the hub reminds.
// The same events make the same bytes.
func (s *Service) File(l i18n.Locale, name string, events ...Event) []byte {
	cal := ics.NewCalendar()
	cal.SetProductId("-//SENET//SENET Hub//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetCalscale("GREGORIAN")
	if name != "" {
		cal.SetName(name)
		cal.SetXWRCalName(name)
		cal.SetRefreshInterval("PT1H")
		cal.SetXPublishedTTL("PT1H")
	}
	for _, e := range events {
		s.entry(cal.AddEvent(s.uid(e.ID)), l, e)
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

// uid names an event in calendars, for ever.
func (s *Service) uid(id ID) string {
	host := "senet"
	if u, err := url.Parse(s.base); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return fmt.Sprintf("workshop-%d@%s", id, host)
}

func (s *Service) entry(v *ics.VEvent, l i18n.Locale, e Event) {
	title, _ := e.Title().In(l)
	summary, _ := e.Summary().In(l)
	page := s.base + "/" + string(l) + e.Path()
	lines := []string{summary, page}
	if e.Link != "" {
		lines = append(lines, e.Link)
	}
	if summary == "" {
		lines = lines[1:]
	}
	place := e.Place
	if place == "" {
		place = page + "/room"
	}
	v.SetDtStampTime(e.UpdatedAt)
	v.SetModifiedAt(e.UpdatedAt)
	v.SetStartAt(e.StartsAt)
	v.SetEndAt(e.EndsAt)
	v.SetSequence(e.Version - 1)
	v.SetStatus(e.status())
	v.SetSummary(title)
	v.SetDescription(strings.Join(lines, "\n"))
	v.SetLocation(place)
	v.SetURL(page)
	v.SetTimeTransparency(ics.TransparencyOpaque)
}

func (e Event) status() ics.ObjectStatus {
	switch {
	case e.State == Cancelled:
		return ics.ObjectStatusCancelled
	case e.State == Draft, e.Mine == Waiting:
		return ics.ObjectStatusTentative
	}
	return ics.ObjectStatusConfirmed
}

const setToken = `
	insert into calendar_tokens (member_id, token_hash) values (@member, @hash)
	on conflict (member_id) do update set token_hash = excluded.token_hash, created_at = now()`

// NewCalendar makes the secret address of the viewer's own calendar; one that was made before stops working. The token
// is shown this once: the hub keeps only its hash.
func (s *Service) NewCalendar(ctx context.Context, viewer account.Viewer) (token string, err error) {
	if !viewer.SignedIn() {
		return "", errSignIn
	}
	var secret [32]byte
	rand.Read(secret[:])
	sum := sha256.Sum256(secret[:])
	if _, err := s.store.Exec(ctx, setToken, pgx.StrictNamedArgs{"member": viewer.ID, "hash": sum[:]}); err != nil {
		return "", fmt.Errorf("make calendar of %d: %w", viewer.ID, err)
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}

// DropCalendar has the address of the viewer's calendar stop working.
func (s *Service) DropCalendar(ctx context.Context, viewer account.Viewer) error {
	if !viewer.SignedIn() {
		return errSignIn
	}
	_, err := s.store.Exec(ctx, `delete from calendar_tokens where member_id = $1`, viewer.ID)
	return wrap("drop calendar", err)
}

// CalendarSince is when the viewer made the address of their calendar; nil when they have none.
func (s *Service) CalendarSince(ctx context.Context, viewer account.Viewer) (at *time.Time, err error) {
	err = s.store.QueryRow(ctx, `select max(created_at) from calendar_tokens where member_id = $1`, viewer.ID).Scan(&at)
	return at, wrap("find calendar", err)
}

const ownerOf = `select m.id, m.locale from calendar_tokens t join members m on m.id = t.member_id where t.token_hash = @hash and (m.suspended_until is null or m.suspended_until <= now())`

const eventsOf = eventColumns + ` and (g.state is not null or st.role is not null) and w.state <> 'draft' and w.ends_at > @since
	order by w.starts_at, w.id limit 500`

// calendarPast is how long what is over stays in a member's calendar.
const calendarPast = 180 * 24 * time.Hour

// Calendar is what the calendar with that secret token holds, and its owner's language: events that the member comes to,
// waits for or has a role in, cancelled ones marked as such.
func (s *Service) Calendar(ctx context.Context, token string) ([]Event, i18n.Locale, error) {
	noSuch := fault.New(fault.NotFound, "error.not_found")
	secret, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(secret) != sha256.Size {
		return nil, "", noSuch
	}
	sum := sha256.Sum256(secret)
	owner := account.Visitor()
	err = s.store.QueryRow(ctx, ownerOf, pgx.StrictNamedArgs{"hash": sum[:]}).Scan(&owner.ID, &owner.Locale)
	if err != nil {
		return nil, "", wrap("find calendar", pg.OrNotFound(err, noSuch))
	}
	args := eventArgs(owner)
	args["since"] = s.now().Add(-calendarPast)
	events, err := pg.All[Event](ctx, s.store, eventsOf, args)
	return events, owner.Locale, wrap("list events of a calendar", err)
}
