package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/forum"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

// Look is what a moderator must see to decide a case.
type Look struct {
	Case    Case
	About   About
	Gone    bool             // there is nothing left to decide about
	Text    translation.Text // as it was written
	Found   translation.Found
	Into    string // the language of Found
	Around  []Around
	Thread  forum.ThreadID // of a post or thread; 0: of neither
	Record  Record
	Before  []Entry // earlier decisions about the subject, the newest first
	Against []Entry // … about the author
	Decided *Entry  // what an appeal is against

	Applicant *account.Member // who waits, of an application
}

// Around is a text that stands beside the subject.
type Around struct {
	ID     int64
	Author string
	Text   string // its beginning
	Lang   string
	Hidden bool
	Self   bool // it is the subject
}

// Record is what is known of an author.
type Record struct {
	ID        account.MemberID
	Name      string
	Handle    string
	Role      account.Role
	Since     time.Time
	Written   int // posts and messages, at most 1,000 are counted
	Decisions int // against them that stand
	Upheld    int // cases in which something was done
	Dismissed int
}

// Texts in full, with the translation into the other language; what is hidden too.
var textQueries = map[string]string{
	Post: `select x.body as source, x.html, x.lang, x.version, coalesce(tr.locale, '') as into, ` + translation.Columns + ` from posts x
		left join translations tr on tr.subject_kind = 'post' and tr.subject_id = x.id and tr.locale <> x.lang where x.id = @id limit 1`,
	Message: `select x.body as source, x.html, x.lang, x.version, coalesce(tr.locale, '') as into, ` + translation.Columns + ` from messages x
		left join translations tr on tr.subject_kind = 'message' and tr.subject_id = x.id and tr.locale <> x.lang where x.id = @id limit 1`,
	Question: `select x.body as source, x.html, x.lang, 1 as version, coalesce(tr.locale, '') as into, ` + translation.Columns + ` from questions x
		left join translations tr on tr.subject_kind = 'question' and tr.subject_id = x.id and tr.locale <> x.lang where x.id = @id limit 1`,
	Poll: `select x.body as source, '' as html, x.lang, 1 as version, coalesce(tr.locale, '') as into, ` + translation.Columns + ` from polls x
		left join translations tr on tr.subject_kind = 'poll' and tr.subject_id = x.id and tr.locale <> x.lang where x.id = @id limit 1`,
	Thread: `select x.title as source, '' as html, x.lang, x.title_version as version, coalesce(tr.locale, '') as into, ` + translation.Columns + ` from threads x
		left join translations tr on tr.subject_kind = 'thread' and tr.subject_id = x.id and tr.locale <> x.lang where x.id = @id limit 1`,
	Member: `select x.about as source, x.about_html as html, x.about_lang as lang, x.about_version as version, coalesce(tr.locale, '') as into, ` + translation.Columns + ` from members x
		left join translations tr on tr.subject_kind = 'profile' and tr.subject_id = x.id and tr.locale <> x.about_lang where x.id = @id limit 1`,
}

// Two before the subject and two after it.
var aroundQueries = map[string]string{
	Post: `select p.id, a.name as author, left(p.body, 1000) as text, p.lang, p.hidden_at is not null as hidden, p.id = @id as self
		from posts p join members a on a.id = p.author_id join posts x on x.id = @id
		where p.thread_id = x.thread_id and p.number between x.number - 2 and x.number + 2 order by p.number`,
	Message: `select p.id, a.name as author, left(p.body, 1000) as text, p.lang, p.hidden_at is not null as hidden, p.id = @id as self
		from messages x join lateral (
			(select * from messages m where m.room_id = x.room_id and m.seq < x.seq order by m.seq desc limit 2)
			union all (select * from messages m where m.room_id = x.room_id and m.seq >= x.seq order by m.seq limit 3)) p on true
		join members a on a.id = p.author_id where x.id = @id order by p.seq`,
}

const recordOf = `
	select m.id, m.name, m.handle, m.role, m.created_at as since,
		(select count(*) from (select from posts where author_id = m.id limit 1000) p)
			+ (select count(*) from (select from messages where author_id = m.id limit 1000) s) as written,
		(select count(*) from moderation_log l where l.author_id = m.id and l.action = any(@against)
			and not exists (select from moderation_log u where u.undoes = l.id)) as decisions,
		(select count(*) from cases c join moderation_log l on l.id = c.log_id where c.author_id = m.id and l.action <> 'dismiss') as upheld,
		(select count(*) from cases c join moderation_log l on l.id = c.log_id where c.author_id = m.id and l.action = 'dismiss') as dismissed
	from members m where m.id = @id`

// against are the decisions that are taken against somebody.
var against = []Action{Hide, Lock, Mute, Eject, Warn, Silence, Suspend, Reject, EditOut, Erase}

