package moderation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
	"senet/internal/translation"
)

const (
	// MaxReport is the longest text of a report, in weighted characters.
	MaxReport = 2000
	// ReportsAnHour is how many things one member may report within an hour.
	ReportsAnHour = 30
)

// ReportID names a report.
type ReportID int64

// ReportForm is what a member reports.
type ReportForm struct {
	Subject  Subject
	Locale   i18n.Locale // of the translation that is wrong; "": the text itself
	Category string      // the key of a rule
	Text     string      // in own words; needed for the category "other"
	Lang     string      // of Text; "": guessed
}

var (
	errReportOwn  = fault.New(fault.Conflict, "report.own")
	errReported   = fault.New(fault.Conflict, "report.already")
	errReportMany = fault.New(fault.TooMany, "report.too_many")
	errNothing    = fault.New(fault.NotFound, "report.gone")
)

const (
	insertReport = `
		insert into reports (case_id, reporter_id, rule_id, text, lang) values (@case, nullif(@reporter, 0::bigint), @rule, @text, @lang)
		on conflict on constraint reports_once do nothing returning id`
	// Who reports much at once waits for himself, so that the count is right.
	lockReporter  = `select pg_advisory_xact_lock(hashtextextended('reports', @id))`
	reportsInHour = `select count(*) from (select from reports where reporter_id = @id and at > now() - interval '1 hour' limit @max) r`
	urgencyOfRule = `select urgency from rules where id = @id`
)

// Report tells the moderators about something that the viewer may see. Reporting the same again is a Conflict while it
// waits; what is gone is NotFound; more than ReportsAnHour are TooMany.
func (s *Service) Report(ctx context.Context, viewer account.Viewer, form ReportForm) (ReportID, error) {
	if err := viewer.Admitted(); err != nil {
		return 0, err
	}
	text, lang, err := checkReport(form)
	if err != nil {
		return 0, err
	}
	o, err := s.reportable(ctx, form)
	if err != nil {
		return 0, err
	}
	if o.author == viewer.ID {
		return 0, errReportOwn
	}
	var id ReportID
	err = s.store.InTx(ctx, func(tx *pg.Tx) error {
		rule, err := findRule(ctx, tx, form.Category)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, lockReporter, pgx.StrictNamedArgs{"id": viewer.ID}); err != nil {
			return fmt.Errorf("lock reporter: %w", err)
		}
		var lately int
		if err := tx.QueryRow(ctx, reportsInHour, pgx.StrictNamedArgs{"id": viewer.ID, "max": ReportsAnHour}).Scan(&lately); err != nil {
			return fmt.Errorf("count reports: %w", err)
		}
		if lately >= ReportsAnHour {
			return errReportMany.After(time.Hour)
		}
		if err := tx.QueryRow(ctx, urgencyOfRule, pgx.StrictNamedArgs{"id": rule}).Scan(&o.urgency); err != nil {
			return fmt.Errorf("look at rule %d: %w", rule, err)
		}
		opened, err := s.open(ctx, tx, o)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, insertReport, pgx.StrictNamedArgs{"case": opened, "reporter": int64(viewer.ID), "rule": rule,
			"text": text, "lang": lang}).Scan(&id)
		return pg.OrNotFound(err, errReported)
	})
	if err != nil {
		return 0, fmt.Errorf("report %s: %w", form.Subject, err)
	}
	return id, nil
}

// checkReport cleans and checks what was typed.
func checkReport(form ReportForm) (text, lang string, err error) {
	text, ok := markup.Clean(form.Text)
	if !ok {
		return "", "", fault.New(fault.Malformed, "error.utf8")
	}
	if markup.Blank(text) {
		text = ""
	}
	var wrong fault.Fields
	if form.Category == "" {
		wrong.Add("category", "report.category_missing", nil)
	}
	switch {
	case text == "" && form.Category == "other":
		wrong.Add("text", "report.text_missing", nil)
	case markup.Weight(text) > MaxReport:
		wrong.Add("text", "report.text_long", fault.Args{"Max": MaxReport})
	}
	lang = form.Lang
	if lang == "" {
		lang = markup.Lang(text)
	} else if _, ok := i18n.ParseWritten(lang); !ok {
		wrong.Add("lang", "report.lang_unknown", nil)
	}
	return text, lang, wrong.Err()
}

// reportable is the case that a report opens, of what everybody may see.
func (s *Service) reportable(ctx context.Context, form ReportForm) (opening, error) {
	o := opening{subject: form.Subject, kind: Reported, reports: 1, locale: form.Locale}
	if form.Subject.Kind == Member && form.Locale == "" {
		a, err := s.abouts(ctx, form.Subject)
		if err != nil {
			return o, err
		}
		if _, ok := a[form.Subject]; !ok {
			return o, errNothing
		}
		o.author = account.MemberID(form.Subject.ID)
		return o, nil
	}
	of := textOf(form.Subject)
	if form.Locale != "" {
		w, t, err := s.words.Find(ctx, of, form.Locale)
		if err != nil {
			return o, gone(err)
		}
		// Whoever wrote a translation answers for it; what a machine made is nobody's.
		o.author, o.challenge, o.lang = t.AuthorID, w.Challenge, string(form.Locale)
		return o, nil
	}
	w, _, err := s.words.In(ctx, of, "")
	if err != nil {
		return o, gone(err)
	}
	o.author, o.challenge, o.lang = w.Author, w.Challenge, w.Lang
	return o, nil
}

// textOf is the text of a subject, as translation knows it.
func textOf(sub Subject) translation.Subject {
	if sub.Kind == Member {
		return translation.Subject{Kind: translation.Profile, ID: sub.ID}
	}
	return translation.Subject{Kind: translation.SubjectKind(sub.Kind), ID: sub.ID}
}

// gone is errNothing for a text that is not there, or not any more.
func gone(err error) error {
	if fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Conflict {
		return errNothing
	}
	return err
}

// MyReport is a report as its reporter sees it, and what became of it.
type MyReport struct {
	ID          ReportID
	SubjectKind string
	SubjectID   int64
	Rule        string
	Text        string
	Lang        string
	At          time.Time
	ClosedAt    *time.Time
	Action      Action // the decision; "" while it waits
}

const myReports = `
	select r.id, c.subject_kind, c.subject_id, ru.key as rule, r.text, r.lang, r.at, c.closed_at, coalesce(l.action, '') as action
	from reports r join cases c on c.id = r.case_id join rules ru on ru.id = r.rule_id left join moderation_log l on l.id = c.log_id
	where r.reporter_id = @me and (@before::bigint = 0 or r.id < @before) order by r.id desc limit @limit`

// MyReports are the reports of the viewer below before (0: the newest), at most PageSize, and the cursor of those after
// them; 0 when there are none. What they were about is not shown again: it may be hidden by now.
func (s *Service) MyReports(ctx context.Context, viewer account.Viewer, before ReportID) ([]MyReport, ReportID, error) {
	if !viewer.SignedIn() {
		return nil, 0, errSignIn
	}
	rows, err := pg.All[MyReport](ctx, s.store, myReports, pgx.StrictNamedArgs{"me": viewer.ID, "before": before, "limit": PageSize + 1})
	if err != nil {
		return nil, 0, fmt.Errorf("list reports: %w", err)
	}
	var next ReportID
	if len(rows) > PageSize {
		rows = rows[:PageSize]
		next = rows[PageSize-1].ID
	}
	return rows, next, nil
}
