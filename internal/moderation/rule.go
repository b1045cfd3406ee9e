package moderation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/markup"
	"senet/internal/pg"
)

// RuleID names a rule.
type RuleID int64

// Rule is one of the rules of the hub, which is also a category of reports.
type Rule struct {
	ID       RuleID
	Key      string    // as the API names it
	Title    i18n.Text // empty: the program's own words for Key
	Text     i18n.Text
	Urgency  int // of a report that names it: 0 can wait, 3 somebody is in danger
	Position int // in the order
	Archived bool
}

const listRules = `
	select id, key, title_en, title_zh, text_en, text_zh, urgency, position, archived_at is not null as archived from rules order by position, id`

// Rules are all rules in their order, those that can no longer be chosen too.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	rows, err := pg.All[struct {
		ID                               RuleID
		Key                              string
		TitleEn, TitleZh, TextEn, TextZh string
		Urgency, Position                int
		Archived                         bool
	}](ctx, s.store, listRules)
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	rules := make([]Rule, len(rows))
	for i, r := range rows {
		rules[i] = Rule{ID: r.ID, Key: r.Key, Title: i18n.Text{En: r.TitleEn, Zh: r.TitleZh},
			Text: i18n.Text{En: r.TextEn, Zh: r.TextZh}, Urgency: r.Urgency, Position: r.Position, Archived: r.Archived}
	}
	return rules, nil
}

const ruleByKey = `select id from rules where key = @key and archived_at is null`

// findRule is the rule of that key; 0 for "".
func findRule(ctx context.Context, db pg.DB, key string) (RuleID, error) {
	if key == "" {
		return 0, nil
	}
	var id RuleID
	err := db.QueryRow(ctx, ruleByKey, pgx.StrictNamedArgs{"key": key}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		var unknown fault.Fields
		unknown.Add("category", "report.category_unknown", nil)
		return 0, unknown.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("find rule: %w", err)
	}
	return id, nil
}

// RuleForm is what an administrator writes of a rule. Without a title the program's own words are shown, which only the rules
// that it brings have.
type RuleForm struct {
	ID       RuleID // 0: a new one
	Key      string // of a new one; it is never changed, reports name it
	Title    i18n.Text
	Text     i18n.Text
	Urgency  int
	Position int
	Archived bool
}

const (
	maxRuleTitle = 120
	maxRuleText  = 2000
)

var ruleKey = regexp.MustCompile(`^[a-z][a-z0-9_]{1,29}$`)

func (f *RuleForm) check() error {
	var wrong fault.Fields
	for name, side := range map[string]*string{"title_en": &f.Title.En, "title_zh": &f.Title.Zh} {
		clean, ok := markup.CleanLine(*side)
		if !ok {
			return fault.New(fault.Malformed, "error.utf8")
		}
		if *side = clean; markup.Weight(clean) > maxRuleTitle {
			wrong.Add(name, "rule.too_long", fault.Args{"Max": maxRuleTitle})
		}
	}
	for name, side := range map[string]*string{"text_en": &f.Text.En, "text_zh": &f.Text.Zh} {
		clean, ok := markup.Clean(*side)
		if !ok {
			return fault.New(fault.Malformed, "error.utf8")
		}
		if *side = strings.TrimSpace(clean); markup.Weight(*side) > maxRuleText {
			wrong.Add(name, "rule.too_long", fault.Args{"Max": maxRuleText})
		}
	}
	if f.ID == 0 && !ruleKey.MatchString(f.Key) {
		wrong.Add("key", "rule.key_wrong", nil)
	}
	if f.ID == 0 || f.Title != (i18n.Text{}) || f.Text != (i18n.Text{}) { // in both languages, or in none
		for name, side := range map[string]string{"title_en": f.Title.En, "title_zh": f.Title.Zh} {
			if side == "" {
				wrong.Add(name, "rule.both", nil)
			}
		}
	}
	if f.Urgency < 0 || f.Urgency > Urgent {
		wrong.Add("urgency", "rule.urgency_wrong", nil)
	}
	return wrong.Err()
}

const (
	insertRule = `
		insert into rules (key, title_en, title_zh, text_en, text_zh, urgency, position) values (@key, @title_en, @title_zh, @text_en, @text_zh,
			@urgency, @position) on conflict (key) do nothing returning id`
	updateRule = `
		update rules set title_en = @title_en, title_zh = @title_zh, text_en = @text_en, text_zh = @text_zh, urgency = @urgency, position = @position,
			archived_at = case when @archived then coalesce(archived_at, now()) end
		where id = @id and (@title_en <> '' or key = any(@own)) returning id`
)

// OwnRules are the keys of the rules for which the program brings words.
var OwnRules = []string{"danger", "illegal", "personal_data", "abuse", "misinformation", "spam", "off_topic", "other"}

// SaveRule adds a rule or changes one. For administrators; it is a decision.
func (s *Service) SaveRule(ctx context.Context, viewer account.Viewer, f RuleForm) (Entry, error) {
	if err := f.check(); err != nil {
		return Entry{}, err
	}
	args := pgx.StrictNamedArgs{"title_en": f.Title.En, "title_zh": f.Title.Zh, "text_en": f.Text.En, "text_zh": f.Text.Zh,
		"urgency": f.Urgency, "position": f.Position}
	query, missing := insertRule, fault.New(fault.Conflict, "rule.there")
	if f.ID == 0 {
		args["key"] = f.Key
	} else {
		query, missing = updateRule, fault.New(fault.NotFound, "error.not_found")
		args["id"], args["archived"], args["own"] = f.ID, f.Archived, OwnRules
	}
	d := decision{action: EditRule, subject: Subject{Kind: RuleKind, ID: int64(f.ID)}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var id int64
		if err := tx.QueryRow(ctx, query, args).Scan(&id); err != nil {
			return outcome{}, fmt.Errorf("save rule: %w", pg.OrNotFound(err, missing))
		}
		title := f.Title
		return outcome{id: id, data: Data{Title: cmp.Or(f.Key, title.En, title.Zh)}}, nil
	}
	return s.decide(ctx, viewer, d)
}