const (
	threadOf       = `select thread_id from posts where @kind = 'post' and id = @id union all select id from threads where @kind = 'thread' and id = @id`
	entriesAbout   = entryColumns + ` where l.subject_kind = @kind and l.subject_id = @id order by l.id desc limit 10`
	entriesAgainst = entryColumns + ` where l.author_id = @author and l.action = any(@against) and not (l.subject_kind = @kind and l.subject_id = @id)
		order by l.id desc limit 10`
)

// Look shows a case to a moderator, and claims it while it is open and with nobody else.
func (s *Service) Look(ctx context.Context, viewer account.Viewer, id CaseID) (Look, error) {
	c, err := s.FindCase(ctx, viewer, id)
	if err != nil {
		return Look{}, err
	}
	if c.ClosedAt == nil && (!c.Claimed || c.ClaimedBy == viewer.ID) && c.AuthorID != viewer.ID {
		if err := s.Claim(ctx, viewer, id); err == nil {
			c, err = s.FindCase(ctx, viewer, id)
			if err != nil {
				return Look{}, err
			}
		}
	}
	l := Look{Case: c}
	if err := s.lookAt(ctx, viewer, &l); err != nil {
		return Look{}, fmt.Errorf("look at case %d: %w", id, err)
	}
	return l, nil
}

func (s *Service) lookAt(ctx context.Context, viewer account.Viewer, l *Look) error {
	sub := l.Case.Subject()
	found, err := s.abouts(ctx, sub)
	if err != nil {
		return err
	}
	about, there := found[sub]
	l.About, l.Gone = about, !there
	args := pgx.StrictNamedArgs{"id": sub.ID}
	if query := textQueries[sub.Kind]; query != "" {
		t, err := pg.One[struct {
			Source, HTML, Lang, Into string
			Version                  int
			translation.Found
		}](ctx, s.store, query, args)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		l.Text, l.Found, l.Into = translation.Text{Source: t.Source, HTML: t.HTML, Lang: t.Lang, Version: t.Version}, t.Found, t.Into
	}
	if query := aroundQueries[sub.Kind]; query != "" {
		if l.Around, err = pg.All[Around](ctx, s.store, query, args); err != nil {
			return err
		}
		for i := range l.Around {
			l.Around[i].Text = markup.Excerpt(l.Around[i].Text, aboutWeight)
		}
	}
	if sub.Kind == Post || sub.Kind == Thread {
		if err := s.store.QueryRow(ctx, threadOf, pgx.StrictNamedArgs{"kind": sub.Kind, "id": sub.ID}).Scan(&l.Thread); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
	}
	about1 := pgx.StrictNamedArgs{"kind": sub.Kind, "id": sub.ID}
	if l.Before, err = pg.All[Entry](ctx, s.store, entriesAbout, about1); err != nil {
		return err
	}
	if sub.Kind == Decided {
		e, err := pg.One[Entry](ctx, s.store, findEntry, args)
		if err != nil {
			return err
		}
		l.Decided = &e
	}
	if l.Case.Kind == Joining {
		m, err := s.accounts.FindMember(ctx, viewer, account.MemberID(sub.ID))
		if err != nil {
			return err
		}
		l.Applicant = &m
	}
	if l.Case.AuthorID == 0 {
		return nil
	}
	l.Record, err = pg.One[Record](ctx, s.store, recordOf, pgx.StrictNamedArgs{"id": l.Case.AuthorID, "against": against})
	if err != nil {
		return err
	}
	l.Against, err = pg.All[Entry](ctx, s.store, entriesAgainst, pgx.StrictNamedArgs{"author": l.Case.AuthorID, "against": against,
		"kind": sub.Kind, "id": sub.ID})
	return err
}

// Next is the case that comes first in the queue, of those that the filter picks, that nobody else has and that is not about
// the viewer; 0 when there is none.
func (s *Service) Next(ctx context.Context, viewer account.Viewer, f QueueFilter, but CaseID) (CaseID, error) {
	if err := permitDesk(viewer); err != nil {
		return 0, err
	}
	f.free, f.but = true, but
	query, args := f.query(QueueCursor{}, viewer)
	args["limit"] = 1
	cases, err := pg.All[Case](ctx, s.store, query, args)
	if err != nil {
		return 0, fmt.Errorf("look for the next case: %w", err)
	}
	if len(cases) == 0 {
		return 0, nil
	}
	return cases[0].ID, nil
}

// SourceOf is the text of a post or message as its author wrote it, for moderators who change it.
func (s *Service) SourceOf(ctx context.Context, viewer account.Viewer, of Subject) (string, error) {
	if err := permit(viewer, EditOut); err != nil {
		return "", err
	}
	if err := permitWithin(ctx, s.store, viewer, of); err != nil {
		return "", err
	}
	w, _, err := s.words.In(ctx, textOf(of), "")
	return w.Text.Source, gone(err)
}
