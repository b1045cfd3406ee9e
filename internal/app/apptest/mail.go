package apptest

import (
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/mail"
	"senet/internal/mail/mailtest"
)

const setEmail = `update members set email = $2, email_key = lower($2) where id = $1`

// Address gives a person an address of mail.
func (s *Site) Address(p Person, email string) {
	s.T.Helper()
	if _, err := s.Store.Exec(s.T.Context(), setEmail, p.ID, email); err != nil {
		s.T.Fatalf("give %s an address: %v", p.Name, err)
	}
}

const comeDue = `
	update mail_letters set not_before = least(not_before, now() - interval '1 second') where state = 'waiting' and not_before <= $1 returning id`

// Letters sends what is due now or within some minutes, as the jobs would, and reads all letters that the hub has sent,
// the oldest first.
func (s *Site) Letters() []mailtest.Letter {
	s.T.Helper()
	return s.LettersBy(time.Now().Add(5 * time.Minute))
}

// LettersBy is Letters with everything that is due by then.
func (s *Site) LettersBy(then time.Time) []mailtest.Letter {
	s.T.Helper()
	rows, err := s.Store.Query(s.T.Context(), comeDue, then)
	if err != nil {
		s.T.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[mail.LetterID])
	if err != nil {
		s.T.Fatal(err)
	}
	for _, id := range ids {
		if err := s.Hub.Mail.Send(s.T.Context(), id); err != nil {
			s.T.Fatalf("send letter %d: %v", id, err)
		}
	}
	return mailtest.ReadDir(s.T, s.mail)
}
