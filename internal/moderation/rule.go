package moderation

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
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
	Archived bool
}

const listRules = `
	select id, key, title_en, title_zh, text_en, text_zh, urgency, archived_at is not null as archived from rules order by position, id`

// Rules are all rules in their order, those that can no longer be chosen too.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	rows, err := pg.All[struct {
		ID                               RuleID
		Key                              string
		TitleEn, TitleZh, TextEn, TextZh string
		Urgency                          int
		Archived                         bool
	}](ctx, s.store, listRules)
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	rules := make([]Rule, len(rows))
	for i, r := range rows {
		rules[i] = Rule{ID: r.ID, Key: r.Key, Title: i18n.Text{En: r.TitleEn, Zh: r.TitleZh},
			Text: i18n.Text{En: r.TextEn, Zh: r.TextZh}, Urgency: r.Urgency, Archived: r.Archived}
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
