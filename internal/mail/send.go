package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/mail/transport"
	"senet/internal/pg"
)

// Pause is how long to wait after so many failures before sending is tried again: a minute, doubling to four hours. Many
// servers turn away whom they do not know for some minutes; a server that is being repaired may be away for a day.
func Pause(failures int) time.Duration {
	return min(time.Minute<<min(max(failures, 1)-1, 16), 4*time.Hour)
}

// Of accounts with the same address one signs in with it (email_key): letters go to that one only, so that nobody can have
// a stranger written to by many accounts.
const waitingLetter = `
	select l.id, l.kind, l.topic, l.data, l.not_before, l.not_after, l.attempts, l.created_at, m.id as member, m.name, m.locale, m.time_zone,
		case when m.email_key is null then '' else m.email end as email, c.wanted, k.secret,
		(select count(*) from mail_letters s where s.member_id = l.member_id and s.topic = l.topic and s.state = 'sent'
			and s.done_at > now() - interval '24 hours') as today
	from mail_letters l join members m on m.id = l.member_id cross join mail_keys k
		left join mail_choices c on c.member_id = l.member_id and c.topic = l.topic
	where l.id = @id and l.state = 'waiting'`

// waiting is a letter that is to be sent, and to whom.
type waiting struct {
	ID        LetterID
	Kind      Kind
	Topic     Group
	Data      json.RawMessage
	NotBefore time.Time
	NotAfter  time.Time
	Attempts  int
	CreatedAt time.Time
	Member    account.MemberID
	Name      string
	Locale    i18n.Locale
	TimeZone  string
	Email     string // "": none that letters go to
	Wanted    *bool  // nil: the member has not chosen
	Secret    []byte
	Today     int // letters of its group that the member got in the last 24 hours
}

// Why a letter was dropped, as its row says it.
const (
	notWanted = "not wanted"
	noAddress = "no address"
	barred    = "barred"
	tooMany   = "too many in a day"
	tooLate   = "too late"
	untrue    = "no longer true"
	unknown   = "of an unknown kind"
)

// Send sends one letter that waits, and notes what became of it: sent; dropped, because it is not wanted, not true or not
// timely any more; failed, for good. Of one that is to be tried again the error is jobs.Later. A letter that does not wait
// is passed over. It is what the jobs do, and tests without jobs.
func (s *Service) Send(ctx context.Context, id LetterID) error {
	l, err := pg.One[waiting](ctx, s.store, waitingLetter, pgx.StrictNamedArgs{"id": id})
	if errors.Is(err, pgx.ErrNoRows) { // done, or its member is gone
		return nil
	}
	if err != nil {
		return fmt.Errorf("mail: find letter %d: %w", id, err)
	}
	if early := time.Until(l.NotBefore); early > 0 {
		return jobs.Later(early)
	}
	why, err := s.hindered(ctx, l)
	if err != nil {
		return s.again(ctx, l, err)
	}
	if why != "" {
		return s.done(ctx, l.ID, "dropped", why)
	}
	content, ok, err := s.kinds[l.Kind].compose(ctx, s.recipient(l), l.Data)
	switch {
	case err != nil:
		return s.again(ctx, l, fmt.Errorf("put letter %d (%s) into words: %w", l.ID, l.Kind, err))
	case !ok:
		return s.done(ctx, l.ID, "dropped", untrue)
	}
	return s.carry(ctx, l, content)
}

// hindered is why a letter is not to be sent; "" when it is.
func (s *Service) hindered(ctx context.Context, l waiting) (string, error) {
	rule, _ := l.Topic.rule()
	wanted := rule.wanted
	if l.Wanted != nil {
		wanted = *l.Wanted
	}
	switch {
	case s.kinds[l.Kind].compose == nil:
		return unknown, nil
	case l.Email == "":
		return noAddress, nil
	case !wanted:
		return notWanted, nil
	case time.Now().After(l.NotAfter):
		return tooLate, nil
	case l.Today >= rule.aDay:
		return tooMany, nil
	}
	if s.with.Barred == nil {
		return "", nil
	}
	out, err := s.with.Barred(ctx, l.Member)
	if err == nil && out {
		return barred, nil
	}
	return "", err
}

