package notifyweb

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/mail"
	"senet/internal/markup"
	"senet/internal/notify"
	"senet/internal/translation"
)

// excerptWeight is how much of a reply a letter shows, in weighted characters.
const excerptWeight = 600

// Letters puts notices into words for those who want them by mail; texts knows what a reader sees of a post.
func (h *Handlers) Letters(m *mail.Service, texts *translation.Service) {
	m.Register(notify.LetterReply, mail.Replies, func(ctx context.Context, to mail.Recipient, data json.RawMessage) (mail.Content, bool, error) {
		n, ok, err := h.notify.ForLetter(ctx, to.ID, to.Locale, data)
		if err != nil || !ok {
			return mail.Content{}, false, err
		}
		return reply(ctx, to, n, texts)
	})
	decided := func(ctx context.Context, to mail.Recipient, data json.RawMessage) (mail.Content, bool, error) {
		n, ok, err := h.notify.ForLetter(ctx, to.ID, to.Locale, data)
		if err != nil || !ok {
			return mail.Content{}, false, err
		}
		return h.decision(to, n), true, nil
	}
	m.Register(notify.LetterDecision, mail.Decisions, decided)
	m.Register(notify.LetterAccount, mail.Accounts, decided)
}

// reply is the letter about what somebody wrote: with its beginning, as the recipient sees it, if everybody may see it.
func reply(ctx context.Context, to mail.Recipient, n notify.Item, texts *translation.Service) (mail.Content, bool, error) {
	c := about(to, n)
	c.Action.Label = to.T("mail.notice.open")
	sub, ok := subjectOf(n.Subject)
	if !ok {
		return c, true, nil
	}
	_, shown, err := texts.In(ctx, sub, to.Locale)
	if fault.KindOf(err) == fault.NotFound {
		return mail.Content{}, false, nil // hidden, and the notice not yet taken back
	}
	if err != nil {
		return mail.Content{}, false, err
	}
	c.Quote = mail.Words{Text: markup.Excerpt(shown.Text, excerptWeight), Lang: shown.Lang, Note: provenance(to.P, shown)}
	return c, true, nil
}

// decision is the letter about what a moderator decided.
func (h *Handlers) decision(to mail.Recipient, n notify.Item) mail.Content {
	c := about(to, n)
	if c.Action.Path != "" {
		c.Action.Label = to.T("mail.notice.look")
	} else {
		c.Action = mail.Action{Label: to.T("mail.notice.inbox"), Path: "/inbox"}
	}
	if n.Data.Was != "" {
		c.Facts = append(c.Facts, mail.Fact{Label: to.T("mail.notice.was"), Value: n.Data.Was, Lang: markup.Lang(n.Data.Was)})
	}
	if reason := h.reasons.In(to.P, n.Data.Reason); reason != "" {
		c.Facts = append(c.Facts, mail.Fact{Label: to.T("mail.notice.reason"), Value: reason, Lang: markup.Lang(reason)})
	}
	return c
}

// about is what letters of every notice say.
func about(to mail.Recipient, n notify.Item) mail.Content {
	said := sentence(to.P, n)
	c := mail.Content{Subject: said, Lines: []string{to.T("mail.notice.sentence", "Sentence", said)}, Action: mail.Action{Path: n.Path}}
	if n.Data.Title == "" {
		return c
	}
	title := n.Title(to.Locale)
	c.Subject = to.T("mail.notice.subject", "Sentence", said, "Title", title.Text)
	c.Title = mail.Words{Text: title.Text, Lang: title.Lang}
	return c
}

// subjectOf is the text that a notice is about; false when it is about something else.
func subjectOf(subject string) (translation.Subject, bool) {
	kind, digits, _ := strings.Cut(subject, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	sub := translation.Subject{Kind: translation.SubjectKind(kind), ID: id}
	return sub, err == nil && (sub.Kind == translation.Post || sub.Kind == translation.Message)
}

// provenance says where words come from; "" of the author's own in the reader's language.
func provenance(p *i18n.Printer, s translation.Shown) string {
	switch s.Kind {
	case translation.Human:
		if s.By == "" {
			return p.T("translations.by_somebody")
		}
		return p.T("translations.by", "Name", s.By)
	case translation.Memory:
		return p.T("translations.memory")
	case translation.Machine:
		return p.T("translations.machine", "Engine", s.Provider)
	}
	if s.Untranslated {
		return p.T("translations.untranslated", "Language", p.T("lang."+s.Lang))
	}
	return ""
}
