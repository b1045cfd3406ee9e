package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation"
)

// asked gives translation the questions, the polls or the answers of polls: they differ in where they stand and in the event
// that tells of a translation.
type asked struct {
	*Service
	kind    translation.SubjectKind
	visible string // yields askedRow of @ids, and ends so that a lock can follow
	held    string // what is locked, in this order
	missing string
	locate  string // yields the room and the subject of the event of $1
	event   Kind
	limit   int
	plain   bool
}

const askedFrom = `
	join rooms r on r.id = m.room_id left join challenges c on c.id = r.challenge_id left join challenges tc on tc.id = r.topic_id `

const askedColumns = interpreters + ` as interpreters, m.author_id, coalesce(r.challenge_id, r.topic_id, 0) as challenge,
	r.keep_inside or coalesce(c.keep_inside, tc.keep_inside, false) as keep_inside, ` + roomPath + ` as path, ` + roomTitle + ` as title `

func (s *Service) asked() []asked {
	return []asked{
		{Service: s, kind: translation.Question, event: KindQuestionTranslation, held: "m", limit: 8 * MaxQuestion,
			visible: `select m.id, m.body, m.html, m.lang, '#q-' || m.id as anchor, ` + askedColumns + `
				from questions m ` + askedFrom + `where m.id = any(@ids) and m.hidden_at is null `,
			missing: `from questions m where m.hidden_at is null and m.lang <> @locale and m.id < @below and not exists (
				select from translations where subject_kind = 'question' and subject_id = m.id and locale = @locale)`,
			locate: `select room_id, id, 0 from questions where id = $1`},
		{Service: s, kind: translation.Poll, event: KindPollTranslation, held: "m", limit: 8 * MaxPoll, plain: true,
			visible: `select m.id, m.body, '' as html, m.lang, '#poll-' || m.id as anchor, ` + askedColumns + `
				from polls m ` + askedFrom + `where m.id = any(@ids) and m.hidden_at is null `,
			missing: `from polls m where m.hidden_at is null and m.lang <> @locale and m.id < @below and not exists (
				select from translations where subject_kind = 'poll' and subject_id = m.id and locale = @locale)`,
			locate: `select room_id, id, 0 from polls where id = $1`},
		{Service: s, kind: translation.PollOption, event: KindOptionTranslation, held: "m, t", limit: 8 * MaxOption, plain: true,
			visible: `select t.id, t.body, '' as html, t.lang, '#poll-' || m.id as anchor, ` + askedColumns + `
				from poll_options t join polls m on m.id = t.poll_id ` + askedFrom + `
				where t.id = any(@ids) and t.hidden_at is null and m.hidden_at is null and t.lang <> '' and not ` + fmt.Sprintf(secret, "m") + ` `,
			missing: `from poll_options m where m.hidden_at is null and m.lang not in (@locale, '') and m.id < @below
				and exists (select from polls p where p.id = m.poll_id and p.hidden_at is null and not ` + fmt.Sprintf(secret, "p") + `)
				and not exists (
				select from translations where subject_kind = 'poll_option' and subject_id = m.id and locale = @locale)`,
			locate: `select p.room_id, p.id, o.id from poll_options o join polls p on p.id = o.poll_id where o.id = $1`},
	}
}

// secret is a poll, named %[1]s, whose words nobody may see yet.
const secret = `(%[1]s.kind = 'cloud' and %[1]s.results = 'closed' and %[1]s.state = 'open')`

type askedRow struct {
	ID           int64
	Body         string
	HTML         string
	Lang         string
	Anchor       string
	AuthorID     account.MemberID
	Challenge    int64
	KeepInside   bool
	Path         string
	Title        string
	Interpreters []account.MemberID
}

// Find implements translation.Source.
func (a asked) Find(ctx context.Context, db pg.DB, ids []int64, hold bool) ([]translation.Writing, error) {
	query := a.visible
	if hold {
		query += `for no key update of ` + a.held
	}
	rows, err := pg.All[askedRow](ctx, db, query, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("find %s texts: %w", a.kind, err)
	}
	ws := make([]translation.Writing, len(rows))
	for i, r := range rows {
		ws[i] = translation.Writing{Subject: translation.Subject{Kind: a.kind, ID: r.ID},
			Text:  translation.Text{Source: r.Body, HTML: r.HTML, Lang: r.Lang, Version: 1},
			Plain: a.plain, Limit: a.limit, Author: r.AuthorID, Challenge: r.Challenge, KeepInside: r.KeepInside,
			About: r.Title, AboutLang: r.Lang, Path: r.Path + r.Anchor, Interpreters: r.Interpreters}
	}
	return ws, nil
}

// Former implements translation.Source: these texts have one version.
func (a asked) Former(context.Context, int64, int) (string, error) { return "", nil }

// Missing implements translation.Source.
func (a asked) Missing(ctx context.Context, db pg.DB, l i18n.Locale, below int64, n int) ([]int64, error) {
	return translation.ListMissing(ctx, db, "m.id", a.missing, l, below, n)
}

// CountMissing implements translation.Source.
func (a asked) CountMissing(ctx context.Context, db pg.DB, l i18n.Locale) (int64, error) {
	return translation.CountMissing(ctx, db, a.missing, l)
}

// Translated implements translation.Source: everybody in the room learns of it from the log.
func (a asked) Translated(ctx context.Context, tx *pg.Tx, n translation.News) error {
	var room RoomID
	var subject int64
	var option OptionID
	if err := tx.QueryRow(ctx, a.locate, n.ID).Scan(&room, &subject, &option); err != nil {
		return fmt.Errorf("find room of %s: %w", n.Subject, err)
	}
	_, err := a.Append(ctx, tx, room, Entry{Kind: a.event, By: n.By, Subject: subject, Data: data(ownData{Locale: n.Locale, Option: option})})
	return err
}