func (s *Service) recipient(l waiting) Recipient {
	p := s.with.Words.For(l.Locale) // the hub's first, should it speak the member's no longer
	return Recipient{ID: l.Member, Name: l.Name, Locale: p.Locale, Zone: s.zone(l.TimeZone), P: p}
}

// carry hands a letter over to the transport.
func (s *Service) carry(ctx context.Context, l waiting, c Content) error {
	if err := s.rate.Wait(ctx); err != nil {
		return fmt.Errorf("mail: wait for the turn of letter %d: %w", l.ID, err)
	}
	m, err := s.message(ctx, l, c)
	if err != nil {
		return s.again(ctx, l, err)
	}
	err = s.with.Transport.Send(ctx, m)
	var refused *transport.Refused
	switch {
	case err == nil:
		return s.done(ctx, l.ID, "sent", "")
	case errors.As(err, &refused):
		s.with.Log.Warn("a letter was refused", "letter", l.ID, "kind", l.Kind, "code", refused.Code)
		return s.done(ctx, l.ID, "failed", fmt.Sprintf("%d %s", refused.Code, refused.Reply))
	}
	return s.again(ctx, l, err)
}

// message is the letter as it goes.
func (s *Service) message(ctx context.Context, l waiting, c Content) (transport.Message, error) {
	to := s.recipient(l)
	sheet := s.sheet(l, to, c)
	html, err := sheet.html(ctx)
	if err != nil {
		return transport.Message{}, fmt.Errorf("set letter %d: %w", l.ID, err)
	}
	return transport.Message{ID: s.messageID(l), At: time.Now().In(to.Zone), From: s.with.From, To: netmail.Address{Name: l.Name, Address: l.Email},
		Subject: sheet.Subject, Lang: to.Locale.Tag(), Text: sheet.text(), HTML: html, Off: sheet.OffURL, Calendar: c.Calendar}, nil
}

const setDone = `
	update mail_letters set state = @state, outcome = @outcome, done_at = now() where id = @id and state = 'waiting'`

// done notes what became of a letter, also when the hub is being stopped: one that was sent must not be sent again.
func (s *Service) done(ctx context.Context, id LetterID, state, outcome string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err := s.store.Exec(ctx, setDone, pgx.StrictNamedArgs{"id": id, "state": state, "outcome": outcome})
	if err != nil {
		return fmt.Errorf("mail: note that letter %d is %s: %w", id, state, err)
	}
	return nil
}

const noteFailure = `
	update mail_letters set attempts = attempts + 1, outcome = @outcome where id = @id and state = 'waiting'`

// again has a letter tried later, as long as it is worth sending.
func (s *Service) again(ctx context.Context, l waiting, failure error) error {
	if err := ctx.Err(); err != nil { // the hub stops: that is no failure of the letter
		return fmt.Errorf("mail: letter %d: %w", l.ID, err)
	}
	pause := s.with.Pause(l.Attempts + 1)
	if time.Now().Add(pause).After(l.NotAfter) {
		s.with.Log.Warn("a letter could not be sent in time", "letter", l.ID, "kind", l.Kind, "attempts", l.Attempts+1, "err", failure)
		return s.done(ctx, l.ID, "failed", clip(failure.Error()))
	}
	s.with.Log.Info("a letter is tried again later", "letter", l.ID, "kind", l.Kind, "attempts", l.Attempts+1, "pause", pause, "err", failure)
	_, err := s.store.Exec(ctx, noteFailure, pgx.StrictNamedArgs{"id": l.ID, "outcome": clip(failure.Error())})
	if err != nil {
		return fmt.Errorf("mail: note that letter %d has failed: %w", l.ID, err)
	}
	return jobs.Later(pause)
}

// clip keeps what a row says of a failure readable.
func clip(s string) string {
	const longest = 500
	if rs := []rune(s); len(rs) > longest {
		return string(rs[:longest]) + "…"
	}
	return s
}
