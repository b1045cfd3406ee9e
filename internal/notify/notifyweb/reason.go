package notifyweb

import (
	"strings"

	"senet/internal/httpx"
	"senet/internal/i18n"
)

// reasonKeys are the reasons that are offered to moderators.
var reasonKeys = []string{
	"notify.reason.off_topic", "notify.reason.advertising", "notify.reason.personal_attack",
	"notify.reason.personal_data", "notify.reason.unproven_advice", "notify.reason.copyright", "notify.reason.duplicate",
}

// Reasons knows the offered reasons in every language: one that was picked in a moderator's language is read in the
// reader's. A reason in the moderator's own words stays as it was written.
type Reasons struct{ keys map[string]string }

// NewReasons reads them from the words of every language.
func NewReasons(words *i18n.Bundle) *Reasons {
	rs := &Reasons{keys: map[string]string{}}
	for _, l := range i18n.Locales {
		for _, key := range reasonKeys {
			rs.keys[words.For(l).T(key)] = key
		}
	}
	return rs
}

// In is the reason as a reader of p's language reads it: its first line may be an offered one, what follows is own words.
func (rs *Reasons) In(p *i18n.Printer, reason string) string {
	first, rest, more := strings.Cut(reason, "\n")
	key, ok := rs.keys[strings.TrimSpace(first)]
	if !ok {
		return reason
	}
	if more {
		return p.T(key) + "\n" + rest
	}
	return p.T(key)
}

// OfferedReasons are the reasons to pick from, in the reader's language.
func OfferedReasons(r *httpx.Request) []string {
	offered := make([]string, len(reasonKeys))
	for i, key := range reasonKeys {
		offered[i] = r.T(key)
	}
	return offered
}
