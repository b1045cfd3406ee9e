package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/jobs"
	"senet/internal/pg"
)

// deliver is the job of sending one letter.
type deliver struct {
	Letter LetterID `json:"letter"`
}

// Kind implements jobs.Args.
func (deliver) Kind() string { return "mail" }

// LetterID names a letter that has been queued.
type LetterID int64

// lifetime is how long a letter without an end is tried.
const lifetime = 3 * 24 * time.Hour

// What is wanted is looked at again when a letter is sent. Those who do not want it now get a row only of what is for
// later, because they may until then.
const insertLetters = `
	insert into mail_letters (member_id, kind, topic, subject, moment, data, not_before, not_after)
	select m.id, l.kind, l.topic, l.subject, l.moment, l.data::jsonb, l.after, l.until
	from unnest(@members::bigint[], @kinds::text[], @topics::text[], @usual::boolean[], @subjects::text[], @moments::text[],
		@data::text[], @afters::timestamptz[], @untils::timestamptz[]) as l (member_id, kind, topic, usual, subject, moment, data, after, until)
	join members m on m.id = l.member_id and m.email_key is not null
	left join mail_choices c on c.member_id = l.member_id and c.topic = l.topic
	where coalesce(c.wanted, l.usual) or l.after > clock_timestamp() + interval '1 hour'
	order by l.member_id, l.kind, l.subject, l.moment
	on conflict on constraint mail_letters_once do nothing
	returning id, topic, not_before`

type inserted struct {
	ID        LetterID
	Topic     Group
	NotBefore time.Time
}

// Queue has letters sent once tx is committed, and not otherwise. Of the same member, kind, subject and moment there is
// one letter ever, however often it is queued (what is done is forgotten after a month). Members without an address, and
// those who do not want its group, get none; of letters for later than an hour, the choice that counts is that of then. A kind that is
// not registered is an error.
func (s *Service) Queue(ctx context.Context, tx *pg.Tx, letters ...Letter) error {
	if s == nil || len(letters) == 0 {
		return nil
	}
	args, err := s.columns(letters)
	if err != nil {
		return err
	}
	rows, err := pg.All[inserted](ctx, tx, insertLetters, args)
	if err != nil {
		return fmt.Errorf("mail: queue %d letters: %w", len(letters), err)
	}
	work := make([]jobs.Job, len(rows))
	for i, r := range rows {
		rule, _ := r.Topic.rule()
		work[i] = jobs.Job{Args: deliver{r.ID}, Priority: rule.priority, Lane: jobs.Mail}
		if r.NotBefore.After(time.Now()) {
			work[i].After = r.NotBefore
		}
	}
	if err := s.with.Queue.Add(ctx, tx, work...); err != nil {
		return fmt.Errorf("mail: queue %d letters: %w", len(letters), err)
	}
	return nil
}

// columns are the letters as the query takes them.
func (s *Service) columns(letters []Letter) (pgx.StrictNamedArgs, error) {
	n := len(letters)
	members, usual := make([]int64, n), make([]bool, n)
	kinds, topics, subjects, moments, data := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	afters, untils := make([]time.Time, n), make([]time.Time, n)
	for i, l := range letters {
		known, ok := s.kinds[l.Kind]
		if !ok {
			return nil, fmt.Errorf("mail: nobody has registered letters of kind %q", l.Kind)
		}
		told, err := json.Marshal(l.Data)
		if err != nil {
			return nil, fmt.Errorf("mail: data of a letter of kind %s: %w", l.Kind, err)
		}
		rule, _ := known.group.rule()
		members[i], usual[i] = int64(l.To), rule.wanted
		kinds[i], topics[i], subjects[i], moments[i], data[i] = string(l.Kind), string(known.group), l.Subject, l.Moment, string(told)
		if afters[i] = l.After; l.After.IsZero() {
			afters[i] = time.Now()
		}
		if untils[i] = l.Until; l.Until.IsZero() {
			untils[i] = afters[i].Add(lifetime)
		}
	}
	return pgx.StrictNamedArgs{"members": members, "kinds": kinds, "topics": topics, "usual": usual, "subjects": subjects, "moments": moments,
		"data": data, "afters": afters, "untils": untils}, nil
}
